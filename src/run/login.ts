/** `why401 login`: a person logs in once, and the refresh token is kept for later runs. */
import { createLedger } from '../credential/ledger.ts';
import { createLogin, type LoginContext, type LoginOutcome } from '../credential/login.ts';
import { beginCodeLogin, type CodeLogin } from '../credential/login-code.ts';
import { beginDeviceLogin } from '../credential/login-device.ts';
import { createDiscovery } from '../credential/metadata.ts';
import type { CredentialFailure } from '../credential/presentation.ts';
import type { LoopbackRedirect } from '../http/loopback-redirect.ts';
import type { Environment, OAuth2Credential } from '../model.ts';
import { createPerform } from '../replay/exchange.ts';
import type { RunDoors } from './options.ts';

export interface LoginOptions {
  readonly version: string;
  /** Bytes of a body to keep. */
  readonly bodyLimit: number;
  readonly credential: OAuth2Credential;
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
  | {
      readonly kind: 'device';
      readonly user_code: string;
      readonly verification_uri: string;
      readonly verification_uri_complete: string | null;
    }
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
  const { credential, environment, timeout } = options;
  const { clock, random, redactor, send, vault } = doors;
  const over = new AbortController();
  const done = new AbortController();
  void clock.sleep(timeout, done.signal).then(() => over.abort());
  const signal = AbortSignal.any([options.signal, over.signal]);
  const context = { send, bodyLimit: options.bodyLimit, userAgent: `why401/${options.version}` };
  const perform = createPerform(context, requestTimeout, signal);
  const discovery = createDiscovery(perform, redactor);
  const ledger = createLedger(redactor, random);
  const parts = { perform, clock, random, redactor, ledger, vault, discovery, signal };
  try {
    const begun = await createLogin(credential, environment, parts);
    const outcome = 'failure' in begun ? begun : await ask(begun, options, doors, signal);
    if (outcome === null || signal.aborted) {
      return { kind: options.signal.aborted ? 'interrupted' : 'timeout' };
    }
    return 'failure' in outcome ? failed(outcome.failure) : { kind: 'stored', scope: outcome.scope };
  } finally {
    done.abort();
  }
}

function failed({ message, exchange }: CredentialFailure): LoginResult {
  const hop = exchange.hops.at(-1);
  return { kind: 'failed', message, reached: !hop || hop.response !== null };
}

function ask(
  context: LoginContext,
  options: LoginOptions,
  doors: LoginDoors,
  signal: AbortSignal,
): Promise<LoginOutcome | null> {
  return options.redirect === null
    ? askDevice(context, options, signal)
    : askBrowser(context, options.redirect, options, doors, signal);
}

async function askDevice(
  context: LoginContext,
  { show }: LoginOptions,
  signal: AbortSignal,
): Promise<LoginOutcome | null> {
  const begun = await beginDeviceLogin(context);
  if ('failure' in begun) return begun;
  const { user_code, verification_uri, verification_uri_complete } = begun;
  show({ kind: 'device', user_code, verification_uri, verification_uri_complete });
  return begun.wait(signal);
}

async function askBrowser(
  context: LoginContext,
  redirect: LoopbackRedirect,
  { show }: LoginOptions,
  { listen }: LoginDoors,
  signal: AbortSignal,
): Promise<LoginOutcome | null> {
  let begun: CodeLogin | null = null;
  let take: (outcome: Promise<LoginOutcome> | null) => void = () => {};
  const answered = new Promise<LoginOutcome | null>((resolve) => {
    take = resolve;
  });
  let taken = false;
  const listener = await listen(redirect, (parameters) => {
    const receiving = taken ? null : (begun?.receive(parameters) ?? null);
    if (receiving) {
      taken = true;
      take(receiving);
      return 'taken';
    }
    if (!taken) show({ kind: 'foreign' });
    return 'foreign';
  });
  const end = (): void => take(null);
  signal.addEventListener('abort', end, { once: true });
  try {
    const beginning = await beginCodeLogin(context, listener.redirect_uri);
    if ('failure' in beginning) return beginning;
    begun = beginning;
    show({ kind: 'browser', url: beginning.url, redirect_uri: listener.redirect_uri });
    if (signal.aborted) end();
    return await answered;
  } finally {
    signal.removeEventListener('abort', end);
    await listener.close();
  }
}
