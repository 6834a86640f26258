/** What kind of token it is: access, ID or refresh token, signed, encrypted or opaque (RFC 9068, OpenID Connect Core). */
import type { CredentialUse, Json, JsonMap, TokenFacts } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { type Subject, tokenUse } from '../subject.ts';
import { lastHop, originText } from './wire.ts';

export function tokenTypeFacts(subject: Subject): Evidence[] {
  const use = tokenUse(subject);
  if (subject.stage !== 'resource' || !use?.token) return [];
  const { token } = use;
  return [...declared(subject, token), ...idMarks(subject, token), ...format(subject, use)];
}

/** Claims in which products say what a token is for. */
const typeClaims = ['token_use', 'token_type', 'typ', 'type', 'use'];

/** `refresh`, `id` and the like, where the token says it itself. */
export function declaredType(token: TokenFacts): { readonly field: string; readonly value: string } | null {
  const typ = token.header?.['typ'];
  if (
    typeof typ === 'string' &&
    /^(?:application\/)?(?:rt|logout|dpop|oauth-authz-req|secevent)\+jwt$/i.test(typ)
  )
    return { field: 'token header typ', value: typ };
  for (const name of typeClaims) {
    const value: Json | undefined = token.claims?.[name];
    if (typeof value === 'string' && /^(?:refresh|offline|id|logout)(?:[_ -]?token)?$/i.test(value))
      return { field: `token ${name}`, value };
  }
  return null;
}

function declared(subject: Subject, token: TokenFacts): Evidence[] {
  const type = declaredType(token);
  if (!type) return [];
  const id = /^id/i.test(type.value);
  return [
    evidence(id ? 'token/says-id-token' : 'token/says-other-type', {
      names: ['token-type-wrong'],
      // Some resource servers take ID tokens on purpose; none takes a refresh token.
      weight: id ? 2 : 3,
      lines: [{ hop: subject.hop.index, field: type.field, seen: `${type.value}: it is no access token` }],
    }),
  ];
}

/** Claims that only an ID token has (OpenID Connect Core sections 2 and 3.3.2.11). */
function idMarks(subject: Subject, token: TokenFacts): Evidence[] {
  const { claims } = token;
  if (!claims || declaredType(token) || isAccessToken(token, claims)) return [];
  const hashes = ['at_hash', 'c_hash', 's_hash'].filter((name) => claims[name] !== undefined);
  const marks = [...hashes, ...(claims['nonce'] === undefined ? [] : ['nonce'])];
  if (marks.length === 0) return [];
  return [
    evidence('token/id-token-marks', {
      names: ['token-type-wrong'],
      weight: hashes.length > 0 ? 2 : 1,
      lines: [
        { hop: subject.hop.index, field: 'token', seen: `holds ${marks.join(', ')}, as an ID token does` },
      ],
    }),
  ];
}

function isAccessToken(token: TokenFacts, claims: JsonMap): boolean {
  const typ = token.header?.['typ'];
  return (
    (typeof typ === 'string' && /^(?:application\/)?at\+jwt$/i.test(typ)) ||
    /^(?:access|bearer)$/i.test(String(claims['token_use'] ?? claims['typ'] ?? claims['token_type'] ?? '')) ||
    ['scope', 'scp'].some((name) => claims[name] !== undefined)
  );
}

/** Another form than this origin took before: a server that reads JWTs cannot read an opaque token, and the reverse. */
function format(subject: Subject, use: CredentialUse): Evidence[] {
  const own = use.token?.format;
  const origin = originText(subject.hop.request.url);
  const taken = subject.past.find(({ passed, exchange, environment }) => {
    const hop = lastHop(exchange);
    return (
      passed &&
      environment === subject.environment.name &&
      exchange.role === 'resource' &&
      hop?.response !== null &&
      (hop?.response.status ?? 500) < 300 &&
      originText(hop?.request.url ?? '') === origin &&
      exchange.credentials.some(({ token, field }) => token !== null && field === use.field)
    );
  });
  const other = taken?.exchange.credentials.find(({ token }) => token !== null)?.token?.format;
  if (!taken || other === undefined || other === own) return [];
  const seen = `this one is ${words(own)}; step "${taken.step}" passed at this origin with ${words(other)}`;
  return [
    evidence('token/other-format', {
      names: ['token-malformed', 'token-unknown'],
      weight: 1,
      lines: [{ hop: subject.hop.index, field: 'token', seen }],
    }),
  ];
}

function words(format: TokenFacts['format'] | undefined): string {
  if (format === 'jwt') return 'a JWT';
  return format === 'jwe' ? 'an encrypted token' : 'an opaque token';
}
