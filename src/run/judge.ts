/** One exchange judged: checks, and captures where all of them passed. */
import { capture } from '../check/capture.ts';
import { check } from '../check/check.ts';
import { createOutcome, type Expectation } from '../check/outcome.ts';
import type { Check, Exchange, Step, TokenFacts } from '../model.ts';
import { type RenderedJson, renderJson, type Scope } from '../plan/template.ts';
import { revealForComparison } from '../replay/request.ts';
import { type Redactor, Secret } from '../secret.ts';

export interface Judgement {
  readonly checks: readonly Check[];
  readonly captures: Readonly<Record<string, RenderedJson>>;
}

export interface JudgeContext {
  readonly scope: Scope;
  readonly redactor: Redactor;
  readonly now: number;
  readonly duration: number;
  readonly tokenFacts?: TokenFacts | null;
}

/** `expect` with its templates rendered; what cannot be rendered is a failed check. */
export function renderExpect(step: Step, scope: Scope): { expect: Expectation } | { failed: Check } {
  const rendered = renderJson(step.expect as never, scope);
  if ('value' in rendered) return { expect: rendered.value as Expectation };
  const actual = 'error' in rendered ? rendered.error : `nothing is named ${rendered.unresolved.join(', ')}`;
  return {
    failed: {
      kind: 'expect',
      subject: '',
      passed: false,
      expected: 'values that are known',
      actual,
      source: step.source,
    },
  };
}

export async function judge(step: Step, exchange: Exchange, context: JudgeContext): Promise<Judgement> {
  const rendered = renderExpect(step, context.scope);
  if ('failed' in rendered) return { checks: [rendered.failed], captures: {} };
  const outcome = createOutcome(exchange, {
    duration: context.duration,
    now: context.now,
    source: step.source,
    reveal: revealForComparison,
    redact: (text) => context.redactor.redact(text),
    ...(context.tokenFacts === undefined ? {} : { tokenFacts: context.tokenFacts }),
  });
  const checks = await check(rendered.expect, outcome);
  if (checks.some(({ passed }) => !passed)) return { checks, captures: {} };
  const captured = await capture(step.capture, outcome);
  if (captured.failures.length > 0) return { checks: [...checks, ...captured.failures], captures: {} };
  for (const [name, value] of Object.entries(captured.values)) learn(name, value, context.redactor);
  return { checks, captures: captured.values };
}

/** What was captured as a secret is one in every report from now on. */
function learn(name: string, value: RenderedJson, redactor: Redactor): void {
  if (value instanceof Secret) redactor.learn(name, revealForComparison(value));
  else if (Array.isArray(value)) for (const item of value) learn(name, item as RenderedJson, redactor);
  else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) learn(name, item as RenderedJson, redactor);
  }
}
