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
  for (let round = 0; round < maxRepairs; round += 1) {
    const index = errors.findIndex((error) => explainTrap(error, repaired)?.length !== undefined);
    const error = errors[index];
    const said = error ? explainTrap(error, repaired) : null;
    if (!error || said?.length === undefined || errors.slice(0, index).some(({ code }) => isStructural(code)))
      break;
    problems.push(problemOf(error, said, at));
    const start = lineStart(repaired, error.pos[0]) + (said.column ?? 0);
    repaired = `${repaired.slice(0, start)}${'x'.repeat(said.length)}${repaired.slice(start + said.length)}`;
    errors = inOrder(read(repaired));
  }
  const lines = new Set<number>();
  let broken = false;
  for (const error of errors) {
    const { line } = at(error.pos[0]);
    const said = explainTrap(error, repaired);
    if (lines.has(line) || (broken && isStructural(error.code) && !said)) continue;
    broken ||= isStructural(error.code);
    lines.add(line);
    problems.push(problemOf(error, said, at));
  }
  return problems;
}

const maxRepairs = 20;

function isStructural(code: string): boolean {
  return structure.includes(code) || code === 'IMPOSSIBLE';
}

function inOrder(errors: readonly YAMLError[]): YAMLError[] {
  return [...errors].sort((a, b) => a.pos[0] - b.pos[0]);
}

function problemOf(error: YAMLError, said: Said | null, at: (offset: number) => Source): Problem {
  const source = at(error.pos[0]);
  const column = said?.column === undefined ? source.column : said.column + 1;
  return new Problem('YAML_SYNTAX', said?.message ?? general[error.code] ?? 'This cannot be read as YAML.', {
    source: { ...source, column },
    fix: said?.fix ?? 'Check the indentation, and quote texts that hold : # { } [ ] , & * or !',
  });
}
