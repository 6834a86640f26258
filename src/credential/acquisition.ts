/** Getting an access token: endpoint, client authentication, grant, answer; once refused, not again. */
import type { Client, Environment, Exchange, OAuth2Credential } from '../model.ts';
import type { Redactor, Secret } from '../secret.ts';
import { renderToken } from './bearer.ts';
import { type Breaker, createBreaker } from './breaker.ts';
import type { AssertionDoors } from './client-assertion.ts';
import { authenticationOf, type ClientAuthentication, certificateProblem } from './client-authentication.ts';
import type { DpopKeys } from './dpop-keys.ts';
import { bindClientEndpoint, isStated } from './endpoint.ts';
import { lifetimeOf } from './expiry.ts';
import type { Acquired, Held } from './holding.ts';
import type { Ledger } from './ledger.ts';
import type { Discovery } from './metadata.ts';
import { requestToken } from './oauth2.ts';
import type { CredentialFailure, Perform } from './presentation.ts';
import { createRefreshChain, mayHaveArrived, type RefreshChain } from './refresh-chain.ts';
import { decodeToken } from './token.ts';
import { readTokenAnswer, type TokenAnswer } from './token-answer.ts';

export interface Acquisition {
  /** Gets a new token; callers see to it that one credential is not acquired twice at a time. */
  acquire(credential: OAuth2Credential, environment: Environment): Promise<Acquired>;
}
export interface AcquisitionDoors extends AssertionDoors {
  readonly dpop: DpopKeys;
  readonly perform: Perform;
  readonly redactor: Redactor;
  readonly discovery: Discovery;
}

interface Attempt {
  readonly credential: OAuth2Credential;
  readonly environment: Environment;
  readonly authentication: ClientAuthentication;
  readonly credentialKey: string;
  readonly clientKey: string;
  readonly exchanges: Exchange[];
}

/** What must not be tried again is kept under these keys. */
export interface BreakerKeys {
  readonly client: string;
  readonly credential: (name: string) => string;
}

export function breakerKeys(
  client: Client,
  environment: Environment,
  proof: Secret | null,
  ledger: Ledger,
): BreakerKeys {
  const { settings } = client;
  const parts = [
    environment.name,
    client.issuer.issuer,
    client.client_id,
    client.token_endpoint_auth_method,
    proof && ledger.fingerprint(proof),
    // The same secret, said otherwise, is worth a try.
    ...(settings
      ? [
          settings.kid,
          settings.token_endpoint_auth_signing_alg,
          settings.assertion_audience,
          settings.basic_encoding,
        ]
      : []),
  ];
  return {
    client: JSON.stringify(parts),
    credential: (name) => JSON.stringify([environment.name, name]),
  };
}

export function createAcquisition(doors: AcquisitionDoors, breaker: Breaker = createBreaker()): Acquisition {
  const chains = new Map<string, RefreshChain>();
  return {
    async acquire(credential, environment) {
      const { client } = credential;
      const authentication = authenticationOf(client, environment, doors);
      if ('problem' in authentication) return unsent(authentication.problem, environment, [], doors.redactor);
      const keys = breakerKeys(client, environment, authentication.proof, doors.ledger);
      const clientKey = keys.client;
      const credentialKey = keys.credential(credential.name);
      const attempt = { credential, environment, authentication, credentialKey, clientKey, exchanges: [] };
      return breaker.firstAlone(clientKey, () => tryOnce(attempt, breaker, chains, doors));
    },
  };
}

async function tryOnce(
  attempt: Attempt,
  breaker: Breaker,
  chains: Map<string, RefreshChain>,
  doors: AcquisitionDoors,
): Promise<Acquired> {
  const { credential, environment, credentialKey, clientKey, exchanges } = attempt;
  const refusal = breaker.refusal(credentialKey, clientKey);
  if (refusal) return { held: null, exchanges, failure: refusal };
  const endpoint = await endpointOf(attempt, doors);
  if ('failure' in endpoint) return { held: null, exchanges, failure: endpoint.failure };
  if (credential.grant_type === 'client_credentials') {
    return grant(attempt, endpoint.url, null, breaker, doors);
  }
  if (credential.refresh_token === null) {
    return unsent(
      `The credential "${credential.name}" has no refresh_token.`,
      environment,
      exchanges,
      doors.redactor,
    );
  }
  const first = doors.ledger.secret(`${credential.name} refresh_token`, credential.refresh_token);
  const chainKey = `${clientKey} ${doors.ledger.fingerprint(first)}`;
  const chain = chains.get(chainKey) ?? createRefreshChain(first);
  chains.set(chainKey, chain);
  return chain.run(async () => {
    // Others may have been refused while this one waited for its turn.
    const stopped = chain.spent
      ? { ...chain.spent, shared: true }
      : breaker.refusal(credentialKey, clientKey);
    if (stopped) return { held: null, exchanges, failure: stopped };
    const acquired = await grant(attempt, endpoint.url, chain, breaker, doors);
    const { failure } = acquired;
    if (failure && mayHaveArrived(failure.exchange)) chain.spent = failure;
    return acquired;
  });
}

/** The token endpoint; metadata is not asked for where the project file states it. */
async function endpointOf(
  { credential, environment, exchanges }: Attempt,
  { discovery, redactor }: AcquisitionDoors,
): Promise<{ readonly url: URL } | { readonly failure: CredentialFailure }> {
  const { client } = credential;
  const found = isStated('token_endpoint', client) ? null : await discovery.find(environment, client.issuer);
  exchanges.push(...(found?.exchanges ?? []));
  const bound = found?.failure
    ? { problem: found.failure }
    : bindClientEndpoint('token_endpoint', client, found?.values ?? {}, environment);
  const problem = 'url' in bound ? certificateProblem(client, environment, bound.url) : bound.problem;
  if ('url' in bound && problem === null) return bound;
  const failure = {
    error: null,
    message: redactor.redact(problem ?? ''),
    exchange: found?.exchange ?? nothingSent(environment),
    shared: found?.exchange !== undefined && found.exchange !== null && found.exchanges.length === 0,
  };
  return { failure };
}

async function grant(
  attempt: Attempt,
  endpoint: URL,
  chain: RefreshChain | null,
  breaker: Breaker,
  doors: AcquisitionDoors,
): Promise<Acquired> {
  const { credential, environment, authentication, exchanges } = attempt;
  const refreshToken: Secret | null = chain?.current ?? null;
  if (refreshToken) doors.ledger.secret(`${credential.name} refresh_token`, refreshToken);
  const request = { credential, environment, endpoint, authentication, refreshToken };
  const dpop = await doors.dpop.of(attempt.credentialKey, credential);
  const send = (): Promise<Exchange> => requestToken(request, dpop?.proving(doors.perform) ?? doors.perform);
  const exchange = await (dpop ? dpop.withNonce(exchanges, send) : send());
  exchanges.push(exchange);
  const result = readTokenAnswer(exchange, credential.name, doors.ledger, doors.redactor, dpop !== null);
  if ('answer' in result) {
    const { answer } = result;
    if (chain && answer.refresh_token) chain.current = answer.refresh_token;
    const held = hold(credential, exchange, answer, doors.ledger);
    const bound =
      dpop && answer.token_type === 'DPoP' ? doors.dpop.bind(dpop, held.rendered, answer.access_token) : null;
    return { held: bound ? { ...held, rendered: bound } : held, exchanges, failure: null };
  }
  const { error, message, closes } = result.refusal;
  const failure = { error, message: doors.redactor.redact(message), exchange, shared: false };
  if (closes) breaker.open(attempt.credentialKey, failure);
  if (closes === 'client') breaker.open(attempt.clientKey, failure);
  return { held: null, exchanges, failure };
}

function hold(credential: OAuth2Credential, exchange: Exchange, answer: TokenAnswer, ledger: Ledger): Held {
  const hop = exchange.hops.at(-1);
  if (!hop) throw new Error('an answer without a hop');
  const { claims } = decodeToken(answer.access_token.reveal());
  const lifetime = lifetimeOf(hop, answer.expires_in, claims);
  const { client } = credential;
  const rendered = renderToken(
    credential.name,
    'oauth2',
    answer.access_token,
    {
      at: lifetime.at,
      client: client.name,
      issuer: client.issuer.name,
      // Left out, it is what was asked for (RFC 6749 section 5.1).
      scope: answer.scope ?? credential.scope,
      expiresAt: lifetime.expiresAt,
    },
    ledger,
  );
  return { ...lifetime, rendered };
}

function unsent(
  problem: string,
  environment: Environment,
  exchanges: readonly Exchange[],
  redactor: Redactor,
): Acquired {
  return { held: null, exchanges, failure: unsentFailure(redactor.redact(problem), environment) };
}

/** A failure of which the network has seen nothing: its exchange has no hops. */
export function unsentFailure(message: string, environment: Environment): CredentialFailure {
  return { error: null, message, exchange: nothingSent(environment), shared: false };
}

function nothingSent(environment: Environment): Exchange {
  return {
    role: 'token',
    attempt: 1,
    environment: environment.name,
    hops: [],
    credentials: [],
    stopped: null,
  };
}
