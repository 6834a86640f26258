import { expect } from 'chai';
import type { Beside, JsonMap } from '../../src/model.ts';
import { type Handler, type Origins, type Received, startOrigins } from '../support/origins.ts';
import { type Replayed, replay } from '../support/replay.ts';

type Name = 'staging' | 'production';
const hosts: Readonly<Record<Name, string>> = {
  staging: 'api.staging.example.test',
  production: 'api.example.test',
};
const issuers: Readonly<Record<Name, string>> = {
  staging: 'https://login.staging.example.test',
  production: 'https://login.example.test',
};
let now = 0;

/** A token as an authorization server of the environment makes it; nobody here looks at its signature. */
function token(name: Name, claims: JsonMap = {}): string {
  const part = (value: JsonMap): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const usual: JsonMap = {
    iss: issuers[name],
    aud: `https://${hosts[name]}`,
    client_id: `reader-${name}`,
    sub: `reader-${name}`,
    iat: now - 60,
    exp: now + 3600,
    scope: 'orders:read orders:write',
  };
  return [part({ alg: 'RS256', typ: 'at+jwt' }), part({ ...usual, ...claims }), 'c2lnbmF0dXJl'].join('.');
}

function claimsOf({ headers }: Received): JsonMap {
  const field = headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';
  const [, payload = ''] = field.split('.');
  return payload === '' ? {} : (JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as JsonMap);
}

/** Looks at the end of the token, and at its scope where one is needed. */
function api(needed = ''): Handler {
  return (request, response) => {
    const { exp, scope } = claimsOf(request);
    const answer = (status: number, challenge: string | null): void => {
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(challenge === null ? {} : { 'www-authenticate': challenge }),
      });
      response.end(status === 200 ? '{"orders":[{"id":7}]}' : '{}');
    };
    if (exp === undefined) answer(401, 'Bearer realm="orders"');
    else if (Number(exp) < now)
      answer(401, 'Bearer realm="orders", error="invalid_token", error_description="The token expired"');
    else if (needed !== '' && !String(scope).split(' ').includes(needed))
      answer(403, `Bearer realm="orders", error="insufficient_scope", scope="${needed}"`);
    else answer(200, null);
  };
}

const always =
  (status: number, headers: Readonly<Record<string, string>> = {}): Handler =>
  (_, response) => {
    response.writeHead(status, headers);
    response.end();
  };

interface Setting {
  readonly staging?: Handler;
  readonly production?: Handler;
  readonly tokens?: Partial<Record<Name, string>>;
  readonly steps?: readonly JsonMap[];
  readonly environments?: readonly Name[];
  /** Of both environments. */
  readonly issuer?: string;
}

describe('a failed step beside the same step in another environment', () => {
  let origins: Origins;
  beforeEach(async () => {
    now = Math.floor(Date.now() / 1000);
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  async function run(setting: Setting): Promise<Replayed> {
    for (const name of ['staging', 'production'] as const)
      await origins.serve(`https://${hosts[name]}`, setting[name] ?? api());
    const environment = (name: Name): JsonMap => ({
      origins: { api: `https://${hosts[name]}` },
      issuers: { main: { issuer: setting.issuer ?? issuers[name], discovery: 'none' } },
      credentials: { reader: { type: 'bearer', token: `\${secret.${name.toUpperCase()}}` } },
    });
    const steps = setting.steps ?? [{ name: 'read', GET: '/orders' }];
    return replay({
      origins,
      project: { environments: { staging: environment('staging'), production: environment('production') } },
      secrets: {
        STAGING: setting.tokens?.staging ?? token('staging'),
        PRODUCTION: setting.tokens?.production ?? token('production'),
      },
      scenarios: { 'a.yml': { credential: 'reader', steps: [...steps] } },
      environments: setting.environments ?? [],
      options: { experiments: false },
    });
  }

  /** By environment: the first finding, and what stands beside the first step that did not pass. */
  async function told(setting: Setting): Promise<Record<string, unknown>> {
    const { jobs } = await run(setting);
    return Object.fromEntries(
      jobs.flatMap(({ environment, steps }) => {
        const step = steps.find(({ status }) => status === 'failed' || status === 'errored');
        if (!step) return [];
        const [first] = step.findings;
        return [[environment, [`${first?.cause} ${first?.certainty}`, ...shown(step.beside)]]];
      }),
    );
  }

  function shown(beside: Beside | undefined): string[] {
    if (!beside) return ['nothing'];
    const rows = beside.differences.map(
      ({ kind, what, here, there, cause }) => `${cause ? '→ ' : ''}${kind} (${what}): ${here} | ${there}`,
    );
    return [`${beside.environment} ${beside.passed}`, ...rows, beside.says];
  }

  const expired = (claims: JsonMap = {}): string =>
    token('production', { exp: now - 600, iat: now - 4260, ...claims });
  const expiredRows = [
    '→ token.left (token validity): ended 10 min before | 60 min left',
    'challenge (challenge): Bearer realm="orders", error="invalid_token", error_description="The token expired" | none',
    'status (answer): 401 Unauthorized | 200 OK',
  ];

  it('marks the scope that the token lacks, and says so in the finding, which is not more certain for it', async () => {
    const setting: Setting = {
      staging: api('orders:write'),
      production: api('orders:write'),
      tokens: { production: token('production', { scope: 'orders:read' }) },
    };
    expect(await told(setting)).to.deep.equal({
      production: [
        'scope-missing likely',
        'staging true',
        '→ token.scope (token scope): orders:read | orders:read orders:write',
        'challenge (challenge): Bearer realm="orders", error="insufficient_scope", scope="orders:write" | none',
        'status (answer): 403 Forbidden | 200 OK',
        'The only difference to staging: token scope.',
      ],
    });
  });

  it('does not mark a scope that would not have helped', async () => {
    const setting: Setting = {
      production: api('orders:admin'),
      tokens: { production: token('production', { scope: 'orders:read' }) },
    };
    expect(await told(setting)).to.deep.equal({
      production: [
        'scope-missing likely',
        'staging true',
        'token.scope (token scope): orders:read | orders:read orders:write',
        'challenge (challenge): Bearer realm="orders", error="insufficient_scope", scope="orders:admin" | none',
        'status (answer): 403 Forbidden | 200 OK',
        'None of these differences points to scope-missing.',
      ],
    });
  });

  it('does not take what is an environment’s own for a difference', async () => {
    expect(await told({ tokens: { production: expired() } })).to.deep.equal({
      production: [
        'token-expired likely',
        'staging true',
        ...expiredRows,
        'The only difference to staging: token validity.',
      ],
    });
  });

  it('shows an audience that differs and does not mark it where the token is over', async () => {
    const tokens = {
      staging: token('staging', { aud: 'orders-of-the-test-floor' }),
      production: expired({ aud: 'orders-of-the-shop' }),
    };
    expect(await told({ tokens })).to.deep.equal({
      production: [
        'token-expired likely',
        'staging true',
        expiredRows[0],
        'token.aud (token aud): orders-of-the-shop | orders-of-the-test-floor',
        ...expiredRows.slice(1),
        'token-expired shows in: token validity.',
      ],
    });
  });

  it('lets one value be that both use by design, of one authorization server', async () => {
    const shared = 'one-opaque-key-for-both-of-them';
    const refuse = always(401, { 'www-authenticate': 'Bearer error="invalid_token"' });
    const setting: Setting = {
      staging: always(200),
      production: refuse,
      tokens: { staging: shared, production: shared },
    };
    expect(await told({ ...setting, issuer: issuers.production })).to.deep.equal({
      production: [
        'credentials-stripped-by-proxy possible',
        'staging true',
        'challenge (challenge): Bearer error="invalid_token" | none',
        'status (answer): 401 Unauthorized | 200 OK',
        'Same request, same token: the server differs.',
      ],
    });
  });

  it('marks one value that both use, where each has an authorization server of its own', async () => {
    const shared = 'one-opaque-key-for-both-of-them';
    const refuse = always(401, { 'www-authenticate': 'Bearer error="invalid_token"' });
    const setting: Setting = {
      staging: always(200),
      production: refuse,
      tokens: { staging: shared, production: shared },
    };
    expect(await told(setting)).to.deep.equal({
      production: [
        'environment-mixup likely',
        'staging true',
        '→ credential.shared (value of credential): the same as in staging | the same',
        'challenge (challenge): Bearer error="invalid_token" | none',
        'status (answer): 401 Unauthorized | 200 OK',
        'environment-mixup shows in: value of credential.',
      ],
    });
  });

  it('marks the issuer of a token that belongs to the other environment, whose value is the same', async () => {
    const stray = token('staging');
    const { production } = await told({
      production: always(401, {
        'www-authenticate': 'Bearer error="invalid_token"',
        'content-type': 'application/json',
      }),
      tokens: { staging: stray, production: stray },
    });
    expect(production).to.deep.equal([
      'environment-mixup likely',
      'staging true',
      `→ token.iss (token iss): ${issuers.staging}, not its own | ${issuers.staging}, its own`,
      'credential.shared (value of credential): the same as in staging | the same',
      'token.aud (token aud): https://api.staging.example.test, not its own | https://api.staging.example.test, its own',
      'token.client (token client): reader-staging, not its own | reader-staging, its own',
      'challenge (challenge): Bearer error="invalid_token" | none',
      'status (answer): 401 Unauthorized | 200 OK',
      'environment-mixup shows in: token iss.',
    ]);
  });

  it('says little of a step that passes elsewhere because an error is expected there', async () => {
    const refuse = always(401, { 'www-authenticate': 'Bearer error="invalid_token"' });
    const steps = [
      { name: 'read', GET: '/orders', in: { staging: { expect: { status: 401 } } }, expect: { status: 200 } },
    ];
    const { production } = await told({
      staging: refuse,
      steps,
      tokens: { production: expired() },
    });
    expect(production).to.deep.equal([
      'token-expired likely',
      'staging true',
      'expectation (expectation): status 200 | status 401',
      'token.left (token validity): ended 10 min before | 60 min left',
      'challenge (challenge): Bearer realm="orders", error="invalid_token", error_description="The token expired" | Bearer error="invalid_token"',
      'content-type (content-type): application/json | none',
      'In staging another answer is expected of this step, so that it passes there says little.',
    ]);
  });

  it('marks the address that in: says where there is no such route', async () => {
    const routes: Handler = (request, response) => {
      response.writeHead(request.url === '/orders' ? 200 : 404, { 'content-type': 'application/json' });
      response.end('{}');
    };
    const steps = [{ name: 'read', GET: '/orders', in: { production: { GET: '/v2/orders' } } }];
    const { production } = await told({ staging: routes, production: routes, steps });
    expect(production).to.deep.equal([
      'route-missing possible',
      'staging true',
      '→ address (address): https://api.example.test/v2/orders | https://api.staging.example.test/orders',
      'status (answer): 404 Not Found | 200 OK',
      'The only difference to staging: address.',
    ]);
  });

  it('does not hold captured ids and fresh values against each other', async () => {
    const ids: Readonly<Record<Name, number>> = { staging: 7, production: 91_244 };
    const serve =
      (name: Name): Handler =>
      (request, response) => {
        const whole = request.url === '/orders';
        response.writeHead(whole || name === 'staging' ? 200 : 401, {
          'content-type': 'application/json',
          'x-request-id': `${name}-${ids[name]}`,
        });
        response.end(JSON.stringify({ id: ids[name] }));
      };
    const steps = [
      { GET: '/orders', capture: { id: '$.id' } },
      { name: 'one', GET: '/orders/${id}', headers: { 'idempotency-key': '${uuid}' } },
    ];
    const { production } = await told({ staging: serve('staging'), production: serve('production'), steps });
    expect((production as string[]).slice(1)).to.deep.equal([
      'staging true',
      'status (answer): 401 Unauthorized | 200 OK',
      'Same request, same kind of token: its value or the server differs.',
    ]);
  });

  it('does not mark redirects that do no harm, nor a retry', async () => {
    let first = true;
    const moved: Handler = (request, response, raw) => {
      if (first) {
        first = false;
        raw.socket.destroy();
        return;
      }
      if (request.url === '/orders') {
        response.writeHead(308, { location: '/v2/orders' });
        response.end();
      } else api()(request, response, raw);
    };
    const steps = [{ name: 'read', GET: '/orders', retry: 1 }];
    expect(await told({ staging: moved, steps, tokens: { production: expired() } })).to.deep.equal({
      production: [
        'token-expired likely',
        'staging true',
        expiredRows[0],
        'redirects (redirects): none | 308 to https://api.staging.example.test/v2/orders',
        ...expiredRows.slice(1),
        'attempts (attempts): passed at once | passed after a retry',
        'token-expired shows in: token validity.',
      ],
    });
  });

  it('tells of two failures that differ in the answer, and of none that do not', async () => {
    const setting: Setting = {
      staging: always(403, { 'content-type': 'application/json' }),
      production: always(404, { 'content-type': 'application/json' }),
    };
    const both = await told(setting);
    expect(Object.values(both).map((each) => (each as string[]).slice(1))).to.deep.equal([
      [
        'production false',
        'status (answer): 403 Forbidden | 404 Not Found',
        'The answer in production is another one: it may fail there for a cause of its own.',
      ],
      [
        'staging false',
        'status (answer): 404 Not Found | 403 Forbidden',
        'The answer in staging is another one: it may fail there for a cause of its own.',
      ],
    ]);
  });

  it('has nothing to say where all answer alike, or where there is one environment', async () => {
    const refuse = always(404, { 'content-type': 'application/json' });
    const alike = await told({ staging: refuse, production: refuse });
    expect(Object.values(alike).map((each) => (each as string[]).slice(1))).to.deep.equal([
      ['nothing'],
      ['nothing'],
    ]);
  });

  it('looks at no other environment where one is run', async () => {
    const alone = await told({ environments: ['production'], tokens: { production: expired() } });
    expect(alone).to.deep.equal({ production: ['token-expired likely', 'nothing'] });
  });

  it('gives evidence to a finding that is not certain, in its own words', async () => {
    const { jobs } = await run({
      staging: api('orders:write'),
      production: api('orders:write'),
      tokens: { production: token('production', { scope: 'orders:read' }) },
    });
    const finding = jobs.flatMap(({ steps }) => steps).flatMap(({ findings }) => findings)[0];
    expect(finding?.evidence.at(-1)).to.deep.equal({
      hop: null,
      field: 'staging',
      seen: 'the same step passes; the only difference is token scope: orders:read here, orders:read orders:write there',
    });
  });

  it('shows no secret', async () => {
    const { jobs, redactor } = await run({ tokens: { production: expired() } });
    const text = JSON.stringify(jobs.flatMap(({ steps }) => steps.map(({ beside }) => beside)));
    expect(redactor.redact(text)).to.equal(text);
  });
});
