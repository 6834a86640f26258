/** The ID token of a CI job, exchanged for an access token (RFC 8693) by a server that verifies it. */
import { expect } from 'chai';
import { generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { closeServers, json, serve } from '../credential/support.ts';
import { why401 } from '../support/command.ts';

describe('ci_oidc behind a token exchange', () => {
  afterEach(closeServers);

  it('gets an access token for the job, of the audience that is written', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    const identity = await serve(async (request, response) => {
      const audience = new URL(request.url ?? '', 'http://ci').searchParams.get('audience') ?? '';
      const value = await new SignJWT({ repository: 'acme/shop' })
        .setProtectedHeader({ alg: 'RS256' })
        .setIssuer('https://ci.example.test')
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey);
      const allowed = request.headers.authorization === 'Bearer the-request-token';
      json(response, allowed ? 200 : 403, allowed ? { value } : {});
    });
    const forms: Record<string, string>[] = [];
    const login = await serve(async (_request, response, body) => {
      const { subject_token = '', ...form } = Object.fromEntries(new URLSearchParams(body));
      const expected = { issuer: 'https://ci.example.test', audience: login.origin };
      const verified = await jwtVerify(subject_token, publicKey, expected).catch(() => null);
      forms.push({ ...form, repository: String(verified?.payload['repository']) });
      json(
        response,
        verified ? 200 : 400,
        verified
          ? {
              access_token: 'for-the-job',
              issued_token_type: accessToken,
              token_type: 'Bearer',
              expires_in: 300,
            }
          : { error: 'invalid_request' },
      );
    });
    const api = await serve((request, response) =>
      json(response, request.headers.authorization === 'Bearer for-the-job' ? 200 : 401, {}),
    );
    const ended = await why401(['run', '--reporter', 'json=report.json'], {
      files: {
        'why401.yml': JSON.stringify({
          environments: {
            staging: {
              origins: { api: api.origin },
              issuers: {
                main: { issuer: login.origin, metadata: { token_endpoint: `${login.origin}/token` } },
              },
              clients: { deploy: { client_id: 'deploy' } },
            },
          },
          credentials: {
            job: { type: 'ci_oidc', provider: 'github', audience: login.origin },
            deployer: {
              type: 'oauth2',
              grant_type: 'token_exchange',
              client: 'deploy',
              subject_token: { credential: 'job' },
              scope: 'deploy',
            },
          },
        }),
        'a.yml': JSON.stringify({ credential: 'deployer', steps: [{ GET: '/a' }, { GET: '/b' }] }),
        'b.yml': JSON.stringify({ credential: 'deployer', steps: [{ GET: '/c' }] }),
      },
      env: {
        ACTIONS_ID_TOKEN_REQUEST_URL: `${identity.origin}/token?api-version=2`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'the-request-token',
      },
    });
    const report = ended.written['report.json'] ?? '';
    expect({
      code: ended.code,
      stderr: ended.stderr,
      asked: identity.seen.map(({ path }) => path),
      forms,
      called: api.seen.map(({ path }) => path).sort(),
      shown: ['the-request-token', 'for-the-job'].filter((each) => report.includes(each)),
    }).to.deep.equal({
      code: 0,
      stderr: '',
      asked: [`/token?api-version=2&audience=${encodeURIComponent(login.origin)}`],
      forms: [
        {
          client_id: 'deploy',
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          scope: 'deploy',
          subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
          repository: 'acme/shop',
        },
      ],
      called: ['/a', '/b', '/c'],
      shown: [],
    });
  });
});

const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
