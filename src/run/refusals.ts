/** Passwords that a server refused: not tried again in this run, since attempts are counted and lock accounts. */

import { speaksOfLock } from '../diagnose/experiments/stop.ts';
import { headerValues } from '../diagnose/subject.ts';
import { parseChallenges } from '../http/challenge.ts';
import { reachesOf, reachOf } from '../http/reach.ts';
import type { CredentialUse, Environment, Exchange, Hop, Response } from '../model.ts';

export interface Refusals {
  /** The exchange in which this credential was refused before, or null. */
  find(environment: Environment, use: PasswordUse): Exchange | null;
  /** Looks whether the exchange is such a refusal. */
  note(environment: Environment, exchange: Exchange): void;
  /** Runs `task` alone until the password of the credential was taken once, so that a wrong one is tried once. */
  inTurn<T>(environment: Environment, use: PasswordUse, task: () => Promise<T>): Promise<T>;
}

type PasswordUse = Pick<CredentialUse, 'fingerprint'>;

/** Types of credentials with a password, and their schemes. */
export const passwords: ReadonlyMap<string, string> = new Map([
  ['basic', 'basic'],
  ['digest', 'digest'],
]);

export function createRefusals(): Refusals {
  const seen = new Map<string, Exchange>();
  /** Nothing is to be feared of the next request. */
  const settled = new Set<string>();
  const turns = new Map<string, Promise<void>>();
  // The same servers may be there under several names, and the same password under several, too.
  const placesOf = (environment: Environment, { fingerprint }: PasswordUse): string[] =>
    reachesOf(environment).map((reach) => JSON.stringify([reach, fingerprint]));
  const wholeOf = (environment: Environment, use: PasswordUse): string =>
    [use.fingerprint, ...placesOf(environment, use)].join(' ');
  const find = (environment: Environment, use: PasswordUse): Exchange | null =>
    [wholeOf(environment, use), ...placesOf(environment, use)]
      .map((place) => seen.get(place))
      .find((exchange) => exchange !== undefined) ?? null;
  /** Taken by the server, or not sent although there was an answer. */
  const settle = (environment: Environment, { hops, credentials }: Exchange): void => {
    const answered = hops.filter(({ response }) => response !== null);
    for (const use of credentials) {
      const { type, fault } = use;
      const scheme = passwords.get(type);
      if (scheme === undefined || fault || answered.length === 0) continue;
      const sent = answered.filter(carries);
      const taken = sent.some(({ response }) => response && !isRefusal(response, scheme));
      if (taken || sent.length === 0) settled.add(wholeOf(environment, use));
    }
  };
  return {
    find,
    note(environment, exchange) {
      settle(environment, exchange);
      const hop = exchange.hops.at(-1);
      if (!hop?.response || !carries(hop)) return;
      for (const use of exchange.credentials) {
        const { type, fault } = use;
        const scheme = passwords.get(type);
        if (scheme === undefined || fault || find(environment, use)) continue;
        if (!isRefusal(hop.response, scheme)) continue;
        // By the server that said so, wherever else it is, and for the whole of this environment.
        const server = JSON.stringify([reachOf(hop.request.url, environment.transport), use.fingerprint]);
        for (const place of [server, wholeOf(environment, use)]) seen.set(place, exchange);
      }
    },
    async inTurn(environment, use, task) {
      const isSettled = (): boolean =>
        settled.has(wholeOf(environment, use)) || find(environment, use) !== null;
      if (isSettled()) return task();
      const places = placesOf(environment, use);
      const before = Promise.all(places.map((place) => turns.get(place)));
      let over = (): void => {};
      const mine = new Promise<void>((resolve) => {
        over = resolve;
      });
      const turn = before.then(() => mine);
      for (const place of places) turns.set(place, turn);
      await before;
      if (isSettled()) over();
      try {
        return await task();
      } finally {
        over();
      }
    },
  };
}

function carries({ request }: Hop): boolean {
  return request.headers.some(([name]) => name.toLowerCase() === 'authorization');
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
