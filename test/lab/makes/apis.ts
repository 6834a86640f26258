/** APIs of the lab for drift that somebody else guards: published middlewares, and Apache modules. */
import { serviceApi } from '../../../fixtures/lab/drift/api.ts';
import type { Make } from '../../../fixtures/lab/drift/lab.ts';
import type { Middleware } from '../../cases/jwt/middleware.ts';
import { startApache } from '../../support/apache.ts';
import { freePort } from '../../support/daemon.ts';
import { forwardTo } from '../../support/forward.ts';
import { findProgram } from '../../support/require.ts';
import { ending, listenInside } from './inside.ts';

/** That of the lab, to be put behind a proxy. */
export const ownApi: Make = async (service, key) => ({
  listener: serviceApi(service, key),
  close: async () => {},
});

/** `GET /orders` behind the middleware. */
export function guardedBy(middleware: Middleware): Make {
  return async ({ server, token }, key) => {
    const keys = await listenInside((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ keys: [key.shown] }));
    });
    const { listener, close } = await middleware.start({
      issuer: server.issuer,
      audience: token.audience,
      jwksUri: `http://127.0.0.1:${keys.port}/jwks`,
      tokenUri: '',
      algorithm: server.alg,
      scope: null,
      role: null,
      leeway: 5,
      skew: 0,
      revoked: new Set(),
      forbidden: new Set(),
    });
    return { listener, close: ending([keys.close, close]) };
  };
}

export const modOauth2Needs: readonly string[] = [
  '/usr/sbin/apache2',
  '/usr/lib/apache2/modules/mod_oauth2.so',
];

/** Apache with mod_oauth2 before an application that checks nothing. */
export const modOauth2: Make = async (_service, key) => {
  const app = await listenInside((request, response) => {
    const known = request.url?.split('?')[0] === '/orders';
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
    response.end(known ? '{"orders":[{"id":7}]}' : '{}');
  });
  const keys = await listenInside((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: [key.shown] }));
  });
  const port = await freePort();
  const apache = await startApache({
    program: findProgram('apache2') ?? 'apache2',
    ports: [port],
    modules: ['proxy', 'proxy_http', 'authn_core', 'authz_user', 'oauth2'],
    configuration: `OAuth2TokenVerify jwks_uri http://127.0.0.1:${keys.port}/jwks
OAuth2TargetPass remote_user_claim=sub
<Location />
AuthType oauth2
Require valid-user
</Location>
ProxyPreserveHost On
ProxyPass / http://127.0.0.1:${app.port}/`,
  });
  return { listener: forwardTo(port), close: ending([app.close, keys.close, apache.stop]) };
};
