/** What is said of a recorded run that has no end. */
import type { ProblemData, Source } from '../model.ts';

/** Scenarios that are named in a message. */
const mostNames = 3;

/** The code of the problem. */
export const unfinishedRun = 'RUN_UNFINISHED';

export function unfinished(
  source: Source,
  { jobs, results }: { readonly jobs: number; readonly results: number },
  names: readonly string[],
): ProblemData {
  const listed = names.slice(0, mostNames).join(', ');
  const more = names.length > mostNames ? ', ...' : '';
  const within = names.length === 0 ? '' : ` It broke off in: ${listed}${more}.`;
  const missing = jobs - results;
  const lack = missing > 0 ? `${missing} of ${jobs} scenarios have no result` : 'it says nothing of its end';
  return {
    code: unfinishedRun,
    message: `The run did not end: ${lack}.${within}`,
    source,
    line: null,
    fix: 'Run it again; what had ended is shown.',
  };
}
