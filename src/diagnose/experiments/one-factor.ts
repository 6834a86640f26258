/** Experiments of one kind: one factor of the request changes, and where it passes then, that factor is the cause. */
import type { CauseId, ExperimentClass } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';
import { accepted, outcomeOf, same, seenAs } from './answer.ts';
import { type Change, type Earlier, type Experiment, notSent } from './experiment.ts';

export interface OneFactor {
  readonly id: string;
  readonly class: ExperimentClass;
  /** For the report: `with Accept: application/json`. */
  readonly field: (subject: Subject) => string;
  readonly applies: (subject: Subject, earlier: Earlier) => boolean;
  readonly change: (subject: Subject) => Change | null;
  /** The cause that it passes for. */
  readonly cause: (subject: Subject) => CauseId;
  /** Whether the factor stands for this cause alone; not said: it does. */
  readonly proves?: (subject: Subject) => boolean;
  /** Causes that this factor does not touch: they fail in the same way. */
  readonly untouched: (cause: CauseId, subject: Subject) => boolean;
  /** The cause may stand although the factor makes no difference. */
  readonly survives?: boolean;
  /** More than the rest, from an answer that does not pass. */
  readonly reads?: (outcome: string, status: number | null, subject: Subject) => readonly Evidence[];
}

export function oneFactor(factor: OneFactor): Experiment {
  return {
    id: factor.id,
    classOf: () => factor.class,
    cost: 1,
    resends: true,
    applies: (subject, earlier) =>
      subject.stage === 'resource' && factor.applies(subject, earlier) && factor.change(subject) !== null,
    about: (subject) => [factor.cause(subject)],
    predicts(cause, subject) {
      if (cause === factor.cause(subject)) return accepted;
      return factor.untouched(cause, subject) ? same : null;
    },
    async run(subject, probe) {
      const change = factor.change(subject);
      const exchange = change ? await probe.vary(change) : null;
      if (!exchange) return notSent('the origin is not to be asked');
      const outcome = outcomeOf(exchange, subject);
      const seen = seenAs(exchange, outcome);
      const cause = factor.cause(subject);
      const lines = [{ hop: null, field: factor.field(subject), seen }];
      const status = exchange.hops.at(-1)?.response?.status ?? null;
      const made: readonly Evidence[] =
        outcome === accepted
          ? [
              evidence(`experiment/${factor.id}`, {
                kind: 'experiment',
                names: [cause],
                only: [cause],
                lines,
              }),
            ]
          : outcome === same && !factor.survives
            ? [evidence(`experiment/${factor.id}-same`, { kind: 'experiment', excludes: [cause], lines })]
            : [];
      return {
        outcome,
        seen,
        exchanges: [exchange],
        evidence: [...made, ...(factor.reads?.(outcome, status, subject) ?? [])],
        proves: outcome === accepted && (factor.proves?.(subject) ?? true) ? cause : null,
      };
    },
  };
}
