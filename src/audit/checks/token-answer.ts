/** Token endpoints: token-answer.yml. */

import { clientCertificateFor } from '../../http/client-certificate.ts';
import { isUrl } from '../../http/url.ts';
import type { Json } from '../../model.ts';
import type { Seen } from '../seen.ts';
import type { Family, Predicate } from '../standard.ts';
import { segment } from './proof.ts';

/** RFC 6749 section 5.2 and the registry (OAuth extensions errors of token endpoints). */
const registered: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'unsupported_token_type',
  'authorization_pending',
  'slow_down',
  'access_denied',
  'expired_token',
  'invalid_target',
  'invalid_dpop_proof',
  'use_dpop_nonce',
  'invalid_token',
  'insufficient_scope',
  'interaction_required',
  'login_required',
  'invalid_authorization_details',
  'server_error',
  'temporarily_unavailable',
  'unmet_authentication_requirements',
]);
const devicePolling: ReadonlySet<string> = new Set([
  'authorization_pending',
  'slow_down',
  'access_denied',
  'expired_token',
  'invalid_grant',
  'invalid_client',
  'invalid_request',
]);

const answers: Readonly<Record<string, Predicate>> = {
  'token-cache-control': (seen) =>
    hasToken(seen) && !seen.cacheControl.includes('no-store')
      ? 'gives a token without Cache-Control: no-store'
      : null,
  'token-content-type'(seen) {
    if (seen.status !== 200 || seen.isJsonType || errorOf(seen) !== null) return null;
    const token = hasToken(seen) || /(^|&)access_token=/.test(seen.text.slice(0, 8192));
    return token ? `gives a token as ${seen.mediaType || 'content of no type'}` : null;
  },
  'token-type-present': (seen) =>
    hasToken(seen) && typeof seen.members?.['token_type'] !== 'string'
      ? 'gives a token without token_type'
      : null,
  'dpop-token-type': (seen) =>
    hasToken(seen) && seen.sent('dpop') !== null && /^bearer$/i.test(String(seen.members?.['token_type']))
      ? 'gives a token that is bound to nothing although the request held a DPoP proof'
      : null,
  'token-expires-in'(seen) {
    if (!hasToken(seen)) return null;
    const value = seen.members?.['expires_in'];
    if (value === undefined || value === null) return 'gives a token without expires_in';
    return typeof value === 'number' ? null : 'gives expires_in as a text';
  },
  'token-scope-differs'(seen) {
    const missing = droppedScopes(seen);
    return missing.length === 0 ? null : `grants less scope than asked for: without ${missing.join(' ')}`;
  },
  'par-status'(seen) {
    const members = seen.members;
    const pushed = typeof members?.['request_uri'] === 'string' && members['expires_in'] !== undefined;
    return pushed && seen.status !== 201
      ? `answered a pushed authorization request with ${seen.status}`
      : null;
  },
};

const errors: Readonly<Record<string, Predicate>> = {
  'token-error-status'(seen) {
    const error = errorOf(seen);
    const right = seen.status === 400 || seen.status === 401 || seen.status >= 500 || seen.status === 429;
    return error === null || right ? null : `answered the error ${error} with ${seen.status}`;
  },
  'token-invalid-client-401'(seen) {
    if (errorOf(seen) !== 'invalid_client' || seen.sent('authorization') === null) return null;
    if (seen.status !== 401) return `answered invalid_client with ${seen.status} after Authorization`;
    return seen.header('www-authenticate') === null
      ? 'answered invalid_client without WWW-Authenticate after Authorization'
      : null;
  },
  'token-error-code-registered'(seen) {
    const error = errorOf(seen);
    return error !== null && !registered.has(error) ? `gives the error code ${error}` : null;
  },
  'token-error-json': (seen) =>
    seen.status >= 400 && seen.status < 500 && seen.status !== 407 && !seen.isJsonType
      ? `answered ${seen.status} with ${seen.mediaType || 'content of no type'} where an error in JSON is due`
      : null,
  'device-errors'(seen) {
    const polls = seen.form?.get('grant_type') === 'urn:ietf:params:oauth:grant-type:device_code';
    const error = errorOf(seen);
    return polls && error !== null && !devicePolling.has(error)
      ? `answered polling for a device with ${error}`
      : null;
  },
};

const requests: Readonly<Record<string, Predicate>> = {
  'token-secret-in-query': (seen) =>
    seen.url.searchParams.has('client_secret') ? 'got a client secret in the URL' : null,
  'token-one-client-auth': (seen) =>
    seen.scheme === 'basic' && (seen.form?.has('client_secret') || seen.form?.has('client_assertion'))
      ? 'got two authentications of the client in one request'
      : null,
  ropc: (seen) => (seen.form?.get('grant_type') === 'password' ? 'was asked with the password grant' : null),
  'pkce-verifier-length'(seen) {
    const verifier = seen.form?.get('code_verifier') ?? null;
    if (verifier === null || verifier.includes('[secret:')) return null;
    return /^[\w.~-]{43,128}$/.test(verifier)
      ? null
      : `got a code_verifier of ${verifier.length} characters, or of other ones than are allowed`;
  },
  'client-assertion-aud'(seen) {
    const aud = assertionOf(seen)?.['aud'];
    const named = [aud].flat().filter((each): each is string => typeof each === 'string');
    if (named.length === 0) return null;
    const issuer = seen.issuer?.issuer;
    const own = named.some(
      (each) => each === issuer || (isUrl(each) && new URL(each).origin === seen.origin),
    );
    return own ? null : `got a client assertion for ${named[0]}`;
  },
  'client-assertion-exp'(seen) {
    const claims = assertionOf(seen);
    if (!claims) return null;
    const exp = claims['exp'];
    if (typeof exp !== 'number') return 'got a client assertion without exp';
    return exp * 1000 - seen.midpoint > 330_000
      ? 'got a client assertion that lives over five minutes'
      : null;
  },
  'mtls-alias'(seen) {
    if (clientCertificateFor(seen.environment.transport, seen.url) === null) return null;
    const aliases = seen.known.metadata.get(`${seen.environment.name} ${seen.origin}`)?.[
      'mtls_endpoint_aliases'
    ];
    const alias = (aliases as { readonly [key: string]: Json } | undefined)?.['token_endpoint'];
    return typeof alias === 'string' && alias !== `${seen.origin}${seen.url.pathname}`
      ? 'has another token endpoint for clients with a certificate'
      : null;
  },
};

const idTokens: Readonly<Record<string, Predicate>> = {
  'idtoken-azp'(seen) {
    const claims = idTokenOf(seen);
    const several = Array.isArray(claims?.['aud']) && claims['aud'].length > 1;
    return several && claims['azp'] === undefined
      ? 'gives an ID token for several audiences without azp'
      : null;
  },
  'idtoken-iat-future'(seen) {
    const iat = idTokenOf(seen)?.['iat'];
    const now = seen.date ?? seen.midpoint;
    return typeof iat === 'number' && iat < 1e11 && iat * 1000 - now > 60_000
      ? 'gives an ID token that is issued in the future'
      : null;
  },
};

export const tokenAnswer: Family = {
  concerns: (seen) =>
    seen.endpoint === 'token' ||
    (seen.hop.request.method === 'POST' && seen.form !== null && seen.isSuccess && seen.isJsonType),
  checks: guarded({ ...answers, ...errors, ...requests, ...idTokens }),
};

/** A form that is no token request may be answered with tokens and with nothing else that these checks know. */
function guarded(checks: Readonly<Record<string, Predicate>>): Record<string, Predicate> {
  const entries = Object.entries(checks).map(([id, check]): [string, Predicate] => [
    id,
    (seen) => ((seen.endpoint === 'token') !== (id === 'par-status') ? check(seen) : null),
  ]);
  return Object.fromEntries(entries);
}

export function hasToken(seen: Seen): boolean {
  return seen.isSuccess && typeof seen.members?.['access_token'] === 'string';
}

/** `error` of the body, as a word. */
export function errorOf(seen: Seen): string | null {
  const value = seen.members?.['error'] ?? formError(seen);
  return typeof value === 'string' && /^[\w.:/-]{1,80}$/.test(value) ? value : null;
}

function formError(seen: Seen): string | null {
  if (seen.mediaType !== 'application/x-www-form-urlencoded') return null;
  return new URLSearchParams(seen.text.slice(0, 8192)).get('error');
}

/** Scopes that were asked for and are not in the answer; a resource's `/.default` stands for others. */
export function droppedScopes(seen: Seen): readonly string[] {
  if (!hasToken(seen)) return [];
  const asked = words(seen.form?.get('scope'));
  const told = seen.members?.['scope'];
  const inToken = idOrAccess(seen.members?.['access_token'])?.['scope'];
  const granted = typeof told === 'string' ? told : typeof inToken === 'string' ? inToken : null;
  if (granted === null) return [];
  const has = new Set(words(granted));
  // What these two ask for came, whatever the list says.
  if (seen.members?.['refresh_token'] !== undefined) has.add('offline_access');
  if (seen.members?.['id_token'] !== undefined) has.add('openid');
  return asked.filter((each) => !has.has(each) && !each.endsWith('/.default') && !each.includes('[secret:'));
}

function words(text: string | null | undefined): string[] {
  return (text ?? '').split(/[\s,]+/).filter((word) => word !== '');
}

/** Claims of the ID token in a token answer. */
export function idTokenOf(seen: Seen): { readonly [key: string]: Json } | null {
  return idOrAccess(seen.members?.['id_token']);
}

function assertionOf(seen: Seen): { readonly [key: string]: Json } | null {
  return idOrAccess(seen.form?.get('client_assertion') ?? undefined);
}

/** Claims of a JWT; the value itself goes nowhere. */
function idOrAccess(value: Json | undefined): { readonly [key: string]: Json } | null {
  const [, claims, signature] = typeof value === 'string' ? value.split('.') : [];
  return claims && signature !== undefined ? segment(claims) : null;
}
