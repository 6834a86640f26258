/** JWTs that are signed here and presented as bearer tokens (RFC 7519, RFC 7515). */
import { stringifyJson } from '../../http/json.ts';
import type { Environment, Json, SelfSignedJwtCredential } from '../../model.ts';
import { renderToken } from '../bearer.ts';
import type { Acquired } from '../holding.ts';
import { type Key, readKey } from '../key.ts';
import { jwsAlgorithms, misfit } from '../key-fit.ts';
import { unsentFailure } from '../oauth2/acquisition.ts';
import type { StoreParts } from '../store.ts';

/** The key, or why it cannot sign: the end of a sentence that begins with the key. */
export function jwsKey(text: string, alg: string): Key | { readonly fault: string } {
  const key = readKey(text);
  if ('fault' in key) return key;
  const fault = misfit(key, alg, jwsAlgorithms);
  return fault === null ? key : { fault };
}

export async function acquireSelfSigned(
  credential: SelfSignedJwtCredential,
  environment: Environment,
  { ledger, clock, random, redactor }: StoreParts,
): Promise<Acquired> {
  const { name, alg, kid, typ } = credential;
  const found = jwsKey(ledger.secret(`${name} key`, credential.key).reveal(), alg);
  if ('fault' in found) {
    const message = redactor.redact(`The key of credential "${name}" ${found.fault}.`);
    return { held: null, exchanges: [], failure: unsentFailure(message, environment) };
  }
  const at = clock.now();
  const claims = claimsOf(credential, at, random.uuid());
  const { CompactSign } = await import('jose');
  const used = kid ?? found.kid;
  const signed = await new CompactSign(new TextEncoder().encode(stringifyJson(claims)))
    .setProtectedHeader({ alg, typ: typ ?? 'JWT', ...(used === null ? {} : { kid: used }) })
    .sign(found.key);
  const token = ledger.secret(name, signed);
  const { exp } = claims;
  const expiresAt = typeof exp === 'number' ? exp * 1000 : null;
  const rendered = renderToken(name, 'self_signed_jwt', token, null, ledger);
  return { held: { at, expiresAt, rendered }, exchanges: [], failure: null };
}

/** What is written wins, `iat`, `exp` and `jti` included: a token that is over may be what a scenario needs. */
function claimsOf(
  { claims, lifetime }: SelfSignedJwtCredential,
  now: number,
  jti: string,
): Record<string, Json> {
  const iat = Math.floor(now / 1000);
  return { iat, exp: iat + Math.ceil(lifetime / 1000), jti, ...claims };
}
