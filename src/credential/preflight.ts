/** What can be known to be wrong with credentials before anything is sent, once their secrets are known. */
import type { Credential } from '../model.ts';
import { Problem } from '../problem.ts';

/** `key` of the credential at which it is told. */
export interface PreflightFault {
  readonly key: string;
  readonly message: string;
  readonly fix: string;
}
type Check = (credential: Credential) => Promise<readonly PreflightFault[]>;

/** What each type needs is loaded only where there is a credential of it. */
const checks: readonly Check[] = [
  async (credential) => {
    switch (credential.type) {
      case 'hmac':
      case 'self_signed_jwt':
      case 'aws_sigv4':
      case 'http_signature': {
        const { signingProblems } = await import('./signing-preflight.ts');
        return signingProblems(credential);
      }
      default:
        return [];
    }
  },
];

/** Each credential once, however many jobs use it. */
export async function preflight(credentials: Iterable<Credential>): Promise<Problem[]> {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const credential of new Set(credentials)) {
    for (const check of checks) {
      for (const { key, message, fix } of await check(credential)) {
        const source = credential.sources[key] ?? credential.source;
        const place = JSON.stringify([source, message]);
        if (!seen.has(place)) problems.push(new Problem('CREDENTIAL_UNUSABLE', message, { source, fix }));
        seen.add(place);
      }
    }
  }
  return problems;
}
