/** Refresh tokens that replace each other (RFC 6749 section 6, RFC 9700 section 4.14.2). */
import type { Exchange } from '../../model.ts';
import { Secret } from '../../secret.ts';
import type { CredentialFailure } from '../presentation.ts';
import type { AcquisitionDoors, Attempt } from './acquiring.ts';
import { vaultKey } from './vault-key.ts';

/** One refresh token and its successors; credentials that were given the same one share it. */
export interface RefreshChain {
  current: Secret;
  /** The one that the project file names, while the one of an earlier run is tried. */
  written: Secret | null;
  /** Set by the first error: reuse would revoke the whole family. */
  spent: CredentialFailure | null;
  /** Under which names the vault keeps it. */
  readonly vaultKeys: Set<string>;
  /** Tasks run one after the other. */
  run<T>(task: () => Promise<T>): Promise<T>;
}

export function createRefreshChain(first: Secret, written: Secret | null = null): RefreshChain {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    current: first,
    written,
    spent: null,
    vaultKeys: new Set(),
    run(task) {
      const running = tail.then(task);
      tail = running.catch(() => undefined);
      return running;
    },
  };
}

export interface RefreshChains {
  /** The chain of the credential: given by the project file, by a grant of this run, or by an earlier run. */
  find(attempt: Attempt): Promise<RefreshChain | null>;
  /** A grant gave a refresh token. */
  begin(attempt: Attempt, token: Secret): Promise<void>;
  rotate(chain: RefreshChain, token: Secret | null): Promise<void>;
  /** The grant itself is next. */
  drop(attempt: Attempt): void;
}

export function createRefreshChains({ ledger, vault }: AcquisitionDoors): RefreshChains {
  const chains = new Map<string, RefreshChain>();
  const read = new Map<string, Promise<Secret | null>>();

  function stored(attempt: Attempt): Promise<Secret | null> {
    const key = vaultKeyOf(attempt);
    if (!vault || key === null) return Promise.resolve(null);
    const reading =
      read.get(key) ??
      vault
        .read(key)
        .then((value) =>
          value ? ledger.secret(nameOf(attempt), Secret.named(nameOf(attempt), value)) : null,
        );
    read.set(key, reading);
    return reading;
  }

  async function keep(chain: RefreshChain): Promise<void> {
    for (const key of chain.vaultKeys) await vault?.write(key, chain.current.reveal());
  }

  return {
    async find(attempt) {
      const { credential, credentialKey, clientKey } = attempt;
      const { refresh_token } = credential;
      if (credential.grant_type === 'refresh_token' && refresh_token === null && !credential.asks?.store)
        return null;
      const written = refresh_token === null ? null : ledger.secret(nameOf(attempt), refresh_token);
      const key = written ? `${clientKey} ${ledger.fingerprint(written)}` : credentialKey;
      const saved = chains.has(key) ? null : await stored(attempt);
      const first = saved ?? written;
      const chain = chains.get(key) ?? (first ? createRefreshChain(first, saved ? written : null) : null);
      if (!chain) return null;
      chains.set(key, chain);
      const vaultKey = vaultKeyOf(attempt);
      if (vaultKey !== null) chain.vaultKeys.add(vaultKey);
      return chain;
    },
    async begin(attempt, token) {
      const chain = createRefreshChain(token);
      const vaultKey = vaultKeyOf(attempt);
      if (vaultKey !== null) chain.vaultKeys.add(vaultKey);
      chains.set(attempt.credentialKey, chain);
      await keep(chain);
    },
    async rotate(chain, token) {
      chain.written = null;
      if (!token) return;
      chain.current = token;
      await keep(chain);
    },
    drop(attempt) {
      chains.delete(attempt.credentialKey);
      // What an earlier run left was tried.
      const vaultKey = vaultKeyOf(attempt);
      if (vaultKey !== null) read.set(vaultKey, Promise.resolve(null));
    },
  };
}

function nameOf({ credential }: Attempt): string {
  return `${credential.name} refresh_token`;
}

/** null: it is not kept. */
function vaultKeyOf({ credential, environment }: Attempt): string | null {
  if (!credential.asks?.store) return null;
  return vaultKey(credential, environment);
}

/** Whether the server may have got the request, and so have used up what was in it. */
export function mayHaveArrived(exchange: Exchange): boolean {
  const hop = exchange.hops.at(-1);
  if (!hop) return false;
  if (hop.response || !hop.failure) return true;
  return !['dns', 'connect', 'tls', 'proxy', 'policy'].includes(hop.failure.phase);
}
