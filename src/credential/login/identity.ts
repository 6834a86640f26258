/** The users who log in during a run: one jar each, and what must not be tried again. */
import { reachOf } from '../../http/reach.ts';
import { resolveTarget } from '../../http/target.ts';
import type { Environment, LoginStep } from '../../model.ts';
import { Secret, type Value } from '../../secret.ts';
import type { Ledger } from '../ledger.ts';
import type { Browser, CookieJarHandle } from '../presentation.ts';
import type { LoginFailure } from './login.ts';

export interface Identity {
  /** Cookies of earlier logins, so that the next one need not ask again. */
  jar: CookieJarHandle;
  /** The server refused: nothing is sent again in this run. */
  refused: LoginFailure | null;
  /** Tasks run one after the other. */
  run<T>(task: () => Promise<T>): Promise<T>;
}
export interface Identities {
  /** Equal steps with equal values at one place of one environment are one user. `where`: the server that asks for the login. */
  of(steps: readonly LoginStep[], environment: Environment, where: string): Identity;
}

export function createIdentities(browser: Browser, ledger: Ledger): Identities {
  const known = new Map<string, Identity>();
  const users = new Map<string, User>();
  return {
    of(steps, environment, where) {
      const user = [where, steps.map((step) => keyOf(step, environment, ledger))];
      const key = JSON.stringify([environment.name, ...user]);
      // The same servers may be there under several names: a refusal counts in each.
      const place = JSON.stringify(user);
      const shared = users.get(place) ?? { refused: null, tail: Promise.resolve() };
      users.set(place, shared);
      const found = known.get(key) ?? createIdentity(browser.createJar(), shared);
      known.set(key, found);
      return found;
    },
  };
}

interface User {
  refused: LoginFailure | null;
  tail: Promise<unknown>;
}

function createIdentity(jar: CookieJarHandle, user: User): Identity {
  return {
    jar,
    get refused() {
      return user.refused;
    },
    set refused(failure) {
      user.refused = failure;
    },
    run(task) {
      const running = user.tail.then(task);
      user.tail = running.catch(() => undefined);
      return running;
    },
  };
}

function keyOf({ GET, submit, when }: LoginStep, environment: Environment, ledger: Ledger): unknown {
  const text = (value: unknown) => (value instanceof Secret ? ledger.fingerprint(value) : value);
  const fields = Object.entries(submit?.fields ?? {}).map(([name, value]) => [name, text(value)]);
  return [GET && pageOf(GET, environment, ledger), submit && [submit.form, fields, submit.button], when];
}

/** By the server, whatever its origin is called. */
function pageOf(GET: Value, { origins, transport }: Environment, ledger: Ledger): string {
  const text = GET instanceof Secret ? GET.reveal() : GET;
  const url = resolveTarget(text, origins);
  return 'problem' in url
    ? ledger.fingerprint(text)
    : `${reachOf(url.href, transport)} ${ledger.fingerprint(url.href)}`;
}
