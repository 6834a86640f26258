/** The clients that are known, by name: `clients/*.yml`, compiled by the build. Read when first asked for. */
import { createRequire } from 'node:module';
import type { ClientProfile } from './client-profile.ts';

let profiles: readonly ClientProfile[] | null = null;

/** In the order of docs/clients.md. */
export function clientProfiles(): readonly ClientProfile[] {
  profiles ??= createRequire(import.meta.url)('./clients.json') as ClientProfile[];
  return profiles;
}

/** By its id; the bare name is the newest. */
export function findClient(id: string): ClientProfile | null {
  return clientProfiles().find((client) => client.id === id) ?? null;
}
