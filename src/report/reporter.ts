/** Reporters listen to the run; each format is loaded only when it is asked for. */
import type { Sink, Spool } from '../doors.ts';
import type { ProblemData, RunEvent } from '../model.ts';
import type { Redactor } from '../secret.ts';
import { redactEvent, redactingSink } from './redaction.ts';

export interface Reporter {
  event(event: RunEvent): void;
  end(): void | Promise<void>;
}
export interface ReporterOptions {
  /** Passing steps too, with their hops and headers. */
  readonly verbose: boolean;
  /** All standards checks that failed, not their number only. */
  readonly checks?: boolean;
  /** What all known HTTP clients make of the redirects, not in one line only. */
  readonly clients?: boolean;
  /** A problem with its source line and caret. */
  readonly formatProblem: (problem: ProblemData, color: boolean) => string;
}
export interface ReporterSpec {
  readonly name: string;
  readonly sink: Sink;
  /** Where `github` writes its job summary. */
  readonly summarySink?: Sink;
  /**
   * The working directory as seen from the root of the repository (`services/orders`), where annotations look for
   * files; the root by default.
   */
  readonly workspace?: string;
  readonly redactor: Redactor;
  readonly options: ReporterOptions;
  /** Where many results are put aside; absent: in memory. */
  readonly openSpool?: () => Spool;
}
export interface NamedReporter extends Reporter {
  readonly name: string;
}
/** Several reporters as one. `end` never rejects. */
export interface Reporters extends Reporter {
  /** Reporters that threw, with their first error; they got no event after it. The run must not be green. */
  readonly crashes: readonly { readonly name: string; readonly error: Error }[];
  end(): Promise<void>;
}

/** What a format gets. Its events are redacted; what it keeps of them goes through `redactor` again. */
export interface ReportOutput extends ReporterOptions {
  readonly sink: Sink;
  readonly summarySink: Sink | null;
  readonly workspace: string;
  readonly redactor: Redactor;
  readonly openSpool?: () => Spool;
}
type Create = (output: ReportOutput) => Reporter;

const formats: ReadonlyMap<string, () => Promise<Create>> = new Map([
  ['console', async () => (await import('./console.ts')).createConsoleReporter],
  ['json', async () => (await import('./json.ts')).createJsonReporter],
  ['jsonl', async () => (await import('./jsonl.ts')).createJsonLinesReporter],
  ['junit', async () => (await import('./junit.ts')).createJunitReporter],
  ['github', async () => (await import('./github.ts')).createGithubReporter],
]);
/** Formats without a structure that a placeholder could break. */
const prose: ReadonlySet<string> = new Set(['console']);

/** Formats that hear of each step; the others take it from the result of the scenario. */
const stepwise: ReadonlySet<string> = new Set(['jsonl']);

export const reporterNames: readonly string[] = [...formats.keys()];

/** Throws for a name that is not in `reporterNames`. */
export async function createReporter(spec: ReporterSpec): Promise<NamedReporter> {
  const load = formats.get(spec.name);
  if (!load) throw new Error(`There is no reporter "${spec.name}".`);
  const create = await load();
  const { redactor } = spec;
  const reporter = create({
    ...spec.options,
    sink: prose.has(spec.name) ? redactingSink(spec.sink, redactor) : spec.sink,
    summarySink: spec.summarySink ?? null,
    workspace: spec.workspace ?? '',
    redactor,
    ...(spec.openSpool ? { openSpool: spec.openSpool } : {}),
  });
  return {
    name: spec.name,
    event(event) {
      if (event.type === 'step-finished' && !stepwise.has(spec.name)) return;
      reporter.event(redactEvent(event, redactor));
    },
    end: () => reporter.end(),
  };
}

/** One that crashes does not stop the others. */
export function createReporters(list: readonly NamedReporter[]): Reporters {
  const crashes: { name: string; error: Error }[] = [];
  const running = new Set(list);
  const crashed = (reporter: NamedReporter, thrown: unknown): void => {
    running.delete(reporter);
    crashes.push({
      name: reporter.name,
      error: thrown instanceof Error ? thrown : new Error(String(thrown)),
    });
  };
  return {
    crashes,
    event(event) {
      for (const reporter of running) {
        try {
          reporter.event(event);
        } catch (error) {
          crashed(reporter, error);
        }
      }
    },
    async end() {
      for (const reporter of running) {
        try {
          await reporter.end();
        } catch (error) {
          crashed(reporter, error);
        }
      }
    },
  };
}
