import { expect } from 'chai';
import { findings, type Pair, type Site, startPair, told } from './pair.ts';

/** What is done to production; `rows` as `what severity cause`, with staging's and production's values. */
interface Drift {
  readonly name: string;
  readonly make: (production: Site, pair: Pair) => void;
  readonly rows: readonly [string, string, string][];
  /** Beside the warnings of the rows. */
  readonly findings?: readonly string[];
}

const read = 'GET /orders?page=1';
const enter = 'GET entry:/orders';
const session = 'session=1; Secure; HttpOnly; SameSite=Lax; Path=/';
const page =
  (status: number, fields: Record<string, string>): Site['onApi'] =>
  (_, response) =>
    void response.writeHead(status, { server: 'orders/1', ...fields }).end('x');

const drifts: readonly Drift[] = [
  {
    name: 'another scheme in the challenge',
    make: (site) => {
      site.challenge = 'Basic realm="orders production"';
    },
    rows: [
      [`challenge.schemes[${read}] warning scheme-mismatch`, 'bearer', 'basic'],
      [`challenge.scope[${read}] info scope-missing`, 'orders:read', 'none'],
      [`challenge.schemes[${enter}] warning scheme-mismatch`, 'bearer', 'basic'],
      [`challenge.scope[${enter}] info scope-missing`, 'orders:read', 'none'],
    ],
  },
  {
    name: 'a scheme that is taken besides that of the credential, which wakes nobody',
    make: (site) => {
      site.challenge = 'Bearer realm="orders production", scope="orders:read", DPoP algs="ES256", Negotiate';
    },
    rows: [],
  },
  {
    name: 'another realm and Server field, which wake nobody',
    make: (site) => {
      site.challenge = 'Bearer realm="warehouse", scope="orders:read"';
      site.fields['server'] = 'orders/2';
    },
    rows: [
      [`challenge.realm[${read}] info challenge.realm`, 'orders ${environment}', 'warehouse'],
      [`challenge.realm[${enter}] info challenge.realm`, 'orders ${environment}', 'warehouse'],
      ['server.product[api] info server.product', 'orders/1', 'orders/2'],
    ],
  },
  {
    name: 'an API that is open to everybody',
    make: (site) => {
      site.onApi = page(200, { 'content-type': 'application/json' });
    },
    rows: [
      [`answer.access[${read}] warning answer.access`, 'refused (401)', 'answered (200)'],
      [`answer.status[${read}] info answer.status`, '401', '200'],
      [`answer.access[${enter}] warning answer.access`, 'refused (401)', 'answered (200)'],
      [`answer.status[${enter}] info answer.status`, '401', '200'],
    ],
  },
  {
    name: 'a route that is missing',
    make: (site) => {
      site.onApi = page(404, { 'content-type': 'application/json' });
    },
    rows: [
      [`answer.access[${read}] warning answer.access`, 'refused (401)', 'not there (404)'],
      [`answer.status[${read}] info answer.status`, '401', '404'],
      [`answer.access[${enter}] warning answer.access`, 'refused (401)', 'not there (404)'],
      [`answer.status[${enter}] info answer.status`, '401', '404'],
    ],
  },
  {
    name: 'http that is answered in clear',
    make: (site) => {
      site.onEntry = (_, response) =>
        void response
          .writeHead(401, {
            'www-authenticate': 'Bearer realm="orders production", scope="orders:read"',
            'content-type': 'application/json',
          })
          .end('{}');
    },
    rows: [[`redirects.scheme[${enter}] warning http-not-allowed`, 'led to https', 'answered in clear']],
  },
  {
    name: 'a redirect to a login page of the own environment',
    make: (site) => {
      site.onApi = (request, response) =>
        request.url === '/login'
          ? void response
              .writeHead(401, {
                server: 'orders/1',
                'www-authenticate': 'Bearer realm="orders production", scope="orders:read"',
                'content-type': 'application/json',
              })
              .end('{}')
          : void response.writeHead(302, { server: 'orders/1', location: '/login' }).end();
    },
    rows: [
      [
        `redirects.answer[${read}] warning redirect-unexpected`,
        'not redirected',
        '302 to ${origin.api}/login',
      ],
      [
        `redirects.answer[${enter}] warning redirect-unexpected`,
        'not redirected',
        '302 to ${origin.api}/login',
      ],
      [`redirects.status[${enter}] info redirects.status`, '301', '301, 302'],
    ],
  },
  {
    name: 'a redirect into the other environment',
    make: (site, { staging }) => {
      site.onApi = (request, response) =>
        void response.writeHead(302, { server: 'orders/1', location: `${staging.api}${request.url}` }).end();
    },
    rows: [
      [`answer.status[${read}] info answer.status`, '401', '302'],
      [`answer.status[${enter}] info answer.status`, '401', '302'],
      [`redirects.status[${enter}] info redirects.status`, '301', '301, 302'],
    ],
    findings: [
      `production: ${read} without credential: environment-mixup likely error`,
      `production: ${enter} without credential: environment-mixup likely error`,
    ],
  },
  {
    name: 'a redirect from https to http',
    make: (site) => {
      site.onApi = (request, response) =>
        void response.writeHead(301, { server: 'orders/1', location: `${site.entry}${request.url}` }).end();
      site.onEntry = (_, response) =>
        void response
          .writeHead(401, {
            'www-authenticate': 'Bearer realm="orders production", scope="orders:read"',
            'content-type': 'application/json',
          })
          .end('{}');
    },
    rows: [[`redirects.scheme[${enter}] warning http-not-allowed`, 'led to https', 'answered in clear']],
    findings: [`production: ${read} without credential: redirect-downgrade likely warning`],
  },
];

/** Both set the cookie; production with other attributes. */
const cookies: readonly { name: string; production: string; rows: readonly [string, string, string][] }[] = [
  {
    name: 'without Secure',
    production: 'session=2; HttpOnly; SameSite=Lax; Path=/',
    rows: [['cookie.secure warning cookie.secure', 'true', 'false']],
  },
  {
    name: 'without HttpOnly and SameSite',
    production: 'session=2; Secure; Path=/',
    rows: [
      ['cookie.httponly warning cookie.httponly', 'true', 'false'],
      ['cookie.samesite warning cookie-not-sent', 'lax', 'default'],
    ],
  },
  {
    name: 'that a browser turns away',
    production: 'session=2; Secure; HttpOnly; SameSite=Lax; Path=/; Domain=example.org',
    rows: [
      ['cookie.kept warning cookie-rejected', 'kept', 'domain-mismatch'],
      ['cookie.scope warning cookie-not-sent', 'this host, /', 'a wider domain, /'],
    ],
  },
];

describe('a comparison of what is answered', () => {
  let pair: Pair;
  beforeEach(async () => {
    pair = await startPair();
  });
  afterEach(() => pair.close());

  it('finds nothing where two environments are alike', async () => {
    const replayed = await pair.compare();
    expect(findings(replayed)).to.deep.equal([]);
    expect(told(replayed)).to.deep.equal([]);
    expect(replayed.finished.exitCode).to.equal(0);
  });

  for (const drift of drifts) {
    it(`tells ${drift.name}`, async () => {
      drift.make(pair.production, pair);
      const replayed = await pair.compare();
      expect(told(replayed)).to.have.deep.members(
        drift.rows.map(([what, staging, production]) => [what, { staging, production }]),
      );
      const warned = drift.rows.filter(([what]) => / (?:warning|error) /.test(what)).length;
      const own = drift.findings ?? [];
      expect(findings(replayed).slice(0, own.length)).to.deep.equal(own);
      expect(replayed.finished.findings).to.have.lengthOf(warned);
      expect(replayed.finished.exitCode).to.equal(own.some((each) => each.endsWith(' error')) ? 1 : 0);
    });
  }

  for (const { name, production, rows } of cookies) {
    it(`tells a cookie ${name}`, async () => {
      pair.staging.fields['set-cookie'] = session;
      pair.production.fields['set-cookie'] = production;
      const replayed = await pair.compare();
      const expected = rows.map(([what, ...values]) => [what.replace(' ', '[session of api] '), ...values]);
      const seen = told(replayed, /^cookie/);
      expect(seen).to.deep.equal(
        expected.map(([what, staging, then]) => [what, { staging, production: then }]),
      );
    });
  }

  it('sends no credential, no cookie and no unsafe method, each request once', async () => {
    pair.production.protected = true;
    pair.production.fields['set-cookie'] = session;
    pair.staging.fields['set-cookie'] = session;
    await pair.compare();
    const sent = pair.origins.received
      .filter(({ origin }) => origin.includes('production'))
      .map(({ origin, method, url, headers }) => [
        `${method} ${origin}${url}`,
        headers.map(([field]) => field).filter((field) => /^(?:authorization|cookie|dpop)$/i.test(field)),
      ]);
    expect(sent).to.deep.equal([
      ['GET https://api.production.example.test/orders?page=1', []],
      ['GET http://api.production.example.test/orders', []],
      ['GET https://api.production.example.test/orders', []],
    ]);
  });

  it('sends nothing with --no-experiments, and says what is left', async () => {
    const replayed = await pair.compare({ experiments: false });
    expect(pair.origins.received).to.deep.equal([]);
    const left = replayed.finished.comparison?.left.map(
      ({ environment, what, why }) => `${environment}: ${what}: ${why}`,
    );
    const each = (name: string): string[] => [
      `${name}: the token of reader: experiments are off`,
      `${name}: answers to requests: experiments are off`,
      `${name}: clock and TLS of api: nothing was sent there, and class A0 is not allowed`,
      `${name}: clock and TLS of entry: nothing was sent there, and class A0 is not allowed`,
      `${name}: clock and TLS of issuer main: nothing was sent there`,
    ];
    expect(left).to.deep.equal([...each('staging'), ...each('production')]);
  });

  it('replays the scenarios with their credentials where that is asked for', async () => {
    pair.production.protected = true;
    pair.production.fields['content-type'] = 'text/html';
    const replayed = await pair.compare({ scenarios: true });
    expect(
      replayed.jobs.map(({ environment, steps }) => [
        environment,
        steps.map(({ name, status }) => `${name} ${status}`),
      ]),
    ).to.deep.equal(
      ['staging', 'production'].map((name) => [
        name,
        [
          'metadata of issuer main passed',
          'orders: read passed',
          'orders: enter passed',
          'orders: write passed',
          `${read} without credential passed`,
          `${enter} without credential passed`,
        ],
      ]),
    );
    const types = { staging: 'application/json', production: 'text/html' };
    expect(told(replayed)).to.deep.equal([
      ['answer.content_type[orders: read] warning answer.content_type', types],
      ['answer.content_type[orders: write] warning answer.content_type', types],
      ['answer.refusal_type[orders: enter] info answer.refusal_type', types],
    ]);
    expect(
      pair.origins.received
        .filter(({ origin }) => origin.includes('production'))
        .map(({ origin, method, url }) => `${method} ${origin}${url}`),
    ).to.deep.equal([
      'POST https://login.production.example.test/token',
      'GET https://api.production.example.test/orders?page=1',
      'GET http://api.production.example.test/orders',
      'GET https://api.production.example.test/orders',
      'POST https://api.production.example.test/orders',
      // Challenges are looked at as anybody gets them.
      'GET https://api.production.example.test/orders?page=1',
      'GET http://api.production.example.test/orders',
      'GET https://api.production.example.test/orders',
    ]);
    const token = replayed.finished.comparison?.observed[1]?.observations.find(
      ({ kind }) => kind === 'token.lifetime',
    );
    expect(token?.value).to.equal(300);
  });

  it('tells a failure that is explained once', async () => {
    pair.production.onApi = (_, response) =>
      void response
        .writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token", error_description="expired"' })
        .end();
    const replayed = await pair.compare({ scenarios: true });
    expect(replayed.jobs.find(({ environment }) => environment === 'production')?.status).to.equal('failed');
    expect(told(replayed, /^answer\./)).to.deep.equal([]);
  });

  it('tells a redirect into another environment of a request with a credential, too', async () => {
    const { staging } = pair;
    pair.production.onEntry = (_, response) =>
      void response.writeHead(302, { location: `${staging.api}/orders` }).end();
    const replayed = await pair.compare({ scenarios: true });
    expect(findings(replayed).filter((each) => each.startsWith('production'))[0]).to.equal(
      'production: orders: enter: environment-mixup likely error',
    );
    expect(replayed.finished.exitCode).to.equal(1);
  });
});
