import { expect } from 'chai';
import { generateKeyPair, SignJWT } from 'jose';
import type { JsonMap } from '../../src/model.ts';
import { createOidc, webClient } from '../support/oidc-server.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { causes, replay } from '../support/replay.ts';

const api = 'https://api.example.test';
const login = 'https://login.example.test';

async function jwt(claims: object): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256');
  return new SignJWT({ iss: 'ci', ...claims }).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
}

interface Refused {
  readonly name: string;
  readonly credential: JsonMap;
  readonly answer: object;
  readonly metadata?: object;
  readonly findings: readonly string[];
}
const password: JsonMap = { grant_type: 'password', username: 'ann', password: '${secret.PASSWORD}' };
const jwtBearer = (secret: string): JsonMap => ({
  grant_type: 'jwt_bearer',
  assertion: `\${secret.${secret}}`,
});
const exchange = (secret: string): JsonMap => ({
  grant_type: 'token_exchange',
  subject_token: `\${secret.${secret}}`,
  audience: 'x',
});

const refusals: readonly Refused[] = [
  {
    name: 'a password',
    credential: password,
    answer: { error: 'invalid_grant' },
    findings: ['password-wrong possible'],
  },
  {
    name: 'an assertion for another server',
    credential: jwtBearer('FOREIGN'),
    answer: { error: 'invalid_grant' },
    findings: ['client-assertion-audience likely'],
  },
  {
    name: 'an assertion that is over',
    credential: jwtBearer('OLD'),
    answer: { error: 'invalid_grant' },
    findings: ['token-expired likely'],
  },
  {
    name: 'an assertion in which nothing is wrong to be seen',
    credential: jwtBearer('GOOD'),
    answer: { error: 'invalid_grant' },
    findings: ['client-assertion-invalid possible'],
  },
  {
    name: 'a subject token that is over',
    credential: exchange('OLD'),
    answer: { error: 'invalid_request', error_description: 'subject_token is invalid' },
    findings: ['token-expired likely'],
  },
  {
    name: 'a target',
    credential: exchange('GOOD'),
    answer: { error: 'invalid_target' },
    findings: ['audience-mismatch certain'],
  },
  {
    name: 'a client that may not use the grant',
    credential: password,
    answer: { error: 'unauthorized_client' },
    findings: ['grant-not-allowed possible'],
  },
  {
    name: 'nothing, since the grant is not offered',
    credential: { grant_type: 'client_credentials' },
    answer: {},
    metadata: { grant_types_supported: ['authorization_code'] },
    findings: ['grant-unsupported likely'],
  },
  {
    name: 'an authentication that is not offered',
    credential: { grant_type: 'client_credentials' },
    answer: { error: 'invalid_client' },
    metadata: { token_endpoint_auth_methods_supported: ['private_key_jwt'] },
    findings: ['client-auth-method-wrong likely'],
  },
];

const environment = (parts: JsonMap = {}): JsonMap => ({
  origins: { api },
  issuers: { main: login },
  clients: { web: { client_id: 'web', client_secret: '${secret.WEB}' } },
  ...parts,
});

describe('a token request that is refused is explained', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  for (const { name, credential, answer, metadata, findings } of refusals) {
    it(`refused is ${name}`, async () => {
      await origins.serve(login, (request, response) => {
        const asked = request.url.startsWith('/.well-known');
        response.writeHead(asked ? 200 : 400, { 'content-type': 'application/json' });
        const body = asked ? { issuer: login, token_endpoint: `${login}/token`, ...metadata } : answer;
        response.end(JSON.stringify(body));
      });
      const now = Math.floor(Date.now() / 1000);
      const replayed = await replay({
        origins,
        project: {
          environments: { production: environment() },
          credentials: { reader: { type: 'oauth2', ...credential } },
        },
        secrets: {
          WEB: 'web-secret-of-production',
          PASSWORD: 'correct horse battery',
          GOOD: await jwt({ aud: login, exp: now + 3600 }),
          OLD: await jwt({ aud: login, exp: now - 3600 }),
          FOREIGN: await jwt({ aud: 'https://other.example.test', exp: now + 3600 }),
        },
        scenarios: { 'a.yml': { credential: 'reader', steps: [{ name: 'read', GET: '/orders' }] } },
      });
      expect(causes(replayed)).to.deep.equal({ 'production: read': findings });
      const tokenRequests = origins.received.filter(({ method }) => method === 'POST').length;
      expect(tokenRequests).to.equal(findings[0] === 'grant-unsupported likely' ? 0 : 1);
    });
  }
});

describe('a token that ends in mid-run', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  /** A token server, and an API that takes what `valid` says. */
  async function serveBoth(
    hosts: { readonly login: string; readonly api: string },
    tokens: { give: (form: URLSearchParams) => object; takes: (token: string) => boolean },
  ): Promise<URLSearchParams[]> {
    const forms: URLSearchParams[] = [];
    await origins.serve(hosts.login, (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      if (request.url.startsWith('/.well-known')) {
        response.end(JSON.stringify({ issuer: hosts.login, token_endpoint: `${hosts.login}/token` }));
        return;
      }
      const form = new URLSearchParams(request.body);
      forms.push(form);
      response.end(JSON.stringify({ token_type: 'Bearer', expires_in: 3600, ...tokens.give(form) }));
    });
    await origins.serve(hosts.api, (request, response) => {
      const token = (
        request.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? ''
      ).slice(7);
      const right = tokens.takes(token);
      response.writeHead(
        right ? 200 : 401,
        right ? {} : { 'www-authenticate': 'Bearer error="invalid_token"' },
      );
      response.end();
    });
    return forms;
  }
  const project = (credential: JsonMap = {}): JsonMap => ({
    environments: { production: environment() },
    credentials: { reader: { type: 'oauth2', ...password, ...credential } },
  });
  const secrets = { WEB: 'web-secret-of-production', PASSWORD: 'correct horse battery' };
  const steps = [1, 2, 3].map((step) => ({ name: `step ${step}`, GET: `/orders/${step}` }));
  const scenarios = { 'a.yml': { credential: 'reader', steps } };

  for (const refresh of [true, false]) {
    it(`is renewed once, ${refresh ? 'by its refresh token' : 'by the grant, without a refresh token'}`, async () => {
      let issued = 0;
      const seen: string[] = [];
      const forms = await serveBoth(
        { login, api },
        {
          give() {
            issued += 1;
            const refresh_token = `refresh-token-${issued}`;
            return { access_token: `access-token-${issued}`, ...(refresh ? { refresh_token } : {}) };
          },
          takes(token) {
            seen.push(token);
            // The first token is revoked after its first use.
            return token === 'access-token-1' ? seen.length === 1 : true;
          },
        },
      );
      const replayed = await replay({ origins, project: project(), secrets, scenarios });
      expect(
        replayed.jobs[0]?.steps.map(({ status, passedAfter }) => ({
          status,
          passedAfter,
        })),
      ).to.deep.equal([
        { status: 'passed', passedAfter: null },
        { status: 'passed', passedAfter: 'renewal' },
        { status: 'passed', passedAfter: null },
      ]);
      expect(seen).to.deep.equal(['access-token-1', 'access-token-1', 'access-token-2', 'access-token-2']);
      expect(forms.map((form) => form.get('grant_type'))).to.deep.equal([
        'password',
        refresh ? 'refresh_token' : 'password',
      ]);
    });
  }

  it('is renewed at a real authorization server that rotates refresh tokens', async () => {
    const oidc = await createOidc({
      issuer: login,
      proxied: true,
      clients: [webClient('web', secrets.WEB)],
    });
    await origins.serve(login, (request, response, raw) => {
      raw.headers['x-forwarded-proto'] = 'https';
      // What has been read is not read again.
      oidc.listener(Object.assign(raw, { body: request.body }), response);
    });
    const seen = new Map<string, number>();
    await origins.serve(api, async (request, response) => {
      const token = (request.headers.find(([name]) => name === 'Authorization')?.[1] ?? '').slice(7);
      const found = await oidc.provider.AccessToken.find(token);
      seen.set(token, (seen.get(token) ?? 0) + 1);
      response.writeHead(found ? 200 : 401, { 'www-authenticate': 'Bearer error="invalid_token"' });
      response.end();
      // Each is revoked after its first use.
      await found?.destroy();
    });
    const refreshToken = await oidc.refreshToken('web');
    const credential = { grant_type: 'refresh_token', refresh_token: '${secret.REFRESH}' };
    const replayed = await replay({
      origins,
      project: {
        environments: { production: environment() },
        credentials: { reader: { type: 'oauth2', ...credential } },
      },
      secrets: { ...secrets, REFRESH: refreshToken },
      scenarios,
    });
    expect(replayed.jobs[0]?.steps.map(({ status, passedAfter }) => [status, passedAfter])).to.deep.equal([
      ['passed', null],
      ['passed', 'renewal'],
      ['passed', 'renewal'],
    ]);
    expect([...seen.values()]).to.deep.equal([2, 2, 1]);
    const sent = origins.received
      .filter(({ url }) => url === '/token')
      .map(({ body }) => new URLSearchParams(body).get('refresh_token'));
    expect([sent[0], new Set(sent).size]).to.deep.equal([refreshToken, 3]);
    expect(JSON.stringify(replayed.jobs)).not.to.include(refreshToken);
  });

  it('is not renewed again where the renewal was in vain', async () => {
    let issued = 0;
    const seen: string[] = [];
    const forms = await serveBoth(
      { login, api },
      {
        give() {
          issued += 1;
          return { access_token: `access-token-${issued}` };
        },
        takes(token) {
          seen.push(token);
          return seen.length === 1;
        },
      },
    );
    const each = (step: number): JsonMap => ({ steps: [{ name: `step ${step}`, GET: `/orders/${step}` }] });
    const replayed = await replay({
      origins,
      project: project(),
      secrets,
      scenarios: {
        'a.yml': { credential: 'reader', ...each(1) },
        'b.yml': { credential: 'reader', ...each(2) },
        'c.yml': { credential: 'reader', ...each(3) },
      },
      options: { concurrency: 1, experiments: false },
    });
    expect(replayed.jobs.map(({ status }) => status)).to.deep.equal(['passed', 'failed', 'failed']);
    expect(seen).to.deep.equal(['access-token-1', 'access-token-1', 'access-token-2', 'access-token-2']);
    expect(forms.length).to.equal(2);
  });

  it('is got once for concurrent jobs, and never by one environment for another', async () => {
    const hosts = {
      staging: { login: 'https://login.staging.example.test', api: 'https://api.staging.example.test' },
      production: { login, api },
    };
    const used: string[] = [];
    const given: string[] = [];
    for (const [name, both] of Object.entries(hosts)) {
      await serveBoth(both, {
        give() {
          given.push(name);
          return { access_token: `access-token-of-${name}` };
        },
        takes(token) {
          used.push(`${name} ${token}`);
          return true;
        },
      });
    }
    const replayed = await replay({
      origins,
      project: {
        environments: {
          staging: environment({
            origins: { api: hosts.staging.api },
            issuers: { main: hosts.staging.login },
          }),
          production: environment(),
        },
        credentials: { reader: { type: 'oauth2', ...password } },
      },
      secrets,
      scenarios: Object.fromEntries(
        Array.from({ length: 8 }, (_, index) => [
          `${index}.yml`,
          { credential: 'reader', steps: [{ GET: `/orders/${index}` }] },
        ]),
      ),
      options: { concurrency: 8 },
    });
    expect(replayed.finished.summary.passed).to.equal(16);
    expect(given.sort()).to.deep.equal(['production', 'staging']);
    expect([...new Set(used)].sort()).to.deep.equal([
      'production access-token-of-production',
      'staging access-token-of-staging',
    ]);
  });
});
