/** Why there is no answer, or not the whole of it. */
import type { CauseId } from './value.ts';

/** No complete answer. Told apart by code, never by text. */
export interface TransportFailure {
  readonly phase: 'dns' | 'connect' | 'tls' | 'proxy' | 'request' | 'head' | 'body' | 'policy' | 'aborted';
  /** `ECONNREFUSED`, `UND_ERR_HEADERS_TIMEOUT`, `CERT_HAS_EXPIRED`, ... */
  readonly code: string;
  readonly cause: CauseId;
  /** One sentence, no stack. */
  readonly message: string;
  /** The connection had been used before and ended before any byte of this answer. */
  readonly idle?: true;
  /** Where a time limit rang: milliseconds of that time in which this process was at work and did not listen. */
  readonly busy?: number;
}

/**
 * A try that a connection took with it that had been used before and ended before any byte of an answer. The request was
 * made again on a new one (RFC 9112 section 9.3.1).
 */
export interface LostTry {
  readonly code: string;
  /** `address:port` of the peer. */
  readonly remote: string | null;
  /** Milliseconds. */
  readonly total: number;
}
