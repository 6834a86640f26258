/** Django's own login, and Django OAuth Toolkit as authorization server, replayed by the program. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import type { Daemon } from '../support/daemon.ts';
import { type DjangoClient, djangoNeeds, serveDjangoServer } from '../support/django-server.ts';
import { ann } from '../support/oidc-server.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { requireFiles } from '../support/require.ts';
import { type Outcome, play, told } from './outcome.ts';

const app = 'https://django.example.test';
const secrets = { ANN_PASSWORD: ann.password, WEB_SECRET: 'a-secret-of-web-with-32-bytes-at-least' };
const client = { client_secret: secrets.WEB_SECRET, client_type: 'confidential' } as const;
const callback = 'https://web.example.test/callback';
const coded = { ...client, authorization_grant_type: 'authorization-code', redirect_uris: callback } as const;
const clients: readonly DjangoClient[] = [
  { ...coded, client_id: 'web' },
  { ...coded, client_id: 'signed', algorithm: 'RS256' },
  { ...coded, client_id: 'hmac', algorithm: 'HS256', skip_authorization: true },
  { ...coded, client_id: 'native', client_type: 'public', client_secret: '', skip_authorization: true },
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
  const machine = { grant_type: 'client_credentials', scope: 'orders:read' };
  const code = { grant_type: 'authorization_code', scope: 'orders:read', login };
  const renew = { ...get, credential: { name: 'reader', renew: true } };
  const over = { POST: '/orders', writes: true };
  const passed = (...steps: string[]): object => ({ steps, actual: [], first: null });
  const paths = (): string[] =>
    origins.received.map(({ method, url }) => `${method} ${url.replace(/\?.*/, '')}`);

  it('logs in at its own page, agrees, redeems the code and renews it with tokens that change', async () => {
    const made = await orders('web', code, { steps: [get, renew, renew] });
    expect(told(made)).to.deep.equal(passed('passed', 'passed', 'passed'));
    expect(paths()).to.deep.equal([
      'GET /o/.well-known/openid-configuration',
      'GET /o/.well-known/openid-configuration/',
      'GET /o/authorize/',
      'GET /admin/login/',
      'POST /admin/login/',
      'GET /o/authorize/',
      'POST /o/authorize/',
      ...Array(3).fill(['POST /o/token/', 'GET /orders']).flat(),
    ]);
  });

  const publicClient = { client: { token_endpoint_auth_method: 'none', client_secret: null } } as const;
  const grants: readonly (readonly [string, Parameters<typeof orders>])[] = [
    ['an id_token with RS256', ['signed', { ...code, scope: 'openid orders:read' }]],
    ['an id_token with HS256', ['hmac', { ...code, scope: 'openid orders:read' }]],
    ['a public client', ['native', code, publicClient]],
    ['client_secret_basic', ['machine', machine]],
    [
      'client_secret_post',
      ['machine', machine, { client: { token_endpoint_auth_method: 'client_secret_post' } }],
    ],
    ['the password grant', ['old', { grant_type: 'password', ...fields, scope: 'orders:read' }]],
  ];
  for (const [name, given] of grants) {
    it(`gets a token with ${name}`, async () => {
      expect(told(await orders(...given))).to.deep.equal(passed('passed'));
    });
  }

  it('survives that all tokens end in mid-run', async () => {
    const made = await orders('machine', machine, { steps: [get, over, get] });
    expect(told(made)).to.deep.equal(passed('passed', 'passed', 'passed after renewal'));
  });

  it('blames no cookie where a token of a login has ended and the server cannot renew it', async () => {
    // Django OAuth Toolkit 1.7 answers 500: its refresh token has lost its access token.
    const made = await orders('web', code, { steps: [get, over, get] });
    expect(told(made)).to.deep.equal({
      steps: ['passed', 'passed', 'failed'],
      actual: ['401'],
      first: 'token-revoked possible',
    });
  });

  const wrong = { secrets: { WEB_SECRET: 'a-wrong-secret-of-web-0123456789-0123' } };
  const wrongPassword = { secrets: { ANN_PASSWORD: 'wrong password' } };
  const refused: readonly (readonly [string, Parameters<typeof orders>, string | null, string])[] = [
    [
      'a wrong password',
      ['web', code, wrongPassword],
      `The login step "submit #login-form" was refused: ${app}/admin/login/ shows the form again. It says "Please enter the correct username and password for a staff account. Note that both fields may be case-sensitive".`,
      'password-wrong likely',
    ],
    ['a wrong secret, with a code', ['web', code, wrong], null, 'client-secret-wrong possible'],
    // The server says the same of an unknown client.
    ['a wrong secret', ['machine', machine, wrong], null, 'client-unknown possible'],
    ['an unknown client', ['nobody', machine], null, 'client-unknown possible'],
    [
      'an unknown client, after the login',
      ['nobody', code],
      `The login step "submit #login-form" was answered 400 by ${app}/o/authorize/. It says "Error: invalid_request Invalid client_id parameter value".`,
      'client-unknown likely',
    ],
    [
      'another redirect_uri, after the login',
      ['web', code, { client: { redirect_uris: ['https://web.example.test/other'] } }],
      `The login step "submit #login-form" was answered 400 by ${app}/o/authorize/. It says "Error: invalid_request Mismatching redirect URI".`,
      'redirect-uri-mismatch likely',
    ],
    [
      'a confidential client used as a public one',
      ['web', code, publicClient],
      null,
      'client-type-wrong possible',
    ],
    ['an unknown scope', ['web', { ...code, scope: 'stock:read' }], null, 'scope-unknown possible'],
    ['a grant that is not its own', ['web', machine], null, 'grant-not-allowed possible'],
    [
      'a password at the token endpoint',
      ['old', { grant_type: 'password', ...fields, scope: 'orders:read' }, wrongPassword],
      null,
      'password-wrong possible',
    ],
    [
      'a consent that is denied',
      [
        'web',
        { ...code, login: [login[0] ?? {}, { submit: { button: 'Cancel' }, when: '#authorizationForm' }] },
      ],
      'The authorization server answered "access_denied".',
      'consent-denied possible',
    ],
    [
      'a token endpoint without its slash',
      ['machine', machine, { issuer: { discovery: 'none', metadata: { token_endpoint: `${app}/o/token` } } }],
      null,
      'endpoint-wrong likely',
    ],
  ];
  for (const [name, given, message, first] of refused) {
    it(`explains ${name}`, async () => {
      const made = told(await orders(...given));
      expect([made.steps, made.first]).to.deep.equal([['failed'], first]);
      if (message !== null) expect(made.actual).to.deep.equal([message]);
    });
  }
});
