/** An address part by part: `{host: ..., query: {state: {exists: true}}}`. */
import { isUrl } from '../http/url.ts';
import type { Check, Json } from '../model.ts';
import type { RenderedJson } from '../plan/template.ts';
import { fail, judge } from './judge.ts';
import { secretFields } from './known-secrets.ts';
import { isMatcher } from './matcher-words.ts';
import type { Outcome } from './outcome.ts';
import { isRenderedMap, type RenderedMap } from './rendered.ts';

/** Parameters that are secret in addresses, besides those that are so everywhere. */
const secretParameters: ReadonlySet<string> = new Set([
  ...secretFields,
  'assertion',
  'client_assertion',
  'code_verifier',
  'id_token_hint',
  'password',
  'request',
  'response',
  'samlresponse',
  'ticket',
  'token',
]);

/** A map that is not a matcher states parts. */
export function isParts(expected: RenderedJson): expected is RenderedMap {
  return isRenderedMap(expected) && !isMatcher(expected);
}

/** A check for each part, and for each parameter of query and fragment. `address` is absolute, or it is no address. */
export function checkAddress(
  subject: string,
  parts: RenderedMap,
  address: string | undefined,
  outcome: Outcome,
): Check[] {
  const url = address !== undefined && isUrl(address) ? new URL(address) : null;
  return Object.keys(parts).flatMap((part): Check | Check[] => {
    const base = { kind: 'redirects', subject: `${subject}, ${part}`, container: parts, key: part };
    if (url === null)
      return fail(base, address === undefined ? 'no Location' : `not a URL: ${address}`, outcome);
    const expected = parts[part] as RenderedJson;
    if (part === 'query' && isRenderedMap(expected))
      return checkParameters(subject, expected, url.searchParams, outcome);
    if (part === 'fragment' && isParts(expected))
      return checkParameters(subject, expected, new URLSearchParams(url.hash.slice(1)), outcome);
    const ignoreCase = part === 'scheme' || part === 'host';
    return judge(
      { ...base, actual: partOf(url, part), context: { text: part !== 'port', ignoreCase } },
      outcome,
    );
  });
}

/** Decoded; a repeated one is a list, one that is not there is absent. */
function checkParameters(
  subject: string,
  expected: RenderedMap,
  parameters: URLSearchParams,
  outcome: Outcome,
): Check[] {
  return Object.keys(expected).map((name) => {
    const values = parameters.getAll(name);
    const actual: Json | undefined = values.length > 1 ? values : values[0];
    const secret = secretParameters.has(name.toLowerCase()) && actual !== undefined;
    const base = { kind: 'redirects', subject: `${subject}, ${name}`, container: expected, key: name };
    const judgement = { ...base, actual, context: { text: true } };
    return judge(secret ? { ...judgement, shown: lengths(values) } : judgement, outcome);
  });
}

function lengths(values: readonly string[]): string {
  return `present (${values.map((value) => Array.from(value).length).join(', ')} characters)`;
}

const ports: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

function partOf(url: URL, part: string): Json | undefined {
  switch (part) {
    case 'scheme':
      return url.protocol.slice(0, -1);
    case 'origin':
      // That of an application's own scheme has no serialisation (RFC 6454 section 6.1).
      return url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin;
    case 'host':
      return url.hostname;
    case 'port':
      return url.port === '' ? ports[url.protocol] : Number(url.port);
    case 'path':
      return url.pathname;
    default:
      return url.hash === '' ? undefined : url.hash.slice(1);
  }
}
