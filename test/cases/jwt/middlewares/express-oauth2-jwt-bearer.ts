import express, { type Request, type Response } from 'express';
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer';
import finalhandler from 'finalhandler';
import { type Application, type Middleware, nothing, orders, type Settings } from '../middleware.ts';

export const expressOauth2JwtBearer: Middleware = {
  name: 'express-oauth2-jwt-bearer 1.10.0',
  needs: [],
  start,
};

async function start(settings: Settings): Promise<Application> {
  const { issuer, jwksUri, audience, algorithm, leeway, scope } = settings;
  const app = express();
  app.use(
    auth({
      issuer,
      jwksUri,
      audience,
      tokenSigningAlg: algorithm,
      clockTolerance: leeway,
      timeoutDuration: 2000,
    }),
  );
  if (scope !== null) app.use(requiredScopes(scope));
  app.get('/orders', (_request, response) => {
    response.json(orders);
  });
  // As in production, without the log.
  return {
    listener: (request, response) =>
      app(request as Request, response as Response, finalhandler(request, response, { env: 'production' })),
    close: nothing,
  };
}
