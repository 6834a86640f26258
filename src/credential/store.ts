/** The credentials of a run: tokens are got once, kept until they are nearly over, and never cross environments. */
import type { Clock, Random } from '../doors.ts';
import type { Credential, Environment } from '../model.ts';
import type { Redactor } from '../secret.ts';
import { type Acquisition, createAcquisition, unsentFailure } from './acquisition.ts';
import { createBreaker } from './breaker.ts';
import { acquireCiToken } from './ci-oidc.ts';
import { acquireFromCommand } from './command.ts';
import { createFaults } from './faults.ts';
import { type FixedCredential, renderFixed } from './fixed.ts';
import { type Acquired, createHolding, presentationOf } from './holding.ts';
import { askServer } from './inquiry.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createDiscovery, type Discovery } from './metadata.ts';
import type { CredentialStore, Metadata, Perform, Presentation } from './presentation.ts';
import type { Rendering } from './rendering.ts';
import { acquireSelfSigned } from './self-signed-jwt.ts';
import { createSessions } from './session.ts';
import { verifySignature } from './verification.ts';

export interface CredentialDoors {
  readonly perform: Perform;
  readonly clock: Clock;
  readonly random: Random;
  readonly redactor: Redactor;
}
/** What the types of credentials share. */
export interface StoreParts extends CredentialDoors {
  readonly ledger: Ledger;
}
/** They are got, kept and renewed. */
export type HeldCredential = Exclude<Credential, FixedCredential | { readonly type: 'session' }>;

export function createCredentialStore(doors: CredentialDoors): CredentialStore {
  const { perform, redactor } = doors;
  const ledger = createLedger(redactor, doors.random);
  const parts: StoreParts = { ...doors, ledger };
  const discovery = createDiscovery(perform, redactor);
  const breaker = createBreaker();
  const acquisition = createAcquisition({ perform, redactor, ledger, discovery }, breaker);
  const holding = createHolding(doors.clock);
  const sessions = createSessions(parts);
  const presentFixed = fixedPresenter(parts);
  const present: CredentialStore['present'] = async (credential, environment, { stale = false } = {}) => {
    switch (credential.type) {
      case 'oauth2':
      case 'self_signed_jwt':
      case 'ci_oidc':
      case 'command': {
        const key = JSON.stringify([environment.name, credential.name]);
        return holding.present(key, stale, () => acquire(credential, environment, acquisition, parts));
      }
      case 'session':
        return sessions.present(credential, environment);
      default:
        return presentFixed(credential, environment);
    }
  };
  return {
    present,
    faulty: createFaults({ ...parts, discovery, breaker, present }),
    forget: (fingerprint) => holding.forget(fingerprint),
    async fresh(credential, environment, { scope, resource }) {
      const asking = {
        ...credential,
        scope: scope ?? credential.scope,
        resource: resource.length > 0 ? resource : credential.resource,
      };
      return presentationOf(await acquisition.acquire(asking, environment));
    },
    ask: (question, environment) =>
      askServer(question, environment, { perform, redactor, ledger, discovery, breaker }),
    async verify(fingerprint, jwks) {
      const token = ledger.find(fingerprint);
      return token ? verifySignature(token, jwks) : null;
    },
    metadata: (environment, name) => metadataOf(discovery, environment, name),
  };
}

function acquire(
  credential: HeldCredential,
  environment: Environment,
  acquisition: Acquisition,
  parts: StoreParts,
): Promise<Acquired> {
  switch (credential.type) {
    case 'oauth2':
      return acquisition.acquire(credential, environment);
    case 'self_signed_jwt':
      return acquireSelfSigned(credential, environment, parts);
    case 'ci_oidc':
      return acquireCiToken(credential, environment, parts);
    case 'command':
      return acquireFromCommand(credential, environment, parts);
  }
}

/** Rendered once for each credential object. */
function fixedPresenter(parts: StoreParts) {
  const rendered = new WeakMap<FixedCredential, Promise<Rendering>>();
  return async (credential: FixedCredential, environment: Environment): Promise<Presentation> => {
    const making = rendered.get(credential) ?? renderFixed(credential, parts);
    rendered.set(credential, making);
    const rendering = await making;
    if (!('problem' in rendering)) return { ...rendering, exchanges: [], failure: null };
    const failure = unsentFailure(parts.redactor.redact(rendering.problem), environment);
    return presentationOf({ held: null, exchanges: [], failure });
  };
}

async function metadataOf(discovery: Discovery, environment: Environment, name: string): Promise<Metadata> {
  const issuer = environment.issuers.get(name);
  if (!issuer) {
    const failure = `Environment "${environment.name}" has no issuer "${name}".`;
    return { values: null, exchanges: [], failure };
  }
  const { values, exchanges, failure } = await discovery.find(environment, issuer);
  return { values, exchanges, failure };
}
