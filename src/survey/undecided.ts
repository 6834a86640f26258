/** `authorize` steps of scenarios to which the server has said neither yes nor no: that is no fault of the environment. */
import type { LeftOut, StepResult } from '../model.ts';
import { leftOut, type SurveyContext } from './context.ts';

const why = 'the server asks for a login before it looks at the redirect_uri';

/** Such a step has no verdict instead of a failure; others are as they were. */
export function withoutVerdict(step: StepResult): StepResult {
  return isUndecided(step) ? { ...step, status: 'skipped', reason: why, findings: [] } : step;
}

export function leftUndecided(steps: readonly StepResult[], context: SurveyContext): LeftOut[] {
  const fix = 'Look at the registration of the client.';
  return steps
    .filter(({ reason }) => reason === why)
    .map(({ name }) => leftOut(context, name, why, fix, ['client.redirect_uri']));
}

function isUndecided({ status, checks }: StepResult): boolean {
  const failed = checks.filter(({ passed }) => !passed);
  const open = failed.every(({ kind, actual }) => kind === 'redirect_uri' && actual.startsWith('undecided'));
  return status === 'failed' && failed.length > 0 && open;
}
