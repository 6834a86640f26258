import { addressOf } from '../http/redirect.ts';
import { isUrl } from '../http/url.ts';
import type { Check, Hop } from '../model.ts';
import type { RenderedJson } from '../plan/template.ts';
import { checkAddress, isParts } from './address.ts';
import { shorten } from './describe.ts';
import { fail, judge, judgeEntries, placeOf } from './judge.ts';
import { type Expectation, fieldValue, type Outcome } from './outcome.ts';
import { isRenderedList, isRenderedMap, type RenderedMap } from './rendered.ts';
import { describeStatus, matchesStatus } from './status.ts';
import { checkSurvives } from './survives.ts';
/**
 * `count` (redirects followed), `to` (where the chain led), `status` and `location` (of the redirects, also of one that
 * was not followed: one value for all of them, or a list, one for each), `keeps` and `drops` (names of header fields that
 * hop 1 carried). `to` and `location` are texts, matchers, or maps of parts of the address.
 */

export function checkRedirects(expect: Expectation, outcome: Outcome): Check[] {
  return judgeEntries('redirects', expect, outcome, (map, key) => {
    switch (key) {
      case 'count':
        return checkCount(map, outcome);
      case 'to':
        return checkDestination(map, outcome);
      case 'status':
      case 'location':
        return checkEachRedirect(map, key, outcome);
      case 'drops':
        if (isRenderedMap(map[key])) return checkDrops(map[key], outcome);
        return namesIn(map[key] as RenderedJson).map((name) => checkField(map, key, name, outcome));
      case 'keeps':
        return namesIn(map[key] as RenderedJson).map((name) => checkField(map, key, name, outcome));
      case 'survives':
        return checkSurvives(map, outcome);
      default:
        return fail(
          { kind: 'redirects', subject: key, container: map, key },
          `"${key}" is not checked`,
          outcome,
        );
    }
  });
}

/** Where it fails, what the redirects were is said too. */
function checkCount(map: RenderedMap, outcome: Outcome): Check {
  const { hops } = outcome.exchange;
  const actual = Math.max(hops.length - 1, 0);
  const check = judge({ kind: 'redirects', subject: 'count', container: map, key: 'count', actual }, outcome);
  if (check.passed) return check;
  const shown = `${actual}: ${describeRedirects(hops)}`;
  return { ...check, actual: shorten(shown, { ...outcome, secrets: [] }) };
}

function checkDestination(map: RenderedMap, outcome: Outcome): Check | Check[] {
  const actual = destination(outcome);
  const expected = map['to'] as RenderedJson;
  if (isParts(expected)) return checkAddress('to', expected, actual, outcome);
  const context = { text: true };
  return judge({ kind: 'redirects', subject: 'to', container: map, key: 'to', actual, context }, outcome);
}

/** `301 to /b → 200` */
function describeRedirects(hops: readonly Hop[]): string {
  const answers = hops.map((hop) => {
    const { response, failure } = hop;
    if (response === null) return failure?.code ?? 'no answer';
    return `${response.status}${isRedirect(hop) ? ` to ${fieldValue(response, 'location') ?? 'nowhere'}` : ''}`;
  });
  return answers.length === 0 ? 'nothing was sent' : answers.join(' → ');
}

/** The address of the last hop, or the one to which a redirect that was not followed points. */
function destination({ exchange }: Outcome): string | undefined {
  const last = exchange.hops.at(-1)?.request.url;
  const location = exchange.stopped?.location ?? null;
  if (last === undefined || location === null) return last;
  return isUrl(last) ? (addressOf(location, new URL(last))?.href ?? location) : location;
}

function isRedirect(hop: Hop): boolean {
  const status = hop.response?.status ?? 0;
  return [301, 302, 303, 307, 308].includes(status);
}

function checkEachRedirect(map: RenderedMap, key: 'status' | 'location', outcome: Outcome): Check[] {
  const redirects = outcome.exchange.hops.filter(isRedirect);
  const expected = map[key] as RenderedJson;
  const judgement = { kind: 'redirects', subject: key, container: map, key };
  const all = describeRedirects(outcome.exchange.hops);
  if (redirects.length === 0) return [fail(judgement, `there was no redirect: ${all}`, outcome)];
  if (isRenderedList(expected) && expected.length !== redirects.length) {
    const count = `${redirects.length} redirect${redirects.length === 1 ? '' : 's'}`;
    return [fail(judgement, `${count}: ${all}`, outcome)];
  }
  return redirects.flatMap((hop, index) => {
    const at = isRenderedList(expected) ? index : key;
    const container = isRenderedList(expected) ? expected : map;
    const wanted = isRenderedList(expected) ? (expected[index] as RenderedJson) : expected;
    return checkRedirect({ hop, container, at, wanted, key }, outcome);
  });
}

interface RedirectCheck {
  readonly hop: Hop;
  readonly container: RenderedMap | readonly RenderedJson[];
  readonly at: string | number;
  readonly wanted: RenderedJson;
  readonly key: 'status' | 'location';
}

function checkRedirect(
  { hop, container, at, wanted, key }: RedirectCheck,
  outcome: Outcome,
): Check | Check[] {
  const subject = `${key} of hop ${hop.index}`;
  const status = hop.response?.status ?? 0;
  if (key === 'status') {
    return {
      kind: 'redirects',
      subject,
      passed: matchesStatus(wanted, status, outcome),
      expected: describeStatus(wanted),
      actual: String(status),
      source: placeOf(container, at, outcome),
    };
  }
  const actual = (hop.response && fieldValue(hop.response, 'location')) ?? undefined;
  // As it was received; its parts are those of the address to which it leads.
  if (isParts(wanted)) {
    const { url } = hop.request;
    const led = actual !== undefined && isUrl(url) ? addressOf(actual, new URL(url))?.href : undefined;
    const address = led ?? actual;
    return checkAddress(subject, wanted, address, outcome);
  }
  return judge({ kind: 'redirects', subject, container, key: at, actual, context: { text: true } }, outcome);
}

function namesIn(value: RenderedJson): string[] {
  return (isRenderedList(value) ? value : [value]).map(String);
}

/** `{authorization: 2}`: sent on hop 1, and hop 2 is the first that is without it. */
function checkDrops(map: RenderedMap, outcome: Outcome): Check[] {
  return Object.keys(map).map((name) => {
    const { hops } = outcome.exchange;
    const without = hops.find((hop) => !carries(hop, name));
    const started = hops.length > 0 && without !== hops[0];
    const shown = describeField(name, started, without, outcome);
    const subject = `drops ${name} at hop`;
    const actual = started ? without?.index : undefined;
    return judge({ kind: 'redirects', subject, container: map, key: name, actual, shown }, outcome);
  });
}

/** Kept: sent on every hop. Dropped: sent on hop 1 and not on the last one. */
function checkField(map: RenderedMap, key: 'keeps' | 'drops', name: string, outcome: Outcome): Check {
  const { hops } = outcome.exchange;
  const without = hops.filter((hop) => !carries(hop, name));
  const started = hops.length > 0 && without[0]?.index !== hops[0]?.index;
  const last = hops.at(-1);
  const gone = last !== undefined && without.includes(last);
  return {
    kind: 'redirects',
    subject: `${key} ${name}`,
    passed: started && (key === 'keeps' ? without.length === 0 : gone),
    expected: key === 'keeps' ? 'sent on every hop' : 'not sent on the last hop',
    actual: shorten(describeField(name, started, without[0], outcome), { ...outcome, secrets: [] }),
    source: placeOf(map, key, outcome),
  };
}

function carries(hop: Hop, name: string): boolean {
  return hop.request.headers.some(([field]) => field.toLowerCase() === name.toLowerCase());
}

function describeField(name: string, started: boolean, without: Hop | undefined, outcome: Outcome): string {
  if (!started) return 'not sent on hop 1';
  if (!without) return `sent on ${outcome.exchange.hops.length === 1 ? 'the only hop' : 'every hop'}`;
  const rule = without.dropped.find((dropped) => dropped.header === name.toLowerCase())?.rule;
  return `not sent on hop ${without.index}${rule ? ` (${rule})` : ''}`;
}
