/** A subject to findings: facts, texts, then experiments while they split the candidates, then what may be said. */
import type { Certainty, Exchange, Finding } from '../model.ts';
import { inOrder } from './alternatives.ts';
import { concerns, evidenceOf, isRefusal } from './concern.ts';
import type { Probe } from './experiments/experiment.ts';
import { arrivalOf } from './facts/arrival.ts';
import { faultAcceptedFinding } from './fault-accepted.ts';
import { findingBeside, findingFrom } from './finding.ts';
import { universe } from './groups.ts';
import { certaintyOf, rank } from './rank.ts';
import { redirectLoopFinding } from './redirect-loop.ts';
import { secondFaults } from './second-fault.ts';
import type { Subject } from './subject.ts';
import { transportFinding } from './transport.ts';
import { noTrial, type Trial, tryExperiments } from './trial.ts';

export interface DiagnoseDoors {
  readonly probe: Probe;
  /** false: `--no-experiments`, or nothing left of the run's budget. */
  readonly experiments: boolean;
  /** Takes requests from the run's budget, or gives them back (a negative number); false when there are not enough. */
  readonly spend: (requests: number) => boolean;
  /** The most requests for this step, where the run has less than the environment allows. */
  readonly budget?: number;
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
  const accepted = faultAcceptedFinding(subject);
  if (accepted) return { findings: [accepted], exchanges: [] };
  const given = evidenceOf(subject);
  if (!concerns(subject, given)) return { findings: [], exchanges: [] };
  const trial = doors.experiments
    ? await tryExperiments(subject, given, { ...doors, base })
    : { ...noTrial, arrival: arrivalOf(subject).verdict };
  const { arrival, proven } = trial;
  const ranked = rank(universe(subject), [...given, ...trial.evidence]);
  const ranking = { ...ranked, candidates: inOrder(ranked, subject, arrival) };
  const first = ranking.candidates[0];
  if (!isRefusal(subject) && !first?.support.length) return { findings: [], exchanges: trial.exchanges };
  const certainty = certaintyOf(ranking, { stage: subject.stage, arrival, proven });
  const reports = trial.reports(first?.cause ?? '');
  const seen = { ...subject, echoed: trial.echoed };
  const finding = findingFrom(seen, ranking, capped(certainty, trial), reports);
  const beside = secondFaults(ranking).map(({ cause, fact }) => findingBeside(subject, cause, fact));
  const told = await withBelow(subject, trial, noted(finding, trial), doors, base);
  const others = beside.filter(({ cause }) => told.findings.every((each) => each.cause !== cause));
  return { ...told, findings: [...told.findings, ...others] };
}

/** What does not fail again fails for something that this engine did not change. */
function capped(certainty: Certainty, { intermittent }: Trial): Certainty {
  return intermittent && (certainty === 'certain' || certainty === 'proven') ? 'likely' : certainty;
}

function noted(finding: Finding, { intermittent }: Trial): Finding {
  if (!intermittent) return finding;
  const seen = 'the failing request did not fail again in the same way: the fault is intermittent';
  return { ...finding, evidence: [...finding.evidence, { hop: null, field: 'note', seen }] };
}

/** A drop is shown, and what it led to refuses the credential too: two faults are two findings. */
async function withBelow(
  subject: Subject,
  trial: Trial,
  finding: Finding,
  doors: DiagnoseDoors,
  base: number,
): Promise<Diagnosis> {
  const { exchanges } = trial;
  const below = trial.below && subject.stage === 'resource' ? await doors.below(trial.below) : null;
  if (!below) return { findings: [finding], exchanges };
  const second = await diagnose(below, { ...doors, experiments: false }, base + exchanges.length);
  const seen = 'the final URL refuses the credential too: fixing this alone is not shown to suffice';
  const note = { hop: null, field: 'note', seen };
  return {
    findings: [{ ...finding, evidence: [...finding.evidence, note] }, ...second.findings],
    exchanges: [...exchanges, ...second.exchanges],
  };
}
