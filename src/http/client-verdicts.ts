/**
 * What the redirects of an exchange would have come to with other clients: who loses a credential, who leaks it, who
 * changes the method. Pure. It is a prediction on the answers that were seen: of a request that nobody answered nothing
 * is said.
 */
import type { ClientVerdict } from '../model.ts';
import { clientNext, clientStart } from './client-engine.ts';
import type {
  ClientAnswer,
  ClientDrop,
  ClientProfile,
  ClientRequest,
  ClientState,
  ClientStop,
} from './client-profile.ts';
import { isLoopback } from './origin.ts';

export interface JudgedChain {
  /** The first request as it was sent. */
  readonly first: ClientRequest;
  /** What was asked on each hop, and what came back; null: no answer. */
  readonly hops: readonly JudgedHop[];
  /** What carries credentials: lower-case header names, `query:NAME`, `form:NAME`; only what hop 1 carried. */
  readonly credentials: readonly string[];
  /** Other header fields that somebody asks for; they cannot leak. */
  readonly watched: readonly string[];
  /** Whether credentials may go to this origin (RFC 6454 serialisation). */
  readonly bound: (origin: string) => boolean;
}
export interface JudgedHop {
  readonly method: string;
  readonly hasBody: boolean;
  readonly answer: ClientAnswer | null;
}

/** How one client goes through a chain. */
interface Walk {
  readonly client: string;
  /** The requests that it sends, the first one included. */
  readonly requests: readonly { readonly state: ClientState; readonly dropped: readonly ClientDrop[] }[];
  /** Why it does not send the next one; null: it came as far as the answers lead. */
  readonly stop: string | null;
  /** The last of its requests is another than the one that was answered. */
  readonly astray: boolean;
}
type Judgement = Pick<ClientVerdict, 'verdict' | 'hop' | 'rule'>;

const kept: Judgement = { verdict: 'kept', hop: null, rule: null };

const drops: Readonly<Record<string, string>> = {
  scheme: 'the scheme changed',
  host: 'the host changed',
  port: 'the port changed',
  'never-kept': 'sent on no redirect',
  'method-changed': 'the method changed',
  'body-dropped': 'the body was left out',
  'fresh-request': 'the next request has none of its fields',
  'replaced-by-userinfo': 'the user in the Location took its place',
  'dropped-earlier': 'left out before',
};
const stops: Readonly<Record<string, string>> = {
  downgrade: 'no redirect from https to http',
  upgrade: 'no redirect from http to https',
  credentials: 'no redirect to another origin with a credential',
  'cross-origin': 'no redirect to another origin',
  'same-url': 'no redirect to the same URL',
  visited: 'no redirect to a URL a second time',
  'led-to': 'no redirect to a URL a second time',
  body: 'the body cannot be sent again',
  method: 'no redirect of this method',
  userinfo: 'no redirect to a URL with a user',
  limit: 'too many redirects',
  'not-a-redirect': 'the status is not followed',
};
/** Where there is nowhere to go, nobody refuses. */
const ends: ReadonlySet<string> = new Set([
  'no-location',
  'empty-location',
  'invalid-location',
  'scheme-unknown',
]);

/**
 * The verdict of each client on each credential, in the order of `profiles`; with `header: null` on the method, where a
 * client changes it. Empty where there is nothing to lose.
 */
export function clientVerdicts(profiles: readonly ClientProfile[], chain: JudgedChain): ClientVerdict[] {
  const walks = profiles.map((profile) => walk(profile, chain));
  const names = [...new Set([...chain.credentials, ...chain.watched])];
  const onFields = names.flatMap((header) =>
    walks.map((each) => ({ client: each.client, header, ...onField(header, each, chain) })),
  );
  const changes = walks.map((each) => ({ client: each.client, header: null, ...onMethod(each, chain) }));
  const someChange = changes.some(({ verdict }) => verdict === 'method-changed');
  return someChange ? [...onFields, ...changes] : onFields;
}

function walk(profile: ClientProfile, chain: JudgedChain): Walk {
  const client = profile.id;
  const requests: { state: ClientState; dropped: readonly ClientDrop[] }[] = [
    { state: clientStart(chain.first), dropped: [] },
  ];
  for (const [index, { answer }] of chain.hops.entries()) {
    const last = requests.at(-1);
    if (answer === null || !last) break;
    const asked = chain.hops[index + 1];
    const step = clientNext(profile, last.state, answer);
    if ('stop' in step) return { client, requests, stop: stopWords(step.stop, asked), astray: false };
    requests.push({ state: step.next, dropped: step.dropped });
    const { method, hasBody } = step.next;
    if (asked && (asked.method !== method || asked.hasBody !== hasBody)) {
      return { client, requests, stop: null, astray: true };
    }
  }
  return { client, requests, stop: null, astray: false };
}

function stopWords({ reason }: ClientStop, asked: JudgedHop | undefined): string | null {
  if (ends.has(reason) || (reason === 'not-a-redirect' && !asked)) return null;
  return stops[reason] ?? reason;
}

function onField(name: string, each: Walk, chain: JudgedChain): Judgement {
  const { requests } = each;
  const leak = chain.credentials.includes(name) ? leakOf(name, each, chain) : null;
  if (leak) return leak;
  const with_ = requests.findLastIndex(({ state }) => carries(state, name));
  const without = requests[with_ + 1];
  if (without) return { verdict: 'lost', hop: with_ + 2, rule: lossOf(name, without.dropped) };
  if (each.stop !== null) return { verdict: 'refused', hop: requests.length + 1, rule: each.stop };
  return { ...kept, rule: unknownBeyond(each, chain) };
}

function leakOf(name: string, { requests }: Walk, { bound }: JudgedChain): Judgement | null {
  let secure = false;
  for (const [index, { state }] of requests.entries()) {
    const { protocol, hostname, origin } = state.url;
    if (index > 0 && carries(state, name)) {
      const hop = index + 1;
      if (!bound(origin) && !isUpgrade(state.url, bound))
        return { verdict: 'leaked', hop, rule: `${origin} is not of this environment` };
      const inClear = secure && protocol === 'http:' && !isLoopback(hostname);
      if (inClear) return { verdict: 'leaked', hop, rule: 'sent in clear after https' };
    }
    secure ||= protocol === 'https:';
  }
  return null;
}

/** Https of a host whose plain http is bound is no stranger. */
function isUpgrade({ protocol, hostname, port }: URL, bound: JudgedChain['bound']): boolean {
  return protocol === 'https:' && port === '' && bound(`http://${hostname}`);
}

function carries(state: ClientState, name: string): boolean {
  if (name.startsWith('query:')) return state.url.searchParams.has(name.slice(6));
  return name.startsWith('form:') ? state.hasBody : state.fields.has(name);
}

function lossOf(name: string, dropped: readonly ClientDrop[]): string {
  if (name.startsWith('query:')) return 'the Location does not carry it';
  if (name.startsWith('form:')) return 'the body was left out';
  const rule = dropped.find(({ header }) => header === name)?.rule ?? 'dropped-earlier';
  return drops[rule] ?? rule;
}

function onMethod(each: Walk, chain: JudgedChain): Judgement {
  const { requests } = each;
  const { first } = chain;
  const at = requests.findIndex(
    ({ state }) => state.method !== first.method || (first.hasBody && !state.hasBody),
  );
  const changed = requests[at]?.state;
  if (changed) {
    const same = changed.method === first.method;
    const rule = same ? `${first.method} without its body` : `${first.method} became ${changed.method}`;
    return { verdict: 'method-changed', hop: at + 1, rule };
  }
  if (each.stop !== null) return { verdict: 'refused', hop: requests.length + 1, rule: each.stop };
  return { ...kept, rule: unknownBeyond(each, chain) };
}

/** Hops follow of which is known only what another request got. */
function unknownBeyond({ astray, requests }: Walk, { hops }: JudgedChain): string | null {
  const last = requests.at(-1)?.state;
  if (!astray || !last || hops.length <= requests.length) return null;
  const sent = `${last.method}${last.hasBody ? ' with its body' : ''}`;
  return `not known beyond hop ${requests.length}, which gets ${sent}`;
}
