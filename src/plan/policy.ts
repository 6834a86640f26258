/** Which experiments an environment allows (docs/diagnosis: classes). */
import type { ExperimentPolicy, JsonMap } from '../model.ts';
import { isMap } from '../source.ts';

const defaultBudget = 6;

/** Protected environments allow A0 unless they say more; others allow A and B. */
export function experimentPolicy(environment: JsonMap): ExperimentPolicy {
  const value = environment['experiments'];
  const stated = value !== undefined && isMap(value) ? value : {};
  const classes = environment['protected'] === false ? ['A0', 'A', 'B'] : ['A0'];
  const budget = stated['budget'];
  return {
    allow: new Set(strings(stated['allow']) ?? classes),
    budget: typeof budget === 'number' ? budget : defaultBudget,
    origins: new Set(strings(stated['origins']) ?? []),
  };
}

function strings(value: unknown): string[] | null {
  return Array.isArray(value) ? value.map(String) : null;
}
