/** Two tokens, one refused and one accepted: what differs between them, and the cause that each difference is. */
import type { CauseId, CredentialUse, JsonMap, TokenFacts } from '../../model.ts';
import { heldScopes } from '../facts/claims.ts';

export type Factor =
  | 'exp'
  | 'nbf'
  | 'iss'
  | 'aud'
  | 'client'
  | 'scope'
  | 'kid'
  | 'alg'
  | 'typ'
  | 'cnf'
  | 'lifetime'
  /** Any other claim. */
  | 'claims';

/** Lower than this, `exp` is in seconds. */
const milliseconds = 1e11;

/** The cause that a factor stands for where it is the only one. */
export const causeOf: Readonly<Record<Factor, CauseId>> = {
  exp: 'token-expired',
  nbf: 'token-not-yet-valid',
  iss: 'issuer-mismatch',
  aud: 'audience-mismatch',
  client: 'client-mismatch',
  scope: 'scope-missing',
  kid: 'key-unknown',
  alg: 'alg-not-allowed',
  typ: 'token-type-wrong',
  cnf: 'token-binding-mismatch',
  lifetime: 'token-lifetime-wrong',
  claims: 'token-claims-invalid',
};

export interface Difference {
  readonly factor: Factor;
  readonly refused: string;
  readonly accepted: string;
}

/**
 * What distinguishes the refused token from the accepted one. Null where they cannot be held beside each other: an
 * opaque one shows its scope at most. `now`: milliseconds, when the refused one was used.
 */
export function differences(
  refused: CredentialUse,
  accepted: CredentialUse,
  now: number,
): readonly Difference[] | null {
  const [old, fresh] = [refused.token, accepted.token];
  if (!old?.claims || !fresh?.claims) return null;
  const found: Difference[] = [];
  const add = (factor: Factor, a: unknown, b: unknown): void => {
    if (show(a) !== show(b)) found.push({ factor, refused: show(a), accepted: show(b) });
  };
  times(old.claims, fresh.claims, now, found);
  add('iss', old.claims['iss'], fresh.claims['iss']);
  add('aud', sorted(old.claims['aud']), sorted(fresh.claims['aud']));
  add('client', clientOf(old.claims), clientOf(fresh.claims));
  scopes(old.claims, fresh.claims, found);
  for (const name of ['kid', 'alg', 'typ'] as const) add(name, headerOf(old, name), headerOf(fresh, name));
  add('cnf', old.claims['cnf'], fresh.claims['cnf']);
  const others = otherClaims(old.claims, fresh.claims);
  if (others.length > 0)
    found.push({ factor: 'claims', refused: others.join(', '), accepted: `other ${others.join(', ')}` });
  return found;
}

/** Of an issuer follow its keys: another key of another issuer is no second difference. */
export function withoutConsequences(all: readonly Difference[]): readonly Difference[] {
  const has = (factor: Factor): boolean => all.some((each) => each.factor === factor);
  return all.filter(({ factor }) => !(has('iss') && (factor === 'kid' || factor === 'alg')));
}

function times(old: JsonMap, fresh: JsonMap, now: number, found: Difference[]): void {
  const [exp, next] = [old['exp'], fresh['exp']];
  if (typeof exp === 'number' && typeof next === 'number') {
    if (exp > milliseconds !== next > milliseconds)
      found.push({ factor: 'lifetime', refused: String(exp), accepted: String(next) });
    else if (exp * 1000 <= now && next * 1000 > now)
      found.push({ factor: 'exp', refused: instant(exp), accepted: instant(next) });
  }
  const start = old['nbf'] ?? old['iat'];
  const freshStart = fresh['nbf'] ?? fresh['iat'];
  if (typeof start === 'number' && typeof freshStart === 'number' && start * 1000 > now && start > freshStart)
    found.push({ factor: 'nbf', refused: instant(start), accepted: instant(freshStart) });
}

/** Only what the accepted one has more counts: fewer scopes never helped anybody. */
function scopes(old: JsonMap, fresh: JsonMap, found: Difference[]): void {
  const [had, has] = [heldScopes(old), heldScopes(fresh)];
  if (has.some((scope) => !had.includes(scope)))
    found.push({ factor: 'scope', refused: had.sort().join(' ') || 'none', accepted: has.sort().join(' ') });
}

/** Of every token anew, or told apart above. */
const looked: ReadonlySet<string> = new Set([
  ...['exp', 'nbf', 'iat', 'iss', 'aud', 'cnf', 'scope', 'scp', 'scopes', 'permissions', 'roles'],
  ...[
    'client_id',
    'azp',
    'appid',
    'cid',
    'jti',
    'uti',
    'rh',
    'aio',
    'auth_time',
    'sid',
    'at_hash',
    'nonce',
    'ver_id',
  ],
]);

function otherClaims(old: JsonMap, fresh: JsonMap): string[] {
  const names = new Set([...Object.keys(old), ...Object.keys(fresh)]);
  return [...names].filter((name) => !looked.has(name) && show(old[name]) !== show(fresh[name])).sort();
}

function clientOf(claims: JsonMap): unknown {
  return claims['client_id'] ?? claims['azp'] ?? claims['appid'] ?? claims['cid'];
}

function headerOf({ header }: TokenFacts, name: string): unknown {
  const value = header?.[name];
  return name === 'typ' && typeof value === 'string'
    ? value.toLowerCase().replace(/^application\//, '')
    : value;
}

function sorted(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.length === 1 ? value[0] : value.map(String).sort();
}

function show(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (Array.isArray(value)) return value.map(show).join(', ');
  return typeof value === 'object'
    ? JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item))
    : String(value);
}

function instant(seconds: number): string {
  const ms = seconds * 1000;
  return Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : String(seconds);
}
