import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { plan } from '../../src/plan/plan.ts';

/** `CODE message | fix` of every problem of one credential. */
function problemsOf(credential: JsonMap, client: JsonMap = {}, offline = false): string[] {
  const project = {
    environments: {
      production: {
        origins: { api: 'https://api.example.test' },
        issuers: { main: 'https://login.example.test' },
        clients: { web: { client_id: 'web', client_secret: 'not so secret', ...client } },
      },
    },
    credentials: { reader: { type: 'oauth2', ...credential } },
  };
  const context = {
    root: '/',
    project: project as unknown as JsonMap,
    lookups: { env: () => undefined, secret: (name: string) => (offline ? undefined : `value of ${name}`) },
    given: {},
    random: { uuid: () => '', token: () => '' },
    now: () => 0,
    offline,
  };
  const scenario: JsonMap = { credential: 'reader', steps: [{ GET: '/' }] };
  const options = { environments: [], tags: [], grep: null, timeout: 1000, retries: 0 };
  const planned = plan(context, [{ file: 'a.yml', value: scenario }], options);
  return planned.problems.map(({ code, message, fix }) => `${code} ${message} | ${fix}`);
}

const meaningless = (key: string, grant: string, of: string): string =>
  `KEY_WITHOUT_MEANING "${key}" has no meaning with grant_type ${grant}. | Take it out, or write grant_type: ${of}.`;
const missing = (key: string): string =>
  `CREDENTIAL_INCOMPLETE Credential "reader" has no "${key}" in environment "production". | Add "${key}" to the credential, or to environments.production.credentials.reader.`;

const login = [{ submit: { fields: { username: 'ann' } } }];
const code = { grant_type: 'authorization_code', login, redirect_uri: 'https://app.example.test/cb' };
const exchange = { grant_type: 'token_exchange', subject_token: '${secret.SUBJECT}' };

const wrong: readonly (readonly [string, JsonMap, JsonMap, readonly string[]])[] = [
  ['a refresh_token that is missing', { grant_type: 'refresh_token' }, {}, [missing('refresh_token')]],
  ['a password grant of nobody', { grant_type: 'password' }, {}, [missing('username'), missing('password')]],
  ['an exchange of nothing', { grant_type: 'token_exchange' }, {}, [missing('subject_token')]],
  [
    'no assertion, by the long name of the grant',
    { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' },
    {},
    [missing('assertion')],
  ],
  [
    'authorization_code without a login and a redirect_uri',
    { grant_type: 'authorization_code' },
    {},
    [
      'CREDENTIAL_INCOMPLETE Credential "reader" has no login, which grant_type authorization_code needs. | Write login: with the steps of the login; or log in once with "why401 login" and write store: true.',
      'CREDENTIAL_INCOMPLETE Credential "reader" has no redirect_uri, and its client "web" has no redirect_uris. | Add redirect_uri to the credential, or redirect_uris to environments.production.clients.web.',
    ],
  ],
  [
    'keys of other grants',
    {
      grant_type: 'client_credentials',
      login,
      refresh_token: '${secret.R}',
      username: 'ann',
      subject_token: '${secret.S}',
      redirect_uri: 'https://app.example.test/cb',
    },
    {},
    [
      meaningless('refresh_token', 'client_credentials', 'refresh_token'),
      meaningless('username', 'client_credentials', 'password'),
      meaningless('login', 'client_credentials', 'authorization_code'),
      meaningless('redirect_uri', 'client_credentials', 'authorization_code'),
      meaningless('subject_token', 'client_credentials', 'token_exchange'),
    ],
  ],
  [
    'the type of an actor that is not there',
    { ...exchange, actor_token_type: 'urn:ietf:params:oauth:token-type:jwt' },
    {},
    [
      'CREDENTIAL_INCOMPLETE Credential "reader" has an actor_token_type and no actor_token. | Add actor_token, or take actor_token_type out (RFC 8693 section 2.1).',
    ],
  ],
  [
    'an ID token without openid',
    { ...code, scope: 'orders:read', token: 'id_token' },
    {},
    [
      'ID_TOKEN_WITHOUT_OPENID Credential "reader" presents its ID token, but its scope lacks openid. | Add openid to scope.',
    ],
  ],
  [
    'a secret in authorization_details',
    {
      grant_type: 'client_credentials',
      authorization_details: [{ type: 'payment', iban: '${secret.IBAN}' }],
    },
    {},
    [
      'SECRET_MISPLACED "authorization_details" is shown in reports and cannot hold a secret. | Use ${env.NAME} for values that are not secret.',
    ],
  ],
  [
    'headers and parameters of the request itself',
    {
      grant_type: 'client_credentials',
      headers: {
        Authorization: 'Basic x',
        'content-Type': 'a/b',
        HOST: 'x',
        'x tenant': 'a',
        'x-tenant': 'a',
      },
      parameters: { grant_type: 'password', code: 'x', organization: 'acme' },
    },
    {},
    [
      ...['Authorization', 'content-Type', 'HOST'].map(
        (name) =>
          `HEADER_RESERVED The token request sets "${name}" itself. | Take it out: the client says how it authenticates.`,
      ),
      'HEADER_INVALID "x tenant" is no name of a header. | Use letters, digits and -.',
      'PARAMETER_RESERVED "grant_type" is a parameter of the request\'s own. | Write it as grant_type: of the credential.',
      'PARAMETER_RESERVED "code" is a parameter of the request\'s own. | Take it out: it is made for each request.',
    ],
  ],
  [
    'a client without the secret that its method needs',
    { grant_type: 'client_credentials' },
    { client_secret: null, token_endpoint_auth_method: 'client_secret_post' },
    [
      'CLIENT_INCOMPLETE Client "web" has no client_secret, which token_endpoint_auth_method client_secret_post needs. | Add client_secret to environments.production.clients.web, by reference: "${secret.NAME}"; or name another token_endpoint_auth_method.',
    ],
  ],
  [
    'a client without the key that its method needs',
    { grant_type: 'client_credentials' },
    { token_endpoint_auth_method: 'private_key_jwt' },
    [
      'CLIENT_INCOMPLETE Client "web" has no private_key, which token_endpoint_auth_method private_key_jwt needs. | Add private_key to environments.production.clients.web, by reference: "${secret.NAME}"; or name another token_endpoint_auth_method.',
    ],
  ],
];

describe('the plan of an oauth2 credential', () => {
  for (const [name, credential, client, problems] of wrong) {
    it(`tells ${name}`, () => {
      expect(problemsOf(credential, client)).to.deep.equal(problems);
    });
  }

  it('takes every grant that is whole, with and without secrets', () => {
    const right: readonly JsonMap[] = [
      {
        grant_type: 'client_credentials',
        parameters: { organization: 'acme' },
        headers: { 'x-tenant': 'a' },
      },
      { grant_type: 'refresh_token', refresh_token: '${secret.R}', store: true },
      {
        grant_type: 'password',
        username: 'ann',
        password: '${secret.P}',
        scope: 'openid',
        token: 'id_token',
      },
      { ...code, scope: '${env.SCOPE:-openid}', token: 'id_token', max_age: 60, login_hint: 'ann' },
      { grant_type: 'authorization_code', store: true, redirect_uri: 'https://app.example.test/cb' },
      { grant_type: 'device_code', scope: 'orders:read' },
      { ...exchange, actor_token: '${secret.A}', actor_token_type: 'urn:x', requested_token_type: 'urn:y' },
      { grant_type: 'jwt_bearer', assertion: '${secret.ASSERTION}' },
    ];
    expect(right.map((credential) => problemsOf(credential))).to.deep.equal(right.map(() => []));
    expect(right.map((credential) => problemsOf(credential, {}, true))).to.deep.equal(right.map(() => []));
  });
});
