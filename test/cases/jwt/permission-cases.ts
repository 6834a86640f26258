/** Good tokens of those who may not, or may no longer. */
import type { Case } from '../case.ts';
import { bare403, mayNot, oneAnswer } from './groups.ts';
import { jwtCase } from './jwt-case.ts';
import { expressJwt, expressJwtReadme } from './middlewares/express-jwt.ts';
import { expressOauth2JwtBearer } from './middlewares/express-oauth2-jwt-bearer.ts';
import { fastifyJwt } from './middlewares/fastify-jwt.ts';
import { jose } from './middlewares/jose.ts';
import { jsonwebtoken } from './middlewares/jsonwebtoken.ts';
import { koaJwt } from './middlewares/koa-jwt.ts';
import { passportJwt } from './middlewares/passport-jwt.ts';
import { pyjwt, simpleJwt } from './middlewares/python.ts';
import type { Scene } from './scene.ts';

async function revoke({ production }: Scene): Promise<void> {
  production.token = await production.issuer.sign({ jti: 'revoked-1' });
  await production.serve({ revoked: new Set(['revoked-1']) });
}
async function forbid({ production }: Scene): Promise<void> {
  await production.serve({ forbidden: new Set(['ci']) });
}
const restart = ({ production }: Scene): Promise<void> => production.serve();

const scopes: readonly Case[] = [
  jwtCase({
    fault: 'scope-missing',
    middleware: expressOauth2JwtBearer,
    sibling: true,
    causes: ['scope-missing'],
    decisive: ['orders:read'],
    async fail({ production }) {
      await production.serve({ scope: 'orders:read' });
      production.token = await production.issuer.sign({ scope: 'profile' });
    },
  }),
  jwtCase({
    fault: 'scope-not-asked-for',
    middleware: jose,
    protected: false,
    causes: ['scope-missing'],
    decisive: ['orders:write'],
    async fail(scene) {
      await scene.production.serve({ scope: 'orders:write' });
      asClient(scene, 'orders:read');
    },
    heal: (scene) => asClient(scene, 'orders:read orders:write'),
  }),
  jwtCase({
    fault: 'scope-missing',
    middleware: passportJwt,
    causes: bare403('scope-missing'),
    twin: 'passport-jwt/forbidden',
    async fail({ production }) {
      await production.serve({ scope: 'orders:write' });
    },
    async heal({ production }) {
      production.token = await production.issuer.sign({ scope: 'orders:read orders:write' });
    },
  }),
];

function asClient(scene: Scene, scope: string): void {
  const { client_id } = scene.production.issuer.client;
  scene.credential = { type: 'oauth2', grant_type: 'client_credentials', client: 'ci', scope };
  const ci = { client_id, client_secret: '${secret.SECRET}' };
  scene.production.project = { ...scene.production.project, clients: { ci } };
}

const permissions: readonly Case[] = [
  jwtCase({
    fault: 'role-missing',
    middleware: jsonwebtoken,
    sibling: true,
    causes: bare403('scope-missing'),
    twin: 'jsonwebtoken/expired',
    async fail({ production, staging }) {
      staging.token = await staging.issuer.sign({ roles: ['clerk'] });
      await production.serve({ role: 'clerk' });
    },
    async heal({ production }) {
      production.token = await production.issuer.sign({ roles: ['clerk'] });
    },
  }),
  jwtCase({
    fault: 'forbidden',
    middleware: passportJwt,
    causes: bare403('permission-missing'),
    twin: 'passport-jwt/scope-missing',
    fail: forbid,
    heal: restart,
  }),
  jwtCase({
    fault: 'forbidden',
    middleware: fastifyJwt,
    sibling: true,
    causes: mayNot('permission-missing'),
    twin: '@fastify/jwt/role-missing',
    fail: forbid,
    heal: restart,
  }),
  jwtCase({
    fault: 'role-missing',
    middleware: fastifyJwt,
    protected: false,
    causes: mayNot('scope-missing'),
    twin: '@fastify/jwt/forbidden',
    async fail({ production }) {
      await production.serve({ role: 'clerk' });
    },
    async heal({ production }) {
      production.token = await production.issuer.sign({ roles: ['clerk'] });
    },
  }),
  jwtCase({
    fault: 'forbidden',
    middleware: simpleJwt,
    causes: mayNot('permission-missing'),
    fail: forbid,
    heal: restart,
  }),
];

const revoked: readonly Case[] = [
  jwtCase({ fault: 'revoked', middleware: expressJwt, causes: ['token-revoked'], fail: revoke }),
  jwtCase({ fault: 'revoked', middleware: pyjwt, causes: ['token-revoked'], sibling: true, fail: revoke }),
  jwtCase({
    fault: 'revoked-one-text',
    middleware: expressJwtReadme,
    causes: oneAnswer('token-revoked'),
    protected: false,
    twin: 'express-jwt/expired-one-text',
    fail: revoke,
  }),
  jwtCase({
    fault: 'revoked',
    middleware: koaJwt,
    causes: oneAnswer('token-revoked'),
    protected: false,
    twin: 'koa-jwt/stripped',
    fail: revoke,
  }),
  jwtCase({
    fault: 'revoked',
    middleware: passportJwt,
    causes: oneAnswer('token-revoked'),
    sibling: true,
    twin: 'passport-jwt/stripped',
    fail: revoke,
  }),
  jwtCase({
    fault: 'untrusted',
    middleware: fastifyJwt,
    causes: oneAnswer('token-revoked').filter((cause) => cause !== 'credentials-stripped-by-proxy'),
    fail: revoke,
  }),
];

export const permissionCases: readonly Case[] = [...scopes, ...permissions, ...revoked];
