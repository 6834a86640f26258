/** The cases measured by two processes, this one and one of its own: each runs one thread of JavaScript. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inAdvance } from './advance.ts';
import type { Case } from './case.ts';
import type { Measured } from './measure.ts';

export interface Measuring {
  of(index: number): Promise<Measured>;
  close(): void;
}
/** What the other process says of a case. */
export type Answer =
  | { readonly id: string; readonly measured: Measured }
  | { readonly id: string; readonly error: string };

/** Fewer are not worth a process. */
const fewest = 40;

/** Every second one is measured there, in the same order. Begins when the first is asked for. */
export function measureInTwo(list: readonly Case[]): Measuring {
  if (list.length < fewest) return { of: inAdvance(list), close() {} };
  const own = inAdvance(list.filter((_, index) => index % 2 === 0));
  const ids = list.filter((_, index) => index % 2 === 1).map(({ id }) => id);
  let other: ReturnType<typeof begin> | null = null;
  return {
    of(index) {
      other ??= begin(ids);
      return index % 2 === 0 ? own(index / 2) : other.of(list[index]?.id ?? '');
    },
    close: () => other?.child.kill('SIGTERM'),
  };
}

function begin(ids: readonly string[]): {
  readonly child: ChildProcess;
  of(id: string): Promise<Measured>;
} {
  const child = fork(fileURLToPath(new URL('./second.js', import.meta.url)), { execArgv: [] });
  const said = new Map<string, Answer>();
  const waiting = new Map<string, (answer: Answer) => void>();
  const tell = (answer: Answer): void => {
    said.set(answer.id, answer);
    waiting.get(answer.id)?.(answer);
  };
  child.on('message', tell);
  child.once('exit', (code) => {
    for (const id of ids) if (!said.has(id)) tell({ id, error: `the other process ended with ${code}` });
  });
  child.send(ids);
  return {
    child,
    async of(id) {
      const answer = said.get(id) ?? (await new Promise<Answer>((resolve) => waiting.set(id, resolve)));
      if ('error' in answer) throw new Error(answer.error);
      return answer.measured;
    },
  };
}
