/** What reports for people say of a hop: its answer, what became of its fields, and where a redirect led. */
import { isUrl } from '../http/url.ts';
import type { Exchange, Hop, RedirectStop } from '../model.ts';
import { type Fate, fates } from './hop-fields.ts';

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

/** `sent authorization (credential reader)`, `dropped authorization (origin changed)`. */
export function delivery(exchange: Exchange, hop: Hop): string[] {
  return fates(exchange, hop).map(sentence);
}

export function sentence({ word, fields }: Fate): string {
  return `${word} ${fields}`;
}

/** What a redirect changed besides the path: `http → https`, `port 8080 → 443`, `POST → GET, body dropped`. */
export function moves({ hops }: Pick<Exchange, 'hops'>, { index, request }: Hop): string[] {
  const before = hops.find((each) => each.index === index - 1)?.request;
  if (!before) return [];
  const bodyLost = before.body !== null && request.body === null ? ['body dropped'] : [];
  const method = before.method === request.method ? [] : [`${before.method} → ${request.method}`];
  if (!isUrl(before.url) || !isUrl(request.url)) return [...method, ...bodyLost];
  const [from, to] = [new URL(before.url), new URL(request.url)];
  const scheme = from.protocol === to.protocol ? [] : [`${from.protocol} → ${to.protocol}`];
  return [
    ...scheme.map((text) => text.replaceAll(':', '')),
    ...(from.hostname === to.hostname ? [] : [`${from.hostname} → ${to.hostname}`]),
    ...(from.port === to.port ? [] : [`port ${portOf(from)} → ${portOf(to)}`]),
    ...method,
    ...bodyLost,
  ];
}

function portOf(url: URL): string {
  return url.port || (url.protocol === 'https:' ? '443' : '80');
}

/** `401`, or the code of the failure. */
export function answer({ response, failure }: Hop): string {
  return failure ? failure.code : String(response?.status ?? 'no answer');
}

/** One sentence on each try that an idle connection took with it. */
export function lostTries({ lost = [] }: Hop): string[] {
  return lost.map(({ code }) => `sent again: a used connection ended without an answer (${code})`);
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
