/** A client registered at an authorization server; keys are those of RFC 7591 section 2 where it has them. */
import type { Value } from '../secret.ts';
import type { Issuer } from './environment.ts';
import type { Source } from './value.ts';

/** How a client proves itself at the token endpoint (RFC 6749, OpenID Connect Core 1.0 section 9, RFC 8705). */
export type ClientAuthMethod =
  | 'none'
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'client_secret_jwt'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'self_signed_tls_client_auth';

export interface Client {
  readonly name: string;
  readonly issuer: Issuer;
  readonly client_id: string;
  readonly client_secret: Value | null;
  readonly token_endpoint_auth_method: ClientAuthMethod;
  readonly redirect_uris: readonly string[];
  readonly source: Source;
  /** Place of a key (`client_id`, `redirect_uris`) or of one redirect URI (`redirect_uris.0`), for fixes that name it. */
  readonly sources: Readonly<Record<string, Source>>;
  /** What only some clients have; absent: nothing of it is written. */
  readonly settings?: ClientSettings;
}

export interface ClientSettings {
  /** PEM or JWK of private_key_jwt; null where it is not written. */
  readonly private_key: Value | null;
  readonly kid: string | null;
  /** JWS algorithm of client assertions; null: the default of the key. */
  readonly token_endpoint_auth_signing_alg: string | null;
  /** `aud` of client assertions: the issuer identifier, the token endpoint, or another text. */
  readonly assertion_audience: string;
  /** Milliseconds from `iat` to `exp` of client assertions. */
  readonly assertion_lifetime: number;
  /** client_secret_basic: `form` as RFC 6749 section 2.3.1 says, `none` for servers that do not decode. */
  readonly basic_encoding: 'form' | 'none';
  readonly dpop_bound_access_tokens: boolean;
  readonly require_pushed_authorization_requests: boolean;
  /** RFC 8705 section 3: the token endpoint is that of `mtls_endpoint_aliases`, whatever the authentication. */
  readonly tls_client_certificate_bound_access_tokens: boolean;
}
