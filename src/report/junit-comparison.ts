/** Differences between environments as test cases: one for each that is a finding. */
import type { Finding, RunFinished } from '../model.ts';
import { driftFindings } from './comparison.ts';
import { findingLines } from './console-failure.ts';
import { createStyle } from './console-style.ts';
import { type Suite, seconds } from './junit-suite.ts';
import { findingId } from './outcome.ts';
import { visible } from './text.ts';
import { type Element, element } from './xml.ts';

/** One suite where environments were compared, else none. Of warnings the suite says, and they pass without --strict. */
export function differenceSuites(finished: RunFinished | null): readonly Suite[] {
  if (!finished?.comparison) return [];
  const findings = driftFindings(finished);
  const strict = finished.exitCode === 1 && !isFailed(finished);
  const cases = findings.map((finding) => {
    const fails = finding.severity === 'error' || (strict && finding.severity === 'warning');
    const status = fails ? ('failed' as const) : ('passed' as const);
    const children = fails ? [failure(finding)] : [];
    return {
      status,
      seconds: 0,
      element: caseOf(visible(finding.summary), finding.environment, children),
      ...(fails ? {} : { note: text(finding) }),
    };
  });
  const none = {
    status: 'passed' as const,
    seconds: 0,
    element: caseOf('no differences that matter', '', []),
  };
  return [{ name: 'differences', environment: '', cases: cases.length > 0 ? cases : [none] }];
}

/** Something else than a warning makes it exit 1. */
function isFailed({ summary, findings }: RunFinished): boolean {
  return summary.failed > 0 || findings.some(({ severity }) => severity === 'error');
}

function caseOf(name: string, environment: string, children: Element[]): Element {
  const classname = environment === '' ? 'differences' : `differences (${visible(environment)})`;
  return element('testcase', { name, classname, time: seconds(0) }, children);
}

function failure(finding: Finding): Element {
  const attributes = { message: visible(finding.summary), type: findingId(finding) };
  return element('failure', attributes, [text(finding)]);
}

/** What the console says, without colour. */
function text(finding: Finding): string {
  const style = createStyle({ write() {}, isTTY: false, width: 100, color: false });
  return findingLines(finding, [], style).join('\n');
}
