/** Authlib as authorization server and in front of an API, replayed by the program. */
import { expect } from 'chai';
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import type { JsonMap } from '../../src/model.ts';
import { authlibNeeds, serveAuthlibFlows } from '../support/authlib-flows.ts';
import type { Daemon } from '../support/daemon.ts';
import { ann } from '../support/oidc-server.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { requireFiles } from '../support/require.ts';
import { play, type Told, told } from './outcome.ts';

const app = 'https://authlib.example.test';
const secrets: Record<string, string> = { PASSWORD: ann.password, WEB_SECRET: 'a-secret-of-web-4711' };
const fields = { username: ann.name, password: '${secret.PASSWORD}' };
const login = [
  { submit: { fields }, when: 'input[name=password]' },
  { name: 'agree', submit: { fields: { confirm: true } }, when: 'input[name=confirm]' },
];
const get = { GET: '/orders', expect: { status: 200 } };
const renew = { ...get, credential: { name: 'reader', renew: true } };
const over = { POST: '/orders', writes: true };
const machine = { grant_type: 'client_credentials', scope: 'orders:read' };
const code = { grant_type: 'authorization_code', scope: 'orders:read', login };
const password = { grant_type: 'password', ...fields, scope: 'orders:read' };

describe('authlib', () => {
  let origins: Origins;
  let server: Daemon;

  before(async function () {
    requireFiles(this, authlibNeeds);
    origins = await startOrigins();
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const other = await generateKeyPair('RS256', { extractable: true });
    secrets['KEY'] = await exportPKCS8(privateKey);
    secrets['OTHER_KEY'] = await exportPKCS8(other.privateKey);
    const client = { client_secret: secrets['WEB_SECRET'] ?? '' };
    server = await serveAuthlibFlows(origins, app, [
      { ...client, client_id: 'web', token_endpoint_auth_method: 'client_secret_basic' },
      { ...client, client_id: 'post', token_endpoint_auth_method: 'client_secret_post' },
      { ...client, client_id: 'native', token_endpoint_auth_method: 'none' },
      {
        ...client,
        client_id: 'signer',
        token_endpoint_auth_method: 'private_key_jwt',
        key: await exportJWK(publicKey),
      },
    ]);
  });
  after(async () => {
    await server?.stop();
    await origins?.close();
  });

  interface Given {
    readonly client?: JsonMap;
    readonly steps?: readonly JsonMap[];
    readonly secrets?: object;
  }
  async function orders(client_id: string, reader: JsonMap, given: Given = {}): Promise<Told> {
    const metadata = {
      token_endpoint: `${app}/oauth/token`,
      authorization_endpoint: `${app}/oauth/authorize`,
      device_authorization_endpoint: `${app}/oauth/device`,
    };
    const settings = {
      client_secret: '${secret.WEB_SECRET}',
      redirect_uris: ['https://web.example.test/callback'],
    };
    const project: JsonMap = {
      environments: {
        staging: {
          origins: { app },
          issuers: { main: { issuer: app, discovery: 'none', metadata } },
          clients: { it: { client_id, ...settings, ...given.client } },
        },
      },
      credentials: { reader: { type: 'oauth2', ...reader } },
    };
    const scenarios = { 'a.yml': { credential: 'reader', steps: [...(given.steps ?? [get])] } };
    const options = { secrets: { ...secrets, ...given.secrets } as Record<string, string> };
    return told(await play({ origins, project, scenarios, ...options }));
  }
  const passed = (...steps: string[]): Told => ({ steps, actual: [], first: null });
  const post = { client: { token_endpoint_auth_method: 'client_secret_post' } };
  const none = { client: { token_endpoint_auth_method: 'none', client_secret: null } };
  const signed = (key: string): Given => ({
    client: {
      token_endpoint_auth_method: 'private_key_jwt',
      client_secret: null,
      private_key: `\${secret.${key}}`,
      assertion_audience: 'token_endpoint',
    },
  });

  it('logs in, agrees, redeems the code, renews it, and survives that the tokens end', async () => {
    expect(await orders('web', code, { steps: [get, renew, over, get] })).to.deep.equal(
      passed('passed', 'passed', 'passed', 'passed after renewal'),
    );
  });

  const granted: readonly (readonly [string, Parameters<typeof orders>])[] = [
    ['client_secret_basic', ['web', machine, { steps: [get, over, get] }]],
    ['client_secret_post', ['post', machine, { ...post, steps: [get, over, get] }]],
    ['private_key_jwt', ['signer', machine, { ...signed('KEY'), steps: [get, over, get] }]],
    ['the password grant', ['web', password, { steps: [get, over, get] }]],
    ['a public client', ['native', code, { ...none, steps: [get, over, get] }]],
  ];
  for (const [name, given] of granted) {
    it(`gets and renews a token with ${name}`, async () => {
      expect(await orders(...given)).to.deep.equal(passed('passed', 'passed', 'passed after renewal'));
    });
  }

  const wrong = { secrets: { WEB_SECRET: 'a-wrong-secret' } };
  const elsewhere = { client: { redirect_uris: ['https://web.example.test/other'] } };
  const refused: readonly (readonly [string, Parameters<typeof orders>, string])[] = [
    ['a wrong secret', ['web', machine, wrong], 'client-unknown possible'],
    ['a wrong secret, with a code', ['web', code, wrong], 'client-secret-wrong likely'],
    ['an unknown client', ['nobody', machine], 'client-unknown possible'],
    ['an unknown client, after the login', ['nobody', code], 'client-unknown possible'],
    ['another way to prove the client', ['web', machine, post], 'client-unknown possible'],
    [
      'a client that signs with another key',
      ['signer', machine, signed('OTHER_KEY')],
      'client-assertion-invalid possible',
    ],
    ['another redirect_uri', ['web', code, elsewhere], 'redirect-uri-mismatch likely'],
    ['an unknown scope', ['web', { ...machine, scope: 'stock:read' }], 'scope-missing possible'],
    ['a scope that the API wants', ['web', { ...machine, scope: 'orders:write' }], 'scope-missing possible'],
    [
      'a wrong password at the login',
      ['web', code, { secrets: { PASSWORD: 'wrong' } }],
      'password-wrong likely',
    ],
    [
      'a wrong password at the token endpoint',
      ['web', password, { secrets: { PASSWORD: 'wrong' } }],
      'password-wrong possible',
    ],
    [
      'a consent that is not given',
      ['web', { ...code, login: [login[0] ?? {}, { submit: {} }] }],
      'consent-denied possible',
    ],
    [
      'a refresh token that nobody knows',
      ['web', { grant_type: 'refresh_token', refresh_token: '${secret.WEB_SECRET}' }],
      'refresh-token-expired possible',
    ],
  ];
  for (const [name, given, first] of refused) {
    it(`explains ${name}`, async () => {
      const made = await orders(...given);
      expect([made.steps, made.first], made.actual.join()).to.deep.equal([['failed'], first]);
    });
  }
});
