/** What reports for people say of a hop: its answer, and what became of the credential. */
import type { Dropped, DropRule, Exchange, Hop, RedirectStop } from '../model.ts';

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
const stops: Readonly<Record<RedirectStop['reason'], string>> = {
  'not-followed': 'redirects are not followed in this step',
  limit: 'too many redirects',
  loop: 'the redirects go in a circle',
  scheme: 'the redirect leads to a scheme that is not HTTP',
  userinfo: 'the redirect names a user in its URL',
  'no-location': 'the redirect names no location',
  'body-not-replayable': 'the body cannot be sent again',
  'body-withheld': 'the body is sent to no origin but those of this environment',
  'invalid-location': 'the location of the redirect is not a URL',
  'metadata-address': 'the redirect leads to a metadata address',
  status: 'redirects of this status are not followed',
  client: 'the client does not follow here',
};

/** Phases before the first byte of a request. */
const unsent: ReadonlySet<string> = new Set(['dns', 'connect', 'tls', 'proxy', 'policy']);

/** `authorization sent`, `authorization dropped: origin changed`: a sentence for each field of a credential. */
export function delivery(exchange: Exchange, hop: Hop): string[] {
  if (hop.failure && unsent.has(hop.failure.phase)) return ['nothing was sent'];
  const dropped = new Map(hop.dropped.map((each) => [each.header, fateOf(each, hop)]));
  const fields = new Set(exchange.credentials.map(({ field }) => field));
  if (hop.request.headers.some(([name]) => name.toLowerCase() === 'authorization'))
    fields.add('authorization');
  const carriers = [...fields].map(
    (field) => dropped.get(field) ?? `${fieldName(field)} ${carries(hop, field) ? 'sent' : 'not sent'}`,
  );
  const others = [...dropped].filter(([header]) => !fields.has(header)).map(([, text]) => text);
  return [...carriers, ...others];
}

/** By our rule or by that of the client that is replayed; what that one would have sent elsewhere is said. */
function fateOf({ header, rule, client }: Dropped, hop: Hop): string {
  if (client === undefined) return `${header} dropped: ${rules[rule]}`;
  if (rule !== 'origin-unbound') return `${header} dropped as by ${client}: ${rules[rule]}`;
  const { url } = hop.request;
  return `${header} withheld: ${client} would have sent it to ${URL.canParse(url) ? new URL(url).origin : url}`;
}

/** Whether a hop lost a credential that the first one carried. */
export function lost(exchange: Exchange, hop: Hop): boolean {
  return exchange.credentials.some(({ field }) => !carries(hop, field));
}

function carries({ request }: Hop, field: string): boolean {
  const name = field.slice(field.indexOf(':') + 1);
  if (field.startsWith('query:'))
    return URL.canParse(request.url) && new URL(request.url).searchParams.has(name);
  // Of a long form only the beginning is kept.
  if (field.startsWith('form:')) return request.body !== null;
  if (!field.startsWith('cookie:')) return request.headers.some(([header]) => header.toLowerCase() === field);
  const cookies = request.headers.filter(([header]) => header.toLowerCase() === 'cookie');
  return cookies.some(([, value]) => value.split(';').some((pair) => pair.trim().startsWith(`${name}=`)));
}

/** `query:key` is `query parameter key` to a reader. */
function fieldName(field: string): string {
  if (field.startsWith('query:')) return `query parameter ${field.slice(6)}`;
  if (field.startsWith('form:')) return `form parameter ${field.slice(5)}`;
  return field.startsWith('cookie:') ? `cookie ${field.slice(7)}` : field;
}

/** `401`, or the code of the failure. */
export function answer({ response, failure }: Hop): string {
  return failure ? failure.code : String(response?.status ?? 'no answer');
}

/** The values of a response header, in order. */
export function received({ response }: Hop, name: string): string[] {
  return (response?.headers ?? [])
    .filter(([header]) => header.toLowerCase() === name)
    .map(([, value]) => value);
}

/** Whether a text is one of our reasons, not one in free words. */
export function isStop(reason: string): boolean {
  return Object.hasOwn(stops, reason);
}

export function describeStop({ reason, location, client }: RedirectStop): string {
  const why = client ? `${client.name} does not follow here, for ${client.why}` : stops[reason];
  if (location === '') return `${why}: its Location is empty`;
  return location === null ? why : `${why}: ${location}`;
}
