/**
 * `redirect.as`: the next hop as another client would send it, inside the bound origins. What a client carries on it
 * copies: fields of a signature go along as they were made for the first hop, and nothing is signed again.
 */
import { clientNext, clientStart } from '../http/client-engine.ts';
import type { ClientDrop, ClientProfile, ClientState, ClientStop } from '../http/client-profile.ts';
import { isRedirect, nextRequest } from '../http/redirect.ts';
import type { Dropped, DropRule, Field, Hop, RedirectStop } from '../model.ts';
import type { FollowRequest } from './follow.ts';
import {
  type Decision,
  type HopPlan,
  isSensitive,
  lowerName,
  redirectOf,
  refused,
  without,
} from './follow-plan.ts';
import { signedFields } from './signed.ts';

/** Where the client stands, and what it set out with. */
export interface Replayed {
  readonly profile: ClientProfile;
  readonly state: ClientState;
  /** Fields of the first hop as they were sent, without cookies of the jar. */
  readonly fields: readonly Field[];
}

/** `sent`: fields of the first hop, those of signers included. */
export function startReplay(
  profile: ClientProfile,
  request: FollowRequest,
  plan: HopPlan,
  sent: readonly Field[],
): Replayed {
  const signed = new Set(signedFields(request.signers));
  const made = sent.filter((field) => signed.has(lowerName(field)));
  const fields = [...without(plan.headers, new Set(made.map(lowerName))), ...made];
  const names = new Set(fields.filter((field) => !isOwn(field)).map(lowerName));
  const { method, url, body } = plan;
  return {
    profile,
    fields,
    state: clientStart({ method, url, fields: names, hasBody: body !== null }),
  };
}

/** Each client names itself, and takes what it can read. */
function isOwn(field: Field): boolean {
  const name = lowerName(field);
  return (name === 'user-agent' || name === 'accept') && field[2] === undefined;
}

/** As `decide` of follow-plan.ts; where the client goes on, also where it stands then. */
export function decideAs(
  request: FollowRequest,
  replayed: Replayed,
  plan: HopPlan,
  hop: Hop,
  count: number,
): { readonly decision: Decision; readonly replayed: Replayed } {
  const { profile, state } = replayed;
  const ended = (decision: Decision): { decision: Decision; replayed: Replayed } => ({ decision, replayed });
  const answer = redirectOf(hop);
  if (answer === null) return ended(null);
  const { status, locations } = answer;
  const location = locations[0] ?? null;
  const step = clientNext(profile, state, { status, location });
  if ('stop' in step) return ended(stopOf(step.stop, profile, status, location));
  // Our own refusals hold for every client.
  const ours = nextRequest({
    method: plan.method,
    url: plan.url,
    status,
    locations,
    hasBody: false,
    bodyReplayable: true,
    fields: [],
  });
  if ('stop' in ours) return ended(ours.stop);
  const { next } = step;
  const target = { url: next.url, keepBody: next.hasBody && request.body !== null };
  const refusal = refused(request, plan, target, location);
  if (refusal) return ended(refusal);
  if (count > request.redirect.max) return ended({ reason: 'limit', location });
  const { headers, dropped } = carried(request, replayed, next, step.dropped);
  const body = target.keepBody ? request.body : null;
  return {
    decision: { method: next.method, url: next.url, body, headers, dropped },
    replayed: { ...replayed, state: next },
  };
}

/** What is left out of a rewritten request, by whatever name, is left out for the method. */
function ruleOf(rule: ClientDrop['rule'] | undefined): DropRule {
  switch (rule) {
    case undefined:
    case 'dropped-earlier':
      return 'dropped-earlier';
    case 'scheme':
      return 'scheme-changed';
    case 'host':
      return 'host-changed';
    case 'port':
      return 'port-changed';
    case 'never-kept':
      return 'never-kept';
    default:
      return 'method-changed';
  }
}

/** They would announce a body that does not come; a Content-Type without one harms nobody, and some clients send it. */
const framing: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding']);

/** What goes along, and for each field that does not, by which rule. */
function carried(
  request: FollowRequest,
  { profile, fields, state }: Replayed,
  next: ClientState,
  drops: readonly ClientDrop[],
): { readonly headers: readonly Field[]; readonly dropped: readonly Dropped[] } {
  const client = profile.id;
  const bound = request.bound(next.url.origin);
  const signed = new Set(signedFields(request.signers));
  const rules = new Map<string, Dropped>();
  for (const field of fields) {
    const header = lowerName(field);
    const rule = drops.find((drop) => drop.header === header)?.rule;
    if (isOwn(field)) continue;
    if (header === 'host' && state.first.url.host !== next.url.host)
      rules.set(header, { header, rule: 'host-changed' });
    else if (framing.has(header) && !next.hasBody && state.first.hasBody)
      rules.set(header, { header, rule: 'method-changed' });
    else if (!next.fields.has(header)) rules.set(header, { header, rule: ruleOf(rule), client });
    else if (!bound && (isSensitive(field, request) || signed.has(header)))
      rules.set(header, { header, rule: 'origin-unbound', client });
  }
  return { headers: without(fields, new Set(rules.keys())), dropped: [...rules.values()] };
}

const reasons: Readonly<Record<string, RedirectStop['reason']>> = {
  limit: 'limit',
  'no-location': 'no-location',
  'empty-location': 'no-location',
  'invalid-location': 'invalid-location',
  'scheme-unknown': 'scheme',
};
const whys: Readonly<Record<string, string>> = {
  'not-a-redirect': 'it does not follow this status',
  downgrade: 'it leads from https to http',
  upgrade: 'it leads from http to https',
  credentials: 'the request carries credentials',
  'cross-origin': 'it leads to another origin',
  'same-url': 'it leads to the same URL',
  visited: 'it leads to a URL that was asked for before',
  'led-to': 'it leads to a URL that a redirect led to before',
  body: 'the request has a body',
  method: 'it would have to repeat the method',
  userinfo: 'it names a user in its URL',
};

function stopOf(
  { reason }: ClientStop,
  profile: ClientProfile,
  status: number,
  location: string | null,
): RedirectStop | null {
  const known = reasons[reason];
  if (known) return { reason: known, location };
  if (reason === 'not-a-redirect' && (!isRedirect(status) || location === null)) return null;
  return { reason: 'client', location, client: { name: profile.id, why: whys[reason] ?? reason } };
}
