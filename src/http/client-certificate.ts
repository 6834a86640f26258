/** Which client certificate goes to which host. */

import type { ClientCertificate, Transport } from '../model.ts';
import { isUrl } from './url.ts';

/** That of the host with its port, of the host, or of the environment; null: none is presented. */
export function clientCertificateFor(transport: Transport, url: URL | string): ClientCertificate | null {
  const { clientCertificates, clientCertificate } = transport;
  if (!clientCertificates || !isUrl(String(url))) return clientCertificate;
  const { hostname, port, protocol } = new URL(url);
  const withPort = `${hostname}:${port || (protocol === 'http:' ? '80' : '443')}`;
  return clientCertificates.get(withPort) ?? clientCertificates.get(hostname) ?? clientCertificate;
}

/** All that the environment has, whatever the host. */
export function clientCertificates(transport: Transport): readonly ClientCertificate[] {
  const { clientCertificate, clientCertificates: ofHosts } = transport;
  return [...(clientCertificate ? [clientCertificate] : []), ...(ofHosts?.values() ?? [])];
}

/** The same way without any client certificate; the transport itself where it has none. */
export function withoutClientCertificates(transport: Transport): Transport {
  if (clientCertificates(transport).length === 0) return transport;
  const { clientCertificates: _dropped, ...rest } = transport;
  return { ...rest, clientCertificate: null };
}
