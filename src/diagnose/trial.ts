/** The experiments of one failing step, one after the other, while they split the candidates. */
import type { CauseId, Exchange, ExperimentReport } from '../model.ts';
import type { SeenAtEcho } from './echoed.ts';
import type { Evidence } from './evidence.ts';
import { another, same, seenAs } from './experiments/answer.ts';
import { echo } from './experiments/echo.ts';
import {
  type Experiment,
  isSafe,
  methodOf,
  type Observation,
  type Probe,
  statusOf,
} from './experiments/experiment.ts';
import { budgetOf, choose, isAllowed, prediction, sights } from './experiments/experiments.ts';
import { anotherRefusal } from './experiments/final-url.ts';
import { onlyOnce } from './experiments/once.ts';
import { redirectUriVariants } from './experiments/redirect-uri-variants.ts';
import { stopsOf } from './experiments/stop.ts';
import { withoutCredential } from './experiments/without-credential.ts';
import { arrivalOf } from './facts/arrival.ts';
import { universe } from './groups.ts';
import { repeats } from './likeness.ts';
import { type Arrival, certaintyOf, rank } from './rank.ts';
import type { Subject } from './subject.ts';

export interface TrialDoors {
  readonly probe: Probe;
  /** Takes requests from the run's budget, or gives them back (a negative number); false when there are not enough. */
  readonly spend: (requests: number) => boolean;
  /** The most requests for this step, where the run has less than the environment allows. */
  readonly budget?: number;
  /** How many exchanges the step has already, so that reports can number those of the experiments. */
  readonly base: number;
}

export interface Trial {
  readonly evidence: readonly Evidence[];
  /** In the order in which they were sent. */
  readonly exchanges: readonly Exchange[];
  readonly proven: CauseId | null;
  readonly arrival: Arrival;
  /** The failing request did not fail again in the same way. */
  readonly intermittent: boolean;
  /** The final URL, called directly, refused the credential too. */
  readonly below: Exchange | null;
  /** What an echo endpoint showed, where it could show it. */
  readonly echoed: SeenAtEcho | null;
  /** Whether each agrees is known when the cause is: an experiment tells candidates apart, it does not guess. */
  readonly reports: (cause: CauseId) => ExperimentReport[];
}

export const noTrial: Trial = {
  evidence: [],
  exchanges: [],
  proven: null,
  arrival: 'unknown',
  intermittent: false,
  below: null,
  echoed: null,
  reports: () => [],
};

interface Report {
  readonly made: ExperimentReport;
  readonly run: Experiment | null;
  readonly outcome: string;
}
interface State {
  readonly subject: Subject;
  readonly doors: TrialDoors;
  readonly found: Evidence[];
  readonly exchanges: Exchange[];
  readonly reports: Report[];
  readonly tried: Set<string>;
  readonly earlier: Map<string, Observation>;
  budget: number;
  arrival: Arrival;
  proven: CauseId | null;
  intermittent: boolean;
  below: Exchange | null;
}

/** `given`: what facts and texts say. */
export async function tryExperiments(
  subject: Subject,
  given: readonly Evidence[],
  doors: TrialDoors,
): Promise<Trial> {
  const allowed = budgetOf(subject.environment.experiments);
  const state: State = {
    subject,
    doors,
    found: [...given],
    exchanges: [],
    reports: [],
    tried: new Set(),
    earlier: new Map(),
    budget: Math.min(allowed, doors.budget ?? allowed),
    arrival: arrivalOf(subject).verdict,
    proven: null,
    intermittent: false,
    below: null,
  };
  if (stopsOf(subject.failing).length === 0) await loop(state);
  const { exchanges, proven, arrival, intermittent, below } = state;
  return {
    evidence: state.found.slice(given.length),
    exchanges,
    proven,
    arrival,
    intermittent,
    below,
    echoed: state.earlier.get(echo.id)?.seenAtEcho ?? null,
    reports: (cause) => state.reports.map((each) => settled(each, cause, subject)),
  };
}

async function loop(state: State): Promise<void> {
  const { subject, doors } = state;
  for (;;) {
    const left = state.budget - (subject.stage === 'resource' && canRepeat(subject) ? 1 : 0);
    const next = isDecided(state) ? null : nextOf(state, left);
    if (!next) return;
    // At the authorization endpoint only the variants want a baseline.
    const kept = next.id === redirectUriVariants.id && left > next.cost ? 1 : 0;
    const wanted = Math.min(next.most ?? next.cost, Math.max(left, next.cost) - kept);
    const planned = [wanted, next.cost].find((requests) => doors.spend(requests));
    if (planned === undefined) return;
    state.tried.add(next.id);
    const { candidates } = rank(universe(subject), state.found);
    const predicted = prediction(next, candidates, subject);
    const observed = await next.run(subject, doors.probe, state.earlier, planned);
    const sent = doors.probe.take();
    doors.spend(sent.length - planned);
    state.budget -= sent.length;
    keep(state, next, predicted, observed, sent);
    if (sent.some((exchange) => stopsOf(exchange).length > 0)) return;
    if (observed.proves !== null) {
      // What was answered before the step failed is no B between two A.
      if (isLater(observed, subject)) await repeatBaseline(state, observed.proves);
      return;
    }
  }
}

/** What is kept for the baseline may go where nothing is left that could be proven. */
function nextOf(state: State, left: number): Experiment | null {
  const { subject, earlier, tried, budget } = state;
  const causes = untold(state);
  return (
    choose(subject, causes, earlier, tried, left) ?? choose(subject, causes, earlier, tried, budget, sights)
  );
}

function isLater({ exchanges }: Observation, { hop }: Subject): boolean {
  const sent = exchanges.at(-1)?.hops[0]?.clock.sent;
  return sent !== undefined && sent >= hop.clock.sent;
}

/** A text is a claim, and may be what is tested. */
function untold(state: State): CauseId[] {
  const others = state.found.filter(({ kind }) => kind !== 'text');
  return rank(universe(state.subject), others).candidates.map(({ cause }) => cause);
}

/** Nothing is asked any more where it is certain already. */
function isDecided({ subject, found, arrival, proven }: State): boolean {
  return certaintyOf(rank(universe(subject), found), { stage: subject.stage, arrival, proven }) === 'certain';
}

function keep(
  state: State,
  run: Experiment,
  predicted: string,
  observed: Observation,
  sent: readonly Exchange[],
): void {
  const { subject, doors } = state;
  // The answer that it looked at, not what it took to get there.
  const telling = Math.max(0, observed.exchanges[0] ? sent.indexOf(observed.exchanges[0]) : 0);
  const exchange = sent.length > 0 ? doors.base + state.exchanges.length + telling : null;
  state.exchanges.push(...sent);
  state.earlier.set(run.id, observed);
  // What could not be sent is no experiment; what another step had sent is one.
  if (sent.length === 0 && observed.exchanges.length === 0) return;
  state.found.push(...observed.evidence);
  state.arrival = arrivalAfter(state.arrival, run, observed);
  if (observed.outcome === anotherRefusal) state.below = observed.exchanges[0] ?? null;
  const seen = exchange === null ? `${observed.seen} (asked before in this run)` : observed.seen;
  state.reports.push({
    run,
    outcome: observed.outcome,
    made: { id: run.id, class: run.classOf(subject), predicted, observed: seen, agrees: true, exchange },
  });
}

/** What is said to a request without credential as well says nothing about this one, though its header arrives. */
function arrivalAfter(known: Arrival, run: Experiment, observed: Observation): Arrival {
  if (run.id === withoutCredential.id) {
    if (observed.outcome === another) return 'arrived';
    return observed.outcome === same ? 'equal' : known;
  }
  return observed.arrives && known === 'unknown' ? 'arrived' : known;
}

function settled({ made, run, outcome }: Report, cause: CauseId, subject: Subject): ExperimentReport {
  if (run === null) return made;
  const expected = run.predicts(cause, subject);
  return { ...made, agrees: expected === null || expected === outcome };
}

/** Where a baseline can be sent again: what reads, carries no password, and is allowed. */
function canRepeat(subject: Subject): boolean {
  const policy = subject.environment.experiments;
  if (subject.stage === 'authorization') return subject.redirect_uri !== null;
  if (subject.stage !== 'resource' || !isSafe(methodOf(subject))) return false;
  if (policy.allow.has(repeatId)) return true;
  return isAllowed(repeatId, 'A0', policy) && !onlyOnce(subject, true);
}

const repeatId = 'repeat-baseline';

/** A-B-A: it fails again, with the same answer from the same address. */
async function repeatBaseline(state: State, cause: CauseId): Promise<void> {
  const { subject, doors } = state;
  if (!canRepeat(subject) || state.budget < 1 || !doors.spend(1)) return;
  const again = await doors.probe.repeat();
  const sent = doors.probe.take();
  doors.spend(sent.length - 1);
  state.budget -= sent.length;
  if (!again) return;
  const alike = repeats(again, subject);
  const exchange = sent.length > 0 ? doors.base + state.exchanges.length : null;
  const status = statusOf(again) ?? 'no answer';
  const observed = alike
    ? `${seenAs(again, 'the same answer')} from the same address`
    : `${status}: it does not repeat`;
  const predicted = 'the same refusal';
  const made: ExperimentReport = { id: repeatId, class: 'A0', predicted, observed, agrees: alike, exchange };
  state.reports.push({ run: null, outcome: observed, made });
  state.exchanges.push(...sent);
  if (alike) state.proven = cause;
  else state.intermittent = true;
}
