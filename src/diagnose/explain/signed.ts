/** Causes as they read of a request that is signed: there is no token to get anew. */
import type { CauseId } from '../../model.ts';
import { type SignedRequest, signedRequest } from '../facts/signed.ts';
import type { Subject } from '../subject.ts';
import {
  answered,
  credentialName,
  credentialSource,
  type Explain,
  type Explanation,
  originOfHop,
} from './explanation.ts';

type ExplainSigned = (subject: Subject, signed: SignedRequest) => ReturnType<Explain>;

const explanations: Readonly<Record<CauseId, ExplainSigned>> = {
  'signature-invalid': signature,
  'key-unknown': keyUnknown,
  'api-key-invalid': keyUnknown,
  'alg-not-allowed': algorithm,
  'token-expired': session,
  'audience-mismatch': scope,
  'request-param-missing': coverage,
};

/** Null where the request carries no signature, or the cause is not about it. */
export function signed(cause: CauseId, subject: Subject): Partial<Explanation> | null {
  const request = signedRequest(subject);
  return request === null ? null : (explanations[cause]?.(subject, request) ?? null);
}

function keyOf({ keyId }: SignedRequest): string {
  return keyId === null ? '' : ` (key ${keyId})`;
}

/** Where the secret or key of the credential stands. */
function keySource(subject: Subject): Explanation['fixSource'] {
  return credentialSource(subject, 'secret_access_key', 'key');
}

/** From outside a wrong key and a part that was changed on the way are one. */
function signature(subject: Subject, request: SignedRequest): ReturnType<Explain> {
  const over = request.covered === '' ? '' : `, made over ${request.covered}`;
  return {
    summary: `${answered(subject)}: the signature of ${credentialName(subject)}${keyOf(request)}${over}, does not verify there.`,
    fix: `Compare the key of ${credentialName(subject)} with the one that ${originOfHop(subject)} holds for it in ${subject.environment.name}. If they are equal, something signed is not what arrives: look for a proxy that rewrites Host, path, query or body, and compare what is signed with what the server says it signs.`,
    fixSource: keySource(subject),
    references: references(request),
  };
}

function references({ use }: SignedRequest): readonly string[] {
  return use.type === 'http_signature' ? ['RFC 9421 section 3.2'] : [];
}

function keyUnknown(subject: Subject, request: SignedRequest): ReturnType<Explain> {
  const { keyId, use } = request;
  return {
    summary: `${answered(subject)}: it does not know the key ${keyId === null ? 'that signed the request' : keyId} of ${credentialName(subject)}.`,
    fix: `Register the key of ${credentialName(subject)} at ${originOfHop(subject)}, or set the one that was issued for ${subject.environment.name}.`,
    fixSource: credentialSource(subject, use.type === 'aws_sigv4' ? 'access_key_id' : 'key_id', 'key'),
    references: references(request),
  };
}

function algorithm(subject: Subject, request: SignedRequest): ReturnType<Explain> {
  const { credential } = subject;
  const alg =
    credential?.type === 'http_signature'
      ? credential.alg
      : credential?.type === 'hmac'
        ? credential.algorithm
        : '';
  return {
    summary: `${answered(subject)}: it does not accept the algorithm${alg === '' ? '' : ` ${alg}`} with which ${credentialName(subject)} signs.`,
    fix: `Sign with an algorithm that the server takes for this key (alg of ${credentialName(subject)}), or let it take this one.`,
    fixSource: credentialSource(subject, 'alg', 'algorithm', 'key'),
    references: references(request),
  };
}

/** The credential scope of AWS Signature Version 4: date, region, service. */
function scope(subject: Subject, { use, keyId }: SignedRequest): ReturnType<Explain> {
  if (use.type !== 'aws_sigv4') return {};
  return {
    summary: `${answered(subject)}: the scope of ${credentialName(subject)} (${keyId ?? 'unknown'}) names another region or service than this server's.`,
    fix: `Set region and service of ${credentialName(subject)} to those of ${originOfHop(subject)}.`,
    fixSource: credentialSource(subject, 'region', 'service'),
    references: [],
  };
}

/** Temporary keys of AWS come with a token that ends. */
function session(subject: Subject, { keyId }: SignedRequest): ReturnType<Explain> {
  return {
    summary: `${answered(subject)}: the session token of ${credentialName(subject)}${keyId === null ? '' : ` (key ${keyId})`} has expired.`,
    fix: `Get temporary keys anew before the run: access_key_id, secret_access_key and session_token of ${credentialName(subject)} change together.`,
    fixSource: credentialSource(subject, 'session_token'),
    references: [],
  };
}

function coverage(subject: Subject, request: SignedRequest): ReturnType<Explain> {
  if (request.use.type !== 'http_signature') return {};
  return {
    summary: `${answered(subject)}: the signature of ${credentialName(subject)} does not cover all that the server wants covered; it covers ${request.covered}.`,
    fix: `Add what is missing to components of ${credentialName(subject)}.`,
    fixSource: credentialSource(subject, 'components'),
    references: ['RFC 9421 section 3.2'],
  };
}
