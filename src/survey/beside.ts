/** What was observed of the environments, held beside each other or beside their past. */
import { compareObserved } from '../compare/compare.ts';
import { type Changed, compareWithPast } from '../compare/past.ts';
import { sameSystems } from '../compare/same-system.ts';
import { declaredDrift } from '../compare/shape/declared.ts';
import type { Json, LeftOut, Observed, Past } from '../model.ts';
import type { RunDoors } from '../run/options.ts';
import type { Redactor } from '../secret.ts';
import { isMap } from '../source.ts';
import type { SurveyOptions } from './survey.ts';

/** What the file shows, and what was seen. */
export function withOthers(
  observed: readonly Observed[],
  left: readonly LeftOut[],
  {
    shape = [],
    declared,
    environments,
    known,
  }: Pick<SurveyOptions, 'shape' | 'declared' | 'environments' | 'known'>,
  { clock }: RunDoors,
): Changed {
  const today = new Date(clock.now()).toISOString().slice(0, 10);
  const file = declaredDrift(shape, declared, environments, today);
  const options = { same: sameSystems(known), today, left, others: file.differences };
  const seen = compareObserved(observed, declared, options);
  return {
    differences: [...file.differences, ...seen.differences],
    findings: [...file.findings, ...seen.findings],
    left: [],
  };
}

/** As it would be in a report, which is redacted, and so is what is held beside it. */
export function withPast(observed: readonly Observed[], past: readonly Past[], redactor: Redactor): Changed {
  const redacted = observed.map((each) => ({
    ...each,
    observations: each.observations.map((one) => ({ ...one, value: redactedJson(one.value, redactor) })),
  }));
  return compareWithPast(redacted, past);
}

function redactedJson(value: Json, redactor: Redactor): Json {
  if (typeof value === 'string') return redactor.redact(value);
  // A baseline is read without exact integers.
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map((member: Json) => redactedJson(member, redactor));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, redactedJson(member, redactor)]),
  );
}
