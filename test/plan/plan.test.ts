import { expect } from 'chai';
import type { JsonMap, RequestStep, Step } from '../../src/model.ts';
import { type Plan, type PlanOptions, plan } from '../../src/plan/plan.ts';

const project: JsonMap = {
  environments: {
    staging: {
      protected: false,
      origins: { api: 'https://api.staging.example.test/', entry: 'http://api.staging.example.test:80' },
      issuers: { main: 'https://login.staging.example.test' },
      clients: {
        web: {
          client_id: 'web-staging',
          client_secret: '${secret.STAGING_SECRET}',
          redirect_uris: ['https://app.staging.example.test/cb'],
        },
      },
      credentials: { legacy: { password: '${secret.STAGING_PASSWORD}' } },
      variables: { tenant: 'acme' },
      headers: { 'x-tenant': '${tenant}' },
    },
    production: {
      origins: { api: 'https://api.example.test' },
      issuers: { main: { issuer: 'https://login.example.test', discovery: 'oauth2' } },
      clients: {
        web: {
          client_id: 'web',
          client_secret: '${secret.SECRET}',
          token_endpoint_auth_method: 'client_secret_post',
        },
      },
      credentials: { legacy: { password: '${secret.PASSWORD}' } },
    },
    canary: {
      extends: 'production',
      default: false,
      connect_to: { 'api.example.test:443': 'canary:8443' },
      clients: { web: { client_id: 'web-canary' } },
    },
  },
  credentials: {
    reader: {
      type: 'oauth2',
      grant_type: 'client_credentials',
      client: 'web',
      scope: 'orders:read',
      resource: '${origin.api}',
    },
    legacy: { type: 'basic', username: 'ci' },
    key: { type: 'api_key', in: 'header', name: 'x-key', value: '${secret.KEY}' },
  },
  variables: { locale: 'en' },
};
const all = { STAGING_SECRET: 's1', SECRET: 's2', STAGING_PASSWORD: 'p1', PASSWORD: 'p2', KEY: 'k' };

function planned(
  scenario: JsonMap,
  options: Partial<PlanOptions> = {},
  secrets: Record<string, string> = all,
  over: JsonMap = {},
): Plan {
  const context = {
    root: '/',
    project: { ...project, ...over },
    lookups: { env: () => undefined, secret: (name: string) => secrets[name] },
    given: {},
    random: { uuid: () => 'u' },
    now: () => 0,
    offline: false,
  };
  const defaults: PlanOptions = { environments: [], tags: [], grep: null, timeout: 30_000, retries: 0 };
  return plan(context, [{ file: 'specs/a.yml', value: scenario }], { ...defaults, ...options });
}
const messages = (made: Plan): string[] => made.problems.map(({ code, message }) => `${code} ${message}`);
const request = (step: Step | undefined): RequestStep => {
  if (step?.kind !== 'request') throw new Error('no request');
  return step;
};

describe('plan', () => {
  it('makes a job per environment, those with "default: false" left out', () => {
    const made = planned({ name: 'orders', tags: ['smoke'], steps: [{ GET: '/orders' }] });
    expect(made.problems).to.deep.equal([]);
    expect(
      made.jobs.map(({ index, name, tags, environment }) => [index, name, tags, environment.name]),
    ).to.deep.equal([
      [0, 'orders', ['smoke'], 'staging'],
      [1, 'orders', ['smoke'], 'production'],
    ]);
    expect(made.known.map(({ name }) => name)).to.deep.equal(['staging', 'production', 'canary']);
  });

  it('follows as the client that a step names, with its limit unless the step has one', () => {
    const redirects = (redirect: JsonMap): unknown =>
      request(planned({ steps: [{ GET: '/', redirect }] }).jobs[0]?.steps[0]).redirect;
    expect([redirects({}), redirects({ as: 'curl' }), redirects({ as: 'curl', max: 2 })]).to.deep.equal([
      { follow: true, max: 10 },
      { follow: true, max: 50, as: 'curl' },
      { follow: true, max: 2, as: 'curl' },
    ]);
    const named = planned({
      variables: { client: 'go' },
      steps: [{ GET: '/', redirect: { as: '${client}' } }],
    });
    expect(request(named.jobs[0]?.steps[0]).redirect.as).to.equal('go');
    const wrong = planned({ steps: [{ GET: '/', redirect: { as: 'crul' } }] }).problems;
    expect([...new Set(wrong.map(({ code, message, fix }) => `${code} ${message} ${fix}`))]).to.deep.equal([
      'UNKNOWN_HTTP_CLIENT No HTTP client "crul" is known. Did you mean "curl"?',
    ]);
  });

  it('renders what an environment says', () => {
    const [staging] = planned({ steps: [{ GET: '/' }] }, { environments: ['staging'] }).environments;
    expect([...(staging?.origins ?? [])]).to.deep.equal([
      ['api', 'https://api.staging.example.test'],
      ['entry', 'http://api.staging.example.test'],
    ]);
    expect(staging?.headers).to.deep.equal([['x-tenant', 'acme', ['environment']]]);
    expect(staging?.protected).to.equal(false);
    expect([...(staging?.experiments.allow ?? [])]).to.deep.equal(['A0', 'A', 'B']);
  });

  it('lets a client name an origin and an issuer of its environment, and no origin itself', () => {
    const over = (origin: string): JsonMap => ({
      environments: {
        one: {
          origins: { api: 'https://api.example.test', app: origin },
          issuers: { main: '${origin.api}/login' },
          clients: { web: { client_id: 'web', redirect_uris: ['${origin.app}/cb', '${issuer.main}/back'] } },
        },
      },
    });
    const made = planned({ steps: [{ GET: '/' }] }, {}, all, over('https://app.example.test'));
    expect(made.environments[0]?.clients.get('web')?.redirect_uris).to.deep.equal([
      'https://app.example.test/cb',
      'https://api.example.test/login/back',
    ]);
    expect(messages(planned({ steps: [{ GET: '/' }] }, {}, all, over('${origin.api}')))).to.deep.equal([
      'UNRESOLVED_VARIABLE Nothing is named "origin.api" here.',
      'UNRESOLVED_VARIABLE Nothing is named "origin.app" here.',
    ]);
  });

  it('knows the servers by whose rules redirect URIs are compared', () => {
    const rules = (name: string): Plan =>
      planned({ steps: [{ GET: '/' }] }, {}, all, {
        environments: {
          one: {
            origins: { api: 'https://api.example.test' },
            issuers: { main: { issuer: 'https://login.example.test', redirect_uri_rules: name } },
          },
        },
      });
    expect(rules('hydra').environments[0]?.issuers.get('main')?.redirect_uri_rules).to.equal('hydra');
    const told = ['hydr', 'nobody-knows-it'].map((name) =>
      rules(name).problems.map(({ code, message, fix }) => [
        code,
        message,
        fix?.replace(/(?<=: standard,).*/, ''),
      ]),
    );
    expect(told).to.deep.equal([
      [
        [
          'UNKNOWN_REDIRECT_URI_RULES',
          'No server "hydr" is known by its rules for redirect URIs.',
          'Did you mean "hydra"?',
        ],
      ],
      [
        [
          'UNKNOWN_REDIRECT_URI_RULES',
          'No server "nobody-knows-it" is known by its rules for redirect URIs.',
          'There are: standard,',
        ],
      ],
    ]);
  });

  it('extends an environment: maps merge, "default" is not inherited', () => {
    const [canary] = planned({ steps: [{ GET: '/' }] }, { environments: ['canary'] }).environments;
    expect(canary?.clients.get('web')?.client_id).to.equal('web-canary');
    expect(canary?.clients.get('web')?.token_endpoint_auth_method).to.equal('client_secret_post');
    expect([...(canary?.transport.connectTo ?? [])]).to.deep.equal([['api.example.test:443', 'canary:8443']]);
    expect([canary?.default, canary?.protected]).to.deep.equal([false, true]);
  });

  it('completes common credentials by environment, and shows no secret', () => {
    const [staging, production] = planned({
      credential: ['reader', 'key'],
      steps: [{ GET: '/' }, { GET: '/', credential: 'legacy' }],
    }).jobs;
    const reader = production?.environment.credentials.get('reader');
    expect(JSON.stringify(staging?.environment.credentials.get('legacy'))).to.include(
      '"password":"[secret:STAGING_PASSWORD]"',
    );
    expect(
      reader?.type === 'oauth2' && [
        reader.resource,
        reader.client.client_id,
        String(reader.client.client_secret),
      ],
    ).to.deep.equal([['https://api.example.test'], 'web', '[secret:SECRET]']);
  });

  it('needs the secrets of the selected environments and scenarios only', () => {
    const scenario = { credential: 'key', steps: [{ GET: '/' }] };
    expect(messages(planned(scenario, {}, { KEY: 'k' }))).to.deep.equal([]);
    expect(messages(planned(scenario, {}, {}))).to.deep.equal([
      'SECRET_MISSING The secret "KEY" is not set.',
    ]);
    expect(
      messages(
        planned(
          { credential: 'reader', steps: [{ GET: '/' }] },
          { environments: ['staging'] },
          { STAGING_SECRET: 's' },
        ),
      ),
    ).to.deep.equal([]);
    expect(
      messages(planned({ credential: 'reader', steps: [{ GET: '/' }] }, {}, { STAGING_SECRET: 's' })),
    ).to.deep.equal(['SECRET_MISSING The secret "SECRET" is not set.']);
  });

  it('applies overrides by environment at scenario, step and expect', () => {
    const scenario = {
      credential: 'key',
      in: { staging: { credential: 'none' } },
      steps: [
        {
          GET: '/a',
          in: { production: { GET: '/b', headers: { x: '1' } } },
          expect: { status: 200, in: { production: { status: 204 } } },
        },
      ],
    };
    const [staging, production] = planned(scenario).jobs.map(({ steps }) => request(steps[0]));
    expect([staging?.target, staging?.expect, staging?.credentials]).to.deep.equal([
      '/a',
      { status: 200 },
      [],
    ]);
    expect([production?.target, production?.expect, production?.headers]).to.deep.equal([
      '/b',
      { status: 204 },
      { x: '1' },
    ]);
    expect(production?.credentials).to.deep.equal([{ name: 'key' }]);
  });

  it('leaves out what "only" leaves out', () => {
    const made = planned({ steps: [{ GET: '/' }, { GET: '/b', only: ['staging'] }] });
    expect(made.jobs.map(({ steps }) => steps.length)).to.deep.equal([2, 1]);
    expect(
      planned({ only: ['production'], steps: [{ GET: '/' }] }).jobs.map(
        ({ environment }) => environment.name,
      ),
    ).to.deep.equal(['production']);
  });

  it('lets a later step use what an earlier one captures, and nobody else', () => {
    const capture = { GET: '/', capture: { id: '$.id' } };
    expect(messages(planned({ steps: [capture, { GET: '/${id}' }] }))).to.deep.equal([]);
    expect(messages(planned({ steps: [{ GET: '/${id}' }, capture] }))).to.deep.equal([
      'UNRESOLVED_VARIABLE Nothing is named "id" here.',
    ]);
    expect(
      messages(
        planned({
          steps: [
            {
              GET: '/${id:-1}${tenant:-none}${locale}${uuid}${now-7d.iso}${environment}${issuer.main.token_endpoint}',
            },
          ],
        }),
      ),
    ).to.deep.equal([]);
  });

  it('renders settings that it needs itself, and refuses what they cannot be', () => {
    const variables = { limit: '5s', hops: '3', word: 'soon' };
    const [job] = planned({
      variables,
      steps: [{ GET: '/', timeout: '${limit}', redirect: { max: '${hops}' } }],
    }).jobs;
    expect([job?.steps[0]?.timeout, request(job?.steps[0]).redirect.max]).to.deep.equal([5000, 3]);
    expect(messages(planned({ variables, steps: [{ wait: '${word}' }] }))).to.deep.equal([
      'VALUE_INVALID "wait" is "soon" here, and takes a duration such as 30s.',
    ]);
  });

  const wrong: Record<string, [JsonMap, string[]]> = {
    'writing to a protected environment': [
      { steps: [{ DELETE: '/x' }] },
      ['UNSAFE_METHOD DELETE could change "production", which is protected.'],
    ],
    'one header from two credentials': [
      { credential: ['reader', 'legacy'], steps: [{ GET: '/' }] },
      [
        'HEADER_TWICE The header "authorization" would come from the credential "reader" and from the credential "legacy".',
      ],
    ],
    'one header from a credential and a header': [
      { credential: 'key', steps: [{ GET: '/', headers: { 'X-Key': 'a' } }] },
      ['HEADER_TWICE The header "x-key" would come from headers: and from the credential "key".'],
    ],
    'a line break in a header': [
      { steps: [{ GET: '/', headers: { x: 'a\r\nb: c' } }] },
      ['HEADER_VALUE_INVALID The value of x holds a line break.'],
    ],
    'a Connection that lists a field': [
      { steps: [{ GET: '/', headers: { Connection: 'close, Authorization' } }] },
      [
        'HEADER_VALUE_INVALID Connection is set by what sends the request: a list of fields in it is not sent.',
      ],
    ],
    'a header that is not sent': [
      { steps: [{ GET: '/', headers: { 'Keep-Alive': 'timeout=5' } }] },
      ['HEADER_NAME_INVALID "Keep-Alive" is set by what sends the request.'],
    ],
    'two methods after an override': [
      { steps: [{ GET: '/', in: { staging: { HEAD: '/' } } }] },
      ['METHOD_TWICE The step says GET and HEAD: it can do one thing.'],
    ],
    'a target that is none': [{ steps: [{ GET: 'ftp://x/' }] }, ['TARGET_INVALID "ftp://x/" is no target.']],
    'a client without redirect_uris': [
      { only: ['production'], steps: [{ authorize: { client: 'web', redirect_uri: 'all' } }] },
      ['NO_REDIRECT_URI Client "web" has no redirect_uris in environment "production".'],
    ],
  };
  for (const [name, [scenario, expected]] of Object.entries(wrong)) {
    it(`refuses ${name}`, () => {
      expect(messages(planned(scenario))).to.deep.equal(expected);
    });
  }

  it('lets clients and headers name the origins and issuers of their environment', () => {
    const clients = { web: { client_id: 'web', redirect_uris: ['${origin.api}/cb'] } };
    const headers = { 'X-Issuer': '${issuer.main}' };
    const environments = {
      a: { origins: { api: 'https://api.test' }, issuers: { main: 'https://login.test' }, clients, headers },
    };
    const { environments: [environment] = [], problems } = planned({ steps: [{ wait: '0s' }] }, {}, all, {
      environments,
      credentials: {},
    });
    expect(problems).to.deep.equal([]);
    expect([
      environment?.clients.get('web')?.redirect_uris,
      environment?.headers.map(([, value]) => value),
    ]).to.deep.equal([['https://api.test/cb'], ['https://login.test']]);
  });

  it('finds nothing by the name of what is not yet read', () => {
    const main = { issuer: 'https://login.test', metadata: { token_endpoint: '${issuer.main}/token' } };
    const environments = { a: { origins: { api: 'https://api.test' }, issuers: { main } } };
    expect(
      messages(planned({ steps: [{ wait: '0s' }] }, {}, all, { environments, credentials: {} })),
    ).to.deep.equal(['UNRESOLVED_VARIABLE Nothing is named "issuer.main" here.']);
  });

  it('refuses one header from an environment and a credential', () => {
    const environments = { a: { origins: { api: 'https://a.test' }, headers: { 'X-Key': 'b' } } };
    expect(
      messages(planned({ credential: 'key', steps: [{ GET: '/' }] }, {}, all, { environments })),
    ).to.deep.equal([
      'HEADER_TWICE The header "x-key" would come from environments.a.headers and from the credential "key".',
    ]);
  });

  it('permits a write that is meant, and one that only reads', () => {
    expect(
      messages(
        planned({ steps: [{ POST: '/', writes: true }, { POST: '/graphql', reads: true }, { QUERY: '/' }] }),
      ),
    ).to.deep.equal([]);
  });

  it('refuses environments that extend each other', () => {
    const environments = { a: { extends: 'b' }, b: { extends: 'a' } };
    expect(messages(planned({ steps: [] }, {}, all, { environments }))[0]).to.match(/^EXTENDS_CYCLE/);
  });

  it('refuses a selection of nothing', () => {
    expect(messages(planned({ name: 'orders', steps: [{ GET: '/' }] }, { grep: 'invoices' }))).to.deep.equal([
      'NO_SCENARIOS No scenario is selected: a run that tests nothing would be green for nothing.',
    ]);
  });
});
