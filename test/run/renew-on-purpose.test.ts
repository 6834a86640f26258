/** `renew: true` and `renew: false`, for each type. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import type { Json, JsonMap } from '../../src/model.ts';
import { type Ended, why401 } from '../support/command.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { fieldOf } from '../support/verifiers.ts';

const api = 'https://api.example.test';
const login = 'https://login.example.test';
const key = String(
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
);
const env = {
  KEY: key,
  WORD: 'a-secret-0123456789',
  ACTIONS_ID_TOKEN_REQUEST_URL: `${login}/ci`,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'the-request-token',
  WHY401_ID_TOKEN: 'an-id-token-of-a-job',
};
const state = JSON.stringify({
  cookies: [{ name: 'sid', value: 'a-saved-session', domain: 'api.example.test', path: '/', expires: -1 }],
});
const renewables: JsonMap = {
  oauth2: { type: 'oauth2', grant_type: 'client_credentials', client: 'web' },
  self_signed_jwt: { type: 'self_signed_jwt', alg: 'ES256', key: '${secret.KEY}' },
  command: { type: 'command', command: ['sh', '-c', 'echo printed-$$$$'] },
  ci_oidc: { type: 'ci_oidc' },
  session: {
    type: 'session',
    login: [{ GET: '/login' }, { submit: { fields: { user: 'ci', password: '${secret.WORD}' } } }],
  },
};
const others: JsonMap = {
  bearer: { type: 'bearer', token: '${secret.WORD}' },
  basic: { type: 'basic', username: 'ci', password: '${secret.WORD}' },
  digest: { type: 'digest', username: 'ci', password: '${secret.WORD}' },
  api_key: { type: 'api_key', name: 'X-Key', value: '${secret.WORD}' },
  hmac: { type: 'hmac', key: '${secret.WORD}', header: 'X-Sig' },
  aws_sigv4: {
    type: 'aws_sigv4',
    access_key_id: 'a',
    secret_access_key: '${secret.WORD}',
    region: 'r',
    service: 's',
  },
  http_signature: { type: 'http_signature', key_id: 'k', key: '${secret.KEY}' },
  saved: { type: 'session', storage_state: 'state.json' },
  gitlab: { type: 'ci_oidc', provider: 'gitlab' },
};

describe('a renewal on purpose', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
    let count = 0;
    await origins.serve(login, ({ url }, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const token = `token-number-${++count}`;
      response.end(
        JSON.stringify(url === '/ci' ? { value: token } : { access_token: token, token_type: 'Bearer' }),
      );
    });
    await origins.serve(api, ({ method, url }, response) => {
      const form = '<form method="post"><input name="user"><input type="password" name="password"></form>';
      const cookie = { 'set-cookie': `sid=session-number-${++count}; Path=/` };
      response.writeHead(200, { 'content-type': 'text/html', ...(method === 'POST' ? cookie : {}) });
      response.end(url === '/login' && method === 'GET' ? form : 'fine');
    });
  });
  afterEach(() => origins.close());

  async function run(credentials: JsonMap, steps: readonly Json[], command = 'run'): Promise<Ended> {
    return why401([command], {
      files: {
        'why401.yml': JSON.stringify({
          environments: {
            staging: {
              origins: { api },
              issuers: {
                main: { issuer: login, discovery: 'none', metadata: { token_endpoint: `${login}/token` } },
              },
              clients: { web: { client_id: 'web', token_endpoint_auth_method: 'none' } },
              tls: { ca: 'ca.pem' },
              connect_to: Object.fromEntries(origins.transport.connectTo),
            },
          },
          credentials,
        }),
        'a.yml': JSON.stringify({ steps }),
        'ca.pem': origins.authority.ca,
        'state.json': state,
      },
      env: command === 'run' ? env : {},
    });
  }
  const read = (credential: Json): JsonMap => ({ GET: '/orders', credential });

  for (const name of Object.keys(renewables)) {
    it(`is a new one for ${name}, which later steps keep`, async () => {
      const { code, stdout } = await run(renewables, [
        read(name),
        read(name),
        read({ name, renew: true }),
        read({ name, renew: false }),
        read(name),
      ]);
      expect(code, stdout).to.equal(0);
      const sent = origins.received
        .filter(({ url }) => url === '/orders')
        .map((request) => `${fieldOf(request, 'authorization')} ${fieldOf(request, 'cookie')}`);
      const [first = '', second = ''] = [...new Set(sent)];
      expect([first.length > 5, sent]).to.deep.equal([true, [first, first, second, second, second]]);
      expect(second).to.not.equal('');
    });
  }

  for (const name of Object.keys(others)) {
    it(`is a problem for ${name}, where it would test nothing`, async () => {
      const { code, stdout, stderr } = await run(others, [read({ name, renew: true })], 'lint');
      const told = [...`${stdout}${stderr}`.matchAll(/^\S+:\d+:\d+: (Credential "\w+" is) .*$/gm)];
      expect([code, told.map((each) => each[1])]).to.deep.equal([2, [`Credential "${name}" is`]]);
    });

    it(`is not asked for by renew: false of ${name}`, async () => {
      const { code } = await run(others, [read({ name, renew: false })]);
      expect(code).to.equal(0);
    });
  }
});
