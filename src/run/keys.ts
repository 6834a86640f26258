/** JWK Sets of the authorization servers of the project file, fetched when a refused token is to be held against them. */

import type { KeyVerdict } from '../diagnose/subject.ts';
import { parseJson } from '../http/json.ts';
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
}

/** Milliseconds. */
const timeout = 10_000;

export function createKeys(parts: DiagnosisParts): Keys {
  const sets = new Map<string, Promise<JsonMap | null>>();
  const perform = createPerform(parts.exchange, timeout, parts.signal);
  const fetchSet = async (
    environment: Environment,
    issuer: Issuer,
    exchanges: Exchange[],
  ): Promise<JsonMap | null> => {
    const metadata = await parts.store.metadata(environment, issuer.name);
    exchanges.push(...metadata.exchanges);
    const uri = metadata.values?.['jwks_uri'];
    if (typeof uri !== 'string' || !URL.canParse(uri) || !sameSite(uri, issuer)) return null;
    const exchange = await perform({
      role: 'metadata',
      environment,
      method: 'GET',
      url: uri,
      headers: [['Accept', 'application/json']],
      body: null,
    });
    exchanges.push(exchange);
    return setFrom(exchange);
  };
  return {
    async verify(use, environments, exchanges) {
      const found: KeyVerdict[] = [];
      for (const environment of environments) {
        for (const issuer of environment.issuers.values()) {
          const key = `${environment.name}\n${issuer.issuer}`;
          const pending = sets.get(key) ?? fetchSet(environment, issuer, exchanges);
          sets.set(key, pending);
          const set = await pending;
          const verdict = set ? await parts.store.verify(use.fingerprint, set) : null;
          if (verdict) found.push({ environment: environment.name, issuer: issuer.issuer, verdict });
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

function setFrom(exchange: Exchange): JsonMap | null {
  const response = exchange.hops.at(-1)?.response;
  if (response?.status !== 200) return null;
  const parsed = parseJson(Buffer.from(response.body.content).toString('utf8'));
  return 'value' in parsed && isMap(parsed.value) && Array.isArray(parsed.value['keys'])
    ? parsed.value
    : null;
}
