/** An environment held beside its own past: what an earlier comparison observed of it. Pure. */
import type { Difference, Finding, LeftOut, Observation, Observed, Past, Severity } from '../model.ts';
import { groupsOf, isNear } from './equality.ts';
import { changeFinding } from './finding.ts';
import { type Kind, type Kinds, kinds } from './kind.ts';
import { type Row, whatOf } from './rows.ts';
import { cellsOf, few } from './words.ts';

export interface Changed {
  readonly differences: readonly Difference[];
  readonly findings: readonly Finding[];
  /** What was looked at then and not now, or now and not then. */
  readonly left: readonly LeftOut[];
}

/**
 * A row for each thing that changed, with a column for then (`production, 2026-11-20T10:00:00Z`) and one for now. What
 * must differ between environments should stay as it is in each; what changes by itself is not compared.
 */
export function compareWithPast(
  observed: readonly Observed[],
  past: readonly Past[],
  known: Kinds = kinds(),
): Changed {
  const parts = observed.flatMap((now) => {
    const then = past.find(({ environment }) => environment === now.environment);
    return then ? [changesOf(now, then, known)] : [];
  });
  return {
    differences: parts.flatMap(({ differences }) => differences),
    findings: parts.flatMap(({ findings }) => findings),
    left: parts.flatMap(({ left }) => left),
  };
}

function changesOf(now: Observed, then: Past, known: Kinds): Changed {
  const [before, after] = [then, now].map(({ observations }) => byWhat(observations, known));
  const rows = [...new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])].flatMap((what) => {
    const row = rowOf(what, before?.get(what), after?.get(what), [columnOf(then), now.environment], known);
    return row ?? [];
  });
  const order = [...known.keys()];
  const sorted = rows.sort(
    (a, b) => order.indexOf(a.kind.id) - order.indexOf(b.kind.id) || (a.of < b.of ? -1 : a.of > b.of ? 1 : 0),
  );
  const seenIn = (map: Iterable<Observation>): ReadonlySet<string> =>
    new Set([...map].map((each) => each.kind));
  const kindsThen = seenIn(before?.values() ?? []);
  const kindsNow = seenIn(after?.values() ?? []);
  const judged = sorted
    .filter(({ kind }) => kindsThen.has(kind.id) && kindsNow.has(kind.id))
    .flatMap((row) => judge(row, then) ?? []);
  return {
    differences: judged.map(({ difference }) => difference),
    findings: judged.flatMap(({ finding }) => finding ?? []),
    left: leftOf(now, then, { kindsThen, kindsNow, known }),
  };
}

export function columnOf({ environment, at }: Past): string {
  return `${environment}, ${at}`;
}

/** Of kinds that this version knows and that do not change by themselves. */
function byWhat(observations: readonly Observation[], known: Kinds): ReadonlyMap<string, Observation> {
  const usable = observations.filter(({ kind }) => known.has(kind) && known.get(kind)?.volatile !== true);
  return new Map(usable.map((each) => [whatOf(each), each]));
}

interface Change extends Row {
  /** Seen only then, or only now. */
  readonly partial: boolean;
}

/** Whoever did not look, of a kind that it looked at, saw no such thing. */
function rowOf(
  what: string,
  before: Observation | undefined,
  after: Observation | undefined,
  [then, now]: readonly [string, string],
  known: Kinds,
): Change | null {
  const some = after ?? before;
  const kind = some && known.get(some.kind);
  if (!some || !kind) return null;
  const unseen: Observation = { ...some, value: null, seen: 'not seen', source: null };
  const seen = new Map([
    [then, before ?? unseen],
    [now, after ?? unseen],
  ]);
  return { what, kind, of: some.of, seen, partial: !before || !after };
}

function judge(row: Change, then: Past): { difference: Difference; finding: Finding | null } | null {
  if (groupsOf(row).length < 2) return null;
  const severity = severityOf(row);
  const difference: Difference = {
    what: row.what,
    environments: Object.fromEntries(cellsOf(row)),
    cause: causeOf(row.kind),
    check: causeOf(row.kind) === null ? row.kind.id : null,
    severity,
    expected: null,
  };
  return { difference, finding: severity === 'info' ? null : changeFinding(row, then, difference) };
}

function severityOf(row: Change): Severity {
  const { changed, rule, severity } = row.kind;
  if (row.partial || isNear(row)) return 'info';
  return changed ?? (rule === 'shown' ? 'info' : severity);
}

/** What comes of a thing that two environments share does not come of its change. */
function causeOf({ rule, cause }: Kind): string | null {
  return rule === 'distinct' ? null : (cause ?? null);
}

interface Looked {
  readonly kindsThen: ReadonlySet<string>;
  readonly kindsNow: ReadonlySet<string>;
  readonly known: Kinds;
}

function leftOf(
  { environment }: Observed,
  then: Past,
  { kindsThen, kindsNow, known }: Looked,
): readonly LeftOut[] {
  const gone = [...kindsThen].filter((id) => !kindsNow.has(id));
  const added = [...kindsNow].filter((id) => !kindsThen.has(id));
  const unknown = [...new Set(then.observations.map(({ kind }) => kind))].filter((id) => !known.has(id));
  const left = (ids: readonly string[], why: string, fix: string): LeftOut[] =>
    ids.length === 0 ? [] : [{ environment, what: few(ids.toSorted()), why, fix, kinds: ids }];
  return [
    ...left(
      gone,
      `looked at on ${then.at}, and not now`,
      'Run compare as it was run then, or write a new baseline.',
    ),
    ...left(added, `not looked at on ${then.at}`, 'Write a new baseline.'),
    ...left(
      unknown,
      'the baseline has it, and this version of why401 does not know it',
      'Write a new baseline.',
    ),
  ];
}
