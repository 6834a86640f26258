/** The clients that are known, by name: `clients/*.yml`, compiled by the build. */
import type { ClientProfile } from './client-profile.ts';

export const clients: readonly ClientProfile[] = [];

/** By its id; the bare name is the newest. */
export function findClient(id: string): ClientProfile | null {
  return clients.find((client) => client.id === id) ?? null;
}
