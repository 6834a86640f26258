import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { ClientSettings, JobResult, JsonMap } from '../../../src/model.ts';
import { webClient } from '../../support/oidc-server.ts';
import { replay } from '../../support/replay.ts';
import {
  api,
  login,
  nonceSecret,
  proofServer,
  type Secured,
  type SeenRequest,
  startSecured,
} from '../../support/secured.ts';
import { bench, clientOf, closeServers, environmentOf, issuerOf, json, oauth2Of, serve } from '../support.ts';

const secret = 'a-secret-of-the-client-web';
const project: JsonMap = {
  environments: {
    production: {
      origins: { api },
      issuers: { main: login },
      clients: { web: { client_id: 'web', client_secret: '${secret.WEB}' } },
    },
  },
  credentials: {
    machine: {
      type: 'oauth2',
      grant_type: 'client_credentials',
      client: 'web',
      scope: 'orders:read',
      resource: [api],
      dpop: true,
    },
  },
};
const production = (project['environments'] as { production: JsonMap }).production;
const read = { name: 'read', GET: '/orders' };

describe('DPoP', function () {
  this.timeout(20_000);
  let secured: Secured;
  beforeEach(async () => {
    secured = await startSecured();
  });
  afterEach(async () => {
    await secured.close();
    await closeServers();
  });

  const startOidc = (dPoP: object = {}) =>
    secured.oidc([webClient('web', secret)], {
      resources: [api],
      configuration: { features: { dPoP: { enabled: true, ...dPoP } } } as object,
    });
  const play = (steps: readonly JsonMap[], settings: JsonMap = project) =>
    replay({
      origins: secured.origins,
      project: settings,
      scenarios: { 'a.yml': { credential: 'machine', steps: [...steps] } },
      secrets: { WEB: secret },
      options: { experiments: false },
    });
  const lines = () => secured.seen.map(({ method, url }) => `${method} ${url.replace(/^https:\/\//, '')}`);

  it('proves the key at both servers, with a proof for each request', async () => {
    await startOidc();
    await secured.serve(api, proofServer());
    const { jobs, events } = await play([read, { name: 'again', GET: '/orders?page=2' }]);
    expect(secured.refusals).to.deep.equal([]);
    expect(statuses(jobs)).to.deep.equal(['passed', 'passed']);
    expect(lines()).to.deep.equal([
      'GET login.example.test/.well-known/openid-configuration',
      'POST login.example.test/token',
      'GET api.example.test/orders',
      'GET api.example.test/orders?page=2',
    ]);
    const proofs = proofsOf(secured.seen);
    expect(proofs.map(({ claims }) => `${claims['htm']} ${claims['htu']}`)).to.deep.equal([
      `POST ${login}/token`,
      `GET ${api}/orders`,
      `GET ${api}/orders`,
    ]);
    expect(new Set(proofs.map(({ claims }) => claims['jti'])).size).to.equal(3);
    expect(new Set(proofs.map(({ header }) => JSON.stringify(header.jwk))).size).to.equal(1);
    expect(Object.keys(proofs[0]?.header.jwk ?? {}).sort()).to.deep.equal(['crv', 'kty', 'x', 'y']);
    const uses = jobs.flatMap(({ steps }) =>
      steps.flatMap(({ exchanges }) => exchanges.flatMap(credentialsOf)),
    );
    expect(uses).to.deep.equal(['DPoP with proof', 'DPoP with proof']);
    const written = JSON.stringify(events);
    for (const { dpop } of secured.seen)
      if (dpop !== null) expect(written).not.to.include(dpop.split('.')[2]);
  });

  it('takes up the nonces of both servers, with one more request each', async () => {
    await startOidc({ nonceSecret, requireNonce: () => true });
    await secured.serve(api, proofServer({ nonce: 'first', nextNonce: 'second' }));
    const { jobs } = await play([read, { name: 'again', GET: '/orders' }]);
    expect(secured.refusals).to.deep.equal(['use_dpop_nonce']);
    expect(statuses(jobs)).to.deep.equal(['passed', 'passed']);
    const [first, again] = jobs.flatMap(({ steps }) => steps);
    expect(first?.exchanges.map(outcome)).to.deep.equal([
      'metadata 200',
      'token 400',
      'token 200',
      'resource 401',
      'resource 200',
    ]);
    expect(again?.exchanges.map(outcome)).to.deep.equal(['resource 200']);
    const nonces = proofsOf(secured.seen).map(({ claims }) => claims['nonce']);
    expect([nonces[0], typeof nonces[1], ...nonces.slice(2)]).to.deep.equal([
      undefined,
      'string',
      undefined,
      'first',
      'second',
    ]);
  });

  it('keeps its key when a token is renewed, and proves the method and URL of a redirected hop', async () => {
    await startOidc();
    const orders = proofServer();
    await secured.serve(api, (request, response) => {
      if (request.url !== '/old') return orders(request, response);
      response.writeHead(302, { location: '/orders' });
      response.end();
    });
    const { jobs } = await play([
      { name: 'read', GET: '/old' },
      { name: 'again', GET: '/orders', credential: { name: 'machine', renew: true } },
    ]);
    expect(statuses(jobs)).to.deep.equal(['passed', 'passed']);
    const proofs = proofsOf(secured.seen);
    expect(proofs.map(({ claims }) => claims['htu'])).to.deep.equal([
      `${login}/token`,
      `${api}/old`,
      `${api}/orders`,
      `${login}/token`,
      `${api}/orders`,
    ]);
    expect(new Set(proofs.map(({ header }) => JSON.stringify(header.jwk))).size).to.equal(1);
  });

  it('presents a token as Bearer, without proof, where the server says that it is one', async () => {
    await secured.serve(login, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(
        JSON.stringify({ access_token: 'plain-token-of-web', token_type: 'Bearer', expires_in: 600 }),
      );
    });
    await secured.serve(api, (_request, response) => void response.end('{}'));
    const main = { issuer: login, discovery: 'none', metadata: { token_endpoint: `${login}/token` } };
    const { jobs } = await play([read], {
      ...project,
      environments: { production: { ...production, issuers: { main } } },
    });
    expect(statuses(jobs)).to.deep.equal(['passed']);
    expect(secured.seen.map(({ authorization, dpop }) => [authorization, dpop !== null])).to.deep.equal([
      [`Basic ${btoa(`web:${secret}`)}`, true],
      ['Bearer plain-token-of-web', false],
    ]);
  });

  it('proves the token that an experiment exchanged by its own hash', async () => {
    await startOidc();
    const orders = proofServer();
    const refused = new Set<string>();
    await secured.serve(api, (request, response) => {
      const authorization = request.headers.authorization ?? '';
      // Neither the first token is good, nor what comes instead of it.
      if (refused.size < 2) refused.add(authorization);
      if (!refused.has(authorization)) return orders(request, response);
      response.writeHead(401, { 'www-authenticate': 'DPoP error="invalid_token", algs="ES256"' });
      response.end();
    });
    const { jobs } = await replay({
      origins: secured.origins,
      project: { ...project, environments: { production: { ...production, protected: false } } },
      scenarios: { 'a.yml': { credential: 'machine', steps: [read, { name: 'again', GET: '/orders' }] } },
      secrets: { WEB: secret },
    });
    const proven = secured.seen.filter(({ authorization, dpop }) => {
      const token = /^DPoP (.*)/.exec(authorization ?? '')?.[1];
      if (token === undefined) return false;
      return decodeJwt(dpop ?? '')['ath'] !== s256(token);
    });
    expect(proven).to.deep.equal([]);
    const withoutProof = secured.seen.filter(
      ({ authorization, dpop }) => /^DPoP /.test(authorization ?? '') && dpop === null,
    );
    expect(withoutProof).to.deep.equal([]);
    expect(statuses(jobs)).to.deep.equal(['failed', 'skipped']);
    expect(
      secured.seen
        .filter(({ url }) => url === `${api}/orders`)
        .map(({ authorization, dpop }) => [authorization?.split(' ')[0], dpop !== null]),
    ).to.deep.equal([
      ['DPoP', true],
      [undefined, false],
      ['DPoP', true],
    ]);
  });

  it('renews with the rotated refresh token of a public client, which is bound to its key', async () => {
    const open = webClient('spa', '', { token_endpoint_auth_method: 'none' });
    const server = await secured.oidc([open], {
      configuration: { features: { dPoP: { enabled: true } } } as object,
    });
    await secured.serve(api, (_request, response) => void response.end('{}'));
    const credential = {
      type: 'oauth2',
      grant_type: 'refresh_token',
      client: 'spa',
      refresh_token: '${secret.WEB}',
      dpop: true,
    };
    const clients = { spa: { client_id: 'spa' } };
    const { jobs } = await replay({
      origins: secured.origins,
      project: {
        environments: { production: { ...production, clients } },
        credentials: { machine: credential },
      },
      scenarios: {
        'a.yml': {
          steps: [
            { GET: '/orders', credential: 'machine' },
            { GET: '/orders', credential: { name: 'machine', renew: true } },
            { GET: '/orders', credential: { name: 'machine', renew: true } },
          ],
        },
      },
      secrets: { WEB: await server.refreshToken('spa') },
      options: { experiments: false },
    });
    expect(secured.refusals).to.deep.equal([]);
    expect(statuses(jobs)).to.deep.equal(['passed', 'passed', 'passed']);
    const keys = proofsOf(secured.seen).map(({ header }) => JSON.stringify(header.jwk));
    expect([keys.length, new Set(keys).size]).to.deep.equal([6, 1]);
  });

  it('asks userinfo with a proof of the token, once more where a nonce is wanted', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/token')
        json(response, 200, { access_token: 'bound-token-of-web', token_type: 'dpop' });
      else if (server.seen.length < 3)
        json(response, 401, {}, { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': 'n1' });
      else json(response, 200, { sub: 'ann' });
    });
    const metadata = {
      token_endpoint: `${server.origin}/token`,
      userinfo_endpoint: `${server.origin}/userinfo`,
    };
    const issuer = issuerOf(server.origin, { discovery: 'none', metadata });
    const settings = { dpop_bound_access_tokens: true } as ClientSettings;
    const { store } = bench();
    const environment = environmentOf('staging');
    const { use } = await store.present(oauth2Of(clientOf(issuer, { settings })), environment);
    const fingerprint = use?.fingerprint ?? '';
    const asked = await store.ask({ kind: 'userinfo', issuer, fingerprint }, environment);
    expect(asked.exchanges.map(outcome)).to.deep.equal(['experiment 401', 'experiment 200']);
    const [, ...sent] = server.seen;
    expect(sent.map(({ headers }) => headers.authorization)).to.deep.equal([
      'DPoP bound-token-of-web',
      'DPoP bound-token-of-web',
    ]);
    const claims = sent.map(({ headers }) => decodeJwt(String(headers['dpop'])));
    expect(claims.map(({ htu, nonce, ath }) => [htu, nonce, ath])).to.deep.equal([
      [`${server.origin}/userinfo`, undefined, s256('bound-token-of-web')],
      [`${server.origin}/userinfo`, 'n1', s256('bound-token-of-web')],
    ]);
  });

  it('stops after a nonce that is never taken', async () => {
    await startOidc();
    let given = 0;
    await secured.serve(api, (_request, response) => {
      given += 1;
      response.writeHead(401, {
        'www-authenticate': 'DPoP error="use_dpop_nonce"',
        'dpop-nonce': `nonce-${given}`,
      });
      response.end();
    });
    const { jobs } = await play([read]);
    expect(given).to.equal(4);
    expect(statuses(jobs)).to.deep.equal(['failed']);
    expect(jobs[0]?.steps[0]?.findings[0]?.cause).to.equal('dpop-nonce-required');
  });
});

function s256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function statuses(jobs: readonly JobResult[]): string[] {
  return jobs.flatMap(({ steps }) => steps.map(({ status }) => status));
}

type Exchange = JobResult['steps'][number]['exchanges'][number];

function outcome({ role, hops }: Exchange): string {
  return `${role} ${hops.at(-1)?.response?.status}`;
}

function credentialsOf({ credentials }: Exchange): string[] {
  return credentials.map(({ scheme, proof }) => `${scheme} ${proof ? 'with' : 'without'} proof`);
}

function proofsOf(seen: readonly SeenRequest[]) {
  return seen.flatMap(({ dpop }) =>
    dpop === null ? [] : [{ claims: decodeJwt(dpop), header: decodeProtectedHeader(dpop) }],
  );
}
