/** Steps of several environments in short, so that one that failed can be held beside one that passed. */
import { besideOf, type Held } from '../compare/step/beside.ts';
import { type Digest, digestOf } from '../compare/step/digest.ts';
import { type Hosts, hostsOf, type Place } from '../compare/step/own.ts';
import type { EvidenceLine, Finding, Job, JobResult, StepResult } from '../model.ts';
import { isCutShort } from './cut-short.ts';
import type { RunOptions } from './options.ts';

export interface Siblings {
  /** A job that ran; its failures are not explained yet. */
  remember(job: Job, result: JobResult): void;
  /** The result with its failed steps held beside the same steps in other environments. */
  explain(job: Job, result: JobResult): JobResult;
}

interface Ran {
  readonly job: Job;
  readonly result: JobResult;
}
/** The jobs of one scenario. When all have run only those steps are kept, in short, of which one failed. */
interface Group {
  ran: Ran[];
  digests: ReadonlyMap<string, readonly Digest[]> | null;
}

/** Where there is one environment only, nothing is remembered. */
export function createSiblings({ jobs, known }: Pick<RunOptions, 'jobs' | 'known'>): Siblings {
  const environments = new Set(jobs.map(({ environment }) => environment.name));
  if (environments.size < 2) return { remember() {}, explain: (_, result) => result };
  const waited = new Map<string, number>();
  for (const job of jobs) waited.set(together(job), (waited.get(together(job)) ?? 0) + 1);
  const groups = new Map<string, Group>();
  const digest = createDigester(known);
  return {
    remember(job, result) {
      digest.note(job, result);
      const group = groups.get(together(job)) ?? { ran: [], digests: null };
      groups.set(together(job), group);
      group.ran.push({ job, result });
      if (group.ran.length < (waited.get(together(job)) ?? 0)) return;
      const failed = new Set(group.ran.flatMap(failedKeys));
      if (failed.size === 0) groups.delete(together(job));
      group.digests = digestsOf(group.ran, failed, digest);
      group.ran = [];
    },
    explain(job, result) {
      const group = groups.get(together(job));
      if (!group) return result;
      const failed = new Set(failedKeys({ job, result }));
      const digests = group.digests ?? digestsOf(group.ran, failed, digest);
      const steps = result.steps.map((step, index) => {
        const list = isBad(step) ? (digests.get(key(step, index)) ?? []) : [];
        const here = list.find(({ environment }) => environment === job.environment.name);
        const others = list.filter(({ environment }) => environment !== job.environment.name);
        return here ? withBeside(step, here, others) : step;
      });
      return { ...result, steps };
    },
  };
}

/** The same scenario with the same row of data. */
function together({ file, name }: Job): string {
  return JSON.stringify([file, name]);
}

function isBad(step: StepResult): boolean {
  return (step.status === 'failed' || step.status === 'errored') && !isCutShort(step);
}

function failedKeys({ result }: Ran): string[] {
  return result.steps.flatMap((step, index) => (isBad(step) ? [key(step, index)] : []));
}

function digestsOf(
  ran: readonly Ran[],
  keys: ReadonlySet<string>,
  { of }: Digester,
): ReadonlyMap<string, readonly Digest[]> {
  const digests = new Map<string, Digest[]>();
  for (const { job, result } of ran) {
    for (const [index, step] of result.steps.entries()) {
      const place = key(step, index);
      if (step.status === 'skipped' || !keys.has(place)) continue;
      digests.set(place, [...(digests.get(place) ?? []), of(job, step, index)]);
    }
  }
  return digests;
}

interface Digester {
  /** Looks for token requests, for steps that use a token at hand. */
  note(job: Job, result: JobResult): void;
  of(job: Job, step: StepResult, index: number): Digest;
}

function createDigester(known: RunOptions['known']): Digester {
  const tokens = new Map<string, { readonly job: Job; readonly step: StepResult; readonly index: number }>();
  const hosts = new Map<string, Hosts>();
  const placeIn = ({ environment }: Job): Place => {
    const before = hosts.get(environment.name) ?? hostsOf(environment, known);
    hosts.set(environment.name, before);
    return { environment, hosts: before };
  };
  const bare = (job: Job, step: StepResult, index: number): Digest =>
    digestOf(step, job.steps[index]?.expect ?? {}, placeIn(job));
  const credential = (job: Job, step: StepResult): string =>
    `${job.environment.name}\n${step.credential ?? ''}`;
  return {
    note(job, result) {
      for (const [index, step] of result.steps.entries())
        if (step.exchanges.some(({ role }) => role === 'token'))
          tokens.set(credential(job, step), { job, step, index });
    },
    of(job, step, index) {
      const own = bare(job, step, index);
      const last = tokens.get(credential(job, step));
      const before = own.traits.has('token') || !last ? undefined : bare(last.job, last.step, last.index);
      const token = before?.traits.get('token');
      return token ? { ...own, traits: new Map([...own.traits, ['token', token]]) } : own;
    },
  };
}

/** A step is where it is written: what `in:` says of it leaves it there. */
function key({ source }: StepResult, index: number): string {
  return `${index} ${source.file}:${source.line}:${source.column}`;
}

function withBeside(step: StepResult, here: Digest, others: readonly Digest[]): StepResult {
  const [first] = step.findings.filter(({ severity, expected }) => severity === 'error' && !expected);
  const held = besideOf(here, others, first ?? null);
  if (!held) return step;
  const findings = step.findings.map((each) => (each === first ? withEvidence(each, held) : each));
  return { ...step, findings, beside: held.beside };
}

/** A difference alone makes nothing more certain. */
function withEvidence(finding: Finding, { beside, only }: Held): Finding {
  if (!only || finding.certainty === 'certain' || finding.certainty === 'proven') return finding;
  const line: EvidenceLine = {
    hop: null,
    field: beside.environment,
    seen: `the same step passes; the only difference is ${only.what}: ${only.here} here, ${only.there} there`,
  };
  return { ...finding, evidence: [...finding.evidence, line] };
}
