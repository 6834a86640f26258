/** Servers under several names of environments. */
import type { Environment, Issuer, Transport } from '../model.ts';
import { addressOf, mapAddress } from './address.ts';
import { isUrl } from './url.ts';

/** Equal where the same server is reached in the same way: a refusal in one environment is one in the other. */
export function reachOf(address: string, { connectTo, proxy }: Transport): string {
  if (!isUrl(address)) return address;
  const url = new URL(address);
  const { host, port } = mapAddress(addressOf(url), connectTo);
  return JSON.stringify([url.origin, host, port, proxy]);
}

/** Of the origins of an environment, sorted. */
export function reachesOf({
  origins,
  transport,
}: Pick<Environment, 'origins' | 'transport'>): readonly string[] {
  return [...new Set([...origins.values()].map((origin) => reachOf(origin, transport)))].sort();
}

/** Of an authorization server: whose API it serves does not count. */
export function issuerReachOf({ issuer, metadata }: Issuer, transport: Transport): string {
  const stated = Object.entries(metadata).flatMap(([name, value]) =>
    typeof value === 'string' && isUrl(value) ? [`${name} ${value} ${reachOf(value, transport)}`] : [],
  );
  return JSON.stringify([issuer, reachOf(issuer, transport), ...stated.sort()]);
}
