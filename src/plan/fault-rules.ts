/** Of which credentials each fault can be made. What depends on the token itself is known only when it is there. */
import type { Credential, FaultKind } from '../model.ts';

type Type = Credential['type'];

const tokens: readonly Type[] = ['bearer', 'oauth2', 'self_signed_jwt', 'ci_oidc', 'command'];
const signers: readonly Type[] = ['digest', 'hmac', 'aws_sigv4', 'http_signature'];
const all: readonly Type[] = [...tokens, ...signers, 'basic', 'api_key', 'session'];

export const typesOf: Readonly<Record<FaultKind, readonly Type[]>> = {
  missing: all,
  malformed_header: [...tokens, ...signers, 'basic', 'api_key'],
  malformed_token: tokens,
  tampered_signature: [...tokens, ...signers],
  alg_none: tokens,
  wrong_scheme: [...tokens, 'basic'],
  wrong_audience: ['oauth2', 'self_signed_jwt'],
  id_token: ['oauth2'],
  // Of a dictionary field the last member counts (RFC 9651 section 3.2): two equal signatures are one.
  duplicate: [...tokens, ...signers.filter((type) => type !== 'http_signature'), 'basic', 'api_key'],
  // Cookies know the host that they are of.
  other_environment: all.filter((type) => type !== 'session'),
  without_scope: ['oauth2'],
  expired: tokens,
  unbound: ['oauth2'],
  replayed_proof: ['oauth2'],
  wrong_htu: ['oauth2'],
  assertion_replayed: ['oauth2'],
  assertion_audience: ['oauth2'],
};

/** Another token is asked for, which a grant that uses up what it is given cannot do beside the sound one. */
export const asksAnew: readonly FaultKind[] = ['wrong_audience', 'id_token', 'without_scope', 'expired'];
export const ofDpop: readonly FaultKind[] = ['unbound', 'replayed_proof', 'wrong_htu'];

export function faultsOf(type: Type): FaultKind[] {
  return kinds.filter((kind) => typesOf[kind].includes(type));
}

const kinds = Object.keys(typesOf) as FaultKind[];

export function isFaultKind(text: string): text is FaultKind {
  return Object.hasOwn(typesOf, text);
}
