/** Django's own login, and Django OAuth Toolkit as authorization server, replayed by the program. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import type { Daemon } from '../support/daemon.ts';
import { type DjangoClient, djangoNeeds, serveDjangoServer } from '../support/django-server.ts';
import { ann } from '../support/oidc-server.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { requireFiles } from '../support/require.ts';
import { type Outcome, play } from './outcome.ts';

const app = 'https://django.example.test';
const secrets = { ANN_PASSWORD: ann.password, WEB_SECRET: 'a-secret-of-web-with-32-bytes-at-least' };
const client = { client_secret: secrets.WEB_SECRET, client_type: 'confidential' } as const;
const callback = 'https://web.example.test/callback';
const code = { ...client, authorization_grant_type: 'authorization-code', redirect_uris: callback } as const;
const clients: readonly DjangoClient[] = [
  { ...code, client_id: 'web' },
  { ...code, client_id: 'signed', algorithm: 'RS256' },
  { ...code, client_id: 'hmac', algorithm: 'HS256', skip_authorization: true },
  { ...code, client_id: 'native', client_type: 'public', client_secret: '', skip_authorization: true },
  { ...client, client_id: 'machine', authorization_grant_type: 'client-credentials' },
  { ...client, client_id: 'old', authorization_grant_type: 'password' },
];
const fields = { username: ann.name, password: '${secret.ANN_PASSWORD}' };
const login = [
  { submit: { form: '#login-form', fields }, when: '#login-form' },
  { submit: { button: 'allow' }, when: '#authorizationForm' },
];

describe('django', () => {
  let origins: Origins;
  let django: Daemon;

  before(async function () {
    requireFiles(this, djangoNeeds);
    origins = await startOrigins();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const OIDC_RSA_PRIVATE_KEY = privateKey.export({ format: 'pem', type: 'pkcs8' });
    django = await serveDjangoServer(origins, app, {
      clients,
      oauth2: { OIDC_ENABLED: true, OIDC_RSA_PRIVATE_KEY, PKCE_REQUIRED: true },
    });
  });
  beforeEach(() => {
    origins.received.length = 0;
  });
  after(async () => {
    await django?.stop();
    await origins?.close();
  });

  const get = { GET: '/orders', expect: { status: 200 } };
  const issuer = { issuer: `${app}/o` };
  async function orders(
    client_id: string,
    credential: JsonMap,
    changes: { client?: JsonMap; steps?: JsonMap[]; secrets?: object; issuer?: JsonMap } = {},
  ): Promise<Outcome> {
    const settings = { client_secret: '${secret.WEB_SECRET}', redirect_uris: [callback], ...changes.client };
    const project: JsonMap = {
      environments: {
        staging: {
          origins: { app },
          issuers: { main: { ...issuer, ...changes.issuer } },
          clients: { it: { client_id, ...settings } },
        },
      },
      credentials: { reader: { type: 'oauth2', ...credential } },
    };
    const scenarios = { 'a.yml': { credential: 'reader', steps: changes.steps ?? [get] } };
    return play({ origins, project, scenarios, secrets: { ...secrets, ...changes.secrets } });
  }
  const show = async (name: string, made: Promise<Outcome>): Promise<void> => {
    if (process.env['ONLY'] && !new RegExp(process.env['ONLY']).test(name)) { await made.catch(() => {}); origins.received.length = 0; return; }
    try {
      const { steps, actual, findings } = await made;
      console.log(`### ${name}:`, JSON.stringify({ steps, actual, findings }, null, 1), origins.received.map((r) => `${r.method} ${r.url.slice(0, 100)}`));
    } catch (e) { console.log(`### ${name} THREW`, e); }
    origins.received.length = 0;
  };

  it('explore', async function () {
    this.timeout(120000);
    const ac = { grant_type: 'authorization_code', login };
    await show('code', orders('web', { ...ac, scope: 'orders:read' }));
    await show('code openid rs256', orders('signed', { ...ac, scope: 'openid orders:read' }));
    await show('code openid hs256', orders('hmac', { ...ac, scope: 'openid orders:read' }));
    await show('code public', orders('native', { ...ac, scope: 'orders:read' }, { client: { token_endpoint_auth_method: 'none', client_secret: null as never } }));
    await show('cc', orders('machine', { grant_type: 'client_credentials', scope: 'orders:read' }));
    await show('cc post', orders('machine', { grant_type: 'client_credentials', scope: 'orders:read' }, { client: { token_endpoint_auth_method: 'client_secret_post' } }));
    await show('password', orders('old', { grant_type: 'password', ...fields, scope: 'orders:read' }));
    const renew = { GET: '/orders', credential: { name: 'reader', renew: true } };
    await show('renew', orders('web', { ...ac, scope: 'orders:read' }, { steps: [get, renew, renew] }));
    await show('revoked midrun', orders('web', { ...ac, scope: 'orders:read' }, { steps: [get, { POST: '/orders', writes: true }, get] }));
    await show('revoked midrun cc', orders('machine', { grant_type: 'client_credentials', scope: 'orders:read' }, { steps: [get, { POST: '/orders', writes: true }, get] }));
    // broken
    await show('B wrong password login', orders('web', { ...ac, scope: 'orders:read' }, { secrets: { ANN_PASSWORD: 'wrong one' } }));
    await show('B wrong secret cc', orders('machine', { grant_type: 'client_credentials', scope: 'orders:read' }, { secrets: { WEB_SECRET: 'wrong-secret-of-web-0123456789-0123' } }));
    await show('B wrong secret code', orders('web', { ...ac, scope: 'orders:read' }, { secrets: { WEB_SECRET: 'wrong-secret-of-web-0123456789-0123' } }));
    await show('B unknown client cc', orders('nobody', { grant_type: 'client_credentials', scope: 'orders:read' }));
    await show('B unknown client code', orders('nobody', { ...ac, scope: 'orders:read' }));
    await show('B redirect_uri', orders('web', { ...ac, scope: 'orders:read' }, { client: { redirect_uris: ['https://web.example.test/other'] } }));
    await show('B scope unknown code', orders('web', { ...ac, scope: 'stock:read' }));
    await show('B scope unknown cc', orders('machine', { grant_type: 'client_credentials', scope: 'stock:read' }));
    await show('B scope missing at API', orders('machine', { grant_type: 'client_credentials', scope: 'orders:write' }));
    await show('B grant not allowed', orders('web', { grant_type: 'client_credentials', scope: 'orders:read' }));
    await show('B password wrong', orders('old', { grant_type: 'password', ...fields, scope: 'orders:read' }, { secrets: { ANN_PASSWORD: 'wrong one' } }));
    await show('B deny', orders('web', { ...ac, scope: 'orders:read', login: [login[0] as never, { submit: { button: 'Cancel' }, when: '#authorizationForm' }] }));
    await show('B no consent step', orders('web', { ...ac, scope: 'orders:read', login: [login[0] as never] }));
    await show('B token endpoint without slash', orders('machine', { grant_type: 'client_credentials', scope: 'orders:read' }, { issuer: { discovery: 'none', metadata: { token_endpoint: `${app}/o/token` } } }));
    await show('B refresh bad', orders('web', { grant_type: 'refresh_token', refresh_token: 'some-refresh-token-not-known', scope: 'orders:read' }));
    await show('B public client with secret', orders('native', { ...ac, scope: 'orders:read' }));
    await show('B confidential used as public', orders('web', { ...ac, scope: 'orders:read' }, { client: { token_endpoint_auth_method: 'none', client_secret: null as never } }));
    expect(1).to.equal(1);
  });
});
