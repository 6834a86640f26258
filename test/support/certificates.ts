/** Certificates made at run time: an authority, and leaves with whatever is wrong with them. */
import './reflect-metadata.ts';
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** PEM texts; `key` is PKCS #8. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}
export interface LeafOptions {
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}
export interface Authority {
  /** PEM text of its certificate. */
  readonly ca: string;
  /** A certificate for servers and clients; the first name is also the common name. */
  issue(names: readonly string[], options?: LeafOptions): Promise<Identity>;
}

const day = 24 * 60 * 60 * 1000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
let serial = 1;

/** One a process, for all who do not need one of their own: to trust another costs each run the time of a request. */
let usual: Promise<Authority> | null = null;

export function createAuthority(name?: string): Promise<Authority> {
  if (name !== undefined) return makeAuthority(name);
  usual ??= makeAuthority('Test CA');
  return usual;
}

async function makeAuthority(name: string): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: nextSerial(),
    name: `CN=${name}`,
    notBefore: daysFromNow(-3650),
    notAfter: daysFromNow(3650),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    ca: certificate.toString('pem'),
    issue: (names, options = {}) => issue(names, options, { certificate, key: keys.privateKey }),
  };
}

/** A leaf that is its own issuer. */
export function selfSigned(names: readonly string[], options: LeafOptions = {}): Promise<Identity> {
  return issue(names, options, null);
}

/** Midnight (UTC), so that dates in messages are whole. */
export function daysFromNow(days: number): Date {
  return new Date(Math.floor(Date.now() / day) * day + days * day);
}

async function issue(
  names: readonly string[],
  options: LeafOptions,
  issuer: { readonly certificate: X509Certificate; readonly key: webcrypto.CryptoKey } | null,
): Promise<Identity> {
  const keys = await generateKeys();
  const subject = `CN=${names[0] ?? 'nobody'}`;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: nextSerial(),
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    notBefore: options.notBefore ?? daysFromNow(-1),
    notAfter: options.notAfter ?? daysFromNow(30),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: issuer?.key ?? keys.privateKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
      ),
    ],
  });
  return { cert: certificate.toString('pem'), key: await privateKeyPem(keys.privateKey) };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  const lines = der.match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
}

function nextSerial(): string {
  serial += 1;
  return serial.toString(16).padStart(4, '0');
}
