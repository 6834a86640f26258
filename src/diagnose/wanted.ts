/** What an answer says is wanted of the caller: scopes, permissions and roles that stand beside its text. */
import type { Json } from '../model.ts';
import { isMap } from '../source.ts';
import type { Piece } from './answer-body.ts';
import { normalWords } from './normal-words.ts';

const right =
  '(?:scopes?|permissions?|privileges?|roles?|rights?|authorit(?:y|ies)|entitlements?|claims?|groups?)';
/** `required`, `needed_scopes`, `requiredGranularScopes`, `missingPermissions`, `any_of_roles`. */
const asks = new RegExp(
  `^(?:required|requires|needed|needs|missing|lacking|necessary)$|\\b(?:required|requires|needed|needs|missing|lacking|necessary|expected|any of|all of|one of)\\b.*\\b${right}$|^${right} (?:required|needed|missing|lacking)$`,
);
const longestValue = 120;
const mostMembers = 4;

/** Each member by its own name, its texts in a row; what stands below such a member is of it. */
export function wantedRights(body: Json | undefined): Piece[] {
  const found = new Map<string, string[]>();
  const walk = (value: Json, name: string | null, depth: number): void => {
    if (depth > 8) return;
    if (typeof value === 'string') {
      if (name === null || value.trim() === '' || value.length > longestValue) return;
      found.set(name, [...new Set([...(found.get(name) ?? []), value])]);
    } else if (Array.isArray(value)) {
      for (const each of value) walk(each as Json, name, depth + 1);
    } else if (isMap(value)) {
      for (const [key, member] of Object.entries(value)) {
        walk(member, name ?? (asks.test(normalWords(key)) ? key : null), depth + 1);
      }
    }
  };
  if (body !== undefined) walk(body, null, 0);
  return [...found].slice(0, mostMembers).map(([name, values]) => ({
    field: `body ${name}`,
    text: values.join(' '),
  }));
}
