/** The table at the end, and the bars that it must clear. Pure. */
import type { Case } from './case.ts';
import type { Judgement } from './judge.ts';

export interface Row {
  readonly case: Pick<Case, 'id' | 'servers' | 'causes' | 'twin' | 'written' | 'onlyTold'>;
  readonly judgement: Judgement;
}

interface Counts {
  readonly cases: number;
  readonly right: number;
  readonly undecided: number;
  readonly wrong: number;
  readonly wrongAndCertain: number;
  readonly sure: number;
  /** Right, of one cause alone, without a twin, and not by the server's word alone: of the others nobody may be sure, whatever he sees. */
  readonly knowable: number;
  /** Of these, certain or proven. */
  readonly known: number;
}

/** Shares of the cases that are right, and of those that can be known that are certain or proven. */
const bars: { readonly right: number; readonly sure: number } = { right: 0.85, sure: 0.6 };
const least: { readonly cases: number; readonly twins: number; readonly middlewares: number } = {
  cases: 80,
  twins: 20,
  middlewares: 7,
};

export function summarise(rows: readonly Row[]): string {
  const groups: [string, readonly Row[]][] = [
    ['all', rows],
    ...(['with the rules', 'after the rules'] as const).map((written): [string, readonly Row[]] => [
      `written ${written}`,
      rows.filter((row) => row.case.written === written),
    ]),
    ...serversOf(rows).map((server): [string, readonly Row[]] => [
      server,
      rows.filter((row) => row.case.servers.includes(server)),
    ]),
  ];
  const width = Math.max(...groups.map(([name]) => name.length));
  const head = `${''.padEnd(width)}  cases  right  undecided  wrong  wrong-and-certain  certain or proven of right  of right and knowable`;
  const lines = groups
    .filter(([, some]) => some.length > 0)
    .map(([name, some]) => `${name.padEnd(width)}  ${line(count(some))}`);
  const misses = rows
    .filter(({ judgement }) => judgement.verdict !== 'right')
    .map(({ case: { id }, judgement }) => {
      const word = judgement.wrongAndCertain ? 'wrong-and-certain' : judgement.verdict;
      return `${word.padEnd(18)} ${id}: ${judgement.reasons.join('; ')}`;
    });
  const aim = `wanted: right ${100 * bars.right} %, certain or proven of right and knowable ${100 * bars.sure} %`;
  return [head, ...lines, '', aim, '', ...misses.toSorted(), ''].join('\n');
}

/** Bars of a whole table that are not cleared. */
export function missedBars(rows: readonly Row[], middlewares: number): readonly string[] {
  const counts = count(rows);
  const twins = rows.filter((row) => row.case.twin !== null).length;
  const missed: string[] = [];
  const wants = (what: string, has: number, bar: number): void => {
    if (has < bar) missed.push(`${what}: ${round(has)}, at least ${bar} wanted`);
  };
  wants('cases', counts.cases, least.cases);
  wants('twins', twins, least.twins);
  wants('middlewares', middlewares, least.middlewares);
  wants('right', counts.right / Math.max(1, counts.cases), bars.right);
  wants('certain or proven of the knowable', counts.known / Math.max(1, counts.knowable), bars.sure);
  for (const { case: one, judgement } of rows) {
    if (judgement.trespassed) missed.push(`${one.id} trespassed`);
    if (!judgement.healed) missed.push(`${one.id} is not healed`);
  }
  if (counts.wrongAndCertain > 0) missed.push(`wrong-and-certain: ${counts.wrongAndCertain}, none wanted`);
  return missed;
}

export function serversOf(rows: readonly Row[]): readonly string[] {
  return [...new Set(rows.flatMap((row) => row.case.servers))].toSorted();
}

function count(rows: readonly Row[]): Counts {
  const of = (accept: (judgement: Judgement) => boolean): number =>
    rows.filter(({ judgement }) => accept(judgement)).length;
  const knowable = rows.filter((row) => row.judgement.verdict === 'right' && isKnowable(row, rows));
  return {
    cases: rows.length,
    right: of(({ verdict }) => verdict === 'right'),
    undecided: of(({ verdict }) => verdict === 'undecided'),
    wrong: of(({ verdict }) => verdict === 'wrong'),
    wrongAndCertain: of(({ wrongAndCertain }) => wrongAndCertain),
    sure: of(({ verdict, sure }) => verdict === 'right' && sure),
    knowable: knowable.length,
    known: knowable.filter(({ judgement }) => judgement.sure).length,
  };
}

/** A case that another names as its twin has one as well. */
function isKnowable({ case: one }: Row, rows: readonly Row[]): boolean {
  const twinned = one.twin !== null || rows.some((row) => row.case.twin === one.id);
  return one.causes.length === 1 && !twinned && one.onlyTold !== true;
}

function line({ cases, right, undecided, wrong, wrongAndCertain, sure, knowable, known }: Counts): string {
  const share = (part: number, whole: number): string => `${Math.round((100 * part) / Math.max(1, whole))} %`;
  return [
    String(cases).padStart(5),
    share(right, cases).padStart(6),
    String(undecided).padStart(10),
    String(wrong).padStart(6),
    String(wrongAndCertain).padStart(18),
    `${share(sure, right)} (${sure} of ${right})`.padStart(27),
    `${share(known, knowable)} (${known} of ${knowable})`.padStart(22),
  ].join(' ');
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
