/** Demonstrating Proof of Possession (RFC 9449): one key per credential and run, a proof for each request. */
import { createHash } from 'node:crypto';
import { parseChallenges } from '../../http/challenge.ts';
import { parseJson } from '../../http/json.ts';
import type { Exchange, Hop, Json } from '../../model.ts';
import { Secret, type Value } from '../../secret.ts';
import { isMap } from '../../source.ts';
import { fieldValues } from '../answer.ts';
import type { Perform } from '../presentation.ts';
import type { Rendered } from '../rendering.ts';
import type { Signer } from '../signer.ts';
import { decodeToken } from '../token.ts';
import { type AssertionDoors, withoutSignature } from './client-assertion.ts';

export interface Dpop {
  /** Thumbprint of the key (RFC 7638). */
  readonly jkt: string;
  /** `perform` with a proof in each request; `token` is the one that the request presents. */
  proving(perform: Perform, token?: Secret): Perform;
  /**
   * What `send` gives, or, where the server asks for its nonce, what it gives the second time; it is to make its
   * request anew, since what else serves once has been seen. The first exchange goes to `exchanges`.
   */
  withNonce(exchanges: Exchange[], send: () => Promise<Exchange>): Promise<Exchange>;
  /** The token in the scheme DPoP, with a proof in each request. */
  bind(rendered: Rendered, token: Secret): Rendered;
}

/** In the order in which they are taken. */
const algorithms = ['ES256', 'EdDSA', 'Ed25519', 'ES384', 'ES512', 'PS256', 'RS256'];

/** The algorithm of proofs; null where none is known that the server takes (`dpop_signing_alg_values_supported`). */
export function proofAlgorithm(supported: Json | undefined): string | null {
  if (!Array.isArray(supported)) return algorithms[0] ?? null;
  return algorithms.find((alg) => supported.includes(alg)) ?? null;
}

/** `name` is the credential's. */
export async function createDpop(name: string, alg: string, doors: AssertionDoors): Promise<Dpop> {
  const prover = await createProver(name, alg, doors);
  const nonces = new Map<string, string>();
  const note = (hop: Hop): void => {
    const nonce = nonceOf(hop);
    if (nonce !== null) nonces.set(new URL(hop.request.url).origin, nonce);
  };
  const prove = (method: string, url: URL, token: string | null): Promise<Secret> =>
    prover.prove(method, url, nonces.get(url.origin) ?? null, token);
  const signer: Signer = {
    fields: ['dpop'],
    async sign({ method, url, headers }) {
      const token = dpopToken(headers.find(([field]) => field.toLowerCase() === 'authorization')?.[1]);
      return token === null ? [] : [['DPoP', await prove(method, url, token)]];
    },
    challenged(hop) {
      note(hop);
      return asksAgain(hop);
    },
  };
  return {
    jkt: prover.jkt,
    proving: (perform, token) => async (request) => {
      const proof = await prove(request.method, new URL(request.url), token?.reveal() ?? null);
      const exchange = await perform({ ...request, headers: [...request.headers, ['DPoP', proof]] });
      for (const hop of exchange.hops) note(hop);
      return exchange;
    },
    async withNonce(exchanges, send) {
      const exchange = await send();
      const hop = exchange.hops.at(-1);
      if (!hop || !asksAgain(hop)) return exchange;
      exchanges.push(exchange);
      return send();
    },
    bind: (rendered, token) => ({
      ...rendered,
      headers: [['Authorization', Secret.join(['DPoP ', token])]],
      signer,
      use: { ...rendered.use, scheme: 'DPoP', proof: { jkt: prover.jkt } },
    }),
  };
}

interface Prover {
  readonly jkt: string;
  prove(method: string, url: URL, nonce: string | null, token: string | null): Promise<Secret>;
}

/** oauth4webapi has proofs of its own, but with the clock of the machine and out of our sight. */
async function createProver(
  name: string,
  alg: string,
  { ledger, clock, random }: AssertionDoors,
): Promise<Prover> {
  const [{ SignJWT }, { generateKeyPair }, { exportJWK }, { calculateJwkThumbprint }] = await Promise.all([
    import('jose/jwt/sign'),
    import('jose/key/generate/keypair'),
    import('jose/key/export'),
    import('jose/jwk/thumbprint'),
  ]);
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const jwk = await exportJWK(publicKey);
  return {
    jkt: await calculateJwkThumbprint(jwk),
    async prove(htm, { origin, pathname }, nonce, token) {
      const claims = {
        jti: random.uuid(),
        htm,
        htu: `${origin}${pathname}`,
        ...(token === null ? {} : { ath: createHash('sha256').update(token).digest('base64url') }),
        ...(nonce === null ? {} : { nonce }),
      };
      const proof = await new SignJWT(claims)
        .setProtectedHeader({ typ: 'dpop+jwt', alg, jwk })
        .setIssuedAt(Math.floor(clock.now() / 1000))
        .sign(privateKey);
      return withoutSignature(proof, `${name} DPoP proof`, ledger);
    },
  };
}

/** The token of an Authorization field in the scheme DPoP, which an experiment may have exchanged. */
function dpopToken(authorization: Value | undefined): string | null {
  const value = authorization instanceof Secret ? authorization.reveal() : (authorization ?? '');
  return /^dpop +(\S+)\s*$/i.exec(value)?.[1] ?? null;
}

function nonceOf({ response }: Hop): string | null {
  const [nonce] = response ? fieldValues(response, 'dpop-nonce') : [];
  return nonce === undefined || nonce === '' ? null : nonce;
}

/** The server asks for a nonce (RFC 9449 sections 8 and 9), gives one, and the proof did not hold it. */
function asksAgain(hop: Hop): boolean {
  const { response } = hop;
  if (!response || (response.status !== 400 && response.status !== 401)) return false;
  const nonce = nonceOf(hop);
  if (nonce === null || nonce === usedNonce(hop)) return false;
  const asked = parseChallenges(fieldValues(response, 'www-authenticate')).some(
    ({ parameters }) => parameters.get('error') === 'use_dpop_nonce',
  );
  if (asked) return true;
  const parsed = parseJson(new TextDecoder().decode(response.body.content));
  return 'value' in parsed && isMap(parsed.value) && parsed.value['error'] === 'use_dpop_nonce';
}

/** The trace shows the claims of a proof. */
function usedNonce({ request }: Hop): Json | undefined {
  const proof = request.headers.find(([name]) => name.toLowerCase() === 'dpop')?.[1] ?? '';
  return decodeToken(proof.replace(/\.[^.]*$/, '.x')).claims?.['nonce'];
}
