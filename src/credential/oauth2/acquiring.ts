/** What getting a token takes: doors, one attempt and its failures. */
import type { Credential, CredentialUse, Environment, Exchange, OAuth2Credential } from '../../model.ts';
import type { Redactor, Secret } from '../../secret.ts';
import type { Breaker } from '../breaker.ts';
import type { Discovery } from '../metadata.ts';
import type { CredentialFailure, FreshAsks, Perform, RefreshVault } from '../presentation.ts';
import type { AssertionDoors } from './client-assertion.ts';
import type { ClientAuthentication } from './client-authentication.ts';
import type { DpopKeys } from './dpop-keys.ts';
import type { IssuerKeys } from './issuer-keys.ts';

export interface AcquisitionDoors extends AssertionDoors {
  readonly perform: Perform;
  readonly redactor: Redactor;
  readonly discovery: Discovery;
  readonly dpop: DpopKeys;
  /** Ends the wait for a person. */
  readonly signal?: AbortSignal;
  /** Shows a person what to do; absent: nobody is there. */
  readonly prompt?: (text: string) => void;
  /** Sends the authorization request and logs in; absent: authorization_code cannot be used. */
  readonly authorize?: Authorize;
  /** The token of another credential; absent: only written ones are taken in. */
  readonly tokenOf?: TokenOf;
  /** Refresh tokens between runs; absent: they are kept for this run only. */
  readonly vault?: RefreshVault;
}

/** An authorization code, `state` and `iss` verified, with what its redemption takes (RFC 6749 section 4.1.3, RFC 7636). */
export interface Authorization {
  readonly code: Secret;
  readonly redirect_uri: string;
  readonly code_verifier: Secret;
  readonly nonce: string | null;
}
export type Authorized =
  | { readonly authorization: Authorization; readonly exchanges: readonly Exchange[] }
  | { readonly failure: CredentialFailure; readonly exchanges: readonly Exchange[] };
export type Authorize = (credential: OAuth2Credential, environment: Environment) => Promise<Authorized>;

export type TokenOf = (
  credential: Credential,
  environment: Environment,
) => Promise<{
  readonly token: Secret | null;
  readonly use: CredentialUse | null;
  readonly exchanges: readonly Exchange[];
  readonly failure: CredentialFailure | null;
}>;

/** One try to get a token; `exchanges` grows. */
export interface Attempt {
  readonly credential: OAuth2Credential;
  readonly environment: Environment;
  readonly authentication: ClientAuthentication;
  readonly credentialKey: string;
  /** Of the request itself: equal for credentials that ask for the same by the same means. */
  readonly grantKey: string;
  readonly clientKey: string;
  /** Set: an experiment asks for a token beside the one at hand. */
  readonly fresh: FreshAsks | null;
  readonly exchanges: Exchange[];
}

/** What the parts of an acquisition share. */
export interface AcquisitionParts {
  readonly doors: AcquisitionDoors;
  readonly breaker: Breaker;
  readonly keys: IssuerKeys;
}

/** Why there is no token, and what must not be tried again in this run. */
export interface Failed {
  readonly failure: CredentialFailure;
  readonly closes: 'client' | 'credential' | null;
}

/** A failure of which the network has seen nothing: its exchange has no hops. */
export function unsentFailure(message: string, environment: Environment): CredentialFailure {
  return { error: null, message, exchange: nothingSent(environment), shared: false };
}

export function nothingSent(environment: Environment): Exchange {
  return {
    role: 'token',
    attempt: 1,
    environment: environment.name,
    hops: [],
    credentials: [],
    stopped: null,
  };
}

/** What was refused for good is kept. */
export function close(
  { credentialKey, grantKey, clientKey }: Attempt,
  { failure, closes }: Failed,
  breaker: Breaker,
): void {
  if (closes) breaker.open(credentialKey, failure);
  if (closes) breaker.open(grantKey, failure);
  if (closes === 'client') breaker.open(clientKey, failure);
}
