/** Credentials whose renewed token was refused as the one before: they are not renewed again in this run. */
import type { Environment } from '../model.ts';

export interface Renewals {
  note(environment: Environment, credential: string): void;
  inVain(environment: Environment, credential: string): boolean;
}

export function createRenewals(): Renewals {
  const known = new Set<string>();
  const key = (environment: Environment, credential: string): string =>
    JSON.stringify([environment.name, credential]);
  return {
    note: (environment, credential) => void known.add(key(environment, credential)),
    inVain: (environment, credential) => known.has(key(environment, credential)),
  };
}
