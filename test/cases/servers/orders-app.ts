/** What stands behind the servers: orders, guarded in several ways, with an issuer whose keys are published. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';
import { auth } from 'express-oauth2-jwt-bearer';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export const issuer = 'https://login.example.test';
export const audience = 'https://api.example.test';

export interface TokenOptions {
  readonly claims?: JWTPayload;
  /** Seconds from now; negative: it has expired. */
  readonly lifetime?: number;
  /** `published` is in the JWKS; `withdrawn` is not; `forged` signs with another key under the published id. */
  readonly key?: 'published' | 'withdrawn' | 'forged';
}
export interface OrdersApp {
  /** Of the application, on 127.0.0.1, plain. */
  readonly port: number;
  /** Of the issuer's metadata and keys, on 127.0.0.1, plain. */
  readonly issuerPort: number;
  /** Accepted as `x-api-key` and `x_api_key`. */
  readonly apiKey: string;
  /** Public key of the issuer, JWKS and PEM. */
  readonly jwks: string;
  readonly publicPem: string;
  token(options?: TokenOptions): Promise<string>;
  close(): Promise<void>;
}

const algorithm = 'RS256';
/** Once a process: an RSA key takes longer to make than a case to play. */
let made: Promise<Awaited<ReturnType<typeof generateKeyPair>>[]> | null = null;

export async function startOrdersApp(): Promise<OrdersApp> {
  made ??= Promise.all([1, 2].map(() => generateKeyPair(algorithm, { extractable: true })));
  const [published, withdrawn] = await made;
  if (!published || !withdrawn) throw new Error('two keys were wanted');
  const publicJwk = { ...(await exportJWK(published.publicKey)), kid: 'k1', alg: algorithm, use: 'sig' };
  const jwks = JSON.stringify({ keys: [publicJwk] });
  const spki = Buffer.from(await crypto.subtle.exportKey('spki', published.publicKey)).toString('base64');
  const apiKey = crypto.randomUUID();
  const issuerServer = await listen(answerMetadata(jwks));
  const app = await listen(createApp(`http://127.0.0.1:${issuerServer.port}/jwks`, apiKey));
  return {
    port: app.port,
    issuerPort: issuerServer.port,
    apiKey,
    jwks,
    publicPem: `-----BEGIN PUBLIC KEY-----\n${spki.replace(/(.{64})/g, '$1\n')}\n-----END PUBLIC KEY-----\n`,
    token: ({ claims = {}, lifetime = 3600, key = 'published' } = {}) =>
      new SignJWT({ aud: audience, sub: 'ci', client_id: 'ci', scope: 'orders:read', ...claims })
        .setProtectedHeader({ alg: algorithm, typ: 'at+jwt', kid: key === 'withdrawn' ? 'k0' : 'k1' })
        .setIssuer(issuer)
        .setIssuedAt(Math.floor(Date.now() / 1000) + Math.min(0, lifetime - 3600))
        .setExpirationTime(Math.floor(Date.now() / 1000) + lifetime)
        .sign((key === 'published' ? published : withdrawn).privateKey),
    async close() {
      await Promise.all([app.close(), issuerServer.close()]);
    },
  };
}

function answerMetadata(jwks: string): RequestListener {
  const metadata = JSON.stringify({
    issuer,
    jwks_uri: `${issuer}/jwks`,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  });
  const page =
    '<!doctype html><title>Sign in</title><form method="post"><input name="username"><input type="password" name="password"></form>';
  return (request, response) => {
    if (request.url?.startsWith('/authorize?')) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
      return;
    }
    const known = { '/.well-known/openid-configuration': metadata, '/jwks': jwks };
    const body = known[request.url as keyof typeof known];
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(body ?? '{}');
  };
}

const orders = { orders: [{ id: 7 }] };

function createApp(jwksUri: string, apiKey: string): RequestListener {
  const app = express();
  // Its refusals are its answers: nothing is printed.
  app.set('env', 'test');
  const list = (_request: Request, response: Response): void => void response.json(orders);
  // One answer for a key that is missing and one that is wrong.
  const keyOf = (request: Request): unknown =>
    request.headers['x-api-key'] ??
    request.headers['x_api_key'] ??
    request.headers['x-depot-key'] ??
    request.headers['proxy-authorization'];
  app.get('/keyed/orders', (request, response) => {
    if (keyOf(request) === apiKey) response.json(orders);
    else response.status(401).json({ message: 'Unauthorized' });
  });
  app.get('/told/orders', (request, response) => {
    if (keyOf(request) === apiKey) response.json(orders);
    else if (keyOf(request) === undefined)
      response.status(401).json({ message: 'No API key found in request' });
    else response.status(401).json({ message: 'Unknown API key' });
  });
  const guard = auth({ issuer, audience, jwksUri, tokenSigningAlg: 'RS256' });
  // One answer for everything that is wrong, as several resource servers give it.
  app.get('/uniform/orders', (request, response) => {
    guard(request, response, (error?: unknown) => {
      if (error === undefined) return list(request, response);
      response.status(401).set('www-authenticate', 'Bearer').end();
    });
  });
  app.get('/slow/orders', (_request, response) => void setTimeout(() => response.json(orders), 1000).unref());
  app.get('/open/orders', list);
  // As pages do that keep what they know in the browser.
  app.get('/open/session', (_request, response) => {
    for (let part = 0; part < 12; part += 1)
      response.cookie(`seen-${part}`, 'orders-and-items-'.repeat(18), { secure: true });
    response.json({});
  });
  // Compares names letter by letter, which RFC 9110 section 5.1 forbids.
  app.get('/exact/orders', ({ rawHeaders }, response) => {
    if (rawHeaders[rawHeaders.indexOf('X-Api-Key') + 1] === apiKey) response.json(orders);
    else response.status(401).json({ message: 'No API key found in request' });
  });
  app.get('/debug/headers', (request, response) => void response.json({ headers: request.headers }));
  app.get('/debug/raw', (request, response) => void response.json({ rawHeaders: request.rawHeaders }));
  // As some do for safety.
  app.get('/debug/hidden', ({ headers: { authorization: _, ...headers } }, response) => {
    response.json({ headers });
  });
  app.use(guard);
  app.get(['/orders', '/orders/:id', '/search'], list);
  app.post('/orders', (_request, response) => void response.status(201).json({ id: 8 }));
  return app;
}

async function listen(listener: RequestListener): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer({ maxHeaderSize: 65_536 }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
