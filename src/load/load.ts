/** The user's files to values that know their places. Nothing is thrown for wrong input: all of it is collected. */
import { basename, dirname, resolve } from 'node:path';
import { kindOf } from '../files.ts';
import type { Json, JsonMap, Source } from '../model.ts';
import { Problem, Problems } from '../problem.ts';
import { isMap, sourceOf } from '../source.ts';
import { Expander, type Shelf } from './expand.ts';
import {
  displayed,
  expandPaths,
  type FoundFile,
  findProjectFile,
  findScenarios,
  readText,
  strangerOf,
} from './files.ts';
import { withLines } from './frame.ts';
import { type Kind, validate } from './validate.ts';
import { parseYaml } from './yaml.ts';

export interface LoadedFile {
  /** Relative to the working directory, with forward slashes. */
  readonly file: string;
  /** Absolute. */
  readonly path: string;
  readonly value: JsonMap;
}

export interface Loaded {
  /** Folder of the project file; the working directory where there is none. */
  readonly root: string;
  /** Further folders of files that scenarios name, as the project file says; absolute. */
  readonly folders: readonly string[];
  /** null where it is missing or cannot be used. */
  readonly project: LoadedFile | null;
  /** Those that can be used, sorted by path. */
  readonly scenarios: readonly LoadedFile[];
  /** Of all files, sorted by file, line and column, with their source lines. */
  readonly problems: readonly Problem[];
  /** The line in which something stands; null for a file that was not loaded. */
  lineOf(source: Source): string | null;
}

export interface LoadOptions {
  readonly cwd: string;
  readonly config?: string;
  /** The number of the user who runs; absent or null: whose a project file is does not matter. */
  readonly user?: number | null;
  readonly paths?: readonly string[];
  /** false: the project file alone. */
  readonly scenarios?: boolean;
}

/** Reads the project file and its scenarios, or those that `paths` names. */
export function loadProject(options: LoadOptions): Loaded {
  const cwd = resolve(options.cwd);
  const problems = new Problems();
  const paths = options.paths ?? [];
  const projectPath = projectPathOf(options, cwd, problems);
  const root = projectPath === null ? cwd : dirname(projectPath);
  const texts = new Map<string, string>();
  const shelf = { within: [root], cwd, problems, texts };
  const load = (found: FoundFile, kind: Kind): LoadedFile | null => {
    const { path } = found;
    const file = displayed(path, cwd);
    const value = loadFile(found, file, kind, shelf);
    return value && { file, path, value };
  };
  const project = projectPath === null ? null : load({ path: projectPath, within: null }, 'project');
  const folders = foldersOf(project, root, problems);
  const isRead = projectPath !== null && texts.has(displayed(projectPath, cwd));
  const before = problems.list.length;
  const alone = options.scenarios === false;
  const found =
    paths.length > 0
      ? expandPaths(paths, cwd, root, problems)
      : projectPath === null || alone
        ? []
        : findScenarios(root, cwd, problems);
  const files = distinct(found).filter(({ path }) => path !== projectPath);
  if (files.length === 0 && !alone && projectPath !== null && isRead && problems.list.length === before) {
    problems.add(
      'NO_SCENARIOS',
      paths.length > 0
        ? 'The given paths hold no scenario.'
        : `There is no scenario beside ${displayed(projectPath, cwd)}.`,
      {
        fix: 'Write one: a file with the ending .yml and the key "steps".',
      },
    );
  }
  const scenarios = loadScenarios(files, load, { ...shelf, within: [root, ...folders] }, paths);
  const lineOf = createLineOf(texts);
  return { root, folders, project, scenarios, problems: sorted(withLines(problems.list, lineOf)), lineOf };
}

/** null where there is none that may be used; why is a problem. */
function projectPathOf({ config, user = null }: LoadOptions, cwd: string, problems: Problems): string | null {
  if (config !== undefined) return namedProject(config, cwd, problems);
  const path = findProjectFile(cwd);
  if (path === null) {
    problems.add('NO_PROJECT', 'There is no why401.yml here, in a folder above, or in ./specs.', {
      fix: 'Write one, or name it: --config FILE',
    });
    return null;
  }
  const stranger = strangerOf(path, cwd, user);
  if (stranger === null) return path;
  const file = displayed(path, cwd);
  problems.add(
    'FOREIGN_PROJECT',
    `"${file}" lies above the working directory and belongs to another user (uid ${stranger}): it is not used, since it says where secrets go.`,
    { source: { file, line: 1, column: 1 }, fix: `If it is meant, name it: --config ${file}` },
  );
  return null;
}

function namedProject(config: string, cwd: string, problems: Problems): string | null {
  const path = resolve(cwd, config);
  if (kindOf(path) !== 'folder') return path;
  problems.add('NO_PROJECT', `--config names a file, and "${config}" is a folder.`, {
    fix: `Write --config ${displayed(resolve(path, 'why401.yml'), cwd)}`,
  });
  return null;
}

/** What `folders` of the project file names. */
function foldersOf(project: LoadedFile | null, root: string, problems: Problems): string[] {
  const written = project?.value['folders'];
  if (!Array.isArray(written)) return [];
  return written.flatMap((each, index) => {
    const path = resolve(root, String(each));
    if (kindOf(path) === 'folder') return [path];
    problems.add('FILE_MISSING', `There is no folder "${each}".`, {
      source: sourceOf(written, index),
      fix: 'The path is relative to why401.yml.',
    });
    return [];
  });
}

/** Each path once, sorted; the first one that names it says where it must lie. */
function distinct(list: readonly FoundFile[]): FoundFile[] {
  const byPath = new Map<string, FoundFile>();
  for (const each of list) if (!byPath.has(each.path)) byPath.set(each.path, each);
  return [...byPath.values()].sort((a, b) => compare(a.path, b.path));
}

/** Scenarios with what they take in. A list of steps that a folder holds is no scenario, and is one that some use. */
function loadScenarios(
  files: readonly FoundFile[],
  load: (found: FoundFile, kind: Kind) => LoadedFile | null,
  shelf: Shelf,
  paths: readonly string[],
): LoadedFile[] {
  const expander = new Expander(shelf);
  const lists: { readonly path: string; readonly problem: Problem }[] = [];
  const scenarios: LoadedFile[] = [];
  for (const found of files) {
    const { path } = found;
    const before = shelf.problems.list.length;
    const loaded = load(found, 'scenario');
    const [problem, ...others] = shelf.problems.list.slice(before);
    if (problem?.code === 'LIST_OF_STEPS' && others.length === 0) {
      shelf.problems.list.pop();
      lists.push({ path, problem });
    }
    if (!loaded) continue;
    const value = expander.scenario(loaded.value, path);
    if (shelf.problems.list.length === before) scenarios.push({ ...loaded, value });
  }
  const named = new Set(paths.map((path) => resolve(shelf.cwd, path)));
  // One that could not be read may have meant to use it.
  const isMentioned = (path: string): boolean =>
    [...shelf.texts].some(
      ([file, text]) => file !== displayed(path, shelf.cwd) && text.includes(basename(path)),
    );
  for (const { path, problem } of lists) {
    if (expander.uses(path) && !named.has(path)) continue;
    if (named.has(path) || (paths.length === 0 && !isMentioned(path))) shelf.problems.list.push(problem);
    else expander.list(path);
  }
  return scenarios;
}

function loadFile(found: FoundFile, file: string, kind: Kind, { texts, problems }: Shelf): JsonMap | null {
  const text = readText(found, file);
  if (text instanceof Problem) {
    problems.list.push(text);
    return null;
  }
  texts.set(file, text);
  const parsed = parseYaml(text, file);
  problems.list.push(...parsed.problems);
  if (parsed.problems.length > 0) return null;
  return accept(parsed.value, file, kind, problems);
}

function accept(value: Json, file: string, kind: Kind, problems: Problems): JsonMap | null {
  const source = { file, line: 1, column: 1 };
  const wanted =
    kind === 'project' ? 'A project file has the key "environments".' : 'A scenario has the key "steps".';
  if (value === null) {
    problems.add('EMPTY_FILE', 'The file is empty.', { source, fix: wanted });
    return null;
  }
  if (kind === 'scenario' && Array.isArray(value)) {
    problems.add('LIST_OF_STEPS', 'The file is a list of steps, and no scenario uses it.', {
      source,
      fix: 'Write "steps:" above it for a scenario, or take it in: "- use: FILE".',
    });
    return null;
  }
  if (!isMap(value)) {
    problems.add(
      'WRONG_TYPE',
      `The file must be a map, not ${Array.isArray(value) ? 'a list' : 'a single value'}.`,
      { source, fix: wanted },
    );
    return null;
  }
  const found = validate(kind, value);
  problems.list.push(...found);
  return found.length > 0 ? null : value;
}

function createLineOf(texts: ReadonlyMap<string, string>): (source: Source) => string | null {
  const split = new Map<string, readonly string[]>();
  return ({ file, line }) => {
    const text = texts.get(file);
    if (text === undefined) return null;
    const lines = split.get(file) ?? text.split(/\r?\n/);
    split.set(file, lines);
    return lines[line - 1] ?? null;
  };
}

function sorted(list: readonly Problem[]): Problem[] {
  const at = ({ source }: Problem): Source => source ?? { file: '', line: 0, column: 0 };
  return [...list].sort(
    (a, b) => compare(at(a).file, at(b).file) || at(a).line - at(b).line || at(a).column - at(b).column,
  );
}

/** By code unit: the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
