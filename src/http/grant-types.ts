/** Grants by the names that they have on the wire (RFC 6749 section 4, RFC 7523, RFC 8628, RFC 8693). */
import type { GrantType, Json } from '../model.ts';

export const wireNames: Readonly<Record<GrantType, string>> = {
  client_credentials: 'client_credentials',
  refresh_token: 'refresh_token',
  password: 'password',
  authorization_code: 'authorization_code',
  device_code: 'urn:ietf:params:oauth:grant-type:device_code',
  token_exchange: 'urn:ietf:params:oauth:grant-type:token-exchange',
  jwt_bearer: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
};

const grants: ReadonlySet<string> = new Set(Object.values(wireNames));

/**
 * The grants that metadata list (RFC 8414 section 2); null where they list none. Some servers name grants among their
 * response types instead.
 */
export function listedGrants(metadata: Readonly<Record<string, Json>>): string[] | null {
  const texts = (member: string): string[] | null => {
    const value = metadata[member];
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : null;
  };
  const misplaced = texts('response_types_supported')?.filter((each) => grants.has(each)) ?? [];
  const listed = texts('grant_types_supported');
  return listed && [...new Set([...listed, ...misplaced])];
}
