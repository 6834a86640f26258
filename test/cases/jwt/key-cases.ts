/** Signatures, keys and algorithms. */
import type { Case } from '../case.ts';
import { bare403, oneAnswer } from './groups.ts';
import { sharedSecret, signingKey } from './issuer.ts';
import { jwtCase } from './jwt-case.ts';
import { awsJwtVerify } from './middlewares/aws-jwt-verify.ts';
import { expressJwt } from './middlewares/express-jwt.ts';
import { expressOauth2JwtBearer } from './middlewares/express-oauth2-jwt-bearer.ts';
import { fastifyJwt } from './middlewares/fastify-jwt.ts';
import { hapiJwt } from './middlewares/hapi-jwt.ts';
import { hono } from './middlewares/hono.ts';
import { jose } from './middlewares/jose.ts';
import { jsonwebtoken } from './middlewares/jsonwebtoken.ts';
import { koaJwt } from './middlewares/koa-jwt.ts';
import { passportJwt } from './middlewares/passport-jwt.ts';
import { pyjwt } from './middlewares/python.ts';
import type { Scene } from './scene.ts';

/** The token stays, its key goes. */
async function rotate({ production }: Scene): Promise<void> {
  production.issuer.keys = [await signingKey('production-2', 3)];
}
/** The key goes by its old name. */
async function replaceKey({ production }: Scene): Promise<void> {
  production.issuer.keys = [await signingKey('production-1', 3)];
}
/** The server keeps what it has; the token is of the new key. */
async function rotateAhead(scene: Scene): Promise<void> {
  await rotate(scene);
  scene.production.token = await scene.production.issuer.sign();
}
const restart = ({ production }: Scene): Promise<void> => production.serve();
const unreachable = (scene: Scene): Promise<void> =>
  scene.production.serve({ jwksUri: 'http://127.0.0.1:1/jwks' });

const rotated = [
  { middleware: expressOauth2JwtBearer, sibling: true },
  { middleware: koaJwt, twin: 'koa-jwt/token-of-staging' },
  { middleware: passportJwt, twin: 'passport-jwt/token-of-staging' },
  { middleware: hono, protected: false, twin: 'hono/jwk/expired' },
  { middleware: pyjwt },
  { middleware: expressJwt },
].map((plan) =>
  jwtCase({
    ...plan,
    fault: 'kid-rotated',
    causes: ['key-unknown'],
    decisive: ['production-1'],
    fail: rotate,
  }),
);

const replaced = [
  { middleware: jose, twin: 'jose/same-kid-in-staging' },
  { middleware: passportJwt, sibling: true, twin: 'passport-jwt/expired' },
  { middleware: fastifyJwt, protected: false },
].map((plan) =>
  jwtCase({
    ...plan,
    fault: 'same-kid-other-key',
    causes: ['signature-invalid'],
    fail: replaceKey,
  }),
);

const stale: readonly Case[] = [
  jwtCase({
    fault: 'keys-stale',
    middleware: awsJwtVerify,
    causes: ['key-unknown'],
    beside: ['jwks-unavailable'],
    decisive: ['production-2'],
    fail: rotateAhead,
    heal: restart,
  }),
  jwtCase({
    fault: 'keys-stale',
    middleware: hapiJwt,
    sibling: true,
    causes: oneAnswer('key-unknown'),
    fail: rotateAhead,
    heal: restart,
  }),
  jwtCase({
    fault: 'key-pinned',
    middleware: jsonwebtoken,
    causes: bare403('key-unknown'),
    twin: 'jsonwebtoken/role-missing',
    fail: rotateAhead,
    heal: restart,
  }),
  jwtCase({
    fault: 'keys-unreachable',
    middleware: pyjwt,
    causes: ['jwks-unavailable', 'idp-unreachable'],
    hop: null,
    fail: unreachable,
    heal: restart,
  }),
  jwtCase({
    fault: 'keys-unreachable',
    middleware: hono,
    sibling: true,
    causes: oneAnswer('jwks-unavailable'),
    twin: 'hono/jwk/kid-rotated',
    hop: null,
    fail: unreachable,
    heal: restart,
  }),
  jwtCase({
    fault: 'keys-unreachable',
    middleware: koaJwt,
    causes: oneAnswer('jwks-unavailable'),
    twin: 'koa-jwt/revoked',
    hop: null,
    fail: unreachable,
    heal: restart,
  }),
];

const algorithms: readonly Case[] = [
  jwtCase({
    fault: 'hs256',
    middleware: awsJwtVerify,
    causes: ['alg-not-allowed'],
    beside: ['key-unknown'],
    decisive: ['HS256'],
    async fail({ production }) {
      const key = { ...sharedSecret('correct horse battery staple, long'), kid: 'production-1' };
      production.token = await production.issuer.sign({}, key);
    },
  }),
  jwtCase({
    fault: 'es256',
    middleware: jose,
    sibling: true,
    causes: ['alg-not-allowed'],
    decisive: ['ES256'],
    async fail({ production }) {
      const key = await signingKey('production-ec', 1, 'ES256');
      production.issuer.keys.push(key);
      production.token = await production.issuer.sign({}, key);
    },
  }),
  jwtCase({
    fault: 'es256',
    middleware: hono,
    sibling: true,
    causes: oneAnswer('alg-not-allowed'),
    decisive: ['ES256'],
    twin: 'hono/jwk/expired',
    async fail({ production }) {
      const key = await signingKey('production-ec', 1, 'ES256');
      production.issuer.keys.push(key);
      production.token = await production.issuer.sign({}, key);
    },
  }),
  jwtCase({
    fault: 'alg-none',
    middleware: expressOauth2JwtBearer,
    causes: ['alg-not-allowed'],
    beside: ['signature-invalid', 'token-malformed'],
    decisive: ['none'],
    fail({ production }) {
      const [, claims = ''] = production.token.split('.');
      const header = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
      production.token = `${header}.${claims}.`;
    },
  }),
  jwtCase({
    fault: 'tampered',
    middleware: fastifyJwt,
    causes: ['signature-invalid'],
    async fail({ production }) {
      const [header = '', , signature = ''] = production.token.split('.');
      const [, claims = ''] = (await production.issuer.sign({ roles: ['admin'] })).split('.');
      production.token = `${header}.${claims}.${signature}`;
    },
  }),
];

export const keyCases: readonly Case[] = [...rotated, ...replaced, ...stale, ...algorithms];
