import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import type { Hop, JobResult, JsonMap, RunEvent, Summary } from '../../src/model.ts';
import { createReporter, createReporters } from '../../src/report/reporter.ts';
import { createRedactor } from '../../src/secret.ts';
import { type Chaos, createChaos, type Mood } from '../support/chaos.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { type Replayed, replay } from '../support/replay.ts';
import { projectWith, secrets } from '../support/trial.ts';

const api = 'http://api.example.test';
const login = 'http://login.example.test';
/** Of a request that is never answered. */
const limit = '200ms';

/** `WHY401_LOAD=10000` for the large one. */
const many = Number(process.env['WHY401_LOAD'] ?? 400);
const concurrency = 200;
/** Credentials with a token each; the endpoint refuses every fifth for good. */
const machines = 20;

const names = Array.from({ length: machines }, (_, index) => `m${index}`);
const refusedFor = (url: string): boolean => Number(/\d+$/.exec(url)?.[0]) % 5 === 0;

const project: JsonMap = {
  ...projectWith({
    origins: { api: api },
    issuers: Object.fromEntries(
      names.map((name) => [
        name,
        { issuer: login, discovery: 'none', metadata: { token_endpoint: `${login}/token/${name}` } },
      ]),
    ),
    clients: Object.fromEntries(
      names.map((name) => [name, { client_id: name, client_secret: '${secret.CLIENT}', issuer: name }]),
    ),
  }),
  credentials: {
    reader: { type: 'bearer', token: '${secret.TOKEN}' },
    ...Object.fromEntries(
      names.map((name) => [name, { type: 'oauth2', grant_type: 'client_credentials', client: name }]),
    ),
  },
};

function scenarioAt(index: number): JsonMap {
  const machine = index % 4 === 0 ? `m${(index / 4) % machines}` : 'reader';
  const step = { timeout: '30s', expect: { status: 200 } };
  if (index % 15 === 1)
    return {
      credential: 'reader',
      steps: [{ ...step, name: 'wait', GET: `/stall/${index}`, timeout: limit }],
    };
  return {
    credential: machine,
    steps: [
      { ...step, name: 'read', GET: `/read/${index}` },
      { ...step, name: 'write', POST: `/write/${index}`, body: { json: { index } } },
    ],
  };
}

interface Played {
  readonly replayed: Replayed;
  readonly written: ReadonlyMap<string, string>;
  readonly left: readonly string[];
  readonly listeners: number;
}

describe(`${many} jobs at --jobs ${concurrency} against servers that fail at random`, function () {
  this.timeout(3_600_000);
  let origins: Origins;
  let apiServer: Chaos;
  let tokens: Chaos;
  let played: Played;

  before(async () => {
    origins = await startOrigins();
    apiServer = createChaos(
      7,
      () => '{"orders":[]}',
      (url): Mood | null => (url.startsWith('/stall') ? 'stalls' : null),
    );
    tokens = createChaos(
      11,
      (url) => JSON.stringify({ access_token: `token-of-${url}`, token_type: 'Bearer', expires_in: 3600 }),
      (url): Mood | null => (refusedFor(url) ? 'refuses' : null),
    );
    await origins.accept(api, apiServer.accept);
    await origins.accept(login, tokens.accept);
    played = await play(origins);
  });
  after(async () => {
    apiServer.close();
    tokens.close();
    await origins.close();
  });

  it('has one result for each job', () => {
    const { jobs, finished } = played.replayed;
    expect(jobs.map(({ index }) => index)).to.deep.equal(Array.from({ length: many }, (_, index) => index));
    expect(finished.summary).to.deep.equal(summaryOf(jobs));
    expect(finished.summary.passed, 'some pass').to.be.greaterThan(0);
    expect(finished.summary.failed * finished.summary.errored, 'some do not').to.be.greaterThan(0);
    expect([...apiServer.moods.keys()], 'all moods').to.have.length(9);
  });

  it('says the same in each report', () => {
    const { jobs, finished } = played.replayed;
    const report = JSON.parse(played.written.get('json') ?? '') as Reported;
    expect(report.summary).to.deep.equal(finished.summary);
    expect(
      report.scenarios.map(({ file, steps }) => [file, ...steps.map(({ status }) => status)]),
    ).to.deep.equal(jobs.map(({ file, steps }) => [file, ...steps.map(({ status }) => status)]));
    const lines = (played.written.get('jsonl') ?? '')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const indices = lines.flatMap(({ type, index }) => (type === 'result' ? [index ?? -1] : []));
    expect(indices.sort((a, b) => a - b)).to.deep.equal(jobs.map(({ index }) => index));
    expect(lines.filter(({ type }) => type === 'step')).to.have.length(ranSteps(jobs));
    const junit = played.written.get('junit') ?? '';
    expect({
      cases: count(junit, /<testcase /g),
      failed: count(junit, /<failure /g),
      errored: count(junit, /<error /g),
      skipped: count(junit, /<skipped /g),
    }).to.deep.equal({
      cases: jobs.flatMap(({ steps }) => steps).length,
      failed: finished.summary.failed,
      errored: finished.summary.errored,
      skipped: finished.summary.skipped,
    });
  });

  it('reports what the servers saw, and repeats nothing that changes something', () => {
    const hops = hopsOf(played.replayed.jobs);
    // A try that an idle connection took with it has no hop of its own, and may have been read.
    const recorded = tally(
      hops.flatMap(({ request, lost = [] }) =>
        [null, ...lost].map(() => `${request.method} ${new URL(request.url).pathname}`),
      ),
    );
    const answered = tally(
      hops.flatMap(({ request, response }) =>
        response ? [`${request.method} ${new URL(request.url).pathname}`] : [],
      ),
    );
    const seen = new Map([...apiServer.requests, ...tokens.requests]);
    const unreported = [...seen].filter(([key, times]) => times > (recorded.get(key) ?? 0));
    const invented = [...answered].filter(([key, times]) => times > (seen.get(key) ?? 0));
    // After a 401 a renewed token is tried, once.
    const renewed = tally(
      hops.flatMap(({ request, response }) =>
        response?.status === 401 ? [`${request.method} ${new URL(request.url).pathname}`] : [],
      ),
    );
    const twice = [...seen].filter(
      ([key, times]) => key.startsWith('POST /write') && times > 1 + Math.min(1, renewed.get(key) ?? 0),
    );
    expect({ unreported, invented, twice }).to.deep.equal({ unreported: [], invented: [], twice: [] });
  });

  it('asks once for a token that is refused, and once for a token that is given', () => {
    const refused = [...tokens.requests].filter(([key]) => refusedFor(key));
    expect(refused.map(([, times]) => times)).to.deep.equal(refused.map(() => 1));
    const given = tally(
      hopsOf(played.replayed.jobs).flatMap(({ request, response, failure }) =>
        request.url.includes('/token/') && response?.status === 200 && !failure ? [request.url] : [],
      ),
    );
    const refusals = tally(
      played.replayed.jobs.flatMap(({ steps }) =>
        steps.flatMap(({ credential, exchanges }) =>
          exchanges.flatMap(({ role, hops }) =>
            role === 'resource' && hops.at(-1)?.response?.status === 401
              ? [`${login}/token/${credential}`]
              : [],
          ),
        ),
      ),
    );
    // Another one for one that the API refused.
    expect([...given].filter(([url, times]) => times > 1 + (refusals.get(url) ?? 0))).to.deep.equal([]);
    expect(given.size).to.be.greaterThan(0);
  });

  it('leaves nothing open, and no more at a time than it may', () => {
    expect({ left: played.left, listeners: played.listeners }).to.deep.equal({ left: [], listeners: 0 });
    expect(apiServer.most()).to.be.at.most(concurrency);
    expect(tokens.most()).to.be.at.most(machines);
  });
});

async function play(origins: Origins): Promise<Played> {
  const redactor = createRedactor();
  for (const [name, value] of Object.entries(secrets)) redactor.learn(name, value);
  const written = new Map<string, string[]>();
  const reporters = createReporters(
    await Promise.all(
      ['json', 'jsonl', 'junit', 'console'].map((name) => {
        const pieces: string[] = [];
        written.set(name, pieces);
        const sink = {
          isTTY: false,
          color: false,
          width: 100,
          write: (text: string) => void pieces.push(text),
        };
        return createReporter({ name, sink, redactor, options: { verbose: false, formatProblem: () => '' } });
      }),
    ),
  );
  const { signal } = new AbortController();
  const events: RunEvent[] = [];
  const before = process.getActiveResourcesInfo();
  const replayed = await replay({
    origins,
    project,
    secrets,
    scenarios: Object.fromEntries(
      Array.from({ length: many }, (_, index) => [
        `s${String(index).padStart(6, '0')}.yml`,
        scenarioAt(index),
      ]),
    ),
    options: {
      concurrency,
      signal,
      emit(event) {
        events.push(event);
        reporters.event(event);
      },
    },
  });
  await reporters.end();
  const left = await remaining(before);
  const jobs = events.flatMap((event) => (event.type === 'job-finished' ? [event.job] : []));
  expect(reporters.crashes).to.deep.equal([]);
  return {
    replayed: { ...replayed, events, jobs: jobs.sort((a, b) => a.index - b.index) },
    written: new Map([...written].map(([name, pieces]) => [name, pieces.join('')])),
    left,
    listeners: getEventListeners(signal, 'abort').length,
  };
}

/** What keeps the process alive and did not before: sockets are closed in a later turn of the loop. */
async function remaining(before: readonly string[]): Promise<string[]> {
  let left: string[] = [];
  for (let turn = 0; turn < 10_000; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    left = surplus(process.getActiveResourcesInfo(), before).filter((name) => name !== 'Immediate');
    if (left.length === 0) return [];
  }
  return left;
}

function surplus(now: readonly string[], before: readonly string[]): string[] {
  const known = tally(before);
  return [...tally(now)].flatMap(([name, times]) =>
    Array.from({ length: Math.max(0, times - (known.get(name) ?? 0)) }, () => name),
  );
}

interface Reported {
  readonly summary: Summary;
  readonly scenarios: readonly {
    readonly file: string;
    readonly steps: readonly { readonly status: string }[];
  }[];
}
interface Line {
  readonly type: string;
  readonly index?: number;
}

function hopsOf(jobs: readonly JobResult[]): Hop[] {
  return jobs.flatMap(({ steps }) => steps.flatMap(({ exchanges }) => exchanges.flatMap(({ hops }) => hops)));
}

function summaryOf(jobs: readonly JobResult[]): Summary {
  const steps = jobs.flatMap((job) => job.steps);
  const of = (wanted: string): number => steps.filter(({ status }) => status === wanted).length;
  const warnings = steps.flatMap(({ findings }) => findings).filter(({ severity }) => severity === 'warning');
  return {
    passed: of('passed'),
    failed: of('failed'),
    errored: of('errored'),
    skipped: of('skipped'),
    warnings: warnings.length,
  };
}

function ranSteps(jobs: readonly JobResult[]): number {
  return jobs.flatMap(({ steps }) => steps).filter(({ status }) => status !== 'skipped').length;
}

function tally(list: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const each of list) counts.set(each, (counts.get(each) ?? 0) + 1);
  return counts;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
