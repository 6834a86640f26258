/** Rows of data: which a scenario has in an environment, and what their values may be used for. */
import type { JobRow, Json, JsonMap, Row } from '../model.ts';
import { Secret } from '../secret.ts';
import { isMap } from '../source.ts';
import type { RenderedJson } from './template.ts';

/** The rows of a scenario whose overrides are applied; null alone: it has no data and runs once. */
export function rowsOf(scenario: JsonMap): readonly (JobRow | null)[] {
  const { data } = scenario;
  if (!Array.isArray(data)) return [null];
  const rows = (data as readonly Json[]).filter(isMap);
  return rows.map((values, index) => ({ number: index + 1, name: nameOf(values), values }));
}

/** Characters of a row's name in the name of its job. */
const longestLabel = 60;

/** The name of the job of each row: the same in each environment where rows have names, and never twice. */
export function labels(name: string, rows: readonly (JobRow | null)[]): string[] {
  const counts = new Map<string, number>();
  const cut = (text: string): string =>
    text.length > longestLabel ? `${text.slice(0, longestLabel - 3)}...` : text;
  for (const row of rows) if (row?.name) counts.set(cut(row.name), (counts.get(cut(row.name)) ?? 0) + 1);
  return rows.map((row) => {
    if (!row) return name;
    const named = row.name === null ? null : cut(row.name);
    if (named === null) return `${name} [row ${row.number}]`;
    return counts.get(named) === 1 ? `${name} [${named}]` : `${name} [row ${row.number}: ${named}]`;
  });
}

function nameOf({ name }: JsonMap): string | null {
  return typeof name === 'string' && name !== '' ? name : null;
}

export function withoutValues({ number, name }: Row): Row {
  return { number, name };
}

/** Columns whose name says that nobody may read them. */
const secretColumn =
  /(?:^|[_-])(?:password|passwd|pwd|secret|token|(?:api|access|private)[_-]?key|credentials?)$/i;

/** A value for `${name}`: as it is, and secret where the name of its column says so. */
export function rowValue(row: JsonMap, name: string): RenderedJson {
  const value = row[name] ?? null;
  return isSecret(name, value) ? Secret.named(name, value) : value;
}

/** The values of a row, or of variables, that no report may show. */
export function secretsOf({
  values,
}: Pick<JobRow, 'values'>): readonly (readonly [name: string, value: string])[] {
  return Object.entries(values).flatMap(([name, value]) =>
    isSecret(name, value) ? [[name, value] as const] : [],
  );
}

function isSecret(name: string, value: Json): value is string {
  return typeof value === 'string' && value !== '' && secretColumn.test(spelled(name));
}

/** `accessToken` as `access_Token`. */
function spelled(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
}
