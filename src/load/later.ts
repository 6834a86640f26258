/** What the language has and this version does not: said as such, so that nobody looks for a typing mistake. */

const keys: ReadonlySet<string> = new Set([
  'after',
  'before',
  'compare',
  'data',
  'dpop',
  'dpop_bound_access_tokens',
  'fault',
  'grant_types',
  'jwks',
  'known_failure',
  'login',
  'private_key',
  'renew',
  'require_pushed_authorization_requests',
  'serial',
  'survives',
  'token_endpoint_auth_signing_alg',
  'until',
  'use',
]);

const values: Readonly<Record<string, readonly string[]>> = {
  type: [
    'digest',
    'hmac',
    'self_signed_jwt',
    'aws_sigv4',
    'http_signature',
    'oauth1',
    'session',
    'ci_oidc',
    'command',
  ],
  grant_type: [
    'password',
    'authorization_code',
    'device_code',
    'urn:ietf:params:oauth:grant-type:device_code',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
  ],
  token_endpoint_auth_method: [
    'client_secret_jwt',
    'private_key_jwt',
    'tls_client_auth',
    'self_signed_tls_client_auth',
  ],
};

/** Whether `key`, standing in a map under `parent`, is one of a later version. */
export function isLaterKey(key: string, parent: string): boolean {
  return keys.has(key) || (key === 'as' && parent === 'redirect');
}

export function isLaterValue(key: string, value: string): boolean {
  return Object.hasOwn(values, key) && (values[key]?.includes(value) ?? false);
}
