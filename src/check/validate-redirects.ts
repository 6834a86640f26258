/** What can be known to be wrong with `expect.redirects` before anything is sent. */
import { nearest } from '../load/nearest.ts';
import type { Json, JsonMap } from '../model.ts';
import { isMap } from '../source.ts';
import { isMatcher, matcherWords } from './matcher-words.ts';

/** What the subject of a matcher is: any JSON value, text, or a number with this unit. */
export type Subject = 'json' | 'text' | 'number' | 'ms' | 'bytes';
export type Report = (message: string, container: object, key: string | number) => void;
type List = JsonMap | readonly Json[];
export interface Validators {
  readonly matcher: (container: List, key: string | number, subject: Subject, report: Report) => void;
  readonly status: (container: List, key: string | number, report: Report) => void;
}

/** Parts of an address that `to` and `location` may state one by one. */
export const addressParts: readonly string[] = [
  'scheme',
  'origin',
  'host',
  'port',
  'path',
  'query',
  'fragment',
];

export function validateRedirects(map: JsonMap, key: string, report: Report, valid: Validators): void {
  const value = map[key];
  if (key === 'count') valid.matcher(map, key, 'number', report);
  else if (key === 'to') validateAddress(map, key, report, valid);
  else if (key === 'drops' && isMap(value)) {
    for (const name of Object.keys(value)) valid.matcher(value, name, 'number', report);
  } else if (key === 'status' || key === 'location') {
    const validate =
      key === 'status'
        ? valid.status
        : (container: List, at: string | number) => validateAddress(container, at, report, valid);
    if (!Array.isArray(value)) validate(map, key, report);
    else for (const index of value.keys()) validate(value as readonly Json[], index, report);
  }
}

function validateAddress(container: List, key: string | number, report: Report, valid: Validators): void {
  const value = (container as Readonly<Record<string | number, Json>>)[key];
  if (!isMap(value) || isMatcher(value)) {
    valid.matcher(container, key, 'text', report);
    return;
  }
  if (Object.keys(value).length === 0) report('a matcher must not be empty', container, key);
  for (const part of Object.keys(value)) {
    if (matcherWords.has(part)) {
      report(`"${part}" is a matcher: write it alone, or below one of ${listed}`, value, part);
    } else if (!addressParts.includes(part)) {
      const near = nearest(part, addressParts);
      const meant = near === null ? `write one of ${listed}` : `did you mean "${near}"?`;
      report(`"${part}" is no part of an address: ${meant}`, value, part);
    } else validatePart(value, part, report, valid);
  }
}

const listed = addressParts.join(', ');

function validatePart(parts: JsonMap, part: string, report: Report, valid: Validators): void {
  const value = parts[part];
  if (part === 'query' && !isMap(value)) {
    report(
      '"query" is a map from the name of a parameter to its value: write {state: {exists: true}}',
      parts,
      part,
    );
  } else if (isMap(value) && (part === 'query' || (part === 'fragment' && !isMatcher(value)))) {
    for (const name of Object.keys(value)) valid.matcher(value, name, 'text', report);
  } else if (part === 'scheme' && typeof value === 'string' && /[:/]/.test(value) && !value.includes('${')) {
    report(`"${value}" is no scheme: write "${value.replace(/:.*$/s, '')}"`, parts, part);
  } else valid.matcher(parts, part, part === 'port' ? 'number' : 'text', report);
}
