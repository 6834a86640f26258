/** What a step that passes hides: one finding, and the standards check that need not tell it again. */
import type { CauseId, Certainty, Environment, EvidenceLine, Finding, Step } from '../../model.ts';
import type { Seen } from '../seen.ts';
import { reference, standard } from '../standard.ts';

export interface Warning {
  readonly finding: Finding;
  /** Checks that say the same. */
  readonly tells: readonly string[];
}
/** A step that passed. */
export interface Passed {
  readonly environment: Environment;
  readonly step: Step;
  /** In the order in which they were sent, those for tokens included. */
  readonly hops: readonly Seen[];
  /** Takes secrets out of text. */
  readonly redact: (text: string) => string;
}
export type Warn = (passed: Passed) => Warning[];

export interface WarningParts {
  readonly cause: CauseId | null;
  /** The check that it is, where there is no cause; else the one that says the same. */
  readonly check: string | null;
  readonly certainty: Certainty;
  readonly summary: string;
  readonly evidence: readonly EvidenceLine[];
  /** That of the check by default. */
  readonly fix?: string;
  readonly references?: readonly string[];
}

export function warning(seen: Seen, parts: WarningParts): Warning {
  const { cause, check, certainty, summary, evidence } = parts;
  const known = check === null ? null : standard(check);
  return {
    finding: {
      cause,
      check: cause === null ? check : null,
      environment: seen.environment.name,
      severity: 'warning',
      expected: false,
      certainty,
      summary,
      hop: seen.hop.index,
      evidence,
      experiments: [],
      fix: parts.fix ?? known?.fix ?? '',
      fixSource: null,
      references: parts.references ?? (known ? [reference(known)] : []),
      alternatives: [],
    },
    tells: check === null ? [] : [check],
  };
}

export function line(seen: Seen, field: string, text: string): EvidenceLine {
  return { hop: seen.hop.index, field, seen: text };
}
