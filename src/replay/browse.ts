/** The door through which scripted logins open pages: one hop at a time, with a jar. */
import type { Browser } from '../credential/presentation.ts';
import type { Redactor } from '../secret.ts';
import { type ExchangeContext, exchange } from './exchange.ts';
import { createJar, type Jar } from './jar.ts';
import { bytesOf } from './request.ts';

/** `timeout`: milliseconds for one request. Where it goes is bound by the caller. */
export function createBrowser(
  context: ExchangeContext,
  redactor: Redactor,
  timeout: number,
  signal: AbortSignal | null,
  now: () => number,
): Browser {
  const jars = new WeakMap<object, Jar>();
  const jarOf = (handle: object): Jar => {
    const jar = jars.get(handle);
    if (!jar) throw new Error('the jar was not made by this browser');
    return jar;
  };
  return {
    createJar() {
      const jar = createJar(now, redactor);
      jars.set(jar, jar);
      return jar;
    },
    async keep(handle, cookies) {
      for (const cookie of cookies) await jarOf(handle).keep(cookie);
    },
    async visit({ role, environment, method, url, headers, body, jar, from }) {
      const made = await exchange(context, {
        role,
        attempt: 1,
        environment,
        request: {
          method,
          url: new URL(url),
          headers: [['User-Agent', context.userAgent], ...headers],
          sensitive: new Set(),
          body: body === null ? null : bytesOf(body),
        },
        credentials: [],
        redirect: { follow: false, max: 0 },
        jar: jarOf(jar),
        initiator: from && { page: from, topLevel: true },
        bound: () => true,
        timeout,
        signal,
      });
      return { ...made, stopped: null };
    },
  };
}
