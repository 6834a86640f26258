/** Tokens that are no tokens, and credentials that do not arrive. */
import type { Case } from '../case.ts';
import { oneAnswer } from './groups.ts';
import { jwtCase } from './jwt-case.ts';
import { expressJwt } from './middlewares/express-jwt.ts';
import { expressOauth2JwtBearer } from './middlewares/express-oauth2-jwt-bearer.ts';
import { fastifyJwt } from './middlewares/fastify-jwt.ts';
import { hapiJwt } from './middlewares/hapi-jwt.ts';
import { hono } from './middlewares/hono.ts';
import { jose } from './middlewares/jose.ts';
import { koaJwt } from './middlewares/koa-jwt.ts';
import { passportJwt } from './middlewares/passport-jwt.ts';
import { pyjwt, simpleJwt } from './middlewares/python.ts';
import { type Scene, without } from './scene.ts';

const past = Date.parse('2024-03-05T10:00:00Z') / 1000;

/** What a secret holds by mistake. */
function holding(change: (token: string) => string): (scene: Scene) => void {
  return ({ production }) => {
    production.token = change(production.token);
  };
}
function strip({ production }: Scene): void {
  production.gate = without('authorization');
}
function open({ production }: Scene): void {
  production.gate = null;
}

const shapes: readonly Case[] = [
  jwtCase({
    fault: 'opaque',
    middleware: expressJwt,
    causes: ['token-malformed'],
    beside: ['token-type-wrong'],
    fail: holding(() => 'at_8f14e45fceea167a5a36dedd4bea2543'),
  }),
  jwtCase({
    fault: 'opaque',
    middleware: koaJwt,
    causes: ['token-malformed'],
    beside: ['token-type-wrong'],
    sibling: true,
    twin: 'koa-jwt/no-credential',
    fail: holding(() => 'at_8f14e45fceea167a5a36dedd4bea2543'),
  }),
  jwtCase({
    fault: 'truncated',
    middleware: hapiJwt,
    causes: ['token-malformed'],
    fail: holding((token) => token.slice(0, token.indexOf('.') + 90)),
  }),
  jwtCase({
    fault: 'signature-cut',
    middleware: jose,
    causes: ['signature-invalid'],
    beside: ['token-malformed'],
    fail: holding((token) => token.slice(0, -86)),
  }),
  jwtCase({
    fault: 'quoted',
    middleware: fastifyJwt,
    causes: ['authorization-malformed'],
    beside: ['token-malformed'],
    fail: holding((token) => `"${token}"`),
  }),
  jwtCase({
    fault: 'quoted',
    middleware: passportJwt,
    protected: false,
    causes: ['authorization-malformed'],
    beside: ['token-malformed'],
    twin: 'passport-jwt/expired',
    fail: holding((token) => `"${token}"`),
  }),
  jwtCase({
    fault: 'double-bearer',
    middleware: expressJwt,
    sibling: true,
    causes: ['authorization-malformed'],
    decisive: ['Bearer'],
    fail: holding((token) => `Bearer ${token}`),
  }),
  jwtCase({
    fault: 'double-bearer',
    middleware: jose,
    causes: ['authorization-malformed'],
    beside: ['token-malformed'],
    decisive: ['Bearer'],
    fail: holding((token) => `Bearer ${token}`),
  }),
  jwtCase({
    fault: 'undefined',
    middleware: hono,
    causes: ['unresolved-variable'],
    beside: ['token-malformed', 'authorization-malformed', 'credentials-missing'],
    decisive: ['undefined'],
    fail: holding(() => 'undefined'),
  }),
  jwtCase({
    fault: 'template-left',
    middleware: pyjwt,
    causes: ['unresolved-variable'],
    beside: ['authorization-malformed', 'token-malformed', 'credentials-missing'],
    fail: holding(() => '{{access_token}}'),
  }),
];

const missing: readonly Case[] = [
  { middleware: expressOauth2JwtBearer },
  { middleware: koaJwt, twin: 'koa-jwt/revoked' },
  { middleware: fastifyJwt, sibling: true },
  { middleware: simpleJwt },
].map((plan) =>
  jwtCase({
    ...plan,
    fault: 'no-credential',
    causes: ['credentials-missing'],
    fail(scene) {
      scene.step = { GET: '/orders', credential: 'none', ...(plan.sibling ? { in: inStaging } : {}) };
    },
    heal(scene) {
      scene.step = { GET: '/orders' };
    },
  }),
);
const inStaging = { staging: { credential: 'reader' } };

const schemes: readonly Case[] = [
  jwtCase({
    fault: 'basic-sent',
    middleware: hono,
    causes: ['scheme-mismatch'],
    decisive: ['Basic'],
    fail(scene) {
      scene.credential = { type: 'basic', username: 'ci', password: '${secret.SECRET}' };
    },
    heal(scene) {
      scene.credential = { type: 'bearer', token: '${secret.TOKEN}' };
    },
  }),
  jwtCase({
    fault: 'token-scheme',
    middleware: expressJwt,
    causes: ['scheme-mismatch'],
    beside: ['authorization-malformed'],
    decisive: ['Token', 'Bearer'],
    fail(scene) {
      scene.credential = {
        type: 'api_key',
        in: 'header',
        name: 'authorization',
        value: 'Token ${secret.TOKEN}',
      };
    },
    heal(scene) {
      scene.credential = { type: 'bearer', token: '${secret.TOKEN}' };
    },
  }),
  jwtCase({
    fault: 'in-query',
    middleware: fastifyJwt,
    causes: ['credentials-missing', 'scheme-mismatch'],
    fail(scene) {
      scene.credential = { type: 'api_key', in: 'query', name: 'access_token', value: '${secret.TOKEN}' };
    },
    heal(scene) {
      scene.credential = { type: 'bearer', token: '${secret.TOKEN}' };
    },
  }),
];

const stripped: readonly Case[] = [
  jwtCase({
    fault: 'stripped',
    middleware: expressOauth2JwtBearer,
    sibling: true,
    causes: ['credentials-stripped-by-proxy'],
    twin: 'express-oauth2-jwt-bearer/no-credential',
    fail: strip,
    heal: open,
  }),
  jwtCase({
    fault: 'stripped',
    middleware: fastifyJwt,
    protected: false,
    sibling: true,
    causes: ['credentials-stripped-by-proxy'],
    twin: '@fastify/jwt/no-credential',
    fail: strip,
    heal: open,
  }),
  jwtCase({
    fault: 'stripped',
    middleware: koaJwt,
    causes: oneAnswer('credentials-stripped-by-proxy'),
    twin: 'koa-jwt/revoked',
    fail: strip,
    heal: open,
  }),
  jwtCase({
    fault: 'stripped',
    middleware: passportJwt,
    protected: false,
    causes: oneAnswer('credentials-stripped-by-proxy'),
    twin: 'passport-jwt/revoked',
    fail: strip,
    heal: open,
  }),
  jwtCase({
    fault: 'expired-and-stripped',
    middleware: pyjwt,
    causes: ['credentials-stripped-by-proxy'],
    beside: ['token-expired'],
    twin: 'PyJWT/no-credential',
    async fail(scene) {
      strip(scene);
      scene.production.token = await scene.production.issuer.sign({ iat: past - 60, exp: past });
    },
    async heal(scene) {
      open(scene);
      scene.production.token = await scene.production.issuer.sign();
    },
  }),
  jwtCase({
    fault: 'expired-and-stripped',
    middleware: koaJwt,
    causes: ['credentials-stripped-by-proxy', 'token-expired'],
    twin: 'koa-jwt/expired',
    async fail(scene) {
      strip(scene);
      scene.production.token = await scene.production.issuer.sign({ iat: past - 60, exp: past });
    },
    async heal(scene) {
      open(scene);
      scene.production.token = await scene.production.issuer.sign();
    },
  }),
  jwtCase({
    fault: 'no-credential',
    middleware: pyjwt,
    causes: ['credentials-missing'],
    twin: 'PyJWT/expired-and-stripped',
    fail(scene) {
      scene.step = { GET: '/orders', credential: 'none' };
    },
    heal(scene) {
      scene.step = { GET: '/orders' };
    },
  }),
];

export const deliveryCases: readonly Case[] = [...shapes, ...missing, ...schemes, ...stripped];
