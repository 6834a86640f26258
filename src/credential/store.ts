/** The credentials of a run: tokens are got once, kept until they are nearly over, and never cross environments. */
import type { Clock, Execute, Random } from '../doors.ts';
import type { Credential, Environment } from '../model.ts';
import type { Redactor } from '../secret.ts';
import { type Breaker, createBreaker } from './breaker.ts';
import type { PresentFaulty } from './fault/faults.ts';
import { type FixedCredential, renderFixed } from './fixed.ts';
import { type Acquired, createHolding, type Holding, presentationOf } from './holding.ts';
import { createLedger, type Ledger } from './ledger.ts';
import type { AskPerson } from './login/authorize.ts';
import { createIdentities, type Identities } from './login/identity.ts';
import type { Sessions } from './login/session.ts';
import { createDiscovery, type Discovery } from './metadata.ts';
import type { Authorize, TokenOf } from './oauth2/acquiring.ts';
import { type Acquisition, createAcquisition, unsentFailure } from './oauth2/acquisition.ts';
import { createDpopKeys } from './oauth2/dpop-keys.ts';
import type {
  Browser,
  CredentialStore,
  Metadata,
  Perform,
  Presentation,
  PresentOptions,
  RefreshVault,
} from './presentation.ts';
import type { Rendering } from './rendering.ts';
import { verifySignature } from './verification.ts';

export interface CredentialDoors {
  readonly perform: Perform;
  readonly browser: Browser;
  readonly clock: Clock;
  readonly random: Random;
  readonly redactor: Redactor;
  /** Absent: no program is run. */
  readonly execute?: Execute;
  /** Ends what is being waited for. */
  readonly signal?: AbortSignal;
  /** Shows a person what to do; absent: nobody is there. */
  readonly prompt?: (text: string) => void;
  readonly authorize?: Authorize;
  /** A person logs in at a browser; absent: the login is scripted. */
  readonly askPerson?: AskPerson;
  /** Absent: no refresh token outlives the run. */
  readonly vault?: RefreshVault;
}
/** What the types of credentials share. */
export interface StoreParts extends CredentialDoors {
  readonly ledger: Ledger;
  readonly identities: Identities;
}
/** They are got, kept and renewed. */
export type HeldCredential = Exclude<Credential, FixedCredential | { readonly type: 'session' }>;

export function createCredentialStore(doors: CredentialDoors): CredentialStore {
  const { perform, redactor } = doors;
  const ledger = createLedger(redactor, doors.random);
  const identities = createIdentities(doors.browser, ledger);
  const parts: StoreParts = { ...doors, ledger, identities };
  const discovery = createDiscovery(perform, redactor);
  const dpop = createDpopKeys(parts);
  const breaker = createBreaker();
  const authorize: Authorize = async (credential, environment) => {
    const login = await import('./login/authorize.ts');
    const shared = { ...parts, discovery, breaker };
    return doors.askPerson
      ? login.authorizeByPerson(credential, environment, doors.askPerson, shared)
      : login.authorize(credential, environment, { ...shared, dpop });
  };
  const tokenOf: TokenOf = async (credential, environment) => {
    const { use, exchanges, failure } = await present(credential, environment, {});
    return { token: use && ledger.find(use.fingerprint), use, exchanges, failure };
  };
  const acquisition = createAcquisition({ authorize, ...parts, discovery, dpop, tokenOf }, breaker);
  const holding = createHolding(doors.clock);
  let loaded: Promise<Sessions> | null = null;
  const sessions = (): Promise<Sessions> => {
    loaded ??= import('./login/session.ts').then(({ createSessions }) => createSessions(parts));
    return loaded;
  };
  const present = presenter(parts, acquisition, holding, sessions, breaker);
  // A fault must not use up the refresh token that later runs start from.
  const { vault: _, ...withoutVault } = parts;
  let faults: Promise<PresentFaulty> | null = null;
  return {
    present: (credential, environment, options = {}) => present(credential, environment, options),
    async faulty(credential, environment, fault) {
      faults ??= import('./fault/faults.ts').then(({ createFaults }) =>
        createFaults({
          authorize,
          ...withoutVault,
          discovery,
          dpop,
          tokenOf,
          breaker,
          present: (sound, where) => present(sound, where, {}),
        }),
      );
      return (await faults)(credential, environment, fault);
    },
    forget(fingerprint) {
      holding.forget(fingerprint);
      // In turn with what is asked for next.
      void loaded?.then((known) => known.forget(fingerprint));
    },
    async fresh(credential, environment, { scope, resource }) {
      const asking = {
        ...credential,
        scope: scope ?? credential.scope,
        resource: resource.length > 0 ? resource : credential.resource,
      };
      return presentationOf(await acquisition.acquire(asking, environment, { scope, resource }));
    },
    async ask(question, environment) {
      const { askServer } = await import('./inquiry.ts');
      return askServer(question, environment, { ...parts, discovery, dpop, breaker });
    },
    fingerprint: (value) => ledger.fingerprint(value),
    async verify(fingerprint, jwks) {
      const token = ledger.find(fingerprint);
      return token ? verifySignature(token, jwks) : null;
    },
    metadata: (environment, name) => metadataOf(discovery, environment, name),
  };
}

function presenter(
  parts: StoreParts,
  acquisition: Acquisition,
  holding: Holding,
  sessions: () => Promise<Sessions>,
  breaker: Breaker,
) {
  const presentFixed = fixedPresenter(parts);
  return async (
    credential: Credential,
    environment: Environment,
    { stale = false, job }: PresentOptions,
  ): Promise<Presentation> => {
    switch (credential.type) {
      case 'oauth2':
      case 'self_signed_jwt':
      case 'ci_oidc':
      case 'command': {
        const key = JSON.stringify([environment.name, credential.name]);
        return holding.present(key, stale, async () => {
          const refused = breaker.refusal(key);
          if (refused) return { held: null, exchanges: [], failure: refused };
          const acquired = await acquire(credential, environment, acquisition, parts);
          if (acquired.failure && acquired.final) breaker.open(key, acquired.failure);
          return acquired;
        });
      }
      case 'session':
        return (await sessions()).present(credential, environment, job ?? parts);
      default:
        return presentFixed(credential, environment);
    }
  };
}

/** What few runs need is loaded when it is needed. */
async function acquire(
  credential: HeldCredential,
  environment: Environment,
  acquisition: Acquisition,
  parts: StoreParts,
): Promise<Acquired> {
  switch (credential.type) {
    case 'oauth2':
      return acquisition.acquire(credential, environment);
    case 'self_signed_jwt':
      return (await import('./signing/self-signed-jwt.ts')).acquireSelfSigned(credential, environment, parts);
    case 'ci_oidc':
      return (await import('./ci-oidc.ts')).acquireCiToken(credential, environment, parts);
    case 'command':
      return (await import('./command.ts')).acquireFromCommand(credential, environment, parts);
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
