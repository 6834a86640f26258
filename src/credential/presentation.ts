/** What the credential stage hands to replay, and what it needs from it. */
import type {
  Client,
  Credential,
  CredentialUse,
  Environment,
  Exchange,
  Fault,
  Field,
  Issuer,
  Json,
  JsonMap,
  OAuth2Credential,
  Source,
} from '../model.ts';
import type { Value } from '../secret.ts';
import type { Signer } from './signer.ts';

/** What a credential adds to a request, or why there is nothing to add. */
export interface Presentation {
  readonly headers: readonly Field[];
  readonly query: readonly Field[];
  readonly cookies: readonly Field[];
  /** Signs each request as it is sent; absent: nothing is signed. */
  readonly signer?: Signer;
  /** Cookies that the jar of the job starts with; absent: none. */
  readonly session?: SessionCookies;
  /** The fault `replayed_proof`: from this call on, the signer says again what it said before. */
  readonly replay?: () => void;
  readonly use: CredentialUse | null;
  /** Token and metadata exchanges that this call made; empty when the token was at hand. */
  readonly exchanges: readonly Exchange[];
  readonly failure: CredentialFailure | null;
}

/** The authorization server refused, or gave no usable answer. */
export interface CredentialFailure {
  /** OAuth error code (RFC 6749 section 5.2), where there was one. */
  readonly error: string | null;
  /** One sentence. */
  readonly message: string;
  /** The exchange that failed; its last hop is the evidence. */
  readonly exchange: Exchange;
  /** The refusal was met before in this run: nothing was sent now (circuit breaker). */
  readonly shared: boolean;
  /** The place in why401.yml that failed: a step of a login; absent: that of the step. */
  readonly source?: Source;
}

/** How credential code sends: through the same door and trace as every other request. Redirects are never followed. */
export type Perform = (request: PerformRequest) => Promise<Exchange>;
export interface PerformRequest {
  readonly role: Exchange['role'];
  readonly environment: Environment;
  readonly method: string;
  readonly url: string;
  readonly headers: readonly Field[];
  readonly body: Value | null;
  /** What of it is a credential, for the trace. */
  readonly credentials?: readonly CredentialUse[];
}

/** Cookies of one user. How they are kept is known to the door that made the jar. */
export interface CookieJarHandle {
  cookiesFor(url: URL): Promise<{ readonly names: readonly string[]; readonly fingerprint: string }>;
}
export interface SessionCookies {
  /** Another one after each login. */
  readonly id: string;
  readonly jar: CookieJarHandle;
}
/** How scripted logins open pages. */
export interface Browser {
  createJar(): CookieJarHandle;
  /** Puts cookies into a jar as they are. */
  keep(jar: CookieJarHandle, cookies: readonly SavedCookie[]): Promise<void>;
  /** One request with the cookies of the jar, which takes those of the answer. Redirects are not followed. */
  visit(request: VisitRequest): Promise<Exchange>;
}
export interface VisitRequest extends PerformRequest {
  readonly role: 'login' | 'authorization';
  readonly jar: CookieJarHandle;
  /** The page on which the form or link stood: cookies look at its site (RFC 6265bis section 5.2). Null: none. */
  readonly from: URL | null;
}
/** RFC 6265bis section 5.7. */
export interface SavedCookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly hostOnly: boolean;
  readonly path: string;
  /** Milliseconds since the epoch; null: the end of the session. */
  readonly expires: number | null;
  readonly httpOnly: boolean;
  readonly secure: boolean;
}

/** Gets tokens, keeps them for the run, and renders them into requests. Single-flight per (environment, credential). */
export interface CredentialStore {
  present(credential: Credential, environment: Environment, options?: PresentOptions): Promise<Presentation>;
  /** The credential made wrong on purpose; a failure without hops where that cannot be done. */
  faulty(credential: Credential, environment: Environment, fault: Fault): Promise<Presentation>;
  /** Forgets the token with this fingerprint, so that the next `present` gets a new one. */
  forget(fingerprint: string): void;
  /**
   * A new token beside the one at hand, which stays; asked for with this scope and these resources where they are given.
   * Once refused, not again.
   */
  fresh(credential: OAuth2Credential, environment: Environment, asks: FreshAsks): Promise<Presentation>;
  /** A question to the authorization server with the client's authentication; once refused, not again. */
  ask(question: ClientQuestion, environment: Environment): Promise<Asked>;
  /** Equal for equal values within a run; nothing follows from it. */
  fingerprint(value: Value): string;
  /** Verifies the signature of a presented token against a JWK Set; null where it cannot be told (opaque, HS*, JWE). */
  verify(fingerprint: string, jwks: JsonMap): Promise<'verified' | 'wrong-signature' | 'unknown-key' | null>;
  /** Metadata of an authorization server (RFC 8414 names), from the project file and discovery; cached for the run. */
  metadata(environment: Environment, issuer: string): Promise<Metadata>;
}
export interface PresentOptions {
  /** Also a token that is over: none is got in its place. */
  readonly stale?: boolean;
  /** Who asks: a session is tried once for each, where it can be told whether it stands. */
  readonly job?: object;
}
export interface FreshAsks {
  readonly scope: string | null;
  readonly resource: readonly string[];
}
export type ClientQuestion =
  /** RFC 7662, about the token with this fingerprint. */
  | { readonly kind: 'introspection'; readonly client: Client; readonly fingerprint: string }
  /** OpenID Connect Core 1.0 section 5.3, with the token of this fingerprint. */
  | { readonly kind: 'userinfo'; readonly issuer: Issuer; readonly fingerprint: string }
  /** RFC 9126. */
  | PushedQuestion;
export interface PushedQuestion {
  readonly kind: 'par';
  readonly client: Client;
  readonly redirect_uri: string;
  /** Absent or null: `openid`. */
  readonly scope?: string | null;
  /** Further parameters of the request. */
  readonly parameters?: Readonly<Record<string, string>>;
}
export interface Asked {
  /** Null where nothing was asked: no endpoint, none that is bound, or a refusal met before. */
  readonly exchange: Exchange | null;
  /** All that was sent, metadata included. */
  readonly exchanges: readonly Exchange[];
}
export interface Metadata {
  readonly values: Readonly<Record<string, Json>> | null;
  readonly exchanges: readonly Exchange[];
  readonly failure: string | null;
}

/** Refresh tokens kept between runs, encrypted. */
export interface RefreshVault {
  /** The token under this key; null where there is none. */
  read(key: string): Promise<string | null>;
  write(key: string, value: string): Promise<void>;
}
