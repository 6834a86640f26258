/** Metadata of authorization servers (RFC 8414, OpenID Connect Discovery 1.0), fetched once a run. */

import { parseJson } from '../http/json.ts';
import { isRedirect } from '../http/redirect.ts';
import { isUrl } from '../http/url.ts';
import type { Environment, Exchange, Issuer, Json, JsonMap } from '../model.ts';
import type { Redactor } from '../secret.ts';
import { isMap } from '../source.ts';
import { describeFailure, fieldValues, finalResponse, quoted } from './answer.ts';
import { insecurity, withoutUserinfo } from './endpoint.ts';
import type { Metadata, Perform } from './presentation.ts';

export interface Discovered extends Metadata {
  /** The exchange that the values (or the failure) come from, also when an earlier call made it. */
  readonly exchange: Exchange | null;
}
export interface Discovery {
  /** Concurrent calls share one request; only the first returns its exchange. */
  find(environment: Environment, issuer: Issuer): Promise<Discovered>;
}

export function createDiscovery(perform: Perform, redactor: Redactor): Discovery {
  const known = new Map<string, Promise<Discovered>>();
  return {
    async find(environment, issuer) {
      if (issuer.discovery === 'none') {
        const values = { issuer: issuer.issuer, ...issuer.metadata };
        return { values, exchanges: [], failure: null, exchange: null };
      }
      const key = JSON.stringify([environment.name, issuer.name]);
      const earlier = known.get(key);
      if (earlier) return { ...(await earlier), exchanges: [] };
      const fetching = discover(environment, issuer, perform, redactor);
      known.set(key, fetching);
      try {
        const found = await fetching;
        if (isPassing(found)) known.delete(key);
        return found;
      } catch (bug) {
        known.delete(key);
        throw bug;
      }
    },
  };
}

/** No whole answer, or the server's own trouble: worth another try. */
function isPassing(found: Discovered): boolean {
  if (found.failure === null || found.exchange === null) return false;
  const hop = found.exchange.hops.at(-1);
  return !hop?.response || hop.failure !== null || hop.response.status >= 500;
}

async function discover(
  environment: Environment,
  issuer: Issuer,
  perform: Perform,
  redactor: Redactor,
): Promise<Discovered> {
  const stated = Object.keys(issuer.metadata).length > 0 ? issuer.metadata : null;
  const fails = (failure: string, exchanges: readonly Exchange[]): Discovered => ({
    values: stated,
    exchanges,
    failure: redactor.redact(failure),
    exchange: exchanges.at(-1) ?? null,
  });
  if (!isUrl(issuer.issuer)) return fails(`The issuer "${issuer.issuer}" is not an absolute URL.`, []);
  const url = new URL(issuer.issuer);
  const problem = insecurity(url, environment);
  if (problem) return fails(`The issuer "${withoutUserinfo(issuer.issuer)}" ${problem}.`, []);
  const first = await request(url, environment, issuer, perform);
  const moved = withinOrigin(first);
  const exchange = moved ? await get(moved, environment, perform) : first;
  const exchanges = moved ? [first, exchange] : [first];
  const read = readMetadata(exchange, issuer, redactor);
  if ('problem' in read) return fails(read.problem, exchanges);
  return { values: { ...read.values, ...stated }, exchanges, failure: null, exchange };
}

/** Where a server keeps its document instead, mostly a slash further on. Another origin is not asked. */
export function withinOrigin(exchange: Exchange): string | null {
  const hop = exchange.hops.at(-1);
  const response = finalResponse(exchange);
  if (!hop || !response || !isRedirect(response.status)) return null;
  const [location = ''] = fieldValues(response, 'location');
  if (!isUrl(location, hop.request.url)) return null;
  const url = new URL(location, hop.request.url);
  const own = url.origin === new URL(hop.request.url).origin && url.username === '' && url.password === '';
  return own && url.href !== hop.request.url ? url.href : null;
}

function get(url: string, environment: Environment, perform: Perform): Promise<Exchange> {
  const headers = [['Accept', 'application/json']] as const;
  return perform({ role: 'metadata', environment, method: 'GET', url, headers, body: null });
}

/** oauth4webapi knows both places of the well-known document; the answer is ours to read. */
async function request(
  url: URL,
  environment: Environment,
  issuer: Issuer,
  perform: Perform,
): Promise<Exchange> {
  const { allowInsecureRequests, customFetch, discoveryRequest } = await import('oauth4webapi');
  const made: Exchange[] = [];
  await discoveryRequest(url, {
    algorithm: issuer.discovery === 'oauth2' ? 'oauth2' : 'oidc',
    [allowInsecureRequests]: url.protocol === 'http:',
    [customFetch]: async (target: string) => {
      made.push(await get(target, environment, perform));
      return new Response();
    },
  });
  const [exchange] = made;
  if (!exchange) throw new Error('oauth4webapi made no discovery request');
  return exchange;
}

function readMetadata(
  exchange: Exchange,
  issuer: Issuer,
  redactor: Redactor,
): { readonly values: JsonMap } | { readonly problem: string } {
  const response = finalResponse(exchange);
  const subject = `The metadata of issuer "${issuer.name}"`;
  if (response?.status !== 200) return { problem: describeFailure(subject, exchange, redactor) };
  const { body } = response;
  const broken = exchange.hops.at(-1)?.failure;
  if (broken) return { problem: `${subject} broke off (${broken.code}).` };
  if (body.truncated) return { problem: `${subject} is longer than is read (${body.bytes} bytes).` };
  if (body.decodeError) return { problem: `${subject} cannot be decoded: ${body.decodeError}` };
  const parsed = parseJson(new TextDecoder().decode(body.content));
  if ('error' in parsed || !isMap(parsed.value)) return { problem: `${subject} is not a JSON object.` };
  const claimed: Json | undefined = parsed.value['issuer'];
  if (claimed !== issuer.issuer) {
    const named = typeof claimed === 'string' ? `the issuer ${quoted(claimed, redactor)}` : 'no issuer';
    return {
      problem: `${subject} names ${named}, not "${issuer.issuer}"; the two must be equal (RFC 8414 section 3.3).`,
    };
  }
  return { values: parsed.value };
}
