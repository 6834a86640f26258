/** What an authorization server is, or says of itself, that keeps a run from a token. */
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { daysFromNow, type LeafOptions } from '../support/certificates.ts';
import { webClient } from '../support/oidc-server.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { causes, type Replayed, replay } from '../support/replay.ts';
import { mtlsFeature, startSecured } from '../support/secured.ts';
import { validReport } from '../support/valid-report.ts';

const api = 'https://api.example.test';
const login = 'https://login.example.test';
const tokens = 'https://tokens.example.test';
const scenarios = { 'a.yml': { credential: 'reader', steps: [{ name: 'read', GET: '/orders' }] } };
const secrets = { WEB: 'web-secret-of-production' };

function projectOf(issuer: JsonMap | string, client: JsonMap = { client_secret: '${secret.WEB}' }): JsonMap {
  return {
    environments: {
      production: {
        origins: { api },
        issuers: { main: issuer },
        clients: { web: { client_id: 'web', ...client } },
      },
    },
    credentials: { reader: { type: 'oauth2', grant_type: 'client_credentials' } },
  };
}

function told(replayed: Replayed): object {
  const [finding] = replayed.jobs[0]?.steps[0]?.findings ?? [];
  return {
    exit: replayed.finished.exitCode,
    cause: causes(replayed)['production: read']?.[0] ?? null,
    summary: finding?.summary ?? null,
    fix: finding?.fix ?? null,
    evidence: finding?.evidence.filter(({ field }) => /^(?:metadata|grant|client cert)/.test(field)) ?? [],
  };
}
const passed = { exit: 0, cause: null, summary: null, fix: null, evidence: [] };

describe('metadata that keep a run from a token', () => {
  let origins: Origins;
  let metadata: JsonMap;
  beforeEach(async () => {
    origins = await startOrigins();
    metadata = { issuer: login, token_endpoint: `${login}/token` };
    for (const origin of [login, tokens, api]) {
      await origins.serve(origin, ({ method }, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
        const token = { access_token: 'an-access-token', token_type: 'Bearer', expires_in: 60 };
        response.end(JSON.stringify(method === 'POST' ? token : metadata));
      });
    }
  });
  afterEach(() => origins.close());
  const run = (issuer: JsonMap | string) =>
    replay({ origins, secrets, scenarios, project: projectOf(issuer) });
  const tokenRequests = (): string[] =>
    origins.received.filter(({ method }) => method === 'POST').map(({ origin, url }) => `${origin}${url}`);

  it('name a token endpoint at another origin: nothing is sent there until it is stated', async () => {
    metadata = { ...metadata, token_endpoint: `${tokens}/token` };
    const replayed = await run(login);
    expect([told(replayed), tokenRequests()]).to.deep.equal([
      {
        exit: 1,
        cause: 'endpoint-wrong likely',
        summary: `The metadata of the authorization server ${login} name the token_endpoint ${tokens}/token, at another origin: nothing was sent there.`,
        fix: `If it is right, write environments.production.issuers.main: {issuer: ${login}, metadata: {token_endpoint: ${tokens}/token}}; else correct the issuer.`,
        evidence: [{ hop: 1, field: 'metadata token_endpoint', seen: `${tokens}/token` }],
      },
      [],
    ]);
    await validReport(replayed);
    // As the fix says.
    const stated = await run({ issuer: login, metadata: { token_endpoint: `${tokens}/token` } });
    expect([told(stated), tokenRequests()]).to.deep.equal([passed, [`${tokens}/token`]]);
  });

  it('do not list the grant: nothing is sent until the list is stated', async () => {
    metadata = { ...metadata, grant_types_supported: ['authorization_code', 'refresh_token'] };
    const replayed = await run(login);
    const key = 'environments.production.issuers.main.metadata.grant_types_supported';
    expect([told(replayed), tokenRequests()]).to.deep.equal([
      {
        exit: 1,
        cause: 'grant-unsupported likely',
        summary: `The metadata of the authorization server ${login} do not list the grant type client_credentials: no token was asked for.`,
        fix: `Enable the grant at the server, or use one that it offers; if the list is wrong, write the true one at ${key}.`,
        evidence: [
          {
            hop: 1,
            field: 'grant_types_supported',
            seen: 'authorization_code, refresh_token; client_credentials is not among them',
          },
        ],
      },
      [],
    ]);
    await validReport(replayed);
    const stated = await run({ issuer: login, metadata: { grant_types_supported: ['client_credentials'] } });
    expect([told(stated), tokenRequests()]).to.deep.equal([passed, [`${login}/token`]]);
  });

  it('are a page: the issuer is another address', async () => {
    await origins.serve(login, (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Welcome</title>');
    });
    expect(told(await run(login))).to.deep.equal({
      exit: 1,
      cause: 'body-not-json likely',
      summary: `The authorization server ${login} answered 200 with Content-Type text/html where its metadata should be, and the body is no JSON: no token was asked for.`,
      fix: `Correct environments.production.issuers.main, whose metadata were looked for at ${login}/.well-known/openid-configuration; or state them there under metadata.`,
      evidence: [],
    });
  });

  it('are right, and the answer has no ID token: no refusal is guessed at', async () => {
    const project = projectOf(login);
    const credentials = {
      reader: { type: 'oauth2', grant_type: 'client_credentials', token: 'id_token' },
    };
    const replayed = await replay({ origins, secrets, scenarios, project: { ...project, credentials } });
    expect(told(replayed)).to.deep.equal({
      exit: 1,
      cause: 'unknown possible',
      summary: `The token endpoint (${login}/token) answered 200 with application/json that has no id_token (OpenID Connect Core 1.0 section 3.1.3.3).`,
      fix: 'Look at the answer of the authorization server, and into its log at this time.',
      evidence: [],
    });
    expect(replayed.jobs[0]?.steps[0]?.findings[0]?.alternatives).to.deep.equal([]);
    await validReport(replayed);
  });

  it('are those of another issuer', async () => {
    metadata = { ...metadata, issuer: `${login}/` };
    const replayed = await run(login);
    expect([told(replayed), tokenRequests()]).to.deep.equal([
      {
        exit: 1,
        cause: 'issuer-mismatch certain',
        summary: `The metadata at ${login}/.well-known/openid-configuration name the issuer ${login}/, not ${login} (they differ in the slash at the end): no token was asked for.`,
        fix: 'Write the exact issuer at environments.production.issuers.main: scheme, host, path and trailing slash count.',
        evidence: [
          { hop: 1, field: 'metadata issuer', seen: `${login}/, another issuer; expected ${login}` },
        ],
      },
      [],
    ]);
    await validReport(replayed);
  });
});

describe('a client certificate that is refused', function () {
  this.timeout(20_000);
  const method = 'tls_client_auth';
  const refused = `The authorization server ${login} answered 401 (invalid_client: client authentication failed): it does not take the client certificate of environment "production" for client web (${method})`;

  async function presented(name: string, options: LeafOptions): Promise<Replayed> {
    const secured = await startSecured();
    try {
      secured.use({ clientCertificate: await secured.origins.authority.issue([name], options) });
      const client = webClient('web', '', {
        token_endpoint_auth_method: method,
        tls_client_auth_subject_dn: 'CN=web-client',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
      });
      const configuration = { features: { mTLS: mtlsFeature }, clientAuthMethods: [method] } as object;
      await secured.oidc([client], { configuration });
      const project = projectOf(login, { token_endpoint_auth_method: method });
      return await replay({ origins: secured.origins, scenarios, project });
    } finally {
      await secured.close();
    }
  }

  it('is that of another client', async () => {
    const end = daysFromNow(20);
    const replayed = await presented('other-client', { notAfter: end });
    expect(told(replayed)).to.deep.equal({
      exit: 1,
      cause: 'client-cert-invalid likely',
      summary: `${refused}.`,
      fix: 'Register the subject of the certificate for client web there, or set environments.production.tls to the certificate that is registered.',
      evidence: [
        {
          hop: 1,
          field: 'client certificate',
          seen: `CN=other-client, issued by CN=Test CA, until ${end.toISOString()}`,
        },
      ],
    });
    await validReport(replayed);
  });

  it('is over', async () => {
    const end = daysFromNow(-3);
    const replayed = await presented('web-client', { notBefore: daysFromNow(-9), notAfter: end });
    const seen = `CN=web-client, issued by CN=Test CA, it ended ${end.toISOString()}, `;
    const { evidence, ...rest } = told(replayed) as { evidence: { seen: string }[] };
    expect(rest).to.deep.equal({
      exit: 1,
      cause: 'client-cert-invalid likely',
      summary: `${refused}; the certificate ended ${end.toISOString()}.`,
      fix: 'Renew the certificate of environments.production.tls.',
    });
    expect(evidence.map((line) => line.seen.slice(0, seen.length))).to.deep.equal([seen]);
    await validReport(replayed);
  });
});
