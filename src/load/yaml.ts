/** YAML 1.2 text to plain values that know their places. Strict: what could be misread is a problem. */
import { Composer, type Document, Lexer, LineCounter, Parser, type YAMLError } from 'yaml';
import type { Json, Source } from '../model.ts';
import { type Problem, Problems } from '../problem.ts';
import { explainSyntax } from './yaml-errors.ts';
import { maxDepth, tooDeep, ValueBuilder } from './yaml-values.ts';

export interface ParsedYaml {
  /** null where the text could not be read; then there is a problem. */
  readonly value: Json | null;
  readonly problems: readonly Problem[];
}

/** Of one file; more are not read by anyone. */
const maxProblems = 100;

/** Reads one file; never throws for what stands in it. `file` names it in places. */
export function parseYaml(text: string, file: string): ParsedYaml {
  const lines = new LineCounter();
  const problems = new Problems();
  const at = (offset: number): Source => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const unread = findUnreadable(text);
  if (unread) {
    countLines(text, lines);
    problems.add(unread.code, unread.message, { source: at(unread.offset), fix: unread.fix });
    return { value: null, problems: problems.list };
  }
  const documents = compose(text, lines);
  problems.list.push(...syntaxProblems(text, documents, at));
  const [first] = documents;
  if (!first || problems.list.length > 0) return { value: null, problems: problems.list };
  const value = first.contents === null ? null : new ValueBuilder(problems, at).build(first.contents);
  return { value: problems.list.length > 0 ? null : value, problems: problems.list.slice(0, maxProblems) };
}

function compose(text: string, lines: LineCounter): Document.Parsed[] {
  const parser = new Parser((offset) => lines.addNewLine(offset));
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    strict: true,
    stringKeys: true,
    // compared by us: the package compares each key with each other one
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  return [...composer.compose(parser.parse(text), true, text.length)] as Document.Parsed[];
}

function syntaxProblems(
  text: string,
  documents: readonly Document.Parsed[],
  at: (offset: number) => Source,
): Problem[] {
  const problems = new Problems();
  const read = (other: string): readonly YAMLError[] =>
    errorsOf(other === text ? documents : compose(other, new LineCounter()));
  if (errorsOf(documents).length > 0) problems.list.push(...explainSyntax(text, read, at));
  const [, second] = documents;
  if (second && problems.list.length === 0) {
    const fix = 'Write one file for each.';
    problems.add('YAML_DOCUMENTS', 'The file holds several YAML documents.', {
      source: at(second.range[0]),
      fix,
    });
  }
  if (documents.some((document) => document.directives.yaml.version !== '1.2')) {
    const fix = 'Remove the %YAML line.';
    problems.add('YAML_VERSION', 'Files are read as YAML 1.2.', { source: at(0), fix });
  }
  return problems.list;
}

function errorsOf(documents: readonly Document.Parsed[]): YAMLError[] {
  return documents.flatMap((document) => [...document.errors, ...document.warnings]);
}

interface Unreadable {
  readonly code: string;
  readonly message: string;
  readonly fix: string | null;
  readonly offset: number;
}

/** What the parser must not be given. */
function findUnreadable(text: string): Unreadable | null {
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    const message = 'The file holds a NUL character: it is no text.';
    return { code: 'NOT_TEXT', message, fix: 'Save it as UTF-8.', offset: nul };
  }
  const offset = isShallow(text) ? null : tooDeepAt(text);
  return offset === null ? null : { code: 'YAML_TOO_DEEP', message: tooDeep, fix: null, offset };
}

/** Told without reading it: few brackets, and no line long enough. */
function isShallow(text: string): boolean {
  if ((text.match(/[[{]/g)?.length ?? 0) > maxDepth) return false;
  return text.split('\n').every((line) => line.length <= 2 * maxDepth);
}

/** Lexemes that are not in the text. */
const marks: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f']);

/** Brackets open at once, or indicators that nest on one line: the parser takes quadratic time for them. */
function tooDeepAt(text: string): number | null {
  let flow = 0;
  let line = 0;
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === '[' || lexeme === '{') flow += 1;
    else if (lexeme === ']' || lexeme === '}') flow = Math.max(0, flow - 1);
    else if (flow === 0 && /^[-?:]$/.test(lexeme)) line += 1;
    else if (lexeme === '\n' || lexeme === '\r\n') line = 0;
    if (Math.max(flow, line) > maxDepth) return offset;
    if (!marks.has(lexeme)) offset += lexeme.length;
  }
  return null;
}

function countLines(text: string, lines: LineCounter): void {
  lines.addNewLine(0);
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) lines.addNewLine(end + 1);
}
