/** Makes one Check of one expectation. */
import type { Check, Json, Source } from '../model.ts';
import type { RenderedJson } from '../plan/template.ts';
import { sourceOf } from '../source.ts';
import { describeActual, describeExpected, shorten } from './describe.ts';
import { type MatchContext, matches } from './matcher.ts';
import type { Outcome } from './outcome.ts';
import { isRenderedMap, type RenderedMap, secretsIn } from './rendered.ts';

export interface Judgement {
  readonly kind: string;
  readonly subject: string;
  /** Where the expectation stands. */
  readonly container: RenderedMap | readonly RenderedJson[];
  readonly key: string | number;
  /** undefined: there is no such thing. */
  readonly actual: Json | undefined;
  readonly context?: Omit<MatchContext, 'reveal'>;
  /** Words for `actual`, where its value is not to be shown or says too little. */
  readonly shown?: string;
}

export function judge(judgement: Judgement, outcome: Outcome): Check {
  const { kind, subject, container, key, actual } = judgement;
  const expected = entryOf(container, key);
  const concealment = { ...outcome, secrets: secretsIn(expected) };
  return {
    kind,
    subject,
    passed: matches(expected, actual, { ...judgement.context, reveal: outcome.reveal }, [container, key]),
    expected: describeExpected(expected),
    actual:
      judgement.shown === undefined
        ? describeActual(actual, concealment)
        : shorten(judgement.shown, concealment),
    source: placeOf(container, key, outcome),
  };
}

/** A check that fails for a reason of its own. */
export function fail(
  judgement: Pick<Judgement, 'kind' | 'subject' | 'container' | 'key'>,
  reason: string,
  outcome: Outcome,
): Check {
  const { kind, subject, container, key } = judgement;
  const expected = entryOf(container, key);
  return {
    kind,
    subject,
    passed: false,
    expected: describeExpected(expected),
    actual: shorten(reason, { ...outcome, secrets: secretsIn(expected) }),
    source: placeOf(container, key, outcome),
  };
}

function entryOf(container: Judgement['container'], key: string | number): RenderedJson {
  return (container as Readonly<Record<string | number, RenderedJson>>)[key] as RenderedJson;
}

export function placeOf(container: object, key: string | number, outcome: Outcome): Source {
  return sourceOf(container, key) ?? sourceOf(container) ?? outcome.source;
}

/** One check an entry; `each` judges it. What is no map fails as a whole. */
export function judgeEntries(
  kind: string,
  container: RenderedMap,
  outcome: Outcome,
  each: (map: RenderedMap, name: string) => Check | Check[],
): Check[] {
  const map = container[kind];
  if (!isRenderedMap(map)) {
    return [fail({ kind, subject: '', container, key: kind }, `"${kind}" must be a map`, outcome)];
  }
  return Object.keys(map).flatMap((name) => each(map, name));
}
