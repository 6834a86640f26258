/** What is sent as nobody holds nothing of anybody. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { createAuthority } from '../support/certificates.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { compare, type Replayed } from '../support/replay.ts';

const api = 'https://api.example.test';
const login = 'https://login.example.test';

describe('requests without credential', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  const look = (steps: readonly JsonMap[], more: JsonMap = {}, root?: string): Promise<Replayed> =>
    compare({
      origins,
      ...(root === undefined ? {} : { root }),
      project: {
        environments: { production: { origins: { api }, issuers: { main: login }, ...more } },
      },
      scenarios: { 'a.yml': { steps } },
      secrets: { KEY: 'a-secret-of-ours-4711', WEB: 'a-secret-of-web-4711' },
    });
  const targets = (origin: string): string[] =>
    origins.received
      .filter((each) => each.origin === origin && !each.url.startsWith('/.well-known/'))
      .map(({ method, url }) => `${method} ${url}`);
  const plain = (origin: string) => origins.serve(origin, (_, response) => response.writeHead(404).end());

  it('leave out what is said to change something', async () => {
    await plain(api);
    await look([{ GET: '/orders' }, { GET: '/logout', writes: true }]);
    expect(targets(api).filter((each) => each !== 'HEAD /')).to.deep.equal(['GET /orders']);
  });

  it('are sent without the client certificate, and so are authorization requests', async () => {
    const shown: string[] = [];
    const authority = await createAuthority();
    const identity = await authority.issue(['client.example.test']);
    const tls = { requestCert: true, rejectUnauthorized: false };
    const metadata = { issuer: login, authorization_endpoint: `${login}/authorize` };
    for (const origin of [api, login])
      await origins.serve(
        origin,
        ({ method, url }, response, raw) => {
          const isShown = Object.keys((raw.socket as TLSSocket).getPeerCertificate()).length > 0;
          const path = url.replace(/\?.*/, '');
          if (!path.startsWith('/.well-known/'))
            shown.push(`${method} ${origin}${path} ${isShown ? 'with' : 'without'}`);
          const isDocument = path === '/.well-known/openid-configuration';
          response.writeHead(isDocument ? 200 : 404, { 'content-type': 'application/json' });
          response.end(isDocument ? JSON.stringify(metadata) : '{}');
        },
        { tls },
      );
    const root = mkdtempSync(join(tmpdir(), 'why401-'));
    try {
      writeFileSync(join(root, 'client.pem'), identity.cert);
      writeFileSync(join(root, 'client.key'), identity.key);
      const files = { cert: 'client.pem', key: 'client.key' };
      const clients = { web: { client_id: 'web', redirect_uris: ['https://app.example.test/callback'] } };
      await look([{ name: 'read', GET: '/orders' }], { tls: files, clients }, root);
      expect(shown).to.deep.equal([
        `GET ${login}/authorize without`,
        `GET ${login}/authorize without`,
        `GET ${login}/authorize without`,
        `GET ${api}/orders without`,
      ]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it('are fifty at most, and the rest is told', async () => {
    await plain(api);
    await plain(login);
    const steps = Array.from({ length: 53 }, (_, index) => ({
      name: `read ${index}`,
      GET: `/orders/${index}`,
    }));
    const { finished } = await look(steps);
    expect(targets(api)).to.have.lengthOf(50);
    expect((finished.comparison?.left ?? []).map(({ what, why }) => `${what}: ${why}`)).to.include(
      '3 more requests of the scenarios: at most 50 are sent',
    );
  });

  it('are not sent where the address holds a secret, or is called like one', async () => {
    await plain(api);
    await plain(login);
    await look([
      { name: 'secret', GET: '/secret', query: { q: '${secret.KEY}' } },
      { name: 'in the path', GET: '/of/${secret.KEY}' },
      { name: 'called so', GET: '/called?api_key=4711' },
      { name: 'open', GET: '/open', query: { q: 'a' } },
      { name: 'header', GET: '/header', headers: { 'X-Api-Key': '${secret.KEY}', 'X-Shop': 'a' } },
    ]);
    expect(targets(api)).to.deep.equal(['GET /open?q=a', 'GET /header']);
    const names = origins.received.at(-1)?.headers.map(([name]) => name.toLowerCase()) ?? [];
    expect(names).to.include('x-shop').and.not.include('x-api-key');
    expect(JSON.stringify(origins.received)).not.to.contain('a-secret-of-ours');
  });

  it('go where the metadata says, to the own authorization server only', async () => {
    await plain(api);
    const served = (userinfo_endpoint: string) =>
      origins.serve(login, ({ url }, response) => {
        const isDocument = url === '/.well-known/openid-configuration';
        response.writeHead(isDocument ? 200 : 401, { 'content-type': 'application/json' });
        response.end(isDocument ? JSON.stringify({ issuer: login, userinfo_endpoint }) : '{}');
      });
    const step = { name: 'who', GET: '${issuer.main.userinfo_endpoint}' };
    await served(`${login}/userinfo`);
    const { finished } = await look([step]);
    expect(targets(login)).to.deep.equal(['GET /userinfo']);
    const observed = finished.comparison?.observed[0]?.observations ?? [];
    expect(observed.find(({ kind }) => kind === 'answer.status')).to.include({
      of: 'GET ${issuer.main.userinfo_endpoint}',
      value: 401,
    });
  });

  it('do not go where the metadata says if that is somewhere else', async () => {
    const other = 'https://other.example.test';
    await plain(api);
    await plain(other);
    await origins.serve(login, (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ issuer: login, userinfo_endpoint: `${other}/userinfo` }));
    });
    await look([{ name: 'who', GET: '${issuer.main.userinfo_endpoint}' }]);
    expect(origins.received.filter(({ origin }) => origin === other)).to.deep.equal([]);
  });
});
