/** What can be known to be wrong with `expect:` and `capture:` before anything is sent. Texts with templates are left out. */

import { parseHtmlSelector } from '../http/html-selector.ts';
import { stringifyJson } from '../http/json.ts';
import { compilePattern } from '../http/regexp.ts';
import type { CaptureSpec, Expect, Json, JsonMap } from '../model.ts';
import { parseDuration, parseSize } from '../plan/units.ts';
import { isMap } from '../source.ts';
import { compileJsonPath } from './json-path.ts';
import { isMatcher, matcherWords, typeWords } from './matcher-words.ts';
import { type Report, type Subject, validateRedirects } from './validate-redirects.ts';

/** One sentence, and the entry that it is about: its place is `sourceOf(container, key)`. */
export interface ExpectFault {
  readonly message: string;
  readonly container: object;
  readonly key: string | number;
}

const subjects: Readonly<Record<string, Subject>> = {
  headers: 'text',
  cookies: 'text',
  challenge: 'text',
  json: 'json',
  token: 'json',
  tls: 'number',
  clock: 'ms',
  redirects: 'text',
};

export function validateExpect(
  expect: Expect,
  capture: Readonly<Record<string, CaptureSpec>>,
): ExpectFault[] {
  const faults: ExpectFault[] = [];
  const report: Report = (message, container, key) => faults.push({ message, container, key });
  if (expect.status !== undefined) validateStatus(expect as JsonMap, 'status', report);
  for (const [kind, subject] of Object.entries(subjects)) {
    const map = (expect as JsonMap)[kind];
    if (!isMap(map)) continue;
    if (kind === 'challenge' && isMatcher(map)) validateMatcher(expect as JsonMap, kind, 'json', report);
    else for (const key of Object.keys(map)) validateEntry(kind, map, key, subject, report);
  }
  if (expect.body !== undefined) validateMatcher(expect as JsonMap, 'body', 'text', report);
  if (expect.duration !== undefined) validateMatcher(expect as JsonMap, 'duration', 'ms', report);
  for (const name of Object.keys(capture)) validateCapture(capture, name, report);
  return faults;
}

function validateEntry(kind: string, map: JsonMap, key: string, subject: Subject, report: Report): void {
  if (kind === 'json') validatePath(key, map, key, report);
  if (kind === 'redirects') {
    validateRedirects(map, key, report, { matcher: validateMatcher, status: validateStatus });
  } else if (kind === 'cookies' && isMap(map[key]) && !isMatcher(map[key])) {
    validateCookie(map[key], report);
  } else validateMatcher(map, key, kind === 'token' && key === 'lifetime' ? 'ms' : subject, report);
}

/** Attributes that are often written otherwise: such a check would never hold, or always. */
const cookieAttributes: Readonly<Record<string, string>> = {
  'http-only': 'httponly',
  http_only: 'httponly',
  'same-site': 'samesite',
  same_site: 'samesite',
  maxage: 'max-age',
  max_age: 'max-age',
  hostonly: 'host-only',
  host_only: 'host-only',
  expiry: 'expires',
};
const cookieSubjects: Readonly<Record<string, Subject>> = { lifetime: 'ms' };

function validateCookie(attributes: JsonMap, report: Report): void {
  for (const name of Object.keys(attributes)) {
    const meant = cookieAttributes[name.toLowerCase()];
    if (meant !== undefined)
      report(`"${name}" is no attribute of a cookie: write "${meant}"`, attributes, name);
    validateMatcher(attributes, name, cookieSubjects[name.toLowerCase()] ?? 'text', report);
  }
}

function validateStatus(container: JsonMap | readonly Json[], key: string | number, report: Report): void {
  const value = valueIn(container, key);
  if (Array.isArray(value)) {
    if (value.length === 0) report('"status" names no status', container, key);
    for (const index of value.keys()) validateStatus(value as readonly Json[], index, report);
  } else if (isMap(value)) validateMatcher(container, key, 'number', report);
  else if (isTemplate(value)) return;
  else if (!/^(?:[1-5]xx|[1-5]\d\d)$/i.test(written(value))) {
    report(`"${written(value)}" is no status: write 200, 2xx or [200, 204]`, container, key);
  }
}

function validateMatcher(
  container: JsonMap | readonly Json[],
  key: string | number,
  subject: Subject,
  report: Report,
): void {
  const expected = valueIn(container, key);
  if (!isMap(expected)) {
    validateOperand(expected, container, key, subject, report);
    return;
  }
  if (!isMatcher(expected)) {
    if (subject === 'json') return;
    const unknown = Object.keys(expected).find((word) => !matcherWords.has(word));
    const words = [...matcherWords].join(', ');
    if (unknown === undefined) report('a matcher must not be empty', container, key);
    else report(`"${unknown}" is no matcher: write one of ${words}`, expected, unknown);
    return;
  }
  for (const word of Object.keys(expected)) validateWord(expected, word, subject, report);
}

function validateWord(matcher: JsonMap, word: string, subject: Subject, report: Report): void {
  const operand = matcher[word] as Json;
  if (isTemplate(operand)) return;
  switch (word) {
    case 'matches':
      validatePattern(operand, matcher, word, report);
      break;
    case 'type':
      validateType(operand, matcher, report);
      break;
    case 'one_of':
      if (!Array.isArray(operand) || operand.length === 0) {
        report('"one_of" needs a list of at least one value', matcher, word);
      }
      break;
    case 'exists':
      if (typeof operand !== 'boolean') report('"exists" needs true or false', matcher, word);
      break;
    case 'starts_with':
    case 'ends_with':
      if (typeof operand === 'object') report(`"${word}" needs a text`, matcher, word);
      break;
    case 'length':
      validateMatcher(matcher, word, 'bytes', report);
      break;
    case 'not':
    case 'each':
    case 'any':
    case 'none':
    case 'contains':
      validateMatcher(matcher, word, isMap(operand) && !isMatcher(operand) ? 'json' : subject, report);
      break;
    default:
      validateOrder(matcher, word, operand, subject, report);
  }
}

function validateOrder(
  matcher: JsonMap,
  word: string,
  operand: Json,
  subject: Subject,
  report: Report,
): void {
  if (word === 'equals' || subject === 'ms') validateOperand(operand, matcher, word, subject, report);
  else if (subject === 'number' && typeof operand !== 'number' && typeof operand !== 'bigint') {
    report(`"${word}" needs a number`, matcher, word);
  } else if (subject === 'bytes') validateOperand(operand, matcher, word, subject, report);
  else if (typeof operand === 'object' || typeof operand === 'boolean') {
    report(`"${word}" needs a number or a text`, matcher, word);
  }
}

/** A bare value, where the subject is a number with a unit. */
function validateOperand(
  value: Json | undefined,
  container: object,
  key: string | number,
  subject: Subject,
  report: Report,
): void {
  if (isTemplate(value)) return;
  if (subject === 'ms' && (typeof value !== 'string' || parseDuration(value) === null)) {
    report(`"${written(value)}" is no duration: write 800ms, 3s, 5m, 1h or 7d`, container, key);
  }
  if (subject === 'bytes' && typeof value !== 'number' && parseSize(written(value)) === null) {
    report(`"${written(value)}" is neither a count nor a size: write 10, 10kB, 2MB or 1MiB`, container, key);
  }
}

function validateType(operand: Json, matcher: JsonMap, report: Report): void {
  const types: readonly Json[] = Array.isArray(operand) ? operand : [operand];
  const unknown = types.find((type) => typeof type !== 'string' || !typeWords.has(type));
  if (unknown !== undefined || types.length === 0) {
    const shown = unknown === undefined ? '' : written(unknown);
    report(`"${shown}" is no type: write one of ${[...typeWords].join(', ')}`, matcher, 'type');
  }
}

/** Maps and lists too: a map has no text of its own. */
function written(value: Json | undefined): string {
  return typeof value === 'object' && value !== null ? stringifyJson(value) : String(value);
}

function validatePattern(
  pattern: Json | undefined,
  container: object,
  key: string | number,
  report: Report,
): void {
  if (isTemplate(pattern)) return;
  const compiled = typeof pattern === 'string' ? compilePattern(pattern) : null;
  if (!compiled) report('a regular expression is a text', container, key);
  else if ('error' in compiled)
    report(`"${pattern}" is no regular expression: ${compiled.error}`, container, key);
}

function validatePath(path: string, container: object, key: string | number, report: Report): void {
  if (isTemplate(path)) return;
  const compiled = compileJsonPath(path);
  if ('error' in compiled) report(`"${path}" is no JSONPath: ${compiled.error}`, container, key);
}

function validateCapture(specs: Readonly<Record<string, CaptureSpec>>, name: string, report: Report): void {
  const spec = specs[name];
  if (typeof spec === 'string') validatePath(spec, specs, name, report);
  else if (spec === undefined) return;
  else if ('json' in spec) validatePath(spec.json, spec, 'json', report);
  else if ('header' in spec && spec.matches !== undefined)
    validatePattern(spec.matches, spec, 'matches', report);
  else if ('body' in spec) validatePattern(spec.body.matches, spec.body, 'matches', report);
  else if ('html' in spec && !isTemplate(spec.html)) {
    const selector = parseHtmlSelector(spec.html);
    if ('error' in selector) report(selector.error, spec, 'html');
  }
}

function valueIn(container: JsonMap | readonly Json[], key: string | number): Json | undefined {
  return (container as Readonly<Record<string | number, Json>>)[key];
}

function isTemplate(value: Json | undefined): boolean {
  return typeof value === 'string' && value.includes('${');
}
