/** Evaluates client profiles: what a client sends next, given what it sent and what came back. Pure, and never throws. */

import { keptBy } from './client-fields.ts';
import type {
  ClientAnswer,
  ClientDrop,
  ClientProfile,
  ClientRequest,
  ClientRun,
  ClientState,
  ClientStep,
  ClientStop,
  MethodRule,
  RefusalRule,
} from './client-profile.ts';
import { sameOrigin } from './origin.ts';
import { isUrl } from './url.ts';

/** The first request, before anything was answered. */
export function clientStart(request: ClientRequest): ClientState {
  return { ...request, hop: 1, first: request, lost: new Set(), visited: [] };
}

/** What `profile` does with `answer` to the request of `state`: the request that it sends next, or why there is none. */
export function clientNext(profile: ClientProfile, state: ClientState, answer: ClientAnswer): ClientStep {
  const { follows } = profile;
  const redirect =
    follows === '3xx' ? Math.floor(answer.status / 100) === 3 : follows.includes(answer.status);
  if (!redirect) return { stop: { reason: 'not-a-redirect', gives: 'redirect' } };
  const target = resolve(profile, state, answer.location);
  if ('stop' in target) return target;
  const { url } = target;
  const refusal = profile.refuses.find((rule) => refuses(rule, profile, state, url, answer));
  if (refusal) return { stop: { reason: refusal.when, gives: refusal.gives } };
  if (profile.max !== null && state.hop > profile.max) return stop(profile, 'limit', 'error');
  return nextRequest(profile, state, url, answer);
}

/** `answers[i]` is what hop i + 1 got. Of a request that differs from the one that was answered nothing more is known: the run ends there. */
export function clientRun(
  profile: ClientProfile,
  request: ClientRequest,
  answers: readonly ClientAnswer[],
): ClientRun {
  const hops: ClientRun['hops'][number][] = [{ state: clientStart(request), dropped: [] }];
  for (const answer of answers) {
    const last = hops.at(-1);
    if (!last) break;
    const step = clientNext(profile, last.state, answer);
    if ('stop' in step) return { hops, stop: step.stop.reason === 'not-a-redirect' ? null : step.stop };
    hops.push({ state: step.next, dropped: step.dropped });
  }
  return { hops, stop: null };
}

const emptyTargets = { followed: '', folder: '.', root: '/' } as const;

/** A fragment is no part of what is sent; the URL keeps it. */
function resolve(
  profile: ClientProfile,
  state: ClientState,
  location: string | null,
): { url: URL } | { stop: ClientStop } {
  const reference = location === null && profile.noLocation ? state.url.href : location?.trim();
  if (reference === undefined) return stop(profile, 'no-location', 'redirect');
  if (reference === '' && !profile.emptyLocation) return stop(profile, 'empty-location', 'redirect');
  const target = reference === '' ? emptyTargets[profile.emptyLocation ?? 'followed'] : reference;
  if (!isUrl(target, state.url.href)) return stop(profile, 'invalid-location', 'error');
  const url = new URL(target, state.url.href);
  const known = url.protocol === 'http:' || url.protocol === 'https:';
  return known ? { url } : stop(profile, 'scheme-unknown', 'error');
}

/** Why a client stops, with what it gives then: what the profile says, or what clients do. */
function stop(
  profile: ClientProfile,
  reason: ClientStop['reason'],
  usually: ClientStop['gives'],
): { readonly stop: ClientStop } {
  const gives = profile.refuses.find(({ when }) => when === reason)?.gives ?? usually;
  return { stop: { reason, gives } };
}

function refuses(
  rule: RefusalRule,
  profile: ClientProfile,
  state: ClientState,
  url: URL,
  { status, location }: ClientAnswer,
): boolean {
  const { url: from } = state;
  switch (rule.when) {
    case 'downgrade':
      return from.protocol === 'https:' && url.protocol === 'http:';
    case 'upgrade':
      return from.protocol === 'http:' && url.protocol === 'https:';
    case 'credentials':
      return !sameOrigin(from, url) && (rule.fields ?? []).some((name) => state.fields.has(name));
    case 'same-url':
      return withoutFragment(from) === withoutFragment(url);
    case 'visited':
      return [...state.visited, withoutFragment(from)].includes(withoutFragment(url));
    case 'led-to':
      return [...state.visited, withoutFragment(from)].slice(1).includes(withoutFragment(url));
    case 'userinfo': {
      if (url.username + url.password === '') return false;
      const next = { ...state, url, writtenPort: writtenPort(location ?? '') ?? state.writtenPort };
      return (
        rule.fields?.some((name) => state.fields.has(name) && !keptBy(profile, name, state, next)) ?? true
      );
    }
    case 'method':
      return (rule.statuses ?? []).includes(status) && fits(rule, state.method);
    default:
      return false;
  }
}

function nextRequest(profile: ClientProfile, state: ClientState, url: URL, answer: ClientAnswer): ClientStep {
  const changed = !sameOrigin(state.url, url);
  const rule = profile.methods.find(
    (entry) =>
      entry.statuses.includes(answer.status) &&
      fits(entry, state.method) &&
      (entry.when === undefined || (entry.when === 'cross-origin') === changed),
  );
  const { method, hasBody } = sentBy(rule, state);
  const request: ClientRequest = {
    method,
    url: withoutUserinfo(url),
    writtenPort: writtenPort(answer.location ?? '') ?? state.writtenPort,
    fields: new Set(),
    hasBody,
  };
  const dropped: ClientDrop[] = [];
  const lost = new Set(rule?.becomes === 'first' ? [] : state.lost);
  const fields = new Set<string>();
  const replaced = profile.userinfo === 'sent' && url.username + url.password !== '';
  for (const header of state.first.fields) {
    const reason =
      replaced && header === 'authorization'
        ? ({ rule: 'replaced-by-userinfo', forGood: true } as const)
        : dropRule(header, { profile, state: { ...state, lost }, request, rule });
    if (!reason) fields.add(header);
    else dropped.push({ header, rule: state.fields.has(header) ? reason.rule : 'dropped-earlier' });
    if (reason?.forGood) lost.add(header);
  }
  const visited = [...state.visited, withoutFragment(state.url)];
  return { next: { ...request, fields, hop: state.hop + 1, first: state.first, lost, visited }, dropped };
}

function sentBy(rule: MethodRule | undefined, state: ClientState): { method: string; hasBody: boolean } {
  const { first } = state;
  if (rule?.becomes === 'first') return { method: first.method, hasBody: first.hasBody };
  const method = rule?.becomes === 'GET' ? 'GET' : state.method;
  const body = rule?.body ?? method === state.method;
  return { method, hasBody: body === 'first' ? first.hasBody : state.hasBody && body };
}

/** Why the next request is without a field of the caller, and whether all that follow are; null: it carries it. */
function dropRule(
  header: string,
  step: {
    readonly profile: ClientProfile;
    readonly state: ClientState;
    readonly request: ClientRequest;
    readonly rule: MethodRule | undefined;
  },
): { readonly rule: ClientDrop['rule']; readonly forGood: boolean } | null {
  const { profile, state, request, rule } = step;
  if (state.lost.has(header)) return { rule: 'dropped-earlier', forGood: true };
  if (rule?.drops?.includes('*')) return { rule: 'fresh-request', forGood: true };
  if (rule?.drops?.includes(header)) {
    return { rule: request.method === state.method ? 'body-dropped' : 'method-changed', forGood: true };
  }
  return keptBy(profile, header, state, request);
}

function fits(
  rule: { readonly methods?: readonly string[]; readonly except?: readonly string[] },
  method: string,
): boolean {
  const { methods = [], except = [] } = rule;
  return (methods.includes('*') || methods.includes(method)) && !except.includes(method);
}

/** The digits of the port in a reference with an authority, `''` where there are none; undefined: no authority. */
function writtenPort(location: string): string | undefined {
  const authority = /^\s*(?:[a-z][a-z0-9+.-]*:)?[/\\]{2}([^/\\?#]*)/i.exec(location)?.[1];
  return authority === undefined ? undefined : (/:(\d*)$/.exec(authority)?.[1] ?? '');
}

function withoutFragment(url: URL): string {
  const [address = ''] = url.href.split('#');
  return address;
}

function withoutUserinfo(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}
