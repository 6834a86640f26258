/** Which problems of a plan are differences between environments: told as findings, since the other has no such problem. */
import { type EnvironmentPart, type PlanInParts, problemKey } from '../plan/plan.ts';
import type { Problem } from '../problem.ts';
import { isMap } from '../source.ts';

/** By environment: what could not be made of it and could of another one. */
export type Apart = ReadonlyMap<string, ReadonlySet<Problem>>;

/** Something that is named and not there. */
const lacking = new Set([
  'UNKNOWN_CLIENT',
  'UNKNOWN_CREDENTIAL',
  'UNKNOWN_ORIGIN',
  'UNKNOWN_ISSUER',
  'NO_ORIGIN',
  'NO_REDIRECT_URI',
  'CLIENT_ID_MISSING',
  'CLIENT_INCOMPLETE',
  'CREDENTIAL_INCOMPLETE',
  'ISSUER_MISSING',
  'UNRESOLVED_VARIABLE',
]);

/** Matters only where scenarios are replayed. */
export function isPassedOver({ code }: Problem): boolean {
  return code === 'UNSAFE_METHOD' || code === 'FAULT_UNPERMITTED' || code === 'FAULT_UNSAFE';
}

/** By environment: those that another environment has not. */
export function apartOf({ environments, jobs }: PlanInParts, offline: boolean): Apart {
  const found = new Map(
    environments.map((part) => {
      const { name } = part.environment;
      const own = jobs.filter(({ job }) => job.environment.name === name).flatMap(({ problems }) => problems);
      return [name, [...part.problems, ...own]] as const;
    }),
  );
  const counts = new Map<string, number>();
  for (const problems of found.values())
    for (const key of new Set(problems.map(problemKey))) counts.set(key, (counts.get(key) ?? 0) + 1);
  return new Map(
    environments.map((part) => {
      const { name } = part.environment;
      const list = found.get(name) ?? [];
      const apart = list.filter(
        (problem) =>
          lacking.has(problem.code) &&
          !/^Nothing is named "env\./.test(problem.message) &&
          (isAfter(problem, part, offline) || (counts.get(problemKey(problem)) ?? 0) < environments.length),
      );
      return [name, new Set(apart)];
    }),
  );
}

/** The file has it, and something else is wrong with it: that is told, or is not known offline. */
export function isAfter(
  { code, message }: Problem,
  { raw, layers, problems }: EnvironmentPart,
  offline: boolean,
): boolean {
  if (!offline && problems.length === 0) return false;
  const keys = {
    UNKNOWN_CLIENT: 'clients',
    NO_REDIRECT_URI: 'clients',
    UNKNOWN_ORIGIN: 'origins',
    UNKNOWN_ISSUER: 'issuers',
  } as const;
  const isIn = (key: string, name: string): boolean => {
    const map = raw[key];
    return (
      map !== undefined && isMap(map) && (name === '' ? Object.keys(map).length > 0 : map[name] !== undefined)
    );
  };
  if (code === 'NO_ORIGIN') return isIn('origins', '');
  if (code === 'UNRESOLVED_VARIABLE') {
    const [, kind = '', name = ''] = /"(origin|issuer|client)s?\.([\w-]+)/.exec(message) ?? [];
    const [, variable = ''] = /^Nothing is named "([^".]+)"/.exec(message) ?? [];
    return kind === '' ? layers.some((layer) => layer[variable] !== undefined) : isIn(`${kind}s`, name);
  }
  const [, name = ''] = /"([^"]*)"/.exec(message) ?? [];
  return Object.hasOwn(keys, code) && isIn(keys[code as keyof typeof keys], name);
}
