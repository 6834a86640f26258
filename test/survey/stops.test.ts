/** A server that asks to be left alone is left alone by all that looks at the environment. */
import { expect } from 'chai';
import { type Origins, startOrigins } from '../support/origins.ts';
import { type Asking, ask, askServed, back, callback, isClient, isUri, login, page } from './asking.ts';

const api = 'https://api.example.test';
const credential = { type: 'oauth2', grant_type: 'client_credentials', client: 'web', scope: 'read' };
const asking: Asking = {
  clients: {
    web: { client_id: 'web', client_secret: '${secret.WEB}', redirect_uris: [callback] },
  },
  environment: {
    protected: false,
    origins: { api },
    issuers: {
      main: {
        issuer: login,
        metadata: {
          authorization_endpoint: `${login}/authorize`,
          token_endpoint: `${login}/token`,
          pushed_authorization_request_endpoint: `${login}/par`,
          jwks_uri: `${login}/jwks`,
        },
      },
    },
  },
  project: { credentials: { reader: credential } },
  scenario: { credential: 'reader', steps: [{ name: 'read', GET: '/orders' }] },
  secrets: { WEB: 'a-secret-of-web-4711' },
};

describe('a stop sign', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  const asked = (origin: string): string[] =>
    origins.received.filter((each) => each.origin === origin).map(({ method, url }) => `${method} ${url}`);

  /** 429 for what `stops` fits, 404 for everything else. */
  const serve = (origin: string, stops: RegExp) =>
    origins.serve(origin, ({ url }, response) => {
      response.writeHead(stops.test(url) ? 429 : 404, { 'content-type': 'text/plain' }).end();
    });

  it('beside the metadata holds for keys, tokens, pushed requests and authorization requests', async () => {
    await serve(login, /^\/\.well-known\/openid-configuration/);
    await serve(api, /^$/);
    const { replayed } = await askServed(origins, asking);
    expect(asked(login)).to.deep.equal(['GET /.well-known/openid-configuration']);
    const why = 'it showed a stop sign: 429';
    const left = replayed.finished.comparison?.left ?? [];
    expect(left.filter((each) => each.why === why).map(({ what }) => what)).to.deep.equal([
      'keys of issuer main',
      'the token of reader',
      `redirect_uris of client web: ${callback}`,
    ]);
    // Nothing is wrong with what nobody saw.
    expect(replayed.jobs.flatMap(({ steps }) => steps.flatMap(({ findings }) => findings))).to.deep.equal([]);
  });

  it('beside the metadata of a resource holds for requests and for the clock', async () => {
    await serve(login, /^$/);
    await serve(api, /^\/\.well-known\//);
    const { replayed } = await askServed(origins, asking);
    expect(asked(api)).to.deep.equal(['GET /.well-known/oauth-protected-resource']);
    const left = replayed.finished.comparison?.left ?? [];
    expect(left.map(({ what, why }) => `${what}: ${why}`)).to.include(
      `further requests to ${api}: it showed a stop sign: 429`,
    );
  });

  it('that a token request met holds for authorization requests', async () => {
    await serve(login, /^\/token/);
    await serve(api, /^$/);
    await askServed(origins, asking);
    expect(asked(login).filter((each) => !each.startsWith('GET /.well-known'))).to.deep.equal([
      'GET /jwks',
      'POST /token',
    ]);
  });

  it('that the survey met holds for the experiments of scenarios', async () => {
    await serve(login, /^$/);
    await serve(api, /^\/\.well-known\//);
    const scenario = { steps: [{ name: 'read', GET: '/orders', expect: { status: 200 } }] };
    await askServed(origins, { ...asking, scenario, survey: { scenarios: true } });
    expect(asked(api)).to.deep.equal(['GET /.well-known/oauth-protected-resource', 'GET /orders']);
  });

  it('is not that a server fails at a random client', async () => {
    const { checks, left, findings, sent } = await ask(origins, (given) => {
      if (!isClient(given)) return page(500, 'invalid input syntax for type uuid');
      return isUri(given) ? back(given) : page(400, 'The redirect_uri is not registered.');
    });
    expect(sent).to.deep.equal([`web ${callback}`, `random ${callback}`, 'web random']);
    expect(checks).to.deep.equal([`redirect_uri ${callback}: accepted`]);
    expect([left, findings]).to.deep.equal([[], []]);
  });

  it('is not that a server fails at a random redirect_uri', async () => {
    const clients = {
      web: { client_id: 'web', redirect_uris: [callback] },
      other: { client_id: 'other', redirect_uris: [callback] },
    };
    const { checks } = await ask(
      origins,
      (given) =>
        isUri(given) ? (isClient(given) ? back(given) : page(400, 'Unknown client')) : page(500, 'No.'),
      { clients },
    );
    expect(checks).to.deep.equal(
      ['web', 'other'].flatMap((name) => [`redirect_uri ${callback}: accepted`, `client ${name}: known`]),
    );
  });

  it('is that a server fails at what is configured', async () => {
    const { left, sent } = await ask(origins, () => page(500, 'No.'));
    expect(sent).to.deep.equal([`web ${callback}`]);
    expect(left).to.have.lengthOf(2);
  });
});
