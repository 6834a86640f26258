/** A prepared request to an exchange: the one way in which anything is sent, whatever its role. */

import type { Perform } from '../credential/presentation.ts';
import type { Send, Timeouts } from '../doors.ts';
import type { Initiator } from '../http/cookie.ts';
import type { CredentialUse, Environment, Exchange, Field, RedirectSpec, Transport } from '../model.ts';
import { follow } from './follow.ts';
import type { Jar } from './jar.ts';
import { bytesOf, type PreparedRequest } from './request.ts';

export interface ExchangeContext {
  readonly send: Send;
  readonly bodyLimit: number;
  readonly userAgent: string;
}
export interface ExchangeRequest {
  readonly role: Exchange['role'];
  readonly attempt: number;
  readonly environment: Environment;
  readonly request: PreparedRequest;
  readonly credentials: readonly CredentialUse[];
  readonly redirect: RedirectSpec;
  readonly jar: Jar | null;
  /** On whose behalf cookies are asked for; absent: what the request says itself, or nobody. */
  readonly initiator?: Initiator | null;
  readonly bound: (origin: string) => boolean;
  /** Where a redirect may lead at all; absent: wherever the rules let it. */
  readonly within?: (origin: string) => boolean;
  /** Milliseconds for the whole chain. */
  readonly timeout: number;
  readonly signal: AbortSignal | null;
  /** Instead of the environment's: without its client certificate. */
  readonly transport?: Transport;
}

export async function exchange(context: ExchangeContext, given: ExchangeRequest): Promise<Exchange> {
  const { request } = given;
  const { hops, stopped } = await follow(
    {
      method: request.method,
      url: request.url,
      ...(request.namedBy ? { namedBy: request.namedBy } : {}),
      headers: request.headers,
      sensitive: request.sensitive,
      body: request.body,
      transport: given.transport ?? given.environment.transport,
      timeouts: timeouts(given.timeout),
      bodyLimit: context.bodyLimit,
      redirect: given.redirect,
      bound: given.bound,
      ...(given.within ? { within: given.within } : {}),
      jar: given.jar,
      ...(given.initiator === undefined ? {} : { initiator: given.initiator }),
      ...(request.signers ? { signers: request.signers } : {}),
      signal: given.signal,
    },
    { send: context.send },
  );
  const { role, attempt, environment, credentials, redirect } = given;
  const redirected = hops.length > 1 || stopped !== null;
  const as = redirect.as !== undefined && redirected ? { as: redirect.as } : {};
  return { role, attempt, environment: environment.name, hops, credentials, stopped, ...as };
}

/** Ten seconds are enough for TCP and TLS wherever a server is there at all. */
const longestConnect = 10_000;

export function timeouts(total: number): Timeouts {
  return { connect: Math.min(longestConnect, total), head: total, body: total, total };
}

/** At a token endpoint Authorization and DPoP are those of the client (RFC 6749 section 2.3, RFC 9449 section 5). */
function authenticates([name]: Field, role: Exchange['role']): boolean {
  return role === 'token' && /^(?:authorization|dpop)$/i.test(name);
}

/** How credentials are obtained: no redirect, no cookies; headers and body are bound by the caller. */
export function createPerform(
  context: ExchangeContext,
  timeout: number,
  signal: AbortSignal | null,
): Perform {
  return (given) => {
    const credentials = given.credentials ?? [];
    const headers = given.headers
      .filter(([name]) => name.toLowerCase() !== 'user-agent')
      .map((field): Field => {
        const use = credentials.find((each) => each.field === field[0].toLowerCase());
        if (use) return [field[0], field[1], [`credential ${use.name}`]];
        return authenticates(field, given.role) ? [field[0], field[1], ['client']] : field;
      });
    return exchange(context, {
      role: given.role,
      attempt: 1,
      environment: given.environment,
      request: {
        method: given.method,
        url: new URL(given.url),
        headers: [['User-Agent', context.userAgent], ...headers],
        sensitive: new Set(),
        body: given.body === null ? null : bytesOf(given.body),
      },
      credentials,
      redirect: { follow: false, max: 0 },
      jar: null,
      bound: () => true,
      timeout,
      signal,
    });
  };
}
