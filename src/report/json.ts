/** `--reporter json=FILE`: the whole run as one JSON document, when it is over. */
import type { Sink } from '../doors.ts';
import type { JobResult } from '../model.ts';
import { createCollector } from './collection.ts';
import { jsonText } from './json-text.ts';
import type { Reporter, ReportOutput } from './reporter.ts';
import { reportJob, reportRun } from './result.ts';
import { createResults } from './results.ts';

export function createJsonReporter({ sink, redactor, openSpool }: ReportOutput): Reporter {
  const collector = createCollector(redactor, 'none');
  const results = createResults(redactor, openSpool);
  return {
    event(event) {
      collector.event(event);
      if (event.type === 'job-finished') results.add(event.job);
    },
    end() {
      const write = inPieces(sink);
      for (const piece of document(reportRun(collector.collection()), results.inOrder())) write.add(piece);
      write.end();
      results.close();
    },
  };
}

/** `report` with the scenarios of `jobs`, and what stands around each. */
function* document(report: ReturnType<typeof reportRun>, jobs: Iterable<JobResult>): Iterable<string> {
  let before = '{';
  for (const [name, value] of Object.entries(report)) {
    yield `${before}${JSON.stringify(name)}:`;
    before = ',';
    if (name !== 'scenarios') yield jsonText(value);
    else yield* list(jobs);
  }
  yield '}\n';
}

function* list(jobs: Iterable<JobResult>): Iterable<string> {
  let before = '[';
  for (const job of jobs) {
    yield `${before}${jsonText(reportJob(job))}`;
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}

/** Characters that are written at once. A usual report is in its file whole or not at all; no string holds a very large one. */
const longest = 64 * 1024 * 1024;

function inPieces(sink: Sink): { add(piece: string): void; end(): void } {
  let pieces: string[] = [];
  let length = 0;
  const end = (): void => {
    if (length > 0) sink.write(pieces.join(''));
    pieces = [];
    length = 0;
  };
  return {
    add(piece) {
      if (length + piece.length > longest) end();
      pieces.push(piece);
      length += piece.length;
    },
    end,
  };
}
