/** What a client's credential asks for at the authorization endpoint, so that a probe is refused for nothing else. */
import type { Client } from '../model.ts';
import { Secret } from '../secret.ts';
import type { SurveyContext } from './context.ts';

export interface Parameters {
  /** Null: `openid`. */
  readonly scope: string | null;
  readonly parameters: Readonly<Record<string, string>>;
}

/** No login, so that nothing of a person: neither `login_hint` nor `max_age`. Secrets stay here. */
export function parametersOf(
  client: Client,
  { credentials }: Pick<SurveyContext, 'credentials'>,
): Parameters {
  const found = [...credentials.values()].find(
    (each) =>
      each.type === 'oauth2' && each.grant_type === 'authorization_code' && each.client.name === client.name,
  );
  if (found?.type !== 'oauth2') return { scope: null, parameters: {} };
  const parameters: Record<string, string> = {};
  for (const [name, value] of Object.entries(found.asks?.parameters ?? {}))
    if (!(value instanceof Secret) && !reserved.has(name)) parameters[name] = value;
  const [resource] = found.resource;
  if (resource !== undefined) parameters['resource'] = resource;
  if (found.audience !== null) parameters['audience'] = found.audience;
  return { scope: found.scope, parameters };
}

/** What makes the probe what it is. */
const reserved: ReadonlySet<string> = new Set([
  'response_type',
  'client_id',
  'redirect_uri',
  'state',
  'prompt',
  'response_mode',
  'code_challenge',
  'code_challenge_method',
  'login_hint',
]);
