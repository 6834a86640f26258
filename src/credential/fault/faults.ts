/** Credentials made wrong on purpose (docs/faults.md). The sound one's token, refusals and refresh token stay as they are. */
import type { Credential, Environment, Fault } from '../../model.ts';
import { renderToken } from '../bearer.ts';
import type { Presentation } from '../presentation.ts';
import { unsendable } from '../rendering.ts';
import {
  createAnew,
  type FaultParts,
  type GetAnew,
  ofTokenRequest,
  selfSigned,
  unmade,
  type Wrong,
} from './anew.ts';
import { alter, marked, nothing } from './presentation.ts';

export type PresentFaulty = (
  credential: Credential,
  environment: Environment,
  fault: Fault,
) => Promise<Presentation>;

export function createFaults(parts: FaultParts): PresentFaulty {
  const anew = createAnew(parts);
  return (credential, environment, fault) => presentFaulty({ credential, environment, fault }, anew, parts);
}

async function presentFaulty(wrong: Wrong, anew: GetAnew, parts: FaultParts): Promise<Presentation> {
  const { credential, fault } = wrong;
  switch (fault.kind) {
    case 'missing':
      return { ...nothing, use: null, exchanges: [], failure: null };
    case 'other_environment':
      return ofOtherEnvironment(fault, parts);
    case 'assertion_replayed':
    case 'assertion_audience':
      if (credential.type !== 'oauth2') return unmade('authenticates no client', wrong, parts);
      return ofTokenRequest({ ...wrong, credential }, parts);
    case 'expired':
      if (fault.token) return kept(fault.token, wrong, parts);
      break;
    case 'wrong_audience':
    case 'without_scope':
    case 'id_token':
      break;
    default:
      return altered(wrong, parts);
  }
  if (credential.type === 'self_signed_jwt') return selfSigned(wrong, parts);
  if (credential.type !== 'oauth2') return unmade('cannot get another token', wrong, parts);
  return anew({ ...wrong, credential });
}

/** That the step names the environment is the consent to send it here. */
async function ofOtherEnvironment({ kind, from }: Fault, parts: FaultParts): Promise<Presentation> {
  if (!from) throw new Error('the plan lacks the other environment');
  const other = await parts.present(from.credential, from.environment);
  return other.use ? { ...other, use: marked(other.use, kind) } : other;
}

function kept(token: NonNullable<Fault['token']>, wrong: Wrong, parts: FaultParts): Presentation {
  const { name, type } = wrong.credential;
  const secret = parts.ledger.secret(`${name} expired`, token);
  const odd = unsendable(secret.reveal());
  if (odd) return unmade(`has an expired token that ${odd}`, wrong, parts);
  const { use, ...rendered } = renderToken(name, 'bearer', secret, null, parts.ledger);
  return { ...rendered, use: { ...marked(use, wrong.fault.kind), type }, exchanges: [], failure: null };
}

async function altered(wrong: Wrong, parts: FaultParts): Promise<Presentation> {
  const sound = await parts.present(wrong.credential, wrong.environment);
  if (sound.failure) return sound;
  const made = alter(sound, wrong.fault.kind, parts.ledger);
  if (!('problem' in made)) return made;
  return { ...unmade(made.problem, wrong, parts), exchanges: sound.exchanges };
}
