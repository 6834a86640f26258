/** One environment of why401.yml: `extends` applied, templates rendered, everything but its credentials. */
import { isUrl } from '../http/url.ts';
import type { Environment, Field, Issuer, Json, JsonMap } from '../model.ts';
import { Problems } from '../problem.ts';
import type { Value } from '../secret.ts';
import { isMap, sourceOf } from '../source.ts';
import { readClients } from './clients.ts';
import { readEchoEndpoint } from './echo.ts';
import { checkSendable } from './field-name.ts';
import { homeOf } from './home.ts';
import { mapAt, sourcesOf, unplaced } from './maps.ts';
import { experimentPolicy } from './policy.ts';
import { Reader } from './reader.ts';
import { readRedirectUriRules } from './redirect-uri-rules.ts';
import type { Lookups } from './scope.ts';
import { createScope, dig } from './scope.ts';
import type { Scope } from './template.ts';
import { readTransport } from './transport.ts';

export interface ProjectContext {
  /** Directory of why401.yml. */
  readonly root: string;
  /** Further folders of files that scenarios name; absolute. */
  readonly folders?: readonly string[];
  readonly project: JsonMap;
  readonly lookups: Lookups;
  /** `--var`. */
  readonly given: JsonMap;
  readonly random: { uuid(): string };
  readonly now: () => number;
  /** lint and list: no secret and no file of certificates is needed. */
  readonly offline: boolean;
}

/** An environment with what is needed to render its credentials and jobs. */
export interface PlannedEnvironment {
  readonly environment: Environment;
  readonly raw: JsonMap;
  readonly scope: Scope;
  readonly layers: readonly JsonMap[];
}

/** Renders the environment `name`, whose maps are `raw`; what is wrong goes to `problems`. */
export function planEnvironment(
  name: string,
  raw: JsonMap,
  context: ProjectContext,
  problems: Problems,
): PlannedEnvironment {
  const layers = [context.given, mapAt(raw, 'variables'), mapAt(context.project, 'variables')];
  // What is read first can be named by what is read after it.
  const known: Named = { origins: new Map(), issuers: new Map() };
  const named = environmentNames(name, raw, () => scope, known);
  const scope: Scope = createScope({ lookups: context.lookups, layers, named });
  const read = new Reader(scope, problems, context.offline);
  const origins = readOrigins(raw, read, problems);
  known.origins = origins;
  const issuers = readIssuers(raw, read, problems);
  known.issuers = issuers;
  const echo = readEchoEndpoint(raw, origins, read, problems);
  const base = mapAt(mapAt(context.project, 'environments'), name)['extends'];
  const environment: Environment = {
    name,
    ...(typeof base === 'string' && { extends: base }),
    source: sourceOf(mapAt(context.project, 'environments'), name, 'key') ?? unplaced,
    protected: raw['protected'] !== false,
    default: raw['default'] !== false,
    origins,
    originSources: sourcesOf(mapAt(raw, 'origins')),
    issuers,
    clients: readClients(raw, issuers, read, problems),
    credentials: new Map(),
    headers: readHeaders(raw, read, problems),
    transport: { ...readTransport(name, raw, context, read, problems), home: homeOf({ origins, issuers }) },
    experiments: experimentPolicy(raw),
    ...(echo && { echo }),
  };
  return { environment, raw, scope, layers };
}

interface Named {
  origins: Environment['origins'];
  issuers: Environment['issuers'];
}

/** `environment`, `origin.X`, `issuer.X`, `clients.X.key`: what a name means in this environment. */
function environmentNames(name: string, raw: JsonMap, scope: () => Scope, known: Named) {
  return (path: string): Json | Value | undefined => {
    if (path === 'environment') return name;
    const [kind, which, ...rest] = path.split('.');
    if (kind === 'origin' && which !== undefined && rest.length === 0) return known.origins.get(which);
    if (kind === 'issuer' && which !== undefined && rest.length === 0)
      return known.issuers.get(which)?.issuer;
    if (kind === 'clients' && which !== undefined && /^(client_id|redirect_uris)$/.test(rest.join('.'))) {
      const written = dig(raw, ['clients', which, ...rest]);
      if (typeof written !== 'string') return written;
      return new Reader(scope(), new Problems(), false).text({ value: written }, 'value') ?? undefined;
    }
    return undefined;
  };
}

function readOrigins(raw: JsonMap, read: Reader, problems: Problems): Map<string, string> {
  const origins = new Map<string, string>();
  const map = mapAt(raw, 'origins');
  for (const name of Object.keys(map)) {
    const text = read.plain(map, name);
    if (text === null) continue;
    const url = isUrl(text) ? new URL(text) : null;
    if (
      !url ||
      !/^https?:$/.test(url.protocol) ||
      url.pathname !== '/' ||
      url.search ||
      url.hash ||
      url.username
    ) {
      problems.add('ORIGIN_INVALID', `"${text}" is not an origin.`, {
        source: sourceOf(map, name),
        fix: 'Write scheme, host and, where it is not the default, the port: https://api.example.com',
      });
      continue;
    }
    origins.set(name, url.origin);
  }
  return origins;
}

function readIssuers(raw: JsonMap, read: Reader, problems: Problems): Map<string, Issuer> {
  const issuers = new Map<string, Issuer>();
  const map = mapAt(raw, 'issuers');
  for (const name of Object.keys(map)) {
    const value = map[name];
    const long = value !== undefined && isMap(value) ? value : null;
    const issuer = long ? read.plain(long, 'issuer') : read.plain(map, name);
    if (issuer === null) {
      if (long && long['issuer'] === undefined) {
        problems.add('ISSUER_MISSING', `Issuer "${name}" has no issuer identifier.`, {
          source: sourceOf(map, name, 'key'),
          fix: 'Add issuer: with the URL that the authorization server states.',
        });
      }
      continue;
    }
    const source = (long ? sourceOf(long, 'issuer') : sourceOf(map, name)) ?? unplaced;
    if (!isUrl(issuer) || !/^https?:/.test(issuer)) {
      problems.add('ISSUER_INVALID', `"${issuer}" is not an issuer identifier.`, {
        source,
        fix: 'Write its URL, exactly as the authorization server states it.',
      });
      continue;
    }
    const discovery = long?.['discovery'];
    const rules = long ? readRedirectUriRules(long, problems) : null;
    issuers.set(name, {
      name,
      issuer,
      discovery: discovery === 'oauth2' || discovery === 'none' ? discovery : 'oidc',
      metadata: long ? read.map(mapAt(long, 'metadata')) : {},
      source,
      ...(rules !== null && { redirect_uri_rules: rules }),
    });
  }
  return issuers;
}

function readHeaders(raw: JsonMap, read: Reader, problems: Problems): Field[] {
  const map = mapAt(raw, 'headers');
  const fields: Field[] = [];
  for (const name of Object.keys(map)) {
    const value = read.text(map, name);
    checkSendable(name, map[name], sourceOf(map, name), problems);
    if (value !== null) fields.push([name, value, ['environment']]);
  }
  return fields;
}
