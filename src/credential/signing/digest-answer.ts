/** Challenge and answer of HTTP Digest (RFC 7616 sections 3.3 and 3.4, RFC 2069 without qop). */

import { createHash } from 'node:crypto';
import { type Challenge, parseChallenges } from '../../http/challenge.ts';
import { percentEncoded } from '../../http/url.ts';

export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | null;
  /** As sent; null: none, which is MD5. */
  readonly algorithm: string | null;
  /** null: a server of RFC 2069. */
  readonly qop: 'auth' | 'auth-int' | null;
  readonly userhash: boolean;
  /** charset=UTF-8: a server of RFC 7616, which reads `username*`. */
  readonly utf8: boolean;
  readonly stale: boolean;
}
/** The first request after a challenge; `-sess` algorithms go back to it (RFC 7616 section 3.4.2). */
export interface DigestSession {
  readonly nonce: string;
  readonly cnonce: string;
}
export interface DigestRequest {
  readonly username: string;
  readonly password: string;
  readonly method: string;
  /** The request-target. */
  readonly uri: string;
  readonly body: Uint8Array | null;
  /** How often the nonce was used, this time included. */
  readonly count: number;
  readonly cnonce: string;
  readonly session: DigestSession;
}

/** Node's names of the hashes, the strongest last. */
const hashes: Readonly<Record<string, string>> = {
  md5: 'md5',
  'sha-256': 'sha256',
  'sha-512-256': 'sha512-256',
};

/** The strongest Digest challenge that can be answered; null: none. */
export function readDigestChallenge(fieldValues: readonly string[]): DigestChallenge | null {
  const usable = parseChallenges(fieldValues).flatMap((challenge) => {
    const read = readOne(challenge);
    return read ? [read] : [];
  });
  const strength = ({ algorithm }: DigestChallenge): number => Object.keys(hashes).indexOf(baseOf(algorithm));
  // Of equal ones the first, which is the server's choice.
  return usable.toSorted((a, b) => strength(b) - strength(a))[0] ?? null;
}

function readOne({ scheme, parameters }: Challenge): DigestChallenge | null {
  if (scheme.toLowerCase() !== 'digest') return null;
  const realm = parameters.get('realm');
  const nonce = parameters.get('nonce');
  const algorithm = parameters.get('algorithm') ?? null;
  if (realm === undefined || nonce === undefined || !Object.hasOwn(hashes, baseOf(algorithm))) return null;
  const offered = parameters.get('qop');
  const words = offered?.split(',').map((word) => word.trim().toLowerCase()) ?? [];
  const qop = words.includes('auth') ? 'auth' : words.includes('auth-int') ? 'auth-int' : null;
  if (offered !== undefined && words.some((word) => word !== '') && qop === null) return null;
  const is = (name: string): boolean => parameters.get(name)?.toLowerCase() === 'true';
  const opaque = parameters.get('opaque') ?? null;
  const utf8 = parameters.get('charset')?.toLowerCase() === 'utf-8';
  return { realm, nonce, opaque, algorithm, qop, userhash: is('userhash'), utf8, stale: is('stale') };
}

function baseOf(algorithm: string | null): string {
  return (algorithm ?? 'md5').toLowerCase().replace(/-sess$/, '');
}

/** The parameter `response`, in hex. */
export function digestResponse(challenge: DigestChallenge, request: DigestRequest): string {
  const hash = hashOf(challenge);
  const { realm, nonce, qop } = challenge;
  const { username, password, method, uri, session } = request;
  const secret = hash(`${username}:${realm}:${password}`);
  const first = isSession(challenge) ? hash(`${secret}:${session.nonce}:${session.cnonce}`) : secret;
  const entity = qop === 'auth-int' ? `:${hash(request.body ?? '')}` : '';
  const second = hash(`${method}:${uri}${entity}`);
  if (qop === null) return hash(`${first}:${nonce}:${second}`);
  return hash(`${first}:${nonce}:${countOf(request)}:${request.cnonce}:${qop}:${second}`);
}

/** The parameters of the Authorization field around `response`: before it and behind it. */
export function digestParameters(
  challenge: DigestChallenge,
  request: DigestRequest,
): { readonly before: string; readonly after: string } {
  const { realm, nonce, opaque, algorithm, qop, userhash } = challenge;
  const before = [
    usernameOf(challenge, request.username),
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(request.uri)}`,
  ];
  const after = [
    ...(algorithm === null ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === null ? [] : [`opaque=${quoted(opaque)}`]),
    ...(qop === null ? [] : [`qop=${qop}`, `nc=${countOf(request)}`]),
    // A server of RFC 2069 knows no cnonce, but a -sess algorithm needs it.
    ...(qop !== null || isSession(challenge) ? [`cnonce=${quoted(request.cnonce)}`] : []),
    ...(userhash ? ['userhash=true'] : []),
  ];
  return { before: before.join(', '), after: after.map((each) => `, ${each}`).join('') };
}

/**
 * RFC 7616 sections 3.4 and 3.4.4: hashed, as an ext-value (RFC 8187) where quotes cannot hold it, or in quotes. Servers
 * of RFC 2617 know no `username*`: as browsers do it, they get the bytes of UTF-8.
 */
function usernameOf(challenge: DigestChallenge, username: string): string {
  if (challenge.userhash) return `username="${hashOf(challenge)(`${username}:${challenge.realm}`)}"`;
  if (/^[\x20-\x7e]*$/.test(username)) return `username=${quoted(username)}`;
  return challenge.utf8 ? `username*=UTF-8''${extended(username)}` : `username=${quoted(username)}`;
}

function extended(text: string): string {
  return percentEncoded(text).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function countOf({ count }: DigestRequest): string {
  return count.toString(16).padStart(8, '0');
}

function isSession({ algorithm }: DigestChallenge): boolean {
  return algorithm?.toLowerCase().endsWith('-sess') ?? false;
}

/** Text is hashed as UTF-8, which is what charset=UTF-8 asks for and the only encoding that holds every name. */
function hashOf({ algorithm }: DigestChallenge): (data: string | Uint8Array) => string {
  const name = hashes[baseOf(algorithm)] ?? 'md5';
  return (data) => createHash(name).update(data).digest('hex');
}
