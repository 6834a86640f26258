import { expect } from 'chai';
import type { SeededFault } from '../../fixtures/lab/faults.ts';
import { judge, type RunReport } from '../../fixtures/lab/verdict.ts';

const fault: SeededFault = {
  id: 'token-expired',
  setting: 'a short life',
  file: 'specs/partner.yml',
  step: 'read',
  cause: 'token-expired',
};
type Step = RunReport['scenarios'][number]['steps'][number];
const finding = (cause: string, severity = 'error', expected = false) => ({ cause, severity, expected });
const failing: Step = {
  name: 'read',
  status: 'failed',
  findings: [finding('token-expired'), finding('clock-skew')],
};

function report(steps: readonly Step[], environment = 'production'): RunReport {
  return { scenarios: [{ file: 'specs/partner.yml', environment, steps }], problems: [], findings: [] };
}

describe('judge', () => {
  it('takes a fault as explained when the first finding of its step names the cause', () => {
    expect(judge(report([failing]), [fault])).to.deep.equal({ explained: [fault], complaints: [] });
  });

  it('complains of a second place, of another step, of silence and of problems', () => {
    const second: Step = { ...failing, findings: [finding('clock-skew'), finding('token-expired')] };
    expect(judge(report([second]), [fault]).complaints).to.deep.equal([
      'token-expired: "read" (specs/partner.yml) failed, explained by clock-skew, token-expired',
    ]);
    expect(judge(report([failing], 'staging'), [fault]).complaints).to.deep.equal([
      'token-expired: "read" (specs/partner.yml) did not run',
      '"read" (specs/partner.yml, staging) failed, explained by token-expired, clock-skew',
    ]);
    expect(judge({ ...report([]), problems: [{ message: 'Bad key.' }] }, []).complaints).to.deep.equal([
      'Bad key.',
      'No step ran.',
    ]);
  });

  it('wants no error on a healed run, and lets warnings and expected findings be', () => {
    const quiet: Step = {
      name: 'read',
      status: 'passed',
      findings: [finding('x', 'warning'), finding('y', 'error', true)],
    };
    const loud: Step = { name: 'read', status: 'passed', findings: [finding('x')] };
    expect(judge(report([quiet]), []).complaints).to.deep.equal([]);
    expect(judge(report([loud]), []).complaints).to.deep.equal([
      '"read" (specs/partner.yml, production) passed, explained by x',
    ]);
  });
});
