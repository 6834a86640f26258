/** What other clients would have made of the redirects of a step. */

import type { ClientProfile } from '../http/client-profile.ts';
import { clientVerdicts, type JudgedChain } from '../http/client-verdicts.ts';
import { isUrl } from '../http/url.ts';
import type { Exchange, Hop, Json, Step } from '../model.ts';
import type { PreparedRequest } from '../replay/request.ts';
import { Secret } from '../secret.ts';
import { isMap } from '../source.ts';

/** Whether a redirect was answered: without one there is nothing to judge, and no rules are loaded. */
export function wasRedirected({ hops }: Exchange): boolean {
  return hops.some(({ response }) => response !== null && response.status >= 300 && response.status <= 399);
}

/** The exchange with its verdicts, where there are any. */
export function withVerdicts(
  exchange: Exchange,
  profiles: readonly ClientProfile[],
  request: PreparedRequest,
  step: Step,
  bound: (origin: string) => boolean,
): Exchange {
  const chain = chainOf(exchange, request, step, bound);
  const clients = chain ? clientVerdicts(profiles, chain) : [];
  return clients.length === 0 ? exchange : { ...exchange, clients };
}

function chainOf(
  exchange: Exchange,
  request: PreparedRequest,
  step: Step,
  bound: JudgedChain['bound'],
): JudgedChain | null {
  const [first] = exchange.hops;
  if (!first || !isUrl(first.request.url) || !isOrdinary(exchange)) return null;
  const sent = new Set(first.request.headers.map(([name]) => name.toLowerCase()));
  // What the HTTP library or the jar puts there is that of any client.
  const own = request.headers.map(([name]) => name.toLowerCase()).filter((name) => sent.has(name));
  const watched = survivorsOf(step).filter((name) => own.includes(name));
  return {
    first: {
      method: first.request.method,
      url: new URL(first.request.url),
      fields: new Set(own),
      hasBody: first.request.body !== null,
    },
    hops: exchange.hops.map(judgedHop),
    credentials: credentialsOf(exchange, request, own),
    watched,
    bound,
  };
}

/** Characters of a Location; of a longer one clients follow each its own idea of what is too long. */
const longestLocation = 16_384;

function isOrdinary({ hops }: Exchange): boolean {
  return hops.every((hop) => (judgedHop(hop).answer?.location ?? '').length <= longestLocation);
}

function judgedHop({ request, response, failure }: Hop): JudgedChain['hops'][number] {
  const location = response?.headers.find(([name]) => name.toLowerCase() === 'location')?.[1] ?? null;
  const answer = response && failure === null ? { status: response.status, location } : null;
  return { method: request.method, hasBody: request.body !== null, answer };
}

/** Not what signs a request: a client signs the next one anew, or its signature is of no use there. */
function credentialsOf(exchange: Exchange, request: PreparedRequest, own: readonly string[]): string[] {
  const proven = exchange.credentials.filter(({ proof }) => proof).map(({ field }) => field);
  const secret = request.headers
    .filter(([name, value]) => value instanceof Secret || request.sensitive.has(name.toLowerCase()))
    .map(([name]) => name.toLowerCase());
  const elsewhere = exchange.credentials
    .map(({ field }) => field)
    .filter((field) => field.startsWith('query:') || field.startsWith('form:'));
  const fields = [...secret, ...elsewhere].filter((name) => name.includes(':') || own.includes(name));
  return [...new Set(fields)].filter((name) => !proven.includes(name));
}

/** Header names of `expect.redirects.survives`, in lower case. */
function survivorsOf({ expect }: Step): string[] {
  const redirects = expect.redirects as Json | undefined;
  const survives = isMap(redirects) ? redirects['survives'] : undefined;
  return isMap(survives) ? Object.keys(survives).map((name) => name.toLowerCase()) : [];
}
