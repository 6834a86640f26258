import { expect } from 'chai';
import type { Fault, JsonMap } from '../../src/model.ts';
import { plan } from '../../src/plan/plan.ts';
import { Secret } from '../../src/secret.ts';

const clients: JsonMap = {
  web: { client_id: 'web', client_secret: '${secret.CLIENT_SECRET}' },
};
const environment = (name: string, more: JsonMap): JsonMap => ({
  origins: { api: `https://api.${name}.example.test` },
  issuers: { main: `https://login.${name}.example.test` },
  clients,
  ...more,
});
const project: JsonMap = {
  environments: {
    staging: environment('staging', { protected: false }),
    preview: environment('preview', { protected: false }),
    production: environment('production', {
      credentials: { legacy: { type: 'digest' }, only_there: { type: 'bearer', token: '${secret.TOKEN}' } },
    }),
  },
  credentials: {
    reader: {
      type: 'oauth2',
      grant_type: 'client_credentials',
      client: 'web',
      scope: 'orders:read orders:write',
    },
    plain: { type: 'oauth2', grant_type: 'client_credentials', client: 'web' },
    bound: { type: 'oauth2', grant_type: 'client_credentials', client: 'web', dpop: true },
    person: {
      type: 'oauth2',
      grant_type: 'password',
      client: 'web',
      username: 'u',
      password: '${secret.TOKEN}',
      scope: 'openid',
    },
    chain: { type: 'oauth2', grant_type: 'refresh_token', client: 'web', refresh_token: '${secret.TOKEN}' },
    fixed: { type: 'bearer', token: '${secret.TOKEN}' },
    legacy: { type: 'basic', username: 'ci', password: '${secret.TOKEN}' },
    key: { type: 'api_key', in: 'header', name: 'x-key', value: '${secret.TOKEN}' },
    shop: { type: 'session', login: [{ GET: '/login' }] },
    hook: { type: 'hmac', key: '${secret.TOKEN}', header: 'x-signature', over: '${body}' },
  },
};
const secrets: Readonly<Record<string, string>> = {
  CLIENT_SECRET: 'a-client-secret',
  TOKEN: 'a-token',
  KEPT: 'a-kept-token',
};

function planned(step: JsonMap, environments: readonly string[], offline = false) {
  const { jobs, problems } = plan(
    {
      root: '/',
      project,
      lookups: { env: () => undefined, secret: (name) => (offline ? undefined : secrets[name]) },
      given: {},
      random: { uuid: () => '00000000-0000-4000-8000-000000000000' },
      now: () => 0,
      offline,
    },
    [{ file: 'a.yml', value: { steps: [step] } }],
    { environments, tags: [], grep: null, timeout: 1000, retries: 0 },
  );
  const made = jobs[0]?.steps[0];
  const fault: Fault | null =
    made?.kind === 'request'
      ? (made.credentials[0]?.fault ?? null)
      : made?.kind === 'token'
        ? (made.fault ?? null)
        : null;
  return { fault, problems: problems.map(({ code, message, fix }) => `${code} ${message} | ${fix}`) };
}

function request(name: string, fault: JsonMap | string, more: JsonMap = {}): JsonMap {
  return { GET: '/', credential: { name, fault }, expect: { status: 401 }, ...more };
}

const right: readonly (readonly [what: string, step: JsonMap, environment: string, fault: JsonMap])[] = [
  ['a word', request('reader', 'missing'), 'production', { kind: 'missing' }],
  [
    'a scope',
    request('reader', { without_scope: 'orders:write' }),
    'production',
    { kind: 'without_scope', scope: 'orders:write' },
  ],
  [
    'an audience',
    request('reader', { wrong_audience: 'urn:x' }),
    'staging',
    { kind: 'wrong_audience', audience: 'urn:x' },
  ],
  [
    'an alarm that is permitted',
    request('fixed', 'alg_none', { writes: true }),
    'production',
    { kind: 'alg_none' },
  ],
  ['an alarm where nothing is protected', request('fixed', 'alg_none'), 'staging', { kind: 'alg_none' }],
  ['a signature', request('hook', 'tampered_signature'), 'staging', { kind: 'tampered_signature' }],
  ['DPoP', request('bound', 'replayed_proof'), 'staging', { kind: 'replayed_proof' }],
  ['an ID token', request('person', 'id_token'), 'staging', { kind: 'id_token' }],
  ['a token that is waited for', request('reader', 'expired'), 'staging', { kind: 'expired' }],
];

const wrong: readonly (readonly [step: JsonMap, environment: string, ...problems: string[]])[] = [
  [
    request('legacy', 'alg_none'),
    'staging',
    'FAULT_NOT_APPLICABLE "alg_none" cannot be made of credential "legacy", which is of type basic. | For basic there are: missing, malformed_header, wrong_scheme, duplicate, other_environment.',
  ],
  [
    request('key', 'malformed_token'),
    'staging',
    'FAULT_NOT_APPLICABLE "malformed_token" cannot be made of credential "key", which is of type api_key. | For api_key there are: missing, malformed_header, duplicate, other_environment.',
  ],
  [
    request('shop', { other_environment: 'preview' }),
    'staging',
    'FAULT_NOT_APPLICABLE "other_environment" cannot be made of credential "shop", which is of type session. | For session there are: missing.',
  ],
  [
    request('reader', 'unbound'),
    'staging',
    'FAULT_NOT_APPLICABLE "unbound" needs DPoP, and credential "reader" does not use it. | Add dpop: true to the credential.',
  ],
  [
    request('reader', { without_scope: 'orders:wirte' }),
    'staging',
    'FAULT_NOT_APPLICABLE Credential "reader" does not ask for the scope "orders:wirte". | Did you mean "orders:write"?',
  ],
  [
    request('plain', { without_scope: 'orders:write' }),
    'staging',
    'FAULT_NOT_APPLICABLE Credential "plain" does not ask for the scope "orders:write". | Add scope: to the credential.',
  ],
  [
    request('chain', 'wrong_audience'),
    'staging',
    'FAULT_NOT_APPLICABLE "wrong_audience" asks for another token, and the refresh token of credential "chain" is good for one chain of tokens. | Use a credential with another grant_type.',
  ],
  [
    request('reader', 'id_token'),
    'staging',
    'FAULT_NOT_APPLICABLE Credential "reader" gets no ID token: there is one for a person only, and for the scope openid. | Use a credential that logs somebody in, with openid among its scopes.',
  ],
  [
    request('fixed', 'expired'),
    'staging',
    'FAULT_NOT_APPLICABLE An expired token cannot be had of credential "fixed", which is of type bearer. | Keep one: fault: {expired: {token: "${secret.EXPIRED_TOKEN}"}}',
  ],
  [
    request('fixed', { expired: { token: 'eyJ' } }),
    'staging',
    'SECRET_IN_FILE A token is written in the file, where everybody reads it. | Write "${secret.EXPIRED_TOKEN}", and set that environment variable.',
  ],
  [
    request('fixed', { expired: { token: '${secret.NOT_SET}' } }),
    'staging',
    'SECRET_MISSING The secret "NOT_SET" is not set. | Set the environment variable NOT_SET, or NOT_SET_FILE to a file that holds it, or add it to the --env-file.',
  ],
  [
    request('reader', { other_environment: 'prodution' }),
    'staging',
    'UNKNOWN_ENVIRONMENT There is no environment "prodution". | Did you mean "production"?',
  ],
  [
    request('reader', { other_environment: 'staging' }),
    'staging',
    'FAULT_NOT_APPLICABLE "staging" is the environment of the step itself. | Name another one, or limit the step with "only:".',
  ],
  [
    request('reader', { other_environment: 'production' }, { writes: true }),
    'staging',
    'FAULT_UNSAFE The credential of "production", which is protected, would be sent to "staging", which is not. | Write it the other way round: "only: [production]" and other_environment: staging.',
  ],
  [
    request('only_there', { other_environment: 'staging' }, { writes: true }),
    'production',
    'UNKNOWN_CREDENTIAL There is no credential "only_there" in environment "staging". | Add it there, or name another environment.',
  ],
  [
    request('legacy', { other_environment: 'staging' }, { writes: true }),
    'production',
    'FAULT_NOT_APPLICABLE Credential "legacy" is of type basic in "staging" and of type digest here. | Use a credential that is of one type in both.',
  ],
  [
    request('fixed', 'tampered_signature'),
    'production',
    'FAULT_UNPERMITTED "tampered_signature" in "production", which is protected: a forged token is what intrusion detection looks for. | Write "writes: true" on the step if that is meant, or "only:" with environments that are not protected.',
  ],
  [
    { GET: '/', credential: { name: 'fixed', fault: 'missing' } },
    'staging',
    'FAULT_WITHOUT_STATUS The step makes "missing" and does not say what is right then. | A correct server answers 401 with a challenge that has no error: write expect: {status: 401} or what the server is to answer.',
  ],
  [
    { GET: '/', credential: { name: 'fixed', fault: 'missing', renew: false }, expect: { status: 401 } },
    'staging',
    'FAULT_WITH_RENEW "renew" and "fault" cannot stand side by side. | Keep one of them: a credential that is made wrong is never renewed.',
  ],
  [
    request('reader', 'assertion_audience'),
    'staging',
    'FAULT_NOT_APPLICABLE "assertion_audience" is made in the token request. | Write it at a token step: token: {name: reader, fault: assertion_audience}',
  ],
  [
    { token: { name: 'reader', fault: 'missing' }, expect: { status: 401 } },
    'staging',
    'FAULT_NOT_APPLICABLE "missing" is made in a request, not in the token request. | Write it under credential: of a request step.',
  ],
  [
    { token: { name: 'reader', fault: 'assertion_replayed' }, expect: { status: 401 } },
    'staging',
    'FAULT_NOT_APPLICABLE "assertion_replayed" needs private_key_jwt, and client "web" uses client_secret_basic. | Use a credential whose client authenticates with private_key_jwt.',
  ],
];

describe('faults of a step', () => {
  for (const [what, step, name, fault] of right) {
    it(`are planned: ${what}`, () => {
      expect(planned(step, [name])).to.deep.equal({ fault, problems: [] });
    });
  }

  for (const [step, name, ...problems] of wrong) {
    it(`are a problem in ${name}: ${JSON.stringify(step)}`, () => {
      expect(planned(step, [name]).problems).to.deep.equal(problems);
    });
  }

  it('take a token that was kept as a secret', () => {
    const { fault, problems } = planned(request('reader', { expired: { token: '${secret.KEPT}' } }), [
      'staging',
    ]);
    expect(problems).to.deep.equal([]);
    expect(fault?.token instanceof Secret && fault.token.shown).to.equal('[secret:KEPT]');
  });

  it('need no secret where nothing is sent', () => {
    const steps = [
      request('reader', { expired: { token: '${secret.KEPT}' } }),
      request('reader', { other_environment: 'preview' }),
      request('reader', { without_scope: 'orders:read' }),
    ];
    for (const step of steps) expect(planned(step, ['staging'], true).problems).to.deep.equal([]);
  });

  it('bring the credential of an environment that is not selected', () => {
    const step = request('reader', { other_environment: 'staging' }, { writes: true });
    const { fault, problems } = planned(step, ['production']);
    expect(problems).to.deep.equal([]);
    const { environment: from, credential } = fault?.from ?? {};
    expect([from?.name, credential?.type === 'oauth2' && credential.client.issuer.issuer]).to.deep.equal([
      'staging',
      'https://login.staging.example.test',
    ]);
    expect(credential?.type === 'oauth2' && String(credential.client.client_secret)).to.equal(
      '[secret:CLIENT_SECRET]',
    );
  });
});
