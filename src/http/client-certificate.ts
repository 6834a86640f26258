/** Which client certificate goes to which host. */

import type { ClientCertificate, Transport } from '../model.ts';
import { isUrl } from './url.ts';

/**
 * That of the host with its port, of the host, or at home that of the environment; null: none is presented. Who holds a
 * certificate is nobody else's business, also where its key stays here.
 */
export function clientCertificateFor(transport: Transport, url: URL | string): ClientCertificate | null {
  const { clientCertificates, clientCertificate, home } = transport;
  if (!isUrl(String(url))) return clientCertificate;
  const { hostname, port, protocol, origin } = new URL(url);
  const withPort = `${hostname}:${port || (protocol === 'http:' ? '80' : '443')}`;
  const ofHost = clientCertificates?.get(withPort) ?? clientCertificates?.get(hostname);
  return ofHost ?? (home === undefined || home.has(origin) ? clientCertificate : null);
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
