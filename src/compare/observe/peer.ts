/** Who answers at an origin: clock, TLS, and the fields of servers and proxies. */
import { parseHsts } from '../../http/hsts.ts';
import { isLoopback } from '../../http/origin.ts';
import { isUrl } from '../../http/url.ts';
import type { Environment, Hop, Observation, Response, Source, TlsFacts } from '../../model.ts';
import { fieldValue, type Note, noteOf, plain } from './observing.ts';

/** An origin of an environment, its issuers included, with what was sent there. */
export interface Peer {
  /** `api`, `issuer main`. */
  readonly name: string;
  readonly origin: string;
  readonly source: Source | null;
}

export function peersOf({ origins, originSources, issuers, source }: Environment): Peer[] {
  const peers = [...origins].map(([name, origin]) => ({
    name,
    origin,
    source: originSources[name] ?? source,
  }));
  const others = [...issuers.values()]
    .filter(({ issuer }) => isUrl(issuer))
    .map(({ name, issuer, source: at }) => ({
      name: `issuer ${name}`,
      origin: new URL(issuer).origin,
      source: at,
    }));
  return [...peers, ...others];
}

/** Milliseconds by which clocks differ before it is told. */
export const notableSkew = 60_000;

/** Milliseconds by which the server's Date is ahead of our clock; null where the answer has none or is a cache's. */
export function skewOf({ response, clock }: Hop): number | null {
  const date = response ? Date.parse(fieldValue(response, 'date') ?? '') : Number.NaN;
  if (!response || Number.isNaN(date) || Number(fieldValue(response, 'age') ?? 0) > 0) return null;
  // Date knows whole seconds, and the answer was made between the two.
  if (date > clock.received) return date - clock.received;
  return date + 999 < clock.sent ? date + 999 - clock.sent : 0;
}

/** `hops`: answered ones, at the origin of `peer`. `now`: milliseconds. */
export function observePeer(
  peer: Peer,
  hops: readonly Hop[],
  environment: Environment,
  now: number,
): Observation[] {
  const note = noteOf(peer.name, peer.source);
  const skew = hops.map(skewOf).find((each) => each !== null) ?? null;
  const tls = hops.map((hop) => hop.tls).find((each) => each !== null) ?? null;
  const response = hops.map((hop) => hop.response).find((each) => each !== null) ?? null;
  const { hostname, protocol } = new URL(peer.origin);
  return [
    ...(isLoopback(hostname) ? [] : [note('tls.scheme', protocol.slice(0, -1))]),
    ...(skew === null
      ? []
      : [note('clock.skew', Math.abs(skew) > notableSkew ? Math.round(skew / 1000) : 0, skewText(skew))]),
    ...(tls ? tlsOf(tls, hostname, note, now) : []),
    ...(response ? fieldsOf(response, environment, note) : []),
  ];
}

/** `in step`, `5 min ahead`. */
export function skewText(skew: number): string {
  if (Math.abs(skew) <= notableSkew) return 'in step with ours';
  const span = Math.abs(skew) / 1000;
  const text = span < 7200 ? `${Math.round(span / 60)} min` : `${Math.round(span / 3600)} h`;
  return `${text} ${skew < 0 ? 'behind' : 'ahead'}`;
}

const day = 86_400_000;

export function daysLeft({ notAfter }: TlsFacts, now: number): number {
  return Math.floor((notAfter - now) / day);
}

function tlsOf(tls: TlsFacts, hostname: string, note: Note, now: number): Observation[] {
  const days = daysLeft(tls, now);
  const named = tls.names.includes(hostname) ? 'its own name' : 'a wildcard';
  return [
    note('tls.protocol', tls.protocol),
    note('tls.verified', tls.verified),
    note('tls.issuer', shortened(tls.issuer)),
    note('tls.names', named),
    note('tls.days_left', days, `${days} days`),
    note('tls.certificate', `${tls.subject} ${tls.notBefore} ${tls.notAfter}`, shortened(tls.subject)),
  ];
}

/** Where something was cut, it is said: the redactor looks for half a secret there. */
function shortened(text: string): string {
  return text.replace(/^(.{200}).+/s, '$1...');
}

/** Fields by which what stands before a server shows itself. */
const marks = ['via', 'x-cache', 'x-served-by', 'x-envoy-upstream-service-time', 'cf-ray', 'x-amz-cf-id'];

function fieldsOf(response: Response, environment: Environment, note: Note): Observation[] {
  const hsts = parseHsts(fieldValue(response, 'strict-transport-security') ?? '');
  const server = fieldValue(response, 'server');
  const age = hsts && `max-age=${hsts.maxAge}${hsts.includeSubDomains ? '; includeSubDomains' : ''}`;
  return [
    note('server.product', server === null ? null : plain(server, environment)),
    note(
      'server.edge',
      marks.filter((name) => fieldValue(response, name) !== null),
    ),
    note('server.hsts', age),
  ];
}
