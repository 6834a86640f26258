/** What the environment answers the requests of the scenarios: without credential, or replayed as they are. */
import { nameOf } from '../compare/observe/collector.ts';
import { observeExchange, observeStep } from '../compare/observe/step.ts';
import { nothing, type Surveyed, together } from '../compare/surveyed.ts';
import { isAllowed } from '../diagnose/experiments/experiments.ts';
import { createSubject } from '../diagnose/subject.ts';
import { transportFinding } from '../diagnose/transport.ts';
import { isUrl } from '../http/url.ts';
import type { Exchange, Finding, Job, Step, StepResult } from '../model.ts';
import { type Anonymous, anonymousRequests, sendAnonymous } from './anonymous.ts';
import { later, leftOut, type SurveyContext, surveyStep, withFindings } from './context.ts';
import { downgrades, foreignRedirect, foreignTokens } from './foreign.ts';
import { asPresented, tellsOwner } from './tokens.ts';

/** Requests without credential to one environment. */
const mostRequests = 50;
const kinds = ['answer.*', 'challenge.*', 'redirects.*', 'cookie.*', 'cookies.*'];

export async function surveyTraffic(context: SurveyContext): Promise<Surveyed> {
  if (context.scenarios) return together([await replayed(context), challengesOf(await anonymous(context))]);
  return anonymous(context);
}

/** Of requests that are replayed too: the replay tells the rest. */
function challengesOf({ steps, observations, left }: Surveyed): Surveyed {
  return {
    steps: steps.map((step) => ({ ...step, status: 'passed', findings: [] })),
    observations: observations.filter(({ kind }) => kind.startsWith('challenge.')),
    left,
  };
}

async function anonymous(context: SurveyContext): Promise<Surveyed> {
  const { environment, experiments } = context;
  if (!experiments || !isAllowed('without-credential', 'A0', environment.experiments)) {
    const why = experiments
      ? 'requests without credential (class A0) are not allowed'
      : 'experiments are off';
    const left = context.scenarios
      ? leftOut(context, 'challenges', why, 'Allow the class A0.', ['challenge.*'])
      : leftOut(context, 'answers to requests', why, 'Add --scenarios.', kinds);
    return { ...nothing, left: [left] };
  }
  const requests = await anonymousRequests(context);
  const parts: Surveyed[] = [];
  // Where nothing answers, or the server asks to stop, it is left at that.
  const stopped = new Map<string, string>();
  const skipped = new Set<string>();
  for (const each of requests.slice(0, mostRequests)) {
    const { origin: first } = each.request.url;
    const met = context.stopped(first);
    if (met !== null) stopped.set(first, met);
    if (stopped.has(first)) skipped.add(first);
    if (context.signal.aborted || stopped.has(first)) continue;
    const exchange = await sendAnonymous(each.request, each.step.redirect.max, each.step.timeout, context);
    context.note(exchange);
    const last = exchange.hops.at(-1);
    if (last?.failure && isUrl(last.request.url))
      stopped.set(new URL(last.request.url).origin, 'nothing came back from it');
    parts.push(looked(each, exchange, context));
  }
  const silent = [...stopped].filter(([origin]) => skipped.has(origin));
  return { ...together(parts), left: leftOf(requests.length, silent, context) };
}

function leftOf(
  count: number,
  stopped: readonly (readonly [origin: string, why: string])[],
  context: SurveyContext,
): Surveyed['left'] {
  const more = count - mostRequests;
  return [
    ...(more > 0
      ? [
          leftOut(
            context,
            `${more} more requests of the scenarios`,
            `at most ${mostRequests} are sent`,
            'Name fewer scenarios.',
            kinds,
          ),
        ]
      : []),
    ...stopped.map(([origin, why]) => leftOut(context, `further requests to ${origin}`, why, later, kinds)),
  ];
}

function looked({ name, step }: Anonymous, exchange: Exchange, context: SurveyContext): Surveyed {
  const { environment, known } = context;
  const hasAnswer = exchange.hops.at(-1)?.response != null;
  const foreign = foreignRedirect(exchange, environment, known);
  const findings = hasAnswer
    ? [...foreign, ...downgrades(exchange, environment.name)]
    : silence(exchange, step, context);
  const told = surveyStep({
    name: `${name} without credential`,
    source: step.source,
    exchanges: [exchange],
    findings,
  });
  return {
    ...nothing,
    steps: [hasAnswer ? told : { ...told, status: 'errored' }],
    // What is wrong by itself is not told as a difference, too.
    observations: (hasAnswer ? observeExchange(exchange, environment, name, step.source) : []).filter(
      ({ kind }) => foreign.length === 0 || !/^redirects\.(?:answer|target)$/.test(kind),
    ),
  };
}

/** Why nothing came back, as a run says it. */
export function silence(exchange: Exchange, step: Step, { environment, known }: SurveyContext): Finding[] {
  const subject = createSubject({
    stage: 'transport',
    environment,
    known,
    step,
    failing: exchange,
    credential: null,
    client: null,
    failed: [],
    siblings: [],
    keys: [],
    past: [],
  });
  const finding = subject && transportFinding(subject);
  return finding ? [finding] : [];
}

/** Every scenario, as `why401 run` replays it. */
async function replayed(context: SurveyContext): Promise<Surveyed> {
  const parts: Surveyed[] = [];
  const told = new Set<string>();
  for (const job of context.jobs) {
    if (context.signal.aborted) break;
    const { steps } = await context.run(job);
    for (const [index, done] of steps.entries())
      parts.push(await replayedStep(job, job.steps[index], done, told, context));
  }
  return together(parts);
}

/** `told`: credentials whose token was said to be of another environment. */
async function replayedStep(
  job: Job,
  step: Step | undefined,
  done: StepResult,
  told: Set<string>,
  context: SurveyContext,
): Promise<Surveyed> {
  const { environment } = job;
  const name = nameOf(job, done);
  const fetched = step?.kind === 'token' && !step.fault && done.status === 'passed' ? step.credential : '';
  const credential = environment.credentials.get(fetched);
  const token = credential ? await asPresented(credential, context, done) : nothing;
  const foreign = foreignTokens(done, environment, context.known);
  const ofToken = token.steps[0]?.findings.slice(done.findings.length) ?? [];
  if (ofToken.length > 0) foreign.set(fetched, ofToken);
  const mixups = [...foreign].flatMap(([each, findings]) => (told.has(each) ? [] : findings));
  for (const each of foreign.keys()) told.add(each);
  // Clocks are looked at once for each origin.
  const findings = done.findings.filter(
    ({ cause, severity }) => cause !== 'clock-skew' || severity !== 'warning',
  );
  const observed = done.status === 'skipped' ? [] : observeStep(done, environment, name);
  return {
    ...nothing,
    steps: [withFindings({ ...done, name, findings }, mixups)],
    observations: [...observed, ...token.observations].filter(
      ({ kind, of }) => !(foreign.has(of) && tellsOwner.test(kind)),
    ),
  };
}
