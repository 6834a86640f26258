/** Steps of several environments in short, so that one that failed can be held beside one that passed. */
import { besideOf, type Held } from '../compare/step/beside.ts';
import { type Digest, digestOf } from '../compare/step/digest.ts';
import { type Hosts, hostsOf, type Place } from '../compare/step/own.ts';
import type { Trait } from '../compare/step/trait.ts';
import type { EvidenceLine, Finding, Job, JobResult, Source, StepResult } from '../model.ts';
import type { RunOptions } from './options.ts';
import type { StepRun } from './state.ts';

export interface Siblings {
  remember(job: Job, run: StepRun): void;
  /** The result with its failed steps held beside the same steps in other environments. */
  explain(job: Job, result: JobResult): JobResult;
}

/** Where there is one environment only, nothing is remembered. */
export function createSiblings({ jobs, known }: Pick<RunOptions, 'jobs' | 'known'>): Siblings {
  const environments = new Set(jobs.map(({ environment }) => environment.name));
  if (environments.size < 2) return { remember() {}, explain: (_, result) => result };
  const digests = new Map<string, Digest[]>();
  /** Traits of the last token request for a credential, for steps that use a token at hand. */
  const tokens = new Map<string, readonly Trait[]>();
  const keep = createKeeper();
  const hosts = new Map<string, Hosts>();
  const placeIn = ({ environment }: Job): Place => {
    const before = hosts.get(environment.name) ?? hostsOf(environment, known);
    hosts.set(environment.name, before);
    return { environment, hosts: before };
  };
  return {
    remember(job, { step, result }) {
      const digest = digestOf(result, step.expect, placeIn(job), keep);
      const place = `${job.environment.name}\n${result.credential ?? ''}`;
      const token = digest.traits.get('token');
      if (token) tokens.set(place, token);
      const last = token ?? tokens.get(place);
      const list = digests.get(key(job, step, step.index)) ?? [];
      list.push(last ? { ...digest, traits: new Map([...digest.traits, ['token', last]]) } : digest);
      digests.set(key(job, step, step.index), list);
    },
    explain(job, result) {
      const steps = result.steps.map((step, index) => {
        if (step.status !== 'failed' && step.status !== 'errored') return step;
        const list = digests.get(key(job, step, index)) ?? [];
        const here = list.findLast(({ environment }) => environment === job.environment.name);
        const others = list.filter(({ environment }) => environment !== job.environment.name);
        return here ? withBeside(step, here, others) : step;
      });
      return { ...result, steps };
    },
  };
}

/** A step is where it is written: what `in:` says of it leaves it there. */
function key({ file }: Job, { source }: { readonly source: Source }, index: number): string {
  return `${file}\n${source.line}:${source.column}\n${index}`;
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

/** One object for equal traits: most are the same in all steps. */
function createKeeper(): (each: Trait) => Trait {
  const known = new Map<string, Trait>();
  return (each) => {
    const text = `${each.kind}\n${each.of}\n${each.value}\n${each.seen}`;
    const before = known.get(text);
    if (before) return before;
    known.set(text, each);
    return each;
  };
}
