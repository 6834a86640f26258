/** `why401 login`: a person logs in once, and the refresh token is kept for later runs. */

import type { AskPerson } from '../credential/login/authorize.ts';
import type { CredentialFailure, RefreshVault } from '../credential/presentation.ts';
import { createCredentialStore } from '../credential/store.ts';
import type { LoopbackRedirect } from '../http/loopback-redirect.ts';
import type { Environment, OAuth2Asks, OAuth2Credential } from '../model.ts';
import { createBrowser } from '../replay/browse.ts';
import { createPerform } from '../replay/exchange.ts';
import type { RunDoors } from './options.ts';

export interface LoginOptions {
  readonly version: string;
  /** Bytes of a body to keep. */
  readonly bodyLimit: number;
  /** With `asks`: it is stored. */
  readonly credential: OAuth2Credential & { readonly asks: OAuth2Asks };
  readonly environment: Environment;
  /** Where the browser comes back to; null: the device flow. */
  readonly redirect: LoopbackRedirect | null;
  /** Milliseconds in which the person must have logged in. */
  readonly timeout: number;
  /** Aborted by SIGINT. */
  readonly signal: AbortSignal;
  readonly show: (shown: Shown) => void;
}
/** What the person must see. */
export type Shown =
  | { readonly kind: 'browser'; readonly url: string; readonly redirect_uri: string }
  /** What to do, in one sentence. */
  | { readonly kind: 'device'; readonly text: string }
  /** Something came to the redirect URI that is not the answer to this login. */
  | { readonly kind: 'foreign' };

/** The door for the browser: answers it, and closes. */
export type Listen = (
  target: LoopbackRedirect,
  receive: (parameters: URLSearchParams) => 'taken' | 'foreign',
) => Promise<{ readonly redirect_uri: string; close(): Promise<void> }>;

export interface LoginDoors extends Pick<RunDoors, 'send' | 'clock' | 'random' | 'redactor'> {
  readonly vault: NonNullable<RunDoors['vault']>;
  readonly listen: Listen;
}
export type LoginResult =
  | { readonly kind: 'stored'; readonly scope: string | null }
  /** `reached`: somebody answered. */
  | { readonly kind: 'failed'; readonly message: string; readonly reached: boolean }
  | { readonly kind: 'timeout' | 'interrupted' };

/** Milliseconds for one request. */
const requestTimeout = 30_000;

export async function login(options: LoginOptions, doors: LoginDoors): Promise<LoginResult> {
  const over = new AbortController();
  const done = new AbortController();
  void doors.clock.sleep(options.timeout, done.signal).then(() => over.abort());
  const signal = AbortSignal.any([options.signal, over.signal]);
  try {
    const result = await logIn(options, doors, signal);
    const ended = result.kind !== 'stored' && signal.aborted;
    return ended ? { kind: options.signal.aborted ? 'interrupted' : 'timeout' } : result;
  } finally {
    done.abort();
  }
}

async function logIn(options: LoginOptions, doors: LoginDoors, signal: AbortSignal): Promise<LoginResult> {
  const { credential, redirect } = options;
  const { asks } = credential;
  // The steps of a script are not for a person.
  const base = { ...credential, refresh_token: null, asks: { ...asks, login: [], store: true } };
  if (redirect === null) return store({ ...base, grant_type: 'device_code' }, null, options, doors, signal);
  const person = createPerson(options, signal);
  const listener = await doors.listen(redirect, person.receive);
  const { redirect_uri } = listener;
  const asking = { ...base, grant_type: 'authorization_code' as const, asks: { ...base.asks, redirect_uri } };
  try {
    return await store(asking, person.ask(redirect_uri), options, doors, signal);
  } finally {
    await listener.close();
  }
}

/** Gets a token by the person; its refresh token goes to the vault. */
async function store(
  credential: OAuth2Credential,
  askPerson: AskPerson | null,
  { environment, version, bodyLimit, show }: LoginOptions,
  { send, clock, random, redactor, vault }: LoginDoors,
  signal: AbortSignal,
): Promise<LoginResult> {
  const context = { send, bodyLimit, userAgent: `why401/${version}` };
  let stored = false;
  const keeping: RefreshVault = {
    // A login begins anew, whatever was kept before.
    read: async () => null,
    async write(key, value) {
      await vault.write(key, value);
      stored = true;
    },
  };
  const credentials = createCredentialStore({
    clock,
    random,
    redactor,
    signal,
    vault: keeping,
    perform: createPerform(context, requestTimeout, signal),
    browser: createBrowser(context, redactor, requestTimeout, signal, () => clock.now()),
    prompt: (text) => show({ kind: 'device', text }),
    ...(askPerson ? { askPerson } : {}),
  });
  const { failure, use } = await credentials.present(credential, environment);
  if (failure) return failed(failure);
  if (stored) return { kind: 'stored', scope: use?.obtained?.scope ?? null };
  const hint = /\boffline_access\b/.test(credential.scope ?? '')
    ? 'The client may not have the grant refresh_token.'
    : 'Many servers give one only where the scope has offline_access.';
  const message = `The login succeeded, but the token endpoint gave no refresh_token. ${hint}`;
  return { kind: 'failed', message, reached: true };
}

function failed({ message, exchange }: CredentialFailure): LoginResult {
  const hop = exchange.hops.at(-1);
  return { kind: 'failed', message, reached: !hop || hop.response !== null };
}

/** Between the listener, which hears everybody, and the login that waits for one answer. */
function createPerson({ show }: LoginOptions, signal: AbortSignal) {
  let state: string | null = null;
  let take: (answer: URLSearchParams | null) => void = () => {};
  const answered = new Promise<URLSearchParams | null>((resolve) => {
    take = resolve;
  });
  let taken = false;
  return {
    receive(parameters: URLSearchParams): 'taken' | 'foreign' {
      if (!taken && state !== null && parameters.get('state') === state) {
        taken = true;
        take(parameters);
        return 'taken';
      }
      if (!taken) show({ kind: 'foreign' });
      return 'foreign';
    },
    ask:
      (redirect_uri: string): AskPerson =>
      async (url, expected) => {
        state = expected;
        const end = (): void => take(null);
        signal.addEventListener('abort', end, { once: true });
        show({ kind: 'browser', url, redirect_uri });
        if (signal.aborted) end();
        try {
          return await answered;
        } finally {
          signal.removeEventListener('abort', end);
        }
      },
  };
}
