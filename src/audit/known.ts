/** What a run has learnt about its environments while it was looked at: keys, metadata, what passed with which token. */
import type { Environment, JsonMap } from '../model.ts';

export interface Known {
  /** All environments of the project file. */
  readonly environments: readonly Environment[];
  /** The last key set and metadata of an environment, by name and origin. */
  readonly keys: Map<string, JsonMap>;
  readonly metadata: Map<string, JsonMap>;
  /** `environment origin fingerprint` of tokens with which a request succeeded. */
  readonly accepted: Set<string>;
  /** Whether a host and address are of this machine. */
  readonly local: Map<string, boolean>;
  /** Bodies in which the credential of the request is not, by hash and names. */
  readonly clean: Set<string>;
  /** Challenge of a step without credential, by scenario and step, in the environment that gave it first. */
  readonly challenged: Map<string, { readonly environment: string; readonly said: string }>;
}

export function createKnown(environments: readonly Environment[]): Known {
  return {
    environments,
    keys: new Map(),
    metadata: new Map(),
    accepted: new Set(),
    local: new Map(),
    clean: new Set(),
    challenged: new Map(),
  };
}
