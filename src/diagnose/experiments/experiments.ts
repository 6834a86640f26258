/** All experiments, and which of them is worth its requests. */
import { isUrl } from '../../http/url.ts';
import type { CauseId, ExperimentClass, ExperimentPolicy, Issuer } from '../../model.ts';
import type { Candidate } from '../rank.ts';
import { isSharedServer } from '../signatures/shared-servers.ts';
import type { Subject } from '../subject.ts';
import { acceptJson } from './accept-json.ts';
import { garbageBearer, unknownScheme } from './arrival.ts';
import { clientProbe, redirectUriProbe } from './authorization-probe.ts';
import { withheldCookie, withoutCookies } from './cookies.ts';
import { echo } from './echo.ts';
import type { Earlier, Experiment } from './experiment.ts';
import { finalUrl } from './final-url.ts';
import { freshToken, freshTokenWithScope } from './fresh-token.ts';
import { introspection, userinfo } from './introspection.ts';
import { onlyOnce } from './once.ts';
import { par } from './par.ts';
import { randomPath } from './random-path.ts';
import { redirectUriVariants } from './redirect-uri-variants.ts';
import { otherScheme, schemeCase } from './scheme.ts';
import { otherUserAgent } from './user-agent.ts';
import { withoutCredential } from './without-credential.ts';

/** In the order in which equals are tried: what shows arrival first, what asks others last. */
export const experiments: readonly Experiment[] = [
  finalUrl,
  withoutCredential,
  echo,
  acceptJson,
  freshTokenWithScope,
  freshToken,
  otherScheme,
  unknownScheme,
  garbageBearer,
  withheldCookie,
  withoutCookies,
  randomPath,
  schemeCase,
  clientProbe,
  redirectUriProbe,
  redirectUriVariants,
  par,
  introspection,
  userinfo,
  otherUserAgent,
];

/** They prove nothing, so that no repeated baseline need be kept for them. */
export const sights: readonly Experiment[] = [echo];

/** Most requests of class A0 for one failing step where nothing more is allowed. */
const protectedBudget = 2;

export function budgetOf(policy: ExperimentPolicy): number {
  const onlyA0 = ![...policy.allow].some((word) => word !== 'A0');
  return onlyA0 ? Math.min(policy.budget, protectedBudget) : policy.budget;
}

/** A class allows itself; A allows what does less. C is allowed by the name of the experiment alone. */
export function isAllowed(id: string, kind: ExperimentClass, policy: ExperimentPolicy): boolean {
  const { allow } = policy;
  if (allow.has(id)) return true;
  return kind !== 'C' && (allow.has(kind) || (kind === 'A0' && allow.has('A')));
}

/** B and C at a server that is shared with others: only where why401.yml lists its origin. */
export function isSomebodyElses({ issuer, metadata }: Issuer, policy: ExperimentPolicy): boolean {
  const stated = Object.entries(metadata).filter(([name]) => name.endsWith('_endpoint'));
  return [issuer, ...stated.map(([, value]) => String(value))].some((url) => {
    if (!isUrl(url)) return true;
    const { origin, hostname } = new URL(url);
    return isSharedServer(hostname) && !policy.origins.has(origin);
  });
}

/** Whether this experiment may be sent for this step at all, whatever it would tell. */
export function mayRun(experiment: Experiment, subject: Subject): boolean {
  const policy = subject.environment.experiments;
  const kind = experiment.classOf(subject);
  if (!isAllowed(experiment.id, kind, policy)) return false;
  if (onlyOnce(subject, experiment.resends) && !policy.allow.has(experiment.id)) return false;
  if (!experiment.asksIssuer || (kind !== 'B' && kind !== 'C')) return true;
  const { client, credential, environment } = subject;
  const own = client ?? (credential?.type === 'oauth2' ? credential.client : null);
  const issuers = own ? [own.issuer] : [...environment.issuers.values()];
  return issuers.every((issuer) => !isSomebodyElses(issuer, policy));
}

interface Worth {
  readonly experiment: Experiment;
  readonly arrival: number;
  readonly worst: number;
  readonly average: number;
}

/**
 * What shows arrival comes first. Then the experiment whose worst outcome leaves the fewest candidates per request;
 * between equals the one that leaves the fewest on average. Null where none splits anything. The candidates are those
 * that facts and experiments leave: a text is a claim, and may be what is tested.
 */
export function choose(
  subject: Subject,
  causes: readonly CauseId[],
  earlier: Earlier,
  tried: ReadonlySet<string>,
  budget: number,
  among: readonly Experiment[] = experiments,
): Experiment | null {
  const worthy: Worth[] = [];
  for (const experiment of among) {
    if (tried.has(experiment.id) || experiment.cost > budget) continue;
    if (!mayRun(experiment, subject) || !experiment.applies(subject, earlier)) continue;
    if (experiment.about && !experiment.about(subject).some((cause) => causes.includes(cause))) continue;
    const left = leftOver(experiment, causes, subject);
    const worst = (causes.length - left.worst) / experiment.cost;
    const average = (causes.length - left.average) / experiment.cost;
    if (average > 0) worthy.push({ experiment, arrival: experiment.showsArrival ? 1 : 0, worst, average });
  }
  worthy.sort((a, b) => b.arrival - a.arrival || b.worst - a.worst || b.average - a.average);
  return worthy[0]?.experiment ?? null;
}

interface LeftOver {
  readonly worst: number;
  readonly average: number;
}

/** Candidates left by the outcomes; a cause without a prediction is left by each of them. */
export function leftOver(experiment: Experiment, causes: readonly CauseId[], subject: Subject): LeftOver {
  const groups = new Map<string, number>();
  let silent = 0;
  for (const cause of causes) {
    const outcome = experiment.predicts(cause, subject);
    if (outcome === null) silent += 1;
    else groups.set(outcome, (groups.get(outcome) ?? 0) + 1);
  }
  const left = [...groups.values()].map((count) => count + silent);
  if (left.length === 0) return { worst: causes.length, average: causes.length };
  // There is always an outcome that nobody foretold.
  if (left.length === 1) left.push(silent);
  return { worst: Math.max(...left), average: left.reduce((sum, count) => sum + count, 0) / left.length };
}

/** Causes named for each outcome. */
const namedCauses = 3;

/** What the candidates let expect, those with support first, said before anything is sent. */
export function prediction(
  experiment: Experiment,
  candidates: readonly Candidate[],
  subject: Subject,
): string {
  const groups = new Map<string, CauseId[]>();
  for (const { cause } of candidates) {
    const outcome = experiment.predicts(cause, subject);
    if (outcome !== null) groups.set(outcome, [...(groups.get(outcome) ?? []), cause]);
  }
  return [...groups].map(([outcome, causes]) => `${outcome} if ${listed(causes)}`).join('; ');
}

function listed(causes: readonly CauseId[]): string {
  const more = causes.length - namedCauses;
  const named = causes.slice(0, namedCauses).join(' or ');
  return more > 0 ? `${named} or ${more} more` : named;
}
