/** Environments under several names that are the same servers. */
import type { Environment } from '../model.ts';

/** Equal where the same origins are reached in the same way: a refusal in one environment is one in the other. */
export function reachOf({ origins, transport }: Pick<Environment, 'origins' | 'transport'>): string {
  const { connectTo, proxy } = transport;
  return JSON.stringify([[...origins.values()].sort(), [...connectTo], proxy]);
}
