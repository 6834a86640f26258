/** JSON and JSONL reports, read a piece at a time; each piece is held against the schema before it is believed. */
import { resolve } from 'node:path';
import { readParts } from '../files.ts';
import { Problem } from '../problem.ts';
import { createLines, createMembers, type Piece, type Splitter, TooLong } from '../report/pieces.ts';
import type { Line } from '../report/read-result.ts';
import { schemaId } from '../report/result.ts';
import { visible } from '../report/text.ts';
import { end, job, report, result, run, scenario, step } from '../schemas/report-validators.js';

/** Bytes of a line, or of a scenario of a JSON report; those of why401 are a hundredth of that. */
const longestPiece = 64_000_000;

/** Levels of nesting; reports have a dozen. */
const deepest = 64;

interface Found {
  readonly line: Line;
  /** 1-based. */
  readonly at: number;
}
interface Reader {
  readonly splitter: Splitter;
  readonly read: (piece: Piece) => Found[] | Problem;
  readonly end: () => Found[] | Problem;
}

/**
 * What the file says, as the lines of a JSONL report, and at last the number of its last line, or what is wrong with
 * it. The last line of a JSONL report may be half written: its run was killed.
 */
export async function* readResults(
  name: string,
  cwd: string,
  limit: number = longestPiece,
): AsyncGenerator<Found, number | Problem> {
  const parts = readParts(resolve(cwd, name));
  let reader: Reader | null = null;
  let last = 1;
  try {
    for (let next = await parts.next(); ; next = await parts.next()) {
      if (next.done && next.value) return unreadable(name, next.value.why);
      if (next.done && reader === null) return foreign(name, 'it is empty');
      const bytes = next.done ? null : (next.value as Uint8Array);
      if (bytes) reader ??= readerFor(bytes, name, limit);
      if (!reader) return foreign(name, 'it is no JSON or JSONL report of why401');
      for (const piece of bytes ? reader.splitter.push(bytes) : reader.splitter.end()) {
        last = piece.line;
        const found = reader.read(piece);
        if (found instanceof Problem) return found;
        yield* found;
      }
      if (bytes) continue;
      const ended = reader.end();
      if (ended instanceof Problem) return ended;
      yield* ended;
      return last;
    }
  } catch (error) {
    if (error instanceof TooLong) return invalid(name, error.line, `it is longer than ${limit / 1e6} MB`);
    throw error;
  } finally {
    await parts.return(null);
  }
}

function readerFor(bytes: Uint8Array, name: string, limit: number): Reader | null {
  const beginning = Buffer.from(bytes.subarray(0, 1000)).toString('utf8');
  const [, first] = /^\s*\{\s*"(type|schema)"/.exec(beginning) ?? [];
  if (first === 'type') {
    return { splitter: createLines(limit), read: (piece) => readLine(piece, name), end: () => [] };
  }
  return first === 'schema' ? { splitter: createMembers(limit), ...createDocument(name) } : null;
}

const validators = { report, scenario, run, job, step, result, end };
type Kind = keyof typeof validators;

function readLine({ text, line, whole }: Piece, name: string): Found[] | Problem {
  const value = parsed(text);
  if (value === undefined) return whole ? invalid(name, line, 'it is no JSON') : [];
  const type = isMap(value) ? value['type'] : undefined;
  const kinds: readonly unknown[] = ['run', 'job', 'step', 'result', 'end'];
  if (!kinds.includes(type)) return invalid(name, line, 'it is no line of a report');
  const problem =
    (type === 'run' ? otherVersion(value, name, line) : null) ?? faulty(type as Kind, value, name, line);
  return problem ?? [{ line: value as Line, at: line }];
}

/** A document as lines: what stands before the scenarios is the start of the run, all else is its end. */
function createDocument(name: string): Omit<Reader, 'splitter'> {
  const head: Record<string, unknown> = {};
  let begun = false;
  let index = 0;
  const begin = (at: number): Found[] | Problem => {
    begun = true;
    const problem = otherVersion(head, name, at) ?? faulty('report', { ...blank, ...head }, name, at);
    const { tool, started, environments, insecure } = head;
    return problem ?? [{ line: { type: 'run', jobs: 0, tool, started, environments, insecure } as Line, at }];
  };
  return {
    read({ text, line, member, whole }) {
      if (!whole) return invalid(name, line, 'the report is cut off here, or something stands behind it');
      const isScenario = member === 'scenarios';
      const value = parsed(isScenario ? text : `{${text}}`);
      if (value === undefined) return invalid(name, line, 'it is no JSON');
      if (!isScenario) {
        Object.assign(head, value);
        return [];
      }
      const start = begun ? [] : begin(line);
      const problem = start instanceof Problem ? start : faulty('scenario', value, name, line);
      if (problem) return problem;
      const found = { line: { type: 'result', index: index++, scenario: value } as Line, at: line };
      return [...(start as Found[]), found];
    },
    end() {
      const start = begun ? [] : begin(1);
      const problem =
        start instanceof Problem ? start : faulty('report', { scenarios: [], ...head }, name, 1);
      return problem ?? [...(start as Found[]), { line: { ...head, type: 'end' } as unknown as Line, at: 1 }];
    },
  };
}

/** In place of what stands behind the scenarios. */
const blank = {
  duration_ms: 0,
  summary: { passed: 0, failed: 0, errored: 0, skipped: 0, warnings: 0 },
  scenarios: [],
  problems: [],
  findings: [],
  comparison: [],
  command: 'run',
  exit_code: 0,
};

function otherVersion(value: unknown, name: string, line: number): Problem | null {
  const schema = isMap(value) ? value['schema'] : undefined;
  if (schema === schemaId) return null;
  if (typeof schema !== 'string' || !schema.startsWith('why401.report/'))
    return foreign(name, 'it is no JSON or JSONL report of why401');
  return new Problem(
    'RESULT_VERSION',
    `"${name}" has the form ${visible(schema.slice(0, 60))}; this version of why401 reads ${schemaId}.`,
    { source: { file: name, line, column: 1 }, fix: 'Read it with the version of why401 that wrote it.' },
  );
}

function faulty(kind: Kind, value: unknown, name: string, line: number): Problem | null {
  const validate = validators[kind];
  if (validate(value)) return null;
  const [error] = validate.errors ?? [];
  const where = (error?.instancePath ?? '').slice(0, 200);
  return invalid(
    name,
    line,
    `${where === '' ? 'it' : visible(where)} ${visible(error?.message ?? 'is wrong')}`,
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** undefined: no JSON, or one that nests deeper than any report. */
function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isDeep(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

function isDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth < deepest && level.length > 0; depth += 1)
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  return level.length > 0;
}

function foreign(name: string, why: string): Problem {
  return new Problem('RESULT_FOREIGN', `"${name}" cannot be shown: ${why}.`, {
    source: { file: name, line: 1, column: 1 },
    fix: 'Name what --reporter json=FILE or --reporter jsonl=FILE has written.',
  });
}

function unreadable(name: string, why: string): Problem {
  return new Problem('RESULT_UNREADABLE', `"${name}" cannot be read: ${why}.`);
}

function invalid(name: string, line: number, why: string): Problem {
  return new Problem('RESULT_INVALID', `"${name}" is not as why401 writes it: ${why}.`, {
    source: { file: name, line, column: 1 },
  });
}
