/** Tokens of users, whole runs: the scripted login, its answer, renewal, and what is said when one of them is wrong. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { calculateJwkThumbprint, decodeProtectedHeader, type JWK } from 'jose';
import type { ClientMetadata } from 'oidc-provider';
import type { Clock } from '../../src/doors.ts';
import type { JsonMap } from '../../src/model.ts';

import { ann, callback, type OidcServer, type OidcSettings, webClient } from '../support/oidc-server.ts';
import { startOrigins, systemClock } from '../support/origins.ts';
import { causes, type Replayed, replay } from '../support/replay.ts';
import { api, login, proofServer, type Secured, startSecured } from '../support/secured.ts';
import { validReport } from '../support/valid-report.ts';

const secrets = { WEB: 'web-secret-of-production', ANN: ann.password };
const user: JsonMap = {
  type: 'oauth2',
  grant_type: 'authorization_code',
  scope: 'openid offline_access orders:read',
  login: [
    { submit: { fields: { login: ann.name, password: '${secret.ANN}' } }, when: 'input[name=password]' },
  ],
};

function projectOf(credentials: JsonMap, client: JsonMap = { client_secret: '${secret.WEB}' }): JsonMap {
  return {
    environments: {
      production: {
        origins: { api },
        issuers: { main: login },
        clients: { web: { client_id: 'web', redirect_uris: [callback], ...client } },
      },
    },
    credentials,
  };
}

/** `STATUS: what was got` of each failed check. */
function failures({ jobs }: Replayed): string[] {
  return jobs.flatMap(({ steps }) =>
    steps.flatMap(({ status, checks }) =>
      checks.filter(({ passed }) => !passed).map(({ actual }) => `${status}: ${actual}`),
    ),
  );
}

describe('a user logs in in a run', function () {
  this.timeout(20_000);

  describe('at an authorization server', () => {
    let secured: Secured;
    let oidc: OidcServer;
    let ahead = 0;
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + ahead };
    /** What is done before each answer of the API. */
    let before: () => void = () => {};
    /** Grant and refresh token of each token request that was granted. */
    let granted: string[] = [];

    beforeEach(async () => {
      ahead = 0;
      before = () => {};
      granted = [];
      secured = await startSecured();
    });
    afterEach(() => secured.close());

    async function start(client: ClientMetadata, settings: Partial<OidcSettings> = {}): Promise<void> {
      oidc = await secured.oidc([client], settings);
      oidc.provider.on('grant.success', ({ oidc: { params } }) => {
        granted.push([params?.['grant_type'], params?.['refresh_token'] ?? ''].join(' ').trim());
      });
    }
    async function startBearer(lifetime = 3600): Promise<void> {
      await start(webClient('web', secrets.WEB), { configuration: { ttl: { AccessToken: lifetime } } });
      await secured.serve(api, ({ headers }, response) => {
        void oidc.provider.AccessToken.find((headers.authorization ?? '').replace('Bearer ', '')).then(
          (token) => {
            before();
            response.writeHead(token?.accountId === ann.name ? 200 : 401);
            response.end();
          },
        );
      });
    }
    const sent = (method: string, path: string): number =>
      secured.seen.filter((each) => each.method === method && each.url.startsWith(`${login}${path}`)).length;
    const read = { GET: '/orders', expect: { status: 200 } };

    it('once for two credentials; ID tokens are verified, and the report is as its schema says', async () => {
      await startBearer();
      const writer = { ...user, scope: 'openid orders:read' };
      const replayed = await replay({
        origins: secured.origins,
        secrets,
        project: projectOf({ reader: user, writer }),
        scenarios: {
          'a.yml': {
            steps: [
              { ...read, credential: 'reader' },
              { ...read, credential: 'writer' },
            ],
          },
        },
      });
      expect([failures(replayed), causes(replayed), secured.refusals]).to.deep.equal([[], {}, []]);
      expect(granted).to.deep.equal(['authorization_code', 'authorization_code']);
      expect([sent('POST', '/interaction'), sent('GET', '/jwks')]).to.deep.equal([1, 1]);
      const roles = replayed.jobs[0]?.steps.map(({ exchanges }) => exchanges.map(({ role }) => role));
      expect(roles).to.deep.equal([
        ['metadata', 'authorization', 'authorization', 'token', 'metadata', 'resource'],
        ['authorization', 'token', 'resource'],
      ]);
      const text = await validReport(replayed);
      expect(text).to.not.include(ann.password);
    });

    it('and the token is renewed by refresh tokens that rotate, without another login', async () => {
      await startBearer(100);
      before = () => {
        ahead += 100_000;
      };
      const replayed = await replay({
        origins: secured.origins,
        secrets,
        clock,
        project: projectOf({ reader: user }),
        scenarios: { 'a.yml': { credential: 'reader', steps: [read, read, read] } },
      });
      expect([failures(replayed), secured.refusals]).to.deep.equal([[], []]);
      expect(granted.map((each) => each.split(' ')[0])).to.deep.equal([
        'authorization_code',
        'refresh_token',
        'refresh_token',
      ]);
      expect(new Set(granted).size).to.equal(3);
      expect(sent('POST', '/interaction')).to.equal(1);
      await validReport(replayed);
    });

    it('with DPoP, private_key_jwt and PAR together', async () => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const client = webClient('web', '', {
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig' }] },
        dpop_bound_access_tokens: true,
        require_pushed_authorization_requests: true,
      });
      await start(client, {
        resources: [api],
        configuration: {
          features: { dPoP: { enabled: true }, pushedAuthorizationRequests: { enabled: true } },
          async loadExistingGrant({ oidc: { provider, session } }) {
            const grant = new provider.Grant({ accountId: session?.accountId ?? '', clientId: 'web' });
            grant.addOIDCScope('openid offline_access orders:read');
            grant.addResourceScope(api, 'orders:read');
            await grant.save();
            return grant;
          },
        },
      });
      const pushed: unknown[] = [];
      oidc.provider.on('pushed_authorization_request.success', ({ oidc: { params } }) => {
        pushed.push(params?.['dpop_jkt']);
      });
      await secured.serve(api, proofServer());
      const replayed = await replay({
        origins: secured.origins,
        secrets: { ...secrets, KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
        project: projectOf(
          { reader: { ...user, resource: api } },
          {
            private_key: '${secret.KEY}',
            kid: 'k1',
            dpop_bound_access_tokens: true,
            require_pushed_authorization_requests: true,
          },
        ),
        scenarios: { 'a.yml': { credential: 'reader', steps: [read, read] } },
      });
      expect([failures(replayed), secured.refusals]).to.deep.equal([[], []]);
      // The code is bound to the key of the proofs (RFC 9449 section 10).
      const [proof] = secured.seen.flatMap(({ url, dpop }) => (url.startsWith(api) && dpop ? [dpop] : []));
      const { jwk } = decodeProtectedHeader(proof ?? '');
      expect(pushed).to.deep.equal([await calculateJwkThumbprint(jwk as JWK)]);
      expect(granted).to.deep.equal(['authorization_code']);
      expect(sent('GET', '/auth?client_id=web&request_uri=')).to.equal(1);
      await validReport(replayed);
    });
  });

  describe('and the answer is not right', () => {
    interface Wrong {
      readonly change: (back: URL) => void;
      readonly got: string;
      readonly causes: readonly string[];
      readonly summary: string;
    }
    const answered = `The authorization server ${login} answered 302`;
    const wrongs: Readonly<Record<string, Wrong>> = {
      'another state': {
        change: (back) => back.searchParams.set('state', 'a-state-of-another-request'),
        got: 'The answer of the authorization server has another state than the request (RFC 6749 section 10.12).',
        causes: ['state-mismatch likely'],
        summary: `${answered}: the answer to the authorization request does not bring back its state; its code was not redeemed.`,
      },
      'no state': {
        change: (back) => back.searchParams.delete('state'),
        got: 'The answer of the authorization server has no state (RFC 6749 section 10.12).',
        causes: ['state-mismatch likely'],
        summary: `${answered}: the answer to the authorization request does not bring back its state; its code was not redeemed.`,
      },
      'another issuer': {
        change: (back) => back.searchParams.set('iss', 'https://login.evil.test'),
        got: `The answer names the issuer "https://login.evil.test", not "${login}": it comes from another authorization server (RFC 9207 section 2.4).`,
        causes: ['state-mismatch likely'],
        summary: `${answered}: the answer to the authorization request names the issuer https://login.evil.test, not ${login}; its code was not redeemed.`,
      },
      'another redirect_uri': {
        change: (back) => {
          back.host = 'other.example.test';
        },
        got: 'The authorization request leads to https://other.example.test, which is neither an origin of environment "production" nor that of one of its issuers: nothing was sent there.',
        causes: ['redirect-uri-mismatch likely'],
        summary: `${answered}: it sends the code to https://other.example.test/callback, not to the redirect_uri ${callback} of the request; nothing was sent there.`,
      },
      'no code': {
        change: (back) => back.searchParams.delete('code'),
        got: 'The answer of the authorization server has neither a code nor an error.',
        causes: ['unknown possible'],
        summary: 'The answer of the authorization server has neither a code nor an error.',
      },
      'an error': {
        change: (back) => {
          back.searchParams.delete('code');
          back.searchParams.set('error', 'access_denied');
        },
        got: 'The authorization server answered "access_denied".',
        causes: ['consent-denied possible'],
        summary: `${answered} (access_denied): the user or the server declined the authorization request.`,
      },
    };
    for (const [what, wrong] of Object.entries(wrongs)) {
      it(`tells ${what}, and redeems nothing`, async () => {
        const origins = await startOrigins();
        await origins.serve(login, ({ url }, response) => {
          const { pathname, searchParams } = new URL(url, login);
          if (pathname === '/authorize') {
            const back = new URL(searchParams.get('redirect_uri') ?? '');
            back.searchParams.set('code', 'a-code-of-ann');
            back.searchParams.set('state', searchParams.get('state') ?? '');
            wrong.change(back);
            response.writeHead(302, { location: back.href }).end();
            return;
          }
          response.writeHead(200, { 'content-type': 'application/json' });
          const endpoints = {
            authorization_endpoint: `${login}/authorize`,
            token_endpoint: `${login}/token`,
          };
          response.end(JSON.stringify({ issuer: login, ...endpoints }));
        });
        const replayed = await replay({
          origins,
          secrets,
          project: projectOf({ reader: user }),
          scenarios: {
            'a.yml': { credential: 'reader', steps: [{ name: 'read', GET: '/orders' }, { GET: '/again' }] },
          },
        });
        await origins.close();
        const [step] = replayed.jobs[0]?.steps ?? [];
        expect({
          got: step?.checks.map(({ actual }) => actual),
          causes: causes(replayed)['production: read'],
          summary: step?.findings[0]?.summary,
          exit: replayed.finished.exitCode,
          sent: origins.received.map(({ method, url }) => `${method} ${url.replace(/[?].*/, '')}`),
        }).to.deep.equal({
          got: [wrong.got],
          causes: wrong.causes,
          summary: wrong.summary,
          exit: 1,
          sent: ['GET /.well-known/openid-configuration', 'GET /authorize'],
        });
        expect(await validReport(replayed)).to.not.include('a-code-of-ann');
      });
    }
  });
});
