/** Credentials made wrong on purpose: what is sent for each fault, and what a correct server answers (docs/faults.md). */
import type { FaultKind } from '../model.ts';

export interface FaultFacts {
  /** What is sent, as the end of "The server was sent ...". */
  readonly sent: string;
  /** What a correct server answers, as the end of "A correct server ...". */
  readonly answer: string;
  /** Titles with section. */
  readonly references: readonly string[];
  /** Why a protected environment wants `writes: true`; null: it does not. */
  readonly alarm: string | null;
}

/** RFC 6750 section 3.1, of a token that is not good. */
const invalidToken = 'answers 401 with the challenge error invalid_token';
const forged = 'a forged token is what intrusion detection looks for';
const failedClient = 'failed client authentication may be counted against the client';

export const faultFacts: Readonly<Record<FaultKind, FaultFacts>> = {
  missing: {
    sent: 'no credential',
    answer: 'answers 401 with a challenge that has no error',
    references: ['RFC 6750 section 3', 'RFC 9110 section 15.5.2'],
    alarm: null,
  },
  malformed_header: {
    sent: 'a field that has a scheme and no value',
    answer: 'answers 400 (invalid_request) or 401',
    references: ['RFC 6750 section 3.1', 'RFC 9110 section 11.6.2'],
    alarm: null,
  },
  malformed_token: {
    sent: 'a token that is cut, or has one wrong character',
    answer: invalidToken,
    references: ['RFC 6750 section 3.1', 'RFC 7519 section 7.2'],
    alarm: null,
  },
  tampered_signature: {
    sent: 'a signature that is not that of the content',
    answer: 'answers 401, for a bearer token with the challenge error invalid_token',
    references: ['RFC 6750 section 3.1', 'RFC 7515 section 5.2'],
    alarm: forged,
  },
  alg_none: {
    sent: 'the claims of the token without a signature (alg none)',
    answer: invalidToken,
    references: ['RFC 8725 section 3.1', 'RFC 6750 section 3.1'],
    alarm: forged,
  },
  wrong_scheme: {
    sent: 'the credential under another authentication scheme',
    answer: 'answers 401 with a challenge that names its own scheme',
    references: ['RFC 9110 section 11.6.1'],
    alarm: null,
  },
  wrong_audience: {
    sent: 'a token for another audience',
    answer: invalidToken,
    references: ['RFC 7519 section 4.1.3', 'RFC 9068 section 4'],
    alarm: null,
  },
  id_token: {
    sent: 'an ID token in the place of an access token',
    answer: invalidToken,
    references: ['RFC 9068 section 4', 'RFC 8725 section 3.11'],
    alarm: null,
  },
  duplicate: {
    sent: 'the field of the credential twice',
    answer: 'answers 400 (invalid_request)',
    references: ['RFC 9110 section 5.3', 'RFC 6750 section 3.1'],
    alarm: null,
  },
  other_environment: {
    sent: 'the credential of another environment',
    answer: 'answers 401, for a bearer token with the challenge error invalid_token',
    references: ['RFC 6750 section 3.1', 'RFC 7519 section 4.1.1'],
    alarm: 'a refused credential may be counted against the account that it names',
  },
  without_scope: {
    sent: 'a token without a scope that the request needs',
    answer: 'answers 403 with the challenge error insufficient_scope',
    references: ['RFC 6750 section 3.1'],
    alarm: null,
  },
  expired: {
    sent: 'a token that is over',
    answer: invalidToken,
    references: ['RFC 6750 section 3.1', 'RFC 7519 section 4.1.4'],
    alarm: null,
  },
  unbound: {
    sent: 'a DPoP-bound token as a bearer token without a proof',
    answer: invalidToken,
    references: ['RFC 9449 section 7.2'],
    alarm: null,
  },
  replayed_proof: {
    sent: 'a DPoP proof that was used before',
    answer: 'answers 401 with the DPoP challenge error invalid_dpop_proof',
    references: ['RFC 9449 section 11.1', 'RFC 9449 section 7.1'],
    alarm: 'the request is sent twice, and a replay is what intrusion detection looks for',
  },
  wrong_htu: {
    sent: 'a DPoP proof for another URL',
    answer: 'answers 401 with the DPoP challenge error invalid_dpop_proof',
    references: ['RFC 9449 section 4.3', 'RFC 9449 section 7.1'],
    alarm: null,
  },
  assertion_replayed: {
    sent: 'a client assertion whose jti was used before',
    answer: 'answers 401 or 400 with the error invalid_client',
    references: ['RFC 7523 section 3', 'OpenID Connect Core 1.0 section 9'],
    alarm: failedClient,
  },
  assertion_audience: {
    sent: 'a client assertion for another audience',
    answer: 'answers 401 or 400 with the error invalid_client',
    references: ['RFC 7523 section 3', 'RFC 6749 section 5.2'],
    alarm: failedClient,
  },
};

/** They are made in the token request. */
export function isOfTokenRequest(kind: FaultKind): boolean {
  return kind === 'assertion_replayed' || kind === 'assertion_audience';
}
