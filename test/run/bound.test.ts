import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { replay } from '../support/replay.ts';

const api = 'https://api.example.test';
const foreign = 'https://evil.example.test';

/** Credentials whose parts are sent as they are or sign. */
const credentials: JsonMap = {
  header: { type: 'api_key', in: 'header', name: 'x-key', value: '${secret.KEY}' },
  query: { type: 'api_key', in: 'query', name: 'key', value: '${secret.KEY}' },
  cookie: { type: 'api_key', in: 'cookie', name: 'key', value: '${secret.KEY}' },
  bearer: { type: 'bearer', token: '${secret.KEY}' },
  basic: { type: 'basic', username: 'ann', password: '${secret.KEY}' },
  digest: { type: 'digest', username: 'ann', password: '${secret.KEY}' },
  hmac: {
    type: 'hmac',
    key: '${secret.KEY}',
    over: '${timestamp}',
    header: 'x-signature',
    value: '${signature}',
  },
  aws: {
    type: 'aws_sigv4',
    access_key_id: 'AKIA',
    secret_access_key: '${secret.KEY}',
    session_token: '${secret.KEY}',
    region: 'x',
    service: 'y',
  },
  signed: { type: 'http_signature', key_id: 'ci', key: '${secret.KEY}' },
};
const secrets = { KEY: 'key-0123456789-0123456789-0123456789' };
/** What a foreign server may see of a request: nothing that a credential adds. */
const harmless = ['host', 'user-agent', 'accept', 'connection', 'content-type', 'content-length'];

describe('a credential', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
    await origins.serve(foreign, (request, response) => {
      // Comes back, and asks for more.
      if (request.url.startsWith('/back')) response.writeHead(302, { location: `${api}/after` });
      else response.writeHead(401, { 'www-authenticate': 'Digest realm="x", nonce="y", qop="auth"' });
      response.end();
    });
  });
  afterEach(() => origins.close());

  const seen = (): string[] =>
    origins.received
      .filter(({ origin }) => origin !== api)
      .flatMap(({ headers, url, body }) => [
        ...headers.filter(([name]) => !harmless.includes(name.toLowerCase())).map(([name]) => name),
        ...(url.includes('key') ? [url] : []),
        ...(body === '' ? [] : [body]),
      ]);

  const bodies: Readonly<Record<string, JsonMap>> = {
    json: { json: { a: [{ b: '${secret.KEY}' }] } },
    form: { form: { a: ['x', '${secret.KEY}'] } },
    text: { text: 'a ${secret.KEY} b' },
    multipart: { multipart: { a: '${secret.KEY}' } },
    graphql: { graphql: { query: 'q', variables: { a: '${secret.KEY}' } } },
  };
  const posts = (body: JsonMap, issuers: JsonMap = {}) =>
    replay({
      origins,
      project: { environments: { staging: { protected: false, origins: { api }, issuers } } },
      secrets,
      scenarios: { 'a.yml': { steps: [{ POST: `${foreign}/hook`, body, expect: { status: 401 } }] } },
    });
  for (const [kind, body] of Object.entries(bodies)) {
    it(`written into a ${kind} body is sent to no foreign address`, async () => {
      const { jobs } = await posts(body);
      const [check] = jobs[0]?.steps[0]?.checks ?? [];
      expect([check?.passed, check?.actual, origins.received]).to.deep.equal([
        false,
        `The body holds a secret, and ${foreign} is neither an origin of environment "staging" nor one of its issuers': nothing was sent there.`,
        [],
      ]);
    });
  }

  it('written into a body reaches an endpoint that the project file states, and a body without one any address', async () => {
    const metadata = { token_endpoint: `${foreign}/token` };
    const main = { issuer: 'https://login.example.test', metadata };
    const stated = await posts({ form: { a: '${secret.KEY}' } }, { main });
    const open = await posts({ json: { a: 1 } });
    expect([stated, open].map(({ jobs }) => jobs[0]?.status)).to.deep.equal(['passed', 'passed']);
    expect(origins.received.map(({ body }) => body)).to.deep.equal([`a=${secrets.KEY}`, '{"a":1}']);
  });

  for (const name of Object.keys(credentials)) {
    it(`${name} does not follow an address that an answer gave`, async () => {
      await origins.serve(api, (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ next: `${foreign}/page/2` }));
      });
      const project: JsonMap = { environments: { production: { origins: { api } } }, credentials };
      const replayed = await replay({
        origins,
        project,
        secrets,
        scenarios: {
          'a.yml': {
            credential: name,
            steps: [
              { GET: '/page/1', capture: { next: { json: '$.next' } } },
              { GET: '${next}', expect: { status: 401 } },
            ],
          },
        },
      });
      expect(seen()).to.deep.equal([]);
      expect(replayed.jobs[0]?.steps.length).to.equal(2);
    });

    it(`${name} does not follow a redirect, and is not taken up on the way back`, async () => {
      await origins.serve(api, (request, response) => {
        if (request.url.startsWith('/after'))
          response.writeHead(401, { 'www-authenticate': 'Digest realm="x", nonce="y"' });
        else response.writeHead(302, { location: `${foreign}/back` });
        response.end();
      });
      const project: JsonMap = { environments: { production: { origins: { api } } }, credentials };
      const scenarios = {
        'a.yml': { credential: name, steps: [{ GET: '/start', expect: { status: 401 } }] },
      };
      await replay({ origins, project, secrets, scenarios });
      expect(seen()).to.deep.equal([]);
      const after = origins.received.filter(({ origin, url }) => origin === api && url.startsWith('/after'));
      expect(after.length).to.be.greaterThan(0);
      expect(
        after
          .flatMap(({ headers }) => headers.map(([each]) => each.toLowerCase()))
          .filter((each) => !harmless.includes(each)),
      ).to.deep.equal([]);
    });
  }
});
