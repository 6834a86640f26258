/** An authorization server and an API that do what docs/faults.md says of correct ones, or take anything. */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, decodeProtectedHeader, type JWK, jwtVerify, SignJWT } from 'jose';
import type { Origins, Received } from '../support/origins.ts';
import { fieldOf } from '../support/verifiers.ts';

export interface Site {
  readonly api: string;
  readonly login: string;
  readonly secrets: ReadonlyMap<string, string>;
  /** Keys of clients that sign assertions. */
  readonly keys: ReadonlyMap<string, KeyObject>;
  /** Takes anything. */
  readonly blind: boolean;
}
interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: object;
}

const signing = new Map<string, ReturnType<typeof newKeys>>();
const newKeys = (): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' });

function keysOf(site: Site): ReturnType<typeof newKeys> {
  const keys = signing.get(site.login) ?? newKeys();
  signing.set(site.login, keys);
  return keys;
}

/** An access token of `site`; `end` in seconds since 1970. */
export function accessToken(site: Site, scope: string, jkt: string | null, end?: number): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ scope, client_id: 'web', ...(jkt === null ? {} : { cnf: { jkt } }) })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k' })
    .setIssuer(site.login)
    .setAudience(site.api)
    .setSubject('web')
    .setIssuedAt(Math.min(now, end ?? now) - 1)
    .setExpirationTime(end ?? now + 300)
    .setJti(randomUUID())
    .sign(keysOf(site).privateKey);
}

export async function serveSite(origins: Origins, site: Site): Promise<void> {
  const used = new Set<string>();
  const answering =
    (answer: (request: Received) => Promise<Answer>): Parameters<Origins['serve']>[1] =>
    async (request, response) => {
      const { status, headers = {}, body = {} } = await answer(request);
      response.writeHead(status, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        ...headers,
      });
      response.end(JSON.stringify(body));
    };
  await origins.serve(
    site.login,
    answering((request) => authorizationServer(site, request, used)),
  );
  await origins.serve(
    site.api,
    answering((request) =>
      site.blind ? Promise.resolve({ status: 200 }) : resourceServer(site, request, used),
    ),
  );
}

async function authorizationServer(site: Site, request: Received, used: Set<string>): Promise<Answer> {
  if (request.url === '/jwks') {
    const key = { ...keysOf(site).publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256', use: 'sig' };
    return { status: 200, body: { keys: [key] } };
  }
  if (request.method === 'GET') {
    const { login: issuer } = site;
    const body = {
      issuer,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'private_key_jwt'],
      dpop_signing_alg_values_supported: ['ES256'],
    };
    return { status: 200, body };
  }
  const form = new URLSearchParams(request.body);
  if (!site.blind && !(await isClient(site, request, form, used))) {
    return {
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="clients"' },
      body: { error: 'invalid_client' },
    };
  }
  const proof = fieldOf(request, 'dpop');
  const jkt = proof === '' ? null : await thumbprintOf(proof);
  const scope = form.get('scope') ?? '';
  const body = {
    access_token: await accessToken(site, scope, jkt),
    token_type: jkt === null ? 'Bearer' : 'DPoP',
    expires_in: 300,
    scope,
  };
  return { status: 200, body };
}

async function isClient(
  site: Site,
  request: Received,
  form: URLSearchParams,
  used: Set<string>,
): Promise<boolean> {
  const assertion = form.get('client_assertion');
  if (assertion === null) {
    const basic = Buffer.from(fieldOf(request, 'authorization').replace(/^Basic /, ''), 'base64').toString();
    const [id = '', secret = ''] = basic.split(':');
    return site.secrets.get(id) === decodeURIComponent(secret);
  }
  for (const [id, key] of site.keys) {
    const audience = [site.login, `${site.login}/token`];
    const verified = await jwtVerify(assertion, key, { issuer: id, subject: id, audience }).catch(() => null);
    if (verified) return first(verified.payload.jti, used);
  }
  return false;
}

async function resourceServer(site: Site, request: Received, used: Set<string>): Promise<Answer> {
  const [scheme = '', token = ''] = fieldOf(request, 'authorization').split(' ');
  const refused = (error: string, status = 401, named = 'Bearer'): Answer => ({
    status,
    headers: { 'www-authenticate': error === '' ? named : `${named} error="${error}"` },
  });
  if (token === '') return refused('');
  const verified = await jwtVerify(token, keysOf(site).publicKey, {
    issuer: site.login,
    audience: site.api,
    typ: 'at+jwt',
    algorithms: ['ES256'],
  }).catch(() => null);
  if (!verified) return refused('invalid_token');
  const bound = (verified.payload['cnf'] as { jkt?: string } | undefined)?.jkt;
  if (bound !== undefined && scheme.toLowerCase() !== 'dpop') return refused('invalid_token');
  if (bound !== undefined && !(await isProof(site, request, token, bound, used)))
    return refused('invalid_dpop_proof', 401, 'DPoP');
  const wanted = request.method === 'POST' ? 'orders:write' : 'orders:read';
  const held = String(verified.payload['scope']).split(' ').includes(wanted);
  return held ? { status: 200 } : refused('insufficient_scope', 403);
}

async function isProof(
  site: Site,
  request: Received,
  token: string,
  bound: string,
  used: Set<string>,
): Promise<boolean> {
  const proof = fieldOf(request, 'dpop');
  const jwk = jwkOf(proof);
  if (jwk === null || (await calculateJwkThumbprint(jwk)) !== bound) return false;
  const verified = await jwtVerify(proof, createPublicKey({ key: { ...jwk }, format: 'jwk' }), {
    typ: 'dpop+jwt',
  }).catch(() => null);
  const { htm, htu, ath, jti } = verified?.payload ?? {};
  const hash = createHash('sha256').update(token).digest('base64url');
  return htm === request.method && htu === `${site.api}${request.url}` && ath === hash && first(jti, used);
}

function jwkOf(proof: string): JWK | null {
  try {
    return decodeProtectedHeader(proof).jwk ?? null;
  } catch {
    return null;
  }
}

async function thumbprintOf(proof: string): Promise<string | null> {
  const jwk = jwkOf(proof);
  return jwk === null ? null : calculateJwkThumbprint(jwk);
}

function first(id: unknown, used: Set<string>): boolean {
  if (typeof id !== 'string' || used.has(id)) return false;
  used.add(id);
  return true;
}
