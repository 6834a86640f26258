/** What a run shows beside its verdicts: warnings of steps that passed, and the standards checks of all its answers. */
import { isUrl } from '../http/url.ts';
import type { Environment, Exchange, Finding, Step, StepResult } from '../model.ts';
import { metadata } from './checks/discovery.ts';
import { challengeSaid } from './checks/edge.ts';
import { acceptedKey } from './checks/http.ts';
import { type Hit, hitsOf } from './families.ts';
import { createKnown, type Known } from './known.ts';
import { createMemory, type Memory, remembered, unrepeated } from './memory.ts';
import { Seen } from './seen.ts';
import { createTally } from './tally.ts';
import { warningsOf } from './warnings/warnings.ts';

export interface AuditedStep {
  readonly environment: Environment;
  /** Path of the scenario: the same step of it elsewhere is compared. */
  readonly file: string;
  readonly step: Step;
  readonly result: StepResult;
}
export interface Audited {
  /** Of a step that passed. */
  readonly warnings: readonly Finding[];
  /** Those of the step's standards checks that its `expect.warns` names. */
  readonly named: readonly Finding[];
}
export interface Audit {
  /** Looks at a step, once. */
  step(audited: AuditedStep): Audited;
  /** Looks at exchanges that explaining took: metadata and keys. `told`: checks that somebody else has judged. */
  exchanges(environment: Environment, exchanges: readonly Exchange[], told?: ReadonlySet<string>): void;
  /** The standards checks that failed, one finding for each environment, origin and check. */
  findings(): Finding[];
}

export interface AuditDoors {
  /** All environments of the project file. */
  readonly environments: readonly Environment[];
  readonly redact: (text: string) => string;
}

export function createAudit({ environments, redact }: AuditDoors): Audit {
  const known = createKnown(environments);
  const tally = createTally();
  const memory = createMemory();
  return {
    step({ environment, file, step, result }) {
      const hops = lookAt(environment, result.exchanges, known);
      const passed = result.status === 'passed';
      const warnings = passed && hops.length > 0 ? warningsOf({ environment, step, hops, redact }) : [];
      const hits = [
        ...hitsOfAll(hops, known, memory),
        ...unrepeated(hops),
        ...parity(`${file}\n${step.index}`, hops, known),
      ];
      const expected = [step.expect.warns].flat();
      const told = new Set([...warnings.flatMap(({ tells }) => tells), ...expected]);
      const own = new Set(warnings.map(({ finding }) => finding.check));
      const named = hits.filter(({ check }) => expected.includes(check) && !own.has(check));
      for (const hit of hits) if (!told.has(hit.check)) tally.add(hit);
      return { warnings: warnings.map(({ finding }) => finding), named: createTally(named).findings() };
    },
    exchanges(environment, exchanges, told) {
      for (const seen of lookAt(environment, exchanges, known))
        for (const hit of hitsOfAll([seen], known, memory)) if (!told?.has(hit.check)) tally.add(hit);
    },
    findings: () => tally.findings(),
  };
}

/**
 * What was really exchanged, experiments left out: they ask for refusals. The token of another environment, got for a
 * fault, says nothing of this one.
 */
function lookAt(environment: Environment, exchanges: readonly Exchange[], known: Known): Seen[] {
  return exchanges
    .filter((exchange) => exchange.role !== 'experiment' && exchange.environment === environment.name)
    .flatMap((exchange) =>
      exchange.hops
        .filter(({ request }) => isUrl(request.url))
        .map((hop) => new Seen(environment, exchange, hop, known)),
    );
}

/** What the hops show, each held against those before it. */
function hitsOfAll(hops: readonly Seen[], known: Known, memory: Memory): Hit[] {
  const hits = hops.flatMap(hitsOf);
  for (const seen of hops) {
    hits.push(...remembered(seen, memory));
    learn(seen, known);
  }
  return hits;
}

/** Called after the hop was judged: what it shows counts for the hops after it. */
function learn(seen: Seen, known: Known): void {
  const key = `${seen.environment.name} ${seen.origin}`;
  if (seen.endpoint === 'metadata') {
    const members = metadata(seen);
    if (members) known.metadata.set(key, members);
  } else if (seen.endpoint === 'jwks') {
    if (seen.status === 200 && seen.members) known.keys.set(key, seen.members);
  } else if (seen.isSuccess) {
    for (const { fingerprint } of seen.carried) known.accepted.add(acceptedKey(seen, fingerprint));
  }
}

/** The same step without credential in another environment that was challenged otherwise. */
function parity(step: string, hops: readonly Seen[], known: Known): Hit[] {
  const last = hops.at(-1);
  const said = last && last.endpoint === 'resource' ? challengeSaid(last) : null;
  if (!last || said === null) return [];
  const { name } = last.environment;
  const first = known.challenged.get(step);
  if (!first) known.challenged.set(step, { environment: name, said });
  if (!first || first.environment === name || first.said === said) return [];
  const says = `answered ${said}, and in ${first.environment} ${first.said}`;
  return [{ check: 'env-parity-challenge', seen: last, says }];
}
