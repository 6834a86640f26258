/** The jwk middleware of Hono. */
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { jwk } from 'hono/jwk';
import { type Application, hasRole, type Middleware, nothing, orders, type Settings } from '../middleware.ts';

export const hono: Middleware = { name: 'hono/jwk 4.13.19', needs: [], start };

async function start(settings: Settings): Promise<Application> {
  const app = new Hono<{ Variables: { jwtPayload: object } }>();
  app.use(
    jwk({
      jwks_uri: settings.jwksUri,
      alg: [settings.algorithm as 'RS256'],
      verification: { iss: settings.issuer, aud: settings.audience },
    }),
  );
  // Its own handler prints the error.
  app.onError((error, context) =>
    'getResponse' in error && typeof error.getResponse === 'function'
      ? error.getResponse()
      : context.text('Internal Server Error', 500),
  );
  app.get('/orders', (context) =>
    hasRole(context.get('jwtPayload'), settings) ? context.json(orders) : context.text('Forbidden', 403),
  );
  const listener = getRequestListener(app.fetch);
  return { listener: (request, response) => void listener(request, response), close: nothing };
}
