/** What a scenario takes in from other files: rows of `data`, lists of steps by `use`. Afterwards it stands alone. */
import { dirname, resolve } from 'node:path';
import { outsideFix, refusalOf } from '../files.ts';
import type { Json, JsonMap, Source } from '../model.ts';
import { Problem, type Problems } from '../problem.ts';
import { isMap, merge, place, placeEntry, sourceOf } from '../source.ts';
import { displayed, type FoundFile, readText } from './files.ts';
import { inlineRows, largestData, readRows } from './rows.ts';
import { validate } from './validate.ts';
import { parseYaml } from './yaml.ts';

/** Files within files. */
const deepestUse = 16;
/** Steps and `use` of one list, all that it takes in included. */
const mostSteps = 1000;

export interface Shelf {
  /** Where files of scenarios may lie: the folder of the project file, and the `folders` that it names. */
  readonly within: readonly string[];
  readonly cwd: string;
  readonly problems: Problems;
  /** Texts whose lines may be shown, by displayed name. */
  readonly texts: Map<string, string>;
}

interface StepList {
  readonly path: string;
  readonly file: string;
  readonly steps: readonly Json[];
}
interface Budget {
  left: number;
  readonly source: Source | null;
}

export class Expander {
  readonly #shelf: Shelf;
  readonly #lists = new Map<string, StepList | null>();
  readonly #rows = new Map<string, readonly JsonMap[]>();
  readonly #told = new Set<string>();

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  /** Whether a scenario so far took in this file. */
  uses(path: string): boolean {
    return this.#lists.has(path);
  }

  /** The scenario of the file `path` as if all stood in it. What is wrong goes to the problems, each mistake once. */
  scenario(value: JsonMap, path: string): JsonMap {
    const own = this.#expanded(value, path);
    const overrides = value['in'];
    if (overrides === undefined || !isMap(overrides)) return own;
    let result = own;
    for (const [name, over] of Object.entries(overrides)) {
      if (!isMap(over)) continue;
      const expanded = this.#expanded(over, path);
      if (expanded !== over) result = merge(result, { in: { [name]: expanded } });
    }
    return result;
  }

  #expanded(value: JsonMap, path: string): JsonMap {
    let result = value;
    const { data } = value;
    if (data !== undefined && data !== null) result = merge(result, { data: this.#data(value, path) });
    for (const key of ['before', 'steps', 'after']) {
      const list = value[key];
      if (!Array.isArray(list) || !list.some(isUse)) continue;
      const budget = { left: mostSteps, source: sourceOf(value, key, 'key') };
      const steps: Json[] = [];
      const placed: Json[] = steps;
      place(placed, sourceOf(list) ?? { file: '', line: 1, column: 1 });
      this.#take({ path, steps: list, file: displayed(path, this.#shelf.cwd) }, [], budget, steps);
      result = merge(result, { [key]: steps });
    }
    return result;
  }

  /** Appends the steps of a list, and of all that it uses, to `into`. */
  #take(list: StepList, chain: readonly StepList[], budget: Budget, into: Json[]): void {
    const here = [...chain, list];
    for (const [index, step] of list.steps.entries()) {
      if (budget.left < 0) return;
      budget.left -= 1;
      if (budget.left < 0) {
        const message = `The list has more than ${mostSteps} steps, with those that it takes in by "use".`;
        this.#tell(
          new Problem('USE_TOO_LARGE', message, {
            source: budget.source,
            fix: 'Make several scenarios of it.',
          }),
        );
        return;
      }
      if (!isUse(step)) {
        const source = sourceOf(list.steps, index);
        if (source) placeEntry(into, into.length, source, source, null);
        into.push(step);
        continue;
      }
      const next = this.#next(step, here);
      if (next) this.#take(next, here, budget, into);
    }
  }

  /** What `use` names; null where that is a problem. */
  #next(step: JsonMap, here: readonly StepList[]): StepList | null {
    const source = sourceOf(step, 'use');
    const other = Object.keys(step).find((key) => key !== 'use');
    if (other !== undefined) {
      this.#tell(
        new Problem('EXCLUSIVE_KEYS', `"use" and "${other}" cannot stand side by side in a step.`, {
          source: sourceOf(step, other, 'key'),
          fix: 'Write it on the steps of the file that is used.',
        }),
      );
      return null;
    }
    const { path: from } = here.at(-1) ?? { path: '' };
    const path = placeOf(this.#shelf.within, from, String(step['use']), source);
    if (path instanceof Problem) {
      this.#tell(path);
      return null;
    }
    const chain = [...here.map(({ file }) => file), displayed(path, this.#shelf.cwd)];
    if (here.some((each) => each.path === path)) {
      const message = `The file uses itself: ${chain.slice(here.findIndex((each) => each.path === path)).join(' uses ')}.`;
      this.#tell(
        new Problem('USE_CYCLE', message, { source, fix: 'Take the "use" away that closes the circle.' }),
      );
      return null;
    }
    if (here.length > deepestUse) {
      const message = `Files use each other more than ${deepestUse} levels deep.`;
      this.#tell(new Problem('USE_TOO_DEEP', message, { source, fix: 'Write the steps out.' }));
      return null;
    }
    return this.list(path, source);
  }

  /** The list of steps of a file, read once; null where it is none, which is told once. */
  list(path: string, source: Source | null = null): StepList | null {
    const known = this.#lists.get(path);
    if (known !== undefined) return known;
    const { within, cwd, texts, problems } = this.#shelf;
    const file = displayed(path, cwd);
    const text = readText({ path, within }, file);
    const found = text instanceof Problem ? { value: null, problems: [text] } : parseYaml(text, file);
    if (typeof text === 'string') texts.set(file, text);
    const wrong = found.problems.length > 0 ? found.problems : wrongOf(found.value, file, source);
    problems.list.push(...wrong);
    const list = wrong.length === 0 && Array.isArray(found.value) ? { path, file, steps: found.value } : null;
    this.#lists.set(path, list);
    return list;
  }

  #data(value: JsonMap, path: string): readonly JsonMap[] {
    const data = value['data'] ?? null;
    const { within, cwd, problems } = this.#shelf;
    if (Array.isArray(data)) return inlineRows(data, sourceOf(value, 'data'), problems);
    if (!isMap(data)) return [];
    const source = sourceOf(data, 'file');
    const found = placeOf(within, path, String(data['file']), source);
    if (found instanceof Problem) {
      this.#tell(found);
      return [];
    }
    const known = this.#rows.get(found);
    if (known) return known;
    const { rows, problems: wrong } = fileRows({ path: found, within }, displayed(found, cwd), source);
    problems.list.push(...wrong);
    this.#rows.set(found, rows);
    return rows;
  }

  #tell(problem: Problem): void {
    const key = JSON.stringify([problem.code, problem.source]);
    if (!this.#told.has(key)) this.#shelf.problems.list.push(problem);
    this.#told.add(key);
  }
}

/** Where a file is that a file of the project names; a Problem where it is named that no file is there to read. */
function placeOf(
  within: readonly string[],
  from: string,
  written: string,
  source: Source | null,
): string | Problem {
  const path = resolve(dirname(from), written);
  const refusal = refusalOf(path, { limit: Number.MAX_SAFE_INTEGER, within });
  if (refusal === null) return path;
  const [code, fix] =
    refusal.reason === 'outside'
      ? ['FILE_OUTSIDE', outsideFix]
      : ['FILE_UNREADABLE', 'The path is relative to the file that names it.'];
  const what = refusal.reason === 'outside' ? 'is not read' : 'cannot be read';
  return new Problem(code, `The file "${written}" ${what}: ${refusal.why}.`, { source, fix });
}

function isUse(step: Json): step is JsonMap {
  return isMap(step) && step['use'] !== undefined;
}

function fileRows(found: FoundFile, file: string, source: Source | null): ReturnType<typeof readRows> {
  if (!/\.(?:csv|json)$/i.test(file)) {
    const message = `"${file}" is neither .csv nor .json.`;
    return {
      rows: [],
      problems: [new Problem('DATA_INVALID', message, { source, fix: 'Rows are read from such a file.' })],
    };
  }
  const text = readText(found, file, { bytes: largestData, fix: 'Split it.' });
  return text instanceof Problem ? { rows: [], problems: [text] } : readRows(text, file);
}

/** The schema of a scenario holds for its steps wherever they stand. */
function wrongOf(value: Json, file: string, use: Source | null): readonly Problem[] {
  const source = { file, line: 1, column: 1 };
  if (!Array.isArray(value)) {
    const what = value === null ? 'is empty' : isMap(value) ? 'is a map' : 'is a single value';
    const whose = use ? ` that "use" names` : '';
    const fix = 'A file that is used is a list of steps: "- GET: /path".';
    return [new Problem('WRONG_TYPE', `The file${whose} ${what}.`, { source, fix })];
  }
  const whole = { steps: value };
  place(whole, source);
  placeEntry(whole, 'steps', source, source, null);
  return validate('scenario', whole);
}
