/** Tokens: what of them a resource server looks at (RFC 7519, RFC 9068), without what is personal or new each time. */
import { isUrl } from '../../http/url.ts';
import type {
  Credential,
  CredentialUse,
  Environment,
  Json,
  JsonMap,
  Observation,
  TokenFacts,
} from '../../model.ts';
import { isMap } from '../../source.ts';
import { type Note, noteOf, placeOf, plain, sorted } from './observing.ts';
import { spanText } from './span.ts';

/** What was got for `credential`, as it was presented. `now`: milliseconds, when that was. */
export function observeToken(
  credential: Credential,
  environment: Environment,
  use: CredentialUse,
  now: number,
): Observation[] {
  const facts = use.token;
  if (!facts) return [];
  const note = noteOf(credential.name, credential.source);
  const { claims } = facts;
  return [
    note('token.format', facts.format),
    ...(facts.header ? header(facts.header, note) : []),
    ...(claims ? claimsOf(claims, credential, environment, note, now) : []),
    ...scopes(credential, use, claims, note),
    note('token.binding', bindingOf(facts, use)),
  ];
}

function header(fields: JsonMap, note: Note): Observation[] {
  return [note('token.typ', text(fields['typ'])), note('token.alg', text(fields['alg']))];
}

function claimsOf(
  claims: JsonMap,
  credential: Credential,
  environment: Environment,
  note: Note,
  now: number,
): Observation[] {
  return [
    note('token.claims', sorted(Object.keys(claims).slice(0, mostClaims))),
    note('token.issuer', issuerOf(claims['iss'], environment), text(claims['iss']) ?? 'none'),
    note('token.audience', audience(claims['aud'], credential, environment)),
    note('token.client', clientOf(claims, credential)),
    ...times(claims, note, now),
    ...roles(claims, credential, environment),
  ];
}

const mostClaims = 100;

/** By name where it is one of the file's: whether it is the right one is what differs. */
function issuerOf(iss: Json | undefined, environment: Environment): Json {
  if (typeof iss !== 'string') return null;
  const own = [...environment.issuers.values()].find(({ issuer }) => issuer === iss);
  if (own) return `\${issuer.${own.name}}`;
  if (environment.issuers.size === 0) return 'not in the file';
  return placeOf(iss, environment) === null ? 'not in the file' : plain(iss, environment);
}

function audience(aud: Json | undefined, credential: Credential, environment: Environment): Json {
  const list = (Array.isArray(aud) ? (aud as readonly Json[]) : [aud])
    .flatMap((each) => (typeof each === 'string' ? [each] : []))
    .slice(0, 50);
  if (list.length === 0) return null;
  const oauth2 = credential.type === 'oauth2' ? credential : null;
  const asked = new Set([...(oauth2?.resource ?? []), ...(oauth2?.audience ? [oauth2.audience] : [])]);
  const id = oauth2?.client.client_id;
  // Some servers name the client beside the resource, which no resource server minds.
  const others = list.filter((each) => each !== id);
  if (others.length === 0) return ['the client'];
  return sorted(others.map((each) => (asked.has(each) ? 'as asked for' : plain(each, environment))));
}

function clientOf(claims: JsonMap, credential: Credential): Json {
  const named = text(claims['client_id']) ?? text(claims['azp']) ?? text(claims['appid']);
  if (named === null) return null;
  if (credential.type !== 'oauth2') return 'named';
  return named === credential.client.client_id ? 'the client of the credential' : 'another client';
}

function times(claims: JsonMap, note: Note, now: number): Observation[] {
  const [exp, iat, nbf] = ['exp', 'iat', 'nbf'].map((name) => seconds(claims[name]));
  const from = iat ?? nbf ?? null;
  const begins = Math.max(iat ?? 0, nbf ?? 0) * 1000 - now;
  return [
    ...(exp == null || from === null ? [] : [lifetime(exp - from, note)]),
    note('token.end', exp == null ? 'no exp' : 'exp'),
    ...(from === null ? [] : [note('token.begin', begins > notable ? 'in the future' : 'in the past')]),
  ];
}

/** Milliseconds by which clocks may differ unnoticed. */
const notable = 60_000;

export function lifetime(span: number, note: Note): Observation {
  return note('token.lifetime', Math.round(span), spanText(span));
}

/** Seconds since the epoch; null for what is none, milliseconds by mistake included. */
function seconds(value: Json | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) < 1e11 ? value : null;
}

/** Claims that say what may be done (RFC 9068 section 2.2.3.1 and what is common beside it). */
const authorizing = ['roles', 'groups', 'entitlements', 'permissions', 'authorities'];

function roles(claims: JsonMap, credential: Credential, environment: Environment): Observation[] {
  return authorizing.flatMap((name) => {
    const value = claims[name];
    const list = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : null;
    if (list === null) return [];
    const names = (list as readonly Json[])
      .flatMap((each) => (typeof each === 'string' ? [plain(each, environment)] : []))
      .slice(0, 100);
    return [noteOf(`${credential.name} ${name}`, credential.source)('token.roles', sorted(names))];
  });
}

function scopes(
  credential: Credential,
  use: CredentialUse,
  claims: JsonMap | null,
  note: Note,
): Observation[] {
  const granted = words(use.obtained?.scope ?? claims?.['scope'] ?? claims?.['scp']);
  const asked = credential.type === 'oauth2' ? words(credential.scope) : null;
  if (granted === null) return [];
  const has = new Set(granted);
  return [
    note('token.scope', sorted(granted)),
    ...(asked === null ? [] : [note('token.scope_dropped', sorted(asked.filter((each) => !has.has(each))))]),
  ];
}

function words(value: Json | undefined): string[] | null {
  if (typeof value === 'string') return value.split(' ').filter((each) => each !== '');
  if (!Array.isArray(value)) return null;
  return (value as readonly Json[]).flatMap((each) => (typeof each === 'string' ? [each] : []));
}

/** RFC 9449 section 6 and RFC 8705 section 3. */
function bindingOf({ claims }: TokenFacts, use: CredentialUse): string {
  const cnf = claims?.['cnf'];
  if (isMap(cnf)) {
    if (cnf['jkt'] !== undefined) return 'DPoP';
    return cnf['x5t#S256'] === undefined ? 'another key' : 'client certificate';
  }
  return use.proof ? 'DPoP' : 'none';
}

function text(value: Json | undefined): string | null {
  if (typeof value !== 'string') return null;
  return value.length > 200 ? `${value.slice(0, 200)}...` : value;
}

/** The URLs that the claims `iss` and `aud` name. */
export function namedIn(claims: JsonMap | null): { readonly claim: 'iss' | 'aud'; readonly url: string }[] {
  const aud = claims?.['aud'];
  const list = [
    ['iss', claims?.['iss']] as const,
    ...(Array.isArray(aud) ? (aud as readonly Json[]) : [aud]).map((each) => ['aud', each] as const),
  ];
  return list.flatMap(([claim, each]) =>
    typeof each === 'string' && isUrl(each) ? [{ claim, url: each }] : [],
  );
}
