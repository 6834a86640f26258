/** A JSON file that is a list of maps, with the places of its rows and of their members. */
import { LineCounter } from 'yaml';
import { jsonFaultAt, parseJson } from '../http/json.ts';
import type { Json, JsonMap, Source } from '../model.ts';
import type { Problems } from '../problem.ts';
import { emptyMap, isMap, place, placeEntry } from '../source.ts';

/** Levels of nesting. */
const deepest = 100;

/** Rows whose places are known, `most` of them; what is wrong goes to `problems`. */
export function readJsonRows(text: string, file: string, most: number, problems: Problems): JsonMap[] {
  const at = places(text, file);
  const found = scan(text);
  if (found.tooDeep !== null) {
    const message = `Values are nested deeper than ${deepest} levels.`;
    problems.add('DATA_INVALID', message, { source: at(found.tooDeep) });
    return [];
  }
  const parsed = parseJson(text);
  const fix = 'Write a list of maps: [{"id": 1}, {"id": 2}].';
  if ('error' in parsed) {
    const message = text.trim() === '' ? 'The file is empty.' : 'The file is no JSON.';
    problems.add('DATA_INVALID', message, { source: at(jsonFaultAt(text)), fix });
    return [];
  }
  if (!Array.isArray(parsed.value)) {
    problems.add('DATA_INVALID', 'The file is no list of rows.', { source: at(text.search(/\S/)), fix });
    return [];
  }
  return (parsed.value as readonly Json[]).slice(0, most).flatMap((value, index) => {
    const marks = found.items[index];
    if (!marks) return [];
    if (!isMap(value)) {
      problems.add('DATA_INVALID', `Row ${index + 1} is no map.`, { source: at(marks.start), fix });
      return [];
    }
    return [placedRow(value, marks, { text, at, problems })];
  });
}

interface Placing {
  readonly text: string;
  readonly at: (offset: number) => Source;
  readonly problems: Problems;
}

function placedRow(value: JsonMap, { start, members }: Item, { text, at, problems }: Placing): JsonMap {
  const row = emptyMap();
  place(row, at(start));
  for (const { key, from, to } of members) {
    const name = JSON.parse(text.slice(key, text.indexOf(':', endOfText(text, key)))) as string;
    if (Object.hasOwn(row, name))
      problems.add('DUPLICATE_KEY', `"${name}" stands twice in one row.`, {
        source: at(key),
        fix: 'Keep one of them.',
      });
    row[name] = value[name] ?? null;
    placeEntry(row, name, at(key), at(from), text.slice(from, to));
  }
  return row;
}

function endOfText(text: string, start: number): number {
  const quoted = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
  quoted.lastIndex = start;
  quoted.exec(text);
  return quoted.lastIndex;
}

/** Offsets in the text. */
interface Item {
  readonly start: number;
  readonly members: { readonly key: number; readonly from: number; to: number }[];
}

/** The items of a list; what it gives of a text that is no JSON means nothing. */
function scan(text: string): { readonly items: readonly Item[]; readonly tooDeep: number | null } {
  const items: Item[] = [];
  let depth = 0;
  let key = -1;
  let afterColon = false;
  let item: Item | null = null;
  // A string that does not end goes to the end: nothing is looked for in it again.
  const token = /"[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|\\?$)|[[\]{},:]|[^\s[\]{},:"]+/g;
  for (const found of text.matchAll(token)) {
    const [word] = found;
    const closes = word === '}' || word === ']';
    if (closes) depth -= 1;
    const begins = !closes && word !== ',' && word !== ':';
    if (begins && depth === 1) {
      item = { start: found.index, members: [] };
      items.push(item);
    } else if (begins && depth === 2 && item && text[item.start] === '{') {
      if (afterColon) item.members.push({ key, from: found.index, to: found.index + word.length });
      else key = found.index;
      afterColon = false;
    } else if (word === ':' && depth === 2) afterColon = true;
    if (word === '{' || word === '[') depth += 1;
    if (depth > deepest) return { items, tooDeep: found.index };
  }
  return { items, tooDeep: null };
}

function places(text: string, file: string): (offset: number) => Source {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) lines.addNewLine(end + 1);
  return (offset) => {
    const { line, col } = lines.linePos(Math.max(offset, 0));
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
}
