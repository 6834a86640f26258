import jwt from '@fastify/jwt';
import fastify from 'fastify';
import {
  type Application,
  findKey,
  hasRole,
  type Middleware,
  orders,
  type Settings,
  serverTime,
} from '../middleware.ts';

export const fastifyJwt: Middleware = { name: '@fastify/jwt 10.2.8', needs: [], start };

async function start(settings: Settings): Promise<Application> {
  const app = fastify();
  const secret = async (_request: unknown, token: { header?: { kid?: string } }): Promise<string> =>
    (await findKey(settings.jwksUri, token.header?.kid)).export({ type: 'spki', format: 'pem' }).toString();
  await app.register(jwt, {
    decode: { complete: true },
    secret: secret as unknown as string,
    verify: {
      allowedIss: settings.issuer,
      allowedAud: settings.audience,
      algorithms: [settings.algorithm as 'RS256'],
      clockTolerance: settings.leeway * 1000,
      ...(settings.skew === 0 ? {} : { clockTimestamp: serverTime(settings) * 1000 }),
    },
    trusted: (_request: unknown, token: { [k: string]: unknown }) =>
      !settings.revoked.has(String(token['jti'] ?? '')),
  });
  app.addHook('onRequest', async (request) => {
    await request.jwtVerify();
  });
  app.get('/orders', async (request, reply) => {
    if (hasRole(request.user as object, settings)) return orders;
    return reply.code(403).send({ statusCode: 403, error: 'Forbidden', message: 'You may not list orders' });
  });
  await app.ready();
  return { listener: (request, response) => app.routing(request, response), close: () => app.close() };
}
