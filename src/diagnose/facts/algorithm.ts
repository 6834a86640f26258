/** The token's `alg` against the keys of its issuer (RFC 7515 section 4.1.1, RFC 8725 section 3.1). */
import { type Evidence, evidence } from '../evidence.ts';
import { type KeySet, type Subject, tokenUse } from '../subject.ts';

export function algorithmFacts(subject: Subject): Evidence[] {
  const token = tokenUse(subject)?.token;
  const alg = token?.header?.['alg'];
  if (subject.stage !== 'resource' || token?.format !== 'jwt' || typeof alg !== 'string') return [];
  const field = 'token alg';
  const hop = subject.hop.index;
  if (/^none$/i.test(alg)) {
    const seen = `${alg}: the token is not signed`;
    return [
      evidence('token/alg-none', {
        names: ['alg-not-allowed'],
        excludes: ['key-unknown'],
        weight: subject.response?.status === 401 ? 3 : 2,
        lines: [{ hop, field, seen }],
      }),
    ];
  }
  const set = ownSet(subject, token.claims?.['iss']);
  if (!set || set.keys.length === 0) return [];
  if (/^HS\d/i.test(alg)) {
    const seen = `${alg} needs a shared secret; the keys of ${set.issuer} are ${types(set)}`;
    return [
      evidence('token/alg-symmetric', {
        names: ['alg-not-allowed', 'signature-invalid'],
        fits: ['alg-not-allowed'],
        weight: 2,
        lines: [{ hop, field, seen }],
      }),
    ];
  }
  return mismatch(subject, set, alg, token.header?.['kid']);
}

/** The key of that name is of another type, or made for another algorithm. */
function mismatch(subject: Subject, set: KeySet, alg: string, kid: unknown): Evidence[] {
  const named = set.keys.find((key) => key.kid !== null && key.kid === kid);
  const suits = set.keys.some(({ kty }) => fits(alg, kty));
  const hop = subject.hop.index;
  if (named && (!fits(alg, named.kty) || (named.alg !== null && named.alg !== alg))) {
    const seen = `${alg}; the key of that kid is ${named.alg ?? named.kty}`;
    return [
      evidence('token/alg-not-of-key', {
        names: ['alg-not-allowed', 'signature-invalid'],
        fits: ['alg-not-allowed'],
        excludes: ['key-unknown'],
        weight: 2,
        lines: [{ hop, field: 'token alg', seen }],
      }),
    ];
  }
  if (suits) return [];
  const seen = `${alg}; the keys of ${set.issuer} are ${types(set)}`;
  return [
    evidence('token/alg-without-key', {
      names: ['alg-not-allowed'],
      weight: 2,
      lines: [{ hop, field: 'token alg', seen }],
    }),
  ];
}

/** The set of the token's issuer, else the only one of the environment. */
export function ownSet(subject: Subject, iss: unknown): KeySet | null {
  const own = subject.keySets.filter(
    ({ environment, state }) => environment === subject.environment.name && state === 'read',
  );
  return own.find(({ issuer }) => issuer === iss) ?? (own.length === 1 ? (own[0] ?? null) : null);
}

/** RFC 7518 section 3.1, RFC 8037. Unknown algorithms fit any key. */
function fits(alg: string, kty: string): boolean {
  if (/^(?:RS|PS)\d/.test(alg)) return kty === 'RSA';
  if (/^ES\d/.test(alg)) return kty === 'EC';
  if (/^Ed/.test(alg)) return kty === 'OKP';
  return true;
}

function types(set: KeySet): string {
  return [...new Set(set.keys.map(({ kty, alg }) => alg ?? kty))].join(', ');
}
