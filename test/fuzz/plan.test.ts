/** Project and scenario files that are nearly right: a plan, or problems with their places, and never anything else. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { readBaseline } from '../../src/cli/baseline.ts';
import { planProject } from '../../src/cli/project.ts';
import { readResults } from '../../src/cli/result-file.ts';
import type { World } from '../../src/cli/world.ts';
import { createSecrets } from '../../src/load/secrets.ts';
import { Problem, ProblemError } from '../../src/problem.ts';
import { systemClock } from '../support/origins.ts';
import { systemRandom } from '../support/replay.ts';
import { mutated, numRuns, seed } from './mutated.ts';

const project = {
  environments: {
    staging: {
      protected: false,
      extends: 'base',
      origins: { api: 'https://api.staging.example.test', app: '${env.APP:-https://app.example.test}' },
      issuers: {
        main: {
          issuer: 'https://login.example.test',
          discovery: 'none',
          metadata: { token_endpoint: 'https://login.example.test/t' },
        },
      },
      clients: {
        web: {
          client_id: 'web',
          client_secret: '${secret.WEB}',
          token_endpoint_auth_method: 'client_secret_post',
          redirect_uris: ['https://app.example.test/cb'],
        },
      },
      connect_to: { 'api.staging.example.test:443': '127.0.0.1:8443' },
      variables: { locale: 'de', n: 7 },
      headers: { 'x-a': '${locale}' },
      http2: false,
      experiments: { allow: ['A0'], budget: 5 },
      echo: 'api:/echo',
    },
    base: { default: false, origins: { api: 'https://api.example.test' }, tls: { insecure: true } },
  },
  credentials: {
    reader: { type: 'oauth2', grant_type: 'client_credentials', client: 'web', scope: 'a b' },
    token: { type: 'bearer', token: '${secret.TOKEN}' },
    sara: {
      type: 'session',
      login: [
        { GET: 'app:/login' },
        { submit: { form: 'form#l', fields: { user: 's', password: '${secret.PW}' }, button: 'Go' } },
      ],
    },
    key: { type: 'api_key', in: 'header', name: 'X-Key', value: '${secret.KEY}' },
    mac: {
      type: 'hmac',
      key: '${secret.KEY}',
      algorithm: 'sha256',
      over: '${method} ${path}',
      headers: { s: '${signature}' },
    },
  },
  compare: { differs: [{ what: 'issuer.*', reason: 'y' }] },
};
const scenario = {
  name: 'orders',
  tags: ['smoke'],
  credential: 'reader',
  variables: { id: 7 },
  steps: [
    {
      POST: 'api:/orders/${id}',
      writes: true,
      query: { a: ['1', 2] },
      headers: { accept: 'a/b' },
      body: { json: { a: [1, '${id}'] } },
      expect: {
        status: [200, '2xx'],
        headers: { 'content-type': { contains: 'json' } },
        json: { '$.a[0]': { gt: 1 } },
        in: { staging: { status: 201 } },
      },
      capture: { order: { json: '$.id' } },
      redirect: { max: 3, as: 'curl' },
      timeout: '5s',
      retry: 1,
      only: ['staging'],
    },
    {
      GET: '/o/${order}',
      credential: ['token', 'key'],
      body: { file: 'a.json' },
    },
    { token: 'reader', expect: { token: { scope: 'a b' } } },
    { wait: '1s' },
    { authorize: { client: 'web', redirect_uri: 'all' } },
  ],
};

type Path = readonly (string | number)[];

function paths(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const below = Object.entries(value).flatMap(([key, member]) => paths(member, [...at, key]));
  return at.length === 0 ? below : [at, ...below];
}

const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, false, 0, -1, 1.5, 1e308, 2 ** 53, '', ' ', '${', '${x}', '${secret.NO}', '${id}'],
    ...[
      'none',
      '__proto__',
      'GET',
      '/',
      '//',
      '../..',
      'https://a/',
      'http://u:p@a/',
      '9'.repeat(400),
      `${'9'.repeat(400)}s`,
    ],
    ...[
      '\r\n',
      '\0',
      '😀',
      '\ud800',
      '$.',
      '$..[?(',
      '(a',
      '(?=a)',
      'staging',
      'base',
      'api:',
      'nope:/x',
      '/dev/zero',
    ],
    ...[
      [],
      [[]],
      [null],
      {},
      { a: 1 },
      { in: {} },
      { in: { staging: null } },
      { file: '..' },
      { name: 1 },
      { $ref: '#/x' },
    ],
    ...[
      JSON.parse('{"__proto__": {"polluted": 1}}'),
      { constructor: 1, toString: '${toString}' },
      ['${id}', {}],
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
);

/** Some places of the file hold something else, or are called otherwise, or are gone. */
function changed(file: object): fc.Arbitrary<string> {
  const change = fc.tuple(fc.constantFrom(...paths(file)), fc.nat(4), odd);
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const copy = structuredClone(file);
    for (const [path, what, value] of changes) {
      const holder = path
        .slice(0, -1)
        .reduce<unknown>((into, key) => (into as Record<string, unknown> | null)?.[key], copy);
      const key = String(path.at(-1));
      if (typeof holder !== 'object' || holder === null) continue;
      const map = holder as Record<string, unknown>;
      if (what === 0) delete map[key];
      else if (what === 1) map[typeof value === 'string' ? value : JSON.stringify(value)] = map[key];
      else map[key] = value;
    }
    return JSON.stringify(copy);
  });
}

describe('project and scenario files', () => {
  let folder = '';
  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'why401-')));
  });
  after(() => rmSync(folder, { recursive: true }));

  const [rightProject, rightScenario] = [JSON.stringify(project), JSON.stringify(scenario)];
  const env = { WEB: 'web-secret', TOKEN: 'a-token', PW: 'a-password', KEY: 'a-key-of-some-length' };
  async function planned(
    projectText: string,
    scenarioText: string,
    offline: boolean,
  ): Promise<number | null> {
    writeFileSync(join(folder, 'why401.yml'), projectText);
    writeFileSync(join(folder, 'a.yml'), scenarioText);
    writeFileSync(join(folder, 'a.json'), '{}');
    const world = { env, cwd: folder, clock: systemClock, random: systemRandom } as unknown as World;
    try {
      const { plan } = await planProject([], {}, world, offline);
      return plan.jobs.length;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      for (const { message, source } of error.problems) {
        expect(message).to.be.a('string').that.is.not.empty;
        if (source) expect(source.line >= 1 && source.column >= 1).to.equal(true);
      }
      expect(error.problems).to.be.an('array').that.is.not.empty;
      return null;
    } finally {
      expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    }
  }

  it('are right as they stand, so that the changes are what is judged', async () => {
    expect(await planned(rightProject, rightScenario, false)).to.equal(1);
  });

  const rows: readonly (readonly [string, fc.Arbitrary<readonly [string, string]>])[] = [
    ['a project with odd values', changed(project).map((text) => [text, rightScenario])],
    ['a scenario with odd values', changed(scenario).map((text) => [rightProject, text])],
    ['a project with odd text', mutated([rightProject]).map((text) => [text, rightScenario])],
    ['a scenario with odd text', mutated([rightScenario]).map((text) => [rightProject, text])],
  ];
  for (const [name, files] of rows) {
    it(`${name}: a plan or problems`, async () => {
      await fc.assert(
        fc.asyncProperty(files, fc.boolean(), async ([projectText, scenarioText], offline) => {
          await planned(projectText, scenarioText, offline);
        }),
        { seed, numRuns: numRuns(12) },
      );
    });
  }

  it('a dotenv file: values or a problem', () => {
    const texts = ['A=b\nB="c d"\n# x\nexport C=\'e\'\nD=`f\ng`\n', 'A\n=\nA=', 'A="\\n"\r\n'];
    const path = join(folder, '.env');
    fc.assert(
      fc.property(mutated(texts), (text) => {
        writeFileSync(path, text);
        const secrets = createSecrets({ env: { B: '' }, dotenv: path });
        for (const name of ['A', 'B', '__proto__', 'constructor', text])
          expect(['string', 'undefined']).to.include(typeof secrets.lookup(name));
      }),
      { seed, numRuns: numRuns(40) },
    );
  });

  it('a baseline: observations or problems', () => {
    const observations = [{ kind: 'status', of: 'a', value: 200, seen: 'x' }];
    const head = { schema: 'why401.report/1', started: '2026-03-01T00:00:00.000Z' };
    const report = { ...head, observed: [{ environment: 'staging', observations }] };
    const lines = `${JSON.stringify({ type: 'run', ...head })}\n${JSON.stringify({ type: 'end', observed: report.observed })}\n`;
    fc.assert(
      fc.property(fc.oneof(changed(report), mutated([JSON.stringify(report), lines])), (text) => {
        writeFileSync(join(folder, 'past.json'), text);
        const { past, problems } = readBaseline('past.json', folder, ['staging']);
        expect(past.length > 0).to.equal(problems.length === 0);
      }),
      { seed, numRuns: numRuns(40) },
    );
  });

  it('a report that is shown again: its lines or a problem', async () => {
    const tool = { name: 'why401', version: '0.1.0' };
    const began = { schema: 'why401.report/1', tool, started: '2026-03-01T00:00:00.000Z' };
    const run = { type: 'run', ...began, environments: ['staging'], insecure: [], jobs: 1 };
    const job = { type: 'job', index: 0, file: 'a.yml', name: 'a', environment: 'staging' };
    const summary = { passed: 0, failed: 0, errored: 0, skipped: 0, warnings: 0 };
    const rest = {
      command: 'run',
      exit_code: 0,
      comparison: [],
      duration_ms: 1,
      summary,
      problems: [],
      findings: [],
    };
    const end = { type: 'end', ...rest };
    const document = { ...began, environments: ['staging'], insecure: [], scenarios: [], ...rest };
    const lines = [run, job, end].map((line) => `${JSON.stringify(line)}\n`).join('');
    const read = async (text: string): Promise<{ lines: number; end: number | Problem }> => {
      writeFileSync(join(folder, 'run.json'), text);
      const results = readResults('run.json', folder);
      for (let found = 0; ; found += 1) {
        const next = await results.next();
        if (next.done) return { lines: found, end: next.value };
        expect(next.value.at).to.be.within(1, text.split('\n').length);
      }
    };
    for (const [text, count] of [
      [lines, 3],
      [JSON.stringify(document), 2],
    ] as const)
      expect((await read(text)).lines, text).to.equal(count);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(changed(document), mutated([JSON.stringify(document), lines])),
        async (text) => {
          const { end: last } = await read(text);
          if (last instanceof Problem) expect(last.message).to.be.a('string').that.is.not.empty;
          else expect(last).to.be.within(1, text.split('\n').length);
          expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
        },
      ),
      { seed, numRuns: numRuns(40) },
    );
  });
});
