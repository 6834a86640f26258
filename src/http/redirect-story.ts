/** A chain of redirects with what other clients make of it, in words: what is lost or leaked, why, and what to ask for instead. */
import type { Environment, EvidenceLine, Exchange, Hop, Source } from '../model.ts';
import { type ClientGroup, fateWords, groupsOf, groupVerdicts, someClients } from './client-groups.ts';
import { addressOf } from './redirect.ts';
import { isSameSite, type RedirectReason, redirectReason } from './redirect-reason.ts';
import { isUrl } from './url.ts';

export interface RedirectStory {
  /** 1-based: the hop that lacks a credential or should not have it. */
  readonly hop: number;
  readonly from: URL;
  readonly to: URL;
  /** Of the answer that redirects. */
  readonly status: number;
  readonly leaked: readonly ClientGroup[];
  readonly lost: readonly ClientGroup[];
  /** Lower-case names of what is lost or leaked. */
  readonly headers: readonly string[];
  readonly reason: RedirectReason | null;
  readonly evidence: readonly EvidenceLine[];
  /** What to ask for instead, in the user's own file where it is written there, and what to change at the server. */
  readonly fix: string;
  readonly fixSource: Source | null;
}

/** Told to send credentials everywhere: that it does is no news. */
const trusting: ReadonlySet<string> = new Set(['curl-location-trusted']);
const longestLocation = 200;

/** Where addresses are written: of the environment, and in the step that was redirected. */
export interface Place {
  readonly environment: Environment;
  readonly step: { readonly source: Source };
}

/** Null where every client keeps what it had. */
export function redirectStory(exchange: Exchange, place: Place): RedirectStory | null {
  const groups = groupVerdicts(exchange.clients ?? []);
  const leaked = groupsOf(groups, 'leaked').filter(({ clients }) => !clients.every((id) => trusting.has(id)));
  const lost = groupsOf(groups, 'lost');
  const worst = leaked.length > 0 ? leaked : lost;
  const hop = worst.toSorted((a, b) => b.clients.length - a.clients.length)[0]?.hop ?? null;
  const step = hop === null ? null : stepTo(exchange.hops, hop);
  if (hop === null || step === null) return null;
  const { from, to, status } = step;
  const headers = [...new Set(worst.flatMap(({ header }) => header ?? []))];
  const reason = reasonOfStep(step);
  const advice = adviceOn(exchange, place, step, reason);
  return {
    hop,
    from,
    to,
    status,
    leaked,
    lost,
    headers,
    reason,
    evidence: [
      locationLine(step),
      ...headers.map((header) => ({ hop, field: header, seen: fateWords(groups, header) })),
      ...reasonLines(reason, hop - 1),
    ],
    ...advice,
  };
}

export function locationLine({ status, location, answered }: RedirectStep): EvidenceLine {
  return { hop: answered.index, field: 'location', seen: `${status} to ${withoutQuery(location)}` };
}

/** Why the redirect to hop `index` is written, as far as it is likely. */
export function likelyLines(hops: readonly Hop[], index: number): EvidenceLine[] {
  return reasonLines(reasonOf(hops, index), index - 1);
}

/** The redirect, what it makes other clients do, and why it is likely there: one sentence. */
export function storySummary({ from, to, status, leaked, lost, headers, reason }: RedirectStory): string {
  const [groups, verb] = leaked.length > 0 ? [leaked, 'leak'] : [lost, 'lose'];
  const where = from.origin === to.origin ? `of ${from.origin}` : `from ${from.origin} to ${to.origin}`;
  const clients = someClients(groups.flatMap((group) => group.clients));
  const likely = reason ? `; likely ${reason.likely}` : '';
  return `The ${status} redirect ${where} makes clients ${verb} ${headers.join(', ')} (${groups[0]?.rule ?? ''}): ${clients}${likely}.`;
}

function reasonLines(reason: RedirectReason | null, hop: number): EvidenceLine[] {
  if (reason === null) return [];
  return [
    { hop, field: 'likely', seen: reason.likely },
    { hop, field: 'since', seen: reason.evidence.join('; ') },
  ];
}

export interface RedirectStep {
  readonly from: URL;
  readonly to: URL;
  readonly status: number;
  /** As received. */
  readonly location: string;
  readonly answered: Hop;
}

/** The redirect that led to hop `index`, also where it was not followed; null: there is none. */
export function stepTo(hops: readonly Hop[], index: number): RedirectStep | null {
  const answered = hops[index - 2];
  const location = answered?.response?.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
  if (!answered?.response || location === undefined || !isUrl(answered.request.url)) return null;
  const from = new URL(answered.request.url);
  const to = addressOf(location, from);
  return to && { from, to, status: answered.response.status, location, answered };
}

/** Why the redirect that led to hop `index`, or would have led there, is written; null: there is none, or nothing is likely. */
export function reasonOf(hops: readonly Hop[], index: number): RedirectReason | null {
  const step = stepTo(hops, index);
  return step && reasonOfStep(step);
}

function reasonOfStep({ from, to, status, location, answered }: RedirectStep): RedirectReason | null {
  return redirectReason({ from, to, status, location, headers: answered.response?.headers ?? [] });
}

/** What to ask for instead of the redirect to hop `index`; null: there is none. */
export function redirectAdvice(exchange: Exchange, place: Place, index: number): Advice | null {
  const step = stepTo(exchange.hops, index);
  return step && adviceOn(exchange, place, step, reasonOfStep(step));
}

export interface Advice {
  readonly fix: string;
  readonly fixSource: Source | null;
}

/** What to write instead of the address that redirects. */
function adviceOn(
  exchange: Exchange,
  place: Place,
  redirect: RedirectStep,
  reason: RedirectReason | null,
): Advice {
  const { from, to } = redirect;
  const server = reason === null || isUsual(reason.id) ? '' : ` At the server: ${lowerFirst(reason.fix)}`;
  if (isAstray(place.environment, redirect, reason)) {
    if (from.pathname === to.pathname) return { fix: server.trim(), fixSource: null };
    const ask = `Ask for ${from.origin}${to.pathname}, which needs no redirect.`;
    return { fix: `${ask}${server}`, fixSource: place.step.source };
  }
  const advice =
    from.origin === to.origin
      ? { fix: `Ask for ${withoutQuery(to.href)} at once.`, fixSource: place.step.source }
      : acrossOrigins(exchange, place, redirect, reason);
  return { ...advice, fix: `${advice.fix}${server}` };
}

/** There it is the address that is wrong, and the server that is right. */
function isUsual(id: RedirectReason['id']): boolean {
  return ['https-only', 'canonical-host', 'slash', 'login'].includes(id);
}

/** The server names an address that nobody should ask for: plain http, or one of its own side. */
export function isAstray(
  environment: Environment,
  { from, to }: Pick<RedirectStep, 'from' | 'to'>,
  reason: RedirectReason | null,
): boolean {
  if (from.protocol === 'https:' && to.protocol === 'http:') return true;
  const inner = reason?.id === 'port-written' || reason?.id === 'inner-address';
  return inner && nameOf(environment, to.origin).length === 0;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function acrossOrigins(
  { hops }: Exchange,
  { environment, step }: Place,
  { from, to }: RedirectStep,
  reason: RedirectReason | null,
): Advice {
  const end = hops.at(-1)?.request.url ?? '';
  const last = isUrl(end) && new URL(end).origin === to.origin ? new URL(end) : to;
  const [name] = nameOf(environment, from.origin);
  const [own] = nameOf(environment, to.origin);
  if (own !== undefined) {
    const path = withoutQuery(last.href).slice(last.origin.length);
    return {
      fix: `Ask for ${withoutQuery(last.href)} at once: write ${own}:${path} in the step${name === undefined ? '' : `, or set environments.${environment.name}.origins.${name} to "${to.origin}"`}.`,
      fixSource: (name === undefined ? null : environment.originSources[name]) ?? step.source,
    };
  }
  if (name !== undefined && (isSameSite(from, to) || reason?.id === 'canonical-host')) {
    return {
      fix: `Ask for ${withoutQuery(last.href)} at once: set environments.${environment.name}.origins.${name} to "${to.origin}".`,
      fixSource: environment.originSources[name] ?? environment.source,
    };
  }
  return {
    fix: `Let ${from.origin} forward the request instead of redirecting it to ${to.origin}; if that one is yours, name it under environments.${environment.name}.origins and ask there at once.`,
    fixSource: environment.source,
  };
}

/** Names under which the environment has this origin. */
function nameOf({ origins }: Environment, origin: string): string[] {
  return [...origins].filter(([, each]) => each === origin).map(([name]) => name);
}

function withoutQuery(address: string): string {
  const [shown = ''] = address.split(/[?#]/, 1);
  return shown.length > longestLocation ? `${shown.slice(0, longestLocation)}…` : shown;
}
