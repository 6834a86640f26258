/** The scenarios as `why401 run` replays them, and the tokens that were used on the way. */
import { nameOf } from '../compare/observe/collector.ts';
import { observeStep } from '../compare/observe/step.ts';
import { nothing, type Surveyed, together } from '../compare/surveyed.ts';
import type { CredentialUse, Finding, Job, Observation, StepResult } from '../model.ts';
import type { SurveyContext } from './context.ts';
import { foreignRedirect } from './foreign.ts';
import { tokenFindings } from './token-findings.ts';
import { asPresented, readStep, withFindings, withoutTold } from './tokens.ts';
import { leftUndecided, withoutVerdict } from './undecided.ts';

export async function replayed(context: SurveyContext): Promise<Surveyed> {
  const parts: Surveyed[] = [];
  for (const job of context.jobs) {
    if (context.signal.aborted) break;
    parts.push(await replay(job, context));
  }
  return withTokens(together(parts), context);
}

async function replay(job: Job, context: SurveyContext): Promise<Surveyed> {
  const { environment } = job;
  const run = await context.run(job);
  const result = { ...run, steps: run.steps.map(withoutVerdict) };
  // Clocks are looked at once for each origin.
  const steps = result.steps.map((step) => ({
    ...step,
    name: nameOf(job, step),
    ...withForeign(step, context),
  }));
  const observations = result.steps
    .filter(({ status }) => status !== 'skipped')
    .flatMap((step) => unexplained(observeStep(step, environment, nameOf(job, step)), step));
  const tokens: Surveyed[] = [];
  for (const [index, step] of job.steps.entries()) {
    const done = result.steps[index];
    const credential =
      step.kind === 'token' && !step.fault ? environment.credentials.get(step.credential) : null;
    if (credential && done?.status === 'passed') tokens.push(await asPresented(credential, context, done));
  }
  return {
    ...nothing,
    steps,
    observations: [...observations, ...together(tokens).observations],
    left: leftUndecided(steps, context),
  };
}

/** A redirect into another environment is wrong whatever answers there. */
function withForeign(step: StepResult, { environment, known }: SurveyContext): Partial<StepResult> {
  const own = step.findings.filter(({ cause, severity }) => cause !== 'clock-skew' || severity !== 'warning');
  const foreign = step.exchanges
    .filter(({ role }) => role === 'resource')
    .flatMap((each) => foreignRedirect(each, environment, known));
  const [first] = foreign;
  return first ? { findings: [first, ...own], status: 'failed' } : { findings: own };
}

/** Why a step failed is told there: that it is answered otherwise than elsewhere is no news then. */
function unexplained(observations: readonly Observation[], step: StepResult): readonly Observation[] {
  const isExplained = step.status === 'failed' && step.findings.some(({ severity }) => severity === 'error');
  return isExplained
    ? observations.filter(({ kind }) => !/^(?:answer|challenge)\./.test(kind))
    : observations;
}

/** What is wrong with the tokens by themselves, where no step failed by it. */
function withTokens(surveyed: Surveyed, context: SurveyContext): Surveyed {
  const uses = new Map<string, CredentialUse>();
  for (const { exchanges } of surveyed.steps)
    for (const use of exchanges.flatMap(({ credentials }) => credentials))
      if (use.token && use.fault === undefined) uses.set(use.name, use);
  let { observations } = surveyed;
  const steps: StepResult[] = [];
  for (const [name, use] of uses) {
    const credential = context.credentials.get(name);
    const findings = credential ? tokenFindings(credential, use, context) : [];
    observations = withoutTold(observations, name, findings);
    const news = findings
      .filter((finding) => !isTold(finding, name, surveyed.steps))
      .map((finding) => withAccepted(finding, name, surveyed.steps));
    if (credential && news.length > 0) steps.push(withFindings(readStep(credential), news));
  }
  return { ...surveyed, steps: [...surveyed.steps, ...steps], observations };
}

function isTold({ cause }: Finding, credential: string, steps: readonly StepResult[]): boolean {
  return steps.some(
    (step) => step.credential === credential && step.findings.some((finding) => finding.cause === cause),
  );
}

/** Who takes a token of another environment is as wrong as who sends it. */
function withAccepted(finding: Finding, credential: string, steps: readonly StepResult[]): Finding {
  const taken = steps.find(
    (step) =>
      step.credential === credential &&
      step.status === 'passed' &&
      step.exchanges.some(({ role }) => role === 'resource'),
  );
  if (!taken || finding.cause !== 'environment-mixup') return finding;
  const line = { hop: null, field: 'accepted', seen: `"${taken.name}" passes with it` };
  return { ...finding, evidence: [...finding.evidence, line] };
}
