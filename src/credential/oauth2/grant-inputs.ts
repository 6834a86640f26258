/** What a grant takes in before its token request: tokens of other credentials, an authorization code. */
import type { CredentialUse, TokenSource } from '../../model.ts';
import { Secret } from '../../secret.ts';
import { decodeToken } from '../token.ts';
import { type AcquisitionDoors, type Attempt, type Failed, unsentFailure } from './acquiring.ts';
import { type Grant, grantOf, redemptionOf } from './grant.ts';

export type Prepared = { readonly grant: Grant; readonly nonce: string | null } | Failed;

/** The token request of the grant itself; device_code has a way of its own. */
export async function prepareGrant(attempt: Attempt, doors: AcquisitionDoors): Promise<Prepared> {
  const { credential } = attempt;
  const { asks, name } = credential;
  const { ledger } = doors;
  switch (credential.grant_type) {
    case 'client_credentials':
      return { grant: grantOf(credential, []), nonce: null };
    case 'password': {
      const password = asks?.password ?? null;
      const own = [
        ['username', asks?.username ?? null],
        ['password', password === null ? null : ledger.secret(`${name} password`, password)],
      ] as const;
      return { grant: grantOf(credential, own), nonce: null };
    }
    case 'token_exchange':
      return exchangeOf(attempt, doors);
    case 'jwt_bearer': {
      const assertion = await tokenFrom(asks?.assertion ?? null, 'assertion', attempt, doors);
      if ('failure' in assertion) return assertion;
      return { grant: grantOf(credential, [['assertion', assertion.token]], [assertion.use]), nonce: null };
    }
    case 'authorization_code':
      return redemption(attempt, doors);
    default:
      return unsent(attempt, doors, `The credential "${name}" has no refresh_token.`);
  }
}

/** RFC 8693 section 2.1. */
async function exchangeOf(attempt: Attempt, doors: AcquisitionDoors): Promise<Prepared> {
  const { credential } = attempt;
  const { subject_token = null, actor_token = null, requested_token_type = null } = credential.asks ?? {};
  const subject = await tokenFrom(subject_token, 'subject_token', attempt, doors);
  if ('failure' in subject) return subject;
  const actor = actor_token === null ? null : await tokenFrom(actor_token, 'actor_token', attempt, doors);
  if (actor && 'failure' in actor) return actor;
  const own = [
    ['subject_token', subject.token],
    ['subject_token_type', subject_token?.type ?? null],
    ['actor_token', actor?.token ?? null],
    ['actor_token_type', actor_token?.type ?? null],
    ['requested_token_type', requested_token_type],
  ] as const;
  const takenIn = actor ? [subject.use, actor.use] : [subject.use];
  return { grant: grantOf(credential, own, takenIn), nonce: null };
}

async function redemption(attempt: Attempt, doors: AcquisitionDoors): Promise<Prepared> {
  const { credential, environment, exchanges } = attempt;
  if (credential.asks && credential.asks.login === null) {
    const why = `The credential "${credential.name}" has no login, and no refresh token of it is stored: run "why401 login ${credential.name} --env ${attempt.environment.name}" once.`;
    return unsent(attempt, doors, why);
  }
  if (!doors.authorize)
    return unsent(
      attempt,
      doors,
      `The credential "${credential.name}" needs a login, which this run cannot do.`,
    );
  const authorized = await doors.authorize(credential, environment);
  exchanges.push(...authorized.exchanges);
  // Accounts are locked by logins that are tried again: whoever calls this sees to it that it is not.
  if ('failure' in authorized) return { failure: authorized.failure, closes: null };
  const { code, redirect_uri, code_verifier, nonce } = authorized.authorization;
  const own = [
    ['code', doors.ledger.secret(`${credential.name} code`, code)],
    ['redirect_uri', redirect_uri],
    ['code_verifier', doors.ledger.secret(`${credential.name} code_verifier`, code_verifier)],
  ] as const;
  return { grant: redemptionOf(credential, own), nonce };
}

/** The token that is written, or that of another credential. */
async function tokenFrom(
  source: TokenSource | null,
  key: string,
  attempt: Attempt,
  doors: AcquisitionDoors,
): Promise<{ readonly token: Secret; readonly use: CredentialUse } | Failed> {
  const { credential, environment, exchanges } = attempt;
  const from = source?.from ?? '';
  if (typeof from === 'string' || from instanceof Secret) {
    const token = doors.ledger.secret(`${credential.name} ${key}`, from);
    if (from.length > 0) return { token, use: useOf(token, key, credential.name, doors) };
    return unsent(attempt, doors, `The ${key} of credential "${credential.name}" is empty.`);
  }
  const given = await doors.tokenOf?.(from, environment);
  exchanges.push(...(given?.exchanges ?? []));
  if (given?.token)
    return {
      token: given.token,
      use: { ...(given.use ?? useOf(given.token, key, from.name, doors)), field: `form:${key}` },
    };
  if (given?.failure) return { failure: given.failure, closes: null };
  return unsent(attempt, doors, `The credential "${from.name}" gives no token to "${credential.name}".`);
}

/** A token that came from outside. */
function useOf(token: Secret, key: string, name: string, { ledger }: AcquisitionDoors): CredentialUse {
  return {
    name,
    type: 'oauth2',
    field: `form:${key}`,
    scheme: null,
    fingerprint: ledger.remember(token),
    token: decodeToken(token.reveal()),
    obtained: null,
  };
}

function unsent({ environment }: Attempt, { redactor }: AcquisitionDoors, message: string): Failed {
  return { failure: unsentFailure(redactor.redact(message), environment), closes: null };
}
