/** express-jwt; its refusals are shown by the error handler of Express, or as its README writes them. */
import express, { type NextFunction, type Request, type Response } from 'express';
import { expressjwt, UnauthorizedError } from 'express-jwt';
import type { Secret } from 'jsonwebtoken';
import {
  type Application,
  fetchKeys,
  hasRole,
  type Middleware,
  nothing,
  orders,
  publicKey,
  type Settings,
  serverTime,
} from '../middleware.ts';

export const expressJwt: Middleware = {
  name: 'express-jwt 8.5.1',
  needs: [],
  start: (settings) => start(settings, false),
};
/** `res.status(401).send('invalid token...')`, as in its README: one text for all. */
export const expressJwtReadme: Middleware = {
  name: 'express-jwt 8.5.1',
  needs: [],
  start: (settings) => start(settings, true),
};

async function lookUp({ jwksUri }: Settings, kid: string | undefined): Promise<Secret | undefined> {
  const jwk = (await fetchKeys(jwksUri)).find((key) => key.kid === kid);
  return jwk && publicKey(jwk);
}

async function start(settings: Settings, readme: boolean): Promise<Application> {
  const app = express();
  app.use(
    expressjwt({
      // As jwks-rsa gives it: no key where there is none of that id or algorithm.
      secret: async (_request, token) =>
        (token?.header.alg === settings.algorithm
          ? await lookUp(settings, token.header.kid)
          : undefined) as Secret,
      algorithms: [settings.algorithm as 'RS256'],
      issuer: settings.issuer,
      audience: settings.audience,
      clockTolerance: settings.leeway,
      ...(settings.skew === 0 ? {} : { clockTimestamp: serverTime(settings) }),
      isRevoked: async (_request, token) =>
        typeof token?.payload === 'object' && settings.revoked.has(token.payload.jti ?? ''),
    }),
  );
  app.get('/orders', (request: Request & { auth?: object }, response) => {
    if (!hasRole(request.auth ?? {}, settings)) {
      response.status(403).json({ message: 'Forbidden' });
      return;
    }
    response.json(orders);
  });
  if (readme)
    app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
      if (error instanceof UnauthorizedError) response.status(401).send('invalid token...');
      else next(error);
    });
  // As in development, without the log.
  app.set('env', 'test');
  return { listener: app, close: nothing };
}
