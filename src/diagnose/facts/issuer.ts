/** iss against the authorization servers of why401.yml: an exact comparison (RFC 8414 section 2), near misses told. */
import type { Environment, JsonMap } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { environmentsBeside, type Subject, tokenUse } from '../subject.ts';
import { urlOf } from './wire.ts';

export function issuerFacts(subject: Subject): Evidence[] {
  const claims = tokenUse(subject)?.token?.claims ?? null;
  return subject.stage === 'resource' && claims !== null ? issuer(subject, claims) : [];
}

function issuer(subject: Subject, claims: JsonMap): Evidence[] {
  const iss = claims['iss'];
  const own = issuersOf(subject.environment);
  if (typeof iss !== 'string' || own.includes(iss) || own.length === 0) return [];
  const { name } = subject.environment;
  const line = (seen: string): Evidence['lines'] => [{ hop: subject.hop.index, field: 'token iss', seen }];
  const other = environmentsBeside(subject).find((environment) => issuersOf(environment).includes(iss));
  if (other) {
    const seen = `${iss} is the issuer of ${other.name}; ${name} has ${own.join(', ')}`;
    return [
      evidence('token/issuer-of-other-environment', { names: ['environment-mixup'], lines: line(seen) }),
    ];
  }
  const near = own
    .map((wanted) => ({ wanted, by: issuerDifference(iss, wanted) }))
    .find(({ by }) => by !== null);
  if (near) {
    const seen = `${iss} differs from ${near.wanted} of ${name} in ${near.by}`;
    return [evidence('token/issuer-nearly', { names: ['issuer-mismatch'], weight: 2, lines: line(seen) })];
  }
  return [
    evidence('token/foreign-issuer', {
      names: ['issuer-mismatch'],
      weight: 2,
      lines: line(`${iss}; ${name} has ${own.join(', ')}`),
    }),
  ];
}

/** What alone two issuers differ in: `the trailing slash`, `the scheme (http, https)`; null where it is more than that. */
export function issuerDifference(one: string, two: string): string | null {
  if (one === two) return null;
  if (one.replace(/\/$/, '') === two.replace(/\/$/, '')) return 'the trailing slash';
  if (one.trim() === two.trim()) return 'white space';
  if (one.toLowerCase() === two.toLowerCase()) return 'upper and lower case';
  const [a, b] = [urlOf(one), urlOf(two)];
  if (!a || !b) return null;
  const path = (url: URL): string => url.pathname.replace(/\/$/, '') + url.search;
  const same = {
    scheme: a.protocol === b.protocol,
    host: a.hostname === b.hostname,
    port: a.port === b.port,
    path: path(a) === path(b),
  };
  const differing = Object.entries(same).flatMap(([part, equal]) => (equal ? [] : [part]));
  if (differing.length === 0) return 'its spelling';
  if (differing.length > 1 && differing.join() !== 'scheme,port') return null;
  if (!same.host)
    return relatedHosts(a.hostname, b.hostname) ? `the host (${a.hostname}, ${b.hostname})` : null;
  if (!same.scheme) return `the scheme (${a.protocol.slice(0, -1)}, ${b.protocol.slice(0, -1)})`;
  if (!same.port) return `the port (${a.port || 'default'}, ${b.port || 'default'})`;
  return `the path (${a.pathname}, ${b.pathname})`;
}

/** One is the other with a label more in front, as www or an internal name. */
function relatedHosts(a: string, b: string): boolean {
  return a.endsWith(`.${b}`) || b.endsWith(`.${a}`) || a.split('.')[0] === b.split('.')[0];
}

function issuersOf(environment: Environment): string[] {
  return [...environment.issuers.values()].map((each) => each.issuer);
}
