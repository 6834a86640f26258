/** What a reporter writes of a run. */
import type { Sink } from '../../src/doors.ts';
import type { ProblemData, RunEvent } from '../../src/model.ts';
import { createReporter } from '../../src/report/reporter.ts';
import { createRedactor } from '../../src/secret.ts';
import { secretToken } from '../support/runs.ts';

export interface MemorySink extends Sink {
  text(): string;
}

export function memorySink(parts: Partial<Sink> = {}): MemorySink {
  let written = '';
  return {
    isTTY: false,
    width: 100,
    color: false,
    ...parts,
    write(text) {
      written += text;
    },
    text: () => written,
  };
}

/** A stand-in for the formatter of problems, which is not ours. */
export function formatProblem({ code, message, source }: ProblemData): string {
  return `${source ? `${source.file}:${source.line}:${source.column}  ` : ''}${code}  ${message}\n`;
}

export async function render(
  name: string,
  events: readonly RunEvent[],
  parts: { sink?: Partial<Sink>; verbose?: boolean; clients?: boolean; workspace?: string } = {},
): Promise<{ text: string; summary: string }> {
  const sink = memorySink(parts.sink);
  const summarySink = memorySink();
  const redactor = createRedactor();
  redactor.learn('reader', secretToken);
  const options = { verbose: parts.verbose ?? false, clients: parts.clients ?? false, formatProblem };
  const reporter = await createReporter({
    name,
    sink,
    summarySink,
    workspace: parts.workspace ?? '',
    redactor,
    options,
  });
  for (const event of events) reporter.event(event);
  await reporter.end();
  return { text: sink.text(), summary: summarySink.text() };
}
