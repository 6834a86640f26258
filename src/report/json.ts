/** `--reporter json=FILE`: the whole run as one JSON document, when it is over. */
import { stringifyJson } from '../http/json.ts';
import { createCollector } from './collection.ts';
import type { Reporter, ReportOutput } from './reporter.ts';
import { reportRun } from './result.ts';

export function createJsonReporter({ sink, redactor }: ReportOutput): Reporter {
  const collector = createCollector(redactor, 'all');
  return {
    event: (event) => collector.event(event),
    end() {
      sink.write(`${stringifyJson(reportRun(collector.collection()))}\n`);
    },
  };
}
