/** Tokens that are got once and kept until they are nearly over; single-flight per key. */
import type { Clock } from '../doors.ts';
import type { Exchange } from '../model.ts';
import { isFresh, type Lifetime } from './expiry.ts';
import type { CredentialFailure, Presentation } from './presentation.ts';
import type { Rendered } from './rendering.ts';

/** A token at hand. */
export interface Held extends Lifetime {
  readonly rendered: Rendered;
}
export interface Acquired {
  readonly held: Held | null;
  readonly exchanges: readonly Exchange[];
  readonly failure: CredentialFailure | null;
  /** The same would happen again: it is not tried again in this run. */
  readonly final?: boolean;
}

export interface Holding {
  /** The token at hand, or what `acquire` gives; callers of one key wait for one flight. `stale`: also one that is over. */
  present(key: string, stale: boolean, acquire: () => Promise<Acquired>): Promise<Presentation>;
  /** Forgets the token with this fingerprint. */
  forget(fingerprint: string): void;
}

export function createHolding(clock: Clock): Holding {
  const held = new Map<string, Held>();
  const flights = new Map<string, Promise<Acquired>>();

  async function fly(key: string, acquire: () => Promise<Acquired>): Promise<Acquired> {
    try {
      const acquired = await acquire();
      if (acquired.held) held.set(key, acquired.held);
      return acquired;
    } finally {
      flights.delete(key);
    }
  }

  return {
    async present(key, stale, acquire) {
      const kept = held.get(key);
      if (kept && (stale || isFresh(kept, clock.now()))) {
        return { ...kept.rendered, exchanges: [], failure: null };
      }
      const flight = flights.get(key);
      if (flight) return presentationOf(asShared(await flight));
      const flying = fly(key, acquire);
      flights.set(key, flying);
      return presentationOf(await flying);
    },
    forget(fingerprint) {
      for (const [key, { rendered }] of held) {
        if (rendered.use.fingerprint === fingerprint) held.delete(key);
      }
    },
  };
}

/** What a caller sees who waited for another one's request. */
function asShared({ held, failure }: Acquired): Acquired {
  return { held, exchanges: [], failure: failure && { ...failure, shared: true } };
}

export function presentationOf({ held, exchanges, failure }: Acquired): Presentation {
  if (held) return { ...held.rendered, exchanges, failure: null };
  return { headers: [], query: [], cookies: [], use: null, exchanges, failure };
}
