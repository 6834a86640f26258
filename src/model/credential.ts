/** The credentials of why401.yml, values rendered: one interface a type. */
import type { Value } from '../secret.ts';
import type { Client } from './client.ts';
import type {
  DigestCredential,
  HmacCredential,
  HttpSignatureCredential,
  SelfSignedJwtCredential,
  SigV4Credential,
} from './signing-credential.ts';
import type { Json, Source } from './value.ts';

export type Credential =
  | BearerCredential
  | BasicCredential
  | ApiKeyCredential
  | OAuth2Credential
  | SessionCredential
  | CiOidcCredential
  | CommandCredential
  | SigningCredential;
/** They make something of each request, or of the answer to the one before. */
export type SigningCredential =
  | DigestCredential
  | HmacCredential
  | SelfSignedJwtCredential
  | SigV4Credential
  | HttpSignatureCredential;

export interface CredentialBase {
  readonly name: string;
  readonly source: Source;
  readonly sources: Readonly<Record<string, Source>>;
}
export interface BearerCredential extends CredentialBase {
  readonly type: 'bearer';
  readonly token: Value;
}
export interface BasicCredential extends CredentialBase {
  readonly type: 'basic';
  readonly username: Value;
  readonly password: Value;
}
export interface ApiKeyCredential extends CredentialBase {
  readonly type: 'api_key';
  readonly in: 'header' | 'query' | 'cookie';
  /** Name of the header, query parameter or cookie. */
  readonly field: string;
  readonly value: Value;
}

export type GrantType =
  | 'client_credentials'
  | 'refresh_token'
  | 'password'
  | 'authorization_code'
  | 'device_code'
  | 'token_exchange'
  | 'jwt_bearer';

export interface OAuth2Credential extends CredentialBase {
  readonly type: 'oauth2';
  readonly grant_type: GrantType;
  readonly client: Client;
  readonly scope: string | null;
  /** RFC 8707. */
  readonly resource: readonly string[];
  /** Non-standard request parameter of some authorization servers, and of RFC 8693. */
  readonly audience: string | null;
  readonly refresh_token: Value | null;
  /** What only some grants and servers need; absent: nothing of it is written. */
  readonly asks?: OAuth2Asks;
}

export interface OAuth2Asks {
  /** password grant (RFC 6749 section 4.3). */
  readonly username: Value | null;
  readonly password: Value | null;
  /** Scripted login of authorization_code. */
  readonly login: readonly LoginStep[] | null;
  /** Null: the first of the client. */
  readonly redirect_uri: string | null;
  /** RFC 8693 section 2.1. */
  readonly subject_token: TokenSource | null;
  readonly actor_token: TokenSource | null;
  readonly requested_token_type: string | null;
  /** RFC 7523 section 2.1. */
  readonly assertion: TokenSource | null;
  /** RFC 9396. */
  readonly authorization_details: Json | null;
  /** OpenID Connect Core 1.0 section 3.1.2.1; `max_age` in seconds. */
  readonly acr_values: string | null;
  readonly max_age: number | null;
  readonly login_hint: string | null;
  /** Further parameters of the authorization request and of the token request. */
  readonly parameters: Readonly<Record<string, Value>>;
  /** Further fields of the token request. */
  readonly headers: Readonly<Record<string, Value>>;
  /** RFC 9126. */
  readonly par: boolean;
  /** RFC 9449. */
  readonly dpop: boolean;
  /** Which token of the answer is presented. */
  readonly present: 'access_token' | 'id_token';
  /** Keep a rotated refresh token, encrypted, between runs. */
  readonly store: boolean;
}

/** A token that a grant takes in: written, or that of another credential. */
export interface TokenSource {
  readonly from: Value | Credential;
  /** Token type identifier of RFC 8693 section 3. */
  readonly type: string;
}

/** One step of `login:`: a page that is opened, or a form of the page at hand that is submitted. */
export interface LoginStep {
  /** As written, or what it does. */
  readonly name: string;
  readonly source: Source;
  /** `/path`, `NAME:/path` or a URL; null: a submit. */
  readonly GET: Value | null;
  readonly submit: {
    /** CSS selector; null: the only form. */
    readonly form: string | null;
    readonly fields: Readonly<Record<string, Value>>;
    /** Name, value or text of a button; null: the first. */
    readonly button: string | null;
  } | null;
  /** CSS selector of an element without which the step is left out. */
  readonly when: string | null;
}

/** Cookies that a scripted login, or a browser's saved state, left. */
export interface SessionCredential extends CredentialBase {
  readonly type: 'session';
  /** The first step is the GET of a page. */
  readonly login: readonly LoginStep[] | null;
  /** Text of a Playwright `storageState` file; a secret. */
  readonly storage_state: Value | null;
  /** Tells whether the session still stands: a GET and its status. */
  readonly alive: { readonly GET: Value; readonly status: Json } | null;
}

/** An ID token that the CI system hands to its jobs. */
export interface CiOidcCredential extends CredentialBase {
  readonly type: 'ci_oidc';
  readonly provider: 'github' | 'gitlab';
  readonly audience: string | null;
  /** github: address and token of the job's identity service; gitlab: the ID token itself. Null where the job has none. */
  readonly request: { readonly url: Value; readonly token: Value } | null;
  readonly id_token: Value | null;
}

/** A program that prints a token, or JSON with `access_token` and `expires_in`. */
export interface CommandCredential extends CredentialBase {
  readonly type: 'command';
  /** Program and arguments; no shell. Whoever lists processes sees them: none is a secret. */
  readonly command: readonly string[];
  /** Variables beside those of this process. */
  readonly env: Readonly<Record<string, Value>>;
  /** Directory of why401.yml. */
  readonly cwd: string;
  /** Milliseconds. */
  readonly timeout: number;
  /** Milliseconds a token is good for; null: what it says itself. */
  readonly lifetime: number | null;
}
