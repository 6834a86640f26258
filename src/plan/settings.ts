/** Settings of a step that the planner itself needs, so that they are rendered before anything runs. */
import type { Json, JsonMap } from '../model.ts';
import type { Problems } from '../problem.ts';
import { isMap, merge, sourceOf } from '../source.ts';
import { methods } from './steps.ts';
import { renderText, type Scope } from './template.ts';
import { parseDuration } from './units.ts';

const durations = ['timeout', 'wait'];
const texts = ['as'];

/** The step with `timeout`, `wait`, `retry`, `redirect.max` and `redirect.as` as values; a template in one is rendered now. */
export function settle(step: JsonMap, scope: Scope, problems: Problems): JsonMap {
  let settled = step;
  for (const key of [...durations, 'retry']) settled = settleKey(settled, step, key, scope, problems);
  const redirect = step['redirect'];
  if (redirect === undefined || !isMap(redirect)) return settled;
  const max = settleKey(redirect, redirect, 'max', scope, problems);
  const own = settleKey(max, redirect, 'as', scope, problems);
  return own === redirect ? settled : merge(settled, { redirect: own });
}

function settleKey(into: JsonMap, from: JsonMap, key: string, scope: Scope, problems: Problems): JsonMap {
  const written = from[key];
  if (typeof written !== 'string' || !written.includes('${')) return into;
  const rendered = renderText(from, key, scope);
  if (!('value' in rendered)) return into;
  const text = String(rendered.value);
  const value = settledValue(key, text);
  if (value === null) {
    const wanted = durations.includes(key) ? 'a duration such as 30s' : 'a whole number';
    problems.add('VALUE_INVALID', `"${key}" is "${text}" here, and takes ${wanted}.`, {
      source: sourceOf(from, key),
    });
    return into;
  }
  return merge(into, { [key]: value });
}

function settledValue(key: string, text: string): Json | null {
  if (texts.includes(key)) return text;
  if (durations.includes(key)) return parseDuration(text) === null ? null : text;
  return /^\d+$/.test(text) ? Number(text) : null;
}

/** Overrides may have added a second method. */
export function checkKind(step: JsonMap, problems: Problems): void {
  const kinds = [...methods, 'request', 'authorize', 'token', 'wait'].filter(
    (name) => step[name] !== undefined,
  );
  if (kinds.length < 2) return;
  problems.add('METHOD_TWICE', `The step says ${kinds.join(' and ')}: it can do one thing.`, {
    source: sourceOf(step, kinds[1], 'key') ?? sourceOf(step),
    fix: 'Under in:, take the other away with null.',
  });
}
