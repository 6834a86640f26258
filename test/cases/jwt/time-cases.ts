/** Tokens and clocks that do not fit each other. */
import type { Case } from '../case.ts';
import { jwtCase } from './jwt-case.ts';
import { awsJwtVerify } from './middlewares/aws-jwt-verify.ts';
import { expressJwt, expressJwtReadme } from './middlewares/express-jwt.ts';
import { expressOauth2JwtBearer } from './middlewares/express-oauth2-jwt-bearer.ts';
import { fastifyJwt } from './middlewares/fastify-jwt.ts';
import { hapiJwt } from './middlewares/hapi-jwt.ts';
import { hono } from './middlewares/hono.ts';
import { jose } from './middlewares/jose.ts';
import { jsonwebtoken } from './middlewares/jsonwebtoken.ts';
import { koaJwt } from './middlewares/koa-jwt.ts';
import { passportJwt } from './middlewares/passport-jwt.ts';
import { pyjwt, simpleJwt } from './middlewares/python.ts';
import type { Scene } from './scene.ts';

const [past, future] = ['2024-03-05', '2044-03-05'];
const seconds = (day: string): number => Date.parse(`${day}T10:00:00Z`) / 1000;
const now = (): number => Math.floor(Date.now() / 1000);

async function expired({ production }: Scene): Promise<void> {
  production.token = await production.issuer.sign({ iat: seconds(past) - 3600, exp: seconds(past) });
}
async function early({ production }: Scene): Promise<void> {
  production.token = await production.issuer.sign({ nbf: seconds(future), exp: seconds(future) + 3600 });
}

const expiredOn = [
  { middleware: expressJwt, sibling: true },
  { middleware: expressOauth2JwtBearer, protected: false },
  { middleware: koaJwt, twin: 'koa-jwt/revoked' },
  { middleware: passportJwt, sibling: true, twin: 'passport-jwt/same-kid-other-key' },
  { middleware: fastifyJwt },
  { middleware: hono, protected: false, twin: 'hono/jwk/kid-rotated' },
  { middleware: hapiJwt },
  { middleware: jsonwebtoken, sibling: true, twin: 'jsonwebtoken/role-missing' },
  { middleware: jose },
  { middleware: awsJwtVerify },
  { middleware: pyjwt },
  { middleware: simpleJwt, sibling: true },
];

export const timeCases: readonly Case[] = [
  ...expiredOn.map((plan) =>
    jwtCase({ ...plan, fault: 'expired', causes: ['token-expired'], decisive: [past], fail: expired }),
  ),
  jwtCase({
    fault: 'expired-one-text',
    middleware: expressJwtReadme,
    causes: ['token-expired'],
    decisive: [past],
    twin: 'express-jwt/revoked-one-text',
    protected: false,
    fail: expired,
  }),
  jwtCase({
    fault: 'within-leeway',
    middleware: expressOauth2JwtBearer,
    causes: ['token-expired'],
    async fail({ production }) {
      await production.serve({ leeway: 120 });
      production.token = await production.issuer.sign({ iat: now() - 600, exp: now() - 20 });
    },
  }),
  jwtCase({
    fault: 'not-yet-valid',
    middleware: expressJwt,
    causes: ['token-not-yet-valid'],
    decisive: [future],
    twin: 'express-jwt/clock-behind',
    fail: early,
  }),
  jwtCase({
    fault: 'not-yet-valid',
    middleware: jose,
    sibling: true,
    causes: ['token-not-yet-valid'],
    decisive: [future],
    fail: early,
  }),
  jwtCase({
    fault: 'not-yet-valid',
    middleware: koaJwt,
    causes: ['token-not-yet-valid'],
    decisive: [future],
    twin: 'koa-jwt/expired',
    fail: early,
  }),
  jwtCase({
    fault: 'milliseconds',
    middleware: fastifyJwt,
    causes: ['token-not-yet-valid'],
    beside: ['token-claims-invalid'],
    decisive: ['nbf'],
    protected: false,
    async fail({ production }) {
      const issued = now() * 1000;
      const claims = { iat: issued, nbf: issued, exp: issued + 3_600_000 };
      production.token = await production.issuer.sign(claims);
    },
  }),
  jwtCase({
    fault: 'milliseconds',
    middleware: jose,
    causes: ['token-not-yet-valid'],
    beside: ['token-claims-invalid'],
    decisive: ['nbf'],
    async fail({ production }) {
      const issued = now() * 1000;
      const claims = { iat: issued, nbf: issued, exp: issued + 3_600_000 };
      production.token = await production.issuer.sign(claims);
    },
  }),
  jwtCase({
    fault: 'exp-missing',
    middleware: expressOauth2JwtBearer,
    sibling: true,
    causes: ['token-claims-invalid'],
    decisive: ['exp'],
    async fail({ production }) {
      production.token = await production.issuer.sign({ exp: undefined });
    },
  }),
  jwtCase({
    fault: 'clock-behind',
    middleware: expressJwt,
    sibling: true,
    causes: ['clock-skew'],
    twin: 'express-jwt/not-yet-valid',
    hop: null,
    async fail({ production }) {
      await production.serve({ skew: -600 });
      production.token = await production.issuer.sign({ nbf: now() });
    },
    heal: ({ production }) => production.serve(),
  }),
  jwtCase({
    fault: 'clock-behind',
    middleware: koaJwt,
    causes: ['clock-skew'],
    twin: 'koa-jwt/not-yet-valid',
    hop: null,
    async fail({ production }) {
      await production.serve({ skew: -3600 });
      production.token = await production.issuer.sign({ nbf: now() });
    },
    heal: ({ production }) => production.serve(),
  }),
  jwtCase({
    fault: 'clock-ahead',
    middleware: jose,
    causes: ['clock-skew'],
    twin: 'jose/expired',
    hop: null,
    async fail({ production }) {
      await production.serve({ skew: 7200 });
    },
    heal: ({ production }) => production.serve(),
  }),
  jwtCase({
    fault: 'clock-ahead',
    middleware: fastifyJwt,
    sibling: true,
    causes: ['clock-skew'],
    twin: '@fastify/jwt/expired',
    hop: null,
    async fail({ production }) {
      await production.serve({ skew: 7200 });
    },
    heal: ({ production }) => production.serve(),
  }),
];
