/** The credentials of a run: tokens are got once, kept until they are nearly over, and never cross environments. */
import type { Clock, Random } from '../doors.ts';
import type { Credential, Environment, OAuth2Credential } from '../model.ts';
import type { Redactor } from '../secret.ts';
import { type Acquired, createAcquisition, type Held, unsentFailure } from './acquisition.ts';
import { renderApiKey } from './api-key.ts';
import { renderBasic } from './basic.ts';
import { renderBearer } from './bearer.ts';
import { createBreaker } from './breaker.ts';
import { isFresh } from './expiry.ts';
import { askServer } from './inquiry.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createDiscovery } from './metadata.ts';
import type { CredentialStore, Perform, Presentation } from './presentation.ts';
import type { Rendering } from './rendering.ts';
import { verifySignature } from './verification.ts';

export interface CredentialDoors {
  readonly perform: Perform;
  readonly clock: Clock;
  readonly random: Random;
  readonly redactor: Redactor;
}

type FixedCredential = Exclude<Credential, OAuth2Credential>;

export function createCredentialStore({
  perform,
  clock,
  random,
  redactor,
}: CredentialDoors): CredentialStore {
  const ledger = createLedger(redactor, random);
  const discovery = createDiscovery(perform, redactor);
  const breaker = createBreaker();
  const acquisition = createAcquisition({ perform, redactor, ledger, discovery }, breaker);
  const fixed = new WeakMap<FixedCredential, Rendering>();
  const held = new Map<string, Held>();
  const flights = new Map<string, Promise<Acquired>>();

  async function acquire(
    key: string,
    credential: OAuth2Credential,
    environment: Environment,
  ): Promise<Acquired> {
    try {
      const acquired = await acquisition.acquire(credential, environment);
      if (acquired.held) held.set(key, acquired.held);
      return acquired;
    } finally {
      flights.delete(key);
    }
  }

  async function presentToken(credential: OAuth2Credential, environment: Environment): Promise<Presentation> {
    const key = JSON.stringify([environment.name, credential.name]);
    const kept = held.get(key);
    if (kept && isFresh(kept, clock.now())) return { ...kept.rendered, exchanges: [], failure: null };
    const flight = flights.get(key);
    if (flight) return presentationOf(asShared(await flight));
    const acquiring = acquire(key, credential, environment);
    flights.set(key, acquiring);
    return presentationOf(await acquiring);
  }

  return {
    async present(credential, environment) {
      if (credential.type === 'oauth2') return presentToken(credential, environment);
      const rendering = fixed.get(credential) ?? render(credential, ledger);
      fixed.set(credential, rendering);
      if (!('problem' in rendering)) return { ...rendering, exchanges: [], failure: null };
      return failed({
        held: null,
        exchanges: [],
        failure: unsentFailure(redactor.redact(rendering.problem), environment),
      });
    },
    forget(fingerprint) {
      for (const [key, { rendered }] of held) {
        if (rendered.use.fingerprint === fingerprint) held.delete(key);
      }
    },
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
    async metadata(environment, name) {
      const issuer = environment.issuers.get(name);
      if (!issuer) {
        return {
          values: null,
          exchanges: [],
          failure: `Environment "${environment.name}" has no issuer "${name}".`,
        };
      }
      const { values, exchanges, failure } = await discovery.find(environment, issuer);
      return { values, exchanges, failure };
    },
  };
}

function render(credential: FixedCredential, ledger: Ledger): Rendering {
  switch (credential.type) {
    case 'bearer':
      return renderBearer(credential, ledger);
    case 'basic':
      return renderBasic(credential, ledger);
    case 'api_key':
      return renderApiKey(credential, ledger);
  }
}

/** What a caller sees who waited for another one's request. */
function asShared({ held, failure }: Acquired): Acquired {
  return { held, exchanges: [], failure: failure && { ...failure, shared: true } };
}

function presentationOf(acquired: Acquired): Presentation {
  const { held, exchanges } = acquired;
  return held ? { ...held.rendered, exchanges, failure: null } : failed(acquired);
}

function failed({ exchanges, failure }: Acquired): Presentation {
  return { headers: [], query: [], cookies: [], use: null, exchanges, failure };
}
