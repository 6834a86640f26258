/** Tokens that were made by, for or as somebody else. */
import type { Case } from '../case.ts';
import { oneAnswer } from './groups.ts';
import { signingKey } from './issuer.ts';
import { jwtCase, type Plan } from './jwt-case.ts';
import { awsJwtVerify } from './middlewares/aws-jwt-verify.ts';
import { expressJwt } from './middlewares/express-jwt.ts';
import { expressOauth2JwtBearer } from './middlewares/express-oauth2-jwt-bearer.ts';
import { fastifyJwt } from './middlewares/fastify-jwt.ts';
import { hapiJwt } from './middlewares/hapi-jwt.ts';
import { hono } from './middlewares/hono.ts';
import { jose } from './middlewares/jose.ts';
import { koaJwt } from './middlewares/koa-jwt.ts';
import { passportJwt } from './middlewares/passport-jwt.ts';
import { pyjwt, simpleJwt } from './middlewares/python.ts';
import type { Scene } from './scene.ts';

const login = 'https://login.example.test';
const staging = 'https://login.staging.example.test';
const billing = 'https://billing.example.test';

async function ofStaging(scene: Scene): Promise<void> {
  scene.production.token = await scene.staging.issuer.sign();
}
function claiming(claims: Record<string, unknown>): Plan['fail'] {
  return async ({ production }) => {
    production.token = await production.issuer.sign(claims);
  };
}

const mixedUp = [
  { middleware: expressOauth2JwtBearer },
  { middleware: koaJwt, twin: 'koa-jwt/kid-rotated' },
  { middleware: passportJwt, twin: 'passport-jwt/kid-rotated' },
  { middleware: hapiJwt, protected: false },
  { middleware: pyjwt },
].map((plan) =>
  jwtCase({
    ...plan,
    fault: 'token-of-staging',
    sibling: true,
    causes: ['environment-mixup'],
    beside: ['issuer-mismatch', 'audience-mismatch', 'key-unknown', 'client-mismatch'],
    decisive: [staging],
    fail: ofStaging,
  }),
);

const issuers: readonly Case[] = [
  jwtCase({
    fault: 'same-kid-in-staging',
    middleware: jose,
    sibling: true,
    causes: ['environment-mixup'],
    beside: ['issuer-mismatch', 'audience-mismatch', 'signature-invalid', 'client-mismatch'],
    decisive: [staging],
    twin: 'jose/same-kid-other-key',
    async fail(scene) {
      scene.production.issuer.keys = [await signingKey('main', 1)];
      scene.staging.issuer.keys = [await signingKey('main', 2)];
      scene.staging.token = await scene.staging.issuer.sign();
      await ofStaging(scene);
    },
  }),
  jwtCase({
    fault: 'issuer-of-staging',
    middleware: awsJwtVerify,
    causes: ['issuer-mismatch'],
    beside: ['audience-mismatch', 'key-unknown'],
    decisive: [staging, login],
    fail: ofStaging,
  }),
  jwtCase({
    fault: 'issuer-custom-domain',
    middleware: jose,
    causes: ['issuer-mismatch'],
    decisive: ['https://acme.eu.idp.test/', login],
    fail: claiming({ iss: 'https://acme.eu.idp.test/' }),
  }),
  jwtCase({
    fault: 'issuer-trailing-slash',
    middleware: expressJwt,
    causes: ['issuer-mismatch'],
    decisive: [`${login}/`],
    fail: claiming({ iss: `${login}/` }),
  }),
  jwtCase({
    fault: 'issuer-trailing-slash',
    middleware: koaJwt,
    causes: ['issuer-mismatch'],
    decisive: [`${login}/`],
    protected: false,
    twin: 'koa-jwt/kid-rotated',
    fail: claiming({ iss: `${login}/` }),
  }),
  jwtCase({
    fault: 'issuer-other-tenant',
    middleware: hapiJwt,
    causes: ['issuer-mismatch'],
    decisive: [`${login}/t/other`],
    fail: claiming({ iss: `${login}/t/other` }),
  }),
  jwtCase({
    fault: 'issuer-other-tenant',
    middleware: simpleJwt,
    causes: ['issuer-mismatch'],
    decisive: [`${login}/t/other`],
    twin: 'djangorestframework-simplejwt/expired',
    fail: claiming({ iss: `${login}/t/other` }),
  }),
  jwtCase({
    fault: 'server-trusts-staging',
    middleware: pyjwt,
    sibling: true,
    causes: ['issuer-mismatch'],
    decisive: [login],
    fail: ({ production }) => production.serve({ issuer: staging }),
    heal: ({ production }) => production.serve(),
  }),
];

const audiences: readonly Case[] = [
  jwtCase({
    fault: 'audience',
    middleware: expressOauth2JwtBearer,
    causes: ['audience-mismatch'],
    decisive: [billing],
    fail: claiming({ aud: billing }),
  }),
  jwtCase({
    fault: 'audience',
    middleware: fastifyJwt,
    sibling: true,
    causes: ['audience-mismatch'],
    decisive: [billing],
    fail: claiming({ aud: [billing] }),
  }),
  jwtCase({
    fault: 'audience',
    middleware: koaJwt,
    sibling: true,
    causes: [
      'audience-mismatch',
      'token-revoked',
      'credentials-stripped-by-proxy',
      'token-invalid-unspecified',
    ],
    decisive: [billing],
    twin: 'koa-jwt/revoked',
    fail: claiming({ aud: billing }),
  }),
  jwtCase({
    fault: 'audience',
    middleware: awsJwtVerify,
    causes: ['audience-mismatch'],
    decisive: [billing, 'https://api.example.test'],
    fail: claiming({ aud: billing }),
  }),
  jwtCase({
    fault: 'audience',
    middleware: pyjwt,
    causes: ['audience-mismatch'],
    decisive: [billing],
    protected: false,
    fail: claiming({ aud: billing }),
  }),
  jwtCase({
    fault: 'audience-of-staging',
    middleware: hono,
    sibling: true,
    causes: ['audience-mismatch'],
    beside: ['environment-mixup'],
    decisive: ['https://api.staging.example.test'],
    twin: 'hono/jwk/expired',
    fail: claiming({ aud: 'https://api.staging.example.test' }),
  }),
  jwtCase({
    fault: 'resource-not-asked-for',
    middleware: jose,
    protected: false,
    causes: ['audience-mismatch'],
    decisive: [billing],
    fail(scene) {
      scene.production.issuer.audience = billing;
      asClient(scene, {});
    },
    heal: (scene) => asClient(scene, { resource: 'https://api.example.test' }),
  }),
];

function asClient(scene: Scene, keys: Record<string, string>): void {
  const { client } = scene.production.issuer;
  scene.credential = {
    type: 'oauth2',
    grant_type: 'client_credentials',
    client: 'ci',
    scope: 'orders:read',
    ...keys,
  };
  const ci = { client_id: client.client_id, client_secret: '${secret.SECRET}' };
  scene.production.project = { ...scene.production.project, clients: { ci } };
}

const idToken = {
  aud: 'ci-production',
  azp: 'ci-production',
  nonce: 'n-0S6_WzA2Mj',
  at_hash: '77QmUPtjPfzWtF2AnpK9RQ',
  scope: undefined,
  client_id: undefined,
};
const types = [
  { middleware: jose, sibling: true },
  { middleware: expressJwt },
  { middleware: koaJwt, twin: 'koa-jwt/audience' },
].map((plan) =>
  jwtCase({
    ...plan,
    fault: 'id-token',
    causes: ['token-type-wrong'],
    beside: ['audience-mismatch'],
    decisive: ['ci-production'],
    fail: claiming(idToken),
  }),
);
const refresh = jwtCase({
  fault: 'refresh-token',
  middleware: simpleJwt,
  causes: ['token-type-wrong'],
  fail: claiming({ token_type: 'refresh' }),
});

const hiddenAudience = jwtCase({
  fault: 'server-wants-other-audience',
  middleware: passportJwt,
  causes: oneAnswer('audience-mismatch'),
  twin: 'passport-jwt/revoked',
  fail: ({ production }) => production.serve({ audience: billing }),
  heal: ({ production }) => production.serve(),
});

export const identityCases: readonly Case[] = [
  ...mixedUp,
  ...issuers,
  ...audiences,
  ...types,
  refresh,
  hiddenAudience,
];
