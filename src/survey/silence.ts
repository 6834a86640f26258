/** Why nothing came back, as a run says it. */
import { createSubject } from '../diagnose/subject.ts';
import { transportFinding } from '../diagnose/transport.ts';
import type { Exchange, Finding, RequestStep, Source, Step, StepResult } from '../model.ts';
import type { SurveyContext } from './context.ts';

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

/** A request of the survey as a step of a scenario would make it. */
export function bareStep(name: string, source: Source, target: string, timeout: number): RequestStep {
  return {
    kind: 'request',
    index: 0,
    name,
    source,
    expect: {},
    capture: {},
    timeout,
    retry: 0,
    method: 'HEAD',
    target,
    query: {},
    headers: {},
    cookies: {},
    body: null,
    credentials: [],
    redirect: { follow: false, max: 0 },
    jar: null,
  };
}

/** A document that was asked for, and nothing came. */
export function unanswered(step: StepResult, reason: string, context: SurveyContext): StepResult {
  const { name, source, exchanges, findings } = step;
  const silent = exchanges.find(({ hops }) => hops.at(-1)?.failure);
  const target = silent?.hops.at(-1)?.request.url ?? '';
  const told = silent ? silence(silent, bareStep(name, source, target, context.timeout), context) : [];
  return { ...step, status: 'errored', reason, findings: [...told, ...findings] };
}
