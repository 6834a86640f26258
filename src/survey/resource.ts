/** Protected resources by their identifiers (RFC 9728 section 1.2). */
import { isUrl } from '../http/url.ts';
import type { OAuth2Credential, Source } from '../model.ts';

/** A resource whose metadata is asked for. */
export interface Resource {
  /** As messages and observations call it: the name of its origin, with the path of the identifier. */
  readonly name: string;
  /** Resource identifier: an https URL. */
  readonly identifier: string;
  readonly source: Source;
  /** Credentials whose tokens are asked for this resource (RFC 8707). */
  readonly credentials: readonly OAuth2Credential[];
}

/** RFC 9728 section 3.1: a slash behind the host counts for nothing. */
export function bare(identifier: string): string {
  return isUrl(identifier) && new URL(identifier).pathname === '/'
    ? identifier.replace(/\/$/, '')
    : identifier;
}
