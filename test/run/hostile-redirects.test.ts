/** Servers that answer redirects and cookies with malice: every run ends, and its reports stay whole. */
import type { Socket } from 'node:net';
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { render } from '../report/output.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { type Replay, type Replayed, replay } from '../support/replay.ts';
import { secrets } from '../support/trial.ts';
import { validReport } from '../support/valid-report.ts';

const api = 'http://api.example.test';
const head = (...lines: string[]): string =>
  `HTTP/1.1 302 Found\r\n${lines.join('\r\n')}\r\ncontent-length: 0\r\n\r\n`;
const ok = 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nok';

describe('hostile redirects', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  /** Paths to what is written for them, or done. */
  async function played(
    answers: Readonly<Record<string, string | ((socket: Socket) => void)>>,
    step: JsonMap = {},
    given: Partial<Replay> = {},
  ): Promise<Replayed> {
    await origins.accept(api, (socket) => {
      let asked = '';
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        asked += chunk.toString('latin1');
        // Where nothing came, TLS is tried.
        if (asked.startsWith('\x16')) socket.destroy();
        if (!asked.includes('\r\n\r\n')) return;
        const path = /^\S+ ([^\s?]*)/.exec(asked)?.[1] ?? '';
        asked = '';
        const answer = answers[path] ?? ok;
        if (typeof answer === 'string') socket.write(Buffer.from(answer, 'latin1'));
        else answer(socket);
      });
    });
    return replay({
      origins,
      project: {
        environments: { staging: { protected: false, origins: { api } } },
        credentials: { reader: { type: 'bearer', token: '${secret.TOKEN}' } },
      },
      secrets,
      scenarios: { 'a.yml': { credential: 'reader', steps: [{ name: 'read', GET: '/1', ...step }] } },
      ...given,
    });
  }

  /** All reports, of which JSON is held against its schema. */
  async function reports(replayed: Replayed): Promise<string[]> {
    const texts = [await validReport(replayed)];
    for (const name of ['jsonl', 'junit', 'github', 'console'])
      texts.push((await render(name, replayed.events, { verbose: true, clients: true })).text);
    return texts;
  }

  const hopsOf = ({ jobs }: Replayed): { status: number | string; dropped: number }[] =>
    jobs.flatMap(({ steps }) =>
      steps.flatMap(({ exchanges }) =>
        exchanges.flatMap(({ hops }) =>
          hops.map(({ response, failure, dropped }) => ({
            status: failure?.phase ?? response?.status ?? 'none',
            dropped: dropped.length,
          })),
        ),
      ),
    );

  it('drive no terminal and no CI system', async () => {
    const evil = '\x1b[2J\x07 ::error::taken ##[error]taken \x9b31m';
    const replayed = await played(
      {
        '/1': head(
          `Location: /2?${evil}#${evil}`,
          `Set-Cookie: __proto__=abcdefghijk; Domain=${evil}`,
          `Set-Cookie: ${evil}=abcdefghijk`,
          `Set-Cookie: constructor=abcdefghijkl; Path=${evil}; Max-Age=${evil}; ${evil}=${'y'.repeat(1100)}`,
          `Strict-Transport-Security: max-age=1; ${evil}`,
          `Server: ${evil}`,
        ),
        '/2': `HTTP/1.1 401 ${evil}\r\nWWW-Authenticate: Bearer realm="${evil}"\r\nRefresh: 0;url=/${evil}\r\ncontent-length: 0\r\n\r\n`,
      },
      {
        expect: {
          status: 200,
          cookies: { __proto__: 'x', constructor: { path: '/x', stored: false } },
          redirects: { count: 4, to: { path: '/x', query: { a: 'b' } }, location: '/y' },
        },
      },
    );
    const [json, ...texts] = await reports(replayed);
    expect(json).to.include('constructor');
    for (const text of texts) {
      expect(text.replaceAll('\n', '')).not.to.match(/\p{Cc}/u);
      expect(
        text.split('\n').filter((line) => /^\s*::(?!(?:error|warning) (?:file|title)=)|##\[/.test(line)),
      ).to.deep.equal([]);
    }
  });

  it('end at addresses that new URL throws at, in whatever they stand', async () => {
    for (const address of [
      'https://-\xad/',
      'https://api\xe3\x80\x82example\xe3\x80\x82test./',
      'http://[',
      '//%00',
      'http://a b/',
    ]) {
      origins.received.length = 0;
      const replayed = await played({
        '/1': head(`Location: ${address}`, `Refresh: 0;url=${address}`, `Content-Location: ${address}`),
      });
      const [json] = await reports(replayed);
      expect(json).to.include('"stopped"');
      const page = `<meta http-equiv=refresh content="0;url=${address}">`;
      const passes = await played({
        '/1': `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nRefresh: 1;url=${address}\r\ncontent-length: ${page.length}\r\n\r\n${page}`,
      });
      expect(passes.jobs[0]?.steps[0]?.status).to.equal('passed');
      await reports(passes);
    }
  });

  it('are cut where a connection is reset, an answer never ends, or comes twice', async () => {
    const chain = { '/1': head('Location: /2', 'Set-Cookie: a=abcdefgh1'), '/2': head('Location: /3') };
    const reset = await played({ ...chain, '/3': (socket) => void socket.resetAndDestroy() });
    const half = await played({
      ...chain,
      '/3': (socket) => void socket.end('HTTP/1.1 302 Found\r\nLocation: /4\r\nSet-Coo'),
    });
    const slow = await played({ ...chain, '/2': () => {} }, { timeout: '300ms' });
    const twice = await played({ ...chain, '/2': head('Location: /3') + head('Location: /4') });
    for (const each of [reset, half, slow, twice]) await reports(each);
    const phases = [reset, half, slow].map((each) => hopsOf(each).map(({ status }) => status));
    expect(phases).to.deep.equal([
      [302, 302, 'head'],
      [302, 302, 'head'],
      [302, 'head'],
    ]);
    expect(hopsOf(twice).length).to.be.greaterThan(2);
  });

  it('take no longer than the step may, however many hops there are', async () => {
    const slow = (socket: Socket): void => {
      count += 1;
      const answer = head(`Location: /s${count}`);
      setTimeout(() => socket.write(answer), 100);
    };
    let count = 0;
    const paths = Array.from({ length: 21 }, (_, at) => [`/s${at}`, slow] as const);
    const replayed = await played(Object.fromEntries(paths), { GET: '/s0', timeout: '400ms' });
    const [exchange] = replayed.jobs[0]?.steps[0]?.exchanges ?? [];
    expect(exchange?.hops.at(-1)?.failure?.code).to.equal('TOTAL_TIMEOUT');
    expect(exchange?.hops.length).to.be.lessThan(6);
  });

  it('are cut where the run is interrupted', async () => {
    const stop = new AbortController();
    const replayed = await played(
      { '/1': head('Location: /2'), '/2': head('Location: /3'), '/3': () => stop.abort() },
      {},
      { options: { signal: stop.signal } },
    );
    expect(hopsOf(replayed).map(({ status }) => status)).to.deep.equal([302, 302, 'aborted']);
    await reports(replayed);
    expect([replayed.finished.exitCode, replayed.jobs[0]?.steps[0]?.status]).to.deep.equal([130, 'errored']);
  });

  it('are bounded: a storm, a Location of 200 kB, cookies without number', async () => {
    let count = 0;
    const storm = await played(
      {
        '/s': (socket) => {
          count += 1;
          socket.write(head(`Location: /s?${count}`));
        },
      },
      { GET: '/s' },
    );
    expect(count).to.be.lessThan(30);
    const long = await played({
      '/1': head(`Location: /2?${'a=1&'.repeat(50_000)}`),
      '/2': head(`Location: /3?${'b'.repeat(200_000)}`),
    });
    const lines = Array.from({ length: 12_000 }, (_, at) => `Set-Cookie: c${at}=v`);
    const cookies = await played({ '/1': head('Location: /2', ...lines) });
    for (const each of [storm, long, cookies]) await reports(each);
    const [first, second] = cookies.jobs[0]?.steps[0]?.exchanges[0]?.hops ?? [];
    expect(first?.response?.headers.at(-1)).to.deep.equal(['set-cookie (left out)', '11700 more lines']);
    expect([first?.cookies.set.length, second?.cookies.sent.length]).to.deep.equal([300, 180]);
    const refused = await played({
      '/1': head(
        'Location: /2',
        ...lines.slice(0, 4_000).map((line) => line.replace('=v', '=v; Domain=other.test')),
      ),
      '/2': 'HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n',
    });
    const console_ = (await reports(refused)).at(-1) ?? '';
    expect(console_).to.include('and 280 more cookies');
  });
});
