/** What is wrong with a client certificate and its key before anything is sent. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

export interface CertificateDefect {
  readonly key: 'cert' | 'key';
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

/** PEM texts; null: the two belong together. */
export function certificateDefect(cert: string, key: string): CertificateDefect | null {
  const certificate = readCertificate(cert);
  if (certificate === null) {
    if (/-----BEGIN CERTIFICATE-----/.test(cert)) {
      return {
        key: 'cert',
        code: 'CERTIFICATE_UNREADABLE',
        message: 'The client certificate is a PEM text that cannot be read.',
        fix: 'Check that no line of it is lost: it ends with -----END CERTIFICATE-----.',
      };
    }
    return {
      key: 'cert',
      code: 'CERTIFICATE_UNREADABLE',
      message: `The client certificate is ${named(cert)}, not a certificate in PEM.`,
      fix: 'Give a file that begins with -----BEGIN CERTIFICATE-----; intermediates may follow.',
    };
  }
  const privateKey = readKey(key);
  if (privateKey === null) {
    const encrypted = /ENCRYPTED/.test(key);
    return {
      key: 'key',
      code: 'CERTIFICATE_KEY_UNREADABLE',
      message: `The key of the client certificate is ${encrypted ? 'encrypted with a pass phrase' : `${named(key)}, not a private key in PEM`}.`,
      fix: encrypted
        ? 'Give it decrypted: openssl pkey -in client.key.'
        : 'Give a file with the private key of this certificate (PKCS #8, PKCS #1 or SEC 1).',
    };
  }
  if (certificate.checkPrivateKey(privateKey)) return null;
  return {
    key: 'key',
    code: 'CERTIFICATE_KEY_MISMATCH',
    message: 'The key does not belong to the client certificate.',
    fix: 'Give the key with which this certificate was asked for; in a chain, the own certificate comes first.',
  };
}

function readCertificate(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

function readKey(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

function named(text: string): string {
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1];
  return label === undefined ? 'no PEM text' : `a PEM text of the kind "${label}"`;
}
