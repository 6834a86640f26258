/** The token of an answer, as it is kept and presented. */
import type { Exchange } from '../../model.ts';
import { renderToken } from '../bearer.ts';
import { lifetimeOf } from '../expiry.ts';
import type { Held } from '../holding.ts';
import { decodeToken } from '../token.ts';
import type { AcquisitionDoors, Attempt } from './acquiring.ts';
import type { TokenAnswer } from './token-answer.ts';

export async function hold(
  { credential, credentialKey }: Attempt,
  exchange: Exchange,
  answer: TokenAnswer,
  { ledger, dpop }: AcquisitionDoors,
): Promise<Held> {
  const idToken = credential.asks?.present === 'id_token' ? answer.id_token : null;
  const token = idToken ?? answer.access_token;
  const hop = exchange.hops.at(-1);
  if (!hop) throw new Error('an answer without a hop');
  const { claims } = decodeToken(token.reveal());
  const lifetime = lifetimeOf(hop, idToken ? null : answer.expires_in, claims);
  const { client } = credential;
  const rendered = renderToken(
    credential.name,
    'oauth2',
    token,
    {
      at: lifetime.at,
      client: client.name,
      issuer: client.issuer.name,
      // Left out, it is what was asked for (RFC 6749 section 5.1).
      scope: answer.scope ?? credential.scope,
      expiresAt: lifetime.expiresAt,
    },
    ledger,
  );
  const bound = !idToken && answer.token_type === 'DPoP' ? await dpop.of(credentialKey, credential) : null;
  return { ...lifetime, rendered: bound ? dpop.bind(bound, rendered, token) : rendered };
}
