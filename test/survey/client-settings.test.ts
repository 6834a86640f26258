import { expect } from 'chai';
import { randomLike } from '../../src/survey/random-client.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { compare, systemRandom } from '../support/replay.ts';

describe('the clients of the project file', () => {
  let origins: Origins;
  before(async () => {
    origins = await startOrigins();
    await origins.serve('https://api.example.test', (_, response) => response.end());
  });
  after(() => origins.close());

  interface Client {
    readonly id: string;
    readonly secret?: string;
    readonly at?: string;
    readonly more?: object;
  }
  /** `what cause: value in environment` of all findings between the two. `isUsed`: by a credential. */
  async function drift(staging: Client, production: Client, isUsed = true): Promise<string[]> {
    const written = ({ id, secret = 'ONE', at = '', more = {} }: Client) => ({
      origins: { api: 'https://api.example.test' },
      issuers: {
        main: { issuer: `https://login${at}.example.test`, discovery: 'none', metadata: {} },
      },
      clients: { web: { client_id: id, client_secret: `\${secret.${secret}}`, ...more } },
    });
    const { finished } = await compare({
      origins,
      project: {
        environments: { staging: written({ at: '.staging', ...staging }), production: written(production) },
        ...(isUsed && {
          credentials: { reader: { type: 'oauth2', grant_type: 'client_credentials', client: 'web' } },
        }),
      } as never,
      scenarios: {
        'a.yml': { ...(isUsed && { credential: 'reader' }), steps: [{ name: 'read', GET: '/' }] },
      },
      secrets: { ONE: 'the-secret-of-one', TWO: 'the-secret-of-two' },
    });
    return (finished.comparison?.differences ?? [])
      .filter(({ what, severity }) => what.startsWith('client.') && severity !== 'info')
      .map(({ what, cause }) => `${what} ${cause}`);
  }
  const other = { id: 'web-production', secret: 'TWO' };

  it('are silent where ids and secrets differ', async () => {
    expect(await drift({ id: 'web-staging' }, other)).to.deep.equal([]);
  });
  it('share an id at two servers that one of them made up', async () => {
    const id = '0oa1f9k2xQzL4d7';
    expect(await drift({ id }, { id, secret: 'TWO' })).to.deep.equal(['client.id[web] environment-mixup']);
  });
  it('may have the same plain name at two servers', async () => {
    expect(await drift({ id: 'web' }, { id: 'web', secret: 'TWO' })).to.deep.equal([]);
  });
  it('share a secret at two servers', async () => {
    expect(await drift({ id: 'web-staging' }, { ...other, secret: 'ONE' })).to.deep.equal([
      'client.secret[web] environment-mixup',
    ]);
  });
  it('may be one client of one server', async () => {
    expect(await drift({ id: 'web', at: '' }, { id: 'web' })).to.deep.equal([]);
  });
  it('differ in how they authenticate and what they ask for', async () => {
    const more = { token_endpoint_auth_method: 'client_secret_post', dpop_bound_access_tokens: true };
    expect(await drift({ id: 'web-staging' }, { ...other, more })).to.deep.equal([
      'client.auth_method[web] client-auth-method-wrong',
      'client.dpop[web] dpop-proof-missing',
    ]);
  });
  it('are compared although no credential uses them', async () => {
    const flags = { dpop_bound_access_tokens: true, require_pushed_authorization_requests: true };
    expect(await drift({ id: 'web-staging' }, { ...other, secret: 'ONE', more: flags }, false)).to.deep.equal(
      [
        'client.secret[web] environment-mixup',
        'client.dpop[web] dpop-proof-missing',
        'client.par[web] request-param-wrong',
      ],
    );
  });
  it('need no secret while no credential uses them', async () => {
    const unset = { id: 'web-staging', secret: 'NOT_SET', more: { dpop_bound_access_tokens: true } };
    expect(await drift(unset, other, false)).to.deep.equal([]);
  });
});

describe('a random client id', () => {
  for (const [like, form, pattern] of [
    ['orders-web', 'name', /^why401-\w{12}$/],
    ['0a1b2c3d-0a1b-4c2d-8e3f-0a1b2c3d4e5f', 'uuid', /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/],
    ['123456789012', '12 digits', /^\d{12}$/],
    ['0a1b2c3d4e5f0a1b2c3d4e5f', '24 hex', /^[\da-f]{24}$/],
    ['https://app.example.test/client.json', 'url', /^https:\/\/why401-\w{12}\.invalid\/client$/],
  ] as const) {
    it(`is of the form of ${like}`, () => {
      const made = randomLike(like, systemRandom);
      expect(made.form).to.equal(form);
      expect(made.client_id).to.match(pattern).and.not.equal(like);
    });
  }
});
