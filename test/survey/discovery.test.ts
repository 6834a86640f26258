import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { surveyDiscovery } from '../../src/survey/discovery.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { hosts, metadataOf, type Pages, projectOf, secrets, serveLogin } from '../support/published.ts';
import { type Surveyed, surveyedBy } from '../support/surveyed.ts';

const { staging, production } = hosts;
const openid = '/.well-known/openid-configuration';
const oauth = '/.well-known/oauth-authorization-server';

describe('metadata of two environments', () => {
  let origins: Origins;
  let pages: Pages = {};

  before(async () => {
    origins = await startOrigins();
    // One map for all, so that each test says what is published.
    const all = new Proxy({} as Pages, { get: (_, address: string) => pages[address] });
    await serveLogin(origins, staging.login, all);
    await serveLogin(origins, production.login, all);
  });
  beforeEach(() => {
    origins.received.length = 0;
  });
  after(() => origins.close());

  /** Staging is whole. */
  function look(
    inProduction: Pages,
    project: JsonMap = projectOf(),
    inStaging: Pages = {},
  ): Promise<Surveyed> {
    pages = { [`${staging.login}${openid}`]: metadataOf(staging.login), ...inStaging, ...inProduction };
    return surveyedBy([surveyDiscovery], { origins, project, secrets });
  }
  const changed = (changes: Readonly<Record<string, unknown>>): Pages => ({
    [`${production.login}${openid}`]: metadataOf(production.login, changes),
  });

  it('says nothing of two that are alike, and asks for each document once', async () => {
    const { found, drift, steps, rows } = await look(changed({}));
    expect({ found, drift, rows, steps }).to.deep.equal({
      found: [],
      drift: [],
      rows: [],
      steps: ['staging: metadata of issuer main: passed', 'production: metadata of issuer main: passed'],
    });
    expect(
      origins.received.map(({ method, origin, url }) => `${method} ${origin}${url}`).sort(),
    ).to.deep.equal(
      [staging, production].flatMap(({ login }) => [`GET ${login}${oauth}`, `GET ${login}${openid}`]).sort(),
    );
    expect(
      origins.received.flatMap(({ headers }) => headers.map(([name]) => name.toLowerCase())),
    ).to.not.include.members(['authorization', 'cookie']);
  });

  const issuers: readonly (readonly [string, string])[] = [
    [`${production.login}/`, 'it ends with a slash and yours does not'],
    ['https://LOGIN.example.test', 'only the case differs'],
    ['https://login.example.test/{tenantid}', 'it has the placeholder {tenantid}, where your tenant belongs'],
    ['https://login.example.test/v2', 'the path differs (/v2, not /)'],
    ['https://id.example.test', 'the host differs (id.example.test, not login.example.test)'],
    ['https://login.example.test:443', 'they are the same URL, written in another way'],
  ];
  for (const [issuer, how] of issuers) {
    it(`says how ${issuer} is another issuer`, async () => {
      const { found } = await look(changed({ issuer }));
      expect(found).to.deep.equal([
        `production: metadata of issuer main: error issuer-mismatch certain: The metadata of issuer "main" names the issuer "${issuer}", not "${production.login}": ${how}.`,
      ]);
    });
  }

  const offers: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
    ['a scope', { scopes_supported: ['openid', 'orders:write'] }, 'warning scope-unknown'],
    ['a grant', { grant_types_supported: ['authorization_code'] }, 'warning grant-unsupported'],
    [
      'a client authentication',
      { token_endpoint_auth_methods_supported: ['private_key_jwt'] },
      'error client-auth-method-wrong',
    ],
    ['a response type', { response_types_supported: ['id_token'] }, 'error response-type-unsupported'],
    ['PKCE', { code_challenge_methods_supported: undefined }, 'warning request-param-wrong'],
    ['plain PKCE only', { code_challenge_methods_supported: ['plain'] }, 'warning request-param-wrong'],
    ['pushed requests', { require_pushed_authorization_requests: true }, 'warning par-required'],
  ];
  for (const [what, changes, expected] of offers) {
    it(`finds that ${what} of the project is not as in staging, and says it once`, async () => {
      const { found, drift } = await look(changed(changes));
      expect(found).to.deep.equal([]);
      expect(drift.map((line) => line.split(' ').slice(0, 2).join(' '))).to.deep.equal([expected]);
    });
  }

  it('finds a missing algorithm of client assertions, and missing DPoP, where they are used', async () => {
    const project = projectOf({
      client: { token_endpoint_auth_method: 'client_secret_jwt', token_endpoint_auth_signing_alg: 'HS256' },
      credentials: { bound: { type: 'oauth2', grant_type: 'client_credentials', client: 'ci', dpop: true } },
    });
    const methods = { token_endpoint_auth_methods_supported: ['client_secret_jwt'] };
    const { drift } = await look(
      changed({
        ...methods,
        token_endpoint_auth_signing_alg_values_supported: ['HS512'],
        dpop_signing_alg_values_supported: undefined,
      }),
      project,
      {
        [`${staging.login}${openid}`]: metadataOf(staging.login, {
          ...methods,
          token_endpoint_auth_signing_alg_values_supported: ['HS256'],
        }),
      },
    );
    expect(drift.map((line) => line.split(' ').slice(0, 2).join(' '))).to.deep.equal([
      'error client-assertion-invalid',
      'warning issuer.dpop',
    ]);
  });

  it('makes rows, and no findings, of what nobody uses', async () => {
    const { drift, found, rows } = await look(
      changed({
        scopes_supported: ['openid', 'orders:read', 'orders:write'],
        userinfo_endpoint: `${production.login}/userinfo`,
        claims_parameter_supported: true,
        userinfo_signing_alg_values_supported: ['RS256'],
        made_up_here: 1,
      }),
    );
    expect({ drift, found }).to.deep.equal({ drift: [], found: [] });
    expect(rows).to.deep.equal([
      'issuer.scopes_supported[main]: openid, orders:read in staging, openid, orders:read, orders:write in production',
      'issuer.endpoint[main userinfo_endpoint]: none in staging, ${issuer.main}/userinfo in production',
      'issuer.algorithms[main userinfo_signing_alg_values_supported]: none in staging, RS256 in production',
      'issuer.settings[main claims_parameter_supported]: none in staging, true in production',
      'issuer.further[main]: none in staging, made_up_here in production',
    ]);
  });

  it('makes nothing of lists that a server leaves out, and of scopes that only OpenID Connect has', async () => {
    const { drift, found } = await look(
      changed({
        scopes_supported: ['openid', 'offline_access'],
        grant_types_supported: undefined,
        token_endpoint_auth_methods_supported: undefined,
      }),
    );
    expect({ drift, found }).to.deep.equal({ drift: [], found: [] });
  });

  it('tells addresses of staging in production once, whatever their number', async () => {
    const { found, drift } = await look({ [`${production.login}${openid}`]: metadataOf(staging.login) });
    expect(drift).to.deep.equal([]);
    expect(found).to.deep.equal([
      'production: metadata of issuer main: error environment-mixup likely: The metadata of issuer "main" is that of staging: it names issuer, authorization_endpoint, token_endpoint and jwks_uri there.',
    ]);
  });

  it('tells one address of staging by its name', async () => {
    const { found } = await look(changed({ userinfo_endpoint: `${staging.login}/userinfo` }));
    expect(found).to.deep.equal([
      'production: metadata of issuer main: error environment-mixup likely: The metadata of issuer "main" names userinfo_endpoint of staging.',
    ]);
  });

  it('tells tenants of one server apart by the path of the issuer', async () => {
    const project = projectOf();
    const environments = project['environments'] as { readonly [name: string]: JsonMap };
    const tenant = (name: string): JsonMap => ({
      ...environments[name],
      issuers: { main: { issuer: `${production.login}/${name}` } },
    });
    const both = {
      ...project,
      environments: { staging: tenant('staging'), production: tenant('production') },
    };
    const found = await look(
      {
        [`${production.login}/production${openid}`]: metadataOf(`${production.login}/production`, {
          token_endpoint: `${production.login}/staging/token`,
        }),
      },
      both,
      { [`${production.login}/staging${openid}`]: metadataOf(`${production.login}/staging`) },
    );
    expect(found.found).to.deep.equal([
      'production: metadata of issuer main: error environment-mixup likely: The metadata of issuer "main" names token_endpoint of staging.',
    ]);
  });

  it('tells a proxy that does not hand on the scheme in one sentence', async () => {
    const { found } = await look({
      [`${production.login}${openid}`]: metadataOf('http://login.example.test'),
    });
    expect(found).to.deep.equal([
      'production: metadata of issuer main: error endpoint-wrong likely: The metadata of issuer "main" names issuer, authorization_endpoint, token_endpoint and jwks_uri over plain http, and the issuer is https, as a server does behind a proxy that ends TLS and does not hand on the scheme.',
    ]);
  });

  const inner: readonly (readonly [string, string])[] = [
    ['http://keycloak:8080', 'at a host that only the inner network knows'],
    ['https://sso.auth.svc.cluster.local', 'at a host that only the inner network knows'],
    ['https://10.1.2.3', 'at a host that only the inner network knows'],
    ['https://login.example.test:8443', 'at another port of the same host'],
  ];
  for (const [base, what] of inner) {
    it(`tells ${base} beside a public issuer`, async () => {
      const { found } = await look(changed({ token_endpoint: `${base}/token` }));
      expect(found.map((line) => line.split(', as ')[0])).to.deep.equal([
        `production: metadata of issuer main: error endpoint-wrong likely: The metadata of issuer "main" names token_endpoint ${what}`,
      ]);
    });
  }

  it('warns where nobody needs the address, and takes another public host as it is', async () => {
    const { found, rows } = await look(
      changed({
        revocation_endpoint: 'http://login.example.test/revoke',
        end_session_endpoint: '/logout',
        userinfo_endpoint: 'https://graph.example.org/userinfo',
        mtls_endpoint_aliases: { token_endpoint: 'https://login.example.test:8443/token' },
      }),
    );
    expect(found.map((line) => line.split(', ')[0])).to.deep.equal([
      'production: metadata of issuer main: warning endpoint-wrong likely: The metadata of issuer "main" names revocation_endpoint over plain http',
      'production: metadata of issuer main: warning endpoint-wrong likely: The metadata of issuer "main" names end_session_endpoint that are no absolute URLs',
    ]);
    expect(rows).to.include(
      'issuer.endpoint[main userinfo_endpoint]: none in staging, https://graph.example.org/userinfo in production',
    );
  });

  it('names an endpoint that is needed and not there', async () => {
    const { found } = await look(changed({ token_endpoint: undefined }));
    expect(found).to.deep.equal([
      'production: metadata of issuer main: error endpoint-wrong certain: The metadata of issuer "main" names no token_endpoint, which the project file needs.',
    ]);
  });

  it('goes by what the project file states', async () => {
    const stated = projectOf({ issuer: { metadata: { token_endpoint: 'https://login.example.org/token' } } });
    const { found, drift } = await look(changed({ token_endpoint: 'http://keycloak/token' }), stated);
    expect({ found, drift }).to.deep.equal({ found: [], drift: [] });
  });

  it('reads both documents, and holds them against each other', async () => {
    const { found, rows } = await look({
      ...changed({}),
      [`${production.login}${oauth}`]: metadataOf(production.login, {
        token_endpoint: `${production.login}/oauth2/token`,
      }),
    });
    expect(found).to.deep.equal([
      'production: metadata of issuer main: warning issuer.documents certain: The two documents of issuer "main" differ in token_endpoint.',
    ]);
    expect(rows).to.deep.equal([
      'issuer.documents[main]: openid-configuration in staging, oauth-authorization-server, openid-configuration in production',
    ]);
  });

  it('finds the document at the other place', async () => {
    const { found } = await look({ [`${production.login}${oauth}`]: metadataOf(production.login) });
    expect(found).to.deep.equal([
      `production: metadata of issuer main: error metadata-published likely: The metadata of issuer "main" (${production.login}${openid}) answered 404 with application/json. There is one at oauth-authorization-server.`,
    ]);
  });

  it('puts the well-known part before the path of the issuer as RFC 8414 says, and behind it as OpenID Connect says', async () => {
    const issuer = `${production.login}/realms/shop`;
    const environments = (discovery: string): JsonMap => ({
      ...projectOf(),
      environments: {
        production: {
          ...((projectOf()['environments'] as JsonMap)['production'] as JsonMap),
          issuers: { main: { issuer, discovery } },
        },
      },
    });
    const at = `${production.login}${oauth}/realms/shop`;
    const both = { [`${issuer}${openid}`]: metadataOf(issuer), [at]: metadataOf(issuer) };
    for (const discovery of ['oidc', 'oauth2']) {
      const { found, observations } = await look(both, environments(discovery));
      expect({ found, places: observations('production')[0]?.value }).to.deep.equal({
        found: [],
        places: ['oauth-authorization-server', 'openid-configuration'],
      });
    }
  });

  it('follows a redirect within the origin, and no other', async () => {
    const moved = { status: 301, headers: { location: `${production.login}/moved` } };
    const within = await look({
      [`${production.login}${openid}`]: moved,
      [`${production.login}/moved`]: metadataOf(production.login),
    });
    const away = await look({
      [`${production.login}${openid}`]: { status: 302, headers: { location: `${staging.login}${openid}` } },
    });
    expect(within.found).to.deep.equal([]);
    expect(away.found).to.deep.equal([
      `production: metadata of issuer main: error endpoint-wrong likely: The metadata of issuer "main" (${production.login}${openid}) answered 302 with a redirect to "${staging.login}${openid}"; it is not followed.`,
    ]);
  });

  const broken: readonly (readonly [string, string | Buffer, string])[] = [
    ['a page', '<!doctype html><title>Sign in</title>', 'an HTML or XML page, not a JSON object'],
    ['nothing', '', 'empty, not a JSON object'],
    ['a list', '[]', 'something else, not a JSON object'],
    ['deep JSON', '['.repeat(200_000), 'something else, not a JSON object'],
  ];
  for (const [what, body, told] of broken) {
    it(`tells ${what} in place of metadata`, async () => {
      const { found } = await look({ [`${production.login}${openid}`]: { body } });
      expect(found).to.deep.equal([
        `production: metadata of issuer main: error endpoint-wrong likely: The metadata of issuer "main" is ${told}.`,
      ]);
    });
  }

  it('reads JSON behind a byte order mark and with a member twice, and says so', async () => {
    const text = `\uFEFF{"issuer":"https://elsewhere.example.org",${JSON.stringify(metadataOf(production.login)).slice(1)}`;
    const { found } = await look({ [`${production.login}${openid}`]: { body: text } });
    expect(found).to.deep.equal([
      'production: metadata of issuer main: warning issuer.documents certain: The metadata of issuer "main" begins with a byte order mark, at which strict JSON parsers stop (RFC 8259 section 8.1).',
      'production: metadata of issuer main: warning issuer.documents certain: The metadata of issuer "main" has issuer more than once, of which readers take one or the other.',
    ]);
  });

  it('says of what brings no answer only why none came, and asks once', async () => {
    const { steps, found, finished } = await look({ [`${production.login}${openid}`]: { answers: false } });
    expect({ steps, found, exit: finished.exitCode }).to.deep.equal({
      steps: ['staging: metadata of issuer main: passed', 'production: metadata of issuer main: errored'],
      found: [
        'production: metadata of issuer main: error connection-closed likely: The connection to login.example.test:443 ended before a complete answer head (UND_ERR_SOCKET).',
      ],
      exit: 3,
    });
    const asked = origins.received.filter(({ origin, url }) => origin === production.login && url === openid);
    expect(asked).to.have.length(1);
  });

  it('sends nothing where the project file states everything, and judges that', async () => {
    const metadata = {
      token_endpoint: `${staging.login}/token`,
      authorization_endpoint: 'https://login.example.org/authorize',
    };
    const { found, steps } = await look({}, projectOf({ issuer: { discovery: 'none', metadata } }));
    expect({ found, steps, received: origins.received }).to.deep.equal({
      found: [],
      steps: ['staging: metadata of issuer main: passed', 'production: metadata of issuer main: passed'],
      received: [],
    });
  });

  const hostile: readonly (readonly [string, () => JsonMap | { body: string }])[] = [
    [
      'no texts anywhere',
      () =>
        Object.fromEntries(
          Object.keys(metadataOf(production.login)).map((name, index) => [
            name,
            [7, {}, [], true, 1e99][index % 5] ?? 0,
          ]),
        ) as JsonMap,
    ],
    [
      'a megabyte of members',
      () => ({
        ...metadataOf(production.login),
        ...Object.fromEntries(
          Array.from({ length: 30_000 }, (_, index) => [`member_${index}_endpoint`, 'http://x']),
        ),
      }),
    ],
    [
      'commands to a terminal and prototypes',
      () => ({
        body: JSON.stringify(
          metadataOf(production.login, {
            issuer: '\u001b[2Jhttps://login.example.test',
            scopes_supported: ['\u001b]0;x\u0007'],
          }),
        ).replace('{', '{"__proto__":{"jwks_uri":"x"},"constructor":{},"toString":[],"hasOwnProperty":1,'),
      }),
    ],
    [
      'deep values',
      () => ({
        body: JSON.stringify(metadataOf(production.login)).replace(
          '{',
          `{"claims_supported":${'['.repeat(3000)}${']'.repeat(3000)},"mtls_endpoint_aliases":${'{"a":'.repeat(3000)}1${'}'.repeat(3000)},`,
        ),
      }),
    ],
  ];
  for (const [what, page] of hostile) {
    it(`takes ${what} as it comes`, async () => {
      const { finished, jobs } = await look({ [`${production.login}${openid}`]: page() });
      expect(finished.exitCode).to.be.oneOf([0, 1]);
      const told = JSON.stringify([
        finished,
        jobs.flatMap(({ steps }) => steps.map(({ findings }) => findings)),
      ]);
      expect(told).to.not.match(/\\u001b/);
      expect(told.length).to.be.below(60_000);
    });
  }
});
