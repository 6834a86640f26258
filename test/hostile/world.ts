/** All hostile cases in one run beside healthy jobs, and what came of each. */
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { JobResult, JsonMap, StepResult } from '../../src/model.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { type Replay, type Replayed, replay } from '../support/replay.ts';
import { answer, bytes, type Case, json, play } from './script.ts';

export const secret = 'a-secret-token-of-the-reader';
/** For what does not end by its time limit: nothing here is about speed. */
const patient = '30s';
const shared = 'http://api.example.test';

export interface World {
  readonly replayed: Replayed;
  /** By name of the case; those of healthy jobs begin with `healthy`. */
  readonly ended: ReadonlyMap<string, string>;
  /** Of the step after each case that passed, which went to the same server. */
  readonly after: ReadonlyMap<string, string>;
  /** Bytes by which the memory of the process grew at most, servers included. */
  readonly grown: number;
  readonly milliseconds: number;
}

/** Between so many cases stands a healthy job. */
export const every = 5;

/** Plays all cases at once. `given` goes to the run. */
export async function playAll(cases: readonly Case[], given: Partial<Replay> = {}): Promise<World> {
  const origins = await startOrigins();
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  try {
    const own = await openOwn(cases, origins, servers, sockets);
    const byPath = new Map(cases.map((each, index) => [`/case/${index}`, each]));
    await origins.accept(shared, (socket) => serve(socket, byPath));
    const scenarios: Record<string, JsonMap> = {};
    for (const [index, each] of cases.entries()) {
      const origin = own.get(index) ?? shared;
      scenarios[`${index}.yml`] = scenarioOf(each, index, origin);
      if (index % every === 0) scenarios[`healthy-${index}.yml`] = healthy(index);
    }
    const before = process.memoryUsage.rss();
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 10);
    const started = performance.now();
    const replayed = await replay({
      origins,
      project: {
        environments: { staging: { protected: false, origins: { api: shared, ...ownOrigins(own) } } },
        credentials: { reader: { type: 'bearer', token: '${secret.TOKEN}' } },
      },
      secrets: { TOKEN: secret },
      scenarios,
      ...given,
      options: { concurrency: 40, ...given.options },
    }).finally(() => clearInterval(watch));
    const milliseconds = performance.now() - started;
    return { replayed, ...outcomes(replayed.jobs), grown: most - before, milliseconds };
  } finally {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
    await origins.close();
  }
}

function ownOrigins(own: ReadonlyMap<number, string>): Record<string, string> {
  return Object.fromEntries([...own].map(([index, origin]) => [`own${index}`, origin]));
}

function scenarioOf(each: Case, index: number, origin: string): JsonMap {
  const target = `${origin}/case/${index}`;
  const one = {
    name: each.name,
    timeout: patient,
    ...(hasMethod(each.step) ? {} : { GET: target }),
    ...each.step,
  };
  const steps = each.steps ?? [one];
  return {
    name: each.name,
    credential: 'reader',
    steps: [
      ...steps.map((step) => JSON.parse(JSON.stringify(step).replaceAll('{case}', `/case/${index}`))),
      { name: 'after', ...asks(`/ok/after-${index}`) },
    ],
  };
}

function hasMethod(step: JsonMap = {}): boolean {
  return Object.keys(step).some((key) => /^[A-Z]+$/.test(key) || key === 'request');
}

function healthy(index: number): JsonMap {
  const steps = ['a', 'b', 'c'].map((part) => ({ name: part, ...asks(`/ok/${part}-${index}`) }));
  return { name: `healthy ${index}`, credential: 'reader', steps };
}

/** Whoever gets the answer to another request sees it. */
function asks(path: string): JsonMap {
  return { GET: path, timeout: patient, expect: { status: 200, json: { '$.path': path } } };
}

async function openOwn(
  cases: readonly Case[],
  origins: Origins,
  servers: Server[],
  sockets: Set<Socket>,
): Promise<Map<number, string>> {
  const own = new Map<number, string>();
  for (const [index, each] of cases.entries()) {
    if (!each.alone && !each.greets && !each.over) continue;
    const origin = `${each.over ? 'https' : 'http'}://own-${index}.example.test`;
    const greet = (socket: Socket): void => {
      socket.on('error', () => {});
      sockets.add(socket);
      void play(each.greets ?? [], socket);
      if (each.acts) socket.once('data', () => void play(each.acts ?? [], socket));
    };
    const server =
      each.over === 'tls'
        ? createTlsServer({ ...(await origins.authority.issue([`own-${index}.example.test`])) }, greet)
        : createTcpServer(greet);
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    origins.map(origin, `127.0.0.1:${(server.address() as AddressInfo).port}`);
    own.set(index, origin);
  }
  return own;
}

/** Hostile under `/case`, sound under `/ok`, on the same connections. */
function serve(socket: Socket, cases: ReadonlyMap<string, Case>): void {
  let asked = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    asked += chunk.toString('latin1');
    // Where nothing came, TLS is tried.
    if (asked.startsWith('\x16')) socket.destroy();
    const end = asked.indexOf('\r\n\r\n');
    if (end < 0) return;
    const path = /^\S+ ([^\s?]*)/.exec(asked)?.[1] ?? '';
    asked = '';
    if (path.startsWith('/ok')) {
      // RFC 9110 section 15.5.1 wants no more than this.
      const length = chunk.length;
      if (length > 60_000) socket.write(answer('', [], '431 Request Header Fields Too Large'));
      else socket.write(answer(JSON.stringify({ path }), [json]));
    } else
      void play(
        cases.get(path)?.acts ?? [bytes('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')],
        socket,
      );
  });
}

function outcomes(jobs: readonly JobResult[]): Pick<World, 'ended' | 'after'> {
  const ended = new Map<string, string>();
  const after = new Map<string, string>();
  for (const job of jobs) {
    const steps = job.steps.filter(({ name }) => name !== 'after');
    const told = steps.find(({ status }) => status !== 'passed') ?? steps.at(-1);
    ended.set(job.name, told ? describe(told) : 'nothing ran');
    const last = job.steps.find(({ name }) => name === 'after');
    if (last && last.status !== 'skipped') after.set(job.name, describe(last));
  }
  return { ended, after };
}

/**
 * `errored CLOSED; connection-closed likely; the connection to it ended ...`: status and code, causes, then the
 * words of the failure, or what the failed checks found.
 */
export function describe({ status, exchanges, findings, checks }: StepResult): string {
  const hop = exchanges
    .filter(({ role }) => role !== 'experiment')
    .at(-1)
    ?.hops.at(-1);
  const causes = findings.map(({ cause, check, certainty, severity }) =>
    [cause ?? check ?? 'nothing', certainty, ...(severity === 'error' ? [] : [severity])].join(' '),
  );
  const failed = checks
    .filter(({ passed }) => !passed)
    .map(({ kind, actual }) => `${kind} ${actual.slice(0, 60)}`);
  const { code = '', message = '' } = hop?.failure ?? {};
  const words = message.replace(/[\w.-]+\.example\.test:\d+/, 'it').replace(/ \(\w+\)\.$/, '');
  // Which of the two it is depends on who is faster.
  const shown = /^(?:ECONNRESET|UND_ERR_SOCKET)$/.test(code) ? 'CLOSED' : code;
  const parts = [causes.join(', '), words === '' ? failed.join(', ') : words].filter((part) => part !== '');
  return [[status, shown].join(' ').trim(), ...parts].join('; ');
}
