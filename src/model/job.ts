/** What is to be done: jobs, steps, expectations as written. */
import type { Value } from '../secret.ts';
import type { Credential } from './credential.ts';
import type { Environment } from './environment.ts';
import type { Json, Source } from './value.ts';

/** One scenario in one environment, with one row of its data where it has some. */
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
  /** Absent: the scenario has no data. */
  readonly row?: JobRow;
  /** Keys of the passwords and refresh tokens that it uses: what no two shards may try. Absent: none. */
  readonly attempts?: readonly string[];
}
/** Which row of `data`. */
export interface Row {
  /** From 1, in the order of the data. */
  readonly number: number;
  /** The text of its column `name`; null where there is none. */
  readonly name: string | null;
}
export interface JobRow extends Row {
  /** No templates. Looked up after captures and before the variables. */
  readonly values: Readonly<Record<string, Json>>;
}

export type Step = RequestStep | AuthorizeStep | TokenStep | WaitStep;
interface StepBase {
  readonly index: number;
  readonly name: string;
  readonly source: Source;
  readonly expect: Expect;
  readonly capture: Readonly<Record<string, CaptureSpec>>;
  /** Milliseconds for each request of the step, its redirects included. */
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
  /** `writes: true`: it changes something, whatever its method. Absent: not said. */
  readonly writes?: true;
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
  /** `{name, fault}`: what is made wrong in the token request. */
  readonly fault?: Fault;
}
export interface WaitStep extends StepBase {
  readonly kind: 'wait';
  readonly wait: number;
}
export interface CredentialRef {
  readonly name: string;
  /** true: a new token is got for the step; false: the one at hand is sent until it is over, and after. */
  readonly renew?: boolean;
  /** What is made wrong on purpose. */
  readonly fault?: Fault;
}
/** `fault:` of a step's credential, secrets rendered. */
export interface Fault {
  readonly kind: FaultKind;
  /** `other_environment`: the credential of that environment, with the environment. */
  readonly from?: { readonly environment: Environment; readonly credential: Credential };
  /** `without_scope`: the scope that is left out. */
  readonly scope?: string;
  /** `expired`: a token kept for it; absent: one of the credential's own, which is waited for. */
  readonly token?: Value;
  /** `wrong_audience`: the audience or resource that is asked for instead. */
  readonly audience?: string;
}
export type FaultKind =
  | 'missing'
  | 'malformed_header'
  | 'malformed_token'
  | 'tampered_signature'
  | 'alg_none'
  | 'wrong_scheme'
  | 'wrong_audience'
  | 'id_token'
  | 'duplicate'
  | 'other_environment'
  | 'without_scope'
  | 'expired'
  | 'unbound'
  | 'replayed_proof'
  | 'wrong_htu'
  | 'assertion_replayed'
  | 'assertion_audience';
export interface RedirectSpec {
  readonly follow: boolean;
  readonly max: number;
  /** A client of `http/clients` by whose rules the chain is followed; absent: our own. */
  readonly as?: string;
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
