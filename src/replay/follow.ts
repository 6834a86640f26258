/** Follows redirects one hop at a time, at least as strictly as the Fetch standard, and records what each hop lost. */
import type { Signer } from '../credential/signer.ts';
import type { Send, Timeouts } from '../doors.ts';
import type { Initiator } from '../http/cookie.ts';
import { initiatorOf } from '../http/cookie-context.ts';
import { isLinkLocalOrMetadata, sameOrigin } from '../http/origin.ts';
import { isCredentialField, isRedirect, nextRequest } from '../http/redirect.ts';
import type { Dropped, Field, Hop, RedirectSpec, RedirectStop, Transport } from '../model.ts';
import { Secret } from '../secret.ts';
import type { Jar } from './jar.ts';
import { addCookies, type Cookies, takeCookies } from './jar-hop.ts';
import { changedFields } from './request.ts';
import { signed, signedFields } from './signed.ts';

export interface FollowRequest {
  readonly method: string;
  readonly url: URL;
  /** All of them, credentials included, in the order in which they are sent. */
  readonly headers: readonly Field[];
  /** Lower-case names of fields that carry credentials, besides those that always do. */
  readonly sensitive: ReadonlySet<string>;
  readonly body: Uint8Array | null;
  readonly transport: Transport;
  /** For each hop. `signal` bounds the chain. */
  readonly timeouts: Timeouts;
  readonly bodyLimit: number;
  readonly redirect: RedirectSpec;
  /** Whether credentials may go to this origin (RFC 6454 serialisation). */
  readonly bound: (origin: string) => boolean;
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

/** What the next hop sends. */
interface Plan {
  readonly method: string;
  readonly url: URL;
  readonly headers: readonly Field[];
  readonly body: Uint8Array | null;
  readonly dropped: readonly Dropped[];
}

/** Resolves for every failure of the network; the last hop holds it. */
export async function follow(request: FollowRequest, doors: { readonly send: Send }): Promise<Followed> {
  const hops: Hop[] = [];
  const seen = new Set<string>();
  // Redirects do not change who asked (RFC 6265bis section 5.2).
  const initiator = request.initiator ?? initiatorOf(request.headers);
  let plan = firstPlan(request);
  let before: readonly Field[] | null = null;
  while (true) {
    const cookies = await addCookies(plan, request.jar, initiator);
    const fingerprint = fingerprintOf(plan, cookies.fingerprint);
    if (seen.has(fingerprint)) return { hops, stopped: { reason: 'loop', location: plan.url.href } };
    seen.add(fingerprint);
    const { method, url, body } = plan;
    const unsigned = { method, url, headers: cookies.headers, body };
    const headers = await signed(unsigned, signersOf(request, plan));
    const performed = await perform(
      { ...request, initiator },
      plan,
      { ...cookies, headers },
      hops.length + 1,
      doors.send,
    );
    const hop: Hop = before ? { ...performed, changed: changedFields(before, headers) } : performed;
    before = headers;
    hops.push(hop);
    const next = decide(request, plan, hop, hops);
    if (next === null) return { hops, stopped: null };
    if ('reason' in next) return { hops, stopped: next };
    plan = next;
  }
}

function firstPlan(request: FollowRequest): Plan {
  const { method, url, body } = request;
  if (request.bound(url.origin)) return { method, url, body, headers: request.headers, dropped: [] };
  const withheld = new Set([
    ...request.headers.filter((field) => isSensitive(field, request)).map(lowerName),
    ...signedFields(request.signers),
  ]);
  return {
    method,
    url,
    body,
    headers: without(request.headers, withheld),
    dropped: [...withheld].map((header) => ({ header, rule: 'origin-unbound' })),
  };
}

/** The next plan, why there is none, or null when the answer is not a redirect. */
function decide(
  request: FollowRequest,
  plan: Plan,
  hop: Hop,
  hops: readonly Hop[],
): Plan | RedirectStop | null {
  const { response } = hop;
  if (response === null || hop.failure !== null || !isRedirect(response.status)) return null;
  const locations = response.headers
    .filter(([name]) => name.toLowerCase() === 'location')
    .map(([, value]) => value);
  const location = locations[0] ?? null;
  if (!request.redirect.follow) return { reason: 'not-followed', location };
  const next = nextRequest({
    method: plan.method,
    url: plan.url,
    status: response.status,
    locations,
    hasBody: plan.body !== null,
    bodyReplayable: true,
    fields: [
      ...plan.headers.map((field) => ({ name: field[0], sensitive: isSensitive(field, request) })),
      ...signedFields(signersOf(request, plan)).map((name) => ({ name, sensitive: true })),
    ],
  });
  if ('stop' in next) return next.stop;
  // A body may hold secrets, and no rule can tell: a redirect takes it nowhere that is not bound.
  if (next.keepBody && !sameOrigin(plan.url, next.url) && !request.bound(next.url.origin)) {
    return { reason: 'body-not-replayable', location };
  }
  if (isLinkLocalOrMetadata(next.url.hostname) && !isLinkLocalOrMetadata(request.url.hostname)) {
    return { reason: 'metadata-address', location };
  }
  if (hops.length > request.redirect.max) return { reason: 'limit', location };
  return {
    method: next.method,
    url: next.url,
    body: next.keepBody ? plan.body : null,
    headers: without(plan.headers, new Set(next.drop.map(({ header }) => header))),
    dropped: [...next.drop, ...droppedEarlier(plan)],
  };
}

/** Credentials that were lost once are never taken up again, also where the chain comes back to its first origin. */
function droppedEarlier(plan: Plan): Dropped[] {
  return plan.dropped
    .filter(({ rule }) => rule !== 'method-changed' && rule !== 'host-changed')
    .map(({ header }) => ({ header, rule: 'dropped-earlier' }));
}

async function perform(
  request: FollowRequest,
  plan: Plan,
  cookies: Cookies,
  index: number,
  send: Send,
): Promise<Hop> {
  const { method, url, body } = plan;
  const sent = await send({
    method,
    url,
    headers: cookies.headers,
    body,
    transport: request.transport,
    timeouts: request.timeouts,
    bodyLimit: request.bodyLimit,
    signal: request.signal,
  });
  const trace = await takeCookies(request, plan.url, cookies, sent.response);
  return { index, ...sent, dropped: plan.dropped, cookies: trace };
}

/** None at a foreign origin, and none where a credential was lost before: nothing is signed again. */
function signersOf(request: FollowRequest, plan: Plan): readonly Signer[] {
  const { signers = [], bound } = request;
  if (signers.length === 0 || !bound(plan.url.origin)) return [];
  const lost = plan.dropped.some(({ rule }) => rule !== 'method-changed' && rule !== 'host-changed');
  return lost ? [] : signers;
}

/** Two requests with the same method, URL, cookies and fields get the same answer: the chain would not end. */
function fingerprintOf(plan: Plan, cookies: string): string {
  const { href, hash } = plan.url;
  const target = hash === '' ? href : href.slice(0, -hash.length);
  return [plan.method, target, cookies, ...plan.headers.map(lowerName)].join('\n');
}

function isSensitive(field: Field, request: FollowRequest): boolean {
  const name = lowerName(field);
  return isCredentialField(name) || request.sensitive.has(name) || field[1] instanceof Secret;
}

function without(headers: readonly Field[], names: ReadonlySet<string>): readonly Field[] {
  return names.size === 0 ? headers : headers.filter((field) => !names.has(lowerName(field)));
}

function lowerName(field: Field): string {
  return field[0].toLowerCase();
}
