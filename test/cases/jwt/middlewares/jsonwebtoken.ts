/** jsonwebtoken by hand: the tutorial with `sendStatus(401)` and `sendStatus(403)`, the key in the configuration. */
import express from 'express';
import jwt from 'jsonwebtoken';
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

export const jsonwebtoken: Middleware = { name: 'jsonwebtoken 9.0.3', needs: [], start };

async function start(settings: Settings): Promise<Application> {
  const [jwk] = await fetchKeys(settings.jwksUri);
  const key = publicKey(jwk ?? {});
  const options = {
    issuer: settings.issuer,
    audience: settings.audience,
    algorithms: [settings.algorithm as 'RS256'],
    clockTolerance: settings.leeway,
    ...(settings.skew === 0 ? {} : { clockTimestamp: serverTime(settings) }),
  };
  const app = express();
  app.use((request, response, next) => {
    const token = request.headers.authorization?.split(' ')[1];
    if (!token) {
      response.sendStatus(401);
      return;
    }
    jwt.verify(token, key, options, (error, claims) => {
      if (error || !hasRole(Object(claims), settings)) response.sendStatus(403);
      else next();
    });
  });
  app.get('/orders', (_request, response) => {
    response.json(orders);
  });
  return { listener: app, close: nothing };
}
