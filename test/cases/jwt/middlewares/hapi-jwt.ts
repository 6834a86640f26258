import { createServer } from 'node:http';
import Hapi from '@hapi/hapi';
import Jwt from '@hapi/jwt';
import type { JWTPayload } from 'jose';
import { type Application, hasRole, type Middleware, orders, type Settings } from '../middleware.ts';

/** Fetches the keys when it starts, and keeps them. */
export const hapiJwt: Middleware = { name: '@hapi/jwt 3.2.4', needs: [], start };

async function start(settings: Settings): Promise<Application> {
  const listener = createServer();
  const server = Hapi.server({ listener, autoListen: false });
  await server.register(Jwt);
  server.auth.strategy('api', 'jwt', {
    keys: { uri: settings.jwksUri, algorithms: [settings.algorithm] },
    verify: { aud: settings.audience, iss: settings.issuer, sub: false, timeSkewSec: settings.leeway },
    validate: (artifacts: { decoded: { payload: JWTPayload } }) => ({
      isValid:
        !settings.revoked.has(artifacts.decoded.payload.jti ?? '') &&
        hasRole(artifacts.decoded.payload, settings),
    }),
  });
  server.auth.default('api');
  server.route({ method: 'GET', path: '/orders', handler: () => orders });
  await server.initialize();
  return {
    listener: (request, response) => void listener.emit('request', request, response),
    close: () => server.stop({ timeout: 0 }),
  };
}
