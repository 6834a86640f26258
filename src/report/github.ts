import type { Reporter, ReportOutput } from './reporter.ts';

export function createGithubReporter(_output: ReportOutput): Reporter {
  throw new Error('not written yet');
}
