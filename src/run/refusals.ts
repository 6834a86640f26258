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

/** Types of credentials with a password, and their schemes. */
const passwords: ReadonlyMap<string, string> = new Map([
  ['basic', 'basic'],
  ['digest', 'digest'],
]);

export function createRefusals(): Refusals {
  const seen = new Map<string, Exchange>();
  const key = (environment: Environment, credential: string): string => `${environment.name}\n${credential}`;
  return {
    find: (environment, credential) => seen.get(key(environment, credential)) ?? null,
    note(environment, exchange) {
      const hop = exchange.hops.at(-1);
      if (!hop?.response) return;
      const carried = hop.request.headers.some(([name]) => name.toLowerCase() === 'authorization');
      if (!carried) return;
      for (const { name, type, fault } of exchange.credentials) {
        const scheme = passwords.get(type);
        if (scheme === undefined || fault || seen.has(key(environment, name))) continue;
        if (isRefusal(hop.response, scheme)) seen.set(key(environment, name), exchange);
      }
    },
  };
}

/**
 * 401 that asks for the scheme again, or for nothing at all; words about a locked account at any status. 403 may be
 * about rights, and `stale` is about the nonce alone (RFC 7616 section 3.3).
 */
function isRefusal(response: Response, scheme: string): boolean {
  if (speaksOfLock(response)) return true;
  if (response.status !== 401) return false;
  const challenges = parseChallenges(headerValues(response, 'www-authenticate'));
  const same = challenges.filter((each) => each.scheme.toLowerCase() === scheme);
  if (same.some(({ parameters }) => parameters.get('stale')?.toLowerCase() === 'true')) return false;
  return challenges.length === 0 || same.length > 0;
}
