/** The secrets that the credentials of a run have shown so far: named for the redactor, found again by fingerprint. */
import { createHmac } from 'node:crypto';
import type { Random } from '../doors.ts';
import { type Redactor, Secret, type Value } from '../secret.ts';

export interface Ledger {
  /** Makes `value` a secret and tells the redactor of it; one that has a name of its own keeps it. */
  secret(name: string, value: Value): Secret;
  /** 16 hex digits; equal for equal values. */
  fingerprint(secret: Value): string;
  /** The fingerprint of a secret that `find` shall give back. */
  remember(secret: Secret): string;
  find(fingerprint: string): Secret | null;
}

/** Fingerprints are keyed anew in each run: a report cannot be used to test guesses. */
export function createLedger(redactor: Redactor, random: Random): Ledger {
  const key = random.token(32);
  const found = new Map<string, Secret>();
  const fingerprint = (secret: Value): string =>
    createHmac('sha256', key)
      .update(secret instanceof Secret ? secret.reveal() : secret)
      .digest('hex')
      .slice(0, 16);
  return {
    fingerprint,
    secret(name, value) {
      const secret = value instanceof Secret ? value : Secret.named(name, value);
      redactor.learn(nameOf(secret) ?? name, secret.reveal());
      return secret;
    },
    remember(secret) {
      const digest = fingerprint(secret);
      if (!found.has(digest)) found.set(digest, secret);
      return digest;
    },
    find: (digest) => found.get(digest) ?? null,
  };
}

/** The name in `[secret:NAME]`, of a secret that is nothing but one. */
function nameOf(secret: Secret): string | null {
  return /^\[secret:([^\]]+)\]$/.exec(secret.shown)?.[1] ?? null;
}
