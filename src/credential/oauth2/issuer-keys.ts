/** The keys of the authorization servers of clients (RFC 7517). */

import { parseJson } from '../../http/json.ts';
import { isUrl } from '../../http/url.ts';
import type { Client, Environment, Exchange, JsonMap } from '../../model.ts';
import { isMap } from '../../source.ts';
import { finalResponse } from '../answer.ts';
import { insecurity } from '../endpoint.ts';
import type { Discovery } from '../metadata.ts';
import type { Perform } from '../presentation.ts';

export interface IssuerKeys {
  /** The JWK Set of an issuer; null where there is none to be had. What is sent for it goes to `exchanges`. */
  find(environment: Environment, client: Client, exchanges: Exchange[]): Promise<JsonMap | null>;
}

/** Fetched once a run. */
export function createIssuerKeys(perform: Perform, discovery: Discovery): IssuerKeys {
  const known = new Map<string, Promise<JsonMap | null>>();
  const fetchSet = async (
    environment: Environment,
    { issuer }: Client,
    exchanges: Exchange[],
  ): Promise<JsonMap | null> => {
    const found = await discovery.find(environment, issuer);
    exchanges.push(...found.exchanges);
    const uri = found.values?.['jwks_uri'];
    if (typeof uri !== 'string' || !isUrl(uri)) return null;
    const url = new URL(uri);
    // A discovery document may not send us elsewhere.
    const bound = url.origin === new URL(issuer.issuer).origin || issuer.metadata['jwks_uri'] === uri;
    if (!bound || insecurity(url, environment)) return null;
    const headers = [['Accept', 'application/json']] as const;
    const exchange = await perform({
      role: 'metadata',
      environment,
      method: 'GET',
      url: url.href,
      headers,
      body: null,
    });
    exchanges.push(exchange);
    const response = finalResponse(exchange);
    if (response?.status !== 200) return null;
    const parsed = parseJson(new TextDecoder().decode(response.body.content));
    return 'value' in parsed && isMap(parsed.value) && Array.isArray(parsed.value['keys'])
      ? parsed.value
      : null;
  };
  return {
    find(environment, client, exchanges) {
      const key = JSON.stringify([environment.name, client.issuer.name]);
      const pending = known.get(key) ?? fetchSet(environment, client, exchanges);
      known.set(key, pending);
      return pending;
    },
  };
}
