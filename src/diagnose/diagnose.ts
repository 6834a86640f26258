/** A subject to findings: facts, texts, then experiments while they split the candidates, then what may be said. */
import type { CauseId, Exchange, ExperimentReport, Finding } from '../model.ts';
import type { Evidence } from './evidence.ts';
import { type Experiment, isSafe, type Observation, type Probe, saysStop } from './experiments/experiment.ts';
import { budgetOf, choose, prediction } from './experiments/experiments.ts';
import { lostUses } from './facts/delivery.ts';
import { facts } from './facts/facts.ts';
import { findingFrom } from './finding.ts';
import { universe } from './groups.ts';
import { normalAnswer } from './normal.ts';
import { type Arrival, certaintyOf, rank } from './rank.ts';
import { redirectLoopFinding } from './redirect-loop.ts';
import { read } from './signatures.ts';
import type { Subject } from './subject.ts';
import { transportFinding } from './transport.ts';

export interface DiagnoseDoors {
  readonly probe: Probe;
  /** false: `--no-experiments`, or nothing left of the run's budget. */
  readonly experiments: boolean;
  /** Takes requests from the run's budget; false when there are not enough. */
  readonly spend: (requests: number) => boolean;
  /** The same subject with another exchange as the failing one: what lies below a drop. */
  readonly below: (exchange: Exchange) => Promise<Subject | null>;
}
export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** Exchanges of the experiments, in the order in which they were sent. */
  readonly exchanges: readonly Exchange[];
}

/** `base`: how many exchanges the step has already, so that reports can number those of the experiments. */
export async function diagnose(subject: Subject, doors: DiagnoseDoors, base: number): Promise<Diagnosis> {
  const transport = transportFinding(subject) ?? redirectLoopFinding(subject);
  if (transport) return { findings: [transport], exchanges: [] };
  const found = evidenceOf(subject);
  if (found.every(({ names }) => names.length === 0) && !isRefusal(subject)) {
    return { findings: [], exchanges: [] };
  }
  const state: State = {
    subject,
    doors,
    found,
    exchanges: [],
    reports: [],
    done: new Set(),
    budget: budgetOf(subject.environment.experiments),
    proven: null,
    arrival: 'unknown',
    below: null,
    base,
  };
  if (doors.experiments) await experiment(state);
  const ranking = rank(universe(subject), found);
  const certainty = certaintyOf(ranking, {
    stage: subject.stage,
    arrival: state.arrival,
    proven: state.proven,
  });
  const cause = ranking.candidates[0]?.cause ?? '';
  const reports = state.reports.map((pending) => settled(pending, cause, subject));
  const finding = findingFrom(subject, ranking, certainty, reports);
  return withBelow(state, finding);
}

/** Whether it agrees is known when the cause is: an experiment tells candidates apart, it does not guess. */
interface Pending {
  readonly report: ExperimentReport;
  readonly run: Experiment | null;
  readonly outcome: string;
}

interface State {
  readonly subject: Subject;
  readonly doors: DiagnoseDoors;
  readonly found: Evidence[];
  readonly exchanges: Exchange[];
  readonly reports: Pending[];
  readonly done: Set<string>;
  readonly base: number;
  budget: number;
  proven: CauseId | null;
  arrival: Arrival;
  /** The final URL, called directly, refused the credential too. */
  below: Exchange | null;
}

/** Facts about credentials explain a refusal; any other answer is explained by what it says alone. */
function evidenceOf(subject: Subject): Evidence[] {
  const texts = read(subject);
  const status = subject.response?.status ?? 0;
  const lost = subject.stage === 'resource' && lostUses(subject).length > 0;
  const told = texts.some(({ names }) => names.length > 0);
  const concerned = isRefusal(subject) || (status >= 400 && status < 500 && (told || lost));
  return concerned ? [...facts(subject), ...texts] : texts;
}

/** Statuses that are about credentials, whoever sent them. */
function isRefusal(subject: Subject): boolean {
  const status = subject.response?.status ?? 0;
  return subject.stage !== 'resource' || status === 401 || status === 403 || status === 407;
}

async function experiment(state: State): Promise<void> {
  for (;;) {
    const { candidates } = rank(universe(state.subject), state.found);
    const untold = rank(
      universe(state.subject),
      state.found.filter(({ kind }) => kind !== 'text'),
    );
    const next = choose(
      state.subject,
      untold.candidates.map(({ cause }) => cause),
      state.done,
      state.budget,
    );
    if (!next || !state.doors.spend(next.cost)) return;
    state.done.add(next.id);
    state.budget -= next.cost;
    const predicted = prediction(next, candidates, state.subject);
    const observed = await next.run(state.subject, state.doors.probe);
    report(state, next, predicted, observed);
    if (observed.outcome === 'another answer') state.arrival = 'arrived';
    if (observed.outcome === 'the same answer') state.arrival = 'equal';
    if (observed.outcome === 'another refusal') state.below = observed.exchanges[0] ?? null;
    if (observed.exchanges.some(saysStop)) return;
    if (observed.proves !== null) {
      await repeatBaseline(state, observed.proves);
      return;
    }
  }
}

function report(state: State, run: Experiment, predicted: string, observed: Observation): void {
  // What could not be sent is no experiment.
  if (observed.exchanges.length === 0) return;
  const exchange = state.base + state.exchanges.length;
  state.exchanges.push(...observed.exchanges);
  state.found.push(...observed.evidence);
  state.reports.push({
    run,
    outcome: observed.outcome,
    report: {
      id: run.id,
      class: run.classOf(state.subject),
      predicted,
      observed: observed.seen,
      agrees: true,
      exchange,
    },
  });
}

function settled(
  { report: made, run, outcome }: Pending,
  cause: CauseId,
  subject: Subject,
): ExperimentReport {
  if (run === null) return made;
  const expected = run.predicts(cause, subject);
  return { ...made, agrees: expected === null || expected === outcome };
}

/** A-B-A: it fails again, with the same answer from the same address. */
async function repeatBaseline(state: State, cause: CauseId): Promise<void> {
  const { subject, doors } = state;
  const method = subject.failing.hops[0]?.request.method ?? '';
  if (!isSafe(method) || state.budget < 1 || !doors.spend(1)) return;
  state.budget -= 1;
  const again = await doors.probe.repeat();
  const same =
    normalAnswer(again) === normalAnswer(subject.failing) && again.hops.at(-1)?.remote === subject.hop.remote;
  const status = again.hops.at(-1)?.response?.status ?? 'no answer';
  const observed = same
    ? `${status}, the same answer from the same address`
    : `${status}: it does not repeat`;
  state.reports.push({
    run: null,
    outcome: observed,
    report: {
      id: 'repeat-baseline',
      class: 'A0',
      predicted: 'the same refusal',
      observed,
      agrees: same,
      exchange: state.base + state.exchanges.length,
    },
  });
  state.exchanges.push(again);
  if (same) state.proven = cause;
}

/** A drop is shown, and what it led to refuses the credential too: two faults are two findings. */
async function withBelow(state: State, finding: Finding): Promise<Diagnosis> {
  const below = state.below ? await state.doors.below(state.below) : null;
  if (!below) return { findings: [finding], exchanges: state.exchanges };
  const second = await diagnose(
    below,
    { ...state.doors, experiments: false },
    state.base + state.exchanges.length,
  );
  const note = {
    hop: null,
    field: 'note',
    seen: 'the final URL refuses the credential too: fixing this alone is not shown to suffice',
  };
  return {
    findings: [{ ...finding, evidence: [...finding.evidence, note] }, ...second.findings],
    exchanges: [...state.exchanges, ...second.exchanges],
  };
}
