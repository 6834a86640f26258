/** What a rule about one configured redirect URI is given, and what it says. */
import type { Severity } from '../model.ts';
import type { UriParts } from './redirect-uri-parts.ts';

export interface UriAdvice {
  /** `redirect-uri-fragment`; the list is in docs/redirect-uris.md. */
  readonly id: string;
  /** `error` where it cannot work, or where a MUST of the standards says that it is unsafe. */
  readonly severity: Severity;
  readonly summary: string;
  readonly fix: string;
  readonly references: readonly string[];
}

export interface UriSurroundings {
  /** All of the client, in the order of the file. */
  readonly redirect_uris: readonly string[];
  /** Which of them it is about. */
  readonly index: number;
  readonly client_id: string;
  /** The client has no secret and no key. */
  readonly public: boolean;
  /** The environment's own origins, or its issuers where it has none. */
  readonly origins: readonly string[];
  /** Nothing is tried out here. */
  readonly protected: boolean;
  /** `redirect_uri_rules` of the issuer; absent: the standards. */
  readonly rules?: string;
}

/** null: nothing is to be said. */
export type UriRule = (uri: string, parts: UriParts, around: UriSurroundings) => UriAdvice | null;
