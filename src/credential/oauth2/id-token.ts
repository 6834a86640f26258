/** ID tokens of token answers (OpenID Connect Core 1.0 section 3.1.3.7). */
import type { Client, JsonMap } from '../../model.ts';
import type { Redactor, Secret } from '../../secret.ts';
import { address, quoted } from '../answer.ts';
import { decodeToken } from '../token.ts';
import { verifySignature } from '../verification.ts';
import type { AcquisitionParts, Attempt } from './acquiring.ts';
import type { Granted } from './grant-request.ts';

/** The ID token of a login, and one that is presented, must be this client's. */
export async function verified(
  { credential, environment, exchanges }: Attempt,
  granted: Granted,
  nonce: string | null,
  { doors, keys }: AcquisitionParts,
): Promise<Granted> {
  if ('failure' in granted || !granted.answer.id_token) return granted;
  const { client, grant_type, asks } = credential;
  if (grant_type !== 'authorization_code' && asks?.present !== 'id_token') return granted;
  const { answer, exchange } = granted;
  const jwks = await keys.find(environment, client, exchanges);
  const fault = await idTokenFault(granted.answer.id_token, { client, nonce }, jwks, doors.redactor);
  const hop = exchange.hops.at(-1);
  if (fault === null || !hop) return { answer, exchange };
  const message = `The token endpoint (${address(hop)}) answered ${hop.response?.status ?? ''} with an id_token ${fault} (OpenID Connect Core 1.0 section 3.1.3.7).`;
  const failure = { error: null, message: doors.redactor.redact(message), exchange, shared: false };
  return { failure, closes: null };
}

export interface IdTokenRules {
  readonly client: Client;
  /** That of the authorization request; null: none was sent. */
  readonly nonce: string | null;
}

/** What is wrong with it, to be read after "an id_token"; null: nothing, or it is encrypted. */
export async function idTokenFault(
  token: Secret,
  { client, nonce }: IdTokenRules,
  jwks: JsonMap | null,
  redactor: Redactor,
): Promise<string | null> {
  const { format, header, claims, malformed } = decodeToken(token.reveal());
  if (format === 'jwe') return null;
  if (!claims) return `that is no JWT${malformed === null ? '' : `: ${malformed}`}`;
  const { iss, aud, azp } = claims;
  const shown = (value: unknown): string =>
    value === undefined ? 'absent' : quoted(JSON.stringify(value).replace(/^"|"$/g, ''), redactor);
  if (iss !== client.issuer.issuer) return `whose iss is ${shown(iss)}, not "${client.issuer.issuer}"`;
  const audiences = Array.isArray(aud) ? aud : [aud];
  if (!audiences.includes(client.client_id)) return `whose aud is ${shown(aud)}, not "${client.client_id}"`;
  if (azp !== undefined && azp !== client.client_id)
    return `whose azp is ${shown(azp)}, not "${client.client_id}"`;
  if (nonce !== null && claims['nonce'] === undefined)
    return 'without the nonce of the authorization request';
  if (nonce !== null && claims['nonce'] !== nonce)
    return 'whose nonce is not that of the authorization request';
  const verdict = jwks && (await verifySignature(token, jwks));
  if (verdict === 'wrong-signature') return 'whose signature the keys of its issuer do not verify';
  if (verdict === 'unknown-key')
    return `that was signed by the key ${shown(header?.['kid'])}, which its issuer does not publish`;
  return null;
}
