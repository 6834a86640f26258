/** Answers of token endpoints (RFC 6749 section 5.1): what is given with a token, and what the answer is sent with. */

import { parseSetCookie } from '../../http/cookie-parse.ts';
import { parseJson } from '../../http/json.ts';
import type { Credential, CredentialUse, Exchange, JsonMap, Observation, Response } from '../../model.ts';
import { isMap } from '../../source.ts';
import { fieldValue, fieldValues, mediaType, noteOf, sorted } from './observing.ts';
import { spanText } from './span.ts';
import { lifetime } from './token.ts';

/** Bytes of an answer that is read. */
const longestAnswer = 262_144;
/** Fields by which browsers and caches treat an answer with more care. */
const careful = ['pragma', 'referrer-policy', 'strict-transport-security', 'x-content-type-options'];

/** The members of an answer with a token, or null. Values are as the trace shows them: secrets by name. */
export function tokenAnswer(exchange: Exchange): JsonMap | null {
  const response = exchange.role === 'token' ? exchange.hops.at(-1)?.response : null;
  if (response?.status !== 200 || response.body.content.length > longestAnswer) return null;
  const parsed = parseJson(Buffer.from(response.body.content).toString('utf8'));
  return 'value' in parsed && isMap(parsed.value) && parsed.value['access_token'] !== undefined
    ? parsed.value
    : null;
}

export function observeTokenAnswer(
  credential: Credential,
  exchange: Exchange,
  use: CredentialUse | null,
): Observation[] {
  const members = tokenAnswer(exchange);
  const response = exchange.hops.at(-1)?.response;
  if (!members || !response) return [];
  const note = noteOf(credential.name, credential.source);
  const type = members['token_type'];
  const expires = Number(members['expires_in'] ?? Number.NaN);
  const span = spanOf(use);
  return [
    note('token.type', typeof type === 'string' ? type.toLowerCase().replace(/^(.{40}).+/s, '$1...') : null),
    note('token.refresh_token', members['refresh_token'] === undefined ? 'not given' : 'given'),
    note('token.id_token', members['id_token'] === undefined ? 'not given' : 'given'),
    ...(Number.isFinite(expires) && span === null ? [lifetimeOf(expires, use, note)] : []),
    ...(span === null ? [] : [agreement(expires, span, note)]),
    note('token.answer_type', mediaType(response)),
    note('token.answer_caching', cachingOf(response)),
    note(
      'token.answer_fields',
      careful.filter((name) => fieldValue(response, name) !== null),
    ),
    note(
      'token.answer_cookies',
      sorted(
        fieldValues(response, 'set-cookie')
          .slice(0, 30)
          .map((line) => parseSetCookie(line).name),
      ),
    ),
  ];
}

/** What only its server can read, it can revoke: such tokens live longer, and are held beside their like. */
function lifetimeOf(
  expires: number,
  use: CredentialUse | null,
  note: ReturnType<typeof noteOf>,
): Observation {
  return use?.token?.format === 'jwt'
    ? lifetime(expires, note)
    : note('token.opaque_lifetime', Math.round(expires), spanText(expires));
}

function spanOf(use: CredentialUse | null): number | null {
  const exp = use?.token?.claims?.['exp'];
  const iat = use?.token?.claims?.['iat'];
  return typeof exp === 'number' && typeof iat === 'number' ? exp - iat : null;
}

/** Seconds that a server takes between the two. */
const lag = 60;

function agreement(expires: number, span: number, note: ReturnType<typeof noteOf>): Observation {
  if (!Number.isFinite(expires)) return note('token.expires_in', 'not said');
  const agrees = Math.abs(expires - span) <= lag;
  return note(
    'token.expires_in',
    agrees ? 'as the token' : 'not as the token',
    agrees ? 'as the token' : `${spanText(expires)}, and the token is good for ${spanText(span)}`,
  );
}

function cachingOf(response: Response): string {
  const directives = (fieldValue(response, 'cache-control') ?? '').toLowerCase().split(/[\s,]+/);
  return directives.includes('no-store') ? 'no-store' : 'may be stored';
}
