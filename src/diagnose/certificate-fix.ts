/** What to do about a host that wants a client certificate. */
import { clientCertificateFor } from '../http/client-certificate.ts';
import { isUrl } from '../http/url.ts';
import type { Subject } from './subject.ts';

/** Null: it is presented one. */
export function missingCertificate({ environment: { name, transport }, hop }: Subject): string | null {
  const key = `environments.${name}.tls`;
  if (clientCertificateFor(transport, hop.request.url) !== null) return null;
  if (transport.clientCertificate === null) return `Set ${key}.cert and ${key}.key.`;
  const host = isUrl(hop.request.url) ? new URL(hop.request.url).host : 'its host';
  return `${key}.cert goes to the origins of ${name} and to its issuers only. If this host is to see it, name it under ${key}.hosts: ${host}.`;
}
