/**
 * The types that the stages hand to each other. Nothing here imports anything but the Secret type.
 *
 * Names are those of the RFCs; wire names keep their spelling. Times are milliseconds: instants since the
 * Unix epoch, durations from a monotonic clock. Header names keep the case in which they were sent or received.
 */
import type { Value } from './secret.ts';

/** A JSON value; integers beyond 2^53 are bigint, so that they compare exactly. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonMap;
export interface JsonMap {
  readonly [key: string]: Json;
}

/** Where something stands in a file of the user. `line` and `column` start at 1; `file` is relative to the working directory. */
export interface Source {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The id of a cause: the public vocabulary (`src/diagnose/causes.json`). */
export type CauseId = string;

// ---------------------------------------------------------------- environments

/** What why401.yml says of one environment, values rendered. */
export interface Environment {
  readonly name: string;
  readonly source: Source;
  /** true unless the file says `protected: false`: nothing here may be changed unasked. */
  readonly protected: boolean;
  /** Part of "all environments". */
  readonly default: boolean;
  /** Name to origin, serialised as RFC 6454 says (`https://api.example.com`, no trailing slash). The first is the default. */
  readonly origins: ReadonlyMap<string, string>;
  /** Places of the origins, for fixes that name one. */
  readonly originSources: Readonly<Record<string, Source>>;
  readonly issuers: ReadonlyMap<string, Issuer>;
  readonly clients: ReadonlyMap<string, Client>;
  readonly credentials: ReadonlyMap<string, Credential>;
  /** Sent with every request to a resource of this environment. */
  readonly headers: readonly Field[];
  readonly transport: Transport;
  readonly experiments: ExperimentPolicy;
}

/** An authorization server, by its issuer identifier (RFC 8414 section 2). */
export interface Issuer {
  readonly name: string;
  readonly issuer: string;
  /** Where its metadata comes from; `none`: only `metadata` is used. */
  readonly discovery: 'oidc' | 'oauth2' | 'none';
  /** RFC 8414 members that the project file states; they win over discovered ones. */
  readonly metadata: Readonly<Record<string, Json>>;
  readonly source: Source;
}

/** A client registered at an authorization server; keys are those of RFC 7591 section 2. */
export interface Client {
  readonly name: string;
  readonly issuer: Issuer;
  readonly client_id: string;
  readonly client_secret: Value | null;
  readonly token_endpoint_auth_method: 'none' | 'client_secret_basic' | 'client_secret_post';
  readonly redirect_uris: readonly string[];
  readonly source: Source;
  /** Place of a key (`client_id`, `redirect_uris`), for fixes that name it. */
  readonly sources: Readonly<Record<string, Source>>;
}

export type Credential = BearerCredential | BasicCredential | ApiKeyCredential | OAuth2Credential;
interface CredentialBase {
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
export interface OAuth2Credential extends CredentialBase {
  readonly type: 'oauth2';
  readonly grant_type: 'client_credentials' | 'refresh_token';
  readonly client: Client;
  readonly scope: string | null;
  /** RFC 8707. */
  readonly resource: readonly string[];
  /** Non-standard request parameter of some authorization servers, and of RFC 8693. */
  readonly audience: string | null;
  readonly refresh_token: Value | null;
}

/** How this environment is reached; one HTTP agent serves one Transport object. */
export interface Transport {
  readonly environment: string;
  /** `host:port` to `host:port`, as curl's --connect-to: Host, SNI and the certificate check keep the first. */
  readonly connectTo: ReadonlyMap<string, string>;
  /** PEM text of additional trusted certificates. */
  readonly ca: string | null;
  readonly clientCertificate: { readonly cert: string; readonly key: Value } | null;
  /** Accepts any certificate; every report says so. */
  readonly insecure: boolean;
  readonly proxy: Value | null;
  readonly http2: boolean;
}

/** Experiment classes of docs/diagnosis: A0 is A with GET or HEAD to bound origins. */
export type ExperimentClass = 'A0' | 'A' | 'B' | 'C';
export interface ExperimentPolicy {
  /** Classes and experiment names. */
  readonly allow: ReadonlySet<string>;
  /** Requests per failing step. */
  readonly budget: number;
  /** Third-party authorization servers at which B and C are allowed. */
  readonly origins: ReadonlySet<string>;
}

// ---------------------------------------------------------------- jobs and steps

/** One scenario in one environment. */
export interface Job {
  readonly index: number;
  readonly file: string;
  readonly name: string;
  readonly source: Source;
  readonly tags: readonly string[];
  readonly environment: Environment;
  /** Values for `${name}`, innermost first: --var, scenario, environment, project. Templates inside are rendered once a job. */
  readonly variables: readonly Readonly<Record<string, Json>>[];
  readonly steps: readonly Step[];
}

export type Step = RequestStep | AuthorizeStep | TokenStep | WaitStep;
interface StepBase {
  readonly index: number;
  readonly name: string;
  readonly source: Source;
  readonly expect: Expect;
  readonly capture: Readonly<Record<string, CaptureSpec>>;
  /** Milliseconds for each request of the step, hops of a redirect chain included one by one. */
  readonly timeout: number;
  /** How often a transport error is tried again (idempotent methods only). */
  readonly retry: number;
}
export interface RequestStep extends StepBase {
  readonly kind: 'request';
  readonly method: string;
  /** As written: `/path`, `NAME:/path` or a URL; a template. */
  readonly target: string;
  readonly query: Readonly<Record<string, Json>>;
  readonly headers: Readonly<Record<string, Json>>;
  readonly cookies: Readonly<Record<string, Json>>;
  readonly body: BodySpec | null;
  /** Names, in order; empty: none. */
  readonly credentials: readonly CredentialRef[];
  readonly redirect: RedirectSpec;
  /** null: no jar. */
  readonly jar: string | null;
}
export interface AuthorizeStep extends StepBase {
  readonly kind: 'authorize';
  readonly client: string;
  readonly redirect_uri: string;
  readonly scope: string | null;
  readonly parameters: Readonly<Record<string, Json>>;
}
export interface TokenStep extends StepBase {
  readonly kind: 'token';
  readonly credential: string;
}
export interface WaitStep extends StepBase {
  readonly kind: 'wait';
  readonly wait: number;
}
export interface CredentialRef {
  readonly name: string;
}
export interface RedirectSpec {
  readonly follow: boolean;
  readonly max: number;
}
export type BodySpec =
  | { readonly json: Json }
  | { readonly form: Readonly<Record<string, Json>> }
  | { readonly multipart: Readonly<Record<string, Json>> }
  | { readonly text: string }
  | { readonly file: string }
  | {
      readonly graphql: {
        readonly query: string;
        readonly variables?: Json;
        readonly operationName?: string;
      };
    };

/** `capture:` as written in a scenario. */
export type CaptureSpec =
  | string
  | { readonly json: string; readonly secret?: boolean }
  | { readonly header: string; readonly matches?: string; readonly secret?: boolean }
  | { readonly cookie: string; readonly secret?: boolean }
  | { readonly location: string | true; readonly secret?: boolean }
  | { readonly html: string; readonly attribute?: string; readonly secret?: boolean }
  | { readonly body: { readonly matches: string }; readonly secret?: boolean };

/** `expect:` as written in a scenario, overrides applied. Values may hold templates until they are rendered. */
export interface Expect {
  readonly status?: Json;
  readonly headers?: Readonly<Record<string, Json>>;
  readonly json?: Readonly<Record<string, Json>>;
  readonly schema?: Json;
  readonly body?: Json;
  readonly challenge?: Readonly<Record<string, Json>>;
  readonly redirects?: Readonly<Record<string, Json>>;
  readonly cookies?: Readonly<Record<string, Json>>;
  readonly token?: Readonly<Record<string, Json>>;
  readonly tls?: Readonly<Record<string, Json>>;
  readonly clock?: Readonly<Record<string, Json>>;
  readonly duration?: Json;
  readonly cause?: Json;
  readonly warns?: Json;
}

// ---------------------------------------------------------------- the trace

/** A header field as it is put on the wire: name in its case, value perhaps secret. */
export type Field = readonly [name: string, value: Value];
/** A header field as received. */
export type RawField = readonly [name: string, value: string];

/** What was asked for and what came back, redirects followed, one hop each (RFC 9110 section 15.4). */
export interface Exchange {
  readonly role: 'resource' | 'token' | 'metadata' | 'authorization' | 'experiment';
  readonly attempt: number;
  readonly environment: string;
  readonly hops: readonly Hop[];
  /** Credentials that the first hop carried, as far as diagnosis may know them. */
  readonly credentials: readonly CredentialUse[];
  /** Why following ended although the last answer is a redirect, or null. */
  readonly stopped: RedirectStop | null;
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
    | 'invalid-location'
    /** A link-local address or the metadata service of a cloud. */
    | 'metadata-address';
  readonly location: string | null;
}

export interface Hop {
  /** 1-based. */
  readonly index: number;
  readonly request: SentRequest;
  readonly response: Response | null;
  readonly failure: TransportFailure | null;
  /** Fields that the previous hop carried (or the step asked for) and this one did not send. */
  readonly dropped: readonly Dropped[];
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
  readonly body: { readonly bytes: number; readonly sha256: string; readonly excerpt: string } | null;
  readonly httpVersion: '1.1' | '2';
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
  | 'host-changed';
export interface Dropped {
  /** Lower case. */
  readonly header: string;
  readonly rule: DropRule;
}
export interface CookieTrace {
  /** Names sent from the jar. */
  readonly sent: readonly string[];
  readonly set: readonly string[];
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
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
/** No complete answer. Told apart by code, never by text. */
export interface TransportFailure {
  readonly phase: 'dns' | 'connect' | 'tls' | 'proxy' | 'request' | 'head' | 'body' | 'policy' | 'aborted';
  /** `ECONNREFUSED`, `UND_ERR_HEADERS_TIMEOUT`, `CERT_HAS_EXPIRED`, ... */
  readonly code: string;
  readonly cause: CauseId;
  /** One sentence, no stack. */
  readonly message: string;
}

/** What diagnosis may know of a credential: never its value. */
export interface CredentialUse {
  readonly name: string;
  readonly type: Credential['type'];
  /** Lower-case header that carried it, or `query:name`, `cookie:name`. */
  readonly field: string;
  /** `Bearer`, `Basic`, or null where there is no scheme. */
  readonly scheme: string | null;
  /** Equal for equal values; nothing follows from it. */
  readonly fingerprint: string;
  readonly token: TokenFacts | null;
  /** When and by which client it was obtained in this run; null for one that came from outside. */
  readonly obtained: {
    readonly at: number;
    readonly client: string;
    readonly issuer: string;
    readonly scope: string | null;
    readonly expiresAt: number | null;
  } | null;
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

// ---------------------------------------------------------------- results

export interface Check {
  /** Key of `expect` (`status`, `headers`, ...). */
  readonly kind: string;
  /** What exactly: a header name, a JSONPath; empty for `status`. */
  readonly subject: string;
  readonly passed: boolean;
  readonly expected: string;
  readonly actual: string;
  readonly source: Source;
}

export type Severity = 'error' | 'warning' | 'info';
export type Certainty = 'proven' | 'certain' | 'likely' | 'possible';
export interface Finding {
  readonly cause: CauseId | null;
  /** Id of a standards check, where there is no cause. */
  readonly check: string | null;
  readonly environment: string;
  readonly severity: Severity;
  /** Named by `expect.cause` or `expect.warns`. */
  readonly expected: boolean;
  readonly certainty: Certainty;
  /** One sentence that names the concrete values. */
  readonly summary: string;
  /** Hop of the exchange it is about, or null. */
  readonly hop: number | null;
  readonly evidence: readonly EvidenceLine[];
  readonly experiments: readonly ExperimentReport[];
  readonly fix: string;
  /** Where the fix is to be made in the user's files, where it can be told. */
  readonly fixSource: Source | null;
  readonly references: readonly string[];
  readonly alternatives: readonly { readonly cause: CauseId; readonly why_not: string }[];
}
export interface EvidenceLine {
  readonly hop: number | null;
  readonly field: string;
  readonly seen: string;
}
export interface ExperimentReport {
  readonly id: string;
  readonly class: ExperimentClass;
  readonly predicted: string;
  readonly observed: string;
  readonly agrees: boolean;
  /** Index in the step's exchanges. */
  readonly exchange: number | null;
}

export type StepStatus = 'passed' | 'failed' | 'errored' | 'skipped';
export interface StepResult {
  readonly name: string;
  readonly credential: string | null;
  readonly source: Source;
  readonly status: StepStatus;
  readonly passedAfter: 'retry' | 'renewal' | null;
  readonly attempts: number;
  readonly duration: number;
  readonly exchanges: readonly Exchange[];
  readonly checks: readonly Check[];
  readonly findings: readonly Finding[];
  /** Said for a skipped step. */
  readonly reason: string | null;
}
export interface JobResult {
  readonly index: number;
  readonly file: string;
  readonly name: string;
  readonly environment: string;
  readonly tags: readonly string[];
  readonly source: Source;
  /** `errored` when a step had no answer to judge and none failed. */
  readonly status: StepStatus;
  readonly steps: readonly StepResult[];
}
export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly errored: number;
  readonly skipped: number;
  readonly warnings: number;
}
export type ExitCode = 0 | 1 | 2 | 3 | 70 | 130;

// ---------------------------------------------------------------- events

export type JobRef = Pick<JobResult, 'index' | 'file' | 'name' | 'environment'>;
/** What the runner says as it goes; reporters listen, they never ask. */
export type RunEvent =
  | {
      readonly type: 'run-started';
      readonly started: number;
      readonly version: string;
      readonly environments: readonly EnvironmentRef[];
      readonly jobs: number;
    }
  | { readonly type: 'job-started'; readonly job: JobRef }
  /** Checks are known, findings may follow with `job-finished`. */
  | { readonly type: 'step-finished'; readonly job: JobRef; readonly step: StepResult }
  /** Final, findings included. Not in the order of `index`. */
  | { readonly type: 'job-finished'; readonly job: JobResult }
  | RunFinished;
export interface RunFinished {
  readonly type: 'run-finished';
  readonly duration: number;
  readonly summary: Summary;
  readonly findings: readonly Finding[];
  readonly problems: readonly ProblemData[];
  readonly exitCode: ExitCode;
}
export interface EnvironmentRef {
  readonly name: string;
  readonly insecure: boolean;
}
/** A Problem as reports show it. */
export interface ProblemData {
  readonly code: string;
  readonly message: string;
  readonly source: Source | null;
  /** The source line, for the caret. */
  readonly line: string | null;
  readonly fix: string | null;
}
