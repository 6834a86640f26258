/** What ends soon, or has ended: written tokens and client certificates, read before anything is sent. */
import { X509Certificate } from 'node:crypto';
import type { ClientCertificate, Credential, Environment, TokenSource } from '../model.ts';
import { Secret, type Value } from '../secret.ts';
import { decodeToken } from './token.ts';

export interface Ending {
  /** `the token of credential "reader"`. */
  readonly what: string;
  /** Milliseconds since the Unix epoch. */
  readonly end: number;
}

/** Milliseconds before the end at which it is told: a run is over by then, and a new certificate takes days. */
const tokenMargin = 10 * 60_000;
const certificateMargin = 14 * 86_400_000;

/** Tokens that the project file holds, as JWTs with an `exp`. */
export function endingTokens(credential: Credential, now: number): Ending[] {
  const { name } = credential;
  if (credential.type === 'bearer')
    return endingToken(`the token of credential "${name}"`, credential.token, now);
  if (credential.type !== 'oauth2') return [];
  const { subject_token, actor_token, assertion } = credential.asks ?? {};
  const source = (key: string, given: TokenSource | null | undefined): Ending[] => {
    if (!given) return [];
    if (typeof given.from !== 'string' && !(given.from instanceof Secret))
      return endingTokens(given.from, now);
    return endingToken(`the ${key} of credential "${name}"`, given.from, now);
  };
  return [
    ...source('subject_token', subject_token),
    ...source('actor_token', actor_token),
    ...source('assertion', assertion),
  ];
}

function endingToken(what: string, token: Value, now: number): Ending[] {
  const exp = decodeToken(token instanceof Secret ? token.reveal() : token).claims?.['exp'];
  return typeof exp === 'number' && exp * 1000 < now + tokenMargin ? [{ what, end: exp * 1000 }] : [];
}

/** Client certificates of the environment. */
export function endingCertificates({ transport }: Environment, now: number): Ending[] {
  const { clientCertificate, clientCertificates = new Map<string, ClientCertificate>() } = transport;
  return [
    ...endingCertificate('the client certificate', clientCertificate, now),
    ...[...clientCertificates].flatMap(([host, certificate]) =>
      endingCertificate(`the client certificate for ${host}`, certificate, now),
    ),
  ];
}

function endingCertificate(what: string, certificate: ClientCertificate | null, now: number): Ending[] {
  if (!certificate) return [];
  try {
    const end = Date.parse(new X509Certificate(certificate.cert).validTo);
    return end < now + certificateMargin ? [{ what, end }] : [];
  } catch {
    // Whoever connects with it says what is wrong.
    return [];
  }
}
