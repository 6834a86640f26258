/** JWK Sets of the authorization servers of the project file, fetched when a refused token is to be held against them. */

import type { KeySet, KeyVerdict } from '../diagnose/subject.ts';
import { parseJson } from '../http/json.ts';
import { isUrl } from '../http/url.ts';
import type { CredentialUse, Environment, Exchange, Issuer, JsonMap } from '../model.ts';
import { createPerform } from '../replay/exchange.ts';
import { isMap } from '../source.ts';
import type { DiagnosisParts } from './diagnosis.ts';

export interface Keys {
  /** Verdict of each issuer of `environments` whose keys could be read; what was sent for it goes to `exchanges`. */
  verify(
    use: CredentialUse,
    environments: readonly Environment[],
    exchanges: Exchange[],
  ): Promise<KeyVerdict[]>;
  /** What is known of the key sets of `environments` so far; sends nothing. */
  sets(environments: readonly Environment[]): Promise<KeySet[]>;
}

interface Fetched {
  readonly set: JsonMap | null;
  readonly state: KeySet['state'];
  readonly status: number | null;
}

/** Milliseconds at most: a diagnosis does not wait as long as a step. */
const longest = 10_000;

export function createKeys(parts: DiagnosisParts): Keys {
  const sets = new Map<string, Promise<Fetched>>();
  const timeout = Math.min(longest, parts.options.timeout ?? longest);
  const perform = createPerform(parts.exchange, timeout, parts.signal);
  const fetchSet = async (
    environment: Environment,
    issuer: Issuer,
    exchanges: Exchange[],
  ): Promise<Fetched> => {
    const metadata = await parts.store.metadata(environment, issuer.name);
    exchanges.push(...metadata.exchanges);
    const uri = metadata.values?.['jwks_uri'];
    if (typeof uri !== 'string' || !isUrl(uri) || !sameSite(uri, issuer)) {
      const status = statusOf(metadata.exchanges.at(-1));
      return { set: null, state: metadata.values === null ? 'unreachable' : 'no-address', status };
    }
    const exchange = await perform({
      role: 'metadata',
      environment,
      method: 'GET',
      url: uri,
      headers: [['Accept', 'application/json']],
      body: null,
    });
    exchanges.push(exchange);
    return fetchedFrom(exchange);
  };
  return {
    async verify(use, environments, exchanges) {
      const found: KeyVerdict[] = [];
      for (const environment of environments) {
        for (const issuer of environment.issuers.values()) {
          const key = keyOf(environment, issuer);
          const pending = sets.get(key) ?? fetchSet(environment, issuer, exchanges);
          sets.set(key, pending);
          const { set } = await pending;
          const verdict = set ? await parts.store.verify(use.fingerprint, set) : null;
          if (verdict) found.push({ environment: environment.name, issuer: issuer.issuer, verdict });
        }
      }
      return found;
    },
    async sets(environments) {
      const found: KeySet[] = [];
      for (const environment of environments) {
        for (const issuer of environment.issuers.values()) {
          const fetched = await sets.get(keyOf(environment, issuer));
          if (fetched) found.push(keySet(environment, issuer, fetched));
        }
      }
      return found;
    },
  };
}

/** A discovery document may not send us elsewhere: the issuer's origin, or what the project file states. */
function sameSite(uri: string, issuer: Issuer): boolean {
  return new URL(uri).origin === new URL(issuer.issuer).origin || issuer.metadata['jwks_uri'] === uri;
}

function keyOf(environment: Environment, issuer: Issuer): string {
  return `${environment.name}\n${issuer.issuer}`;
}

function keySet(environment: Environment, issuer: Issuer, { set, state, status }: Fetched): KeySet {
  const keys = set?.['keys'];
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    environment: environment.name,
    issuer: issuer.issuer,
    state,
    status,
    // RFC 7517 section 5: what has no "kty" that is understood is to be passed over.
    keys: (Array.isArray(keys) ? keys : []).filter(isMap).flatMap((key) => {
      const kty = text(key['kty']);
      return kty === null ? [] : [{ kid: text(key['kid']), kty, alg: text(key['alg']) }];
    }),
  };
}

function statusOf(exchange: Exchange | undefined): number | null {
  return exchange?.hops.at(-1)?.response?.status ?? null;
}

function fetchedFrom(exchange: Exchange): Fetched {
  const response = exchange.hops.at(-1)?.response;
  const status = response?.status ?? null;
  if (response?.status !== 200) return { set: null, state: 'unreachable', status };
  const parsed = parseJson(Buffer.from(response.body.content).toString('utf8'));
  const set =
    'value' in parsed && isMap(parsed.value) && Array.isArray(parsed.value['keys']) ? parsed.value : null;
  return { set, state: set ? 'read' : 'not-json', status };
}
