/** By which schemes credentials are presented (RFC 9110 section 11.1). */
import type { Credential } from '../../model.ts';

/** In lower case; nothing of those that are no matter of Authorization. */
export function schemesOf(credentials: Iterable<Credential>): ReadonlySet<string> {
  return new Set([...credentials].flatMap((each) => schemeOf(each)));
}

function schemeOf(credential: Credential): string[] {
  switch (credential.type) {
    case 'oauth2':
      return [credential.asks?.dpop ? 'dpop' : 'bearer'];
    case 'bearer':
    case 'self_signed_jwt':
    case 'ci_oidc':
      return ['bearer'];
    case 'basic':
    case 'digest':
      return [credential.type];
    default:
      return [];
  }
}
