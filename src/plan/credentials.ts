/** The credentials of one environment: common ones completed by its own, rendered only where a job needs them. */
import type { ApiKeyCredential, Client, Credential, Json, JsonMap, OAuth2Credential } from '../model.ts';
import type { Problems } from '../problem.ts';
import type { Value } from '../secret.ts';
import { isMap, merge, sourceOf } from '../source.ts';
import type { PlannedEnvironment, ProjectContext } from './environment.ts';
import { mapAt, sourcesOf, unplaced } from './maps.ts';
import { Reader } from './reader.ts';

/** What why401.yml says of each credential in this environment, by name. */
export function credentialMaps(planned: PlannedEnvironment, context: ProjectContext): Map<string, JsonMap> {
  const merged = merge(mapAt(context.project, 'credentials'), mapAt(planned.raw, 'credentials'));
  const maps = new Map<string, JsonMap>();
  for (const [name, value] of Object.entries(merged)) if (isMap(value)) maps.set(name, value);
  return maps;
}

/** Renders one credential; null when it is incomplete, which is then a problem. */
export function planCredential(
  name: string,
  map: JsonMap,
  planned: PlannedEnvironment,
  context: ProjectContext,
  problems: Problems,
): Credential | null {
  const read = new Reader(planned.scope, problems, context.offline);
  const source = sourceOf(map) ?? unplaced;
  const base = { name, source, sources: sourcesOf(map) };
  const before = problems.list.length;
  const need = (key: string): Value => {
    if (map[key] === undefined) {
      problems.add(
        'CREDENTIAL_INCOMPLETE',
        `Credential "${name}" has no "${key}" in environment "${planned.environment.name}".`,
        {
          source,
          fix: `Add "${key}" to the credential, or to environments.${planned.environment.name}.credentials.${name}.`,
        },
      );
      return '';
    }
    return read.text(map, key) ?? '';
  };
  const credential = build(map, need, base, () => oauth2(base, map, need, read, planned, context, problems));
  if (!credential && problems.list.length === before) {
    problems.add(
      'CREDENTIAL_INCOMPLETE',
      `Credential "${name}" has no usable type in environment "${planned.environment.name}".`,
      {
        source,
        fix: 'Write type: bearer, basic, api_key or oauth2.',
      },
    );
  }
  return credential;
}

type Base = Pick<Credential, 'name' | 'source' | 'sources'>;

function build(
  map: JsonMap,
  need: (key: string) => Value,
  base: Base,
  oauth: () => OAuth2Credential | null,
): Credential | null {
  switch (map['type']) {
    case 'bearer':
      return { ...base, type: 'bearer', token: need('token') };
    case 'basic':
      return { ...base, type: 'basic', username: need('username'), password: need('password') };
    case 'api_key':
      return {
        ...base,
        type: 'api_key',
        in: place(map['in']),
        field: String(need('name')),
        value: need('value'),
      };
    case 'oauth2':
      return oauth();
    default:
      return null;
  }
}

function place(value: Json | undefined): ApiKeyCredential['in'] {
  return value === 'query' || value === 'cookie' ? value : 'header';
}

function oauth2(
  base: Base,
  map: JsonMap,
  need: (key: string) => Value,
  read: Reader,
  planned: PlannedEnvironment,
  context: ProjectContext,
  problems: Problems,
): OAuth2Credential | null {
  const grant_type = map['grant_type'] === 'refresh_token' ? 'refresh_token' : 'client_credentials';
  if (map['grant_type'] === undefined) need('grant_type');
  const client = clientOf(base, map, planned, context, problems);
  if (!client) return null;
  return {
    ...base,
    type: 'oauth2',
    grant_type,
    client,
    scope: read.plain(map, 'scope'),
    resource: read.list(map, 'resource'),
    audience: read.plain(map, 'audience'),
    refresh_token: grant_type === 'refresh_token' ? need('refresh_token') : null,
  };
}

/** The client of a credential, with its secret: the default is the environment's first. */
function clientOf(
  base: Base,
  map: JsonMap,
  planned: PlannedEnvironment,
  context: ProjectContext,
  problems: Problems,
): Client | null {
  const { environment } = planned;
  const wanted = map['client'];
  const client =
    typeof wanted === 'string' ? environment.clients.get(wanted) : [...environment.clients.values()][0];
  if (!client) {
    const message = `Credential "${base.name}" needs ${typeof wanted === 'string' ? `the client "${wanted}"` : 'a client'}, which environment "${environment.name}" does not have.`;
    problems.add('UNKNOWN_CLIENT', message, {
      source: sourceOf(map, 'client') ?? base.source,
      fix: `Add it under environments.${environment.name}.clients.`,
    });
    return null;
  }
  const raw = mapAt(mapAt(planned.raw, 'clients'), client.name);
  const read = new Reader(planned.scope, problems, context.offline);
  return { ...client, client_secret: read.text(raw, 'client_secret') };
}
