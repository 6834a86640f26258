/** A small authorization server: signs tokens at run time, publishes metadata and keys, knows one client. */
import type { ServerResponse } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { Received } from '../../support/origins.ts';

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey | Uint8Array;
  /** Public, null for a shared secret. */
  readonly jwk: JWK | null;
}

export interface Issuer {
  readonly issuer: string;
  /** Published keys; the first signs. */
  keys: SigningKey[];
  readonly client: { readonly client_id: string; readonly client_secret: string };
  /** Audience of tokens that ask for none. */
  audience: string;
  /** Claims of every token besides the usual. */
  claims: Readonly<Record<string, unknown>>;
  jwks(): { keys: JWK[] };
  /** An access token; `undefined` takes a claim away. */
  sign(claims?: Readonly<Record<string, unknown>>, key?: SigningKey): Promise<string>;
  /** An opaque access token; it is unknown as soon as it is deleted from `opaque`. */
  mint(claims?: Readonly<Record<string, unknown>>): string;
  readonly opaque: Map<string, JWTPayload>;
  handle(request: Received, response: ServerResponse): void;
}

/** Keys are dear: made once for all cases, told apart by number. */
const made = new Map<string, ReturnType<typeof generateKeyPair>>();
export async function signingKey(kid: string, number: number, alg = 'RS256'): Promise<SigningKey> {
  const name = `${alg} ${number}`;
  const pair = made.get(name) ?? generateKeyPair(alg, { extractable: true });
  made.set(name, pair);
  const { privateKey, publicKey } = await pair;
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

export function sharedSecret(secret: string): SigningKey {
  return { kid: 'shared', alg: 'HS256', privateKey: new TextEncoder().encode(secret), jwk: null };
}

export function createIssuer(name: string, audience: string, key: SigningKey, environment: string): Issuer {
  const self: Issuer = {
    issuer: name,
    keys: [key],
    client: { client_id: `ci-${environment}`, client_secret: crypto.randomUUID() },
    audience,
    claims: {},
    jwks: () => ({ keys: self.keys.flatMap(({ jwk }) => (jwk === null ? [] : [jwk])) }),
    sign: (claims = {}, by = self.keys[0] ?? key) => sign(self, claims, by),
    opaque: new Map(),
    mint(claims = {}) {
      const token = `at_${environment}_${crypto.randomUUID().replaceAll('-', '')}`;
      self.opaque.set(token, { ...usualClaims(self), ...claims });
      return token;
    },
    handle: (request, response) => void handle(self, request, response),
  };
  return self;
}

function usualClaims({ issuer, audience, client, claims }: Issuer): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuer,
    aud: audience,
    sub: 'ci',
    client_id: client.client_id,
    scope: 'orders:read',
    iat: now,
    exp: now + 3600,
    jti: crypto.randomUUID(),
    ...claims,
  };
}

function sign(self: Issuer, claims: object, by: SigningKey): Promise<string> {
  return new SignJWT({ ...usualClaims(self), ...claims })
    .setProtectedHeader({ alg: by.alg, typ: 'JWT', kid: by.kid })
    .sign(by.privateKey);
}

async function handle(self: Issuer, request: Received, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url, self.issuer);
  if (pathname === '/.well-known/openid-configuration') return json(response, 200, metadata(self));
  if (pathname === '/jwks') return json(response, 200, self.jwks());
  if (pathname === '/token') return grant(self, request, response);
  if (pathname === '/introspect') return introspect(self, request, response);
  return json(response, 404, { error: 'not_found' });
}

function metadata({ issuer }: Issuer): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    introspection_endpoint: `${issuer}/introspect`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    scopes_supported: ['orders:read', 'orders:write'],
  };
}

/** client_credentials with client_secret_basic (RFC 6749 section 4.4), `resource` of RFC 8707. */
async function grant(self: Issuer, request: Received, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams(request.body);
  if (!isClient(self, request)) return json(response, 401, { error: 'invalid_client' });
  if (form.get('grant_type') !== 'client_credentials')
    return json(response, 400, { error: 'unsupported_grant_type' });
  const scope = form.get('scope') ?? '';
  const access_token = await self.sign({ scope, aud: form.get('resource') ?? self.audience });
  return json(response, 200, { access_token, token_type: 'Bearer', expires_in: 3600, scope });
}

/** RFC 7662; opaque tokens only. */
function introspect(self: Issuer, request: Received, response: ServerResponse): void {
  const claims = self.opaque.get(new URLSearchParams(request.body).get('token') ?? '');
  if (!isClient(self, request)) json(response, 401, { error: 'invalid_client' });
  else json(response, 200, claims ? { active: true, ...claims } : { active: false });
}

function isClient({ client }: Issuer, request: Received): boolean {
  const field = request.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  const wanted = Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64');
  return field === `Basic ${wanted}`;
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
