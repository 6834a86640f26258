/** Refresh tokens that replace each other (RFC 6749 section 6, RFC 9700 section 4.14.2). */
import type { Exchange } from '../model.ts';
import type { Secret } from '../secret.ts';
import type { CredentialFailure } from './presentation.ts';

/** One refresh token and its successors; credentials that were given the same one share it. */
export interface RefreshChain {
  current: Secret;
  /** Set by the first error: reuse would revoke the whole family. */
  spent: CredentialFailure | null;
  /** Tasks run one after the other. */
  run<T>(task: () => Promise<T>): Promise<T>;
}

export function createRefreshChain(first: Secret): RefreshChain {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    current: first,
    spent: null,
    run(task) {
      const running = tail.then(task);
      tail = running.catch(() => undefined);
      return running;
    },
  };
}

/** Whether the server may have got the request, and so have used up what was in it. */
export function mayHaveArrived(exchange: Exchange): boolean {
  const hop = exchange.hops.at(-1);
  if (!hop) return false;
  if (hop.response || !hop.failure) return true;
  return !['dns', 'connect', 'tls', 'proxy', 'policy'].includes(hop.failure.phase);
}
