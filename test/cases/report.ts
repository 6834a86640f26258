/** What the judge reads of a JSON report (`src/schemas/report.schema.json`). */
import type { Certainty, ExperimentClass, Severity, StepStatus } from '../../src/model.ts';

export interface Report {
  readonly scenarios: readonly ReportedJob[];
  readonly problems: readonly { readonly code: string; readonly message: string }[];
  readonly findings: readonly ReportedFinding[];
}
export interface ReportedJob {
  readonly environment: string;
  readonly steps: readonly ReportedStep[];
}
export interface ReportedStep {
  readonly name: string;
  readonly credential: string | null;
  readonly status: StepStatus;
  readonly exchanges: readonly ReportedExchange[];
  readonly findings: readonly ReportedFinding[];
}
export interface ReportedExchange {
  readonly role: string;
  readonly hops: readonly ReportedHop[];
}
export interface ReportedHop {
  readonly request: { readonly method: string; readonly url: string };
  /** Tries before, which the server may have read. */
  readonly lost?: readonly unknown[];
  readonly response: {
    readonly status: number;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: { readonly excerpt: string };
  } | null;
}
export interface ReportedFinding {
  readonly cause: string | null;
  readonly environment: string;
  readonly severity: Severity;
  readonly certainty: Certainty;
  readonly summary: string;
  readonly hop: number | null;
  readonly evidence: readonly {
    readonly hop: number | null;
    readonly field: string;
    readonly seen: string;
  }[];
  readonly experiments: readonly ReportedExperiment[];
  readonly fix: string;
  readonly alternatives: readonly { readonly cause: string }[];
}
export interface ReportedExperiment {
  readonly id: string;
  readonly class: ExperimentClass;
  readonly observed: string;
  readonly exchange: number | null;
}
