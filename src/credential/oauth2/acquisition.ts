/** Getting an access token: endpoint, client authentication, grant, answer; once refused, not again. */

import { wireNames } from '../../http/grant-types.ts';
import type { Environment, OAuth2Credential } from '../../model.ts';
import { finalResponse } from '../answer.ts';
import { type Breaker, createBreaker } from '../breaker.ts';
import type { Acquired } from '../holding.ts';
import type { CredentialFailure, FreshAsks } from '../presentation.ts';
import {
  type AcquisitionDoors,
  type AcquisitionParts,
  type Attempt,
  close,
  type Failed,
  unsentFailure,
} from './acquiring.ts';
import { breakerKeys, grantKey } from './breaker-keys.ts';
import { authenticationOf } from './client-authentication.ts';
import { grantByDevice } from './device-code.ts';
import { refreshOf } from './grant.ts';
import { prepareGrant } from './grant-inputs.ts';
import { endpointOf, type Granted, sendGrant } from './grant-request.ts';
import { hold } from './held-token.ts';
import { verified } from './id-token.ts';
import { createIssuerKeys } from './issuer-keys.ts';
import {
  createRefreshChains,
  mayHaveArrived,
  type RefreshChain,
  type RefreshChains,
} from './refresh-chain.ts';

export type { AcquisitionDoors } from './acquiring.ts';
export { unsentFailure } from './acquiring.ts';

export interface Acquisition {
  /**
   * Gets a new token; callers see to it that one credential is not acquired twice at a time. `fresh`: beside the one
   * at hand, with other asks.
   */
  acquire(credential: OAuth2Credential, environment: Environment, fresh?: FreshAsks): Promise<Acquired>;
}

export function createAcquisition(doors: AcquisitionDoors, breaker: Breaker = createBreaker()): Acquisition {
  const parts: AcquisitionParts = { doors, breaker, keys: createIssuerKeys(doors.perform, doors.discovery) };
  const chains = createRefreshChains(doors);
  return {
    async acquire(credential, environment, fresh) {
      const { client } = credential;
      const authentication = authenticationOf(client, environment, doors);
      if ('problem' in authentication) {
        const failure = unsentFailure(doors.redactor.redact(authentication.problem), environment);
        return { held: null, exchanges: [], failure };
      }
      const keys = breakerKeys(client, environment, authentication.proof, doors.ledger);
      const attempt: Attempt = {
        credential,
        environment,
        authentication,
        credentialKey: keys.credential(credential.name),
        grantKey: grantKey(keys.client, credential, doors.ledger),
        clientKey: keys.client,
        fresh: fresh ?? null,
        exchanges: [],
      };
      const granted =
        (await byRefreshToken(attempt, chains, parts)) ?? (await byGrant(attempt, chains, parts));
      const { exchanges } = attempt;
      if ('failure' in granted) return { held: null, exchanges, failure: granted.failure };
      const held = await hold(attempt, granted.exchange, granted.answer, doors);
      return { held, exchanges, failure: null };
    },
  };
}

/** Whom an experiment must not ask to log in again. */
const interactive: ReadonlySet<string> = new Set(['authorization_code', 'device_code']);

/** By the refresh token at hand; null: there is none, or it is over and the grant itself can be used again. */
async function byRefreshToken(
  attempt: Attempt,
  chains: RefreshChains,
  parts: AcquisitionParts,
): Promise<Granted | null> {
  const { grant_type } = attempt.credential;
  if (attempt.fresh && grant_type !== 'refresh_token' && !interactive.has(grant_type)) return null;
  const chain = await chains.find(attempt);
  if (!chain) return null;
  return inTurn(attempt, parts.breaker, async () => {
    const offered = grant_type === 'refresh_token' ? wireNames.refresh_token : null;
    const endpoint = await endpointOf('token_endpoint', attempt, parts.doors, offered);
    if ('failure' in endpoint) return { failure: endpoint.failure, closes: null };
    return chain.run(async () => {
      // Others may have been refused while this one waited for its turn.
      const stopped = chain.spent ? { ...chain.spent, shared: true } : refusalOf(attempt, parts.breaker);
      if (stopped) return { failure: stopped, closes: null };
      return refresh(attempt, endpoint.url, chain, chains, parts);
    });
  });
}

/** A person approves, or logs in by `why401 login`: the grant itself cannot be used again by a run. */
function needsPerson({ grant_type, asks }: OAuth2Credential): boolean {
  return grant_type === 'device_code' || (grant_type === 'authorization_code' && asks?.login === null);
}

/** The grant itself may still be taken. */
function isOver({ failure }: Failed, { asks }: OAuth2Credential): boolean {
  if (failure.error !== null) return overs.has(failure.error);
  // An answer to a refresh token need not have an ID token (OpenID Connect Core 1.0 section 12.2).
  return asks?.present === 'id_token' && finalResponse(failure.exchange)?.status === 200;
}

const overs: ReadonlySet<string> = new Set([
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
]);

async function refresh(
  attempt: Attempt,
  endpoint: URL,
  chain: RefreshChain,
  chains: RefreshChains,
  parts: AcquisitionParts,
): Promise<Granted | null> {
  const { breaker, doors } = parts;
  const { credential, fresh } = attempt;
  const issued = credential.grant_type !== 'refresh_token';
  const token = doors.ledger.secret(`${credential.name} refresh_token`, chain.current);
  const grant = refreshOf(credential, token, issued && !fresh);
  const granted = await verified(attempt, await sendGrant(attempt, endpoint, grant, doors), null, parts);
  if ('answer' in granted) {
    await chains.rotate(chain, granted.answer.refresh_token);
    return granted;
  }
  const { failure } = granted;
  if (failure.error === 'invalid_grant' && chain.written) {
    // The project file may hold a newer one than the earlier run left.
    chain.current = chain.written;
    chain.written = null;
    return refresh(attempt, endpoint, chain, chains, parts);
  }
  const repeatable = issued && !needsPerson(credential);
  if (mayHaveArrived(failure.exchange)) chain.spent = failure;
  if (repeatable) chains.drop(attempt);
  if (repeatable && isOver(granted, credential)) return null;
  if (!repeatable || granted.closes === 'client') close(attempt, granted, breaker);
  return granted;
}

/** By the grant itself. */
async function byGrant(attempt: Attempt, chains: RefreshChains, parts: AcquisitionParts): Promise<Granted> {
  const { breaker } = parts;
  const { grant_type, name } = attempt.credential;
  const refusal = refusalOf(attempt, breaker);
  if (refusal) return { failure: refusal, closes: null };
  if (attempt.fresh && interactive.has(grant_type)) {
    const why = `No token was got beside the one of "${name}": nobody logs in again for an experiment.`;
    return { failure: unsentFailure(why, attempt.environment), closes: null };
  }
  const granted = await grantOnce(attempt, parts);
  if ('failure' in granted) {
    // A login, and a code that was used, are not tried again.
    const { exchange, shared } = granted.failure;
    const answered = (finalResponse(exchange)?.status ?? 500) < 500 && !shared;
    const again = answered && interactive.has(grant_type) ? 'credential' : null;
    close(attempt, { ...granted, closes: granted.closes ?? again }, breaker);
    return granted;
  }
  const { refresh_token } = granted.answer;
  if (refresh_token && !attempt.fresh) await chains.begin(attempt, refresh_token);
  return granted;
}

async function grantOnce(attempt: Attempt, parts: AcquisitionParts): Promise<Granted> {
  const { breaker, doors } = parts;
  if (attempt.credential.grant_type === 'device_code')
    return verified(attempt, await grantByDevice(attempt, parts), null, parts);
  // A server that does not offer the grant is not sent what it takes.
  const wire = wireNames[attempt.credential.grant_type];
  const before = interactive.has(attempt.credential.grant_type)
    ? await endpointOf('token_endpoint', attempt, doors, wire)
    : null;
  if (before && 'failure' in before) return { failure: before.failure, closes: null };
  // Before the client's turn: what the grant takes in may need a token of the same client.
  const prepared = await prepareGrant(attempt, doors);
  if ('failure' in prepared) return prepared;
  const granted = await inTurn(attempt, breaker, async () => {
    const endpoint = before ?? (await endpointOf('token_endpoint', attempt, doors, wire));
    if ('failure' in endpoint) return { failure: endpoint.failure, closes: null };
    const answered = await sendGrant(attempt, endpoint.url, prepared.grant, doors);
    if ('failure' in answered) close(attempt, answered, breaker);
    return answered;
  });
  return verified(attempt, granted, prepared.nonce, parts);
}

/** The first request of a client goes alone: what is refused for good is asked once. */
function inTurn<T extends Granted | null>(
  attempt: Attempt,
  breaker: Breaker,
  task: () => Promise<T>,
): Promise<T | Failed> {
  return breaker.firstAlone(attempt.clientKey, async () => {
    const failure = refusalOf(attempt, breaker);
    return failure ? { failure, closes: null } : task();
  });
}

function refusalOf(
  { credentialKey, grantKey, clientKey }: Attempt,
  breaker: Breaker,
): CredentialFailure | null {
  return breaker.refusal(credentialKey, grantKey, clientKey);
}
