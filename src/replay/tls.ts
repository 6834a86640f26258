/** What can be known of a TLS connection: the negotiated protocol and the peer's certificate. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates, type SecureContext, type TLSSocket } from 'node:tls';
import type { TlsFacts } from '../model.ts';

/** Reads the facts while the handshake is over and the socket is open; null without a peer certificate. */
export function readTlsFacts(socket: TLSSocket, verified: boolean): TlsFacts | null {
  // Not getPeerX509Certificate: in Node 20, called this early, it leaves nothing for Node's own check.
  const { raw } = socket.getPeerCertificate();
  if (!raw) return null;
  const certificate = new X509Certificate(raw);
  return {
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
    subject: distinguishedName(certificate.subject),
    issuer: distinguishedName(certificate.issuer),
    names: alternativeNames(certificate),
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    verified,
  };
}

/** Of those without a key, by the CAs: to read all roots anew takes longer than a request. */
const contexts = new Map<string, SecureContext>();

/** The CAs of a transport are added to the usual roots; the key is revealed. */
export function secureContext(
  ca: string | null,
  certificate: { readonly cert: string; readonly key: string } | null,
): SecureContext {
  if (ca === null) return createSecureContext({ ...certificate });
  if (certificate !== null) return createSecureContext({ ...certificate, ca: certificateAuthorities(ca) });
  const context = contexts.get(ca) ?? createSecureContext({ ca: certificateAuthorities(ca) });
  contexts.set(ca, context);
  return context;
}

/** The roots that Node trusts, and those of `pem`. */
export function certificateAuthorities(pem: string): string[] {
  return [...rootCertificates, pem];
}

/** Node writes one attribute a line. */
function distinguishedName(lines: string | undefined): string {
  return (lines ?? '').split('\n').filter(Boolean).join(', ');
}

function alternativeNames(certificate: X509Certificate): string[] {
  const text = certificate.subjectAltName ?? '';
  return [...text.matchAll(/(?:^|, )(?:DNS|IP Address|URI|email):("(?:[^"\\]|\\.)*"|[^,]*)/g)].map(
    (found) => found[1] ?? '',
  );
}
