/** All experiments, and which of them is worth its requests. */
import type { CauseId, ExperimentClass, ExperimentPolicy } from '../../model.ts';
import type { Candidate } from '../rank.ts';
import type { Subject } from '../subject.ts';
import { clientProbe, redirectUriProbe } from './authorization-probe.ts';
import type { Experiment } from './experiment.ts';
import { finalUrl } from './final-url.ts';
import { withoutCredential } from './without-credential.ts';

export const experiments: readonly Experiment[] = [
  finalUrl,
  withoutCredential,
  clientProbe,
  redirectUriProbe,
];

/** Most requests of class A0 for one failing step where nothing more is allowed. */
const protectedBudget = 2;

export function budgetOf(policy: ExperimentPolicy): number {
  const onlyA0 = ![...policy.allow].some((word) => word !== 'A0');
  return onlyA0 ? Math.min(policy.budget, protectedBudget) : policy.budget;
}

/** A class allows itself and what does less. */
export function isAllowed(experiment: Experiment, kind: ExperimentClass, policy: ExperimentPolicy): boolean {
  const { allow } = policy;
  return allow.has(experiment.id) || allow.has(kind) || (kind === 'A0' && allow.has('A'));
}

/**
 * The experiment that leaves the fewest candidates per request, taken over its outcomes; null where none splits
 * anything. The candidates are those that facts and experiments leave: a text is a claim, and may be what is tested.
 */
export function choose(
  subject: Subject,
  causes: readonly CauseId[],
  done: ReadonlySet<string>,
  budget: number,
): Experiment | null {
  let best: { experiment: Experiment; value: number } | null = null;
  for (const experiment of experiments) {
    if (done.has(experiment.id) || experiment.cost > budget || !experiment.applies(subject)) continue;
    if (!isAllowed(experiment, experiment.classOf(subject), subject.environment.experiments)) continue;
    const value = (causes.length - leftOver(experiment, causes, subject)) / experiment.cost;
    if (value > 0 && (best === null || value > best.value)) best = { experiment, value };
  }
  return best?.experiment ?? null;
}

/** Candidates left, on average over the outcomes; a cause without a prediction is left by each. */
function leftOver(experiment: Experiment, causes: readonly CauseId[], subject: Subject): number {
  const groups = new Map<string, number>();
  let silent = 0;
  for (const cause of causes) {
    const outcome = experiment.predicts(cause, subject);
    if (outcome === null) silent += 1;
    else groups.set(outcome, (groups.get(outcome) ?? 0) + 1);
  }
  const left = [...groups.values()].map((count) => count + silent);
  if (left.length === 0) return causes.length;
  if (left.length === 1) left.push(silent);
  return left.reduce((sum, count) => sum + count, 0) / left.length;
}

/** Causes named for each outcome. */
const namedCauses = 2;

/** What the candidates let expect, those with support first, said before anything is sent. */
export function prediction(
  experiment: Experiment,
  candidates: readonly Candidate[],
  subject: Subject,
): string {
  const groups = new Map<string, CauseId[]>();
  for (const { cause } of candidates) {
    const outcome = experiment.predicts(cause, subject);
    if (outcome !== null) groups.set(outcome, [...(groups.get(outcome) ?? []), cause]);
  }
  return [...groups]
    .map(([outcome, causes]) => `${outcome} if ${causes.slice(0, namedCauses).join(' or ')}`)
    .join('; ');
}
