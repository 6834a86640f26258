/** Answers of a token endpoint (RFC 6749 sections 5.1 and 5.2), as servers really give them. */
import { parseChallenges } from '../../http/challenge.ts';
import { parseJson } from '../../http/json.ts';
import type { Exchange, Hop, Json, JsonMap, Response } from '../../model.ts';
import type { Redactor, Secret } from '../../secret.ts';
import { isMap } from '../../source.ts';
import { address, describeFailure, fieldValues, mediaType, quoted } from '../answer.ts';
import type { Ledger } from '../ledger.ts';
import { unsendable } from '../rendering.ts';

export interface TokenAnswer {
  readonly access_token: Secret;
  readonly token_type: 'Bearer' | 'DPoP';
  readonly refresh_token: Secret | null;
  readonly id_token: Secret | null;
  readonly scope: string | null;
  /** Seconds. */
  readonly expires_in: number | null;
}
export interface Refusal {
  readonly error: string | null;
  readonly message: string;
  /** What must not be tried again in this run (DIAGNOSIS.md section 4). */
  readonly closes: 'client' | 'credential' | null;
  /** It speaks of an account that is locked. */
  readonly locked: boolean;
}
/** What only some grants take for an answer. */
export interface AnswerRules {
  /** An ID token is presented: it may come alone. */
  readonly idToken?: boolean;
  /** RFC 8693 section 2.2.1: the token may be of any type. */
  readonly exchanged?: boolean;
  /** The request held a DPoP proof. A server may still give a token that is bound to nothing (RFC 9449 section 5). */
  readonly proven?: boolean;
}
export type TokenResult = { readonly answer: TokenAnswer } | { readonly refusal: Refusal };

const final: ReadonlySet<string> = new Set(['invalid_client', 'invalid_grant', 'unauthorized_client']);
const locked =
  /\b(?:account|user|client|credentials?|application)\b[^.]{0,60}\b(?:locked|suspended)\b|\block(?:ed)?[ -]?out\b|\btemporarily (?:locked|blocked)\b|\btoo many\b[^.]{0,40}\b(?:attempts|failures|log-?ins)\b/i;

/** Reads the exchange itself. `name` is the credential's; every token in the answer is learnt, also in a refusal. */
export function readTokenAnswer(
  exchange: Exchange,
  name: string,
  ledger: Ledger,
  redactor: Redactor,
  rules: AnswerRules = {},
): TokenResult {
  const hop = exchange.hops.at(-1);
  if (!hop?.response) return refused(describeFailure('The token endpoint', exchange, redactor));
  const { response } = hop;
  const text = new TextDecoder().decode(response.body.content);
  const members = readMembers(text);
  const tokens = learnTokens(members, name, ledger);
  const refusal =
    redirected(exchange, response, redactor) ??
    oauthError(hop, response, members, text, redactor) ??
    unreadable(hop, response);
  if (refusal) return { refusal };
  const fails = (what: string): TokenResult => refused(`${answered(hop, response)}${what}.`);
  if (!members) return fails(response.body.bytes === 0 ? '' : ' that is not a JSON object');
  const { id_token } = tokens;
  if (rules.idToken && !id_token)
    return fails(' that has no id_token (OpenID Connect Core 1.0 section 3.1.3.3)');
  const access_token = tokens.access_token ?? (rules.idToken ? id_token : null);
  if (!access_token) return fails(' that has no access_token (RFC 6749 section 5.1)');
  const defect = unsendable(access_token.reveal());
  if (defect) return fails(` that has an access_token which ${defect}`);
  const unfit = tokens.access_token ? unfitType(members, rules, redactor) : null;
  if (unfit) return fails(unfit);
  const expires_in = seconds(members['expires_in']);
  if (expires_in === undefined) return fails(' that has an expires_in which is not a number of seconds');
  const scope = typeof members['scope'] === 'string' ? members['scope'] : null;
  const token_type = isType(members, 'dpop') ? 'DPoP' : 'Bearer';
  const { refresh_token } = tokens;
  return { answer: { access_token, token_type, refresh_token, id_token, scope, expires_in } };
}

function isType({ token_type }: JsonMap, type: string): boolean {
  return typeof token_type === 'string' && token_type.toLowerCase() === type;
}

/** Why the token cannot be presented; null: it can. */
function unfitType(
  members: JsonMap,
  { exchanged = false, proven = false }: AnswerRules,
  redactor: Redactor,
): string | null {
  const type = members['token_type'];
  if (typeof type !== 'string') return ' that has no token_type (RFC 6749 section 5.1)';
  const issued = members['issued_token_type'];
  if (exchanged && issued === 'urn:ietf:params:oauth:token-type:refresh_token')
    return ` that has the issued_token_type ${quoted(issued, redactor)}, which no API takes (RFC 8693 section 2.2.1)`;
  if (isType(members, 'bearer') || (exchanged && isType(members, 'n_a'))) return null;
  if (proven && isType(members, 'dpop')) return null;
  return ` that has the token_type ${quoted(type, redactor)}, not Bearer`;
}

/** A refusal by any endpoint that authenticates clients; null where the answer is none. */
export function readRefusal(exchange: Exchange, redactor: Redactor): Refusal | null {
  const hop = exchange.hops.at(-1);
  if (!hop?.response || hop.response.status < 400) return null;
  const text = new TextDecoder().decode(hop.response.body.content);
  return oauthError(hop, hop.response, readMembers(text), text, redactor);
}

/** JSON whatever the content type says; else a form, as some servers answer. */
function readMembers(text: string): JsonMap | null {
  const parsed = parseJson(text);
  if ('value' in parsed) return isMap(parsed.value) ? parsed.value : null;
  const form = text.trim();
  return /^[\w.-]+=[^\s<>{}]*$/.test(form) ? Object.fromEntries(new URLSearchParams(form)) : null;
}

function learnTokens(
  members: JsonMap | null,
  name: string,
  ledger: Ledger,
): Pick<TokenAnswer, 'refresh_token' | 'id_token'> & { readonly access_token: Secret | null } {
  const learn = (member: string, as: string): Secret | null => {
    const value = members?.[member];
    return typeof value === 'string' && value !== '' ? ledger.secret(as, value) : null;
  };
  return {
    id_token: learn('id_token', `${name} id_token`),
    access_token: learn('access_token', name),
    refresh_token: learn('refresh_token', `${name} refresh_token`),
  };
}

function redirected(exchange: Exchange, response: Response, redactor: Redactor): Refusal | null {
  if (response.status < 300 || response.status >= 400) return null;
  const why = 'a token request carries secrets and is never redirected';
  return refusalOf(describeFailure('The token endpoint', exchange, redactor, why));
}

function oauthError(
  hop: Hop,
  response: Response,
  members: JsonMap | null,
  text: string,
  redactor: Redactor,
): Refusal | null {
  const found = memberError(members) ?? challengeError(response);
  const { status } = response;
  if (!found && status === 200) return null;
  const error = found?.error == null ? null : code(found.error, redactor);
  const description = found?.description == null ? null : quoted(found.description, redactor);
  const said = [error, description].filter((part) => part !== null).join(': ');
  const isLocked = locked.test(`${found?.description ?? ''}\n${text.slice(0, 2000)}`);
  const message = found
    ? `The token endpoint (${address(hop)}) answered ${status} with the error ${said}.`
    : `${answered(hop, response)} and no OAuth error.`;
  return { error, message, closes: whatCloses(error, isLocked, status), locked: isLocked };
}

function whatCloses(error: string | null, isLocked: boolean, status: number): Refusal['closes'] {
  if (error === 'invalid_client') return 'client';
  if (isLocked || status === 401 || status === 403 || (error !== null && final.has(error)))
    return 'credential';
  return null;
}

interface OAuthError {
  readonly error: string | null;
  readonly description: string | null;
}

function memberError(members: JsonMap | null): OAuthError | null {
  const error = members?.['error'];
  if (error === undefined || error === null || error === '') return null;
  const description = textOf(members?.['error_description']);
  if (typeof error === 'string') return { error, description };
  const inner = isMap(error) ? (textOf(error['message']) ?? textOf(error['error_description'])) : null;
  return { error: null, description: description ?? inner ?? 'an error that is not a string' };
}

function challengeError(response: Response): OAuthError | null {
  for (const { parameters } of parseChallenges(fieldValues(response, 'www-authenticate'))) {
    const error = parameters.get('error');
    if (error) return { error, description: parameters.get('error_description') ?? null };
  }
  return null;
}

/** An error code is a word; anything else is quoted as text. */
function code(error: string, redactor: Redactor): string {
  return /^[\w.:/-]{1,100}$/.test(error) ? redactor.redact(error) : quoted(error, redactor);
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function unreadable(hop: Hop, response: Response): Refusal | null {
  const { body } = response;
  if (hop.failure) return refusalOf(`${answered(hop, response)} that broke off (${hop.failure.code}).`);
  if (body.decodeError)
    return refusalOf(`${answered(hop, response)} that cannot be decoded: ${body.decodeError}`);
  if (body.truncated)
    return refusalOf(`${answered(hop, response)} that is longer than is read (${body.bytes} bytes).`);
  if (mediaType(response) === 'application/json') return null;
  return refusalOf(`${answered(hop, response)}, not application/json (RFC 6749 section 5.1).`);
}

function answered(hop: Hop, response: Response): string {
  const content = response.body.bytes === 0 ? 'no content' : mediaType(response) || 'content of no type';
  return `The token endpoint (${address(hop)}) answered ${response.status} with ${content}`;
}

/** undefined: neither absent nor a number. Some servers write the number as a string. */
function seconds(value: Json | undefined): number | null | undefined {
  if (value === undefined || value === null) return null;
  const number = typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}

function refusalOf(message: string): Refusal {
  return { error: null, message, closes: null, locked: false };
}

function refused(message: string): TokenResult {
  return { refusal: refusalOf(message) };
}
