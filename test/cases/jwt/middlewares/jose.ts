/** jose by hand: code and message in JSON, a challenge where scope is missing. */
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import {
  type Application,
  hasRole,
  hasScope,
  type Middleware,
  nothing,
  orders,
  type Settings,
  serverTime,
} from '../middleware.ts';

export const jose: Middleware = { name: 'jose 6.2.18', needs: [], start };

async function start(settings: Settings): Promise<Application> {
  const keys = createRemoteJWKSet(new URL(settings.jwksUri), { timeoutDuration: 2000 });
  const verify = async (field: string | undefined): Promise<JWTPayload> => {
    const token = field?.split(' ')[1];
    if (!token) throw new errors.JWTInvalid('Missing bearer token');
    const { payload } = await jwtVerify(token, keys, {
      issuer: settings.issuer,
      audience: settings.audience,
      algorithms: [settings.algorithm],
      clockTolerance: settings.leeway,
      currentDate: new Date(serverTime(settings) * 1000),
    });
    return payload;
  };
  return {
    listener: async (request, response) => {
      const answer = (status: number, body: object): void => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      };
      try {
        const claims = await verify(request.headers.authorization);
        if (!hasScope(claims, settings)) {
          const challenge = `Bearer error="insufficient_scope", scope="${settings.scope}"`;
          response.setHeader('www-authenticate', challenge);
          answer(403, { error: 'insufficient_scope' });
        } else if (!hasRole(claims, settings)) answer(403, { error: 'access_denied' });
        else if (request.url?.startsWith('/orders')) answer(200, orders);
        else answer(404, { error: 'not_found' });
      } catch (error) {
        const { code, message } = error as { code?: string; message?: string };
        answer(401, { code: code ?? 'ERR_UNKNOWN', message: message ?? '' });
      }
    },
    close: nothing,
  };
}
