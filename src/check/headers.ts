import type { Check } from '../model.ts';
import { judge } from './judge.ts';
import { concealSetCookie } from './known-secrets.ts';
import { fieldValue, fieldValues, type Outcome } from './outcome.ts';
import type { RenderedMap } from './rendered.ts';

/**
 * One field of the last answer. Several fields of one name are joined as RFC 9110 section 5.3 says; Set-Cookie, which
 * cannot be joined, is a list.
 */
export function checkHeader(map: RenderedMap, name: string, outcome: Outcome): Check {
  const actual = received(name, outcome);
  const base = { kind: 'headers', subject: name, container: map, key: name, actual, context: { text: true } };
  if (!Array.isArray(actual)) return judge(base, outcome);
  return judge({ ...base, shown: JSON.stringify(actual.map(concealSetCookie)) }, outcome);
}

function received(name: string, { response }: Outcome): string | string[] | undefined {
  if (!response) return undefined;
  if (name.toLowerCase() !== 'set-cookie') return fieldValue(response, name) ?? undefined;
  const values = fieldValues(response, name);
  return values.length === 0 ? undefined : values;
}
