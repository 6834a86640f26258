import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { surveyResources } from '../../src/survey/resources.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { type Answer, hosts, type Pages, projectOf, secrets, serveLogin } from '../support/published.ts';
import { type Surveyed, surveyedBy } from '../support/surveyed.ts';

const { staging, production } = hosts;
const wellKnown = '/.well-known/oauth-protected-resource';
const step = 'production: metadata of resource api';

describe('metadata of protected resources', () => {
  let origins: Origins;
  let pages: Pages = {};

  before(async () => {
    origins = await startOrigins();
    const all = new Proxy({} as Pages, { get: (_, address: string) => pages[address] });
    await serveLogin(origins, staging.api, all);
    await serveLogin(origins, production.api, all);
  });
  beforeEach(() => {
    origins.received.length = 0;
  });
  after(() => origins.close());

  const resource = (
    at: { readonly api: string; readonly login: string },
    changes: Readonly<Record<string, unknown>> = {},
  ): JsonMap =>
    JSON.parse(
      JSON.stringify({
        resource: at.api,
        authorization_servers: [at.login],
        scopes_supported: ['orders:read'],
        bearer_methods_supported: ['header'],
        ...changes,
      }),
    ) as JsonMap;

  function look(page: JsonMap | Answer | null, project = projectOf(), more: Pages = {}): Promise<Surveyed> {
    pages = {
      [`${staging.api}${wellKnown}`]: resource(staging),
      ...(page ? { [`${production.api}${wellKnown}`]: page } : {}),
      ...more,
    };
    return surveyedBy([surveyResources], { origins, project, secrets });
  }

  it('says nothing of two that are alike, with or without a slash behind the host', async () => {
    const { found, drift, rows, steps } = await look(
      resource(production, { resource: `${production.api}/` }),
    );
    expect({ found, drift, rows, steps }).to.deep.equal({
      found: [],
      drift: [],
      rows: [],
      steps: ['staging: metadata of resource api: passed', `${step}: passed`],
    });
    expect(
      origins.received.map(({ method, origin, url }) => `${method} ${origin}${url}`).sort(),
    ).to.deep.equal([`GET ${production.api}${wellKnown}`, `GET ${staging.api}${wellKnown}`]);
  });

  const absent: readonly (readonly [string, Answer | null])[] = [
    ['404', null],
    ['401', { status: 401, body: '{}' }],
    ['a page of the application', { body: '<!doctype html>' }],
    ['500', { status: 500, body: '' }],
  ];
  for (const [what, answer] of absent) {
    it(`takes ${what} for no metadata, which is told and wakes nobody`, async () => {
      const { found, drift, rows } = await look(answer);
      expect({ found, drift, rows }).to.deep.equal({
        found: [],
        drift: [],
        rows: ['resource.metadata[api]: published in staging, none in production'],
      });
    });
  }

  const faults: Readonly<
    Record<string, { changes: Readonly<Record<string, unknown>>; found: readonly string[] }>
  > = {
    'the authorization server of staging': {
      changes: { authorization_servers: [staging.login] },
      found: [
        'error environment-mixup likely: The metadata of resource api names authorization_servers of staging: clients that follow it get tokens that are of no use here.',
      ],
    },
    'everything of staging': {
      changes: {
        resource: staging.api,
        authorization_servers: [staging.login],
        jwks_uri: `${staging.api}/jwks`,
      },
      found: [
        'error environment-mixup likely: The metadata of resource api names resource, jwks_uri and authorization_servers of staging: clients that follow it get tokens that are of no use here.',
      ],
    },
    'another resource': {
      changes: { resource: `${production.api}/v2` },
      found: [
        `warning prm-resource certain: The metadata of resource api names the resource "${production.api}/v2", not "${production.api}": the path differs (/v2, not /).`,
      ],
    },
    'no resource': {
      changes: { resource: 7 },
      found: [
        `warning prm-resource certain: The metadata of resource api names no resource; it must name "${production.api}".`,
      ],
    },
    'an unknown authorization server': {
      changes: { authorization_servers: [`${production.login}/`] },
      found: [
        `warning prm-issuers certain: The metadata of resource api names the authorization servers ${production.login}/, none of this environment; only a slash at the end differs.`,
      ],
    },
    'tokens in bodies only': {
      changes: { bearer_methods_supported: ['body'] },
      found: [
        'warning scheme-mismatch likely: Resource api says that it takes bearer tokens by body only, and they are sent in Authorization.',
      ],
    },
  };
  for (const [what, { changes, found }] of Object.entries(faults)) {
    it(`tells ${what}, once`, async () => {
      const seen = await look(resource(production, changes));
      expect(seen.found).to.deep.equal(found.map((line) => `${step}: ${line}`));
      expect(seen.drift).to.deep.equal([]);
    });
  }

  it('finds a scope and bound tokens that the project file goes without', async () => {
    const { drift, found } = await look(
      resource(production, { scopes_supported: ['orders:write'], dpop_bound_access_tokens_required: true }),
    );
    expect(found).to.deep.equal([
      `${step}: warning dpop-proof-missing likely: Resource api says that it takes tokens bound by DPoP only, and reader asks for bearer tokens.`,
    ]);
    expect(drift.map((line) => line.split(' ').slice(0, 2).join(' '))).to.deep.equal([
      'warning scope-unknown',
    ]);
  });

  it('asks for identifiers with a path where RFC 9728 section 3.1 puts them', async () => {
    const credentials = {
      reports: {
        type: 'oauth2',
        grant_type: 'client_credentials',
        client: 'ci',
        resource: '${origin.api}/reports',
      },
    };
    const { found, steps } = await look(resource(production), projectOf({ credentials }), {
      [`${production.api}${wellKnown}/reports`]: resource(production, {
        resource: `${production.api}/Reports`,
      }),
    });
    expect(found).to.deep.equal([
      `production: metadata of resource api/reports: warning prm-resource certain: The metadata of resource api/reports names the resource "${production.api}/Reports", not "${production.api}/reports": only the case differs.`,
    ]);
    expect(steps.filter((line) => line.startsWith('production'))).to.deep.equal([
      `${step}: passed`,
      'production: metadata of resource api/reports: passed',
    ]);
  });

  it('has no verdict where no answer comes', async () => {
    const { steps, finished } = await look({ answers: false });
    expect([steps.at(-1), finished.exitCode]).to.deep.equal([`${step}: errored`, 3]);
  });

  it('takes whatever stands there as it comes', async () => {
    const strange = {
      resource: ['x'],
      authorization_servers: [
        7,
        {},
        '\u001b[2J',
        ...Array.from({ length: 5000 }, (_, index) => `https://a${index}.test`),
      ],
      scopes_supported: { a: 1 },
      bearer_methods_supported: [[]],
      jwks_uri: 'http://',
      dpop_signing_alg_values_supported: 'ES256',
    };
    const { finished, jobs } = await look(strange);
    const told = JSON.stringify([
      finished,
      jobs.flatMap(({ steps }) => steps.map(({ findings }) => findings)),
    ]);
    expect(told).to.not.match(/\\u001b/);
    expect(told.length).to.be.below(20_000);
  });
});
