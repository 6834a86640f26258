/** What became of the fields of a hop: sent, added, changed, dropped, and by whom. */
import { isUrl } from '../http/url.ts';
import type { Dropped, DropRule, Exchange, FieldSource, Hop } from '../model.ts';

/** A field that the hop before did not carry, or carried with another value. */
export interface AddedField {
  /** Lower case. */
  readonly header: string;
  readonly by: FieldSource;
  /** The hop before carried it too, with another value. */
  readonly changed: boolean;
}
/** One word, and the fields to which it applies, as people read them. */
export interface Fate {
  readonly word: 'sent' | 'added' | 'changed' | 'dropped' | 'without' | 'nothing';
  readonly fields: string;
}

const rules: Readonly<Record<DropRule, string>> = {
  'origin-changed': 'origin changed',
  'dropped-earlier': 'dropped on an earlier hop',
  'origin-unbound': 'not an origin of this environment',
  'method-changed': 'method changed',
  'host-changed': 'host changed',
  'scheme-changed': 'scheme changed',
  'port-changed': 'port changed',
  'never-kept': 'kept on no redirect',
};
/** Phases before the first byte of a request. */
const unsent: ReadonlySet<string> = new Set(['dns', 'connect', 'tls', 'proxy', 'policy']);
/** Fields that carry credentials whoever sends them. */
const credentialFields: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);
/** Names of cookies that are listed. */
const listedCookies = 3;

/** One field, all of its lines together. */
interface SentField {
  readonly name: string;
  readonly values: string[];
  /** Empty: not known. */
  readonly by: Set<FieldSource>;
}

/**
 * Fields that are new on this hop, each of its sources once; on the first hop all. What the HTTP library writes is left
 * out.
 */
export function addedFields({ hops }: Pick<Exchange, 'hops'>, hop: Hop): AddedField[] {
  const before = previous(hops, hop);
  return sentFields(hop).flatMap(({ name, by }) => {
    const state = stateOf(name, hop, before);
    if (state === 'sent' && before !== null) return [];
    return [...by].map((each) => ({ header: name, by: each, changed: state === 'changed' }));
  });
}

/** In the order sent, added, changed, dropped, without; a word that applies to nothing is left out. */
export function fates(exchange: Exchange, hop: Hop): Fate[] {
  if (hop.failure && unsent.has(hop.failure.phase)) return [{ word: 'nothing', fields: 'was sent' }];
  const before = previous(exchange.hops, hop);
  const told = { sent: [] as string[], added: [] as string[], changed: [] as string[] };
  for (const group of bySource(sentFields(hop).filter((field) => matters(field, exchange, hop, before)))) {
    const state = stateOf(group[0].name, hop, before);
    told[state].push(`${group.map(shownField).join(', ')}${byWhom(group[0].by)}`);
  }
  told.sent.push(...carriedElsewhere(exchange, hop), ...bodyOf(hop, before));
  return [
    ...(['sent', 'added', 'changed'] as const).map((word) => ({ word, fields: told[word].join(', ') })),
    { word: 'dropped' as const, fields: droppedFields(hop) },
    { word: 'without' as const, fields: missing(exchange, hop).join(', ') },
  ].filter(({ fields }) => fields !== '');

  function bySource(fields: readonly SentField[]): [SentField, ...SentField[]][] {
    const groups = new Map<string, [SentField, ...SentField[]]>();
    for (const field of fields) {
      const key = [stateOf(field.name, hop, before), ...field.by].join('\n');
      const group = groups.get(key);
      if (group) group.push(field);
      else groups.set(key, [field]);
    }
    return [...groups.values()];
  }
}

/** Whether a hop lost a credential that the first one carried. */
export function lost(exchange: Exchange, hop: Hop): boolean {
  return exchange.credentials.some(({ field }) => !carries(hop, field));
}

function previous(hops: readonly Hop[], { index }: Hop): Hop | null {
  return hops.find((each) => each.index === index - 1) ?? null;
}

/** Without those of the HTTP library alone. */
function sentFields({ request }: Hop): SentField[] {
  const fields = new Map<string, SentField>();
  request.headers.forEach(([header, value], index) => {
    const by = request.sources?.[index] ?? [];
    if (header.startsWith(':') || (by.length > 0 && by.every((each) => each === 'transport'))) return;
    const name = header.toLowerCase();
    const field = fields.get(name) ?? { name, values: [], by: new Set() };
    field.values.push(value);
    for (const each of by) field.by.add(each);
    fields.set(name, field);
  });
  return [...fields.values()];
}

/** What was dropped and is there all the same comes from somewhere else: a jar. */
function stateOf(name: string, hop: Hop, before: Hop | null): 'sent' | 'added' | 'changed' {
  if (before === null) return 'sent';
  if (hop.dropped.some(({ header }) => header === name) || !has(before, name)) return 'added';
  return hop.changed?.includes(name) ? 'changed' : 'sent';
}

/** Defaults and fields of the environment are told when they change only; those of a step once. */
function matters(field: SentField, exchange: Exchange, hop: Hop, before: Hop | null): boolean {
  const { name, by, values } = field;
  const credential =
    credentialFields.has(name) ||
    exchange.credentials.some((use) => use.field === name) ||
    [...by].some((each) => each.startsWith('credential ')) ||
    values.some((value) => value.includes('[secret:'));
  if (credential || by.size === 0) return credential;
  return before === null ? by.has('step') : stateOf(name, hop, before) !== 'sent';
}

function shownField({ name, values }: SentField): string {
  if (name !== 'cookie') return name;
  const names = cookieNames(values);
  if (names.length > listedCookies) return `${names.length} cookies`;
  if (names.length === 1) return `cookie ${names[0]}`;
  return `cookies ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function cookieNames(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(';').map((pair) => pair.split('=')[0]?.trim() ?? ''));
}

function byWhom(by: ReadonlySet<FieldSource>): string {
  return by.size === 0 ? '' : ` (${[...by].join(', ')})`;
}

/** Credentials in the query or in a form. */
function carriedElsewhere(exchange: Exchange, hop: Hop): string[] {
  return exchange.credentials
    .filter(({ field }) => /^(?:query|form):/.test(field) && carries(hop, field))
    .map(({ field, name }) => `${fieldName(field)} (credential ${name})`);
}

function bodyOf({ request }: Hop, before: Hop | null): string[] {
  if (request.body === null || (before !== null && before.request.body !== null)) return [];
  return [`body of ${request.body.bytes} bytes`];
}

/** `authorization, cookie (origin changed), content-type (method changed)` */
function droppedFields(hop: Hop): string {
  const groups = new Map<string, string[]>();
  for (const drop of hop.dropped) {
    const rule = ruleOf(drop, hop);
    groups.set(rule, [...(groups.get(rule) ?? []), drop.header]);
  }
  return [...groups].map(([rule, headers]) => `${headers.join(', ')} (${rule})`).join(', ');
}

/** Ours, or that of the client that is replayed; what that one sends to an origin that is not bound stays here. */
function ruleOf({ rule, client }: Dropped, { request: { url } }: Hop): string {
  if (client === undefined) return rules[rule];
  if (rule !== 'origin-unbound') return `${client}: ${rules[rule]}`;
  return `withheld: ${client} would have sent it to ${isUrl(url) ? new URL(url).origin : url}`;
}

/** Credentials that are not there, and nothing says why. */
function missing(exchange: Exchange, hop: Hop): string[] {
  const dropped = new Set(hop.dropped.map(({ header }) => header));
  const fields = new Set(exchange.credentials.map(({ field }) => field));
  return [...fields]
    .filter((field) => !dropped.has(field.startsWith('cookie:') ? 'cookie' : field) && !carries(hop, field))
    .map(fieldName);
}

function has({ request }: Hop, name: string): boolean {
  return request.headers.some(([header]) => header.toLowerCase() === name);
}

function carries(hop: Hop, field: string): boolean {
  const { request } = hop;
  const name = field.slice(field.indexOf(':') + 1);
  if (field.startsWith('query:')) return isUrl(request.url) && new URL(request.url).searchParams.has(name);
  // Of a long form only the beginning is kept.
  if (field.startsWith('form:')) return request.body !== null;
  if (!field.startsWith('cookie:')) return has(hop, field);
  const cookies = request.headers.filter(([header]) => header.toLowerCase() === 'cookie');
  return cookieNames(cookies.map(([, value]) => value)).includes(name);
}

/** `query:key` is `query parameter key` to a reader. */
function fieldName(field: string): string {
  if (field.startsWith('query:')) return `query parameter ${field.slice(6)}`;
  if (field.startsWith('form:')) return `form parameter ${field.slice(5)}`;
  return field.startsWith('cookie:') ? `cookie ${field.slice(7)}` : field;
}
