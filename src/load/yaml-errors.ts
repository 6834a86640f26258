/** Errors of the YAML parser as problems, one for each mistake. */
import type { YAMLError } from 'yaml';
import type { Source } from '../model.ts';
import { Problem } from '../problem.ts';
import { explainTrap, lineStart, type Said, structure } from './yaml-traps.ts';

const general: Readonly<Record<string, string>> = {
  BLOCK_IN_FLOW: 'An indented block cannot stand inside of [ ] or { }.',
  KEY_OVER_1024_CHARS: 'A key is longer than 1024 characters.',
  MULTIPLE_ANCHORS: 'A value has two anchors.',
  MULTIPLE_TAGS: 'A value has two tags.',
  MISSING_CHAR: 'Something is missing here: a comma, a colon or a closing character.',
  MULTILINE_IMPLICIT_KEY: 'A key must stand on one line.',
  BLOCK_AS_IMPLICIT_KEY:
    'A map cannot start here: the line is indented deeper than its neighbours, or holds two keys.',
};

/**
 * One problem for each mistake: what the parser says after the first about the same text is left out. `read` gives the
 * errors of a text; it is asked again with a word in place of what was explained, so that what stands behind it is
 * read too. Offsets stay.
 */
export function explainSyntax(
  text: string,
  read: (text: string) => readonly YAMLError[],
  at: (offset: number) => Source,
): Problem[] {
  const problems: Problem[] = [];
  let repaired = text;
  let errors = inOrder(read(repaired));
  for (let round = 0; round < maxRepairs && text.length <= maxRepaired; round += 1) {
    const index = errors.findIndex((error) => explainTrap(error, repaired)?.length !== undefined);
    const error = errors[index];
    const said = error ? explainTrap(error, repaired) : null;
    if (!error || said?.length === undefined || errors.slice(0, index).some(({ code }) => isStructural(code)))
      break;
    problems.push(problemOf(error, said, repaired, at));
    const start = lineStart(repaired, error.pos[0]) + (said.column ?? 0);
    repaired = `${repaired.slice(0, start)}${'x'.repeat(said.length)}${repaired.slice(start + said.length)}`;
    errors = inOrder(read(repaired));
  }
  const lines = new Set(problems.map((problem) => problem.source?.line));
  let broken = false;
  for (const error of errors) {
    const { line } = at(error.pos[0]);
    const said = explainTrap(error, repaired);
    if (lines.has(line) || (broken && isStructural(error.code) && !said)) continue;
    broken ||= isStructural(error.code);
    lines.add(line);
    problems.push(problemOf(error, said, repaired, at));
  }
  return problems;
}

const maxRepairs = 20;
/** Characters up to which a text is read again. */
const maxRepaired = 20_000;
/** The first errors say enough; a broken file may have as many as characters. */
const maxErrors = 100;

function isStructural(code: string): boolean {
  return structure.includes(code) || code === 'IMPOSSIBLE' || code === 'BAD_DIRECTIVE';
}

function inOrder(errors: readonly YAMLError[]): YAMLError[] {
  return [...errors].sort((a, b) => a.pos[0] - b.pos[0]).slice(0, maxErrors);
}

function problemOf(
  error: YAMLError,
  said: Said | null,
  text: string,
  at: (offset: number) => Source,
): Problem {
  const [offset] = error.pos;
  const { column, offset: beginning } = said ?? {};
  const start = beginning ?? (column === undefined ? offset : lineStart(text, offset) + column);
  return new Problem('YAML_SYNTAX', said?.message ?? general[error.code] ?? unexpected(text, offset), {
    source: at(start),
    fix: said?.fix ?? 'Check the indentation, and quote texts that hold : # { } [ ] , & * or !',
  });
}

function unexpected(text: string, offset: number): string {
  const word = /^\S{1,40}/.exec(text.slice(offset, offset + 40))?.[0];
  return word === undefined ? 'YAML expects more here.' : `YAML does not expect "${word}" here.`;
}
