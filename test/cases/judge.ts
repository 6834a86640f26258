/** The verdict on one case, from what was reported, what the servers received, and what is true. Pure. */
import type { Case, Received } from './case.ts';
import { allows, type Policy } from './policy.ts';
import type { Report, ReportedFinding, ReportedHop, ReportedStep } from './report.ts';

/** One run, as it was reported and as the servers saw it. */
export interface Run {
  readonly report: Report;
  readonly received: readonly Received[];
  readonly policy: Policy;
}
export type Truth = Pick<Case, 'causes' | 'beside' | 'decisive' | 'hop' | 'onlyTold'>;

export interface Judgement {
  readonly verdict: 'right' | 'undecided' | 'wrong';
  /** The worst mistake: said for certain, and not so. */
  readonly wrongAndCertain: boolean;
  /** Sent what it must not send, or did not show it. */
  readonly trespassed: boolean;
  /** The step passes once the fix is applied, and nothing is found that is an error. */
  readonly healed: boolean;
  /** The first finding is at certain or proven. */
  readonly sure: boolean;
  /** What was said first: `cause certainty`. */
  readonly said: string;
  /** Why it is not right, or what must never be. */
  readonly reasons: readonly string[];
}

/** Most candidates, the first included, among which a cause counts as found. */
const fewCandidates = 3;

/** `healed`: the run after the fix was applied. */
export function judge(truth: Truth, failing: Run, healed: Run): Judgement {
  const first = firstFinding(failing.report);
  const shown = first === null ? ['nothing was found'] : judgeFirst(truth, first);
  const mistaken = [
    ...mistakenlySure(truth.causes.length > 1 || truth.onlyTold ? [] : truth.causes, truth, failing.report),
    ...mistakenlySure([], truth, healed.report).map((reason) => `healed: ${reason}`),
    ...[failing, healed].flatMap(unseenExperiments),
  ];
  const trespasses = [failing, healed].flatMap(trespassesOf);
  const unhealed = brokenAfterHealing(healed.report);
  const fatal = [...mistaken, ...trespasses, ...unhealed];
  const named = first !== null && isAmongFew(truth.causes, first);
  const verdict = fatal.length > 0 ? 'wrong' : shown.length === 0 ? 'right' : named ? 'undecided' : 'wrong';
  return {
    verdict,
    wrongAndCertain: mistaken.length > 0,
    trespassed: trespasses.length > 0,
    healed: unhealed.length === 0,
    sure: first !== null && isSure(first),
    said: first === null ? 'nothing' : `${first.cause ?? 'no cause'} ${first.certainty}`,
    reasons: [...fatal, ...shown],
  };
}

/** Of the first step that did not pass; where all passed, of the first that has one. */
export function firstFinding(report: Report): ReportedFinding | null {
  const steps = report.scenarios.flatMap((job) => job.steps);
  const bad = steps.filter(({ status }) => status === 'failed' || status === 'errored');
  for (const step of bad.length > 0 ? bad : steps) {
    const [finding] = step.findings;
    if (finding) return finding;
  }
  return report.findings[0] ?? null;
}

/** What keeps the first finding from being right. */
function judgeFirst({ causes, decisive, hop }: Truth, first: ReportedFinding): string[] {
  const reasons: string[] = [];
  if (first.cause === null || !causes.includes(first.cause))
    reasons.push(`says ${first.cause} (${first.certainty}), true is ${causes.join(' or ')}`);
  const [real] = causes;
  if (causes.length > 1 && real !== undefined && !candidatesOf(first).includes(real))
    reasons.push(`does not name ${real}, which is so`);
  const text = [first.summary, first.fix, ...first.evidence.flatMap(({ field, seen }) => [field, seen])].join(
    '\n',
  );
  for (const value of decisive) if (!text.includes(value)) reasons.push(`does not show ${value}`);
  const hops = [first.hop, ...first.evidence.map((line) => line.hop)];
  if (hop !== null && !hops.includes(hop)) reasons.push(`names hop ${first.hop}, it is hop ${hop}`);
  return reasons;
}

function candidatesOf(finding: ReportedFinding): readonly string[] {
  return [
    ...(finding.cause === null ? [] : [finding.cause]),
    ...finding.alternatives.map(({ cause }) => cause),
  ];
}

function isAmongFew(causes: readonly string[], first: ReportedFinding): boolean {
  const candidates = candidatesOf(first);
  return candidates.length <= fewCandidates && candidates.some((cause) => causes.includes(cause));
}

function isSure({ certainty }: ReportedFinding): boolean {
  return certainty === 'certain' || certainty === 'proven';
}

/** `sole`: causes that may be said for certain besides those that stand beside. */
function mistakenlySure(sole: readonly string[], truth: Truth, report: Report): string[] {
  const sayable = [...sole, ...(truth.beside ?? [])];
  return findingsOf(report)
    .filter((finding) => isSure(finding) && finding.cause !== null && !sayable.includes(finding.cause))
    .map(({ cause, certainty }) =>
      truth.causes.includes(cause ?? '')
        ? `says ${cause} (${certainty}), where nobody can know`
        : `says ${cause} (${certainty}), which is not so`,
    );
}

function findingsOf(report: Report): readonly ReportedFinding[] {
  return [...stepsOf(report).flatMap(({ findings }) => findings), ...report.findings];
}

function stepsOf(report: Report): readonly ReportedStep[] {
  return report.scenarios.flatMap((job) => job.steps);
}

function brokenAfterHealing(report: Report): string[] {
  const steps = stepsOf(report);
  const reasons = steps
    .filter(({ status }) => status !== 'passed')
    .map(({ name, status }) => `healed: ${name} is ${status}`);
  if (steps.length === 0) reasons.push('healed: nothing was run');
  for (const { severity, cause, certainty } of findingsOf(report))
    if (severity === 'error') reasons.push(`healed: still says ${cause} (${certainty})`);
  return reasons;
}

/** Experiments of which no server knows. */
function unseenExperiments({ report, received }: Run): string[] {
  const seen = tally(received.map(({ origin, method, path }) => key(method, `${origin}${path}`)));
  const reported = tally(answeredHops(report).map(hopKey));
  return stepsOf(report).flatMap((step) =>
    step.findings.flatMap(({ experiments }) =>
      experiments
        .filter(({ exchange, observed }) => {
          if (exchange === null) return !observed.startsWith('not sent');
          const hops = step.exchanges[exchange]?.hops ?? [];
          if (hops.length === 0) return true;
          return hops
            .filter(({ response }) => response !== null)
            .some((hop) => (seen.get(hopKey(hop)) ?? 0) < (reported.get(hopKey(hop)) ?? 0));
        })
        .map(({ id }) => `reports the experiment ${id}, which no server saw`),
    ),
  );
}

/** What must not happen whatever is found. */
function trespassesOf(run: Run): string[] {
  return [...unreported(run), ...leaked(run), ...notAllowed(run), ...repeatedRefusals(run)];
}

function unreported({ report, received }: Run): string[] {
  const tried = (hop: ReportedHop): string[] => [hop, ...(hop.lost ?? [])].map(() => hopKey(hop));
  const hops = tally(stepsOf(report).flatMap(hopsOf).flatMap(tried));
  const seen = tally(received.map(({ origin, method, path }) => key(method, `${origin}${path}`)));
  return [...seen]
    .filter(([request, count]) => count > (hops.get(request) ?? 0))
    .map(([request, count]) => `sent ${request} ${count} times, reports ${hops.get(request) ?? 0}`);
}

function leaked({ received, policy }: Run): string[] {
  return received
    .filter(({ origin, credentials }) => credentials.length > 0 && !policy.bound.has(origin))
    .map(({ origin, credentials }) => `sent ${credentials.join(', ')} to ${origin}, which is not bound`);
}

function notAllowed({ report, policy }: Run): string[] {
  return findingsOf(report).flatMap(({ environment, experiments }) =>
    experiments
      .filter(({ exchange, class: kind, id }) => exchange !== null && !allows(policy, environment, kind, id))
      .map(
        ({ class: kind, id }) => `sent the experiment ${id} of class ${kind}, which ${environment} forbids`,
      ),
  );
}

/** After a refusal that counts, the authorization server is not asked again with that credential. */
function repeatedRefusals({ report }: Run): string[] {
  const refusals = report.scenarios.flatMap(({ environment, steps }) =>
    steps.flatMap(({ credential, exchanges }) =>
      exchanges
        .filter(({ role, hops }) => role === 'token' && /"invalid_(client|grant)"/.test(lastText(hops)))
        .map(() => `${credential} in ${environment}`),
    ),
  );
  return [...tally(refusals)]
    .filter(([, count]) => count > 1)
    .map(([which, count]) => `tried ${which} ${count} times although it was refused`);
}

function lastText(hops: readonly ReportedHop[]): string {
  const response = hops.at(-1)?.response;
  return response && response.status >= 400 ? response.body.excerpt : '';
}

function answeredHops(report: Report): readonly ReportedHop[] {
  return stepsOf(report)
    .flatMap(hopsOf)
    .filter(({ response }) => response !== null);
}

function hopsOf({ exchanges }: ReportedStep): readonly ReportedHop[] {
  return exchanges.flatMap(({ hops }) => hops);
}

function hopKey({ request }: ReportedHop): string {
  return key(request.method, request.url);
}

/** Without the query, which a report may show with a name in place of a secret. */
function key(method: string, url: string): string {
  const { origin, pathname } = new URL(url);
  return `${method} ${origin}${pathname}`;
}

function tally(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
