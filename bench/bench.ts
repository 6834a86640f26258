/**
 * Where why401 stands beside a bare undici script, in one run on this machine: ratios beside their bars. Figures only;
 * nothing fails.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interleave, runNode } from './measure.ts';
import { peak } from './memory.ts';
import { type Project, writeProject } from './project.ts';
import { redactions } from './redaction.ts';

const main = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
const bare = fileURLToPath(new URL('bare.js', import.meta.url));
const server = spawn(process.execPath, [fileURLToPath(new URL('server.js', import.meta.url))], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const [port] = (await once(server.stdout, 'data')) as [Buffer];
const origin = `http://127.0.0.1:${port.toString().trim()}`;
const projects: Project[] = [];

try {
  process.stdout.write(`Node ${process.version}, ${availableParallelism()} processors, medians in ms\n\n`);
  await coldStart();
  await sequential();
  await concurrent();
  await memory();
  for (const { what, ours, than, theirs } of redactions()) line(what, ours, than, theirs, ours / theirs, '');
} finally {
  server.stdin.end();
  for (const { folder } of projects) rmSync(folder, { recursive: true, force: true });
}

async function coldStart(): Promise<void> {
  const { folder, one } = project('/orders', 1, 1);
  const wall = (args: readonly string[]) => async (): Promise<number> => (await runNode(args, folder)).wall;
  const [empty = 0, script = 0, version = 0, lint = 0, run = 0] = await interleave(
    [
      wall(['-e', '0']),
      wall([bare, `${origin}/orders`]),
      wall([main, '--version']),
      wall([main, 'lint', one]),
      wall([main, 'run', one]),
    ],
    11,
  );
  report('--version', version, 'node -e 0', empty, '<= 1.5');
  report('lint of one file', lint, 'node -e 0', empty, '<= 2.5');
  report('cold start, one request', run, 'bare undici', script, '<= 2.0');
}

/** Without the start of the process, which is above. */
async function sequential(): Promise<void> {
  const many = 1000;
  const steps = project('/orders', 1, many);
  const scenarios = project('/orders', many, 1);
  const [script = 0, inOne = 0, inMany = 0] = await interleave(
    [undici('/orders', many, 1), replay(steps, 1), replay(scenarios, 1)],
    5,
  );
  const rate = ['bare undici', script, '>= 0.7'] as const;
  throughput('1,000 requests, one scenario', inOne, ...rate);
  throughput('1,000 requests, 1,000 scenarios, --jobs 1', inMany, ...rate);
}

async function concurrent(): Promise<void> {
  const many = 2000;
  const scenarios = project('/orders?ms=20', many, 1);
  const [script = 0, ours = 0] = await interleave(
    [undici('/orders?ms=20', many, 50), replay(scenarios, 50)],
    3,
  );
  throughput('2,000 requests, 20 ms latency, --jobs 50', ours, 'bare undici at 50', script, '>= 0.85');
}

/** In megabytes. `WHY401_LOAD=100000` for the large one. */
async function memory(): Promise<void> {
  const many = Number(process.env['WHY401_LOAD'] ?? 20_000);
  const run = ({ folder }: Project): Promise<number> =>
    peak([main, 'run', '--jobs', '50', '--no-experiments', '--reporter', 'json=report.json'], folder);
  const few = await run(project('/orders', 1000, 1));
  const files = await run(project('/orders', many, 1));
  const steps = await run(project('/orders', 1000, many / 1000));
  const failing = await run(project('/orders', many / 4, 1, 201));
  const than = ['1,000 requests, MB', few, '<= 1.3'] as const;
  report(`memory, ${many} requests, a file each`, files, ...than);
  report(`memory, ${many} requests, 1,000 files`, steps, ...than);
  report(`memory, ${many / 4} requests that fail`, failing, ...than);
}

function project(path: string, scenarios: number, steps: number, status = 200): Project {
  const made = writeProject(origin, path, scenarios, steps, status);
  projects.push(made);
  return made;
}

function undici(path: string, requests: number, concurrency: number): () => Promise<number> {
  const args = [bare, `${origin}${path}`, String(requests), String(concurrency)];
  return async () => Number((await runNode(args, process.cwd())).output);
}

/** The duration that the run reports of itself: after load and plan, before the reports are written. */
function replay({ folder }: Project, jobs: number): () => Promise<number> {
  return async () => {
    await runNode([main, 'run', '--jobs', String(jobs), '--reporter', 'json=report.json'], folder);
    const text = readFileSync(join(folder, 'report.json'), 'utf8');
    return (JSON.parse(text) as { duration_ms: number }).duration_ms;
  };
}

function report(what: string, ours: number, than: string, theirs: number, bar: string): void {
  line(what, ours, than, theirs, ours / theirs, bar);
}

function throughput(what: string, ours: number, than: string, theirs: number, bar: string): void {
  line(what, ours, than, theirs, theirs / ours, bar);
}

function line(what: string, ours: number, than: string, theirs: number, ratio: number, bar: string): void {
  const left = `${what.padEnd(42)} ${ours.toFixed(0).padStart(6)}`;
  process.stdout.write(
    `${left}   ${than.padEnd(18)} ${theirs.toFixed(0).padStart(6)}   ratio ${ratio.toFixed(2)}   bar ${bar}\n`,
  );
}
