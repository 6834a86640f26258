/** aws-jwt-verify by hand, with keys that were given to it: what it does where it cannot reach the internet. */
import { JwtRsaVerifier } from 'aws-jwt-verify';
import {
  type Application,
  fetchKeys,
  hasRole,
  type Middleware,
  nothing,
  orders,
  type Settings,
} from '../middleware.ts';

export const awsJwtVerify: Middleware = { name: 'aws-jwt-verify 5.2.1', needs: [], start };

async function start(settings: Settings): Promise<Application> {
  const verifier = JwtRsaVerifier.create({
    issuer: settings.issuer,
    audience: settings.audience,
    jwksUri: 'https://login.invalid/jwks',
    graceSeconds: settings.leeway,
  });
  const keys = await fetchKeys(settings.jwksUri);
  verifier.cacheJwks({ keys: [...keys] } as unknown as Parameters<typeof verifier.cacheJwks>[0]);
  return {
    listener: (request, response) => {
      const answer = (status: number, body: object): void => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      };
      try {
        const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
        const claims = verifier.verifySync(token);
        if (!hasRole(claims, settings)) answer(403, { message: 'Forbidden' });
        else answer(request.url?.startsWith('/orders') ? 200 : 404, orders);
      } catch (error) {
        answer(401, { message: error instanceof Error ? error.message : 'Unauthorized' });
      }
    },
    close: nothing,
  };
}
