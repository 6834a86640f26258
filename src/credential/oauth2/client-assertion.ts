/** Client assertions (RFC 7523 section 2.2, OpenID Connect Core 1.0 section 9): signed for one request each. */
import type { KeyObject } from 'node:crypto';
import type { Clock, Random } from '../../doors.ts';
import type { Client } from '../../model.ts';
import { Secret } from '../../secret.ts';
import type { Ledger } from '../ledger.ts';

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface AssertionKey {
  readonly key: KeyObject | Uint8Array;
  readonly alg: string;
  readonly kid: string | null;
}
export interface AssertionDoors {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly random: Random;
}

/** Milliseconds. */
const usualLifetime = 60_000;

/** oauth4webapi signs with the clock of the machine and, for secrets, with HS256 only: these are ours. */
export async function signAssertion(
  client: Client,
  { key, alg, kid }: AssertionKey,
  tokenEndpoint: string,
  { ledger, clock, random }: AssertionDoors,
): Promise<Secret> {
  const { SignJWT } = await import('jose/jwt/sign');
  const iat = Math.floor(clock.now() / 1000);
  const lifetime = client.settings?.assertion_lifetime ?? usualLifetime;
  const jwt = await new SignJWT({ jti: random.uuid() })
    .setProtectedHeader({ alg, typ: 'JWT', ...(kid === null ? {} : { kid }) })
    .setIssuer(client.client_id)
    .setSubject(client.client_id)
    .setAudience(audienceOf(client, tokenEndpoint))
    .setIssuedAt(iat)
    .setNotBefore(iat)
    .setExpirationTime(iat + Math.ceil(lifetime / 1000))
    .sign(key);
  return withoutSignature(jwt, `${client.name} client_assertion`, ledger);
}

function audienceOf(client: Client, tokenEndpoint: string): string {
  const audience = client.settings?.assertion_audience ?? 'issuer';
  if (audience === 'issuer') return client.issuer.issuer;
  return audience === 'token_endpoint' ? tokenEndpoint : audience;
}

/** A JWT of which only the signature is secret: header and claims may be shown, and alone are worth nothing. */
export function withoutSignature(jwt: string, name: string, ledger: Ledger): Secret {
  const end = jwt.lastIndexOf('.') + 1;
  const signature = ledger.secret(name, jwt.slice(end));
  return new Secret(jwt, `${jwt.slice(0, end)}${signature}`);
}
