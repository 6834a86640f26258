/** @node-oauth/oauth2-server as its documentation shows it, replayed by the program. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { originTo } from '../support/forward.ts';
import { createNodeOAuth, type NodeOAuthServer, nodeClient } from '../support/node-oauth-server.ts';
import { ann } from '../support/oidc-server.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { play, type Told, told } from './outcome.ts';

const issuer = 'https://login.example.test';
const api = 'https://api.example.test';
const secrets = { PASSWORD: ann.password, WEB_SECRET: 'a-secret-of-web-4711' };
const login = [
  { submit: { fields: { login: ann.name, password: '${secret.PASSWORD}' } }, when: 'input[name=password]' },
];
const get = { GET: '/orders', expect: { status: 200 } };
const renew = { ...get, credential: { name: 'reader', renew: true } };
const over = { POST: '/orders', writes: true };
const machine = { grant_type: 'client_credentials', scope: 'orders:read' };
const code = { grant_type: 'authorization_code', scope: 'orders:read', login };

describe('@node-oauth/oauth2-server', () => {
  let origins: Origins;
  let server: Server;
  let oauth: NodeOAuthServer;

  before(async () => {
    origins = await startOrigins();
    oauth = createNodeOAuth([nodeClient('web', secrets.WEB_SECRET)]);
    server = createServer(oauth.listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await origins.serve(issuer, originTo((server.address() as AddressInfo).port));
    await origins.serve(api, ({ method, headers }, response) => {
      if (method === 'POST') oauth.accessTokens.clear();
      const field = headers.find(([name]) => name === 'Authorization')?.[1] ?? '';
      const known = method === 'POST' || oauth.accessTokens.has(field.replace('Bearer ', ''));
      const refusal = { 'www-authenticate': 'Bearer realm="Service", error="invalid_token"' };
      response.writeHead(known ? 200 : 401, known ? {} : refusal);
      response.end();
    });
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await origins.close();
  });

  interface Given {
    readonly client?: JsonMap;
    readonly steps?: readonly JsonMap[];
    readonly secrets?: object;
  }
  async function orders(client_id: string, reader: JsonMap, given: Given = {}): Promise<Told> {
    const metadata = { token_endpoint: `${issuer}/token`, authorization_endpoint: `${issuer}/authorize` };
    const settings = {
      client_secret: '${secret.WEB_SECRET}',
      redirect_uris: ['https://app.example.test/callback'],
    };
    const project: JsonMap = {
      environments: {
        staging: {
          origins: { api },
          issuers: { main: { issuer, discovery: 'none', metadata } },
          clients: { it: { client_id, ...settings, ...given.client } },
        },
      },
      credentials: { reader: { type: 'oauth2', ...reader } },
    };
    const scenarios = { 'a.yml': { credential: 'reader', steps: [...(given.steps ?? [get])] } };
    return told(await play({ origins, project, scenarios, secrets: { ...secrets, ...given.secrets } }));
  }

  it('logs in, redeems the code, renews it with tokens that change, and survives that they end', async () => {
    expect(await orders('web', code, { steps: [get, renew, over, get] })).to.deep.equal({
      steps: ['passed', 'passed', 'passed', 'passed after renewal'],
      actual: [],
      first: null,
    });
  });

  for (const method of ['client_secret_basic', 'client_secret_post']) {
    it(`gets and renews a token with ${method}`, async () => {
      const client = { token_endpoint_auth_method: method };
      expect(await orders('web', machine, { client, steps: [get, over, get] })).to.deep.equal({
        steps: ['passed', 'passed', 'passed after renewal'],
        actual: [],
        first: null,
      });
    });
  }

  const wrong = { secrets: { WEB_SECRET: 'a-wrong-secret' } };
  const elsewhere = { client: { redirect_uris: ['https://app.example.test/other'] } };
  const unknown = { grant_type: 'refresh_token', refresh_token: '${secret.WEB_SECRET}' };
  const refused: readonly (readonly [string, Parameters<typeof orders>, string])[] = [
    ['a wrong secret', ['web', machine, wrong], 'client-secret-wrong likely'],
    ['a wrong secret, with a code', ['web', code, wrong], 'client-secret-wrong likely'],
    ['an unknown client', ['nobody', machine], 'client-unknown likely'],
    ['an unknown client, after the login', ['nobody', code], 'client-unknown possible'],
    ['another redirect_uri', ['web', code, elsewhere], 'redirect-uri-mismatch likely'],
    ['an unknown scope', ['web', { ...machine, scope: 'stock:read' }], 'scope-unknown possible'],
    [
      'a wrong password at the login',
      ['web', code, { secrets: { PASSWORD: 'wrong' } }],
      'password-wrong likely',
    ],
    ['a refresh token that nobody knows', ['web', unknown], 'refresh-token-expired possible'],
  ];
  for (const [name, given, first] of refused) {
    it(`explains ${name}`, async () => {
      const made = await orders(...given);
      expect([made.steps, made.first], made.actual.join()).to.deep.equal([['failed'], first]);
    });
  }
});
