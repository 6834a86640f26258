import type { JWTPayload } from 'jose';
import Koa from 'koa';
import jwt from 'koa-jwt';
import {
  type Application,
  findKey,
  hasRole,
  type Middleware,
  nothing,
  orders,
  type Settings,
  serverTime,
} from '../middleware.ts';

export const koaJwt: Middleware = { name: 'koa-jwt 4.0.4', needs: [], start };

async function start(settings: Settings): Promise<Application> {
  const app = new Koa();
  app.silent = true;
  const options = {
    secret: async (header: { kid?: string }) =>
      (await findKey(settings.jwksUri, header.kid)).export({ type: 'spki', format: 'pem' }).toString(),
    issuer: settings.issuer,
    audience: settings.audience,
    algorithms: [settings.algorithm],
    clockTolerance: settings.leeway,
    ...(settings.skew === 0 ? {} : { clockTimestamp: serverTime(settings) }),
    isRevoked: async (_context: unknown, claims: object) =>
      settings.revoked.has((claims as JWTPayload).jti ?? ''),
  };
  app.use(jwt(options as unknown as jwt.Options));
  app.use((context) => {
    const claims = context.state['user'] as JWTPayload;
    if (!hasRole(claims, settings)) context.throw(403);
    if (context.path === '/orders') context.body = orders;
  });
  return { listener: app.callback(), close: nothing };
}
