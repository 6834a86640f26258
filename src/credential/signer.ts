/** Credentials that make something of each request as it is sent: after templates, once a hop. */
import type { Field, Hop } from '../model.ts';

/** A request as it will be sent, but for what is signed into it and for framing fields. */
export interface UnsignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: readonly Field[];
  readonly body: Uint8Array | null;
}

export interface Signer {
  /** Lower-case names of the fields that it may set; they are lost on a redirect as other credentials are. */
  readonly fields: readonly string[];
  /** Those that may sign the fields of others come after them; without one: first. */
  readonly rank?: 1 | 2 | 3;
  /** Why the first request of a chain cannot be signed, one sentence: it lacks what is to be signed. */
  fault?(request: UnsignedRequest): string | null;
  /** Fields for this request; they replace those of the same name. None: nothing can be said before a challenge. */
  sign(request: UnsignedRequest): Promise<readonly Field[]>;
  /**
   * Takes note of an answer (a challenge, a nonce). true: the same request, signed anew, may be accepted; said at
   * most once for what one answer asks.
   */
  challenged(hop: Hop): boolean;
}
