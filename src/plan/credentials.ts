/** The credentials of one environment: common ones completed by its own, rendered only where a job needs them. */
import type { Credential, JsonMap, Source } from '../model.ts';
import type { Problems } from '../problem.ts';
import { isMap, merge } from '../source.ts';
import { planApiKey } from './api-key-credential.ts';
import { CredentialReader } from './credential-reader.ts';
import type { PlannedEnvironment, ProjectContext } from './environment.ts';
import { mapAt } from './maps.ts';
import { planOAuth2 } from './oauth2-credential.ts';
import { planCiOidc, planCommand } from './other-credentials.ts';
import { planSession } from './session-credential.ts';
import {
  planDigest,
  planHmac,
  planHttpSignature,
  planSelfSignedJwt,
  planSigV4,
} from './signing-credentials.ts';

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
  above: readonly string[] = [],
): Credential | null {
  const other = (wanted: string, source: Source): Credential | null => {
    const found = credentialMaps(planned, context).get(wanted);
    const path = [...above, name];
    if (found && !path.includes(wanted))
      return planCredential(wanted, found, planned, context, problems, path);
    problems.add(
      found ? 'CREDENTIAL_CYCLE' : 'UNKNOWN_CREDENTIAL',
      found
        ? `Credential "${name}" takes in the token of "${wanted}", which needs its own.`
        : `There is no credential "${wanted}" in environment "${planned.environment.name}".`,
      { source, fix: found ? 'Take in the token of another one.' : 'Add it under credentials:.' },
    );
    return null;
  };
  const reader = new CredentialReader(name, map, planned, context, problems, other);
  const type = map['type'];
  const build = typeof type === 'string' && Object.hasOwn(builders, type) ? builders[type] : undefined;
  if (build) return build(reader);
  reader.problem(
    'CREDENTIAL_INCOMPLETE',
    `Credential "${name}" has no usable type in environment "${planned.environment.name}".`,
    `Write type: ${Object.keys(builders).slice(0, -1).join(', ')} or ${Object.keys(builders).at(-1)}.`,
  );
  return null;
}

const builders: Readonly<Record<string, (reader: CredentialReader) => Credential | null>> = {
  bearer: (reader) => ({ ...reader.base, type: 'bearer', token: reader.need('token') }),
  basic: (reader) => ({
    ...reader.base,
    type: 'basic',
    username: reader.need('username'),
    password: reader.need('password'),
  }),
  digest: planDigest,
  api_key: planApiKey,
  hmac: planHmac,
  oauth2: planOAuth2,
  self_signed_jwt: planSelfSignedJwt,
  aws_sigv4: planSigV4,
  http_signature: planHttpSignature,
  session: planSession,
  ci_oidc: planCiOidc,
  command: planCommand,
};
