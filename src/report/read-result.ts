/** What a JSON or JSONL report says, as the model has it. All of it has passed the schema. */
import type {
  Check,
  Comparison,
  Difference,
  ExitCode,
  Finding,
  JobResult,
  LeftOut,
  Observed,
  ProblemData,
  Row,
  Source,
  StepResult,
  Summary,
} from '../model.ts';
import { type ReportedExchange, readExchange } from './read-exchange.ts';

interface ReportedStep
  extends Pick<StepResult, 'name' | 'credential' | 'source' | 'status' | 'attempts' | 'reason' | 'beside'> {
  readonly passed_after: StepResult['passedAfter'];
  readonly duration_ms: number;
  readonly exchanges: readonly ReportedExchange[];
  readonly checks: readonly Check[];
  readonly findings: readonly ReportedFinding[];
}
type ReportedFinding = Omit<Finding, 'fixSource'> & { readonly fix_source: Source | null };
interface ReportedScenario extends Pick<JobResult, 'file' | 'name' | 'environment' | 'tags' | 'status'> {
  readonly row: Row | null;
  readonly steps: readonly ReportedStep[];
}
interface ReportedDifference extends Omit<Difference, 'expected'> {
  readonly expected_to_differ: boolean;
  readonly reason: string | null;
}
interface ReportedHead {
  readonly tool: { readonly version: string | null };
  readonly started: string | null;
  readonly environments: readonly string[];
  readonly insecure: readonly string[];
}
interface ReportedEnd {
  readonly command: 'run' | 'compare';
  readonly exit_code: ExitCode;
  readonly duration_ms: number;
  readonly summary: Summary;
  readonly problems: readonly ProblemData[];
  readonly findings: readonly ReportedFinding[];
  readonly comparison?: readonly ReportedDifference[];
  readonly observed?: readonly Observed[];
  readonly left_out?: readonly LeftOut[];
}

interface JobLine extends Pick<JobResult, 'index' | 'file' | 'name' | 'environment' | 'row'> {}
/** The lines of a JSONL report; a JSON report is read as such lines, too. */
export type Line =
  | (ReportedHead & { readonly type: 'run'; readonly jobs: number })
  | (JobLine & { readonly type: 'job' })
  | (JobLine & { readonly type: 'step'; readonly step: ReportedStep })
  | { readonly type: 'result'; readonly index: number; readonly scenario: ReportedScenario }
  | (ReportedEnd & { readonly type: 'end' });

/** What a run was when it ended. */
export interface Ending {
  readonly exitCode: ExitCode;
  readonly duration: number;
  readonly summary: Summary;
  readonly problems: readonly ProblemData[];
  readonly findings: readonly Finding[];
  readonly comparison?: Comparison;
  readonly runComparison?: Comparison;
}

export function readScenario({ steps, ...scenario }: ReportedScenario, index: number): JobResult {
  const { file, name, environment, tags, status, row } = scenario;
  const source = steps[0]?.source ?? { file, line: 1, column: 1 };
  const read = steps.map((step) => readStep(step, environment));
  return { index, file, name, environment, tags, source, status, steps: read, ...(row && { row }) };
}

export function readStep(step: ReportedStep, environment: string): StepResult {
  const { passed_after, duration_ms, exchanges, findings, ...rest } = step;
  return {
    ...rest,
    passedAfter: passed_after,
    duration: duration_ms,
    exchanges: exchanges.map((each) => readExchange(each, environment)),
    findings: findings.map(readFinding),
  };
}

function readFinding({ fix_source, ...finding }: ReportedFinding): Finding {
  return { ...finding, fixSource: fix_source };
}

export function readEnding(end: ReportedEnd): Ending {
  const { command, exit_code, duration_ms, summary, problems, findings } = end;
  const comparison = readComparison(end);
  const compared = command === 'compare' ? { comparison } : { runComparison: comparison };
  return {
    exitCode: exit_code,
    duration: duration_ms,
    summary,
    problems,
    findings: findings.map(readFinding),
    ...(comparison ? (compared as Pick<Ending, 'comparison' | 'runComparison'>) : {}),
  };
}

function readComparison({ comparison = [], observed, left_out }: ReportedEnd): Comparison | undefined {
  if (!observed) return undefined;
  const differences = comparison.map(({ expected_to_differ, reason, ...each }) => ({
    ...each,
    expected: expected_to_differ ? (reason ?? '') : null,
  }));
  const sourced = observed.map(({ environment, observations }) => ({
    environment,
    observations: observations.map((each) => ({ ...each, source: null })),
  }));
  return { differences, observed: sourced, left: left_out ?? [] };
}
