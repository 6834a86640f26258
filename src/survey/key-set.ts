/** The keys of a JWK Set (RFC 7517) as facts: nothing here is key material. */
import { X509Certificate } from 'node:crypto';
import type { JsonMap } from '../model.ts';
import { isMap } from '../source.ts';
import { oneLine } from './published.ts';

export interface PublishedKey {
  /** Null: it has none, or one that is no text. */
  readonly kid: string | null;
  /** As messages call it: `"2026-01"`, or `number 2`. */
  readonly name: string;
  readonly kty: string;
  readonly crv: string | null;
  readonly alg: string | null;
  /** Modulus of an RSA key; null of others. */
  readonly bits: number | null;
  /** May verify signatures (RFC 7517 sections 4.2 and 4.3). */
  readonly verifies: boolean;
  /** Members that nobody may see. */
  readonly hidden: readonly string[];
  /** Thumbprint (RFC 7638) in base64url; null of a symmetric key, and where members are missing. */
  readonly thumbprint: string | null;
  /** End of the first certificate, ms since the epoch; null: none that can be read. */
  readonly ends: number | null;
}

/** Keys that are looked at; sets have fewer than ten. */
export const mostKeys = 100;

const hidden = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** At most the first hundred. `entries` that are no objects come out as keys of no type. */
export async function readKeys(entries: readonly unknown[]): Promise<PublishedKey[]> {
  const { calculateJwkThumbprint } = await import('jose/jwk/thumbprint');
  return Promise.all(
    entries.slice(0, mostKeys).map(async (entry, index) => {
      const key: JsonMap = isMap(entry as JsonMap) ? (entry as JsonMap) : {};
      const kty = text(key['kty']) ?? '';
      const kid = text(key['kid']);
      const thumbprint =
        kty === 'oct' || !isWhole(key)
          ? null
          : await calculateJwkThumbprint(
              key as unknown as Parameters<typeof calculateJwkThumbprint>[0],
            ).catch(() => null);
      return {
        kid: kid === null ? null : oneLine(kid),
        name: kid === null ? `number ${index + 1}` : `"${oneLine(kid)}"`,
        kty: oneLine(kty),
        crv: text(key['crv']),
        alg: text(key['alg']),
        bits: kty === 'RSA' ? bits(text(key['n'])) : null,
        verifies: verifies(key),
        hidden: hidden.filter((name) => Object.hasOwn(key, name)),
        thumbprint,
        ends: endOf(key['x5c']),
      };
    }),
  );
}

/** The secret texts of a set, so that no report shows them. */
export function secretsOf(entries: readonly unknown[]): string[] {
  const maps = entries.slice(0, mostKeys).filter((entry): entry is JsonMap => isMap(entry as JsonMap));
  return maps.flatMap((key) => hidden.map((name) => text(key[name])).filter((value) => value !== null));
}

/** The same of a text that cannot be read as a set. */
export function secretsIn(text: string): string[] {
  const found = text.matchAll(/"(?:d|p|q|dp|dq|qi|k)"\s{0,9}:\s{0,9}"([\w-]{16,})"/g);
  return [...found].slice(0, mostKeys * 8).flatMap(([, value]) => value ?? []);
}

/** `RSA of 2048 bits for RS256`. */
export function describeKey({ kty, crv, bits: size, alg, verifies: signs }: PublishedKey): string {
  const what = [kty === '' ? 'no type' : kty, ...(crv === null ? [] : [oneLine(crv)])].join(' ');
  const length = size === null ? '' : ` of ${size} bits`;
  return `${what}${length}${alg === null ? '' : ` for ${oneLine(alg)}`}${signs ? '' : ', not for signatures'}`;
}

/** Whether a signature by `alg` (RFC 7518 section 3, RFC 8037) can be verified by the key. */
export function fits(key: PublishedKey, alg: string): boolean {
  if (!key.verifies || (key.alg !== null && key.alg !== alg)) return false;
  if (/^[RP]S(?:256|384|512)$/.test(alg)) return key.kty === 'RSA';
  const curves: Readonly<Record<string, string>> = {
    ES256: 'P-256',
    ES384: 'P-384',
    ES512: 'P-521',
    ES256K: 'secp256k1',
  };
  if (Object.hasOwn(curves, alg)) return key.kty === 'EC' && key.crv === curves[alg];
  return key.kty !== 'RSA' && key.kty !== 'EC' && key.kty !== 'oct';
}

const members: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
};

/** Of a type that we do not know nothing is asked but that it has one. */
function isWhole(key: JsonMap): boolean {
  const kty = text(key['kty']);
  if (kty === null) return false;
  const names = Object.hasOwn(members, kty) ? members[kty] : undefined;
  return (names ?? []).every((name) => /^[\w.-]+$/.test(text(key[name]) ?? ''));
}

function verifies(key: JsonMap): boolean {
  const operations = key['key_ops'];
  const lists = Array.isArray(operations) && operations.length > 0;
  return key['use'] !== 'enc' && (!lists || operations.includes('verify'));
}

function bits(modulus: string | null): number | null {
  if (modulus === null) return null;
  const bytes = Buffer.from(modulus, 'base64url');
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes[first] ?? 0) + 24;
}

function endOf(chain: unknown): number | null {
  const first: unknown = Array.isArray(chain) ? chain[0] : null;
  if (typeof first !== 'string' || first.length > 20_000) return null;
  try {
    const end = Date.parse(new X509Certificate(Buffer.from(first, 'base64')).validTo);
    return Number.isNaN(end) ? null : end;
  } catch {
    return null;
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
