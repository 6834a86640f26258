/** The redirect URIs of a client with the environment's own hosts taken out, so that those of two environments can be compared. */
import { uriDifferences } from '../http/redirect-uri-difference.ts';
import { loopbackForm, uriParts, uriText } from '../http/redirect-uri-parts.ts';
import { isNative } from '../http/redirect-uri-place.ts';
import type { Client, Environment, Observation } from '../model.ts';
import { abstracted } from './hosts.ts';
import { foreignHost, placeOf } from './redirect-uris.ts';

/**
 * One observation for each client. `compared`: the environments that are held side by side, in their order; what is seen
 * are the redirect URIs that one of the others has not, if there are any, and in what they differ.
 */
export function redirectUriObservations(
  environment: Environment,
  compared: readonly Environment[],
  known: readonly Environment[],
): readonly Observation[] {
  const others = compared.filter(({ name }) => name !== environment.name);
  const before = compared.slice(0, compared.indexOf(environment));
  const clients = [...environment.clients.values()].filter((client) => !isAtHome(client, environment));
  return clients.map((client) => {
    const own = shapes(client, environment, known);
    const odd = own.filter((each) => others.some((other) => lacks(other, client.name, each, known)));
    const told = odd.map((each) => {
      const other = others.find((one) => lacks(one, client.name, each, known));
      const here = { client, environment };
      return other ? `${each.uri}${aside(each, here, other, before.includes(other), known)}` : each.uri;
    });
    const seen = told.length > 0 ? told : own.map(({ uri }) => uri);
    return {
      kind: 'client.redirect_uris',
      of: client.name,
      value: own.length === 0 ? null : [...new Set(own.map(({ shape }) => shape))].sort().join(' '),
      seen: seen.length > 0 ? seen.join(', ') : 'none',
      source: odd[0] ? placeOf(client, odd[0].index) : (client.sources['redirect_uris'] ?? client.source),
    };
  });
}

/** An application on the machine of its developer: nothing of it is as elsewhere. */
function isAtHome({ redirect_uris }: Client, environment: Environment): boolean {
  return (
    !environment.protected &&
    redirect_uris.length > 0 &&
    redirect_uris.every((uri) => loopbackForm(uriParts(uri).host) !== null)
  );
}

interface Shape {
  /** Without what is the environment's own. */
  readonly shape: string;
  readonly uri: string;
  /** In the list of the client. */
  readonly index: number;
}

/** Without those on this machine that are for developers only, and those that another finding is about. */
function shapes(client: Client, environment: Environment, known: readonly Environment[]): readonly Shape[] {
  const isApp = isNative({
    public: client.token_endpoint_auth_method === 'none',
    redirect_uris: client.redirect_uris,
  });
  return client.redirect_uris.flatMap((uri, index): readonly Shape[] => {
    const parts = uriParts(uri);
    const loopback = loopbackForm(parts.host);
    if (loopback !== null && !isApp) return [];
    // Any port is as good as another (RFC 8252 section 7.3).
    if (loopback !== null) return [{ shape: uriText({ ...parts, port: null }), uri, index }];
    const foreign = foreignHost(uri, environment, known);
    const owner = foreign ? known.find(({ name }) => name === foreign.environments[0]) : undefined;
    const shape = abstracted(uri, owner ?? environment);
    // Where the application is, nothing else in the file need say: whose host it is was looked at already.
    const isOpen = /^https?$/i.test(parts.scheme ?? '');
    return [{ shape: isOpen ? shape.replace(/^([^:]*:\/\/)[^/?#]*/, '$1*') : shape, uri, index }];
  });
}

/** false: the other environment has not even the client, which is told elsewhere. */
function lacks(other: Environment, name: string, { shape }: Shape, known: readonly Environment[]): boolean {
  const client = other.clients.get(name);
  return client !== undefined && shapes(client, other, known).every((theirs) => theirs.shape !== shape);
}

/** ` (not as in staging: a slash at the end)`, where that one is told before: the host is left aside. */
function aside(
  { uri }: Shape,
  here: { readonly client: Client; readonly environment: Environment },
  other: Environment,
  isBefore: boolean,
  known: readonly Environment[],
): string {
  const client = other.clients.get(here.client.name);
  const theirs = client ? shapes(client, other, known) : [];
  const [nearest] = theirs
    .filter((each) => lacks(here.environment, here.client.name, each, known))
    .map((each) => uriDifferences(each.uri, uri))
    .toSorted((a, b) => a.length - b.length);
  if (nearest === undefined) return ` (not in ${other.name})`;
  if (!isBefore) return '';
  const rest = nearest.filter(({ component }) => component !== 'host');
  const how = (rest.length > 0 ? rest : nearest).map(({ words }) => words).join(' and ');
  return ` (not as in ${other.name}: ${how})`;
}
