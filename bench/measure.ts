/** Programs that are timed side by side. */
import { spawn } from 'node:child_process';

export interface Timed {
  /** Wall time of the process in milliseconds. */
  readonly wall: number;
  readonly output: string;
}

/** Runs `node ...args` to its end. Rejects when it fails. */
export async function runNode(args: readonly string[], cwd: string): Promise<Timed> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => output.push(data));
  child.stderr.on('data', (data: Buffer) => errors.push(data));
  const code = await new Promise((resolve) => child.once('close', resolve));
  const wall = performance.now() - started;
  const text = Buffer.concat(output).toString();
  if (code !== 0)
    throw new Error(`node ${args.join(' ')} ended with ${code}:\n${text}${Buffer.concat(errors)}`);
  return { wall, output: text };
}

/** Runs all of `programs` in turn, `rounds` times after one round to warm up; the median of each, in their order. */
export async function interleave(
  programs: readonly (() => Promise<number>)[],
  rounds: number,
): Promise<number[]> {
  const times = programs.map(() => [] as number[]);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, program] of programs.entries()) {
      const time = await program();
      if (round > 0) times[index]?.push(time);
    }
  }
  return times.map(median);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? Number.NaN)) / 2 : upper;
}
