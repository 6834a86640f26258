/** One thing in which the project file differs from environment to environment, as a row and, where it matters, a finding. */
import type { Certainty, Difference, Finding, Severity, Source } from '../../model.ts';
import { kind } from '../kind.ts';

export interface Drift {
  readonly difference: Difference;
  /** null: nothing that the file uses depends on it. */
  readonly finding: Finding | null;
}

export interface DriftParts {
  /** Id of a kind: `file.client`. */
  readonly kind: string;
  readonly of: string;
  /** What each environment says, in order, and where. */
  readonly says: readonly (readonly [environment: string, seen: string, source?: Source | null])[];
  /** Absent: that of the kind. */
  readonly severity?: Severity;
  readonly certainty?: Certainty;
  /** Environment in which it is to be put right. */
  readonly where: string;
  readonly summary: string;
  /** Absent: that of the kind. */
  readonly fix?: string;
  readonly source: Source | null;
}

export function drift(parts: DriftParts): Drift {
  const rule = kind(parts.kind);
  const severity = parts.severity ?? rule.severity;
  const cause = rule.cause ?? null;
  const check = rule.cause === undefined ? rule.id : null;
  const difference: Difference = {
    what: parts.of === '' ? rule.id : `${rule.id}[${parts.of}]`,
    environments: Object.fromEntries(parts.says.map(([name, seen]) => [name, seen])),
    cause,
    check,
    severity,
    expected: null,
  };
  if (severity === 'info') return { difference, finding: null };
  const finding: Finding = {
    cause,
    check,
    environment: parts.where,
    severity,
    expected: false,
    certainty: parts.certainty ?? rule.certainty ?? 'possible',
    summary: parts.summary,
    hop: null,
    evidence: parts.says.map(([field, seen, source = null]) => ({
      hop: null,
      field,
      seen: `${seen}${at(source)}`,
    })),
    experiments: [],
    fix: parts.fix ?? rule.fix,
    fixSource: parts.source,
    references: rule.references,
    alternatives: [],
  };
  return { difference, finding };
}

/** ` (specs/why401.yml:12:7)`; nothing for what came from no file. */
export function at(source: Source | null): string {
  return source && source.file !== '' ? ` (${source.file}:${source.line}:${source.column})` : '';
}
