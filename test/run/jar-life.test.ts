import { expect } from 'chai';
import type { Exchange } from '../../src/model.ts';
import { type Origins, type Received, startOrigins } from '../support/origins.ts';
import { type Replayed, replay } from '../support/replay.ts';

const app = 'https://app.example.test';
const other = 'https://other.example.test';

/** What becomes of cookies over hops, steps, attempts, jobs and environments, as the servers see it. */
describe('the life of a cookie', () => {
  let origins: Origins;
  /** Requests that are cut off before they are answered. */
  let cut: number;
  beforeEach(async () => {
    origins = await startOrigins();
    cut = 0;
    for (const origin of [app, other]) {
      await origins.serve(origin, ({ url, headers }, response) => {
        const { pathname, searchParams } = new URL(url, origin);
        if (pathname === '/cut' && cut-- > 0) return void response.destroy();
        for (const line of searchParams.getAll('set')) response.appendHeader('Set-Cookie', line);
        const to = searchParams.get('to');
        if (to) response.writeHead(302, { Location: to });
        else if (pathname === '/private') response.statusCode = isIn(headers) ? 200 : 401;
        response.end();
      });
    }
  });
  afterEach(() => origins.close());

  async function run(
    scenarios: Record<string, object>,
    environments: Record<string, object> = { test: { origins: { app, other }, protected: false } },
    options: object = {},
  ): Promise<Replayed> {
    const done = await replay({
      origins,
      project: { environments },
      scenarios,
      environments: Object.keys(environments),
      options,
    } as never);
    expect(done.finished.problems).to.deep.equal([]);
    return done;
  }
  const got = (): string[] =>
    origins.received.map(
      (request) => `${new URL(request.url, request.origin).pathname} ${cookieOf(request)}`,
    );

  it('ends on the hop that takes it back, and changes on the one that sets it anew', async () => {
    const back = path('/c', ['sid=; Max-Age=0; Path=/', 'new=3; Path=/'], '/d');
    const anew = path('/b', ['new=2; Path=/'], back);
    await run({
      'a.yml': { steps: [{ GET: path('/a', ['sid=1; Path=/', 'new=1; Path=/'], anew) }, { GET: '/e' }] },
    });
    expect(got()).to.deep.equal(['/a -', '/b sid=1; new=1', '/c sid=1; new=2', '/d new=3', '/e new=3']);
  });

  it('goes to the hosts of its Domain and to no other, over a redirect and back', async () => {
    const there = `${other}${path('/b', ['own=2; Path=/'], `${app}/c`)}`;
    const set = ['own=1; Path=/', 'all=1; Path=/; Domain=example.test'];
    await run({ 'a.yml': { steps: [{ GET: path('/a', set, there) }, { GET: `${other}/d` }] } });
    expect(got()).to.deep.equal(['/a -', '/b all=1', '/c own=1; all=1', '/d all=1; own=2']);
  });

  it('is the same in each attempt of a step', async () => {
    cut = 2;
    await run({ 'a.yml': { steps: [{ GET: path('/a', ['sid=1; Path=/']) }, { GET: '/cut', retry: 2 }] } });
    expect(got()).to.deep.equal(['/a -', '/cut sid=1', '/cut sid=1', '/cut sid=1']);
  });

  it('is of its job: of no other scenario, environment or concurrent job', async () => {
    const steps = (name: string): object[] => [
      { GET: path('/a', [`sid=${name}; Path=/`]) },
      { GET: `/b/${name}` },
      { GET: `/c/${name}` },
    ];
    const environments = { test: { origins: { app } }, staging: { origins: { app } } };
    await run({ 'a.yml': { steps: steps('a') }, 'b.yml': { steps: steps('b') } }, environments, {
      concurrency: 4,
    });
    expect(
      got()
        .filter((line) => !line.startsWith('/a '))
        .sort(),
    ).to.deep.equal(
      ['a', 'b']
        .flatMap((name) => ['/b', '/c'].flatMap((at) => [0, 0].map(() => `${at}/${name} sid=${name}`)))
        .sort(),
    );
    expect(got().filter((line) => line.startsWith('/a '))).to.deep.equal(['/a -', '/a -', '/a -', '/a -']);
  });

  it('can be captured, also where it is refused, and where it came on an earlier hop', async () => {
    await run({
      'a.yml': {
        steps: [
          {
            GET: path('/a', ['csrf=t1; Path=/', 'bad=t2; Domain=else.test'], '/b'),
            capture: { csrf: { cookie: 'csrf' }, bad: { cookie: 'bad' } },
          },
          { GET: '/c/${csrf}/${bad}', jar: 'none' },
          { GET: '/d' },
        ],
      },
    });
    expect(got()).to.deep.equal(['/a -', '/b csrf=t1', '/c/t1/t2 -', '/d csrf=t1']);
  });

  it('goes with an experiment as it went with the step, and none of an experiment stays', async () => {
    const { jobs } = await run({
      'a.yml': {
        steps: [
          { GET: path('/a', ['sid=1; Path=/set', 'lang=en; Path=/']) },
          { GET: path('/private', ['extra=1; Path=/']), expect: { status: 200 } },
        ],
      },
      'b.yml': { steps: [{ GET: '/b' }] },
    });
    const [, failed] = jobs[0]?.steps ?? [];
    const experiments = (failed?.exchanges ?? []).filter(({ role }: Exchange) => role === 'experiment');
    const sent = experiments.map(
      ({ hops }) => hops[0]?.request.headers.find(([name]) => name === 'Cookie')?.[1],
    );
    expect([failed?.findings[0]?.cause, sent.map(String).sort()]).to.deep.equal([
      'cookie-not-sent',
      ['lang=[secret:cookie lang]', 'sid=[secret:cookie sid]; lang=[secret:cookie lang]'],
    ]);
    expect(got().filter((line) => line.includes('extra'))).to.deep.equal([]);
  });
});

function path(at: string, set: readonly string[], to?: string): string {
  const query = new URLSearchParams(set.map((line): [string, string] => ['set', line]));
  if (to !== undefined) query.set('to', to);
  return `${at}?${query}`;
}

function isIn(headers: readonly (readonly [string, string])[]): boolean {
  return headers.some(([name, value]) => name.toLowerCase() === 'cookie' && value.includes('sid='));
}

function cookieOf({ headers }: Received): string {
  return headers.find(([name]) => name.toLowerCase() === 'cookie')?.[1] ?? '-';
}
