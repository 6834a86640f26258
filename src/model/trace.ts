/** What was on the wire: exchanges, hops, failures, and what may be known of a credential. */
import type { Credential } from './credential.ts';
import type { LostTry, TransportFailure } from './failure.ts';
import type { FaultKind } from './job.ts';
import type { FieldSource, JsonMap, RawField } from './value.ts';

/** What was asked for and what came back, redirects followed, one hop each (RFC 9110 section 15.4). */
export interface Exchange {
  readonly role: 'resource' | 'token' | 'metadata' | 'authorization' | 'login' | 'experiment';
  readonly attempt: number;
  readonly environment: string;
  readonly hops: readonly Hop[];
  /** Credentials that the first hop carried, as far as diagnosis may know them. */
  readonly credentials: readonly CredentialUse[];
  /** Why following ended although the last answer is a redirect, or null. */
  readonly stopped: RedirectStop | null;
  /** The client of `redirect.as`, where a redirect was met. */
  readonly as?: string;
  /** What other clients would have made of these answers; absent where there was no redirect or nothing to lose. */
  readonly clients?: readonly ClientVerdict[];
}
/** What becomes of a credential, or of the method, when another client follows the same chain. */
export interface ClientVerdict {
  /** A name of `redirect.as`. */
  readonly client: string;
  /** Lower case; null: it is about the method. */
  readonly header: string | null;
  /** `leaked`: sent to an origin that is not bound, or in clear after https. `refused`: not followed. */
  readonly verdict: 'kept' | 'lost' | 'leaked' | 'refused' | 'method-changed';
  /** The first hop that is without it, that should not have it, or that is not sent; null where it is kept. */
  readonly hop: number | null;
  /** Why, in a few words: `the scheme changed`. */
  readonly rule: string | null;
}
export interface RedirectStop {
  readonly reason:
    | 'not-followed'
    | 'limit'
    | 'loop'
    | 'scheme'
    | 'userinfo'
    | 'no-location'
    | 'body-not-replayable'
    /** The body would go to an origin that is not bound. */
    | 'body-withheld'
    | 'invalid-location'
    /** A link-local address or the metadata service of a cloud. */
    | 'metadata-address'
    /** 300, 305, 306 or an unknown 3xx with a Location: other clients follow it. */
    | 'status'
    /** The client of `redirect.as` does not follow here. */
    | 'client';
  /** Empty where there is a Location field without a value. */
  readonly location: string | null;
  /** `client`: its name, and why in a few words. */
  readonly client?: { readonly name: string; readonly why: string };
}

export interface Hop {
  /** 1-based. */
  readonly index: number;
  readonly request: SentRequest;
  readonly response: Response | null;
  readonly failure: TransportFailure | null;
  /** Tries of this same request before; absent: none. */
  readonly lost?: readonly LostTry[];
  /** Fields that the previous hop carried (or the step asked for) and this one did not send. */
  readonly dropped: readonly Dropped[];
  /** Fields that the previous hop carried too, with another value; lower case. Absent on the first hop. */
  readonly changed?: readonly string[];
  readonly cookies: CookieTrace;
  readonly tls: TlsFacts | null;
  /** `address:port` of the peer. */
  readonly remote: string | null;
  readonly timings: Timings;
  readonly clock: { readonly sent: number; readonly received: number };
}
/** As it was serialised: order, case, generated fields included. */
export interface SentRequest {
  readonly method: string;
  /** Secrets in it, and in `headers`, are shown by name: what is recorded has passed the redactor. */
  readonly url: string;
  readonly headers: readonly RawField[];
  /** Who put each of `headers` there, in the same order; absent: not known. */
  readonly sources?: readonly (readonly FieldSource[])[];
  /** Absent: not known. */
  readonly size?: HeadSize;
  readonly body: SentBody | null;
  readonly httpVersion: '1.1' | '2';
}
/** Bytes of a request head with the real values; of HTTP/2 as RFC 9113 section 10.5.1 counts them, before compression. */
export interface HeadSize {
  /** Request line and end included. */
  readonly head: number;
  /** Of the line of each of `headers`, in the same order. */
  readonly fields: readonly number[];
}
export interface SentBody {
  readonly bytes: number;
  readonly sha256: string;
  readonly excerpt: string;
  /**
   * Of a form: S256 (RFC 7636 section 4.2) of its `code`, `code_verifier` and `refresh_token`, so that one flow can be
   * followed through a run. That of a verifier is its code_challenge.
   */
  readonly digests?: Readonly<Record<string, string>>;
}
export interface Response {
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: string;
  /** Raw: order, case and duplicates kept. */
  readonly headers: readonly RawField[];
  readonly body: Body;
}
/** The body after content codings are undone. */
export interface Body {
  /** At most the limit; what is beyond is counted and hashed only. */
  readonly content: Uint8Array;
  readonly bytes: number;
  readonly sha256: string;
  readonly truncated: boolean;
  /** Said where the bytes do not decode: a cut gzip stream, an unknown coding. */
  readonly decodeError: string | null;
}
export type DropRule =
  | 'origin-changed'
  | 'dropped-earlier'
  | 'origin-unbound'
  | 'method-changed'
  | 'host-changed'
  /** Rules of the client of `redirect.as`. */
  | 'scheme-changed'
  | 'port-changed'
  | 'never-kept';
export interface Dropped {
  /** Lower case. */
  readonly header: string;
  readonly rule: DropRule;
  /** The client of `redirect.as` whose rule it is; with `origin-unbound`, the one that would have sent it. */
  readonly client?: string;
}
/** What the jar did; all empty where the step has none. */
export interface CookieTrace {
  /** Names sent from the jar. */
  readonly sent: readonly string[];
  /** Names of cookies that the answer set and that were kept, or taken back. */
  readonly set: readonly string[];
  /** Of those that were kept: what a browser reads otherwise than it was written. Absent: nothing. */
  readonly remarks?: readonly CookieNote[];
  /** Cookies that the answer set and that no browser keeps. */
  readonly refused: readonly CookieNote[];
  /** Cookies of the same registrable domain that were in the jar and not sent. Absent: none. */
  readonly withheld?: readonly CookieNote[];
}
export interface CookieNote {
  /** Empty for a cookie without one. */
  readonly name: string;
  /** The id of a rule: `secure-from-http`, `path`. */
  readonly rule: string;
  /** `RFC 6265bis section 5.7`. */
  readonly section: string;
  /** One sentence with its section; no value is in it. */
  readonly reason: string;
}
export interface TlsFacts {
  readonly protocol: string;
  readonly cipher: string;
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
  /** false where the environment says `insecure`, and where the check failed (`failure` says how). */
  readonly verified: boolean;
}
export interface Timings {
  /** Null where the connection was reused. */
  readonly connect: number | null;
  readonly head: number | null;
  readonly total: number;
}
/** What diagnosis may know of a credential: never its value. */
export interface CredentialUse {
  readonly name: string;
  readonly type: Credential['type'];
  /** Lower-case header that carried it, or `query:name`, `cookie:name`, `form:name`. */
  readonly field: string;
  /** `Bearer`, `Basic`, or null where there is no scheme. */
  readonly scheme: string | null;
  /** Equal for equal values; nothing follows from it. */
  readonly fingerprint: string;
  readonly token: TokenFacts | null;
  /** Thumbprint (RFC 7638) of the key whose proofs go with the token (RFC 9449); absent: none do. */
  readonly proof?: { readonly jkt: string };
  /** What was made wrong on purpose; absent: nothing. */
  readonly fault?: FaultKind;
  /** What is odd about the value as it was presented; absent: nothing. */
  readonly shape?: readonly ShapeFault[];
  /** When and by which client it was obtained in this run; null for one that came from outside. */
  readonly obtained: {
    readonly at: number;
    readonly client: string;
    readonly issuer: string;
    readonly scope: string | null;
    readonly expiresAt: number | null;
  } | null;
}
/** A fault in the form of a credential's value; `seen` is a sentence that quotes no part of a real value. */
export interface ShapeFault {
  readonly fault:
    | 'empty'
    /** `undefined`, `null`, `[object Object]`: a value was missing where it was made. */
    | 'placeholder'
    /** `${...}`, `{{...}}`, `%NAME%`, `$NAME`, `<...>`: not filled in. */
    | 'template'
    | 'quoted'
    /** The scheme stands in the value as well. */
    | 'scheme-repeated'
    /** A token where Basic has user name and password. */
    | 'token-in-basic'
    /** Basic without a colon, or not base64. */
    | 'not-a-pair'
    /** A whole JSON or HTML document. */
    | 'document'
    | 'line-break'
    | 'outer-space'
    | 'inner-space'
    | 'percent-encoded'
    /** Characters outside of US-ASCII: no two servers agree on their encoding. */
    | 'not-ascii';
  readonly seen: string;
}
/** A token decoded without verification (RFC 7519); `claims` hold no secret but are personal data at times. */
export interface TokenFacts {
  readonly format: 'jwt' | 'jwe' | 'opaque';
  readonly header: JsonMap | null;
  readonly claims: JsonMap | null;
  /** Said where it looks like a JWT and does not decode. */
  readonly malformed: string | null;
  readonly length: number;
}
