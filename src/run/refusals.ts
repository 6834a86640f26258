/** Passwords that a server refused: not tried again in this run, since attempts are counted and lock accounts. */

import { headerValues } from '../diagnose/subject.ts';
import { parseChallenges } from '../http/challenge.ts';
import type { Environment, Exchange } from '../model.ts';

export interface Refusals {
  /** The exchange in which this credential was refused before, or null. */
  find(environment: Environment, credential: string): Exchange | null;
  /** Looks whether the exchange is such a refusal. */
  note(environment: Environment, exchange: Exchange): void;
}

export function createRefusals(): Refusals {
  const seen = new Map<string, Exchange>();
  const key = (environment: Environment, credential: string): string => `${environment.name}\n${credential}`;
  return {
    find: (environment, credential) => seen.get(key(environment, credential)) ?? null,
    note(environment, exchange) {
      const hop = exchange.hops.at(-1);
      if (hop?.response?.status !== 401) return;
      const schemes = parseChallenges(headerValues(hop.response, 'www-authenticate')).map(({ scheme }) =>
        scheme.toLowerCase(),
      );
      const carried = hop.request.headers.some(([name]) => name.toLowerCase() === 'authorization');
      if (!carried || !schemes.includes('basic')) return;
      for (const { name, type } of exchange.credentials) {
        if (type === 'basic' && !seen.has(key(environment, name))) seen.set(key(environment, name), exchange);
      }
    },
  };
}
