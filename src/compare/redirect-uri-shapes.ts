/** The redirect URIs of a client without what is an environment's own, so that those of two environments can be compared. */
import { type UriComponent, uriDifferences } from '../http/redirect-uri-difference.ts';
import {
  isCustomScheme,
  loopbackForm,
  uriParts,
  uriText,
  withoutPassword,
} from '../http/redirect-uri-parts.ts';
import { isNative } from '../http/redirect-uri-place.ts';
import type { Client, Environment, Observation } from '../model.ts';
import { placeOf } from './redirect-uris.ts';

/**
 * One observation for each client. `compared`: the environments that are held side by side, in their order; what is seen
 * are the redirect URIs that one of the others has not, if there are any, and in what they differ.
 */
export function redirectUriObservations(
  environment: Environment,
  compared: readonly Environment[],
): readonly Observation[] {
  const others = compared.filter(({ name }) => name !== environment.name);
  const before = compared.slice(0, compared.indexOf(environment));
  return [...environment.clients.values()].map((client) => {
    const all = shapes(client, environment);
    const odd = all.filter((each) => others.some((other) => lacks(other, client.name, each)));
    const told = odd.map((each) => {
      const other = others.find((one) => lacks(one, client.name, each));
      const here = { client, environment };
      return other ? `${shown(each)}${aside(each, here, other, before.includes(other))}` : shown(each);
    });
    const seen = told.length > 0 ? told : all.map(shown);
    return {
      kind: 'client.redirect_uris',
      of: client.name,
      value: all.length === 0 ? null : [...new Set(all.map(({ shape }) => shape))].sort().join(' '),
      seen: seen.length > 0 ? seen.join(', ') : 'none',
      source: odd[0] ? placeOf(client, odd[0].index) : (client.sources['redirect_uris'] ?? client.source),
    };
  });
}

interface Shape {
  /** Without what is the environment's own. */
  readonly shape: string;
  readonly uri: string;
  /** In the list of the client. */
  readonly index: number;
}

/** Loopback addresses are left aside where they are a developer's: not of native apps, nor where all is on this machine. */
function shapes(client: Client, { origins }: Environment): readonly Shape[] {
  const { redirect_uris } = client;
  const isApp = isNative({ public: client.token_endpoint_auth_method === 'none', redirect_uris });
  const isHere = [...origins.values()].some((origin) => loopbackForm(uriParts(origin).host) !== null);
  return redirect_uris.flatMap((uri, index): readonly Shape[] => {
    const parts = uriParts(uri);
    const isLocal = loopbackForm(parts.host) !== null;
    if (isLocal && !isApp && !isHere) return [];
    // Any port is as good as another (RFC 8252 section 7.3).
    if (isLocal && isApp) return [{ shape: uriText({ ...parts, port: null }), uri, index }];
    if (isCustomScheme(parts.scheme)) return [{ shape: uriText({ ...parts, scheme: 'app' }), uri, index }];
    const { path, query, fragment } = parts;
    const shape = uriText({ ...nowhere, path, query, fragment });
    return [{ shape: shape === '' ? '(no path)' : shape, uri, index }];
  });
}

/** Scheme, host and port are an environment's own, and so is the scheme of an app. */
const nowhere = { scheme: null, authority: null, userinfo: null, host: '', port: null };
const own: ReadonlySet<UriComponent> = new Set([
  'scheme',
  'custom-scheme',
  'userinfo',
  'host',
  'www',
  'host-case',
  'idn',
  'port',
  'default-port',
]);

function shown({ uri }: Shape): string {
  return withoutPassword(uri, uriParts(uri));
}

/** false: the other environment has not even the client, which is told elsewhere. */
function lacks(other: Environment, name: string, { shape }: Shape): boolean {
  const client = other.clients.get(name);
  return client !== undefined && shapes(client, other).every((theirs) => theirs.shape !== shape);
}

/** ` (not as in staging: a slash at the end)`, where that one is told before: the host is left aside. */
function aside(
  { uri }: Shape,
  here: { readonly client: Client; readonly environment: Environment },
  other: Environment,
  isBefore: boolean,
): string {
  const client = other.clients.get(here.client.name);
  const theirs = client ? shapes(client, other) : [];
  const [nearest] = theirs
    .filter((each) => lacks(here.environment, here.client.name, each))
    .map((each) => uriDifferences(each.uri, uri))
    .toSorted((a, b) => a.length - b.length);
  if (nearest === undefined) return ` (not in ${other.name})`;
  if (!isBefore) return '';
  const rest = nearest.filter(({ component }) => !own.has(component));
  const how = (rest.length > 0 ? rest : nearest).map(({ words }) => words).join(' and ');
  return ` (not as in ${other.name}: ${how})`;
}
