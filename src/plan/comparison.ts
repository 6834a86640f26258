/** `compare` of the project file: which differences between environments are expected. */
import { matchesWildcard } from '../http/wildcard.ts';
import { nearest } from '../load/nearest.ts';
import type { DeclaredDifference, Json, JsonMap } from '../model.ts';
import type { Problems } from '../problem.ts';
import { isMap, sourceOf } from '../source.ts';
import { mapAt } from './maps.ts';

/** `kinds`: ids of all kinds of things that environments are compared by. */
export function readDeclared(
  project: JsonMap,
  kinds: readonly string[],
  problems: Problems,
): DeclaredDifference[] {
  const list = mapAt(project, 'compare')['differs'];
  const environments = Object.keys(mapAt(project, 'environments'));
  return (Array.isArray(list) ? list : []).flatMap((entry: Json) =>
    isMap(entry) ? (readEntry(entry, { kinds, environments }, problems) ?? []) : [],
  );
}

interface Known {
  readonly kinds: readonly string[];
  readonly environments: readonly string[];
}

function readEntry(entry: JsonMap, known: Known, problems: Problems): DeclaredDifference | null {
  const { what, reason, until = null } = entry;
  const named = entry['environments'];
  if (typeof what !== 'string' || typeof reason !== 'string') return null;
  const environments = Array.isArray(named) ? named : [];
  const isKnown = checkWhat(what, entry, known.kinds, problems);
  const areKnown = environments.map((name: Json, index: number) =>
    checkEnvironment(String(name), sourceOf(environments, index), known.environments, problems),
  );
  const areTwo = !Array.isArray(named) || new Set(named).size > 1;
  if (!areTwo) {
    problems.add('ONE_ENVIRONMENT', 'A difference is between two environments or more.', {
      source: sourceOf(entry, 'environments'),
      fix: 'Write all between which it is expected, or leave the key out: then it is between all.',
    });
  }
  const ends = until === null || checkDay(String(until), entry, problems);
  if (!isKnown || !areTwo || !ends || areKnown.includes(false)) return null;
  return {
    what,
    reason,
    environments: environments.map(String),
    until: until === null ? null : String(until),
    source: sourceOf(entry, 'what') ?? sourceOf(entry),
  };
}

function checkWhat(what: string, entry: JsonMap, kinds: readonly string[], problems: Problems): boolean {
  const [kind = '', subject] = what.split(/\[(.*)$/s);
  const isWhole = subject === undefined ? !kind.includes(']') : subject.length > 1 && subject.endsWith(']');
  if (isWhole && kinds.some((id) => matchesWildcard(kind, id))) return true;
  const near = nearest(kind.replaceAll('*', ''), kinds);
  problems.add(
    'UNKNOWN_KIND',
    isWhole
      ? `Environments are not compared by "${kind}".`
      : `"${what}" is no kind, and no kind with its subject in brackets.`,
    {
      source: sourceOf(entry, 'what'),
      fix: isWhole
        ? near && !kind.includes('*')
          ? `Did you mean "${near}${subject === undefined ? '' : `[${subject}`}"?`
          : 'Write a kind of docs/compare-kinds.md, such as token.lifetime, or several with *: token.*'
        : 'Write for example token.lifetime or token.lifetime[reader].',
    },
  );
  return false;
}

function checkEnvironment(
  name: string,
  source: ReturnType<typeof sourceOf>,
  known: readonly string[],
  problems: Problems,
): boolean {
  if (known.includes(name)) return true;
  const near = nearest(name, known);
  problems.add('UNKNOWN_ENVIRONMENT', `There is no environment "${name}".`, {
    source,
    fix: near ? `Did you mean "${near}"?` : `There are: ${known.join(', ')}.`,
  });
  return false;
}

/** A day that the calendar has. */
function checkDay(day: string, entry: JsonMap, problems: Problems): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  if (!Number.isNaN(at) && new Date(at).toISOString().startsWith(day)) return true;
  problems.add('DATE_INVALID', `There is no day "${day}".`, {
    source: sourceOf(entry, 'until'),
    fix: 'Write year, month and day: 2027-01-31.',
  });
  return false;
}
