/** Secrets in plain text in the project file and in scenarios: they belong into `${secret.X}`. */
import type { LoadedFile } from '../load/load.ts';
import type { Json, JsonMap, Source } from '../model.ts';
import { Problem } from '../problem.ts';
import { isMap, sourceOf } from '../source.ts';
import type { Candidate } from './candidate.ts';
import { timesOf, tokenFacts } from './finding.ts';
import { tellingName } from './names.ts';
import { isPublicMark, maskedLine as maskedText, scanText, settingLine } from './text.ts';
import { isPlaceholder } from './values.ts';

/** A text of the file that may be a secret. */
interface Leaf {
  readonly path: readonly string[];
  readonly key: string;
  readonly value: string;
  readonly source: Source;
  /** A value of this key is a secret, whatever it looks like. */
  readonly isSecret: boolean;
  /** It stands in a step that is to be refused: a wrong credential is meant. */
  readonly isRefused: boolean;
}

/** Keys of the project file (src/schemas/project.schema.json) whose values are secret by what they are. */
const secretKeys: ReadonlySet<string> = new Set([
  'client_secret',
  'private_key',
  'password',
  'token',
  'refresh_token',
  'secret_access_key',
  'session_token',
  'subject_token',
  'actor_token',
  'assertion',
]);
/** Expectations, wrong credentials on purpose, and what is public. */
const passedOver: ReadonlySet<string> = new Set(
  `expect until fault capture name tags only compare redirect redirect_uris metadata origins connect_to client_id kid
  scope audience resource issuer authorization_details claims echo key_id access_key_id region service`.split(
    /\s+/,
  ),
);
/** Of one file; more are not told. */
const most = 100;

/** One problem for each, with its line; in the line every secret is stars. */
export function hardcodedSecrets(
  file: LoadedFile,
  kind: 'project' | 'scenario',
  lineOf: (source: Source) => string | null,
  now: number,
): Problem[] {
  const leaves: Leaf[] = [];
  collect(file.value, { path: [], isProject: kind === 'project', isRefused: false }, leaves);
  // A data file has no place for a comment that says what is public; `lint --scan` looks at it.
  const own = leaves.filter(({ path, source }) => !isRow(path) || source.file === file.file);
  const found = foundIn(own).filter(({ leaf }) => !isPublic(leaf.source, lineOf));
  return found
    .slice(0, most)
    .map((each) =>
      problemOf(
        each,
        kind === 'project' ? [] : [baseName(each.leaf.source)],
        maskedLine(each.leaf.source, found, lineOf),
        now,
      ),
    );
}

/** Of the data of a scenario. */
function isRow(path: readonly string[]): boolean {
  return path[0] === 'data' || (path[0] === 'in' && path[2] === 'data');
}

/** Steps may stand in another file. */
function baseName({ file }: Source): string {
  return file.replace(/^.*\//, '').replace(/\.ya?ml$/, '');
}

interface Where {
  readonly path: readonly string[];
  readonly isProject: boolean;
  readonly isRefused: boolean;
}

function collect(value: Json, where: Where, leaves: Leaf[]): void {
  if (typeof value !== 'object' || value === null) return;
  const isRefused = where.isRefused || (isMap(value) && isToBeRefused(value));
  const entries: (readonly [string | number, Json])[] = Array.isArray(value)
    ? value.map((each: Json, index) => [index, each] as const)
    : Object.entries(value);
  for (const [key, member] of entries) {
    const path = typeof key === 'number' ? where.path : [...where.path, key];
    const name = typeof key === 'number' ? (where.path.at(-1) ?? '') : key;
    if (typeof key === 'string' && passedOver.has(key) && !isNameOfUser(where.path)) continue;
    if (typeof member === 'string') {
      const source = sourceOf(value, key) ?? sourceOf(value);
      if (source)
        leaves.push({
          path,
          key: name,
          value: member,
          source,
          isRefused,
          isSecret: isSecretKey(name, value, where),
        });
    } else collect(member, { ...where, path, isRefused }, leaves);
  }
}

/** Below these keys the user chooses the names. */
function isNameOfUser(path: readonly string[]): boolean {
  return /^(?:environments|clients|credentials|variables|headers|query|cookies|form|fields|json)$/.test(
    path.at(-1) ?? '',
  );
}

function isSecretKey(key: string, map: Json, { path, isProject }: Where): boolean {
  if (path.at(-1) === 'fields') return tellingName(key) === 'password';
  if (!isProject || !isMap(map) || !/^(?:clients|credentials)$/.test(path.at(-2) ?? '')) return false;
  // A path is no key.
  if (key === 'key')
    return (
      map['type'] !== 'api_key' &&
      !/[/.]/.test(
        String(map[key])
          .slice(0, 80)
          .replace(/^[A-Za-z0-9+/=]{40,}$/, ''),
      )
    );
  if (key === 'value')
    return map['type'] === 'api_key' || (map['in'] !== undefined && map['name'] !== undefined);
  return secretKeys.has(key);
}

/** 400, 401 and 403 alone, or a cause. */
function isToBeRefused(step: JsonMap): boolean {
  const expected = step['expect'];
  if (expected === undefined || !isMap(expected)) return false;
  const status = expected['status'];
  const list = Array.isArray(status) ? status : [status];
  return expected['cause'] !== undefined || list.every((each) => /^(?:400|401|403|4xx)$/.test(String(each)));
}

interface FoundLeaf {
  readonly leaf: Leaf;
  readonly candidate: Candidate | null;
}

/** All texts at once, each in a line of its own. */
function foundIn(leaves: readonly Leaf[]): FoundLeaf[] {
  const text = leaves.map(({ path, key, value }) => settingLine(path.at(-2), key, value)).join('\n');
  const scanned = scanText(text, 'values.env');
  const byLine = new Map<number, Candidate>();
  for (const each of scanned.found) {
    const { line } = scanned.placeOf(each.start);
    if (!byLine.has(line)) byLine.set(line, each);
  }
  return leaves.flatMap((leaf, index): FoundLeaf[] => {
    const candidate = byLine.get(index + 1) ?? null;
    if (candidate && (!leaf.isRefused || isReal(candidate))) return [{ leaf, candidate }];
    return leaf.isSecret && !leaf.isRefused && !isPlaceholder(leaf.value) ? [{ leaf, candidate: null }] : [];
  });
}

/** Nobody writes these to be refused by them. */
function isReal({ kind }: Candidate): boolean {
  return kind === 'provider' || kind === 'private-key' || kind === 'jwk' || kind === 'url-password';
}

function isPublic(source: Source, lineOf: (source: Source) => string | null): boolean {
  const above = source.line > 1 ? lineOf({ ...source, line: source.line - 1 }) : null;
  return isPublicMark(lineOf(source) ?? '') || (/^\s*#/.test(above ?? '') && isPublicMark(above ?? ''));
}

/** The secrets of a line are stars; of one that is written otherwise than it is, all from its place on. */
function maskedLine(
  { file, line: number }: Source,
  found: readonly FoundLeaf[],
  lineOf: (source: Source) => string | null,
): string | null {
  const line = lineOf({ file, line: number, column: 1 });
  if (line === null) return null;
  // What the scan of the line alone finds is no less secret.
  let text = maskedText(line);
  for (const { leaf, candidate } of found.filter(
    ({ leaf: { source } }) => source.file === file && source.line === number,
  )) {
    const value = candidate?.value ?? leaf.value;
    const from = leaf.source.column - 1;
    if (line.includes(value, from)) text = stars(text, line, value, from);
    else text = `${text.slice(0, from)}${'*'.repeat(text.length - from)}`;
  }
  return text;
}

/** `text` is `line` with stars in it: as long. */
function stars(text: string, line: string, value: string, from: number): string {
  let masked = text;
  for (let at = line.indexOf(value, from); at >= 0; at = line.indexOf(value, at + value.length))
    masked = masked.slice(0, at) + '*'.repeat(value.length) + masked.slice(at + value.length);
  return masked;
}

function problemOf(
  { leaf, candidate }: FoundLeaf,
  prefix: readonly string[],
  line: string | null,
  now: number,
): Problem {
  const name = secretName([...prefix, ...leaf.path]);
  const facts = candidate?.jwt ? tokenFacts(timesOf(candidate.jwt.claims, null, now), now) : [];
  const what = candidate ? candidate.what.charAt(0).toUpperCase() + candidate.what.slice(1) : 'A secret';
  const told = facts.length > 0 ? `: ${facts.join('; ')}` : '';
  const message = `${what} stands in plain text at "${leaf.key}"${told}.`;
  const part = candidate && candidate.value !== leaf.value ? ' in its place' : '';
  const where = isRow(leaf.path)
    ? `Rows read no secret: take it out, and write "\${secret.${name}}" in a step`
    : `Write "\${secret.${name}}"${part}`;
  const fix = `${where}, and set the environment variable ${name}, or ${name}_FILE, or pass --env-file; if it is no secret, write the comment "why401: public" behind it.`;
  return new Problem('HARDCODED_SECRET', message, { source: leaf.source, line, fix });
}

/** Keys that say where something stands, not what it is. */
const structure: ReadonlySet<string> = new Set(
  'environments clients credentials headers variables steps body json form query cookies login submit fields in request tls text'.split(
    ' ',
  ),
);

/** `[environments, staging, clients, web, client_secret]`: STAGING_WEB_CLIENT_SECRET. */
export function secretName(path: readonly string[]): string {
  const words = path
    .filter((part) => !structure.has(part))
    .map((part) =>
      part
        .toUpperCase()
        .replace(/[^A-Z0-9]+/g, '_')
        .replace(/^_+|_+$/g, ''),
    );
  const name = words
    .filter((word, index) => word !== '' && word !== words[index - 1])
    .join('_')
    .slice(-60)
    .replace(/^_+/, '');
  return /^[A-Z]/.test(name) ? name : `SECRET_${name}`;
}
