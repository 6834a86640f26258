/** What a finder hands on. */
import type { StoredJwt } from './jwt.ts';

export interface Candidate {
  /** A word for machines; `provider` is known by its shape. */
  readonly kind:
    | 'jwt'
    | 'jwe'
    | 'provider'
    | 'private-key'
    | 'jwk'
    | 'url-password'
    | 'authorization'
    | 'cookie'
    | 'password'
    | 'token'
    | 'key'
    | 'known-secret';
  /** With its article, for people: `a password`. */
  readonly what: string;
  /** The name beside it; null: it was found by its shape alone. */
  readonly name: string | null;
  /** Never printed. */
  readonly value: string;
  /** Offsets of the value in the text. */
  readonly start: number;
  readonly end: number;
  readonly jwt?: StoredJwt;
}

/** Of one file; more are not looked for. */
export const mostCandidates = 1000;
