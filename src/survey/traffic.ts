/** What the environment answers the requests of the scenarios: without credential, or replayed as they are. */
import { observeExchange } from '../compare/observe/step.ts';
import { nothing, type Surveyed, together } from '../compare/surveyed.ts';
import { isAllowed } from '../diagnose/experiments/experiments.ts';
import { isUrl } from '../http/url.ts';
import type { Credential, Exchange, RequestStep } from '../model.ts';
import { type Anonymous, anonymousRequests, sendAnonymous } from './anonymous.ts';
import { later, leftOut, type SurveyContext, surveyStep } from './context.ts';
import { downgrades, foreignRedirect } from './foreign.ts';
import { replayed } from './replayed.ts';
import { silence } from './silence.ts';

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
    left: left.map((each) =>
      each.what === 'challenges'
        ? each
        : { ...each, what: `challenges of ${each.what}`, kinds: ['challenge.*'] },
    ),
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
    observations: (hasAnswer
      ? observeExchange(exchange, environment, name, step.source, presentedBy(step, context))
      : []
    ).filter(({ kind }) => foreign.length === 0 || !/^redirects\.(?:answer|target)$/.test(kind)),
  };
}

/** What the step presents where it is replayed. */
function presentedBy({ credentials }: RequestStep, context: SurveyContext): Credential[] {
  const all = new Map([...context.environment.credentials, ...context.credentials]);
  return credentials.flatMap(({ name }) => all.get(name) ?? []);
}
