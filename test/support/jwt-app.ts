/** A resource server with a published JWT middleware, on plain http at loopback: what stands behind a proxy. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { auth } from 'express-oauth2-jwt-bearer';
import { SignJWT } from 'jose';

export interface JwtApp {
  readonly port: number;
  /** The Authorization field of each request that came, or null. */
  readonly received: (string | null)[];
  /** A token that it accepts. */
  token(): Promise<string>;
  close(): Promise<void>;
}

export async function startJwtApp(): Promise<JwtApp> {
  const issuer = 'https://login.example.test';
  const audience = 'https://api.example.test';
  const secret = crypto.randomUUID() + crypto.randomUUID();
  const received: (string | null)[] = [];
  const app = express();
  app.use((request, _response, next) => {
    received.push(request.headers.authorization ?? null);
    next();
  });
  app.use(auth({ issuer, audience, secret, tokenSigningAlg: 'HS256' }));
  app.get('/orders', (_request, response) => {
    response.json({ orders: [{ id: 7 }] });
  });
  // Its refusals are its answers: nothing is printed.
  app.set('env', 'test');
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    token: () =>
      new SignJWT({ scope: 'orders:read' })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(new TextEncoder().encode(secret)),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
