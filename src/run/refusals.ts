/** Passwords that a server refused: not tried again in this run, since attempts are counted and lock accounts. */

import { speaksOfLock } from '../diagnose/experiments/stop.ts';
import { headerValues } from '../diagnose/subject.ts';
import { parseChallenges } from '../http/challenge.ts';
import type { Environment, Exchange, Response } from '../model.ts';

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
      if (!hop?.response || !isRefusal(hop.response)) return;
      const carried = hop.request.headers.some(([name]) => name.toLowerCase() === 'authorization');
      if (!carried) return;
      for (const { name, type, fault } of exchange.credentials) {
        if (type === 'basic' && !fault && !seen.has(key(environment, name)))
          seen.set(key(environment, name), exchange);
      }
    },
  };
}

/** 401 that asks for Basic, or for nothing at all; words about a locked account at any status. 403 may be about rights. */
function isRefusal(response: Response): boolean {
  if (speaksOfLock(response)) return true;
  if (response.status !== 401) return false;
  const schemes = parseChallenges(headerValues(response, 'www-authenticate')).map(({ scheme }) =>
    scheme.toLowerCase(),
  );
  return schemes.length === 0 || schemes.includes('basic');
}
