/** Grants by the names that they have on the wire (RFC 6749 section 4, RFC 7523, RFC 8628, RFC 8693). */
import type { GrantType } from '../model.ts';

export const wireNames: Readonly<Record<GrantType, string>> = {
  client_credentials: 'client_credentials',
  refresh_token: 'refresh_token',
  password: 'password',
  authorization_code: 'authorization_code',
  device_code: 'urn:ietf:params:oauth:grant-type:device_code',
  token_exchange: 'urn:ietf:params:oauth:grant-type:token-exchange',
  jwt_bearer: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
};
