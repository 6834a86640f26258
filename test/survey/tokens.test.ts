import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { surveyTokens } from '../../src/survey/tokens.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { compare } from '../support/replay.ts';
import { findings, type Pair, type Site, startPair, told } from './pair.ts';

/** What is done to production, and `what severity cause` with staging's and production's values. */
interface Drift {
  readonly name: string;
  readonly make: (production: Site, pair: Pair) => void;
  readonly rows: readonly [string, string, string][];
  readonly findings?: readonly string[];
}

const now = (): number => Math.floor(Date.now() / 1000);

const drifts: readonly Drift[] = [
  {
    name: 'a lifetime that is many times as long',
    make: (site) => {
      site.claims['exp'] = now() + 7200;
      site.claims['iat'] = now();
      site.answer['expires_in'] = 7200;
    },
    rows: [['lifetime warning token-lifetime-wrong', '5 min', '2 h']],
  },
  {
    name: 'a lifetime that is twice as long, which wakes nobody',
    make: (site) => {
      site.claims['iat'] = now();
      site.claims['exp'] = now() + 600;
      site.answer['expires_in'] = 600;
    },
    rows: [['lifetime info token-lifetime-wrong', '5 min', '10 min']],
  },
  {
    name: 'another audience',
    make: (site) => {
      site.claims['aud'] = 'https://orders.example.org';
    },
    rows: [['audience warning audience-mismatch', 'as asked for', 'https://orders.example.org']],
  },
  {
    name: 'the audience of the other environment',
    make: (site, { staging }) => {
      site.claims['aud'] = [site.api, staging.api];
    },
    rows: [],
    findings: ['production: token of reader: environment-mixup likely error'],
  },
  {
    name: 'the issuer of the other environment',
    make: (site, { staging }) => {
      site.claims['iss'] = staging.login;
    },
    rows: [],
    findings: ['production: token of reader: environment-mixup likely error'],
  },
  {
    name: 'a token of another client',
    make: (site) => {
      site.claims['client_id'] = 'other';
    },
    rows: [['client warning client-mismatch', 'the client of the credential', 'another client']],
  },
  {
    name: 'scope that was not granted',
    make: (site) => {
      site.answer['scope'] = 'orders:read';
    },
    rows: [
      ['scope info scope-dropped', 'orders:read, orders:write', 'orders:read'],
      ['scope_dropped info scope-dropped', 'none', 'orders:write'],
    ],
    findings: ['production: token of reader: scope-dropped certain warning'],
  },
  {
    name: 'other roles',
    make: (site) => {
      site.claims['roles'] = ['guest'];
    },
    rows: [['roles warning permission-missing', 'reader', 'guest']],
  },
  {
    name: 'roles that are missing, and an end',
    make: (site) => {
      site.claims['roles'] = undefined;
      site.claims['exp'] = undefined;
    },
    rows: [
      [
        'claims info token-claims-invalid',
        'aud, client_id, exp, iat, iss, jti, roles, sub',
        'aud, client_id, iat, iss, jti, sub',
      ],
      ['end warning token-claims-invalid', 'exp', 'no exp'],
    ],
  },
  {
    name: 'an expires_in that is not that of the token',
    make: (site) => {
      site.answer['expires_in'] = 3600;
    },
    rows: [
      ['expires_in warning token-lifetime-wrong', 'as the token', '1 h, and the token is good for 5 min'],
    ],
  },
  {
    name: 'a token that is bound to a key',
    make: (site) => {
      site.claims['cnf'] = { jkt: 'x' };
    },
    rows: [
      [
        'claims info token-claims-invalid',
        'aud, client_id, exp, iat, iss, jti, roles, sub',
        'aud, client_id, cnf, exp, iat, iss, jti, roles, sub',
      ],
      ['binding warning token-binding-mismatch', 'none', 'DPoP'],
    ],
  },
  {
    name: 'servers of different make, which wake nobody',
    make: (site) => {
      site.header['typ'] = 'JWT';
      site.answer['refresh_token'] = 'one-that-nobody-asked-for-0123456789';
      site.answerFields['set-cookie'] = 'route=a; Secure; HttpOnly';
      site.answerFields['pragma'] = 'no-cache';
    },
    rows: [
      ['typ info token-type-wrong', 'at+jwt', 'JWT'],
      ['refresh_token info token.refresh_token', 'not given', 'given'],
      [
        'answer_fields info token.answer_fields',
        'strict-transport-security',
        'pragma, strict-transport-security',
      ],
      ['answer_cookies info token.answer_cookies', 'none', 'route'],
    ],
  },
  {
    name: 'an opaque token beside a JWT, which may live longer and wakes nobody',
    make: (site) => {
      site.answer['access_token'] = 'an-opaque-token-0123456789abcdef';
      site.answer['expires_in'] = 864_000;
    },
    rows: [['format info token.format', 'jwt', 'opaque']],
  },
  {
    name: 'an answer that may be stored',
    make: (site) => {
      site.answerFields['cache-control'] = 'max-age=60';
    },
    rows: [['answer_caching info token.answer_caching', 'no-store', 'may be stored']],
    findings: ['production: token of reader: token-cache-control certain warning'],
  },
];

describe('a comparison of tokens', () => {
  let pair: Pair;
  beforeEach(async () => {
    pair = await startPair();
  });
  afterEach(() => pair.close());

  for (const scenarios of [false, true]) {
    it(`makes a step fail by a token of the other environment ${scenarios ? 'with' : 'without'} --scenarios`, async () => {
      pair.production.claims['iss'] = pair.staging.login;
      const replayed = await pair.compare({ scenarios });
      const failed = replayed.jobs.flatMap(({ environment, steps }) =>
        steps.filter(({ status }) => status === 'failed').map(({ name }) => `${environment}: ${name}`),
      );
      const step = 'production: token of reader';
      expect(failed).to.deep.equal([step]);
      expect(findings(replayed).filter((each) => each.includes('mixup'))).to.deep.equal([
        `${step}: environment-mixup likely error`,
      ]);
      expect(told(replayed, /^token\.issuer/)).to.deep.equal([]);
      expect(replayed.finished.exitCode).to.equal(1);
    });
  }

  for (const drift of drifts) {
    it(`tells ${drift.name}`, async () => {
      drift.make(pair.production, pair);
      const replayed = await pair.compare();
      const named = (what: string): string =>
        what.replace(' ', what.startsWith('roles ') ? '[reader roles] ' : '[reader] ');
      expect(told(replayed)).to.deep.equal(
        drift.rows.map(([what, staging, production]) => [`token.${named(what)}`, { staging, production }]),
      );
      const own = drift.findings ?? [];
      expect(findings(replayed).filter((each) => each.startsWith('production'))).to.deep.equal(own);
    });
  }

  it('says why a token is refused, as a run does', async () => {
    pair.production.refusal = [401, { error: 'invalid_client', error_description: 'Unknown client' }];
    const replayed = await pair.compare();
    expect(findings(replayed).filter((each) => each.startsWith('production'))).to.deep.equal([
      'production: token of reader: client-unknown likely error',
    ]);
    expect(replayed.finished.exitCode).to.equal(1);
  });

  it('asks for none in a protected environment, and says how they would be', async () => {
    pair.production.protected = true;
    const replayed = await pair.compare();
    expect(pair.origins.received.filter(({ origin }) => origin === pair.production.login)).to.deep.equal([]);
    expect(replayed.finished.comparison?.left).to.deep.equal([
      {
        environment: 'production',
        what: 'the token of reader',
        why: 'token requests (class B) are not allowed here',
        fix: 'Add --scenarios: the scenarios are then replayed with their credentials.',
        kinds: ['token.*'],
      },
      {
        environment: 'production',
        what: 'clock and TLS of issuer main',
        why: 'nothing was sent there',
        fix: 'Name a scenario that sends a request there.',
        kinds: ['clock.*', 'tls.*'],
      },
    ]);
    expect(findings(replayed)).to.deep.equal([]);
  });

  it('reads a token that is written in the file, and sends nothing for it', async () => {
    const claims = (aud: string): string =>
      [{ alg: 'ES256' }, { iss: 'https://login.example.org', aud, sub: 'someone@example.org' }]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .concat('c2lnbmF0dXJl')
        .join('.');
    pair.project['credentials'] = { reader: { type: 'bearer', token: '${secret.TOKEN}' } };
    pair.secrets['TOKEN'] = claims('orders');
    pair.production.protected = true;
    const replayed = await pair.compare();
    expect(pair.origins.received.filter(({ origin }) => origin.includes('login'))).to.deep.equal([]);
    const observed = replayed.finished.comparison?.observed[1]?.observations
      .filter(({ kind }) => kind.startsWith('token.'))
      .map(({ kind, value }) => [kind, value]);
    expect(observed).to.deep.equal([
      ['token.format', 'jwt'],
      ['token.typ', null],
      ['token.alg', 'ES256'],
      ['token.claims', ['aud', 'iss', 'sub']],
      ['token.issuer', 'not in the file'],
      ['token.audience', ['orders']],
      ['token.client', null],
      ['token.end', 'no exp'],
      ['token.binding', 'none'],
    ]);
    expect(JSON.stringify(replayed.finished)).not.to.include('someone@example.org');
  });

  describe('that are stored', () => {
    const hour = 3600;
    const day = 24 * hour;
    const stored = (name: string, claims: object): string =>
      [{ alg: 'ES256' }, { iss: `https://login.${name}.example.test`, aud: 'orders', ...claims }]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .concat('c2lnbmF0dXJl')
        .join('.');
    /** What is said of production's token, beside a good one of staging. */
    const judged = async (token: string, survey = {}): Promise<string[]> => {
      pair.project['credentials'] = { reader: { type: 'bearer' } };
      pair.staging.stored = 'STORED_IN_STAGING';
      pair.production.stored = 'STORED_IN_PRODUCTION';
      pair.secrets['STORED_IN_STAGING'] = stored('staging', { iat: now() - day, exp: now() + 29 * day });
      pair.secrets['STORED_IN_PRODUCTION'] = token;
      const { jobs } = await pair.compare(survey);
      return jobs.flatMap(({ steps }) =>
        steps
          .filter(({ name }) => name === 'token of reader')
          .flatMap(({ status, findings: list }) =>
            list.map(({ cause, summary }) => `${status} ${cause}: ${summary}`),
          ),
      );
    };

    it('are looked at without being sent: whose they are', async () => {
      const token = stored('staging', {
        aud: 'https://api.staging.example.test',
        iat: now(),
        exp: now() + 30 * day,
      });
      expect(await judged(token)).to.deep.equal([
        'failed environment-mixup: The token of reader in production was issued by https://login.staging.example.test, the issuer of staging.',
      ]);
      expect(
        pair.origins.received.filter(({ headers }) => JSON.stringify(headers).includes(token)),
      ).to.deep.equal([]);
    });

    it('are told where they are accepted all the same', async () => {
      const token = stored('staging', { iat: now(), exp: now() + 30 * day });
      pair.production.protected = false;
      expect(await judged(token, { scenarios: true })).to.deep.equal([
        'failed environment-mixup: The token of reader in production was issued by https://login.staging.example.test, the issuer of staging.',
      ]);
    });

    it('are over, or end soon', async () => {
      const over = await judged(stored('production', { iat: now() - 31 * day, exp: now() - day }));
      expect(over.map((line) => line.replace(/1 d .*ago/, '1 d ago'))).to.deep.equal([
        'failed token-expired: The token of reader in production ended 1 d ago.',
      ]);
      const soon = await judged(stored('production', { iat: now() - 30 * day, exp: now() + 2 * hour }));
      expect(soon.map((line) => line.replace(/in 1 h 59 min|in 2 h/, 'soon'))).to.deep.equal([
        'passed token-expired: The token of reader in production ends soon.',
      ]);
    });

    it('are left alone where they are good for long enough, or were got for this run', async () => {
      expect(
        await judged(stored('production', { iat: now() - 20 * day, exp: now() + 10 * day })),
      ).to.deep.equal([]);
      expect(await judged(stored('production', { iat: now(), exp: now() + 300 }))).to.deep.equal([]);
      expect(await judged(stored('production', { iat: now() }))).to.deep.equal([]);
    });
  });
});

describe('a comparison of tokens that are made of others', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  const login = 'https://login.example.test';
  const job = { type: 'ci_oidc', provider: 'gitlab', variable: 'ID_TOKEN' };
  /** Signed by nobody; only its form counts. */
  const idToken = [{ alg: 'RS256' }, { iss: 'https://ci.example.test', aud: login }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');

  for (const [name, credentials, tokens, left] of [
    ['of the CI job', { job }, [], []],
    [
      'by a JWT of the CI job',
      { job, reader: { grant_type: 'jwt_bearer', assertion: { credential: 'job' } } },
      ['urn:ietf:params:oauth:grant-type:jwt-bearer'],
      [],
    ],
    [
      'by an assertion that is written',
      { reader: { grant_type: 'jwt_bearer', assertion: '${secret.ASSERTION}' } },
      ['urn:ietf:params:oauth:grant-type:jwt-bearer'],
      [],
    ],
    [
      'by exchange of one that takes a login',
      {
        ann: { grant_type: 'password', username: 'ann', password: '${secret.ASSERTION}' },
        reader: { grant_type: 'token_exchange', subject_token: { credential: 'ann' } },
      },
      [],
      ['the token of ann', 'the token of reader'],
    ],
  ] as const) {
    it(`asks for one ${name}`, async () => {
      await origins.serve(login, (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ access_token: 'for-the-job', token_type: 'Bearer', expires_in: 300 }));
      });
      const written = Object.entries(credentials).map(([key, each]) => [
        key,
        'type' in each ? each : { type: 'oauth2', client: 'web', ...each },
      ]);
      const metadata = { token_endpoint: `${login}/token` };
      const { finished } = await compare({
        origins,
        project: {
          environments: {
            staging: {
              protected: false,
              issuers: { main: { issuer: login, discovery: 'none', metadata } },
              clients: { web: { client_id: 'web' } },
            },
          },
          credentials: Object.fromEntries(written) as JsonMap,
        },
        scenarios: {
          'a.yml': { steps: Object.keys(credentials).map((token) => ({ token })) },
        },
        secrets: { ASSERTION: `${idToken}.c2lnbmF0dXJl` },
        env: { ID_TOKEN: `${idToken}.c2lnbmF0dXJl` },
        surveyors: [surveyTokens],
      });
      expect(origins.received.map(({ body }) => new URLSearchParams(body).get('grant_type'))).to.deep.equal(
        tokens,
      );
      expect((finished.comparison?.left ?? []).map(({ what }) => what)).to.deep.equal(left);
      const observed = finished.comparison?.observed[0]?.observations ?? [];
      const formats = observed.filter(({ kind }) => kind === 'token.format');
      const seen = Object.keys(credentials).filter((each) => !left.includes(`the token of ${each}` as never));
      expect(formats.map(({ of }) => of)).to.deep.equal(seen);
    });
  }
});
