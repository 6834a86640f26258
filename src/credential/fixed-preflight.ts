/** Fixed values that nothing can carry, and saved sessions that hold none: known before anything is sent. */
import type {
  ApiKeyCredential,
  BasicCredential,
  BearerCredential,
  CiOidcCredential,
  DigestCredential,
  Environment,
  SessionCredential,
} from '../model.ts';
import { Secret, type Value } from '../secret.ts';
import { keyFault } from './api-key.ts';
import { pairFault } from './basic.ts';
import { readStorageState } from './login/storage-state.ts';
import type { PreflightFault } from './preflight.ts';
import { unsendable } from './rendering.ts';
import { digestFault } from './signing/digest.ts';

type Fixed =
  | ApiKeyCredential
  | BasicCredential
  | BearerCredential
  | CiOidcCredential
  | DigestCredential
  | SessionCredential;

const asIssued = 'Give it as it was issued, without a line end or anything else around it.';

/** `now`: milliseconds since the epoch. */
export function fixedProblems(credential: Fixed, environment: Environment, now: number): PreflightFault[] {
  const { name } = credential;
  const tell = (key: string, what: string, problem: string | null, fix: string): PreflightFault[] =>
    problem === null ? [] : [{ key, message: `The ${what} of credential "${name}" ${problem}.`, fix }];
  switch (credential.type) {
    case 'bearer':
      return tell('token', 'token', unsendable(textOf(credential.token)), asIssued);
    case 'api_key':
      return tell('value', 'value', keyFault(credential.in, textOf(credential.value)), asIssued);
    case 'ci_oidc': {
      const token = credential.id_token;
      return token === null ? [] : tell('variable', 'ID token', unsendable(textOf(token)), asIssued);
    }
    case 'basic':
    case 'digest': {
      const find = credential.type === 'basic' ? pairFault : digestFault;
      const fault = find(textOf(credential.username), textOf(credential.password));
      return fault ? tell(fault.key, fault.what, fault.problem, fault.fix) : [];
    }
    case 'session': {
      if (credential.storage_state === null) return [];
      const state = readStorageState(textOf(credential.storage_state), environment, now);
      if (!('problem' in state)) return [];
      const message = `The storage_state of "${name}" ${state.problem}.`;
      return [{ key: 'storage_state', message, fix: 'Log in with a browser again, and save its state.' }];
    }
  }
}

function textOf(value: Value): string {
  return value instanceof Secret ? value.reveal() : value;
}
