/** The redirect URIs of a client with the environment's own hosts taken out, so that those of two environments can be compared. */
import { uriDifferences } from '../http/redirect-uri-difference.ts';
import { loopbackForm, uriParts, uriText } from '../http/redirect-uri-parts.ts';
import type { Client, Environment, Observation } from '../model.ts';
import { abstracted } from './hosts.ts';
import { foreignHost, placeOf } from './redirect-uris.ts';

/**
 * One observation for each client. `compared`: the environments that are held side by side; what is seen says in what a
 * redirect URI differs from its next of kin in the first of them that has none like it.
 */
export function redirectUriObservations(
  environment: Environment,
  compared: readonly Environment[],
  known: readonly Environment[],
): readonly Observation[] {
  return [...environment.clients.values()].map((client) => {
    const own = shapes(client, environment, known);
    const others = compared.filter(({ name }) => name !== environment.name);
    const told = own.map((each) => `${each[1]}${aside(each, client.name, others, known)}`);
    const odd = own.find(([shape]) => others.some((other) => !has(other, client.name, shape, known)));
    return {
      kind: 'client.redirect_uris',
      of: client.name,
      value: [...new Set(own.map(([shape]) => shape))].sort(),
      seen: told.length > 0 ? told.join(' ') : 'none',
      source: odd ? placeOf(client, odd[2]) : (client.sources['redirect_uris'] ?? client.source),
    };
  });
}

type Shape = readonly [shape: string, uri: string, index: number];

/** Without those on this machine that are for developers only, and those that another finding is about. */
function shapes(client: Client, environment: Environment, known: readonly Environment[]): readonly Shape[] {
  const isPublic = client.token_endpoint_auth_method === 'none';
  return client.redirect_uris.flatMap((uri, index): readonly Shape[] => {
    const parts = uriParts(uri);
    const loopback = loopbackForm(parts.host);
    if (loopback !== null && !isPublic) return [];
    // Any port is as good as another (RFC 8252 section 7.3).
    if (loopback !== null) return [[uriText({ ...parts, port: null }), uri, index]];
    const foreign = foreignHost(uri, environment, known);
    const owner = foreign ? known.find(({ name }) => name === foreign.environments[0]) : undefined;
    return [[abstracted(uri, owner ?? environment), uri, index]];
  });
}

function has(other: Environment, name: string, shape: string, known: readonly Environment[]): boolean {
  const client = other.clients.get(name);
  return client === undefined || shapes(client, other, known).some(([theirs]) => theirs === shape);
}

/** ` (not as in production: a slash at the end)`: the fewest differences to one there, the host left aside. */
function aside(
  [shape, uri]: Shape,
  name: string,
  others: readonly Environment[],
  known: readonly Environment[],
): string {
  for (const other of others) {
    const client = other.clients.get(name);
    if (!client || has(other, name, shape, known)) continue;
    const [nearest] = shapes(client, other, known)
      .map(([, theirs]) => uriDifferences(theirs, uri))
      .toSorted((a, b) => a.length - b.length);
    if (nearest === undefined) return ` (not in ${other.name})`;
    const aside = nearest.filter(({ component }) => component !== 'host');
    const how = (aside.length > 0 ? aside : nearest).map(({ words }) => words).join(' and ');
    return ` (not as in ${other.name}: ${how})`;
  }
  return '';
}
