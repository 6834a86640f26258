/** What can be known to be wrong with credentials before anything is sent, once their secrets are known. */
import type { Credential, Environment, Source } from '../model.ts';
import { Problem } from '../problem.ts';

export interface PreflightFault {
  /** Key of the credential or of its client at which it is told. */
  readonly key: string;
  readonly message: string;
  readonly fix: string;
}
type Places = Pick<Credential, 'source' | 'sources'>;

/** Each credential of an environment once, however many jobs use it. `now`: milliseconds since the epoch. */
export async function preflight(environments: readonly Environment[], now: number): Promise<Problem[]> {
  const problems: Problem[] = [];
  const told = new Set<string>();
  const add = (code: string, places: Places, faults: readonly PreflightFault[]): void => {
    for (const { key, message, fix } of faults) {
      const source: Source = places.sources[key] ?? places.source;
      const place = JSON.stringify([source, message]);
      if (!told.has(place)) problems.push(new Problem(code, message, { source, fix }));
      told.add(place);
    }
  };
  const seen = new Set<string>();
  for (const environment of environments) {
    for (const credential of environment.credentials.values()) {
      const key = JSON.stringify([environment.name, credential.name]);
      if (seen.has(key)) continue;
      seen.add(key);
      await check(credential, environment, now, add);
    }
  }
  return problems;
}

/** What a type needs is loaded only where there is a credential of it. */
async function check(
  credential: Credential,
  environment: Environment,
  now: number,
  add: (code: string, places: Places, faults: readonly PreflightFault[]) => void,
): Promise<void> {
  switch (credential.type) {
    case 'hmac':
    case 'self_signed_jwt':
    case 'aws_sigv4':
    case 'http_signature': {
      const { signingProblems } = await import('./signing/signing-preflight.ts');
      return add('CREDENTIAL_UNUSABLE', credential, await signingProblems(credential));
    }
    case 'bearer':
    case 'basic':
    case 'digest':
    case 'api_key':
    case 'ci_oidc':
    case 'session': {
      const { fixedProblems } = await import('./fixed-preflight.ts');
      return add('CREDENTIAL_UNUSABLE', credential, fixedProblems(credential, environment, now));
    }
    case 'oauth2': {
      const { client } = credential;
      const { clientProblems, dpopProblems } = await import('./oauth2/client-preflight.ts');
      add('CLIENT_UNUSABLE', client, await clientProblems(client, environment));
      return add('CLIENT_UNUSABLE', client, dpopProblems(credential));
    }
  }
}
