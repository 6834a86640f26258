/** DPoP proofs and message signatures: the second half of bearer.yml. */

import { createHash } from 'node:crypto';
import { parseJson } from '../../http/json.ts';
import { isUrl } from '../../http/url.ts';
import type { Json, JsonMap } from '../../model.ts';
import { isMap } from '../../source.ts';
import type { Seen } from '../seen.ts';
import type { Family, Predicate } from '../standard.ts';

/** Seconds by which a proof may be off. */
const window = 60;

const nonces: Readonly<Record<string, Predicate>> = {
  'dpop-nonce-header': (seen) =>
    asksNonce(seen) && seen.header('dpop-nonce') === null ? 'asks for a nonce and gives none' : null,
  'dpop-nonce-once': (seen) =>
    seen.received('dpop-nonce').length > 1 ? 'sends DPoP-Nonce more than once' : null,
  'dpop-nonce-cors'(seen) {
    if (seen.header('dpop-nonce') === null || seen.header('access-control-allow-origin') === null)
      return null;
    const exposed = (seen.header('access-control-expose-headers') ?? '').toLowerCase();
    return exposed.includes('dpop-nonce') || exposed.includes('*') ? null : 'hides DPoP-Nonce from browsers';
  },
  'dpop-nonce-uncacheable'(seen) {
    if (seen.header('dpop-nonce') === null) return null;
    const kept = ['no-store', 'no-cache', 'private', 'max-age=0'].some((each) =>
      seen.cacheControl.includes(each),
    );
    return kept ? null : 'lets an answer with a nonce be stored';
  },
};

const proofs: Readonly<Record<string, Predicate>> = {
  'dpop-scheme': (seen) =>
    seen.scheme === 'bearer' && jkt(seen) !== null ? 'got a token that is bound to a key as Bearer' : null,
  'dpop-htu'(seen) {
    const htu = proofOf(seen)?.claims?.['htu'];
    if (typeof htu !== 'string' || !isUrl(htu)) return null;
    const { origin, pathname } = new URL(htu);
    return origin === seen.origin && pathname === seen.url.pathname
      ? null
      : `got a DPoP proof for ${origin}${pathname} at ${seen.url.pathname}`;
  },
  'dpop-htm'(seen) {
    const htm = proofOf(seen)?.claims?.['htm'];
    return typeof htm === 'string' && htm !== seen.hop.request.method
      ? `got a DPoP proof for ${htm} with ${seen.hop.request.method}`
      : null;
  },
  'dpop-iat-window'(seen) {
    const iat = proofOf(seen)?.claims?.['iat'];
    const now = seen.date ?? seen.midpoint;
    return typeof iat === 'number' && Math.abs(iat - now / 1000) > window
      ? 'got a DPoP proof of another minute'
      : null;
  },
  'dpop-jkt'(seen) {
    const bound = jkt(seen);
    const key = proofOf(seen)?.header?.['jwk'];
    const own = isMap(key) ? thumbprint(key) : null;
    return bound !== null && own !== null && bound !== own
      ? 'got a DPoP proof of another key than that of the token'
      : null;
  },
  'sig-created'(seen) {
    const input = seen.sent('signature-input');
    const created = input === null ? null : /;\s*created=(\d+)/.exec(input)?.[1];
    const now = (seen.date ?? seen.midpoint) / 1000;
    return created && Math.abs(Number(created) - now) > window * 5
      ? 'got a message signature that was not made now'
      : null;
  },
};

export const proof: Family = {
  concerns: (seen) =>
    seen.header('dpop-nonce') !== null ||
    seen.sent('dpop') !== null ||
    seen.sent('signature-input') !== null ||
    asksNonce(seen) ||
    jkt(seen) !== null,
  checks: { ...nonces, ...proofs },
};

/** At a resource the challenge says it, at a token endpoint the body. */
export function asksNonce(seen: Seen): boolean {
  if (seen.error === 'use_dpop_nonce') return true;
  return seen.endpoint === 'token' && seen.status === 400 && seen.members?.['error'] === 'use_dpop_nonce';
}

function jkt(seen: Seen): string | null {
  const cnf = seen.token?.token?.claims?.['cnf'];
  const value = isMap(cnf) ? cnf['jkt'] : null;
  return typeof value === 'string' ? value : null;
}

interface Decoded {
  readonly header: JsonMap | null;
  readonly claims: JsonMap | null;
}

/** The proof of a step that wrote one; what is a secret of the project file is not read. */
function proofOf(seen: Seen): Decoded | null {
  const [header, claims, signature] = (seen.sent('dpop') ?? '').split('.');
  if (!header || !claims || !signature) return null;
  return { header: segment(header), claims: segment(claims) };
}

export function segment(text: string): JsonMap | null {
  if (!/^[\w-]+$/.test(text)) return null;
  const parsed = parseJson(Buffer.from(text, 'base64url').toString('utf8'));
  return 'value' in parsed && isMap(parsed.value) ? parsed.value : null;
}

const required: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
};

/** RFC 7638; null for a key that is none. */
export function thumbprint(jwk: { readonly [key: string]: Json }): string | null {
  const names = required[String(jwk['kty'])];
  if (!names?.every((name) => typeof jwk[name] === 'string')) return null;
  const text = JSON.stringify(Object.fromEntries(names.map((name) => [name, jwk[name]])));
  return createHash('sha256').update(text).digest('base64url');
}
