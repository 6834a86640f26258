/** What the body of an answer says: texts of JSON at any depth, of forms, pages and plain text. */
import { parseJson } from '../http/json.ts';
import type { Json, Response } from '../model.ts';
import { isMap } from '../source.ts';
import { plainPieces } from './markup.ts';

/** A text of the answer as it was sent, and the field that it was found in. */
export interface Piece {
  readonly field: string;
  readonly text: string;
}
const largestJson = 262_144;

/** A JSON or form body; undefined for any other. `text` is its beginning. */
export function bodyValue(response: Response, text: string): Json | undefined {
  const start = text.trimStart()[0];
  if (start === '{' || start === '[' || start === '"') {
    const { content } = response.body;
    const whole = content.length > largestJson ? text : Buffer.from(content).toString('utf8');
    const parsed = parseJson(whole);
    return 'value' in parsed ? parsed.value : undefined;
  }
  if (/^[\w.-]+=[^\s<>&]*(&[\w.-]+=[^\s<>&]*)*$/.test(text.trim())) {
    return Object.fromEntries(new URLSearchParams(text.trim()));
  }
  return undefined;
}

/** What a body says, each text once; of a success only what admits a failure, of its page nothing unless `pages`. */
export function bodyPieces(body: Json | undefined, text: string, status: number, pages: boolean): Piece[] {
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
const complaints = /^(err|errors?|faults?|error_?(code|message|description|msg|summary))$/i;
function admitsFailure(body: Json): boolean {
  return isMap(body) && (body['ok'] === false || body['success'] === false || body['active'] === false);
}
function complaintsOf(body: Json): Json {
  if (!isMap(body)) return {};
  return Object.fromEntries(Object.entries(body).filter(([name]) => complaints.test(name)));
}

/** Names that say nothing beside their value; any other name is read with it: `{"exp": "token expired"}`. */
const generic =
  /^(err|errors?|error_?(code|message|msg|description|summary|type|detail)s?|messages?|msg|details?|title|description|reasons?|code|type|status|hint|fault(string|code)?|info|exception|name|key|value|content|text|body|response|result|data|cause|root_cause|non_field_errors|__type|extensions|developer_?message|user_?message|category|severity|level)$/i;
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
    const problem = name?.toLowerCase() === 'type' ? problemName(value) : null;
    if (problem !== null) into.push({ field: 'body type', text: problem });
    if (isIdentifier(value) || isCode(name ?? '', value)) return;
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

/** Whether this is a code of the registries that servers use for much; entries ask for them as `error`. */
export function isCode(name: string, value: string): boolean {
  return registered.test(value) || (name.toLowerCase() === 'error' && value === 'insufficient_scope');
}
const registered =
  /^(invalid_(scope|client|request|grant|token)|unauthorized_client|access_denied|unsupported_grant_type|unsupported_token_type|server_error)$/;

/** The last word of a problem type (RFC 9457 section 3.1.1); documents that many answers point to name no problem. */
function problemName(type: string): string | null {
  const found = /^https?:\/\/([^/?#]+)\/\S*?([^/?#=]+)\/?$/.exec(type);
  if (!found || /(^|\.)(ietf|rfc-editor|w3|iana|mozilla|httpstatuses)\./i.test(found[1] ?? '')) return null;
  const [, , name = ''] = found;
  // One word alone may be anything: the name of a resource, a version.
  return /^[a-z][\w.-]*$/i.test(name) && /[a-z][-_][a-z]|[a-z][A-Z]/.test(name)
    ? name.replace(/\.(html?|json|md)$/i, '')
    : null;
}

/** URLs, paths, instants, digests and tokens are no words. */
function isIdentifier(text: string): boolean {
  if (/\s/.test(text)) return text.trim() === '';
  return /^(https?:\/\/|\/|\d{4}-\d\d-\d\dT|[\da-f-]{16,}$)/i.test(text) || text.length > 80;
}

/** An error code where OAuth and others put it. */
export function codeOf(body: Json | undefined): string | null {
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

/** The sentence that a JSON body has for people. */
export function descriptionOf(body: Json | undefined): string | null {
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

/** Values by name in lower case, at any depth. */
export function membersOf(body: Json | undefined): Map<string, string[]> {
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
