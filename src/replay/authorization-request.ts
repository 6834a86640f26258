/** An authorization request that asks for nothing to be shown: `prompt=none` (OIDC Core 3.1.2.1), PKCE S256 (RFC 7636). */
import { createHash } from 'node:crypto';
import type { Random } from '../doors.ts';
import type { PreparedRequest } from './request.ts';

export interface AuthorizationRequest {
  readonly endpoint: string;
  readonly client_id: string;
  readonly redirect_uri: string;
  readonly scope: string | null;
  readonly parameters: Readonly<Record<string, string>>;
}
export interface PreparedAuthorization {
  readonly request: PreparedRequest;
  readonly state: string;
}

export function prepareAuthorization(
  given: AuthorizationRequest,
  random: Random,
  userAgent: string,
): PreparedAuthorization {
  const state = random.token(16);
  const url = new URL(given.endpoint);
  const challenge = createHash('sha256').update(random.token(32)).digest('base64url');
  const parameters: Record<string, string> = {
    response_type: 'code',
    client_id: given.client_id,
    redirect_uri: given.redirect_uri,
    scope: given.scope ?? 'openid',
    prompt: 'none',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...given.parameters,
    state,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return {
    state,
    request: {
      method: 'GET',
      url,
      headers: [
        ['User-Agent', userAgent],
        ['Accept', 'text/html,application/xhtml+xml,*/*;q=0.8'],
      ],
      sensitive: new Set(),
      body: null,
    },
  };
}
