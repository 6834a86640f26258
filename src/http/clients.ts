/** The clients that are known, by name: `clients/*.yml`, compiled by the build. Loading this module loads them all. */
import { createRequire } from 'node:module';
import type { ClientProfile } from './client-profile.ts';

/** In the order of docs/clients.md. */
export const clients: readonly ClientProfile[] = createRequire(import.meta.url)(
  './clients.json',
) as ClientProfile[];

/** By its id; the bare name is the newest. */
export function findClient(id: string): ClientProfile | null {
  return clients.find((client) => client.id === id) ?? null;
}
