/** What a stranger gets of a step, wherever its answers, variables and captures lead. The stranger's log decides. */
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { secretText } from '../support/hostile.ts';
import { type Origins, type Received, startOrigins } from '../support/origins.ts';
import { type Replayed, replay } from '../support/replay.ts';
import { type Stranger, startStranger } from '../support/stranger.ts';

const api = 'https://api.example.test';
const old = 'http://old.example.test:8080';
const secrets = { TOKEN: secretText(), KEY: secretText(), JAR: 'jar-0123456789-0123456789' };
/** What anybody may see of a request. */
const plain = ['host', 'connection', 'user-agent', 'accept', 'content-length'];

/** Location, and the request that a stranger may get for it; null: none at all. `N` is the number of the case. */
const locations: readonly (readonly [location: string, request: string | null])[] = [
  ['https://evil.test/N', 'https://evil.test/N'],
  ['http://api.example.test/N', 'http://api.example.test/N'],
  ['https://api.example.test:8443/N', 'https://api.example.test:8443/N'],
  ['http://old.example.test/N', 'http://old.example.test/N'],
  ['//evil.test/N', 'https://evil.test/N'],
  ['///evil.test/N', 'https://evil.test/N'],
  ['////evil.test/N', 'https://evil.test/N'],
  ['\\\\evil.test/N', 'https://evil.test/N'],
  ['/\\evil.test/N', 'https://evil.test/N'],
  ['\\/evil.test\\N', 'https://evil.test/N'],
  ['https:\\\\evil.test\\N', 'https://evil.test/N'],
  ['https:/evil.test/N', null],
  ['HTTPS://EVIL.TEST/N', 'https://evil.test/N'],
  ['https:///evil.test/N', 'https://evil.test/N'],
  [' https://evil.test/N ', 'https://evil.test/N'],
  ['ht\ttps://evil.test/N', 'https://evil.test/N'],
  ['https://api.example.test@evil.test/N', null],
  ['https://api.example.test:443@evil.test/N', null],
  ['https://evil.test\\@api.example.test/N', 'https://evil.test/@api.example.test/N'],
  ['https://evil.test#@api.example.test/N', 'https://evil.test/'],
  ['https://evil.test?N@api.example.test/', 'https://evil.test/?N@api.example.test/'],
  ['https://api.example.test.evil.test/N', 'https://api.example.test.evil.test/N'],
  ['https://api.example.test%2eevil.test/N', 'https://api.example.test.evil.test/N'],
  ['https://api.example.test./N', 'https://api.example.test./N'],
  ['https://sub.api.example.test/N', 'https://sub.api.example.test/N'],
  ['https://example.test/N', 'https://example.test/N'],
  ['https://xn--pi-6kc.example.test/N', 'https://xn--pi-6kc.example.test/N'],
  ['https://0x7f.1:9/N', 'https://127.0.0.1:9/N'],
  ['https://2130706433:9/N', 'https://127.0.0.1:9/N'],
  ['https://0177.0.0.1:9/N', 'https://127.0.0.1:9/N'],
  ['https://[::1]:9/N', 'https://[::1]:9/N'],
  ['https://[::ffff:127.0.0.1]:9/N', 'https://[::ffff:7f00:1]:9/N'],
  ['https://[fe80::1%25eth0]/N', null],
  ['http://169.254.169.254/N', null],
  ['http://0xA9FEA9FE/N', null],
  ['http://[::ffff:a9fe:a9fe]/N', null],
  ['http://metadata.google.internal/N', null],
  ['ftp://evil.test/N', null],
  ['file:///etc/passwd', null],
  ['javascript:alert(1)', null],
  ['data:text/html,N', null],
  ['gopher://evil.test/N', null],
  ['ws://evil.test/N', null],
  ['https://', null],
  ['https://evil.test:99999/N', null],
  ['https://evil .test/N', null],
  ['https://evil.test/back/N', 'https://evil.test/back/N'],
  ['http://evil.test/back/N', 'http://evil.test/back/N'],
  ['https://evil.test/deep/N', 'https://evil.test/deep/N'],
];
const statuses = [301, 302, 303, 307, 308];

describe('ways out of a step', () => {
  let origins: Origins;
  let stranger: Stranger;
  before(async () => {
    origins = await startOrigins();
    const answer = ({ url }: Received, response: import('node:http').ServerResponse): void => {
      const at = Number(/^\/r(\d+)/.exec(url)?.[1] ?? -1);
      const [location] = locations[at] ?? [];
      if (url.startsWith('/login')) {
        const cookies = [
          `own=${secrets.JAR}; Path=/; Secure`,
          `suffix=${secrets.JAR}; Domain=test; Path=/`,
          `theirs=${secrets.JAR}; Domain=evil.test; Path=/`,
          `sub=${secrets.JAR}; Domain=sub.api.example.test; Path=/`,
        ];
        response.writeHead(200, { 'set-cookie': cookies }).end();
      } else if (location !== undefined) {
        const text = location.replaceAll('N', String(at));
        response.writeHead(statuses[at % statuses.length] ?? 302, { location: text }).end();
      } else if (url.startsWith('/hop')) response.writeHead(302, { location: `${old}${url}` }).end();
      else if (url.startsWith('/refresh')) {
        const page =
          '<meta http-equiv="refresh" content="0;url=https://evil.test/meta"><base href="//evil.test">';
        const fields = {
          refresh: '0; url=https://evil.test/refresh',
          link: '<https://evil.test/link>; rel=next',
        };
        response.writeHead(200, { ...fields, 'content-type': 'text/html' }).end(page);
      } else if (url.startsWith('/refused')) {
        const metadata = '//evil.test/.well-known/oauth-protected-resource';
        const challenge = `Bearer error="invalid_token", resource_metadata="https:${metadata}", authorization_uri="https:${metadata}"`;
        const fields = { 'www-authenticate': challenge, location: 'https://evil.test/location' };
        response.writeHead(401, fields).end();
      } else response.writeHead(200).end();
    };
    for (const origin of [api, old]) await origins.serve(origin, answer);
    stranger = await startStranger(origins);
    stranger.use(({ url = '' }, response) => {
      if (url.startsWith('/back')) response.writeHead(307, { location: `${api}/after${url}` }).end();
      else if (url.startsWith('/deep'))
        response.writeHead(307, { location: `https://other.test/back${url}` }).end();
      else response.writeHead(401, { 'www-authenticate': 'Digest realm="x", nonce="y"' }).end();
    });
  });
  after(async () => {
    await stranger.close();
    await origins.close();
  });
  beforeEach(() => {
    stranger.requests.length = 0;
    stranger.connections = 0;
    origins.received.length = 0;
  });

  const laden: JsonMap = {
    headers: { 'X-Step': 'a ${secret.KEY}', 'Proxy-Authorization': 'Basic ${secret.KEY}' },
    query: { q: '${secret.KEY}' },
    cookies: { c: '${secret.KEY}' },
    credential: 'reader',
  };
  const play = (
    steps: readonly JsonMap[],
    more: Partial<Parameters<typeof replay>[0]> = {},
  ): Promise<Replayed> =>
    replay({
      origins,
      secrets,
      transport: stranger.reach(),
      project: {
        environments: {
          staging: { protected: false, origins: { api, old }, headers: { 'X-Env': '${secret.KEY}' } },
        },
        credentials: { reader: { type: 'bearer', token: '${secret.TOKEN}' } },
      },
      scenarios: Object.fromEntries(steps.map((step, index) => [`s${index}.yml`, { steps: [step] }])),
      ...more,
    });
  /** What a request of a stranger has that not everybody's has. */
  const telling = (): string[] =>
    stranger.requests
      .filter(({ fields }) => fields.some((name) => !plain.includes(name)))
      .map(({ line, fields }) => `${line} ${fields.join()}`);

  it('follows redirects to strangers bare or not at all', async () => {
    const answered = { status: { gt: 0 } };
    const methods = ['GET', 'POST'];
    const { jobs } = await play(
      locations.map((_, at) => ({
        ...laden,
        [methods[at % 7 === 6 ? 1 : 0] ?? '']: `/r${at}`,
        expect: answered,
      })),
    );
    const lines = stranger.requests.map(({ line }) => line.replace(/^\S+ /, ''));
    const wanted = locations.flatMap(([, request], at) =>
      request ? [request.replaceAll('N', String(at))] : [],
    );
    const onward = `https://other.test/back/deep/${locations.length - 1}`;
    expect(lines.toSorted()).to.deep.equal([...wanted, onward].toSorted());
    expect([telling(), stranger.leaks(secrets)]).to.deep.equal([[], []]);
    const after = origins.received.filter(({ url }) => url.startsWith('/after'));
    const fields = after.flatMap(({ headers }) => headers.map(([name]) => name.toLowerCase()));
    expect([after.length, fields.filter((name) => !plain.includes(name))]).to.deep.equal([3, []]);
    expect(jobs.length).to.equal(locations.length);
  });

  it('sends cookies by the rules of the jar: to no other host and not in clear, but to another port', async () => {
    const paths = ['/r0', '/r1', '/r2', '/r24', '/hop'].map((GET) => ({
      GET,
      expect: { status: { gt: 0 } },
    }));
    await play([], { scenarios: { 'a.yml': { steps: [{ GET: '/login' }, ...paths] } } });
    const cookies = ({ headers }: Received) => headers.find(([name]) => /^cookie$/i.test(name))?.[1] ?? null;
    expect(origins.received.map((each) => [`${each.origin}${each.url}`, cookies(each)])).to.deep.equal([
      [`${api}/login`, null],
      ...['/r0', '/r1', '/r2', '/r24', '/hop'].map((path) => [`${api}${path}`, `own=${secrets.JAR}`]),
      [`${old}/hop`, null],
    ]);
    expect(telling().map((line) => line.split(' ')[1])).to.deep.equal(['https://api.example.test:8443/2']);
    expect(stranger.requests.filter(({ text }) => text.includes(secrets.JAR)).length).to.equal(1);
  });

  it('goes nowhere for a Refresh, a page, a Link or a challenge, whatever is tried to find out why', async () => {
    const allow = { experiments: { allow: ['A', 'B', 'C'], budget: 30 } };
    const environment = { protected: false, origins: { api, old }, ...allow };
    const { jobs } = await play(
      [
        { ...laden, GET: '/refresh' },
        { ...laden, GET: '/refused' },
        { ...laden, GET: '/refused', redirect: { as: 'curl-location-trusted' } },
      ],
      {
        project: {
          environments: { staging: environment },
          credentials: { reader: { type: 'bearer', token: '${secret.TOKEN}' } },
        },
      },
    );
    expect(stranger.connections).to.equal(0);
    const experiments = jobs.flatMap(({ steps }) =>
      steps.flatMap(({ findings }) => findings.flatMap((each) => each.experiments)),
    );
    expect(experiments.length).to.be.greaterThan(0);
  });

  it('sends nothing more of a step to a stranger to find out why it failed there', async () => {
    const { jobs } = await play([
      { ...laden, GET: '/r0' },
      { ...laden, GET: '/r46' },
    ]);
    expect(jobs.map(({ status }) => status)).to.deep.equal(['failed', 'passed']);
    expect([telling(), stranger.leaks(secrets)]).to.deep.equal([[], []]);
  });
});
