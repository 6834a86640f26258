/** What the next hop of a chain sends: at least as strict as the Fetch standard, and sticky. Pure. */
import type { Signer } from '../credential/signer.ts';
import { isLinkLocalOrMetadata, sameOrigin } from '../http/origin.ts';
import { isCredentialField, isRedirect, nextRequest, unfollowed } from '../http/redirect.ts';
import type { Dropped, Field, Hop, RedirectStop } from '../model.ts';
import { Secret } from '../secret.ts';
import type { FollowRequest } from './follow.ts';
import { signedFields } from './signed.ts';

/** What one hop sends, cookies of the jar and fields of signers aside. */
export interface HopPlan {
  readonly method: string;
  readonly url: URL;
  readonly headers: readonly Field[];
  readonly body: Uint8Array | null;
  readonly dropped: readonly Dropped[];
}
export type Decision = HopPlan | RedirectStop | null;

export function firstPlan(request: FollowRequest): HopPlan {
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

/** The next plan, why there is none, or null when the answer is not a redirect. `count`: hops so far. */
export function decide(request: FollowRequest, plan: HopPlan, hop: Hop, count: number): Decision {
  const answer = redirectOf(hop);
  if (answer === null) return null;
  const { status, locations } = answer;
  if (!isRedirect(status)) return unfollowed(status, locations);
  const location = locations[0] ?? null;
  if (!request.redirect.follow) return { reason: 'not-followed', location };
  const next = nextRequest({
    method: plan.method,
    url: plan.url,
    status,
    locations,
    hasBody: plan.body !== null,
    bodyReplayable: true,
    fields: [
      ...plan.headers.map((field) => ({ name: field[0], sensitive: isSensitive(field, request) })),
      ...signedFields(signersOf(request, plan)).map((name) => ({ name, sensitive: true })),
    ],
  });
  if ('stop' in next) return next.stop;
  const refusal = refused(request, plan, next, location);
  if (refusal) return refusal;
  if (count > request.redirect.max) return { reason: 'limit', location };
  return {
    method: next.method,
    url: next.url,
    body: next.keepBody ? plan.body : null,
    headers: without(plan.headers, new Set(next.drop.map(({ header }) => header))),
    dropped: [...next.drop, ...droppedEarlier(plan)],
  };
}

/** Status and Location fields of a complete answer of class 3; else null. */
export function redirectOf({
  response,
  failure,
}: Hop): { readonly status: number; readonly locations: readonly string[] } | null {
  if (response === null || failure !== null || Math.floor(response.status / 100) !== 3) return null;
  const locations = response.headers
    .filter(([name]) => name.toLowerCase() === 'location')
    .map(([, value]) => value);
  return { status: response.status, locations };
}

/**
 * What is sent nowhere, whoever redirects: a body may hold secrets, and no rule can tell, so it goes to no other origin
 * that is not bound. Addresses that hand out credentials are asked where the environment or the step names that very
 * origin, and by no redirect else.
 */
export function refused(
  request: FollowRequest,
  from: HopPlan,
  next: { readonly url: URL; readonly keepBody: boolean },
  location: string | null,
): RedirectStop | null {
  const { url, keepBody } = next;
  if (request.bound(url.origin)) return null;
  const stays = sameOrigin(from.url, url);
  // Some clients take up again what they left out on the way: an origin that never had the body does not get it so.
  if (keepBody && !(stays && from.body !== null)) return { reason: 'body-withheld', location };
  return !stays && isLinkLocalOrMetadata(url.hostname) ? { reason: 'metadata-address', location } : null;
}

/** Credentials that were lost once are never taken up again, also where the chain comes back to its first origin. */
function droppedEarlier(plan: HopPlan): Dropped[] {
  return plan.dropped.filter(isLoss).map(({ header }) => ({ header, rule: 'dropped-earlier' }));
}

/** None at a foreign origin, and none where a credential was lost before: nothing is signed again. */
export function signersOf(request: FollowRequest, plan: HopPlan): readonly Signer[] {
  const { signers = [], bound } = request;
  if (signers.length === 0 || !bound(plan.url.origin)) return [];
  return plan.dropped.some(isLoss) ? [] : signers;
}

/** Fields of a body that is not sent and of a host that is not asked are not missed. */
function isLoss({ rule }: Dropped): boolean {
  return rule !== 'method-changed' && rule !== 'host-changed';
}

export function isSensitive(field: Field, request: FollowRequest): boolean {
  const name = lowerName(field);
  return isCredentialField(name) || request.sensitive.has(name) || field[1] instanceof Secret;
}

export function without(headers: readonly Field[], names: ReadonlySet<string>): readonly Field[] {
  return names.size === 0 ? headers : headers.filter((field) => !names.has(lowerName(field)));
}

export function lowerName(field: Field): string {
  return field[0].toLowerCase();
}

/**
 * Two requests with the same method, URL, cookies, fields and body get the same answer: the chain would not end. The
 * values of fields other than Cookie do not change within a chain.
 */
export function fingerprintOf(plan: HopPlan, cookies: string): string {
  const { href, hash } = plan.url;
  const target = hash === '' ? href : href.slice(0, -hash.length);
  const body = plan.body === null ? 'no body' : 'body';
  return [plan.method, target, cookies, body, ...plan.headers.map(lowerName)].join('\n');
}
