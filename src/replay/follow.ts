/** Follows redirects one hop at a time, at least as strictly as the Fetch standard, and records what each hop lost. */
import type { Signer } from '../credential/signer.ts';
import type { Send, Timeouts } from '../doors.ts';
import type { ClientProfile } from '../http/client-profile.ts';
import { findClient } from '../http/clients.ts';
import type { Initiator } from '../http/cookie.ts';
import { initiatorOf } from '../http/cookie-context.ts';
import { isIdempotent } from '../http/method.ts';
import { sameOrigin } from '../http/origin.ts';
import type { Field, Hop, LostTry, RedirectSpec, RedirectStop, Transport } from '../model.ts';
import { decideAs, type Replayed, startReplay } from './follow-client.ts';
import { type Decision, decide, fingerprintOf, firstPlan, type HopPlan, signersOf } from './follow-plan.ts';
import type { Jar } from './jar.ts';
import { addCookies, type Cookies, takeCookies } from './jar-hop.ts';
import { changedFields } from './request.ts';
import { signed } from './signed.ts';

export interface FollowRequest {
  readonly method: string;
  readonly url: URL;
  /** Who named `url`; absent: the project. */
  readonly namedBy?: 'answer';
  /** All of them, credentials included, in the order in which they are sent. */
  readonly headers: readonly Field[];
  /** Lower-case names of fields that carry credentials, besides those that always do. */
  readonly sensitive: ReadonlySet<string>;
  readonly body: Uint8Array | null;
  readonly transport: Transport;
  /** For each hop; `total` for all of them together. */
  readonly timeouts: Timeouts;
  readonly bodyLimit: number;
  readonly redirect: RedirectSpec;
  /** Whether credentials may go to this origin (RFC 6454 serialisation). */
  readonly bound: (origin: string) => boolean;
  /** Where a redirect may lead at all; absent: wherever the rules let it. */
  readonly within?: (origin: string) => boolean;
  readonly jar: Jar | null;
  /** On whose behalf cookies are asked for; absent: what the request says itself, or nobody. */
  readonly initiator?: Initiator | null;
  /** What signs each hop to a bound origin, until a credential is lost; absent: nothing does. */
  readonly signers?: readonly Signer[];
  readonly signal: AbortSignal | null;
}
export interface Followed {
  readonly hops: readonly Hop[];
  /** Why following ended although the last answer is a redirect. */
  readonly stopped: RedirectStop | null;
}

/** Resolves for every failure of the network; the last hop holds it. */
export async function follow(asked: FollowRequest, doors: { readonly send: Send }): Promise<Followed> {
  // Redirects do not change who asked (RFC 6265bis section 5.2).
  const initiator = asked.initiator ?? initiatorOf(asked.headers);
  const request = { ...asked, initiator };
  const hops: Hop[] = [];
  const seen = new Set<string>();
  const decideNext = decider(request);
  let plan = firstPlan(request);
  let before: readonly Field[] | null = null;
  while (true) {
    const cookies = await addCookies(plan, request.jar, initiator);
    const fingerprint = fingerprintOf(plan, cookies.fingerprint);
    if (seen.has(fingerprint)) return { hops, stopped: { reason: 'loop', location: plan.url.href } };
    seen.add(fingerprint);
    const { headers, performed } = await performSurely(request, plan, cookies, hops, doors.send);
    const hop: Hop = before ? { ...performed, changed: changedFields(before, headers) } : performed;
    before = headers;
    hops.push(hop);
    const next = decideNext(plan, hop, headers);
    if (next === null) return { hops, stopped: null };
    if ('reason' in next) return { hops, stopped: next };
    plan = next;
  }
}

/** Decides hop after hop by our own rules, or by those of the client of `redirect.as`. */
function decider(request: FollowRequest): (plan: HopPlan, hop: Hop, sent: readonly Field[]) => Decision {
  const profile = profileOf(request);
  if (profile === null) return (plan, hop) => keptWithin(request, decide(request, plan, hop, hop.index));
  let replayed: Replayed | null = null;
  return (plan, hop, sent) => {
    replayed ??= startReplay(profile, request, plan, sent);
    const decided = decideAs(request, replayed, plan, hop, hop.index);
    replayed = decided.replayed;
    return decided.decision;
  };
}

function keptWithin({ within }: FollowRequest, next: Decision): Decision {
  if (!within || next === null || 'reason' in next || within(next.url.origin)) return next;
  return { reason: 'not-followed', location: next.url.href };
}

function profileOf({ redirect }: FollowRequest): ClientProfile | null {
  return redirect.follow && redirect.as !== undefined ? findClient(redirect.as) : null;
}

/** A client of `redirect.as` carries the signature of the first hop, and signs none of the others. */
async function signedHeaders(
  request: FollowRequest,
  plan: HopPlan,
  headers: readonly Field[],
  hops: number,
): Promise<readonly Field[]> {
  if (hops > 0 && profileOf(request) !== null) return headers;
  const { method, url, body } = plan;
  return signed({ method, url, headers, body }, signersOf(request, plan));
}

/**
 * A request that an idle connection took with it is made once more, signed anew, on a new one, where twice is as good as
 * once (RFC 9112 section 9.3.1).
 */
async function performSurely(
  request: FollowRequest,
  plan: HopPlan,
  cookies: Cookies,
  before: readonly Hop[],
  send: Send,
): Promise<{ readonly headers: readonly Field[]; readonly performed: Hop }> {
  const sign = (): Promise<readonly Field[]> => signedHeaders(request, plan, cookies.headers, before.length);
  const headers = await sign();
  const performed = await perform(request, plan, { ...cookies, headers }, before, send);
  const { failure, remote, timings } = performed;
  if (!failure?.idle || !isIdempotent(plan.method)) return { headers, performed };
  const lost = [{ code: failure.code, remote, total: timings.total }];
  const anew = await sign();
  return {
    headers: anew,
    performed: { ...(await perform(request, plan, { ...cookies, headers: anew }, before, send, lost)), lost },
  };
}

async function perform(
  request: FollowRequest,
  plan: HopPlan,
  cookies: Cookies,
  before: readonly Hop[],
  send: Send,
  lost: readonly LostTry[] = [],
): Promise<Hop> {
  const { method, url, body } = plan;
  const made = await send({
    method,
    url,
    headers: cookies.headers,
    body,
    transport: request.transport,
    timeouts: { ...request.timeouts, total: timeLeft(request, before, lost) },
    bodyLimit: request.bodyLimit,
    signal: request.signal,
    ...(lost.length > 0 ? { fresh: true } : {}),
    ...(isOpen(request, url) ? {} : { namedBy: 'answer' as const }),
  });
  const trace = await takeCookies(request, plan.url, cookies, made.response);
  return { index: before.length + 1, ...made, dropped: plan.dropped, cookies: trace };
}

/** Milliseconds; at least one, in which nothing is answered. */
function timeLeft({ timeouts }: FollowRequest, before: readonly Hop[], lost: readonly LostTry[]): number {
  const tries = [...lost, ...before.flatMap((hop) => [...(hop.lost ?? []), hop.timings])];
  const used = tries.reduce((sum, { total }) => sum + total, 0);
  return Math.max(1, Math.ceil(timeouts.total - used));
}

/** Asked for by the step or named in the environment: wherever that is. */
function isOpen(request: FollowRequest, url: URL): boolean {
  return (request.namedBy === undefined && sameOrigin(request.url, url)) || request.bound(url.origin);
}
