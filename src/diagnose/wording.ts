/** The words of an answer, wherever they stand, in one normal form: rules about words need no body shape. */
import { parseChallenges } from '../http/challenge.ts';
import { parseJson } from '../http/json.ts';
import type { Json, Response } from '../model.ts';
import { isMap } from '../source.ts';
import { plainPieces } from './markup.ts';

/** A text of the answer as it was sent, and the field that it was found in. */
export interface Piece {
  readonly field: string;
  readonly text: string;
}
export interface Answer {
  readonly pieces: readonly Piece[];
  /** The pieces in normal form, a line each. */
  readonly words: string;
  /** Codes that stand where OAuth puts `error`: challenge, body, redirect. */
  readonly codes: readonly string[];
  readonly description: string | null;
  /** Members of a JSON or form body at any depth, by name in lower case. */
  readonly members: ReadonlyMap<string, readonly string[]>;
  /** First 4 kB of the body in lower case. */
  readonly page: string;
}

const longestText = 4096;
const largestJson = 262_144;
const known = { answer: new WeakMap<Response, Answer>(), page: new WeakMap<Response, Answer>() };

/** `pages`: a page that came with a 2xx is read too. It is content of a resource; elsewhere it answers what was asked. */
export function answerOf(response: Response, pages = false): Answer {
  const kept = pages ? known.page : known.answer;
  const before = kept.get(response);
  if (before) return before;
  const answer = readAnswer(response, pages);
  kept.set(response, answer);
  return answer;
}

/**
 * Lower case; quotation marks gone; `_`, camel case and hyphens between letters become spaces: `"exp" claim`,
 * `TOKEN_EXPIRED` and `TokenExpired` are plain words.
 */
export function normalWords(text: string): string {
  return text
    .slice(0, longestText)
    .replace(/[’‘ʼ]/g, "'")
    .replace(properNames, (name) => name.toLowerCase())
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]{2,})([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .replace(/["`´“”„«»「」]|(^|[^\p{L}\d])'+|'+(?=$|[^\p{L}\d])/gu, '$1')
    .replace(/_|(?<=\p{L})-(?=\p{L})/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Capitals inside these are no borders of words. */
const properNames = /DPoP|OpenID|OAuth|mTLS|IdP|JWKs|GraphQL/g;

function readAnswer(response: Response, pages: boolean): Answer {
  const text = Buffer.from(response.body.content.subarray(0, longestText)).toString('utf8');
  const body = bodyValue(response, text);
  const challenges = parseChallenges(fieldsOf(response, 'www-authenticate'));
  const location = locationParameters(response);
  const pieces = [
    ...challenges.flatMap(({ parameters }) =>
      [...parameters].flatMap(([name, value]) =>
        speakingParameter.test(name) && !registered.test(value)
          ? [{ field: `challenge ${name}`, text: value }]
          : [],
      ),
    ),
    ...response.headers.flatMap(([name, value]) =>
      speakingHeader.test(name) ? [{ field: name.toLowerCase(), text: value }] : [],
    ),
    ...(plainReason.test(response.statusText) ? [] : [{ field: 'status', text: response.statusText }]),
    ...[...location].flatMap(([name, value]) =>
      registered.test(value) ? [] : [{ field: `location ${name}`, text: value }],
    ),
    ...bodyPieces(body, text, response.status, pages),
  ];
  const words = pieces.map((piece) => normalWords(piece.text)).join('\n');
  const codes = [
    ...challenges.map(({ parameters }) => parameters.get('error')),
    codeOf(body),
    location.get('error'),
  ];
  return {
    pieces,
    words: words.slice(0, longestText),
    codes: [
      ...new Set(codes.filter((code) => code !== undefined && code !== null && code !== '')),
    ] as string[],
    description:
      challenges.map(({ parameters }) => parameters.get('error_description')).find((each) => each) ??
      descriptionOf(body) ??
      location.get('error_description') ??
      null,
    members: membersOf(body),
    page: text.toLowerCase(),
  };
}

const speakingParameter =
  /^(error|error_description|error_message|error_code|errors?|message|msg|reason|detail)$/;
const speakingHeader =
  /^(?!x-squid)(?:.*-)?(?:error|errortype|error-type|error-code|error-message|error-description|auth-error|grpc-message|auth-reason|auth-failure|auth-status|reject-reason)$|^grpc-message$/i;
/** Reason phrases of RFC 9110: they say no more than the status. */
const plainReason =
  /^$|^(ok|created|accepted|no content|moved permanently|found|see other|not modified|temporary redirect|permanent redirect|bad request|unauthorized|authorization required|payment required|forbidden|not found|method not allowed|not acceptable|proxy authentication required|request timeout|conflict|gone|payload too large|unprocessable (entity|content)|too many requests|internal server error|not implemented|bad gateway|service unavailable|gateway timeout)$/i;

function fieldsOf(response: Response, name: string): string[] {
  return response.headers.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value);
}

/** What an authorization response or a login page is told in its URL (RFC 6749 section 4.1.2.1). */
function locationParameters(response: Response): ReadonlyMap<string, string> {
  const [location] = fieldsOf(response, 'location');
  const told = new Map<string, string>();
  if (location === undefined || !URL.canParse(location, 'http://relative.invalid')) return told;
  const url = new URL(location, 'http://relative.invalid');
  const fragment = new URLSearchParams(url.hash.replace(/^#[/?]*/, ''));
  for (const [name, value] of [...url.searchParams, ...fragment]) {
    if (/^(error(_?(description|message|code|reason|subcode))?|message|msg|reason)$/i.test(name))
      told.set(name, value);
  }
  return told;
}

function bodyValue(response: Response, text: string): Json | undefined {
  const start = text.trimStart()[0];
  if (start === '{' || start === '[' || start === '"') {
    const { content } = response.body;
    const whole = content.length > largestJson ? text : Buffer.from(content).toString('utf8');
    const parsed = parseJson(whole);
    return 'value' in parsed ? parsed.value : undefined;
  }
  if (/^[\w.-]+=[^\s<>]*(&[\w.-]+=[^\s<>]*)*$/.test(text.trim())) {
    return Object.fromEntries(new URLSearchParams(text.trim()));
  }
  return undefined;
}

function bodyPieces(body: Json | undefined, text: string, status: number, pages: boolean): Piece[] {
  if (body === undefined) {
    if (status < 300 && !pages) return [];
    return plainPieces(text).map((piece) => ({ field: 'body', text: piece }));
  }
  const found: Piece[] = [];
  const told = status >= 300 || admitsFailure(body) ? body : complaintsOf(body);
  collect(told, null, found, 0);
  return found;
}

/** Members under which servers put what went wrong, whatever the status. */
const complaints = /^(errors?|faults?|error_?(code|message|description|msg|summary))$/i;
function admitsFailure(body: Json): boolean {
  return isMap(body) && (body['ok'] === false || body['success'] === false || body['active'] === false);
}
function complaintsOf(body: Json): Json {
  if (!isMap(body)) return {};
  return Object.fromEntries(Object.entries(body).filter(([name]) => complaints.test(name)));
}

/** Names that say nothing beside their value; any other name is read with it: `{"exp": "token expired"}`. */
const generic =
  /^(errors?|error_?(code|message|msg|description|summary|type|detail)s?|messages?|msg|details?|title|description|reasons?|code|type|status|hint|fault(string|code)?|info|exception|name|key|value|content|text|body|response|result|data|cause|root_cause|non_field_errors|__type|extensions|developer_?message|user_?message|category|severity|level)$/i;
const unread =
  /^(stack|stack_?trace|trace|backtrace|access_token|refresh_token|id_token|token_type|scope|scopes)$/i;
const mostPieces = 60;

function collect(value: Json, name: string | null, into: Piece[], depth: number): void {
  if (
    depth > 8 ||
    into.length >= mostPieces ||
    (name !== null && unread.test(name) && typeof value === 'string')
  )
    return;
  if (typeof value === 'string') {
    if (isIdentifier(value) || registered.test(value)) return;
    const spoken = name === null || generic.test(name) || value.length > 200 ? value : `${name}: ${value}`;
    into.push({ field: name === null ? 'body' : `body ${name}`, text: spoken });
  } else if (typeof value === 'boolean' && name !== null) {
    into.push({ field: `body ${name}`, text: `${name}: ${value}` });
  } else if (Array.isArray(value)) {
    for (const each of value) collect(each as Json, name, into, depth + 1);
  } else if (isMap(value)) {
    for (const [key, member] of Object.entries(value)) collect(member, key, into, depth + 1);
  }
}

/** Codes of the registries that servers use for much; entries ask for them as `error`. */
const registered =
  /^(invalid_(scope|client|request|grant|token)|unauthorized_client|access_denied|unsupported_grant_type|server_error)$/;

/** URLs, paths, instants, digests and tokens are no words. */
function isIdentifier(text: string): boolean {
  if (/\s/.test(text)) return text.trim() === '';
  return /^(https?:\/\/|\/|\d{4}-\d\d-\d\dT|[\da-f-]{16,}$)/i.test(text) || text.length > 80;
}

function codeOf(body: Json | undefined): string | null {
  const map = Array.isArray(body) ? (body[0] as Json | undefined) : body;
  if (!isMap(map)) return null;
  const inner = isMap(map['error']) ? map['error'] : null;
  return (
    textOf(map, ['error']) ??
    textOf(inner, ['code', 'type', 'status', 'error']) ??
    textOf(map, ['error_code', 'errorCode', 'code', '__type'])
  );
}

const sayings = ['error_description', 'message', 'detail', 'errorMessage', 'error_message', 'errorSummary'];
const lesserSayings = ['msg', 'Message', 'reason', 'description', 'title', 'hint'];

function descriptionOf(body: Json | undefined): string | null {
  const map = Array.isArray(body) ? (body[0] as Json | undefined) : body;
  if (!isMap(map)) return null;
  const { error, errors, fault } = map;
  const first = Array.isArray(errors) ? (errors[0] as Json | undefined) : errors;
  return (
    textOf(map, sayings) ??
    textOf(isMap(error) ? error : null, [...sayings, ...lesserSayings]) ??
    textOf(isMap(first) ? first : null, [...sayings, ...lesserSayings]) ??
    textOf(isMap(fault) ? fault : null, ['faultstring', ...sayings]) ??
    textOf(map, lesserSayings) ??
    (typeof first === 'string' ? first : null)
  );
}

function textOf(map: { readonly [key: string]: Json } | null, names: readonly string[]): string | null {
  for (const name of names) {
    const value = map?.[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}

function membersOf(body: Json | undefined): Map<string, string[]> {
  const members = new Map<string, string[]>();
  const walk = (value: Json, name: string, depth: number): void => {
    if (depth > 8 || members.size > 200) return;
    if (Array.isArray(value)) for (const each of value) walk(each as Json, name, depth + 1);
    else if (isMap(value))
      for (const [key, member] of Object.entries(value)) walk(member, key.toLowerCase(), depth + 1);
    else if (value !== null) members.set(name, [...(members.get(name) ?? []), String(value)]);
  };
  if (body !== undefined) walk(body, '', 0);
  return members;
}
