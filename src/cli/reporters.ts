/** What `--reporter` names, and where it writes. */
import { relative, resolve } from 'node:path';
import type { Sink } from '../doors.ts';
import { formatProblem } from '../load/frame.ts';
import { Problem, ProblemError } from '../problem.ts';
import { firstLine } from '../report/mark.ts';
import { createReporter, createReporters, type Reporters, reporterNames } from '../report/reporter.ts';
import type { Redactor } from '../secret.ts';
import type { ReportFile } from './report-file.ts';
import type { ReportFlags } from './reporting.ts';
import type { World } from './world.ts';

export interface Opened {
  readonly reporters: Reporters;
  readonly files: readonly ReportFile[];
  /** What keeps a report from being written; the others may be. */
  readonly problems: readonly Problem[];
  /** A reporter for people is there to tell of them. */
  readonly printed: boolean;
}
interface Target {
  readonly format: string;
  /** As it is written; null: stdout. */
  readonly path: string | null;
}
interface Place {
  readonly sink: Sink;
  readonly summary: Sink | null;
}

/** Other names of stdout: opened as a file it would be written over from its start. */
const standard: ReadonlySet<string> = new Set(['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1']);

/** Throws ProblemError for what no reporter can be made of. */
export async function openReporters(
  flags: ReportFlags,
  world: World,
  redactor: Redactor,
  inputs: ReadonlySet<string>,
): Promise<Opened> {
  const targets = targetsOf(flags.reporter?.length ? flags.reporter : ['console']);
  const files = createFiles(world, inputs);
  const places = targets.flatMap((target) => {
    const place = files.place(target);
    return place ? [{ target, place }] : [];
  });
  files.empty();
  const made = places.map(async ({ target: { format, path }, place: { sink, summary } }) => {
    if (path !== null && !standard.has(path) && firstLine(format) !== '') sink.write(firstLine(format));
    return createReporter({
      name: format,
      ...workspaceOf(world),
      sink,
      ...(summary ? { summarySink: summary } : {}),
      redactor,
      ...(world.openSpool ? { openSpool: world.openSpool } : {}),
      options: {
        verbose: flags.verbose === true,
        checks: flags.checks === true,
        clients: flags.clients === true,
        formatProblem,
      },
    });
  });
  const printed = places.some(
    ({ target, place }) => target.format === 'console' && place.sink === world.stdout,
  );
  const reporters = createReporters(await Promise.all(made));
  return { reporters, files: files.opened, problems: files.problems, printed };
}

function targetsOf(specs: readonly string[]): readonly Target[] {
  const problems: Problem[] = [];
  const targets = specs.map((spec) => {
    const at = spec.indexOf('=');
    const format = at < 0 ? spec : spec.slice(0, at);
    const path = at < 0 ? null : spec.slice(at + 1);
    if (!reporterNames.includes(format)) {
      problems.push(
        new Problem('UNKNOWN_REPORTER', `There is no reporter "${format}".`, {
          fix: `There are: ${reporterNames.join(', ')}.`,
        }),
      );
    } else if (path === '') {
      problems.push(
        new Problem('REPORT_WITHOUT_FILE', `The reporter "${spec}" names no file.`, {
          fix: `Write --reporter ${format}=FILE, or --reporter ${format} for stdout.`,
        }),
      );
    }
    return { format, path };
  });
  if (problems.length > 0) throw new ProblemError(problems);
  return targets;
}

/** Opens all of them before it empties one. */
function createFiles(world: World, inputs: ReadonlySet<string>) {
  const opened: ReportFile[] = [];
  const emptied: ReportFile[] = [];
  const problems: Problem[] = [];
  const used = new Map<string, string>();
  const open = (path: string, append: boolean): Sink | null => {
    try {
      const file = world.openFile(resolve(world.cwd, path), path, append);
      opened.push(file);
      const found = file.id === null || append ? null : conflict(file.id, path, used, inputs);
      if (found) {
        problems.push(found);
        return null;
      }
      if (!append) emptied.push(file);
      return file;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      problems.push(...error.problems);
      return null;
    }
  };
  return {
    opened,
    problems,
    place({ format, path }: Target): Place | null {
      const sink = path === null || standard.has(path) ? standardOf(format, world) : open(path, false);
      const file = world.env['GITHUB_STEP_SUMMARY'];
      const summary = format === 'github' && file ? open(file, true) : null;
      return sink && { sink, summary };
    },
    empty() {
      for (const file of emptied) file.empty();
    },
  };
}

function conflict(
  id: string,
  path: string,
  used: Map<string, string>,
  inputs: ReadonlySet<string>,
): Problem | null {
  const other = used.get(id);
  if (other !== undefined)
    return new Problem('REPORT_TWICE', `The reports "${other}" and "${path}" are one file.`, {
      fix: 'Give each reporter a file of its own.',
    });
  used.set(id, path);
  return inputs.has(id)
    ? new Problem('REPORT_IS_INPUT', `The report "${path}" would be written over a file that is read.`, {
        fix: 'Name another file.',
      })
    : null;
}

/** Annotations are commands of ours. */
function standardOf(format: string, world: World): Sink {
  return format === 'github' ? (world.exact ?? world.stdout) : world.stdout;
}

/** Where this folder lies in the repository that the annotations of GitHub are about. */
function workspaceOf(world: World): { workspace?: string } {
  const root = world.env['GITHUB_WORKSPACE'];
  return root ? { workspace: relative(root, world.cwd).replaceAll('\\', '/') } : {};
}
