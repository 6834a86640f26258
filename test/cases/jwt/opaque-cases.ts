/** Opaque tokens: what only the authorization server knows. */
import type { Case } from '../case.ts';
import { notActive } from './groups.ts';
import { jwtCase } from './jwt-case.ts';
import { oauth2Server as middleware } from './middlewares/oauth2-server.ts';
import { type Scene, without } from './scene.ts';

const past = Date.parse('2024-03-05T10:00:00Z') / 1000;

function revoke({ production }: Scene): void {
  production.issuer.opaque.delete(production.token);
}
/** The client that may ask about tokens. */
function asClient({ production }: Scene): void {
  const { client_id } = production.issuer.client;
  const ci = { client_id, client_secret: '${secret.SECRET}' };
  production.project = { ...production.project, clients: { ci } };
}

export const opaqueCases: readonly Case[] = [
  jwtCase({
    fault: 'expired',
    middleware,
    causes: ['token-expired'],
    async fail({ production }) {
      production.token = await production.issue({ exp: past });
    },
  }),
  jwtCase({
    fault: 'revoked',
    middleware,
    causes: notActive('token-revoked'),
    twin: '@node-oauth/oauth2-server/unknown',
    fail: revoke,
  }),
  jwtCase({
    fault: 'revoked-introspected',
    middleware,
    protected: false,
    causes: notActive('token-revoked'),
    twin: '@node-oauth/oauth2-server/unknown',
    fail(scene) {
      asClient(scene);
      revoke(scene);
    },
  }),
  jwtCase({
    fault: 'unknown',
    middleware,
    causes: notActive('token-unknown'),
    twin: '@node-oauth/oauth2-server/revoked',
    fail({ production }) {
      production.token = `at_${'0'.repeat(32)}`;
    },
  }),
  jwtCase({
    fault: 'token-of-staging',
    middleware,
    sibling: true,
    causes: ['environment-mixup'],
    beside: ['token-unknown'],
    twin: '@node-oauth/oauth2-server/revoked',
    fail({ production, staging }) {
      production.token = staging.token;
    },
  }),
  jwtCase({
    fault: 'scope-missing',
    middleware,
    sibling: true,
    causes: ['scope-missing'],
    async fail({ production }) {
      await production.serve({ scope: 'orders:write' });
    },
    async heal({ production }) {
      production.token = await production.issue({ scope: 'orders:read orders:write' });
    },
  }),
  jwtCase({
    fault: 'stripped',
    middleware,
    sibling: true,
    causes: ['credentials-stripped-by-proxy'],
    twin: '@node-oauth/oauth2-server/no-credential',
    fail({ production }) {
      production.gate = without('authorization');
    },
    heal({ production }) {
      production.gate = null;
    },
  }),
  jwtCase({
    fault: 'no-credential',
    middleware,
    causes: ['credentials-missing'],
    twin: '@node-oauth/oauth2-server/stripped',
    fail(scene) {
      scene.step = { GET: '/orders', credential: 'none' };
    },
    heal(scene) {
      scene.step = { GET: '/orders' };
    },
  }),
  jwtCase({
    fault: 'double-bearer',
    middleware,
    protected: false,
    causes: ['authorization-malformed'],
    decisive: ['Bearer'],
    fail({ production }) {
      production.token = `Bearer ${production.token}`;
    },
  }),
];
