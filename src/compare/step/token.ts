/** The traits of credentials and tokens: what may be known of them, never their value. */
import { parseJson } from '../../http/json.ts';
import type { CredentialUse, Exchange, Json, JsonMap, Source } from '../../model.ts';
import { type Place, withoutOwn } from './own.ts';
import { type Trait, type TraitKind, trait } from './trait.ts';

/** `at`: milliseconds since the epoch when it was sent. */
export function credentialTraits(use: CredentialUse, place: Place, at: number): Trait[] {
  const { name, token, obtained, shape = [] } = use;
  const source = place.environment.credentials.get(name)?.source ?? null;
  const of = (kind: TraitKind, value: string, seen = value): Trait => trait(kind, name, value, seen, source);
  return [
    of('credential.type', use.type),
    of('credential.scheme', `${use.scheme === null ? '' : `${use.scheme} in `}${use.field}`),
    of('credential.shape', shape.map(({ fault }) => fault).join(', ') || 'as it should be'),
    of('credential.shared', use.fingerprint),
    of('token.obtained', ...how(obtained, place)),
    ...(token ? tokenTraits(use, token, place, at, source) : []),
  ];
}

function how(obtained: CredentialUse['obtained'], place: Place): [string, string] {
  if (!obtained) return ['from outside', 'from outside'];
  const seen = `by client ${obtained.client} from ${obtained.issuer}`;
  return [withoutOwn(seen, place), seen];
}

function tokenTraits(
  { obtained, proof, name }: CredentialUse,
  token: NonNullable<CredentialUse['token']>,
  place: Place,
  at: number,
  source: Source | null,
): Trait[] {
  const { header, claims } = token;
  const of = (kind: TraitKind, value: string, seen = value): Trait => trait(kind, name, value, seen, source);
  const own = (kind: TraitKind, text: string): Trait => of(kind, withoutOwn(text, place), text);
  const scope = claims ? (claims['scope'] ?? claims['scp']) : obtained?.scope;
  const exp = seconds(claims?.['exp']) ?? (obtained?.expiresAt == null ? null : obtained.expiresAt / 1000);
  const begun = seconds(claims?.['iat']) ?? (obtained ? obtained.at / 1000 : null);
  return [
    of('token.format', token.malformed === null ? token.format : 'malformed'),
    ...(header ? [of('token.alg', words(header['alg'])), of('token.typ', words(header['typ']))] : []),
    ...(claims
      ? [
          own('token.iss', words(claims['iss'])),
          own('token.aud', words(claims['aud'])),
          own(
            'token.client',
            words(claims['azp'] ?? claims['client_id'] ?? claims['appid'] ?? claims['cid']),
          ),
          own('token.roles', rolesOf(claims)),
          of('token.claims', Object.keys(claims).sort().slice(0, 40).join(' ')),
        ]
      : []),
    ...(scope === undefined ? [] : [own('token.scope', scopes(scope))]),
    of('token.binding', proof || claims?.['cnf'] !== undefined ? 'bound to a key' : 'not bound'),
    ...validity(seconds(claims?.['nbf']), exp, at / 1000).map(([value, seen]) =>
      of('token.left', value, seen),
    ),
    ...(exp === null || begun === null
      ? []
      : [of('token.lifetime', rounded(exp - begun), exp < begun ? 'negative' : span(exp - begun))]),
  ];
}

function rolesOf(claims: JsonMap): string {
  const names = ['roles', 'groups', 'permissions', 'entitlements', 'acr', 'amr'];
  const held = names.filter((name) => claims[name] !== undefined);
  return held.map((name) => `${name} ${words(claims[name])}`).join('; ') || 'none';
}

/** Whether it was valid is compared; how long it had left is shown. */
function validity(nbf: number | null, exp: number | null, at: number): (readonly [string, string])[] {
  if (nbf !== null && nbf > at) return [['early', `valid in ${span(nbf - at)}`]];
  if (exp === null) return [];
  return exp < at ? [['ended', `ended ${span(at - exp)} before`]] : [['valid', `${span(exp - at)} left`]];
}

/** Spans that differ by less than a tenth, or by two seconds, are one: the answer took its time. */
function rounded(whole: number): string {
  if (whole < 0) return 'negative';
  const step = whole < 60 ? 3 : 10 ** Math.floor(Math.log10(whole) - 0.5);
  return span(Math.round(whole / step) * step);
}

/** Seconds as people read them. */
export function span(whole: number): string {
  const value = Math.abs(whole);
  if (value < 120) return `${Math.round(value)} s`;
  if (value < 7200) return `${Math.round(value / 60)} min`;
  return value < 172_800 ? `${Math.round(value / 3600)} h` : `${Math.round(value / 86_400)} d`;
}

function seconds(value: Json | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function words(value: Json | undefined): string {
  const list = [value ?? []].flat().map((each) => (typeof each === 'object' ? 'an object' : String(each)));
  return list.sort().slice(0, 20).join(', ') || 'none';
}

function scopes(value: Json): string {
  const list = [value ?? []].flat().flatMap((each) => (typeof each === 'string' ? each.split(' ') : []));
  return (
    list
      .filter((each) => each !== '')
      .sort()
      .join(' ') || 'none'
  );
}

/** What the token endpoint granted (RFC 6749 section 5.1). */
export function grantTraits({ hops }: Exchange): Trait[] {
  const response = hops.at(-1)?.response;
  if (!response || response.status >= 300) return [];
  const body = mapOf(response.body.content);
  if (!body) return [];
  const { scope, token_type: type } = body;
  return [
    ...(typeof scope === 'string' ? [trait('grant.scope', '', scopes(scope))] : []),
    ...(typeof type === 'string' ? [trait('grant.type', '', type.toLowerCase())] : []),
  ];
}

/** The members of a JSON object of at most 64 kB; null where it is none. */
export function mapOf(content: Uint8Array): JsonMap | null {
  if (content.length > 65_536 || content[0] !== 0x7b) return null;
  const parsed = parseJson(Buffer.from(content).toString('utf8'));
  if ('error' in parsed) return null;
  const { value } = parsed;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonMap) : null;
}
