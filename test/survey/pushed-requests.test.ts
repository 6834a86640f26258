import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { originTo } from '../support/forward.ts';
import { createOidc, webClient } from '../support/oidc-server.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { type Asking, askServed, callback, login, type Said } from './asking.ts';

const WEB_SECRET = 'a-secret-of-web-4711';
const slash = `${callback}/`;
const open = { protected: false };
const accepted = `redirect_uri ${callback}: accepted`;
const known = 'client web: known';
const wrongSecret = 'client web: refused: 401 invalid_client: client authentication failed';
const unregistered = `redirect_uri ${slash}: refused: 400 invalid_request: redirect_uri did not match any of the client's registered redirect_uris`;

/** oidc-provider, which has pushed requests, or takes nothing else. */
function atServer(required: boolean) {
  let origins: Origins;
  let server: Server;
  before(async () => {
    origins = await startOrigins();
    const { listener } = await createOidc({
      issuer: login,
      clients: [webClient('web', WEB_SECRET)],
      proxied: true,
      configuration: {
        features: {
          pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: required },
        },
      },
    });
    server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await origins.serve(login, originTo((server.address() as AddressInfo).port));
    await origins.serve('https://api.example.test', (_, response) => response.end());
  });
  beforeEach(() => {
    origins.received.length = 0;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await origins.close();
  });
  return {
    look: (client: JsonMap, environment: JsonMap, more: Asking & { readonly secret?: string } = {}) =>
      look(origins, client, environment, more),
    /** What the authorization server got, metadata and keys left out. */
    requests: (): string[] =>
      origins.received
        .filter(({ origin, url }) => origin === login && !/^\/(?:\.well-known|jwks)/.test(url))
        .map(({ method, url }) => `${method} ${url.replace(/\?.*/, '')}`),
  };
}

/** No credential uses the client, unless `more` has one. */
function look(
  origins: Origins,
  client: JsonMap,
  environment: JsonMap,
  { secret = WEB_SECRET, ...more }: Asking & { readonly secret?: string },
): Promise<Said> {
  return askServed(origins, {
    clients: {
      web: { client_id: 'web', client_secret: '${secret.WEB}', redirect_uris: [callback], ...client },
    },
    environment: {
      origins: { api: 'https://api.example.test' },
      issuers: { main: login },
      ...environment,
    },
    scenario: { steps: [{ name: 'read', GET: '/' }] },
    secrets: secret === '' ? {} : { WEB: secret },
    ...more,
  });
}

const grant = { type: 'oauth2', grant_type: 'client_credentials', client: 'web', scope: 'orders:read' };
/** Two credentials of one client. */
const credentials: Asking = {
  project: { credentials: { reader: grant, other: grant } },
  scenario: {
    steps: [
      { name: 'read', GET: '/', credential: 'reader' },
      { name: 'read again', GET: '/', credential: 'other' },
    ],
  },
};

describe('pushed authorization requests that a server wants', () => {
  const { look, requests } = atServer(true);

  it('are made where class B is allowed', async () => {
    const { checks, findings } = await look({}, open);
    expect(checks).to.deep.equal([known, accepted]);
    expect(findings).to.deep.equal([]);
    expect(requests()).to.deep.equal(['POST /request', 'POST /request']);
  });

  it('tell a redirect_uri that is not registered', async () => {
    const { checks, findings } = await look({ redirect_uris: [slash] }, open);
    expect(checks).to.deep.equal([known, unregistered]);
    expect(findings).to.deep.equal(['redirect-uri-mismatch certain error']);
  });

  it('tell a wrong secret, and ask once', async () => {
    const { checks, findings } = await look({}, open, { secret: 'another-secret-of-web' });
    expect(checks).to.deep.equal([wrongSecret]);
    expect(findings).to.deep.equal(['client-secret-wrong likely error']);
    expect(requests().filter((each) => each === 'POST /request')).to.have.lengthOf(1);
  });

  it('are left in a protected environment', async () => {
    const { checks, left } = await look({}, {});
    expect(checks).to.deep.equal([]);
    expect(left).to.deep.equal([
      'client web and its redirect_uris, which are to be pushed: a pushed request is a request with the secret: class B',
    ]);
    expect(requests()).to.deep.equal([]);
  });

  it('are left where the secret is not set, which is nothing wrong', async () => {
    const { checks, left, findings } = await look({}, open, { secret: '' });
    expect([checks, findings, requests()]).to.deep.equal([[], [], []]);
    expect(left).to.deep.equal([
      'client web and its redirect_uris, which are to be pushed: the server takes no others, and what the client authenticates itself by is not set',
    ]);
  });

  it('look for the near variant that is taken', async () => {
    const experiments = { allow: ['A0', 'B', 'redirect-uri-variants'] };
    const { replayed } = await look({ redirect_uris: [slash] }, { ...open, experiments });
    const [finding] = replayed.jobs.flatMap(({ steps }) => steps.flatMap(({ findings }) => findings));
    expect(finding?.fix).to.match(/^Registered is probably .*\/callback \(differs in a slash at the end\)/);
    expect(requests().filter((each) => each === 'POST /request')).to.have.lengthOf(3);
  });
});

describe('pushed authorization requests that a server offers', () => {
  const { look, requests } = atServer(false);

  it('are made instead of others where class B is allowed', async () => {
    const { checks, findings, left, replayed } = await look({}, open);
    expect(checks).to.deep.equal([known, accepted]);
    expect([findings, left]).to.deep.equal([[], []]);
    expect(requests()).to.deep.equal(['POST /request', 'POST /request']);
    const [seen] = replayed.finished.comparison?.observed ?? [];
    const values = (seen?.observations ?? []).map(({ kind, value }) => [kind, value]);
    expect(values).to.deep.include(['client.authentication', 'accepted']);
  });

  it('tell a redirect_uri that is not registered', async () => {
    const { checks, findings } = await look({ redirect_uris: [callback, slash] }, open);
    expect(checks).to.deep.equal([known, accepted, unregistered]);
    expect(findings).to.deep.equal(['redirect-uri-mismatch certain error']);
  });

  it('tell a wrong secret, ask once, and leave the redirect_uris to requests without it', async () => {
    const { checks, findings } = await look({}, open, { secret: 'another-secret-of-web' });
    expect(checks).to.deep.equal([wrongSecret, accepted]);
    expect(findings).to.deep.equal(['client-secret-wrong likely error']);
    expect(requests().sort()).to.deep.equal([
      ...Array.from({ length: 3 }, () => 'GET /auth'),
      'POST /request',
    ]);
  });

  it('tell a client that is not known, once', async () => {
    const { checks, findings } = await look({ client_id: 'nobody' }, open);
    expect(checks).to.deep.equal(['client nobody: unknown: 400 invalid_client: client is invalid']);
    expect(findings).to.deep.equal(['client-unknown likely error']);
    expect(requests().filter((each) => each === 'POST /request')).to.have.lengthOf(1);
  });

  const revocation_endpoint = 'https://login.microsoftonline.com/revoke';
  const shared = { issuers: { main: { issuer: login, metadata: { revocation_endpoint } } } };
  for (const [where, environment] of [
    ['in a protected environment', {}],
    ['without class B', { ...open, experiments: { allow: ['A0', 'A'] } }],
    ['at a server that is shared with others', { ...open, ...shared }],
  ] as const) {
    it(`are not made ${where}`, async () => {
      const { checks, findings } = await look({}, environment);
      expect(checks).to.deep.equal([accepted, known]);
      expect(findings).to.deep.equal([]);
      expect(requests()).to.deep.equal(Array.from({ length: 3 }, () => 'GET /auth'));
    });
  }

  it('are not made by a client that has no secret to show', async () => {
    const { checks } = await look({}, open, { secret: '' });
    expect(checks).to.deep.equal([accepted, known]);
    expect(requests()).to.deep.equal(Array.from({ length: 3 }, () => 'GET /auth'));
  });

  const posts = (): string[] => requests().filter((each) => each.startsWith('POST'));

  it('are not made by a client that was refused a token', async () => {
    const { checks } = await look({}, open, { ...credentials, secret: 'another-secret-of-web' });
    expect(posts()).to.deep.equal(['POST /token']);
    expect(checks).to.deep.equal([accepted, known]);
  });

  it('that are refused end all else of the client, whichever credential it is of', async () => {
    const { replayed } = await look({}, open, {
      ...credentials,
      secret: 'another-secret-of-web',
      survey: { scenarios: true },
    });
    expect(posts()).to.deep.equal(['POST /request']);
    const failed = replayed.jobs.flatMap(({ steps }) => steps).filter(({ status }) => status === 'failed');
    expect(failed.map(({ name, findings }) => [name, findings.map(({ cause }) => cause)])).to.deep.equal([
      ['client web', ['client-secret-wrong']],
      ['a: read', ['client-secret-wrong']],
    ]);
  });
});
