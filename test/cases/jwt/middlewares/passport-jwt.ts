import express from 'express';
import type { JWTPayload } from 'jose';
import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import {
  type Application,
  findKey,
  hasRole,
  hasScope,
  type Middleware,
  nothing,
  orders,
  type Settings,
  serverTime,
} from '../middleware.ts';

export const passportJwt: Middleware = { name: 'passport-jwt 4.0.1', needs: [], start };

async function start(settings: Settings): Promise<Application> {
  const strategy = new Strategy(
    {
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: (_request, raw: string, done) => {
        const kid = kidOf(raw);
        findKey(settings.jwksUri, kid).then(
          (key) => done(null, key.export({ type: 'spki', format: 'pem' }).toString()),
          (error: unknown) => done(error),
        );
      },
      issuer: settings.issuer,
      audience: settings.audience,
      algorithms: [settings.algorithm as 'RS256'],
      jsonWebTokenOptions: {
        clockTolerance: settings.leeway,
        ...(settings.skew === 0 ? {} : { clockTimestamp: serverTime(settings) }),
      },
    },
    (claims: JWTPayload, done: (error: unknown, user: JWTPayload | false) => void) =>
      done(null, settings.revoked.has(claims.jti ?? '') ? false : claims),
  );
  const own = new passport.Passport();
  own.use(strategy);
  const app = express();
  app.use(own.initialize(), own.authenticate('jwt', { session: false }));
  app.get('/orders', (request, response) => {
    const claims = (request.user ?? {}) as JWTPayload;
    if (!hasScope(claims, settings) || !hasRole(claims, settings)) {
      response.status(403).json({ error: 'forbidden' });
      return;
    }
    response.json(orders);
  });
  app.set('env', 'test');
  return { listener: app, close: nothing };
}

function kidOf(token: string): string | undefined {
  try {
    const text = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString();
    return (JSON.parse(text) as { kid?: string }).kid;
  } catch {
    return undefined;
  }
}
