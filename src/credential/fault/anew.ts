/** Tokens that are got for a fault alone: other scope, other audience, ID tokens, tokens about to end. */
import type { Credential, CredentialUse, Environment, Fault, Json, OAuth2Credential } from '../../model.ts';
import { type Breaker, createBreaker } from '../breaker.ts';
import { createHolding, presentationOf } from '../holding.ts';
import {
  type Acquisition,
  type AcquisitionDoors,
  createAcquisition,
  unsentFailure,
} from '../oauth2/acquisition.ts';
import { noAsks } from '../oauth2/asks.ts';
import type { Presentation } from '../presentation.ts';
import { acquireSelfSigned } from '../signing/self-signed-jwt.ts';
import type { StoreParts } from '../store.ts';
import { marked } from './presentation.ts';

/** What the sound credentials have too, and these themselves. */
export type FaultParts = StoreParts &
  AcquisitionDoors & {
    /** What is refused to the sound credentials is not asked for here. */
    readonly breaker: Breaker;
    readonly present: (credential: Credential, environment: Environment) => Promise<Presentation>;
  };
/** One fault of one credential in one environment. */
export interface Wrong {
  readonly credential: Credential;
  readonly environment: Environment;
  readonly fault: Fault;
}
type WrongOAuth2 = Wrong & { readonly credential: OAuth2Credential };
export type GetAnew = (wrong: WrongOAuth2) => Promise<Presentation>;

/** RFC 6761: no server of this name can exist. */
const anotherAudience = 'https://another-audience.invalid';
/** Milliseconds for which a run waits until a token is over. */
const longestWait = 60_000;

export function createAnew(parts: FaultParts): GetAnew {
  const holding = createHolding(parts.clock);
  // One for each fault: what is refused to it is refused to nothing else.
  const acquisitions = new Map<string, Acquisition>();
  return async (wrong) => {
    const { credential, environment, fault } = wrong;
    const key = JSON.stringify([environment.name, credential.name, fault.kind, fault.scope, fault.audience]);
    const acquisition = acquisitions.get(key) ?? createAcquisition(parts, behind(parts.breaker));
    acquisitions.set(key, acquisition);
    const made = await holding.present(key, true, () => acquisition.acquire(withFault(wrong), environment));
    if (made.failure || !made.use) return made;
    const why = await unlike(made.use, wrong, parts);
    if (why !== null) return { ...unmade(why, wrong, parts), exchanges: made.exchanges };
    return { ...made, use: marked(made.use, fault.kind) };
  };
}

/** Of the key that signs it: no server is asked. */
export async function selfSigned(
  { credential, environment, fault }: Wrong,
  parts: FaultParts,
): Promise<Presentation> {
  if (credential.type !== 'self_signed_jwt') throw new Error(`${credential.type} signs no token`);
  const claims = { ...credential.claims, aud: fault.audience ?? anotherAudience };
  const acquired =
    fault.kind === 'expired'
      ? await acquireSelfSigned(credential, environment, earlier(credential.lifetime + 3_600_000, parts))
      : await acquireSelfSigned({ ...credential, claims }, environment, parts);
  const made = presentationOf(acquired);
  return made.use ? { ...made, use: marked(made.use, fault.kind) } : made;
}

/** The same parts at a clock that is `ms` behind. */
function earlier(ms: number, parts: FaultParts): FaultParts {
  const { clock } = parts;
  const behindIt = {
    now: () => clock.now() - ms,
    monotonic: () => clock.monotonic(),
    sleep: (time: number, signal?: AbortSignal) => clock.sleep(time, signal),
  };
  return { ...parts, clock: behindIt };
}

/** A client assertion that is made wrong; the answer of the token endpoint is what the step is about. */
export async function ofTokenRequest(wrong: WrongOAuth2, parts: FaultParts): Promise<Presentation> {
  const { credential, environment, fault } = wrong;
  if (fault.kind === 'assertion_audience') {
    const acquisition = createAcquisition(parts, behind(parts.breaker));
    return presentationOf(await acquisition.acquire(withFault(wrong), environment));
  }
  const again = { ...parts, random: repeating(parts.random) };
  const acquisition = createAcquisition(again, behind(parts.breaker));
  const first = await acquisition.acquire(credential, environment);
  if (!first.held) {
    return {
      ...unmade('was refused with its first, sound assertion', wrong, parts),
      exchanges: first.exchanges,
    };
  }
  const second = await acquisition.acquire(credential, environment);
  return presentationOf({ ...second, exchanges: [...first.exchanges, ...second.exchanges] });
}

/** The same `jti` each time. */
function repeating(random: StoreParts['random']): StoreParts['random'] {
  const uuid = random.uuid();
  const tokens = new Map<number, string>();
  return {
    uuid: () => uuid,
    token(bytes) {
      const token = tokens.get(bytes) ?? random.token(bytes);
      tokens.set(bytes, token);
      return token;
    },
  };
}

/** Sees the refusals of the sound credential, and keeps its own from it. */
function behind(sound: Breaker): Breaker {
  const own = createBreaker();
  return { ...own, refusal: (...keys) => sound.refusal(...keys) ?? own.refusal(...keys) };
}

/** Nothing wrong can be sent: the step has no answer. */
export function unmade(
  why: string,
  { credential, environment, fault }: Wrong,
  parts: FaultParts,
): Presentation {
  const message = `The fault "${fault.kind}" cannot be made: credential "${credential.name}" ${why}.`;
  const failure = unsentFailure(parts.redactor.redact(message), environment);
  return presentationOf({ held: null, exchanges: [], failure });
}

/** The credential that asks for what is wrong. */
function withFault({ credential, fault }: WrongOAuth2): OAuth2Credential {
  const audience = fault.audience ?? anotherAudience;
  const { client } = credential;
  switch (fault.kind) {
    case 'without_scope': {
      const scopes = words(credential.scope).filter((scope) => scope !== fault.scope);
      return { ...credential, scope: scopes.join(' ') || null };
    }
    case 'wrong_audience':
      return credential.audience === null
        ? { ...credential, resource: [audience] }
        : { ...credential, audience, resource: credential.resource.length > 0 ? [audience] : [] };
    case 'id_token':
      return { ...credential, asks: { ...(credential.asks ?? noAsks), present: 'id_token' } };
    case 'assertion_audience':
      if (!client.settings) return credential;
      return {
        ...credential,
        client: { ...client, settings: { ...client.settings, assertion_audience: anotherAudience } },
      };
    default:
      return credential;
  }
}

/** Why the token that came is not wrong in the way that was asked for, as the end of a sentence; null: it is. */
async function unlike(
  use: CredentialUse,
  { credential, environment, fault }: WrongOAuth2,
  parts: FaultParts,
): Promise<string | null> {
  const claims = use.token?.claims ?? null;
  switch (fault.kind) {
    case 'wrong_audience': {
      const sound = await parts.present(credential, environment);
      const [own, other] = [list(sound.use?.token?.claims?.['aud']), list(claims?.['aud'])];
      if (other.length === 0 || own.length === 0) return 'gets tokens of which nobody can tell the audience';
      return other.some((one) => own.includes(one))
        ? `gets a token for ${other.join(', ')} whatever is asked for`
        : null;
    }
    case 'without_scope': {
      const scopes = [
        ...words(use.obtained?.scope ?? null),
        ...['scope', 'scp'].flatMap((name) => list(claims?.[name]).flatMap(words)),
      ];
      if (scopes.length === 0) return 'gets a token of which nothing says what scope it has';
      return scopes.includes(fault.scope ?? '')
        ? `gets a token with the scope ${fault.scope} without asking for it`
        : null;
    }
    case 'id_token': {
      const isIdToken =
        list(claims?.['aud']).includes(credential.client.client_id) && !claims?.['scope'] && !claims?.['scp'];
      return isIdToken && use.token?.header?.['typ'] !== 'at+jwt' ? null : 'gets no ID token';
    }
    case 'expired':
      return tooLong(use.obtained?.expiresAt ?? null, parts.clock.now());
    default:
      return null;
  }
}

function tooLong(end: number | null, now: number): string | null {
  if (end === null) return 'gets a token of which nothing says when it ends';
  const seconds = Math.ceil((end - now) / 1000);
  if (seconds * 1000 <= longestWait) return null;
  return `gets a token that is good for ${seconds} s more, and a run waits for ${longestWait / 1000} s at most`;
}

function words(text: string | null): string[] {
  return (text ?? '').split(' ').filter((word) => word !== '');
}

function list(value: Json | undefined): string[] {
  return value === undefined || value === null ? [] : [value].flat().map(String);
}
