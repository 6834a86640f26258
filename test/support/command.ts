/** The program, called in this process with a world of its own: files in a new folder, what it prints in memory. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cli } from '../../src/cli/cli.ts';
import { openReportFile } from '../../src/cli/report-file.ts';
import type { World } from '../../src/cli/world.ts';
import type { Clock, Sink } from '../../src/doors.ts';
import { systemClock } from './origins.ts';
import { systemRandom } from './replay.ts';

export interface Command {
  /** Path to content. */
  readonly files: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** Told what it prints on stdout, as it does. */
  readonly heard?: (text: string) => void;
  /** Told what it prints on stderr. */
  readonly told?: (text: string) => void;
  /** Whether stdout and stderr are a terminal. */
  readonly terminal?: boolean;
  readonly color?: boolean;
  readonly signal?: AbortSignal;
}
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Text of a file that it wrote. */
  readonly written: Readonly<Record<string, string>>;
}

export async function why401(argv: readonly string[], given: Command): Promise<Ended> {
  const cwd = mkdtempSync(join(tmpdir(), 'why401-command-'));
  try {
    for (const [path, content] of Object.entries(given.files)) {
      mkdirSync(dirname(join(cwd, path)), { recursive: true });
      writeFileSync(join(cwd, path), content, { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
    }
    const [stdout, stderr] = [
      memorySink(given.heard, given.terminal, given.color),
      memorySink(given.told, given.terminal, given.color),
    ];
    const opened: string[] = [];
    const world: World = {
      env: given.env ?? {},
      cwd,
      user: process.geteuid?.() ?? null,
      stdout,
      stderr,
      clock: given.clock ?? systemClock,
      random: systemRandom,
      signal: given.signal ?? new AbortController().signal,
      openFile(path, name, append) {
        opened.push(path);
        return openReportFile(path, name, append);
      },
    };
    const code = await cli(argv, world);
    const written = opened
      .filter(existsSync)
      .map((path) => [path.slice(cwd.length + 1), readFileSync(path, 'utf8')]);
    return { code, stdout: stdout.text(), stderr: stderr.text(), written: Object.fromEntries(written) };
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

function memorySink(
  heard: (text: string) => void = () => {},
  isTTY = false,
  color = false,
): Sink & { text(): string } {
  let all = '';
  return {
    isTTY,
    width: 100,
    color,
    write(text) {
      all += text;
      heard(text);
    },
    text: () => all,
  };
}
