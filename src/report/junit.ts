/** `--reporter junit=FILE`: JUnit XML as Ant and Surefire write it, a suite per scenario file and environment. */
import type { JobResult, ProblemData, StepResult, StepStatus } from '../model.ts';
import { type Collection, createCollector } from './collection.ts';
import { failureBlock } from './console-failure.ts';
import { createStyle } from './console-style.ts';
import { differenceSuites } from './junit-comparison.ts';
import { type Suite, seconds } from './junit-suite.ts';
import { junitMark } from './mark.ts';
import { answers, belated, findingId, headline, place } from './outcome.ts';
import type { Reporter, ReportOutput } from './reporter.ts';
import { cut, visible } from './text.ts';
import { type Element, element, serializeXml } from './xml.ts';

export function createJunitReporter({ sink, redactor, openSpool }: ReportOutput): Reporter {
  const collector = createCollector(redactor, 'aside', openSpool);
  return {
    event: (event) => collector.event(event),
    end() {
      const run = collector.collection();
      const problems = run.finished?.problems ?? [];
      const suites = [
        ...suitesOf(run),
        ...differenceSuites(run.finished),
        ...(problems.length > 0 ? [problemSuite(problems)] : []),
      ];
      const written = suites.map((suite, index) => suiteElement(suite, index, run));
      collector.close();
      sink.write(serializeXml(element('testsuites', {}, written), junitMark));
    },
  };
}

function suitesOf({ jobs, whole }: Collection): Suite[] {
  const groups = new Map<string, JobResult[]>();
  for (const job of jobs) {
    const name = visible(`${job.file} (${job.environment})`);
    const group = groups.get(name);
    if (group) group.push(job);
    else groups.set(name, [job]);
  }
  return [...groups].map(([name, members]) => ({
    name,
    environment: members[0]?.environment ?? '',
    cases: members.map(whole).flatMap((job) =>
      job.steps.map((step) => ({
        status: step.status,
        seconds: step.duration / 1000,
        element: stepCase(job, step),
        ...noteOf(job, step),
      })),
    ),
  }));
}

function noteOf(job: JobResult, step: StepResult): { readonly note?: string } {
  if (step.passedAfter === null) return {};
  return { note: visible(`${job.name}: ${step.name} ${belated(step.passedAfter)}`) };
}

function problemSuite(problems: readonly ProblemData[]): Suite {
  return {
    name: 'why401',
    environment: '',
    cases: problems.map((problem) => ({ status: 'errored', seconds: 0, element: problemCase(problem) })),
  };
}

function suiteElement(suite: Suite, id: number, run: Collection): Element {
  const count = (status: StepStatus): string =>
    String(suite.cases.filter((each) => each.status === status).length);
  const attributes = {
    name: suite.name,
    package: suite.name,
    id: String(id),
    timestamp: new Date(run.started?.at ?? 0).toISOString().slice(0, 19),
    hostname: 'localhost',
    tests: String(suite.cases.length),
    failures: count('failed'),
    errors: count('errored'),
    skipped: count('skipped'),
    time: seconds(suite.cases.reduce((sum, each) => sum + each.seconds, 0)),
  };
  const environment = run.environments.find(({ name }) => name === suite.environment);
  const properties = environment
    ? [
        element('property', { name: 'environment', value: environment.name }),
        element('property', { name: 'insecure', value: String(environment.insecure) }),
      ]
    : [];
  const cases = suite.cases.map((each) => each.element);
  const notes = suite.cases.flatMap(({ note }) => (note === undefined ? [] : [note]));
  return element('testsuite', attributes, [
    element('properties', {}, properties),
    ...cases,
    element('system-out', {}, notes.length === 0 ? [] : [notes.join('\n')]),
    element('system-err'),
  ]);
}

function stepCase(job: JobResult, step: StepResult): Element {
  const attributes = {
    name: visible(step.name),
    classname: visible(`${job.name} (${job.environment})`),
    time: seconds(step.duration / 1000),
  };
  return element('testcase', attributes, verdictOf(job, step));
}

function verdictOf(job: JobResult, step: StepResult): Element[] {
  if (step.status === 'passed') return [];
  if (step.status === 'skipped') return [element('skipped', { message: visible(step.reason ?? 'skipped') })];
  const [first] = answers(step);
  const message = visible(first ? `${headline(step)}: ${first.summary}` : headline(step));
  const type = first ? findingId(first) : step.status === 'failed' ? 'expectation' : 'no-answer';
  return [
    element(step.status === 'failed' ? 'failure' : 'error', { message, type }, [explanation(job, step)]),
  ];
}

/** What the console says, without colour. */
function explanation(job: JobResult, step: StepResult): string {
  const style = createStyle({ write() {}, isTTY: false, width: 100, color: false });
  return failureBlock(job, step, new Map(), style, { verbose: false, clients: false }).join('\n');
}

/** Columns of a line of a file. */
const widestLine = 500;

function problemCase({ code, message, source, line, fix }: ProblemData): Element {
  const shown = line === null ? null : cut(visible(line), widestLine);
  const lines = [source ? place(source) : null, shown, message, fix].filter((text) => text !== null);
  return element('testcase', { name: code, classname: source?.file ?? 'why401', time: seconds(0) }, [
    element('error', { message: visible(message), type: code }, [lines.map(visible).join('\n')]),
  ]);
}
