/** `compare --baseline FILE`: the observations of an earlier comparison, read from its report. */
import { resolve } from 'node:path';
import { isRefusal, readUtf8 } from '../files.ts';
import { nearest } from '../load/nearest.ts';
import type { Json, JsonMap, Observation, Past } from '../model.ts';
import { Problem } from '../problem.ts';
import { isMap } from '../source.ts';

/** Bytes; reports of hundreds of scenarios are a tenth of that. */
const largest = 200_000_000;
const schema = 'why401.report/1';
const again = 'Write one with: why401 compare --reporter json=FILE';

/**
 * What the report `file` holds of `environments`, or everything that is wrong with it. A JSON report, or the lines of a
 * JSONL one.
 */
export function readBaseline(
  file: string,
  cwd: string,
  environments: readonly string[],
): { readonly past: readonly Past[]; readonly problems: readonly Problem[] } {
  const refuse = (...problems: Problem[]) => ({ past: [], problems });
  const text = readText(file, cwd);
  if (text instanceof Problem) return refuse(text);
  const report = readReport(text, file);
  if (report instanceof Problem) return refuse(report);
  const observed = readObserved(report, file);
  if (observed instanceof Problem) return refuse(observed);
  const missing = environments.filter((name) => !observed.has(name));
  if (missing.length > 0) return refuse(...missing.map((name) => lacking(name, file, [...observed.keys()])));
  const at = new Date(String(report['started'])).toISOString().replace(/\.\d+Z$/, 'Z');
  const past = environments.map((environment) => ({
    environment,
    at,
    observations: observed.get(environment) ?? [],
  }));
  return { past, problems: [] };
}

function readText(file: string, cwd: string): string | Problem {
  const text = readUtf8(resolve(cwd, file), { limit: largest });
  if (!isRefusal(text)) return text;
  if (text.reason === 'too-large')
    return problem('BASELINE_TOO_LARGE', `The baseline "${file}" is larger than ${largest / 1e6} MB.`, again);
  return problem('BASELINE_UNREADABLE', `The baseline "${file}" cannot be read: ${text.why}.`, again);
}

/** The members of the report; of lines those of the first and of the last one. */
function readReport(text: string, file: string): JsonMap | Problem {
  const whole = parsed(text);
  const lines = 'error' in whole ? readLines(text) : null;
  const value = lines ?? ('value' in whole ? whole.value : null);
  if ('error' in whole && lines === null) {
    return problem(
      'BASELINE_NO_JSON',
      text.trim() === ''
        ? `The baseline "${file}" is empty.`
        : `The baseline "${file}" is no JSON, or only the beginning of one${whole.error}.`,
      again,
    );
  }
  const found = isMap(value ?? undefined) ? (value as JsonMap)['schema'] : undefined;
  if (found === schema) return value as JsonMap;
  return problem(
    'BASELINE_FOREIGN',
    typeof found === 'string' && found.startsWith('why401.report/')
      ? `The baseline "${file}" has the form ${found}; this version of why401 reads ${schema}.`
      : `The baseline "${file}" is no report of why401.`,
    again,
  );
}

/** null where it is not made of lines of a report that came to its end. */
function readLines(text: string): JsonMap | null {
  const end = text.trimEnd();
  const first = parsed(end.slice(0, Math.max(0, end.indexOf('\n'))));
  const last = parsed(end.slice(end.lastIndexOf('\n') + 1));
  if ('error' in first || !isMap(first.value) || first.value['type'] !== 'run') return null;
  if ('error' in last || !isMap(last.value) || last.value['type'] !== 'end') return null;
  return { ...last.value, ...first.value };
}

function readObserved(report: JsonMap, file: string): Map<string, readonly Observation[]> | Problem {
  const list = report['observed'];
  const { started } = report;
  if (!Array.isArray(list) || typeof started !== 'string' || Number.isNaN(Date.parse(started))) {
    const what = `The baseline "${file}" holds no observations: it is not the report of a comparison.`;
    return problem('BASELINE_WITHOUT_OBSERVATIONS', what, again);
  }
  const observed = new Map<string, readonly Observation[]>();
  for (const each of list as readonly Json[]) {
    if (!isMap(each)) continue;
    const { environment, observations } = each;
    if (typeof environment === 'string' && Array.isArray(observations) && observations.length > 0)
      observed.set(environment, observations.flatMap(readObservation));
  }
  return observed;
}

/** Nothing for what is none: a report may have been changed by hand. */
function readObservation(value: Json): Observation[] {
  if (!isMap(value)) return [];
  const { kind, of, value: seen = null, seen: text } = value;
  if (typeof kind !== 'string' || typeof of !== 'string' || isDeep(seen)) return [];
  return [{ kind, of, value: seen, ...(typeof text === 'string' && { seen: text }), source: null }];
}

/** What is observed is flat; what is deeper comes from somebody else, and may be as deep as it likes. */
function isDeep(value: Json): boolean {
  let level: readonly Json[] = [value];
  for (let depth = 0; depth < 5 && level.length > 0; depth += 1)
    level = level.flatMap((each) => (each !== null && typeof each === 'object' ? Object.values(each) : []));
  return level.length > 0;
}

function lacking(name: string, file: string, known: readonly string[]): Problem {
  const near = nearest(name, known);
  const there = known.length === 0 ? 'Nothing was observed there.' : `It has: ${known.join(', ')}.`;
  return problem(
    'BASELINE_ENVIRONMENT',
    `The baseline "${file}" has no observations of "${name}".`,
    near ? `Did you mean "${near}"? ${there}` : there,
  );
}

function problem(code: string, message: string, fix: string): Problem {
  return new Problem(code, message, { fix });
}

/** Without the exact integers of `parseJson`, which take half a minute and gigabytes for a report of 100 MB. */
function parsed(text: string): { readonly value: Json } | { readonly error: string } {
  try {
    return { value: JSON.parse(text) as Json };
  } catch (error) {
    // The words of the parser quote the text, and a wrong file may hold a secret.
    const [, position] = /at position (\d+)/.exec((error as Error).message) ?? [];
    return { error: position === undefined ? '' : ` (it stops at character ${Number(position) + 1})` };
  }
}
