/** What `why401 token` says of a credential, as data: the page and the JSON are made of it. */
import type { Credential, JsonMap, TokenFacts } from '../model.ts';
import type { Inspected } from '../run/inspect.ts';
import type { OneCredential } from './one-credential.ts';

export interface Signature {
  readonly state: 'verified' | 'wrong-signature' | 'unknown-key' | 'unsigned' | 'untold';
  /** One sentence without a full stop. */
  readonly said: string;
}
export interface Lifetime {
  /** Milliseconds; null: nothing says. */
  readonly lasts: number | null;
  /** Milliseconds since the epoch. */
  readonly ends: number | null;
}
export interface Scope {
  readonly asked: readonly string[];
  /** null: nothing says. */
  readonly granted: readonly string[] | null;
  readonly missing: readonly string[];
}

/** `oauth2, client_credentials, client web at issuer main`. */
export function describe(credential: Credential): string {
  if (credential.type !== 'oauth2') return credential.type;
  const { grant_type, client } = credential;
  return `oauth2, ${grant_type}, client ${client.name} at issuer ${client.issuer.name}`;
}

/** ISO 8601; null where nothing is said, or a time that no date can hold. */
export function dateOf(ms: number | null): string | null {
  return ms === null || !(Math.abs(ms) <= 8.64e15) ? null : new Date(ms).toISOString();
}

export function signatureOf({ presentation, verdicts, keySets }: Inspected): Signature | null {
  const token = presentation?.use?.token;
  if (!token) return null;
  const untold = (why: string): Signature => ({ state: 'untold', said: `cannot be told: ${why}` });
  const alg = String(token.header?.['alg'] ?? '');
  if (token.format === 'opaque') return untold('the token is opaque');
  if (token.format === 'jwe') return untold('the token is encrypted');
  if (alg.toLowerCase() === 'none') return { state: 'unsigned', said: 'not signed (alg none)' };
  if (/^HS/i.test(alg)) return untold(`${alg} is made with a shared secret`);
  const best = ['verified', 'wrong-signature', 'unknown-key'] as const;
  for (const state of best) {
    const found = verdicts.find(({ verdict }) => verdict === state);
    if (found) return { state, said: sentence(state, found.issuer, token) };
  }
  const [set] = keySets;
  if (!set) return untold('this environment names no issuer');
  return untold(unread(set));
}

function sentence(
  state: 'verified' | 'wrong-signature' | 'unknown-key',
  issuer: string,
  token: TokenFacts,
): string {
  const kid = token.header?.['kid'];
  const named = typeof kid === 'string' ? ` "${kid}"` : '';
  if (state === 'verified') return `verified with the keys of ${issuer}`;
  if (state === 'wrong-signature') return `wrong signature: the key${named} of ${issuer} does not verify it`;
  return `unknown key: ${issuer} publishes no key${named} that verifies it`;
}

function unread({ issuer, state, status }: Inspected['keySets'][number]): string {
  const answered = status === null ? '' : ` (status ${status})`;
  if (state === 'no-address') return `the metadata of ${issuer} name no jwks_uri at its own origin`;
  if (state === 'not-json') return `the keys of ${issuer} are no JWK Set`;
  if (state === 'unreachable') return `the keys of ${issuer} could not be read${answered}`;
  return 'it is no whole JWS';
}

export function lifetimeOf({ presentation }: Inspected): Lifetime {
  const obtained = presentation?.use?.obtained;
  const claims = presentation?.use?.token?.claims ?? null;
  const exp = secondsOf(claims, 'exp');
  const from = obtained?.at ?? secondsOf(claims, 'iat');
  const ends = obtained?.expiresAt ?? exp;
  return { ends, lasts: ends === null || from === null ? null : ends - from };
}

/** A claim of time, as milliseconds since the epoch. */
export function secondsOf(claims: JsonMap | null, name: string): number | null {
  const value = claims?.[name];
  // Beyond that Date knows no days.
  return typeof value === 'number' && Math.abs(value) <= 8.64e12 ? value * 1000 : null;
}

export function scopeOf({ credential }: OneCredential, { presentation }: Inspected): Scope {
  const asked = words(credential.type === 'oauth2' ? credential.scope : null);
  const claims = presentation?.use?.token?.claims ?? null;
  const said = presentation?.use?.obtained?.scope ?? null;
  const claimed = claims?.['scope'] ?? claims?.['scp'];
  const inToken = Array.isArray(claimed)
    ? claimed.map(String)
    : typeof claimed === 'string'
      ? words(claimed)
      : null;
  const granted = said === null ? inToken : words(said);
  return { asked, granted, missing: granted === null ? [] : asked.filter((each) => !granted.includes(each)) };
}

function words(text: string | null): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

/** Fields that would be sent, secrets by name. */
export function sentOf({ presentation }: Inspected): string[] {
  if (!presentation) return [];
  const { headers, query, cookies, signer } = presentation;
  return [
    ...headers.map(([name, value]) => `${name}: ${String(value)}`),
    ...query.map(([name, value]) => `?${name}=${String(value)}`),
    ...(cookies.length === 0
      ? []
      : [`Cookie: ${cookies.map(([name, value]) => `${name}=${String(value)}`).join('; ')}`]),
    ...(signer ? signer.fields.map((name) => `${name}: made anew for each request`) : []),
  ];
}
