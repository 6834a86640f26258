import { expect } from 'chai';
import { type Origins, type Received, startOrigins } from '../support/origins.ts';
import { replay } from '../support/replay.ts';

const app = 'https://app.example.test';
const other = 'https://other.example.test';

describe('jars', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
    await origins.serve(app, ({ url }, response) => {
      const { pathname, searchParams } = new URL(url, app);
      for (const line of searchParams.getAll('set')) response.appendHeader('Set-Cookie', line);
      const to = searchParams.get('to');
      if (to) response.writeHead(302, { Location: to });
      else response.statusCode = pathname === '/no' ? 401 : 200;
      response.end();
    });
    await origins.serve(other, (_request, response) => {
      response.setHeader('Set-Cookie', 'there=1');
      response.writeHead(302, { Location: `${app}/back` }).end();
    });
  });
  afterEach(() => origins.close());

  async function run(steps: readonly object[], more: object = {}): Promise<string[]> {
    const project = { environments: { test: { origins: { app, other }, ...more } } };
    const { finished } = await replay({ origins, project, scenarios: { 'a.yml': { steps } } } as never);
    expect(finished.problems).to.deep.equal([]);
    return origins.received.map(
      (request) => `${new URL(request.url, request.origin).pathname} ${cookieOf(request)}`,
    );
  }

  const set = (...lines: string[]): string =>
    `/login?${lines.map((line) => `set=${encodeURIComponent(line)}`).join('&')}`;

  it('keep two users apart, and none has none', async () => {
    expect(
      await run([
        { GET: set('sid=ann'), jar: 'ann' },
        { GET: set('sid=bob'), jar: 'bob' },
        { GET: '/a', jar: 'ann' },
        { GET: '/b', jar: 'bob' },
        { GET: '/c' },
        { GET: set('sid=none'), jar: 'none' },
        { GET: '/d', jar: 'none' },
      ]),
    ).to.deep.equal(['/login -', '/login -', '/a sid=ann', '/b sid=bob', '/c -', '/login -', '/d -']);
  });

  it('give way to a Cookie field of the step, for that step and name', async () => {
    expect(
      await run([
        { GET: set('sid=jar', 'lang=en') },
        { GET: '/a', headers: { Cookie: 'sid=hand' } },
        { GET: '/b', cookies: { sid: 'map' } },
        { GET: '/c', jar: 'none', cookies: { sid: 'alone' } },
        { GET: '/d' },
      ]),
    ).to.deep.equal([
      '/login -',
      '/a sid=hand; lang=en',
      '/b sid=map; lang=en',
      '/c sid=alone',
      '/d sid=jar; lang=en',
    ]);
  });

  it('keep host-only cookies to their host across a redirect to another, and share those of the domain', async () => {
    expect(
      await run([{ GET: `${set('own=1', 'all=1; Domain=example.test; SameSite=Strict')}&to=${other}/x` }]),
    ).to.deep.equal(['/login -', '/x all=1', '/back own=1; all=1']);
  });

  it('withhold Lax cookies from a step that says it is a form of another site', async () => {
    const headers = { Origin: 'https://login.idp.test', 'Sec-Fetch-Site': 'cross-site' };
    expect(
      await run([
        {
          GET: set(
            'lax=1; SameSite=Lax',
            'new=1',
            'all=1; SameSite=None; Secure',
            'strict=1; SameSite=Strict',
          ),
        },
        { POST: '/callback', writes: true, headers },
        { GET: '/callback', headers },
        { GET: '/callback' },
      ]),
    ).to.deep.equal([
      '/login -',
      '/callback new=1; all=1',
      '/callback lax=1; new=1; all=1',
      '/callback lax=1; new=1; all=1; strict=1',
    ]);
  });
});

function cookieOf({ headers }: Received): string {
  return headers.find(([name]) => name.toLowerCase() === 'cookie')?.[1] ?? '-';
}
