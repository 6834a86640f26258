/** What an answer makes a run ask inside its own network (SSRF): nothing, unless the environment is there itself. */
import type { LookupFunction } from 'node:net';
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { type Replayed, replay } from '../support/replay.ts';
import { type Stranger, startStranger } from '../support/stranger.ts';

const api = 'https://api.example.test';
/** Of names that no server of a test has; `PORT` is that of the one who listens on loopback. */
const names: Readonly<Record<string, readonly string[]>> = {
  'loop.test': ['127.0.0.1'],
  'loop6.test': ['::1'],
  'ten.test': ['10.1.2.3'],
  'ula.test': ['fd12::1'],
  'cgnat.test': ['100.64.0.9'],
  'link.test': ['169.254.1.1'],
  'mapped.test': ['::ffff:10.0.0.1'],
  'both.test': ['203.0.113.1', '192.168.0.1'],
  'cloud.test': ['10.1.2.3', 'fd00:ec2::254'],
};
/** Where a server leads to, and the code of the refusal. */
const targets: readonly (readonly [url: string, code: string])[] = [
  ['http://127.0.0.1:PORT/', 'LOOPBACK_ADDRESS'],
  ['http://127.1:PORT/', 'LOOPBACK_ADDRESS'],
  ['http://2130706433:PORT/', 'LOOPBACK_ADDRESS'],
  ['http://0x7f000001:PORT/', 'LOOPBACK_ADDRESS'],
  ['http://017700000001:PORT/', 'LOOPBACK_ADDRESS'],
  ['http://0:PORT/', 'LOOPBACK_ADDRESS'],
  ['http://[::]:PORT/', 'LOOPBACK_ADDRESS'],
  ['http://[::1]:PORT/', 'LOOPBACK_ADDRESS'],
  ['http://[::ffff:127.0.0.1]:PORT/', 'LOOPBACK_ADDRESS'],
  ['http://[64:ff9b::7f00:1]:PORT/', 'LOOPBACK_ADDRESS'],
  ['http://localhost:PORT/', 'LOOPBACK_ADDRESS'],
  ['http://LOCALHOST.:PORT/', 'LOOPBACK_ADDRESS'],
  ['http://x.localhost:PORT/', 'LOOPBACK_ADDRESS'],
  ['https://localhost:PORT/', 'LOOPBACK_ADDRESS'],
  ['http://loop.test:PORT/', 'LOOPBACK_ADDRESS'],
  ['http://loop.test.:PORT/', 'LOOPBACK_ADDRESS'],
  ['https://loop.test:PORT/', 'LOOPBACK_ADDRESS'],
  ['http://loop6.test:PORT/', 'LOOPBACK_ADDRESS'],
  ['http://10.1.2.3:PORT/', 'PRIVATE_ADDRESS'],
  ['http://172.16.0.1:PORT/', 'PRIVATE_ADDRESS'],
  ['http://192.168.0.1:PORT/', 'PRIVATE_ADDRESS'],
  ['http://100.64.0.1:PORT/', 'PRIVATE_ADDRESS'],
  ['http://[fc00::1]:PORT/', 'PRIVATE_ADDRESS'],
  ['http://[64:ff9b::a01:203]:PORT/', 'PRIVATE_ADDRESS'],
  ['http://[2002:a01:203::]:PORT/', 'PRIVATE_ADDRESS'],
  ['http://ten.test:PORT/', 'PRIVATE_ADDRESS'],
  ['http://ula.test:PORT/', 'PRIVATE_ADDRESS'],
  ['http://cgnat.test:PORT/', 'PRIVATE_ADDRESS'],
  ['http://mapped.test:PORT/', 'PRIVATE_ADDRESS'],
  ['http://both.test:PORT/', 'PRIVATE_ADDRESS'],
  ['http://link.test:PORT/', 'METADATA_ADDRESS'],
  ['http://cloud.test:PORT/', 'METADATA_ADDRESS'],
];

describe('ways inside', () => {
  let origins: Origins;
  let stranger: Stranger;
  let looked: string[];
  before(async () => {
    origins = await startOrigins();
    stranger = await startStranger(origins);
    await origins.serve(api, ({ url }, response) => {
      const to = decodeURIComponent(url.slice(url.indexOf('?') + 1));
      if (url.startsWith('/to')) response.writeHead(302, { location: to }).end();
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ next: to }));
    });
  });
  after(async () => {
    await stranger.close();
    await origins.close();
  });
  beforeEach(() => {
    stranger.connections = 0;
    looked = [];
  });

  const lookup: LookupFunction = (host, { all }, callback) => {
    looked.push(host);
    const found = (names[host.replace(/\.$/, '')] ?? []).map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));
    const error = found.length > 0 ? null : Object.assign(new Error('no name'), { code: 'ENOTFOUND' });
    if (all) callback(error, found);
    else callback(error, found[0]?.address ?? '', found[0]?.family);
  };
  const play = (
    scenarios: readonly (readonly JsonMap[])[],
    more: Partial<Parameters<typeof replay>[0]> = {},
  ): Promise<Replayed> =>
    replay({
      origins,
      lookup,
      // The servers of a test are on loopback; the environment is said to be elsewhere.
      transport: { home: new Set(['https://192.0.2.1']) },
      project: { environments: { staging: { protected: false, origins: { api } } } },
      scenarios: Object.fromEntries(scenarios.map((steps, index) => [`s${index}.yml`, { steps }])),
      ...more,
    });
  const at = (url: string): string => url.replace('PORT', String(stranger.port));
  const to = (url: string): JsonMap => ({ GET: `/to?${encodeURIComponent(at(url))}` });
  const captured = (url: string): JsonMap[] => [
    { GET: `/say?${encodeURIComponent(at(url))}`, capture: { next: { json: '$.next' } } },
    { GET: '${next}' },
  ];
  const failures = ({ jobs }: Replayed) =>
    jobs.map(({ steps }) => {
      const hop = steps
        .at(-1)
        ?.exchanges.find(({ role }) => role === 'resource')
        ?.hops.at(-1);
      return hop?.failure?.code ?? hop?.response?.status ?? null;
    });

  it('are opened by no redirect', async () => {
    const replayed = await play(targets.map(([url]) => [to(url)]));
    expect([failures(replayed), stranger.connections]).to.deep.equal([targets.map(([, code]) => code), 0]);
  });

  it('are opened by no captured address', async () => {
    const replayed = await play(targets.map(([url]) => captured(url)));
    expect([failures(replayed), stranger.connections]).to.deep.equal([targets.map(([, code]) => code), 0]);
  });

  it('are told with who named them, the address, and what to declare', async () => {
    const told = async (steps: readonly JsonMap[]) => {
      const { jobs, finished } = await play([steps]);
      const [finding] = jobs[0]?.steps.at(-1)?.findings ?? [];
      return [
        finished.exitCode,
        finding?.cause,
        finding?.summary,
        finding?.fix,
        finding?.evidence.slice(0, 1),
      ];
    };
    expect(await told([to('http://ten.test:81/x')])).to.deep.equal([
      3,
      'redirect-unexpected',
      'ten.test resolves to 10.1.2.3, an address of a private network, in which the environment has no origin: nothing was sent there (PRIVATE_ADDRESS).',
      `Find out who can write the Location that ${api}/to?http%3A%2F%2Ften.test%3A81%2Fx answers: such a redirect makes callers ask inside their own network. If it is meant, name http://ten.test:81 under environments.staging.origins.`,
      [{ hop: 1, field: 'redirect', seen: '302 to http://ten.test:81/x' }],
    ]);
    expect(await told(captured('http://10.1.2.3:81/x'))).to.deep.equal([
      3,
      'endpoint-wrong',
      '10.1.2.3 is an address of a private network, in which the environment has no origin: nothing was sent there (PRIVATE_ADDRESS).',
      'The address came from an earlier answer: find out who can write it there, for such an answer makes callers ask inside their own network. If it is meant, name http://10.1.2.3:81 under environments.staging.origins.',
      [{ hop: 1, field: 'request', seen: 'GET http://10.1.2.3:81/x' }],
    ]);
  });

  it('are open to an environment that is there', async () => {
    const home = new Set(['http://loop.test:1']);
    const steps = [
      to('http://127.0.0.1:PORT/a'),
      to('http://loop.test:PORT/b'),
      to('http://ten.test:PORT/c'),
    ];
    const replayed = await play(
      steps.map((step) => [step]),
      { transport: { home } },
    );
    expect([failures(replayed), stranger.connections]).to.deep.equal([[404, 404, 'PRIVATE_ADDRESS'], 2]);
  });

  it('are open to what the project names: an origin, a step, connect_to', async () => {
    const inner = at('http://loop.test:PORT');
    const mapped = new Map([...origins.transport.connectTo, ['mapped.test:80', at('127.0.0.1:PORT')]]);
    const replayed = await play(
      [
        [to('http://loop.test:PORT/a')],
        [{ GET: at('http://127.0.0.1:PORT/b') }],
        [to('http://mapped.test/c')],
      ],
      {
        project: { environments: { staging: { protected: false, origins: { api, inner } } } },
        transport: { home: new Set(['https://192.0.2.1']), connectTo: mapped },
      },
    );
    expect(failures(replayed)).to.deep.equal([404, 404, 404]);
  });

  it('stay shut when a name says another address the second time', async () => {
    const answers = ['203.0.113.7', '127.0.0.1', '127.0.0.1', '127.0.0.1'];
    const turning: LookupFunction = (host, { all }, callback) => {
      looked.push(host);
      const address = answers.shift() ?? '127.0.0.1';
      if (all) callback(null, [{ address, family: 4 }]);
      else callback(null, address, 4);
    };
    const timeouts = { timeout: '300ms' };
    const replayed = await play([[{ ...to('http://turning.test:PORT/'), ...timeouts }]], { lookup: turning });
    // It goes to the address that was looked at, where nobody is.
    expect(failures(replayed)).to.not.deep.equal([404]);
    expect([stranger.connections, looked.length]).to.deep.equal([0, 1]);
  });

  it('are closed to names of the project whose addresses are link-local, and to connections that others opened', async () => {
    const own = at('http://link.test:PORT');
    const replayed = await play(
      [
        [{ GET: `${own}/a` }],
        [{ GET: at('http://127.0.0.1:PORT/b'), expect: { status: 404 } }, to('http://127.0.0.1:PORT/c')],
      ],
      {
        project: { environments: { staging: { protected: false, origins: { api, own } } } },
      },
    );
    expect([failures(replayed), stranger.connections]).to.deep.equal([
      ['METADATA_ADDRESS', 'LOOPBACK_ADDRESS'],
      1,
    ]);
  });
});
