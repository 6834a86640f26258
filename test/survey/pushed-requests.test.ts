import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { originTo } from '../support/forward.ts';
import { createOidc, webClient } from '../support/oidc-server.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { askServed, callback, login, type Said } from './asking.ts';

const WEB_SECRET = 'a-secret-of-web-4711';

describe('pushed authorization requests', () => {
  let origins: Origins;
  let server: Server;

  before(async () => {
    origins = await startOrigins();
    const features = {
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
    };
    const clients = [webClient('web', WEB_SECRET)];
    const { listener } = await createOidc({
      issuer: login,
      clients,
      proxied: true,
      configuration: { features },
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

  function look(client: JsonMap, environment: JsonMap, secret = WEB_SECRET): Promise<Said> {
    const reader = { type: 'oauth2', grant_type: 'authorization_code', client: 'web', scope: 'openid' };
    return askServed(origins, {
      clients: {
        web: { client_id: 'web', client_secret: '${secret.WEB}', redirect_uris: [callback], ...client },
      },
      environment: {
        origins: { api: 'https://api.example.test' },
        issuers: { main: login },
        ...environment,
      },
      project: {
        credentials: {
          reader: { ...reader, login: [{ submit: { fields: { login: 'ann', password: 'no secret' } } }] },
        },
      },
      scenario: { credential: 'reader', steps: [{ name: 'read', GET: '/' }] },
      secrets: { WEB: secret },
    });
  }
  const open = { protected: false };
  const requests = (): string[] =>
    origins.received
      .filter(({ origin, url }) => origin === login && !url.startsWith('/.well-known') && url !== '/jwks')
      .map(({ method, url }) => `${method} ${url.replace(/\?.*/, '')}`);

  it('are made where class B is allowed', async () => {
    const { checks, findings } = await look({}, open);
    expect(checks).to.deep.equal([`redirect_uri ${callback}: accepted`]);
    expect(findings).to.deep.equal([]);
    expect(requests()).to.deep.equal(['POST /request', 'POST /request']);
  });

  it('tell a redirect_uri that is not registered', async () => {
    const { checks, findings } = await look({ redirect_uris: [`${callback}/`] }, open);
    expect(checks).to.deep.equal([
      `redirect_uri ${callback}/: refused: 400 invalid_request: redirect_uri did not match any of the client's registered redirect_uris`,
    ]);
    expect(findings).to.deep.equal(['redirect-uri-mismatch certain error']);
  });

  it('tell a wrong secret, and ask once', async () => {
    const { checks, findings } = await look({}, open, 'another-secret-of-web');
    expect(checks).to.deep.equal(['client web: refused: 401 invalid_client: client authentication failed']);
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
});
