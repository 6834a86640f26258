import { expect } from 'chai';
import type { SeededFault } from '../../fixtures/lab/faults.ts';
import { judge, type RunReport } from '../../fixtures/lab/verdict.ts';

const fault: SeededFault = {
  id: 'token-expired',
  setting: 'a short life',
  file: 'specs/partner.yml',
  step: 'read',
  cause: 'token-expired',
  difference: 'token.left',
};
type Step = RunReport['scenarios'][number]['steps'][number];
const finding = (cause: string, severity = 'error', expected = false) => ({ cause, severity, expected });
const failing: Step = {
  name: 'read',
  status: 'failed',
  findings: [finding('token-expired'), finding('clock-skew')],
  beside: {
    environment: 'staging',
    passed: true,
    differences: [
      { kind: 'token.left', cause: true },
      { kind: 'status', cause: false },
    ],
  },
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

  it('complains of another difference that is marked, of none, and of one that is not wanted', () => {
    const told = (beside: Step['beside'], wanted: string | null): readonly string[] => {
      const { beside: _, ...rest } = failing;
      const step: Step = beside ? { ...rest, beside } : rest;
      return judge(report([step]), [{ ...fault, difference: wanted }]).complaints;
    };
    const staging = { environment: 'staging', passed: true };
    const head = 'token-expired: "read" (specs/partner.yml) is marked by';
    expect(told({ ...staging, differences: [] }, null)).to.deep.equal([]);
    expect(told({ ...staging, differences: [] }, 'token.left')).to.deep.equal([
      `${head} none beside staging`,
    ]);
    expect(told(undefined, null)).to.deep.equal([`${head} nothing beside staging`]);
    expect(told({ ...staging, passed: false, differences: [] }, null)).to.deep.equal([
      `${head} nothing beside staging`,
    ]);
    expect(told({ ...staging, differences: [{ kind: 'token.aud', cause: true }] }, null)).to.deep.equal([
      `${head} token.aud beside staging`,
    ]);
  });

  it('wants nothing beside a step that passed', () => {
    const passed: Step = { ...failing, status: 'passed', findings: [] };
    expect(judge(report([passed]), []).complaints).to.deep.equal([
      '"read" (specs/partner.yml, production) passed, not explained',
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
