/** The DPoP keys of a run: one for each credential of an environment, whose refresh token is bound to it as well. */
import type { OAuth2Credential } from '../../model.ts';
import type { Secret } from '../../secret.ts';
import type { Rendered } from '../rendering.ts';
import type { AssertionDoors } from './client-assertion.ts';
import { createDpop, type Dpop, proofAlgorithm } from './dpop.ts';

export interface DpopKeys {
  /** Null where the credential asks for no bound token. `key` names credential and environment. */
  of(key: string, credential: OAuth2Credential): Promise<Dpop | null>;
  /** The token in the scheme DPoP; from now on its key is found by its fingerprint. */
  bind(dpop: Dpop, rendered: Rendered, token: Secret): Rendered;
  /** The key to which the token with this fingerprint is bound; null: to none. */
  keyOf(fingerprint: string): Dpop | null;
}

export function createDpopKeys(doors: AssertionDoors): DpopKeys {
  const made = new Map<string, Promise<Dpop>>();
  const bound = new Map<string, Dpop>();
  return {
    async of(key, { asks, client, name }) {
      if (!(asks?.dpop ?? client.settings?.dpop_bound_access_tokens)) return null;
      const known = made.get(key);
      if (known) return known;
      const stated = client.issuer.metadata['dpop_signing_alg_values_supported'];
      const making = createDpop(name, proofAlgorithm(stated) ?? 'ES256', doors);
      made.set(key, making);
      return making;
    },
    bind(dpop, rendered, token) {
      bound.set(rendered.use.fingerprint, dpop);
      return dpop.bind(rendered, token);
    },
    keyOf: (fingerprint) => bound.get(fingerprint) ?? null,
  };
}
