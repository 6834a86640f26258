/** Sessions: cookies that a scripted login, or a browser's saved state, left; one login for a run. */
import { resolveTarget } from '../../http/target.ts';
import type { CredentialUse, Environment, Exchange, Json, SessionCredential } from '../../model.ts';
import { Secret } from '../../secret.ts';
import { unsentFailure } from '../oauth2/acquisition.ts';
import type { CookieJarHandle, CredentialFailure, Presentation } from '../presentation.ts';
import type { StoreParts } from '../store.ts';
import type { Identities, Identity } from './identity.ts';
import { type LoginDoors, type LoginFailure, loginBounds, runLogin } from './login.ts';
import { describePage, isUnfinished } from './login-page.ts';
import { readStorageState } from './storage-state.ts';
import type { Visitor } from './visit.ts';

export interface Sessions {
  /** `job`: who asks; a session is tried once for each. */
  present(credential: SessionCredential, environment: Environment, job: object): Promise<Presentation>;
  /** The session with this fingerprint is left behind: the next one who asks gets a new one. */
  forget(fingerprint: string): void;
}

/** What is at hand for one credential in one environment. */
interface Session {
  readonly id: string;
  readonly jar: CookieJarHandle;
  /** What a failure later on should mention. */
  readonly remark: string;
  /** For whom it was tried. */
  readonly tried: WeakSet<object>;
}
interface Place {
  session: Session | null;
  failure: CredentialFailure | null;
  /** Logins so far. */
  count: number;
}
interface Asking {
  readonly credential: SessionCredential;
  readonly environment: Environment;
  readonly place: Place;
  readonly identity: Identity;
  readonly exchanges: Exchange[];
  readonly parts: StoreParts;
}

export function createSessions(parts: StoreParts): Sessions {
  const places = new Map<string, Place & { readonly identity: Identity }>();
  return {
    async present(credential, environment, job) {
      const key = JSON.stringify([environment.name, credential.name]);
      const identity = places.get(key)?.identity ?? identityOf(credential, environment, parts.identities);
      const place = places.get(key) ?? { session: null, failure: null, count: 0, identity };
      places.set(key, place);
      return identity.run(() =>
        present({ credential, environment, place, identity, exchanges: [], parts }, job),
      );
    },
    forget(fingerprint) {
      for (const place of places.values()) {
        if (place.session && fingerprintOf(place.session.id, parts) === fingerprint) place.session = null;
      }
    },
  };
}

/** A saved state is an identity of its own. */
function identityOf(
  { name, login }: SessionCredential,
  environment: Environment,
  identities: Identities,
): Identity {
  const where = login ? 'session' : `storage_state of ${name} in ${environment.name}`;
  return identities.of(login ?? [], environment, where);
}

async function present(asking: Asking, job: object): Promise<Presentation> {
  const { place } = asking;
  if (place.failure) return failed(asking, { ...place.failure, shared: true });
  const before = place.session;
  if (before && (before.tried.has(job) || (await stands(asking, before)) === null))
    return shown(asking, before, job);
  const gained = await gain(asking);
  if ('message' in gained) return failed(asking, gained);
  const problem = await stands(asking, gained);
  if (!problem) {
    place.session = gained;
    return shown(asking, gained, job);
  }
  const what = asking.credential.login
    ? 'The login led to a session that does not stand'
    : 'The saved session does not stand';
  const message = `${what}: ${problem}.${gained.remark}`;
  const failure: CredentialFailure = {
    error: null,
    message: asking.parts.redactor.redact(message),
    exchange: asking.exchanges.at(-1) ?? unsentFailure('', asking.environment).exchange,
    shared: false,
    source: asking.credential.sources['alive'] ?? asking.credential.source,
  };
  // What got no answer may stand after all.
  if (failure.exchange.hops.at(-1)?.response) place.failure = failure;
  return failed(asking, failure);
}

function shown(
  { credential, exchanges, parts }: Asking,
  { id, jar, tried }: Session,
  job: object,
): Presentation {
  tried.add(job);
  const use: CredentialUse = {
    name: credential.name,
    type: 'session',
    field: 'cookie',
    scheme: null,
    fingerprint: fingerprintOf(id, parts),
    token: null,
    obtained: null,
  };
  return { headers: [], query: [], cookies: [], session: { id, jar }, use, exchanges, failure: null };
}

function fingerprintOf(id: string, { ledger }: StoreParts): string {
  return ledger.fingerprint(Secret.named('session', id));
}

function failed({ exchanges }: Asking, failure: CredentialFailure): Presentation {
  return { headers: [], query: [], cookies: [], use: null, exchanges, failure };
}

/** A new session: logged in, or read from the saved state. */
async function gain(asking: Asking): Promise<Session | CredentialFailure> {
  const { credential, environment, place, identity, parts } = asking;
  place.count += 1;
  const id = `${credential.name} ${environment.name} ${place.count}`;
  const jar = parts.browser.createJar();
  const session = { id, jar, tried: new WeakSet<object>() };
  if (credential.storage_state !== null) {
    const text = credential.storage_state;
    const state = readStorageState(
      text instanceof Secret ? text.reveal() : text,
      environment,
      parts.clock.now(),
    );
    if ('problem' in state) {
      const message = `The storage_state of "${credential.name}" ${state.problem}.`;
      place.failure = {
        ...unsentFailure(parts.redactor.redact(message), environment),
        source: credential.sources['storage_state'] ?? credential.source,
      };
      return place.failure;
    }
    await parts.browser.keep(jar, state.cookies);
    const remark =
      state.expired.length > 0 ? ` Of the saved cookies some are over: ${state.expired.join(', ')}.` : '';
    return { ...session, remark };
  }
  if (identity.refused) return failureOf(identity.refused, environment, true);
  const failure = await logIn(asking, jar);
  if (!failure) return { ...session, remark: '' };
  if (failure.kind === 'refused') identity.refused = failure;
  if (failure.kind !== 'passing') {
    place.failure = failureOf(failure, environment, false);
  }
  return failureOf(failure, environment, false);
}

async function logIn(asking: Asking, jar: CookieJarHandle): Promise<LoginFailure | null> {
  const { credential, environment, exchanges, parts } = asking;
  const visitor = visitorOf(asking, jar);
  const end = await runLogin(credential.login ?? [], null, visitor, loginDoors(parts));
  exchanges.push(...end.exchanges);
  if (end.failure) return end.failure;
  const { arrival } = end;
  const fails = (message: string): LoginFailure => ({
    message: parts.redactor.redact(message),
    exchange: arrival?.exchange ?? null,
    source: credential.sources['login'] ?? credential.source,
    kind: 'final',
  });
  if (arrival && isUnfinished(arrival, end.exchanges, environment))
    return fails(`The login is not at its end. ${describePage(arrival)}`);
  const names = await cookieNames(jar, environment);
  if (names.length > 0) return null;
  const refused = end.exchanges.flatMap(({ hops }) => hops.flatMap(({ cookies }) => cookies.refused));
  const why = refused.map(({ name, reason }) => `${name} was refused: ${reason}`).join(' ');
  return fails(
    `The login of "${credential.name}" left no cookie for an origin of environment "${environment.name}".${why ? ` ${why}` : ''}${arrival ? ` ${describePage(arrival)}` : ''}`,
  );
}

async function cookieNames(jar: CookieJarHandle, { origins }: Environment): Promise<string[]> {
  const found = await Promise.all(
    [...origins.values()].map((origin) => jar.cookiesFor(new URL('/', origin))),
  );
  return found.flatMap(({ names }) => [...names]);
}

function visitorOf({ environment, parts }: Asking, jar: CookieJarHandle): Visitor {
  return { environment, browser: parts.browser, jar, refuses: loginBounds(environment), ends: () => false };
}

export function loginDoors({ ledger, redactor, random }: StoreParts): LoginDoors {
  return { ledger, redactor, boundary: () => `----why401${random.token(12)}` };
}

function failureOf(failure: LoginFailure, environment: Environment, shared: boolean): CredentialFailure {
  const { message, exchange, source } = failure;
  return {
    error: null,
    message,
    exchange: exchange ?? unsentFailure('', environment).exchange,
    shared,
    source,
  };
}

/** Null where `alive` says that it stands, or there is none; else what was answered instead. */
async function stands(
  { credential, environment, exchanges, parts }: Asking,
  session: Session,
): Promise<string | null> {
  const { alive } = credential;
  if (!alive) return null;
  const text = alive.GET instanceof Secret ? alive.GET.reveal() : alive.GET;
  const url = resolveTarget(text, environment.origins);
  if ('problem' in url) return url.problem.replace(/\.$/, '');
  const refusal = loginBounds(environment)(url);
  if (refusal) return `${url.origin} ${refusal}`;
  const own = [...environment.origins.values()].includes(url.origin) ? environment.headers : [];
  const headers = [['Accept', '*/*'] as const, ...own];
  const asked = { role: 'login', environment, method: 'GET', url: url.href, headers, body: null } as const;
  const exchange = await parts.browser.visit({ ...asked, jar: session.jar, from: null });
  exchanges.push(exchange);
  const hop = exchange.hops.at(-1);
  const status = hop?.response?.status;
  if (status === undefined) return `${text} gave no answer (${hop?.failure?.code ?? 'nothing was sent'})`;
  return meets(status, alive.status)
    ? null
    : `${text} answered ${status}, not ${JSON.stringify(alive.status)}`;
}

/** `200`, `2xx`, or a list of them. */
function meets(status: number, wanted: Json): boolean {
  const words = (Array.isArray(wanted) ? wanted : [wanted]).map(String);
  return words.some(
    (word) => word === String(status) || (/^[1-5]xx$/i.test(word) && word[0] === String(status)[0]),
  );
}
