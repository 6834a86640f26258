/** An experiment: one derived request that splits the candidates, with what each cause predicts said beforehand. */
import type {
  CauseId,
  Client,
  CredentialUse,
  Exchange,
  ExperimentClass,
  Issuer,
  OAuth2Credential,
} from '../../model.ts';
import type { Echoed, SeenAtEcho } from '../echoed.ts';
import type { Evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';

/** The step's request with one thing changed; everything else, order of headers included, stays. */
export type Change =
  /** Without every header, parameter and cookie that is a credential. */
  | { readonly kind: 'without-credential' }
  /** As `without-credential`, with this Authorization in its place. It is no secret. */
  | { readonly kind: 'authorization'; readonly value: string }
  /** The same token under another scheme. */
  | { readonly kind: 'scheme'; readonly scheme: string }
  /** A header replaced in its place, or added. */
  | { readonly kind: 'header'; readonly name: string; readonly value: string }
  | { readonly kind: 'without-cookies' }
  /** With a cookie that the jar does not send here, though this origin has set it. */
  | { readonly kind: 'with-cookie'; readonly name: string }
  /** Another URL, called directly: a redirect is not followed. Without body where the method is another one. */
  | { readonly kind: 'directly'; readonly url: string; readonly method: string }
  /** Another path of the same origin, without query and body. */
  | { readonly kind: 'path'; readonly path: string }
  /** A token that `fresh` gave, in the place of the step's. */
  | { readonly kind: 'token'; readonly use: CredentialUse };

/** What a fresh token is asked for, beside what the credential asks for anyway. */
export interface FreshRequest {
  readonly credential: OAuth2Credential;
  readonly scope: string | null;
  readonly resource: readonly string[];
}
export type Fresh = { readonly use: CredentialUse } | { readonly refused: string };

/** A question to the authorization server, with the client's own authentication. */
export type Question =
  /** RFC 7662, about the step's token or a fresh one. */
  | { readonly kind: 'introspection'; readonly client: Client; readonly use: CredentialUse }
  /** OpenID Connect Core 1.0 section 5.3. */
  | { readonly kind: 'userinfo'; readonly issuer: Issuer; readonly use: CredentialUse }
  /** RFC 9126. */
  | { readonly kind: 'par'; readonly client: Client; readonly redirect_uri: string };

/**
 * How experiments send. Everything goes through the step's own door, bound and traced like the step itself. Null where
 * nothing was sent: the origin is not bound, a stop sign was met there, or it is somebody else's server.
 */
export interface Probe {
  /** The step's request again, unchanged. */
  repeat(): Promise<Exchange | null>;
  vary(change: Change): Promise<Exchange | null>;
  /** GET of the environment's echo endpoint, with the header fields of the step. */
  echo(): Promise<Echoed | null>;
  /** An authorization request with `prompt=none` for any client and redirect_uri; never followed. Null: no endpoint is known. */
  readonly authorize: ((client_id: string, redirect_uri: string) => Promise<Exchange | null>) | null;
  fresh(request: FreshRequest): Promise<Fresh | null>;
  ask(question: Question): Promise<Exchange | null>;
  /** A random value that no server can know. */
  random(): string;
  /** What was really sent since the last call: what another step had sent before is not among it. */
  take(): readonly Exchange[];
}

export interface Observation {
  /** Word for what was seen, one of those in `predicts`. */
  readonly outcome: string;
  /** What was seen, for the report. */
  readonly seen: string;
  /** The answers that it looked at; none: nothing was sent. */
  readonly exchanges: readonly Exchange[];
  readonly evidence: readonly Evidence[];
  /** The cause that explains why it passed now, if nothing else changed; wants a repeated baseline. */
  readonly proves: CauseId | null;
  /** The header that carries credentials is shown to reach the verifier. */
  readonly arrives?: boolean;
  /** What an echo showed of a header that carries the credential. */
  readonly seenAtEcho?: SeenAtEcho;
}

/** What the experiments of this step have shown so far, by id. */
export type Earlier = ReadonlyMap<string, Observation>;

export interface Experiment {
  readonly id: string;
  /** What it does to the tested system, at worst. */
  classOf(subject: Subject): ExperimentClass;
  /** Requests that it sends. */
  readonly cost: number;
  /** Requests that it may send where the budget has them; `cost` where it is not said. */
  readonly most?: number;
  /** Sends the step's credential again: never a password, unless it is named. */
  readonly resends: boolean;
  /** Shows whether the credential arrives: nothing else is worth asking before that is known. */
  readonly showsArrival?: boolean;
  /** Asks the authorization server, which may be somebody else's. */
  readonly asksIssuer?: boolean;
  applies(subject: Subject, earlier: Earlier): boolean;
  /** Only worth its requests while one of these is a candidate; not said: whatever it splits. */
  about?(subject: Subject): readonly CauseId[];
  /** The outcome that this cause lets expect; null: it says nothing. */
  predicts(cause: CauseId, subject: Subject): string | null;
  /** `limit`: requests that it may send. */
  run(subject: Subject, probe: Probe, earlier: Earlier, limit: number): Promise<Observation>;
}

/** Nothing was sent, and why. */
export function notSent(why: string): Observation {
  return { outcome: 'not sent', seen: `not sent: ${why}`, exchanges: [], evidence: [], proves: null };
}

export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

export function statusOf(exchange: Exchange): number | null {
  return exchange.hops.at(-1)?.response?.status ?? null;
}

/** The clients whose secret is known: those of the credentials, and others that were read whole. */
export function clientsOf({ environment }: Subject): readonly Client[] {
  const whole = [...environment.clients.values()].filter(
    ({ client_secret, settings }) => client_secret !== null || settings?.private_key != null,
  );
  const used = [...environment.credentials.values()].flatMap((each) =>
    each.type === 'oauth2' ? [each.client] : [],
  );
  return [...new Map([...whole, ...used].map((client) => [client.name, client])).values()];
}

/** The method of the step. */
export function methodOf(subject: Subject): string {
  return subject.failing.hops[0]?.request.method ?? '';
}
