/** What observers share: observations, header fields, and texts that are the same in environments that are alike. */
import { isUrl } from '../../http/url.ts';
import type { Environment, Exchange, Json, Observation, Response, Source } from '../../model.ts';
import { abstracted } from '../hosts.ts';

/** Notes what was seen of one subject. */
export type Note = (kind: string, value: Json, seen?: string) => Observation;

export function noteOf(of: string, source: Source | null): Note {
  return (kind, value, seen) => ({ kind, of, value, ...(seen === undefined ? {} : { seen }), source });
}

/** Values of a field of an answer, in order; `name` in lower case. */
export function fieldValues(response: Response, name: string): string[] {
  return response.headers.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value);
}

export function fieldValue(response: Response, name: string): string | null {
  const values = fieldValues(response, name);
  return values.length === 0 ? null : values.join(', ');
}

/** Media type without parameters, in lower case; null where none is said. */
export function mediaType(response: Response): string | null {
  const value = (fieldValue(response, 'content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return value === '' ? null : value;
}

/** More than a table shows says no more. */
const longestText = 300;

/** A text of a server with the environment's own hosts and its name taken out. */
export function plain(text: string, environment: Environment): string {
  // The mark tells the redactor that a secret may have been cut.
  const short = text.length > longestText ? `${text.slice(0, longestText)}...` : text;
  return abstracted(short, environment).replace(wordOf(environment.name), '${environment}');
}

function wordOf(name: string): RegExp {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![A-Za-z0-9{.])${escaped}(?![A-Za-z0-9}])`, 'g');
}

/** What was really exchanged: experiments ask for refusals. */
export function answered({ role, hops }: Exchange): boolean {
  return role !== 'experiment' && hops.at(-1)?.response != null;
}

/** `${origin.api}`, `${issuer.main}`, or null for an origin that is not of the environment. */
export function placeOf(url: string, environment: Environment): string | null {
  if (!isUrl(url)) return null;
  const { origin } = new URL(url);
  for (const [name, own] of environment.origins) if (own === origin) return `\${origin.${name}}`;
  for (const { name, issuer } of environment.issuers.values())
    if (isUrl(issuer) && new URL(issuer).origin === origin) return `\${issuer.${name}}`;
  return null;
}

/** In the order of code units, each once. */
export function sorted(texts: Iterable<string>): string[] {
  return [...new Set(texts)].sort();
}
