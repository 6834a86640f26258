/** To which environment an address belongs. */
import { isUrl } from '../http/url.ts';
import type { Environment } from '../model.ts';
import type { SurveyContext } from './context.ts';

interface Own {
  /** Hosts, with their ports, of the origins, issuers and stated endpoints. */
  readonly hosts: ReadonlySet<string>;
  readonly issuers: readonly string[];
}

/**
 * The other environment to which this URL belongs, or null: by its host, where this environment does not name that host
 * too; and by the path of the issuer, where one server serves both.
 */
export function otherOwner(url: URL, { environment, known }: SurveyContext): string | null {
  const own = ownOf(environment);
  const others = known.filter(({ name }) => name !== environment.name);
  if (!own.hosts.has(url.host)) return others.find((each) => ownOf(each).hosts.has(url.host))?.name ?? null;
  if (own.issuers.some((issuer) => within(url.href, issuer))) return null;
  const found = others.find((each) => ownOf(each).issuers.some((issuer) => within(url.href, issuer)));
  return found?.name ?? null;
}

/** Below an issuer that has a path of its own. */
function within(url: string, issuer: string): boolean {
  if (!isUrl(issuer) || new URL(issuer).pathname === '/') return false;
  const base = issuer.replace(/\/$/, '');
  return url === base || url.startsWith(`${base}/`);
}

const cache = new WeakMap<Environment, Own>();

function ownOf(environment: Environment): Own {
  const found = cache.get(environment);
  if (found) return found;
  const issuers = [...environment.issuers.values()];
  const stated = issuers.flatMap(({ metadata }) =>
    Object.values(metadata).filter((value) => typeof value === 'string'),
  );
  const urls = [...environment.origins.values(), ...issuers.map(({ issuer }) => issuer), ...stated];
  const hosts = urls.filter((text) => isUrl(text)).map((text) => new URL(text).host);
  const own = {
    hosts: new Set(hosts.filter((host) => host !== '')),
    issuers: issuers.map(({ issuer }) => issuer),
  };
  cache.set(environment, own);
  return own;
}
