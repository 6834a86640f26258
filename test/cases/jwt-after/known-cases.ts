/** Other faults, settings and combinations at the middlewares of the first table. */
import type { RequestListener } from 'node:http';
import type { Case } from '../case.ts';
import { bare403, oneAnswer } from '../jwt/groups.ts';
import { sharedSecret } from '../jwt/issuer.ts';
import { awsJwtVerify } from '../jwt/middlewares/aws-jwt-verify.ts';
import { expressJwt } from '../jwt/middlewares/express-jwt.ts';
import { expressOauth2JwtBearer } from '../jwt/middlewares/express-oauth2-jwt-bearer.ts';
import { fastifyJwt } from '../jwt/middlewares/fastify-jwt.ts';
import { hapiJwt } from '../jwt/middlewares/hapi-jwt.ts';
import { hono } from '../jwt/middlewares/hono.ts';
import { jose } from '../jwt/middlewares/jose.ts';
import { jsonwebtoken } from '../jwt/middlewares/jsonwebtoken.ts';
import { koaJwt } from '../jwt/middlewares/koa-jwt.ts';
import { oauth2Server } from '../jwt/middlewares/oauth2-server.ts';
import { passportJwt } from '../jwt/middlewares/passport-jwt.ts';
import { pyjwt, simpleJwt } from '../jwt/middlewares/python.ts';
import { type Scene, type Site, without } from '../jwt/scene.ts';
import {
  after,
  api,
  asBasic,
  asBearer,
  asWord,
  billing,
  claiming,
  early,
  future,
  holding,
  login,
  past,
  restart,
  sendNone,
  sendOwn,
  stagingLogin,
  withCredential,
} from './after-case.ts';

const now = (): number => Math.floor(Date.now() / 1000);

/** Changes the Authorization field on its way. */
function changing(change: (field: string) => string): NonNullable<Site['gate']> {
  return (listener) => (request, response) => {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const changed = change(authorization);
      request.rawHeaders = request.rawHeaders.map((text, index, raw) =>
        raw[index - 1]?.toLowerCase() === 'authorization' && index % 2 === 1 ? changed : text,
      );
      request.headers.authorization = changed;
    }
    listener(request, response);
  };
}
/** A gate of a proxy before the application, which never sees who has no password for it. */
const shadow: NonNullable<Site['gate']> = (): RequestListener => (_request, response) => {
  response.writeHead(401, {
    server: 'nginx/1.22.1',
    'content-type': 'text/html',
    'www-authenticate': 'Basic realm="Restricted"',
  });
  response.end(
    '<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n<center><h1>401 Authorization Required</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n',
  );
};
function gated(gate: Site['gate']): (scene: Scene) => void {
  return ({ production }) => {
    production.gate = gate;
  };
}

async function hs256({ production }: Scene): Promise<void> {
  const key = { ...sharedSecret('yet another shared secret, and long'), kid: 'production-1' };
  production.token = await production.issuer.sign({}, key);
}
function serving(changes: Parameters<Site['serve']>[0]): (scene: Scene) => Promise<void> {
  return ({ production }) => production.serve(changes);
}

const claims: readonly Case[] = [
  after({
    fault: 'audience-list',
    middleware: expressJwt,
    sibling: true,
    causes: ['audience-mismatch'],
    decisive: [billing, api],
    fail: claiming({ aud: [billing, 'https://stock.example.test'] }),
  }),
  after({
    fault: 'issuer-other-tenant',
    middleware: expressOauth2JwtBearer,
    names: ['live', 'staging'],
    causes: ['issuer-mismatch'],
    decisive: [`${login}/t/other`],
    fail: claiming({ iss: `${login}/t/other` }),
  }),
  after({
    fault: 'issuer-other-tenant',
    middleware: fastifyJwt,
    protected: false,
    causes: ['issuer-mismatch'],
    decisive: [`${login}/t/other`],
    fail: claiming({ iss: `${login}/t/other` }),
  }),
  after({
    fault: 'issuer-trailing-slash',
    middleware: hono,
    causes: ['issuer-mismatch'],
    decisive: [`${login}/`],
    twin: 'hono/jwk/expired',
    fail: claiming({ iss: `${login}/` }),
  }),
  after({
    fault: 'server-wants-trailing-slash',
    middleware: pyjwt,
    names: ['prd', 'tst'],
    causes: ['issuer-mismatch'],
    decisive: [login],
    fail: serving({ issuer: `${login}/` }),
    heal: restart,
  }),
  after({
    fault: 'audience',
    middleware: jsonwebtoken,
    causes: ['audience-mismatch', 'token-invalid-unspecified'],
    decisive: [billing],
    twin: 'jsonwebtoken/expired',
    fail: claiming({ aud: billing }),
  }),
  after({
    fault: 'audience',
    middleware: passportJwt,
    protected: false,
    causes: ['audience-mismatch', 'token-invalid-unspecified'],
    decisive: [billing],
    twin: 'passport-jwt/expired',
    fail: claiming({ aud: billing }),
  }),
  after({
    fault: 'audience',
    middleware: hapiJwt,
    sibling: true,
    names: ['one', 'two'],
    causes: ['audience-mismatch'],
    decisive: [billing],
    fail: claiming({ aud: billing }),
  }),
  after({
    fault: 'server-wants-other-audience',
    middleware: fastifyJwt,
    causes: ['audience-mismatch'],
    decisive: [api],
    fail: serving({ audience: billing }),
    heal: restart,
  }),
  after({
    fault: 'user-claim-missing',
    middleware: simpleJwt,
    causes: ['token-claims-invalid'],
    decisive: ['sub'],
    fail: claiming({ sub: undefined }),
  }),
  after({
    fault: 'expired-and-audience',
    middleware: fastifyJwt,
    sibling: true,
    causes: ['token-expired'],
    beside: ['audience-mismatch'],
    decisive: [past],
    twin: '@fastify/jwt/clock-ahead',
    fail: claiming({ iat: Date.parse(past) / 1000, exp: Date.parse(past) / 1000 + 60, aud: billing }),
  }),
  after({
    fault: 'token-of-staging',
    middleware: jsonwebtoken,
    sibling: true,
    names: ['live', 'sandbox'],
    causes: ['environment-mixup'],
    beside: ['issuer-mismatch', 'audience-mismatch', 'key-unknown', 'signature-invalid', 'client-mismatch'],
    decisive: [stagingLogin],
    twin: 'jsonwebtoken/role-missing',
    async fail({ production, staging }) {
      production.token = await staging.issue();
    },
  }),
];

const times: readonly Case[] = [
  after({
    fault: 'not-yet-valid',
    middleware: expressOauth2JwtBearer,
    causes: ['token-not-yet-valid'],
    decisive: [future],
    fail: early,
  }),
  after({
    fault: 'not-yet-valid',
    middleware: awsJwtVerify,
    sibling: true,
    causes: ['token-not-yet-valid'],
    decisive: [future],
    fail: early,
  }),
  after({
    fault: 'issued-in-future',
    middleware: pyjwt,
    protected: false,
    causes: ['token-not-yet-valid'],
    beside: ['clock-skew'],
    decisive: ['iat'],
    fail: claiming({ iat: now() + 86_400, exp: now() + 90_000 }),
  }),
  after({
    fault: 'expired-a-minute-ago',
    middleware: jose,
    sibling: true,
    names: ['current', 'canary'],
    causes: ['token-expired'],
    decisive: ['exp'],
    twin: 'jose/clock-ahead',
    async fail({ production }) {
      production.token = await production.issue({ iat: now() - 3660, exp: now() - 60 });
    },
  }),
  after({
    fault: 'expired-introspected',
    middleware: oauth2Server,
    protected: false,
    causes: ['token-expired'],
    async fail({ production }) {
      const { client_id } = production.issuer.client;
      const ci = { client_id, client_secret: '${secret.SECRET}' };
      production.project = { ...production.project, clients: { ci } };
      production.token = await production.issue({ exp: now() - 86_400 });
    },
  }),
];

const keys: readonly Case[] = [
  after({
    fault: 'hs256',
    middleware: expressJwt,
    causes: ['alg-not-allowed'],
    beside: ['key-unknown', 'signature-invalid'],
    decisive: ['HS256'],
    fail: hs256,
  }),
  after({
    fault: 'server-wants-es256',
    middleware: expressOauth2JwtBearer,
    sibling: true,
    causes: ['alg-not-allowed'],
    decisive: ['RS256'],
    fail: serving({ algorithm: 'ES256' }),
    heal: restart,
  }),
  after({
    fault: 'tampered',
    middleware: koaJwt,
    names: ['prod', 'stage'],
    causes: ['signature-invalid'],
    twin: 'koa-jwt/expired',
    async fail({ production }) {
      const [header = '', , signature = ''] = production.token.split('.');
      const [, payload = ''] = (await production.issue({ roles: ['admin'] })).split('.');
      production.token = [header, payload, signature].join('.');
    },
  }),
];

const shapes: readonly Case[] = [
  after({
    fault: 'truncated',
    middleware: koaJwt,
    protected: false,
    causes: ['token-malformed'],
    twin: 'koa-jwt/expired',
    fail: holding((token) => token.slice(0, 120)),
  }),
  after({
    fault: 'opaque',
    middleware: expressOauth2JwtBearer,
    sibling: true,
    causes: ['token-malformed'],
    beside: ['token-type-wrong'],
    fail: holding(() => 'at_59b1c2a77d0e4f1b8c3a6d5e4f3a2b1c'),
  }),
  after({
    fault: 'whole-answer',
    middleware: fastifyJwt,
    causes: ['authorization-malformed'],
    beside: ['token-malformed'],
    decisive: ['{'],
    fail: holding((token) => `{"access_token":"${token}","token_type":"Bearer"}`),
  }),
  after({
    fault: 'object-object',
    middleware: expressJwt,
    names: ['prod', 'dev'],
    causes: ['unresolved-variable'],
    beside: ['authorization-malformed', 'token-malformed', 'credentials-missing'],
    decisive: ['[object Object]'],
    fail: holding(() => '[object Object]'),
  }),
  after({
    fault: 'shell-variable',
    middleware: hapiJwt,
    causes: ['unresolved-variable'],
    beside: ['authorization-malformed', 'token-malformed', 'credentials-missing'],
    decisive: ['$ACCESS_TOKEN'],
    fail: holding(() => '$ACCESS_TOKEN'),
  }),
];

const delivery: readonly Case[] = [
  after({
    fault: 'no-credential',
    middleware: jsonwebtoken,
    causes: ['credentials-missing'],
    twin: 'jsonwebtoken/stripped',
    fail: sendNone,
    heal: sendOwn,
  }),
  after({
    fault: 'stripped',
    middleware: jsonwebtoken,
    sibling: true,
    causes: oneAnswer('credentials-stripped-by-proxy'),
    twin: 'jsonwebtoken/no-credential',
    fail: gated(without('authorization')),
    heal: gated(null),
  }),
  after({
    fault: 'basic-sent',
    middleware: oauth2Server,
    causes: ['scheme-mismatch'],
    beside: ['authorization-malformed'],
    decisive: ['Basic'],
    fail: withCredential(asBasic),
    heal: withCredential(asBearer),
  }),
  after({
    fault: 'lower-case-bearer',
    middleware: pyjwt,
    protected: false,
    names: ['stable', 'edge'],
    causes: ['scheme-mismatch'],
    beside: ['authorization-malformed'],
    decisive: ['bearer'],
    twin: 'PyJWT/no-credential',
    fail: withCredential(asWord('bearer')),
    heal: withCredential(asBearer),
  }),
  after({
    fault: 'replaced-by-proxy',
    middleware: pyjwt,
    sibling: true,
    causes: ['credentials-replaced-by-proxy', 'credentials-stripped-by-proxy', 'scheme-mismatch'],
    twin: 'PyJWT/no-credential',
    fail: gated(changing(() => `Basic ${Buffer.from('proxy:proxy').toString('base64')}`)),
    heal: gated(null),
  }),
  after({
    fault: 'cut-by-proxy',
    middleware: jose,
    causes: ['credentials-replaced-by-proxy', 'signature-invalid', 'key-unknown'],
    fail: gated(changing((field) => field.slice(0, -20))),
    heal: gated(null),
  }),
  after({
    fault: 'basic-gate-before',
    middleware: fastifyJwt,
    sibling: true,
    names: ['live', 'test'],
    causes: ['basic-shadow'],
    beside: ['scheme-mismatch'],
    decisive: ['Basic'],
    fail: gated(shadow),
    heal: gated(null),
  }),
  after({
    fault: 'keys-unreachable',
    middleware: passportJwt,
    sibling: true,
    causes: oneAnswer('jwks-unavailable'),
    twin: 'passport-jwt/revoked',
    hop: null,
    fail: serving({ jwksUri: 'http://127.0.0.1:1/jwks' }),
    heal: restart,
  }),
  after({
    fault: 'server-wants-other-issuer',
    middleware: jsonwebtoken,
    protected: false,
    causes: bare403('issuer-mismatch'),
    twin: 'jsonwebtoken/role-missing',
    fail: serving({ issuer: 'https://sso.example.test' }),
    heal: restart,
  }),
];

export const knownCases: readonly Case[] = [...claims, ...times, ...keys, ...shapes, ...delivery];
