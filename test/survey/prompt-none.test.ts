/** What `prompt=none` gives at oidc-provider, row by row (docs/diagnosis), and how it is read. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { originTo } from '../support/forward.ts';
import { createOidc, webClient } from '../support/oidc-server.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { type Asking, askServed, callback, login, type Said } from './asking.ts';

const secret = 'a-secret-of-web-with-32-bytes-at-least';
const at = 'https://app.example.test';
/** None of them is registered. */
const variants: Readonly<Record<string, string>> = {
  'another path': `${at}/elsewhere`,
  'a slash at the end': `${callback}/`,
  scheme: callback.replace('https:', 'http:'),
  'case of the host': callback.replace('app', 'APP'),
  'the default port': callback.replace('.test', '.test:443'),
  'another port': callback.replace('.test', '.test:8443'),
  'case of the path': callback.replace('callback', 'Callback'),
  query: `${callback}?a=1`,
  'percent-encoding': callback.replace('callback', '%63allback'),
  fragment: `${callback}#a`,
};
const refused = (uri: string): string =>
  `redirect_uri ${uri}: refused: 400 invalid_redirect_uri: redirect_uri did not match any of the client's registered redirect_uris`;
const accepted = (uri: string): string => `redirect_uri ${uri}: accepted`;

describe('prompt=none at oidc-provider', () => {
  let origins: Origins;
  let server: Server;
  before(async () => {
    origins = await startOrigins();
    const { listener } = await createOidc({
      issuer: login,
      proxied: true,
      resources: ['https://api.example.test'],
      clients: [
        webClient('web', secret),
        webClient('form', secret),
        webClient('machine', secret, {
          grant_types: ['client_credentials'],
          response_types: [],
          redirect_uris: [],
        }),
        webClient('native', '', {
          application_type: 'native',
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code'],
          redirect_uris: ['http://127.0.0.1/callback'],
        }),
      ],
    });
    server = createServer((request, response) => {
      // A client that its server answers by a form.
      if (request.url?.includes('client_id=form&')) request.url += '&response_mode=form_post';
      listener(request, response);
    });
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

  const look = (client: JsonMap, more: Asking = {}): Promise<Said> =>
    askServed(origins, {
      ...more,
      clients: { web: { client_id: 'web', redirect_uris: [callback], ...client } },
      environment: {
        origins: { api: 'https://api.example.test' },
        issuers: { main: login },
        ...more.environment,
      },
    });
  const verdict = async (client: JsonMap, more?: Asking): Promise<readonly string[]> => {
    const { checks, findings } = await look(client, more);
    return [...checks, ...findings];
  };
  const asked = (): string[] =>
    origins.received
      .filter(({ origin, url }) => origin === login && !/^\/(?:\.well-known|jwks)/.test(url))
      .map(({ method, url }) => `${method} ${url.replace(/\?.*/, '')}`);

  it('takes what is registered', async () => {
    expect(await verdict({})).to.deep.equal([accepted(callback), 'client web: known']);
    expect(asked()).to.deep.equal(['GET /auth', 'GET /auth', 'GET /auth']);
  });

  it('does not know a client', async () => {
    expect(await verdict({ client_id: 'nobody' })).to.deep.equal([
      'client nobody: unknown: 400 invalid_client: client is invalid',
      'client-unknown likely error',
    ]);
  });

  it('refuses what is not registered, however near it is', async () => {
    const redirect_uris = Object.values(variants);
    expect(await verdict({ redirect_uris })).to.deep.equal([
      ...redirect_uris.map(refused),
      'client web: known',
      ...redirect_uris.map(() => 'redirect-uri-mismatch certain error'),
    ]);
  });

  for (const [what, asks] of Object.entries({
    'an unknown resource': { resource: 'https://unknown.example.test' },
    'another parameter': { parameters: { id_token_hint: 'none' } },
  })) {
    it(`takes the redirect_uri although it refuses ${what}`, async () => {
      const submit = { fields: { login: 'ann', password: 'no secret' } };
      const grant = { type: 'oauth2', grant_type: 'authorization_code', client: 'web', login: [{ submit }] };
      const more: Asking = {
        project: { credentials: { reader: { ...grant, scope: 'openid', ...asks } } },
        scenario: { credential: 'reader', steps: [{ name: 'read', GET: '/' }] },
        secrets: { WEB: secret },
      };
      const { checks, findings, replayed } = await look({ client_secret: '${secret.WEB}' }, more);
      expect([...checks, ...findings]).to.deep.equal([accepted(callback), 'client web: known']);
      const [step] = replayed.jobs.flatMap(({ steps }) => steps).filter(({ name }) => name === 'client web');
      const locations = (step?.exchanges ?? []).flatMap(({ hops }) =>
        hops.flatMap(({ response }) => response?.headers.filter(([name]) => /^location$/i.test(name)) ?? []),
      );
      expect(locations.map(([, value]) => new URL(value).searchParams.get('error'))).to.deep.equal([
        'resource' in asks ? 'invalid_target' : 'invalid_request',
      ]);
    });
  }

  it('takes the redirect_uri although it answers 400, by a form', async () => {
    const { checks, findings, replayed } = await look({ client_id: 'form' });
    expect([...checks, ...findings]).to.deep.equal([accepted(callback), 'client form: known']);
    const [step] = replayed.jobs.flatMap(({ steps }) => steps).filter(({ name }) => name === 'client web');
    expect(step?.exchanges[0]?.hops.at(-1)?.response?.status).to.equal(400);
  });

  it('knows a client that gets tokens for itself, and says nothing of a redirect_uri', async () => {
    expect(await verdict({ client_id: 'machine', redirect_uris: [] })).to.deep.equal([
      'client machine: known',
    ]);
  });

  it('takes any port of 127.0.0.1 of a native client, and no localhost', async () => {
    const redirect_uris = ['http://127.0.0.1:4711/callback', 'http://localhost:4711/callback'];
    expect(await verdict({ client_id: 'native', redirect_uris })).to.deep.equal([
      accepted(redirect_uris[0] ?? ''),
      refused(redirect_uris[1] ?? ''),
      'client native: known',
      'redirect-uri-mismatch certain error',
    ]);
  });

  const named = { experiments: { allow: ['A0', 'redirect-uri-variants'] } };
  const fixes = ({ replayed }: Said): (string | null)[] =>
    replayed.jobs.flatMap(({ steps }) => steps.flatMap(({ findings }) => findings.map(({ fix }) => fix)));

  for (const [what, uri, words] of [
    ['a slash at the end', `${callback}/`, 'a slash at the end'],
    ['the scheme', callback.replace('https:', 'http:'), 'the scheme'],
    ['the port', callback.replace('.test', '.test:8443'), 'the port'],
    ['the case of the path', callback.replace('callback', 'Callback'), 'the case of the path'],
    ['the query', `${callback}?a=1`, 'query'],
  ] as const) {
    it(`tells what is registered instead where it differs in ${what}`, async () => {
      const said = await look({ redirect_uris: [uri] }, { environment: named });
      expect(fixes(said)[0]).to.match(
        new RegExp(`^Registered is probably ${callback} \\(differs in .*${words}.*\\): register exactly `),
      );
      expect(asked().length).to.be.within(4, 3 + 6 + 1);
    });
  }

  it('tries six variants at most, that of another environment first', async () => {
    const uri = `${at}/sign-in/Done?from=web`;
    const others = {
      staging: {
        issuers: { main: 'https://login.staging.example.test' },
        clients: {
          web: { client_id: 'web', redirect_uris: ['https://staging.example.test/sign-in/done?from=web'] },
        },
      },
    };
    const { findings } = await look({ redirect_uris: [uri] }, { environment: named, others });
    expect(findings).to.deep.equal(['redirect-uri-mismatch likely error']);
    const tried = origins.received
      .map(({ url }) => new URL(url, login).searchParams.get('redirect_uri') ?? '')
      .filter((each) => each !== '' && !each.includes('.why401.invalid'));
    // Itself twice, for the random client; then the variants.
    expect(tried.slice(0, 2)).to.deep.equal([uri, uri]);
    expect(tried[2]).to.equal(`${at}/sign-in/done?from=web`);
    expect(tried.slice(2)).to.have.lengthOf(6);
  });
});
