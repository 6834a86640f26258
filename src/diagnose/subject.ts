/** What is to be explained: one step that did not do what was expected, with all that is known without asking further. */

import { type Challenge, parseChallenges } from '../http/challenge.ts';
import { isUrl } from '../http/url.ts';
import type {
  Check,
  Client,
  Credential,
  CredentialUse,
  Environment,
  Exchange,
  Hop,
  Response,
  Step,
} from '../model.ts';
import type { SeenAtEcho } from './echoed.ts';
import { answerOf } from './wording.ts';

/** Where in the flow it failed: nothing came back, or which server refused; `login`: the pages of a scripted login. */
export type Stage = 'transport' | 'token' | 'authorization' | 'login' | 'resource';

export interface Subject {
  readonly stage: Stage;
  readonly environment: Environment;
  /** All environments of the project file. */
  readonly known: readonly Environment[];
  readonly step: Step;
  readonly failing: Exchange;
  /** The hop whose answer (or failure) is explained. */
  readonly hop: Hop;
  readonly response: Response | null;
  readonly challenges: readonly Challenge[];
  /** First 4 kB of the body. */
  readonly text: string;
  /** `error` and `error_description`, or what servers put in their place: challenge, body, redirect. */
  readonly error: string | null;
  readonly description: string | null;
  readonly uses: readonly CredentialUse[];
  /** The credential for which a token was refused, or of the step. */
  readonly credential: Credential | null;
  /** The client that the authorization server refused. */
  readonly client: Client | null;
  /** Stage authorization. */
  readonly redirect_uri: string | null;
  readonly failed: readonly Check[];
  /** The same step in other environments. */
  readonly siblings: readonly Sibling[];
  /** Signatures of the token held against the keys of authorization servers. */
  readonly keys: readonly KeyVerdict[];
  /** JWK Sets that were asked for. */
  readonly keySets: readonly KeySet[];
  /** What this run sent and got before, oldest first. */
  readonly past: readonly Past[];
  /** What an echo endpoint of the same origin showed of the credential's field; absent: nothing. */
  readonly echoed?: SeenAtEcho | null;
}

/** What became of the same step of the same scenario elsewhere. */
export interface Sibling {
  readonly environment: string;
  readonly status: number | null;
  readonly schemesSent: readonly string[];
  readonly schemesChallenged: readonly string[];
  readonly passed: boolean;
}

/** An exchange of an earlier step of this run, the failing step's own earlier exchanges included. */
export interface Past {
  readonly environment: string;
  /** `file` and `name` of the scenario. */
  readonly job: string;
  /** Of the same job as the failing step: same jar, same captures. */
  readonly sameJob: boolean;
  readonly step: string;
  readonly passed: boolean;
  /** Made for a credential with cookies of its own, as a login for a token: none of them is in the jar of the job. */
  readonly ownJar?: boolean;
  readonly exchange: Exchange;
}

export interface KeyVerdict {
  readonly environment: string;
  readonly issuer: string;
  readonly verdict: 'verified' | 'wrong-signature' | 'unknown-key';
}

/** What a JWK Set holds, or why it could not be read; key material left out. */
export interface KeySet {
  readonly environment: string;
  readonly issuer: string;
  readonly state: 'read' | 'unreachable' | 'not-json' | 'no-address';
  /** Of the answer to the request for the set, or for the metadata that name it. */
  readonly status: number | null;
  readonly keys: readonly {
    readonly kid: string | null;
    readonly kty: string;
    readonly alg: string | null;
  }[];
}

export interface SubjectParts {
  readonly stage: Stage;
  readonly environment: Environment;
  readonly known: readonly Environment[];
  readonly step: Step;
  readonly failing: Exchange;
  readonly credential: Credential | null;
  readonly client: Client | null;
  readonly failed: readonly Check[];
  readonly siblings: readonly Sibling[];
  readonly keys: readonly KeyVerdict[];
  readonly past: readonly Past[];
  /** Absent: none was asked for. */
  readonly keySets?: readonly KeySet[];
}

/** Null where the exchange has no hop at all. */
export function createSubject(parts: SubjectParts): Subject | null {
  const hop = parts.failing.hops.at(-1);
  if (!hop) return null;
  const { response } = hop;
  const challenges = response ? parseChallenges(headerValues(response, 'www-authenticate')) : [];
  const text = response ? Buffer.from(response.body.content.subarray(0, 4096)).toString('utf8') : '';
  const answer = response ? answerOf(response) : null;
  return {
    ...parts,
    keySets: parts.keySets ?? [],
    hop,
    response,
    challenges,
    text,
    error: answer?.codes[0] ?? null,
    description: answer?.description ?? null,
    uses: parts.failing.credentials,
    redirect_uri: parts.stage === 'authorization' ? redirectUri(parts.failing) : null,
  };
}

/** Of the last hop that states one: a login lies between the request and its answer. */
/** The authorization server answered well, with a token or metadata that cannot be used; the failed check says why. */
export function isUnusable({ stage, response, failed }: Subject): boolean {
  return stage === 'token' && (response?.status ?? 500) < 300 && failed[0]?.kind === 'token';
}

function redirectUri({ hops }: Exchange): string | null {
  for (const { request } of hops.toReversed()) {
    const found = isUrl(request.url) ? new URL(request.url).searchParams.get('redirect_uri') : null;
    if (found !== null) return found;
  }
  return null;
}

export function headerValues(response: Response, name: string): string[] {
  return response.headers.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value);
}

export function headerValue(response: Response, name: string): string | null {
  const values = headerValues(response, name);
  return values.length === 0 ? null : values.join(', ');
}

/** The token of the step, decoded, with the name of its credential. */
export function tokenUse(subject: Subject): CredentialUse | null {
  return (
    subject.uses.find(({ token }) => token !== null && token.format !== 'opaque') ??
    subject.uses.find(({ token }) => token !== null) ??
    null
  );
}

/** The environments of the project file but the subject's own. */
export function environmentsBeside(subject: Subject): Environment[] {
  return subject.known.filter(({ name }) => name !== subject.environment.name);
}

/** Milliseconds since the epoch: the answer's Date, and its Age where it comes from a cache (RFC 9111 section 4.2.3); or null. */
export function serverDate(subject: Subject): number | null {
  const value = subject.response ? headerValue(subject.response, 'date') : null;
  const instant = value === null ? Number.NaN : Date.parse(value);
  const age = subject.response ? headerValue(subject.response, 'age') : null;
  const seconds = age !== null && /^\d{1,9}$/.test(age.trim()) ? Number(age) : 0;
  return Number.isNaN(instant) ? null : instant + seconds * 1000;
}

/** Our clock when the server answered: the middle between sending and receiving. */
export function localMidpoint(hop: Hop): number {
  return (hop.clock.sent + hop.clock.received) / 2;
}
