import type { Check, Hop } from '../model.ts';
import type { RenderedJson } from '../plan/template.ts';
import { shorten } from './describe.ts';
import { fail, judge, judgeEntries, placeOf } from './judge.ts';
import { type Expectation, fieldValue, type Outcome } from './outcome.ts';
import { isRenderedList, type RenderedMap } from './rendered.ts';
import { describeStatus, matchesStatus } from './status.ts';
import { checkSurvives } from './survives.ts';

/**
 * `count` (redirects followed), `to` (where the chain led), `status` and `location` (of the redirects: one value for
 * all of them, or a list, one for each), `keeps` and `drops` (names of header fields that hop 1 carried).
 */
export function checkRedirects(expect: Expectation, outcome: Outcome): Check[] {
  return judgeEntries('redirects', expect, outcome, (map, key) => {
    switch (key) {
      case 'count':
        return judgeKey(map, key, Math.max(outcome.exchange.hops.length - 1, 0), outcome);
      case 'to':
        return judgeKey(map, key, destination(outcome), outcome);
      case 'status':
      case 'location':
        return checkEachRedirect(map, key, outcome);
      case 'keeps':
      case 'drops':
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

function judgeKey(
  map: RenderedMap,
  key: string,
  actual: string | number | undefined,
  outcome: Outcome,
): Check {
  const context = { text: typeof actual === 'string' };
  return judge({ kind: 'redirects', subject: key, container: map, key, actual, context }, outcome);
}

/** The address of the last hop, or the one to which a redirect that was not followed points. */
function destination({ exchange }: Outcome): string | undefined {
  const last = exchange.hops.at(-1)?.request.url;
  const location = exchange.stopped?.location ?? null;
  if (last === undefined || location === null) return last;
  return URL.canParse(location, last) ? new URL(location, last).href : location;
}

function isRedirect(hop: Hop): boolean {
  const status = hop.response?.status ?? 0;
  return [301, 302, 303, 307, 308].includes(status);
}

function checkEachRedirect(map: RenderedMap, key: 'status' | 'location', outcome: Outcome): Check[] {
  const redirects = outcome.exchange.hops.filter(isRedirect);
  const expected = map[key] as RenderedJson;
  const judgement = { kind: 'redirects', subject: key, container: map, key };
  if (redirects.length === 0) return [fail(judgement, 'there was no redirect', outcome)];
  if (isRenderedList(expected) && expected.length !== redirects.length) {
    return [fail(judgement, `there were ${redirects.length} redirects`, outcome)];
  }
  return redirects.map((hop, index) => {
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

function checkRedirect({ hop, container, at, wanted, key }: RedirectCheck, outcome: Outcome): Check {
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
  return judge({ kind: 'redirects', subject, container, key: at, actual, context: { text: true } }, outcome);
}

function namesIn(value: RenderedJson): string[] {
  return (isRenderedList(value) ? value : [value]).map(String);
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
