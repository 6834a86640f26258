import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { causes, type Replayed, replay } from '../support/replay.ts';

const login = 'https://login.example.test';
const registered = 'https://app.example.test/callback';
const project: JsonMap = {
  environments: {
    production: {
      issuers: {
        main: {
          issuer: login,
          discovery: 'none',
          metadata: { authorization_endpoint: `${login}/authorize` },
        },
      },
      clients: { web: { client_id: 'web', redirect_uris: [registered] } },
    },
  },
};

interface Answer {
  readonly status: number;
  readonly location?: string;
  readonly body?: string;
}

describe('authorize', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  /** An authorization endpoint whose answer depends on the request's parameters. */
  async function against(answer: (given: URLSearchParams) => Answer, step: JsonMap = {}): Promise<Replayed> {
    await origins.serve(login, (request, response) => {
      const { status, location, body } = answer(new URL(request.url, login).searchParams);
      response.writeHead(status, { 'content-type': 'text/html', ...(location ? { location } : {}) });
      response.end(body ?? '');
    });
    const scenarios = {
      'a.yml': { steps: [{ name: 'callback', authorize: { client: 'web', redirect_uri: 'all' }, ...step }] },
    };
    return replay({ origins, project, scenarios });
  }
  const verdict = ({ jobs }: Replayed): string[] =>
    jobs.flatMap(({ steps }) =>
      steps.flatMap(({ status, checks }) => [status, ...checks.map(({ actual }) => actual)]),
    );
  const back = (given: URLSearchParams, error: string): Answer => ({
    status: 303,
    location: `${given.get('redirect_uri')}?error=${error}&state=${given.get('state')}`,
  });

  it('passes where the server redirects to the redirect_uri, and never calls it', async () => {
    const replayed = await against((given) => back(given, 'login_required'));
    expect(verdict(replayed)).to.deep.equal(['passed', 'accepted']);
    expect(origins.received).to.have.lengthOf(1);
    const sent = Object.fromEntries(new URL(origins.received[0]?.url ?? '', login).searchParams);
    expect({ ...sent, state: '', code_challenge: '' }).to.deep.equal({
      response_type: 'code',
      client_id: 'web',
      redirect_uri: registered,
      scope: 'openid',
      prompt: 'none',
      code_challenge: '',
      code_challenge_method: 'S256',
      state: '',
    });
    expect(origins.received[0]?.headers.map(([name]) => name.toLowerCase())).to.not.include('cookie');
  });

  it('passes where the server shows its login page, if it refuses a random redirect_uri', async () => {
    const replayed = await against((given) =>
      given.get('redirect_uri') === registered
        ? { status: 302, location: '/login/7Fx' }
        : { status: 400, body: 'Bad redirect' },
    );
    expect(verdict(replayed)).to.deep.equal(['passed', 'accepted']);
    expect(origins.received).to.have.lengthOf(2);
  });

  it('is undecided where every redirect_uri gets the login page', async () => {
    let requests = 0;
    const replayed = await against(() => ({ status: 302, location: `/login/${requests++}` }));
    expect(verdict(replayed)).to.deep.equal(['failed', 'undecided: 302, a redirect to /login/0']);
    expect(causes(replayed)).to.deep.equal({ 'production: callback': ['unknown possible'] });
  });

  it('is refused where an error page comes with status 200', async () => {
    const replayed = await against(() => ({ status: 200, body: 'The redirect URI is not registered.' }));
    expect(verdict(replayed)[0]).to.equal('failed');
    expect(causes(replayed)['production: callback']?.[0]).to.match(
      /^redirect-uri-mismatch (likely|possible)$/,
    );
  });

  it('accepts another error that comes back to the redirect_uri', async () => {
    expect(verdict(await against((given) => back(given, 'invalid_scope')))).to.deep.equal([
      'passed',
      'accepted',
    ]);
  });

  it('does not take a redirect to somewhere else for acceptance', async () => {
    const replayed = await against((given) => ({
      status: 302,
      location: `https://app.example.test/other?state=${given.get('state')}`,
    }));
    expect(verdict(replayed)[0]).to.equal('failed');
  });

  it('is undecided where pages differ in wording alone and name neither client nor redirect_uri', async () => {
    const page = (given: URLSearchParams): Answer => ({
      status: 400,
      body: given.get('client_id') === 'web' ? 'Request is not acceptable.' : 'Sorry, no such thing.',
    });
    expect(causes(await against(page))).to.deep.equal({
      'production: callback': ['client-unknown possible'],
    });
  });

  it('expects a refusal by its cause', async () => {
    const replayed = await against(() => ({ status: 400, body: 'error: invalid_redirect_uri' }), {
      expect: { cause: 'redirect-uri-mismatch' },
    });
    expect(verdict(replayed)[0]).to.equal('passed');
  });

  /** A project whose metadata comes from discovery. */
  const discovering = (client: JsonMap, credentials: JsonMap = {}): JsonMap => ({
    environments: {
      production: {
        origins: { api: 'https://api.example.test' },
        issuers: { main: login },
        clients: { web: { client_id: 'web', ...client } },
      },
    },
    credentials,
  });
  const serveMetadata = (metadata: JsonMap) =>
    origins.serve(login, (request, response) => {
      const known = request.url === '/.well-known/openid-configuration';
      response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify(known ? { issuer: login, ...metadata } : { error: 'invalid_client' }));
    });

  it('sends nothing to where a discovery document alone leads', async () => {
    await serveMetadata({ authorization_endpoint: 'https://elsewhere.example.test/authorize' });
    await origins.serve('https://elsewhere.example.test', (_, response) => response.end());
    const scenarios = { 'a.yml': { steps: [{ name: 'callback', authorize: { client: 'web' } }] } };
    const replayed = await replay({
      origins,
      project: discovering({ redirect_uris: [registered] }),
      scenarios,
    });
    expect(verdict(replayed)).to.deep.equal([
      'failed',
      'The metadata of issuer "main" names an authorization_endpoint at https://elsewhere.example.test, but the issuer is at https://login.example.test: nothing was sent there; if it is right, state it under issuers.main.metadata.authorization_endpoint.',
    ]);
    expect(origins.received.map(({ origin }) => origin)).to.deep.equal([login]);
  });

  it('reports no experiment that could not be sent', async () => {
    await serveMetadata({ token_endpoint: `${login}/token` });
    const credentials = { reader: { type: 'oauth2', grant_type: 'client_credentials', client: 'web' } };
    const scenarios = { 'a.yml': { credential: 'reader', steps: [{ name: 'read', GET: '/' }] } };
    const client = { client_secret: '${secret.WEB}' };
    const replayed = await replay({
      origins,
      project: discovering(client, credentials),
      secrets: { WEB: 'a-client-secret' },
      scenarios,
    });
    const [step] = replayed.jobs.flatMap(({ steps }) => steps);
    expect(step?.findings.map(({ certainty, experiments }) => ({ certainty, experiments }))).to.deep.equal([
      { certainty: 'possible', experiments: [] },
    ]);
    const reported = step?.exchanges.flatMap(({ hops }) =>
      hops.map(({ request }) => `${request.method} ${request.url}`),
    );
    expect(reported).to.deep.equal(
      origins.received.map(({ method, origin, url }) => `${method} ${origin}${url}`),
    );
  });
});
