import type { JsonMap } from '../../src/model.ts';
import { startOrigins } from '../support/origins.ts';
import { replay } from '../support/replay.ts';

const api = 'https://api.example.test';
const login = 'https://login.example.test';
const T = 'urn:ietf:params:oauth:token-type:';
const jwt = (claims: object) =>
  `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

const metadata = {
  issuer: login,
  token_endpoint: `${login}/token`,
  device_authorization_endpoint: `${login}/device`,
};
type Case = [string, JsonMap, number, object, object?];
const cases: Case[] = [
  [
    'password wrong',
    { grant_type: 'password', username: 'ann', password: '${secret.PASSWORD}' },
    400,
    { error: 'invalid_grant', error_description: 'Invalid user credentials' },
  ],
  [
    'password bare',
    { grant_type: 'password', username: 'ann', password: '${secret.PASSWORD}' },
    400,
    { error: 'invalid_grant' },
  ],
  [
    'jwt aud',
    { grant_type: 'jwt_bearer', assertion: '${secret.JWT}' },
    400,
    { error: 'invalid_grant', error_description: 'audience' },
  ],
  ['jwt bare', { grant_type: 'jwt_bearer', assertion: '${secret.JWT}' }, 400, { error: 'invalid_grant' }],
  [
    'jwt expired',
    { grant_type: 'jwt_bearer', assertion: '${secret.OLDJWT}' },
    400,
    { error: 'invalid_grant' },
  ],
  [
    'exchange target',
    { grant_type: 'token_exchange', subject_token: '${secret.JWT}', audience: 'x' },
    400,
    { error: 'invalid_target' },
  ],
  [
    'exchange invalid_request',
    { grant_type: 'token_exchange', subject_token: '${secret.OLDJWT}' },
    400,
    { error: 'invalid_request', error_description: 'subject_token is expired' },
  ],
  [
    'exchange invalid_grant',
    { grant_type: 'token_exchange', subject_token: '${secret.OLDJWT}' },
    400,
    { error: 'invalid_grant' },
  ],
  ['device no person', { grant_type: 'device_code' }, 400, { error: 'access_denied' }],
  [
    'not offered grant',
    { grant_type: 'client_credentials' },
    400,
    {},
    { grant_types_supported: ['authorization_code'] },
  ],
  [
    'not offered method',
    { grant_type: 'client_credentials' },
    400,
    {},
    { token_endpoint_auth_methods_supported: ['private_key_jwt'] },
  ],
  [
    'unsupported',
    { grant_type: 'token_exchange', subject_token: '${secret.JWT}' },
    400,
    { error: 'unsupported_grant_type' },
  ],
  [
    'unauthorized',
    { grant_type: 'password', username: 'a', password: '${secret.PASSWORD}' },
    400,
    { error: 'unauthorized_client' },
  ],
];

describe('probe', () => {
  for (const [name, credential, status, answer, more] of cases)
    it(name, async () => {
      const origins = await startOrigins();
      await origins.serve(login, (_request, response) => {
        const meta = _request.url.startsWith('/.well-known');
        response.writeHead(meta ? 200 : status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(meta ? { ...metadata, ...more } : answer));
      });
      await origins.serve(api, (_r, response) => response.end('{}'));
      const replayed = await replay({
        origins,
        project: {
          environments: {
            production: {
              origins: { api },
              issuers: { main: login },
              clients: { web: { client_id: 'web', client_secret: '${secret.WEB}' } },
            },
          },
          credentials: { reader: { type: 'oauth2', ...credential } },
        },
        secrets: {
          WEB: 'web-secret-1',
          PASSWORD: 'correct horse',
          JWT: jwt({ iss: 'ci', aud: 'https://other.test', exp: 4e9 }),
          OLDJWT: jwt({ iss: 'ci', aud: login, exp: 1.6e9 }),
        },
        scenarios: { 'a.yml': { credential: 'reader', steps: [{ name: 'read', GET: '/orders' }] } },
      });
      const step = replayed.jobs[0]?.steps[0];
      console.log(name, '|', step?.status, step?.checks.map((c) => c.actual).join(';'));
      for (const f of step?.findings ?? [])
        console.log(
          '   ',
          f.cause,
          f.certainty,
          '|',
          f.summary,
          '|',
          f.fix,
          '|',
          f.evidence.map((e) => `${e.field}: ${e.seen}`).join('; '),
        );
      void T;
      await origins.close();
    });
});
