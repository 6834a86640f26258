/** Credentials that make something of each request as it is sent, values rendered. */
import type { Value } from '../secret.ts';
import type { CredentialBase } from './credential.ts';
import type { JsonMap } from './value.ts';

/** HTTP Digest (RFC 7616): algorithm, qop and userhash are those of the challenge. */
export interface DigestCredential extends CredentialBase {
  readonly type: 'digest';
  readonly username: Value;
  readonly password: Value;
}

/** A keyed hash over parts of the request, as webhooks carry it. */
export interface HmacCredential extends CredentialBase {
  readonly type: 'hmac';
  readonly algorithm: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  readonly key: Value;
  readonly key_encoding: 'utf8' | 'base64' | 'hex';
  /** What is hashed: a template of `timestamp`, `timestamp_ms`, `nonce`, `method`, `url`, `path`, `query`, `host`, `body`, `body_sha256`, `header.NAME`. */
  readonly over: string;
  readonly header: string;
  /** Value of the header: a template of the same names and `signature`. */
  readonly value: string;
  readonly encoding: 'hex' | 'base64' | 'base64url';
  /** Further headers, templates of the same names (a timestamp of its own). */
  readonly headers: Readonly<Record<string, string>>;
}

/** A JWT that the client signs for itself and presents as a bearer token (RFC 7519). */
export interface SelfSignedJwtCredential extends CredentialBase {
  readonly type: 'self_signed_jwt';
  readonly alg: string;
  /** PEM, JWK, or the text of a shared secret. */
  readonly key: Value;
  readonly kid: string | null;
  readonly typ: string | null;
  readonly claims: JsonMap;
  /** Milliseconds from `iat` to `exp`. */
  readonly lifetime: number;
}

/** AWS Signature Version 4. */
export interface SigV4Credential extends CredentialBase {
  readonly type: 'aws_sigv4';
  readonly access_key_id: Value;
  readonly secret_access_key: Value;
  readonly session_token: Value | null;
  readonly region: string;
  readonly service: string;
}

/** HTTP Message Signatures (RFC 9421). */
export interface HttpSignatureCredential extends CredentialBase {
  readonly type: 'http_signature';
  readonly key_id: string;
  /** PEM, JWK, or the shared secret of hmac-sha256. */
  readonly key: Value;
  /** Of the registry of RFC 9421 section 6.2. */
  readonly alg: string;
  /** Component identifiers (RFC 9421 section 2), for example `@method`. */
  readonly components: readonly string[];
  readonly label: string;
  readonly tag: string | null;
  /** Milliseconds from `created` to `expires`; null: no `expires`. */
  readonly lifetime: number | null;
  /** Whether a `nonce` is added. */
  readonly nonce: boolean;
  /** Algorithm of Content-Digest (RFC 9530), where it is a component. */
  readonly digest: 'sha-256' | 'sha-512';
}
