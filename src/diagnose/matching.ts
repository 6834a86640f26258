/** Whether an answer fits a signature, and what of it does. */
import type { Challenge } from '../http/challenge.ts';
import { compilePattern, type Pattern } from '../http/regexp.ts';
import type { CauseId } from '../model.ts';
import { mayMatch } from './needles.ts';
import { normalWords } from './normal-words.ts';
import { grantOf, sentKinds } from './sent.ts';
import type { Compiled, CompiledPattern, When } from './signature.ts';
import { headerValue, type Stage, type Subject } from './subject.ts';
import { type Answer, answerOf } from './wording.ts';

export interface Match {
  readonly signature: Compiled;
  readonly causes: readonly CauseId[];
  readonly weight: 1 | 2 | 3;
  readonly seen: readonly { readonly field: string; readonly seen: string }[];
  /** Place in the words of the answer; null where no words were asked for. */
  readonly span: Span | null;
  readonly values: ReadonlyMap<string, string>;
}
export interface Span {
  readonly start: number;
  readonly end: number;
  /** The words of the whole piece around it. */
  readonly before: string;
  readonly after: string;
}

interface Draft {
  readonly seen: { field: string; seen: string }[];
  readonly values: Map<string, string>;
}

const longestQuote = 160;
/** What is wanted instead is shown beside a text that means one of these. */
const lackedRight: readonly CauseId[] = ['scope-missing', 'permission-missing'];

/** Every place of the answer that fits, or none; one place where it asks for no words. */
export function match(signature: Compiled, subject: Subject): Match[] {
  const { response } = subject;
  const { when } = signature;
  if (!response || !concerns(when, subject)) return [];
  const answer = answerOf(response, subject.stage !== 'resource');
  const draft: Draft = { seen: [], values: new Map([['status', String(response.status)]]) };
  if (subject.error !== null) draft.values.set('error', subject.error);
  if (subject.description !== null) draft.values.set('description', subject.description);
  const fits =
    fieldsFit(when, subject, draft) &&
    !when.lacks?.some((name) => names(name, subject, answer)) &&
    codeFits(when, answer, draft) &&
    membersFit(when, answer, draft) &&
    pageFits(signature.page, answer, draft);
  if (!fits) return [];
  const base = { signature, causes: signature.causes, weight: signature.weight };
  const places = signature.words ? placesIn(answer, signature.words) : [null];
  if (places.length === 0 || (when.not !== undefined && pattern(when.not).test(answer.words))) return [];
  const beside = signature.causes.some((cause) => lackedRight.includes(cause)) ? answer.wanted : [];
  const wanted = beside.map(({ field, text }) => ({ field, seen: clip(text) }));
  return places.map((place) => ({
    ...base,
    seen: [
      ...draft.seen,
      ...(place === null ? [] : [place.seen]),
      ...wanted.filter(({ field }) => field !== place?.seen.field),
    ],
    span: place?.span ?? null,
    values: place === null ? draft.values : new Map([...draft.values, ...place.values]),
  }));
}

function concerns(when: When, subject: Subject): boolean {
  return (
    stageFits(when, subject.stage) &&
    statusFits(when, subject.stage, subject.response?.status ?? 0) &&
    (!when.sent || when.sent.some((kind) => sentKinds(subject).includes(kind))) &&
    (!when.method || when.method.includes(subject.hop.request.method.toLowerCase())) &&
    (!when.grant || when.grant.includes(grantOf(subject) ?? ''))
  );
}

/** Statuses of a resource under which words may be about credentials; under others they are about its data. */
const refusals: ReadonlySet<number> = new Set([
  200, 201, 202, 301, 302, 303, 307, 308, 400, 401, 402, 403, 406, 407, 419, 421, 422, 423, 426, 429, 430,
  440, 495, 496, 498, 499, 511,
]);

/** To somebody who logs in a server says what it says to whoever sends a password, at any place. */
function stageFits({ stage: wanted }: When, stage: Stage): boolean {
  if (!wanted) return true;
  return stage === 'login' ? wanted.includes('token') && wanted.includes('resource') : wanted.includes(stage);
}

function statusFits(when: When, stage: Stage, status: number): boolean {
  if (when.status) return when.status.includes(status);
  if (stage !== 'resource' || !when.stage) return true;
  if (when.resourceStatus) return when.resourceStatus.includes(status);
  return when.words === undefined || refusals.has(status);
}

function pattern(text: string): Pattern {
  const compiled = compilePattern(text);
  if ('error' in compiled) throw new Error(`${text}: ${compiled.error}`);
  return compiled;
}

function fieldsFit(when: When, subject: Subject, draft: Draft): boolean {
  const { response, challenges } = subject;
  if (!response) return false;
  if (when.scheme !== undefined) {
    const wanted = pattern(`^(?:${when.scheme})$`);
    const found = challenges.find(({ scheme }) => wanted.test(scheme.toLowerCase()));
    if (!found) return false;
    draft.seen.push({ field: 'challenge', seen: clip([found.scheme, ...carriers(found)].join(' ')) });
  }
  for (const [name, text] of Object.entries(when.challenge ?? {})) {
    const values = challenges.flatMap(({ parameters }) => parameters.get(name) ?? []);
    const found = values.find((value) => pattern(text).test(value.toLowerCase()));
    if (found === undefined) return false;
    draft.values.set(name, found);
    draft.seen.push({ field: `challenge ${name}`, seen: clip(found) });
  }
  for (const [name, text] of Object.entries(when.headers ?? {})) {
    const value = headerValue(response, name);
    if (value === null || !pattern(text).test(value.toLowerCase())) return false;
    draft.seen.push({ field: name, seen: clip(value) });
  }
  return true;
}

function names(name: string, { challenges }: Subject, { members }: Answer): boolean {
  return members.has(name) || challenges.some(({ parameters }) => parameters.has(name));
}

/** Parameters that say where a credential is wanted: `name="X-Api-Key", in="header"`. */
function carriers({ parameters }: Challenge): string[] {
  return [...parameters].flatMap(([name, value]) =>
    /^(name|in|header|header_name|location|cookie-name)$/.test(name) ? [`${name}="${value}"`] : [],
  );
}

function codeFits(when: When, answer: Answer, draft: Draft): boolean {
  if (when.error === undefined) return true;
  const wanted = pattern(`^(?:${when.error})$`);
  const found = answer.codes.find((code) => wanted.test(code.toLowerCase()));
  if (found === undefined) return false;
  draft.seen.push({ field: 'error', seen: clip(found) });
  return true;
}

function membersFit(when: When, answer: Answer, draft: Draft): boolean {
  return Object.entries(when.members ?? {}).every(([name, text]) => {
    const found = answer.members.get(name)?.find((value) => pattern(text).test(value.toLowerCase()));
    if (found === undefined) return false;
    draft.values.set(name, found);
    draft.seen.push({ field: `body ${name}`, seen: clip(found) });
    return true;
  });
}

function pageFits(wanted: CompiledPattern | undefined, answer: Answer, draft: Draft): boolean {
  if (wanted === undefined) return true;
  if (!mayMatch(answer.page, wanted.needles)) return false;
  const found = pattern(wanted.pattern).exec(answer.page)?.[0];
  if (found === undefined || found === null) return false;
  const words = found
    .replace(/<[^<>]*>?/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  draft.seen.push({ field: 'body', seen: clip(words) });
  return true;
}

interface Place {
  readonly seen: { readonly field: string; readonly seen: string };
  readonly span: Span;
  readonly values: ReadonlyMap<string, string>;
}

const mostPlaces = 4;

function placesIn(answer: Answer, wanted: CompiledPattern): Place[] {
  const places: Place[] = [];
  // A test is several times quicker than a search for the place.
  if (!mayMatch(answer.words, wanted.needles) || !pattern(wanted.pattern).test(answer.words)) return places;
  for (let from = 0; places.length < mostPlaces; ) {
    const rest = answer.words.slice(from);
    const groups = pattern(wanted.pattern).exec(rest);
    const found = groups?.[0] ?? '';
    if (groups === null || found === '') return places;
    const start = from + rest.indexOf(found);
    // A line break that the pattern asks for belongs to the piece before.
    const own = found.replace(/^\n+/, '');
    places.push(placeAt(answer, start + found.length - own.length, own, namedValues(wanted, groups)));
    from = start + found.length;
  }
  return places;
}

function namedValues(wanted: CompiledPattern, groups: readonly (string | null)[]): [string, string][] {
  return wanted.groups.flatMap((name, index): [string, string][] => {
    const value = groups[index + 1] ?? null;
    return name === null || value === null ? [] : [[name, value]];
  });
}

function placeAt(answer: Answer, start: number, found: string, named: readonly [string, string][]): Place {
  const { words, pieces } = answer;
  const end = start + found.length;
  const from = words.lastIndexOf('\n', start - 1) + 1;
  const until = words.indexOf('\n', end);
  const piece = pieces[words.slice(0, start).split('\n').length - 1];
  const original = piece?.text.replace(/\s+/g, ' ').trim() ?? found;
  return {
    seen: { field: piece?.field ?? 'body', seen: clip(original) },
    span: {
      start,
      end,
      before: words.slice(from, start),
      after: words.slice(end, until < 0 ? undefined : until),
    },
    values: new Map(named.map(([name, value]) => [name, asSent(value, original)])),
  };
}

/** The words of a group as the server wrote them. */
function asSent(value: string, original: string): string {
  const loose = value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ /g, '[\\s_-]+');
  const found = new RegExp(loose, 'i').exec(original)?.[0];
  return found !== undefined && normalWords(found) === value ? found : value;
}

function clip(text: string): string {
  return text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text;
}
