/** `data` of a scenario to rows: inline, or of a CSV or JSON file. Values are data: a template in one is text. */
import type { Json, JsonMap, Source } from '../model.ts';
import { Problem, Problems } from '../problem.ts';
import { emptyMap, isMap, place, placeEntry, sourceOf } from '../source.ts';
import { type Cell, parseCsv } from './csv.ts';
import { readJsonRows } from './json-rows.ts';

/** Of one scenario in one environment. */
const mostRows = 10_000;
/** Bytes of a file. */
export const largestData = 8_000_000;

/** The rows of a file, and what is wrong with them; `file` names it. */
export function readRows(
  text: string,
  file: string,
): { rows: readonly JsonMap[]; problems: readonly Problem[] } {
  const problems = new Problems();
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    const before = text.slice(0, nul).split('\n');
    const source = { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    problems.add('NOT_TEXT', 'The file holds a NUL character: it is no text.', {
      source,
      fix: 'Save it as UTF-8.',
    });
    return { rows: [], problems: problems.list };
  }
  const rows = /\.json$/i.test(file)
    ? readJsonRows(text, file, mostRows + 1, problems)
    : readCsvRows(text, file, problems);
  checkRows(rows, { file, line: 1, column: 1 }, problems);
  return { rows, problems: problems.list };
}

/** What is wrong with rows whatever they come from. */
function checkRows(rows: readonly JsonMap[], source: Source | null, problems: Problems): void {
  if (rows.length === 0 && problems.list.length === 0)
    problems.add('DATA_EMPTY', 'The data has no rows: nothing would be tested.', {
      source,
      fix: 'Add a row, or remove "data".',
    });
  if (rows.length > mostRows)
    problems.add('DATA_TOO_LARGE', `The data has more than ${mostRows} rows.`, { source, fix: 'Split it.' });
  const wrong = new Set<string>();
  for (const row of rows) {
    for (const name of Object.keys(row)) {
      if (isColumn(name) || wrong.has(name)) continue;
      wrong.add(name);
      problems.list.push(badColumn(name, sourceOf(row, name, 'key')));
    }
  }
}

function isColumn(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name) && name !== '__proto__';
}

function badColumn(name: string, source: Source | null): Problem {
  const fix = /[;\t|]/.test(name)
    ? 'Separate columns by commas.'
    : 'Write a name of letters, digits, "_" and "-": a value is used as ${name}.';
  const shown = name.length > 60 ? `${name.slice(0, 57)}...` : name;
  const message = name === '' ? 'A column has no name.' : `"${shown}" cannot be the name of a column.`;
  return new Problem('DATA_COLUMN', message, { source, fix });
}

function readCsvRows(text: string, file: string, problems: Problems): JsonMap[] {
  const records = parseCsv(text, mostRows + 2);
  if ('message' in records) {
    const { message, fix, line, column } = records;
    problems.add('DATA_INVALID', message, { source: { file, line, column }, fix });
    return [];
  }
  const [header = [], ...rest] = records;
  const names = new Set<string>();
  for (const { text: name, line, column } of header) {
    if (problems.list.length >= mostTold) break;
    const source = { file, line, column };
    if (names.has(name))
      problems.add('DATA_COLUMN', `The column "${name}" stands twice.`, { source, fix: 'Rename one.' });
    else if (!isColumn(name)) problems.list.push(badColumn(name, source));
    names.add(name);
  }
  if (problems.list.length > 0) return [];
  for (const record of rest) checkWidth(record, header, file, problems);
  return problems.list.length > 0 ? [] : rest.map((record) => csvRow(record, header, file));
}

/** Of many columns or rows that are wrong the first ten are told. */
const mostTold = 10;

function checkWidth(
  record: readonly Cell[],
  header: readonly Cell[],
  file: string,
  problems: Problems,
): void {
  if (record.length === header.length || problems.list.length >= mostTold) return;
  const { line, column } = record[Math.min(header.length, record.length - 1)] ?? { line: 1, column: 1 };
  const cells = record.length === 1 ? '1 cell' : `${record.length} cells`;
  problems.add('DATA_RAGGED', `The row has ${cells}, and there are ${header.length} columns.`, {
    source: { file, line, column },
    fix: 'Quote a value that holds a comma; leave an empty cell for a value that is missing.',
  });
}

function csvRow(record: readonly Cell[], header: readonly Cell[], file: string): JsonMap {
  const row = emptyMap();
  const at = ({ line, column }: Cell): Source => ({ file, line, column });
  const [first] = record;
  if (first) place(row, at(first));
  for (const [index, cell] of record.entries()) {
    const name = header[index];
    if (!name) continue;
    row[name.text] = cell.text;
    placeEntry(row, name.text, at(name), at(cell), cell.text);
  }
  return row;
}

/** Rows that stand in the scenario itself. */
export function inlineRows(
  value: readonly Json[],
  source: Source | null,
  problems: Problems,
): readonly JsonMap[] {
  const own = new Problems();
  const rows = value.filter(isMap);
  checkRows(rows, source, own);
  problems.list.push(...own.list);
  return rows;
}
