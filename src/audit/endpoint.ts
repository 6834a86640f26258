/** What kind of endpoint a hop went to. */
import type { Exchange, Hop } from '../model.ts';

/** What an endpoint is, as far as the request and the answer tell. */
export type Endpoint = 'token' | 'metadata' | 'jwks' | 'protected-resource' | 'authorization' | 'resource';

/** `form`: what was sent as one; read only where it may decide. */
export function endpointOf(
  { role }: Exchange,
  { request, index }: Hop,
  { pathname, search, searchParams }: URL,
  form: () => URLSearchParams | null,
): Endpoint {
  if (role === 'token') return 'token';
  if (pathname.includes('/.well-known/')) {
    if (pathname.includes('/oauth-protected-resource')) return 'protected-resource';
    if (/\/(openid-configuration|oauth-authorization-server)/.test(pathname)) return 'metadata';
  }
  if (role === 'metadata' || /\/jwks(\.json|\/?$)/.test(pathname)) return 'jwks';
  // Behind the first hop come the pages of the login.
  if (role === 'authorization' && index === 1 && request.method === 'GET') return 'authorization';
  if (search !== '' && searchParams.has('response_type') && searchParams.has('client_id'))
    return 'authorization';
  return request.method === 'POST' && request.body !== null && form()?.has('grant_type')
    ? 'token'
    : 'resource';
}
