import { expect } from 'chai';
import type { Json, JsonMap } from '../../src/model.ts';
import { render } from '../report/output.ts';
import { type Replayed, replay } from '../support/replay.ts';
import { startWorld, type World } from '../support/token-world.ts';

describe('renewal', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.close());

  const runAll = (scenarios: Readonly<Record<string, JsonMap>>): Promise<Replayed> =>
    replay({
      origins: world.origins,
      project: world.project,
      secrets: world.secrets,
      clock: world.clock,
      environments: ['staging'],
      scenarios,
      options: { concurrency: 1, experiments: false },
    });
  const run = (credential: Json, steps: readonly JsonMap[]): Promise<Replayed> =>
    runAll({ 'a.yml': { credential, steps: steps as Json[] } });
  const read = (more: JsonMap = {}): JsonMap => ({ GET: '/orders', ...more });
  /** For each step: status, how it passed, roles of its exchanges. */
  const told = (replayed: Replayed): string[] =>
    replayed.jobs.flatMap(({ steps }) =>
      steps.map(({ status, passedAfter, exchanges }) =>
        [status, ...(passedAfter ? [`after ${passedAfter}`] : []), ...exchanges.map(({ role }) => role)].join(
          ' ',
        ),
      ),
    );
  const bearers = (): string[] =>
    world.origins.received
      .filter(({ origin }) => origin === world.staging.api)
      .map(({ headers }) => headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? 'none');
  /** Equal values get equal letters, in the order in which they come. */
  const letters = (values: readonly string[]): string => {
    const known = [...new Set(values)];
    return values.map((value) => String.fromCharCode(97 + known.indexOf(value))).join('');
  };

  it('of a token refused in mid-run is one, with one replay', async () => {
    world.staging.oldest = 10_000;
    const replayed = await run('reader', [read(), { wait: '15s' }, read(), read()]);
    expect(told(replayed)).to.deep.equal([
      'passed token resource',
      'passed',
      'passed after renewal resource token resource',
      'passed resource',
    ]);
    expect(letters(bearers())).to.equal('aabb');
    expect(world.staging.asked.length).to.equal(2);
    expect(replayed.jobs[0]?.steps[2]?.exchanges.map(({ attempt }) => attempt)).to.deep.equal([1, 1, 2]);
    expect(replayed.finished.exitCode).to.equal(0);
  });

  it('is told by every report', async () => {
    world.staging.oldest = 10_000;
    const { events } = await run('reader', [read(), { wait: '15s' }, read({ name: 'again' })]);
    const json = JSON.parse((await render('json', events)).text) as {
      scenarios: { steps: { name: string; passed_after: string | null }[] }[];
    };
    expect(json.scenarios[0]?.steps.map(({ name, passed_after }) => [name, passed_after])).to.deep.equal([
      ['GET /orders', null],
      ['wait 15s', null],
      ['again', 'renewal'],
    ]);
    const lines = (text: string): string[] =>
      text.split('\n').filter((line) => line.includes('passed after the token was renewed'));
    expect(lines((await render('console', events)).text)).to.have.length(1);
    expect(
      lines((await render('junit', events)).text).map((line) => line.replace(/<[^>]*>/g, '').trim()),
    ).to.deep.equal(['a: again passed after the token was renewed']);
    expect(lines((await render('github', events)).summary)).to.deep.equal([
      '- a: again \\(staging\\) passed after the token was renewed',
    ]);
  });

  it('sends the body again', async () => {
    world.staging.oldest = 10_000;
    const replayed = await run('reader', [
      read(),
      { wait: '15s' },
      { POST: '/orders', body: { json: { item: 7 } } },
    ]);
    expect(told(replayed)[2]).to.equal('passed after renewal resource token resource');
    const posts = world.origins.received.filter(
      ({ origin, method }) => origin === world.staging.api && method === 'POST',
    );
    expect(posts.map(({ body }) => body)).to.deep.equal(['{"item":7}', '{"item":7}']);
  });

  it('is left out for a token that was got for the request', async () => {
    world.staging.oldest = -1;
    const replayed = await run('reader', [read()]);
    expect(told(replayed)).to.deep.equal(['failed token resource']);
    expect(world.staging.asked.length).to.equal(1);
  });

  it('in vain is not tried again in the run', async () => {
    world.staging.oldest = -1;
    const one = { credential: 'reader', steps: [read()] };
    const replayed = await runAll({ 'a.yml': one, 'b.yml': one, 'c.yml': one });
    expect(told(replayed)).to.deep.equal([
      'failed token resource',
      'failed resource token resource',
      'failed resource',
    ]);
    expect(letters(bearers())).to.equal('aabb');
    expect(replayed.jobs.map(({ steps }) => steps[0]?.passedAfter)).to.deep.equal([null, null, null]);
  });

  for (const expectation of [
    { status: 401 },
    { status: '4xx' },
    { status: [401, 403] },
    { status: 401, challenge: { error: 'invalid_token' } },
  ]) {
    it(`is left out where ${JSON.stringify(expectation)} is expected`, async () => {
      world.staging.oldest = 10_000;
      const replayed = await run('reader', [read(), { wait: '15s' }, read({ expect: expectation })]);
      expect(told(replayed)[2]).to.equal('passed resource');
      expect(world.staging.asked.length).to.equal(1);
    });
  }

  it('is left out where a redirect dropped the header', async () => {
    const replayed = await run('reader', [read(), { GET: 'entry:/strange' }]);
    expect(told(replayed)).to.deep.equal(['passed token resource', 'failed resource']);
    expect(world.staging.asked.length).to.equal(1);
    expect(bearers().at(-1)).to.equal('none');
  });

  it('is of the credential that was refused, beside others', async () => {
    world.staging.oldest = 10_000;
    const replayed = await run(['gateway', 'reader'], [read(), { wait: '15s' }, read()]);
    expect(told(replayed)[2]).to.equal('passed after renewal resource token resource');
    const keys = world.origins.received
      .filter(({ origin }) => origin === world.staging.api)
      .map(({ headers }) => headers.find(([name]) => name === 'x-gateway-key')?.[1]);
    expect(keys).to.deep.equal([1, 2, 3].map(() => world.secrets['API_KEY']));
  });

  it('goes on with the refresh token that came last', async () => {
    world.staging.oldest = 10_000;
    world.staging.refresh = true;
    const replayed = await run('chain', [read(), { wait: '15s' }, read()]);
    expect(told(replayed)[2]).to.equal('passed after renewal resource token resource');
    const used = world.staging.asked.map((form) => form.get('refresh_token'));
    expect(used[0]).to.equal(world.secrets['REFRESH_TOKEN']);
    expect(new Set(used).size).to.equal(2);
  });

  it('before the end of a token is no replay', async () => {
    world.staging.lifetime = 20;
    const replayed = await run('reader', [read(), { wait: '30s' }, read()]);
    expect(told(replayed)).to.deep.equal(['passed token resource', 'passed', 'passed token resource']);
    expect(letters(bearers())).to.equal('ab');
  });

  it('renew: true gets a new token for the step, and shows how', async () => {
    const replayed = await run('reader', [
      read(),
      read({ credential: { name: 'reader', renew: true } }),
      read(),
    ]);
    expect(told(replayed)).to.deep.equal([
      'passed token resource',
      'passed token resource',
      'passed resource',
    ]);
    expect(letters(bearers())).to.equal('abb');
  });

  it('renew: true gets one token where there was none', async () => {
    const replayed = await run({ name: 'reader', renew: true }, [read()]);
    expect(told(replayed)).to.deep.equal(['passed token resource']);
    expect(world.staging.asked.length).to.equal(1);
  });

  it('renew: true goes by the refresh token', async () => {
    world.staging.refresh = true;
    await run('chain', [read(), read({ credential: { name: 'chain', renew: true } })]);
    const used = world.staging.asked.map((form) => form.get('refresh_token'));
    expect([used.length, new Set(used).size, used[0]]).to.deep.equal([2, 2, world.secrets['REFRESH_TOKEN']]);
  });

  it('renew: false sends the token though it is over, and no other', async () => {
    world.staging.lifetime = 20;
    const held = { name: 'reader', renew: false };
    const replayed = await run('reader', [
      read(),
      { wait: '30s' },
      read({ credential: held, expect: { status: 401, challenge: { error: 'invalid_token' } } }),
      read({ credential: held, name: 'held' }),
    ]);
    expect(told(replayed)).to.deep.equal([
      'passed token resource',
      'passed',
      'passed resource',
      'failed resource',
    ]);
    expect(letters(bearers())).to.equal('aaa');
    expect(world.staging.asked.length).to.equal(1);
    expect(replayed.jobs[0]?.steps[3]?.findings.map(({ cause }) => cause)).to.deep.equal(['token-expired']);
  });
});
