import { getEventListeners } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openSpool } from '../../src/cli/spool.ts';
import type { Exchange, JobResult, JsonMap, RunFinished, StepStatus, Summary } from '../../src/model.ts';
import { createReporter, createReporters, type NamedReporter } from '../../src/report/reporter.ts';
import { createRedactor, type Redactor } from '../../src/secret.ts';
import { type Chaos, createChaos, type Mood } from '../support/chaos.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { replay, systemRandom } from '../support/replay.ts';
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
  const step = { timeout: '10m', expect: { status: 200 } };
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
  readonly finished: RunFinished;
  readonly jobs: readonly Told[];
  readonly written: ReadonlyMap<string, string>;
  readonly left: readonly string[];
  readonly listeners: number;
}

/** What the test keeps of a job: results are large. */
interface Told {
  readonly index: number;
  readonly file: string;
  readonly steps: readonly StepStatus[];
  readonly warnings: number;
  readonly hops: readonly Sent[];
}
interface Sent {
  /** `METHOD /path`. */
  readonly key: string;
  /** Tries before it that an idle connection took with it. */
  readonly lost: number;
  readonly status: number | null;
  /** Null: there was a whole answer. */
  readonly failure: string | null;
  readonly role: Exchange['role'];
  /** The step was refused before. */
  readonly again: boolean;
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

  it('has one result for each job, and most are good', () => {
    const { jobs, finished } = played;
    expect(jobs.map(({ index }) => index)).to.deep.equal(Array.from({ length: many }, (_, index) => index));
    expect(finished.summary).to.deep.equal(summaryOf(jobs));
    expect(finished.summary.passed).to.be.greaterThan(many);
    expect(finished.summary.failed * finished.summary.errored, 'some are not').to.be.greaterThan(0);
    expect([...apiServer.moods.keys()], 'all moods').to.have.length(9);
  });

  it('says the same in each report', () => {
    const { jobs, finished } = played;
    const report = JSON.parse(played.written.get('json') ?? '') as Reported;
    expect(report.summary).to.deep.equal(finished.summary);
    expect(
      report.scenarios.map(({ file, steps }) => [file, ...steps.map(({ status }) => status)]),
    ).to.deep.equal(jobs.map(({ file, steps }) => [file, ...steps]));
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
    const hops = played.jobs.flatMap((job) => job.hops);
    // A try that an idle connection took with it has no hop of its own, and may have been read.
    const recorded = tally(hops.flatMap(({ key, lost }) => Array.from({ length: 1 + lost }, () => key)));
    const answered = tally(hops.filter(({ status }) => status !== null).map(({ key }) => key));
    // Experiments may send it, here; a step does once, and once more with a new token where it was refused.
    const written = tally(
      hops
        .filter(({ key, role }) => key.startsWith('POST /write') && role === 'resource')
        .map(({ key, again }) => `${key}${again ? ' again' : ''}`),
    );
    const seen = [...apiServer.requests, ...tokens.requests];
    const requests = new Map(seen);
    const unreported = seen.filter(([key, times]) => times > (recorded.get(key) ?? 0));
    const invented = [...answered].filter(([key, times]) => times > (requests.get(key) ?? 0));
    const twice = [...written].filter(([, times]) => times > 1);
    expect({ unreported, invented, twice }).to.deep.equal({ unreported: [], invented: [], twice: [] });
  });

  it('asks once for a token that is refused, and once for a token that is given', () => {
    const refused = [...tokens.requests].filter(([key]) => refusedFor(key));
    expect(refused.map(([, times]) => times)).to.deep.equal(refused.map(() => 1));
    const asked = played.jobs.flatMap(({ hops }) => hops).filter(({ key }) => key.includes('/token/'));
    const isGiven = ({ status, failure }: Sent): boolean => status === 200 && failure === null;
    // One that the API refused is replaced by the step that was refused; an experiment asks for one of its own.
    const plain = tally(
      asked.filter((each) => isGiven(each) && each.role === 'token' && !each.again).map(({ key }) => key),
    );
    // Where there was none to replace it, the next step asks.
    const unreplaced = tally(asked.filter((each) => !isGiven(each) && each.again).map(({ key }) => key));
    const twice = [...plain].filter(([key, times]) => times > 1 + (unreplaced.get(key) ?? 0));
    expect(twice).to.deep.equal([]);
    expect(plain.size).to.be.greaterThan(0);
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
  const folder = mkdtempSync(join(tmpdir(), 'why401-load-'));
  const names = ['json', 'jsonl', 'junit', 'console'];
  const files = names.map((name) => openSync(join(folder, name), 'w'));
  const reporters = createReporters(
    await Promise.all(names.map((name, at) => reporterTo(name, files[at] ?? 0, redactor))),
  );
  const { signal } = new AbortController();
  const jobs: Told[] = [];
  const before = process.getActiveResourcesInfo();
  const watch = createWatch();
  const { finished } = await replay({
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
        reporters.event(event);
        if (event.type !== 'job-finished') return;
        jobs.push(toldOf(event.job));
        watch.ended(jobs.length);
      },
    },
  });
  await reporters.end();
  for (const file of files) closeSync(file);
  const written = new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  rmSync(folder, { recursive: true });
  const left = await remaining(before);
  expect(reporters.crashes).to.deep.equal([]);
  watch.over(finished, jobs, before);
  return {
    finished,
    jobs: jobs.sort((a, b) => a.index - b.index),
    written,
    left,
    listeners: getEventListeners(signal, 'abort').length,
  };
}

function reporterTo(name: string, file: number, redactor: Redactor): Promise<NamedReporter> {
  const sink = {
    isTTY: false,
    color: false,
    width: 100,
    write: (text: string) => void writeSync(file, text),
  };
  return createReporter({
    name,
    sink,
    redactor,
    options: { verbose: false, formatProblem: () => '' },
    openSpool: () => openSpool(systemRandom),
  });
}

/** Of the large run: figures to report. */
function createWatch() {
  const started = performance.now();
  const large = process.env['WHY401_LOAD'] !== undefined;
  const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MB`;
  const say = (text: string): void => {
    if (large) process.stdout.write(`    ${((performance.now() - started) / 1000).toFixed(0)} s: ${text}\n`);
  };
  return {
    ended(count: number): void {
      if (!large || ![1000, 5000, many].includes(count)) return;
      (globalThis as { gc?: () => void }).gc?.();
      const { heapUsed, rss } = process.memoryUsage();
      say(`${count} jobs, heap ${megabytes(heapUsed)}, resident ${megabytes(rss)}`);
    },
    over({ summary }: RunFinished, jobs: readonly Told[], before: readonly string[]): void {
      const failures = jobs.flatMap(({ hops }) =>
        hops.flatMap(({ key, failure }) => (failure ? [`${key.split('/')[1]} ${failure}`] : [])),
      );
      say(JSON.stringify(Object.fromEntries(tally(failures))));
      say(`${JSON.stringify(summary)}, peak ${megabytes(process.resourceUsage().maxRSS * 1024)}`);
      const handles = (list: readonly string[]): string => JSON.stringify(Object.fromEntries(tally(list)));
      say(`handles ${handles(before)} before, ${handles(process.getActiveResourcesInfo())} after`);
    },
  };
}

function toldOf({ index, file, steps }: JobResult): Told {
  return {
    index,
    file,
    steps: steps.map(({ status }) => status),
    warnings: steps.flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'warning'))
      .length,
    hops: steps.flatMap(({ exchanges }) => sentIn(exchanges)),
  };
}

function sentIn(exchanges: readonly Exchange[]): Sent[] {
  let again = false;
  return exchanges.flatMap(({ role, hops }) =>
    hops.map(({ request, response, failure, lost = [] }) => {
      const sent = {
        key: `${request.method} ${new URL(request.url).pathname}`,
        lost: lost.length,
        status: response?.status ?? null,
        failure: failure && `${failure.phase} ${failure.code}`,
        role,
        again,
      };
      if (role === 'resource' && response?.status === 401) again = true;
      return sent;
    }),
  );
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

function summaryOf(jobs: readonly Told[]): Summary {
  const of = (wanted: StepStatus): number =>
    jobs.flatMap(({ steps }) => steps).filter((status) => status === wanted).length;
  return {
    passed: of('passed'),
    failed: of('failed'),
    errored: of('errored'),
    skipped: of('skipped'),
    warnings: jobs.reduce((sum, { warnings }) => sum + warnings, 0),
  };
}

function ranSteps(jobs: readonly Told[]): number {
  return jobs.flatMap(({ steps }) => steps).filter((status) => status !== 'skipped').length;
}

function tally(list: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const each of list) counts.set(each, (counts.get(each) ?? 0) + 1);
  return counts;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
