/** Where `${secret.X}` comes from. */
import { isUtf8 } from 'node:buffer';
import { parseEnv } from 'node:util';
import { isRefusal, readBytes } from '../files.ts';
import { Problem, ProblemError } from '../problem.ts';

/** Characters below which the redactor would find a value everywhere. */
const shortest = 4;
/** Bytes. */
const largest = 1_000_000;

export interface Secrets {
  /** The environment variable X unless empty, else the file that X_FILE names (less one line end), else the dotenv file. */
  lookup(name: string): string | undefined;
  /** One sentence for each value looked up so far that looks odd: empty, too short, or with white space around it. Names only, no values. */
  readonly notes: readonly string[];
}

/** Throws ProblemError where the dotenv file or the file that X_FILE names cannot be read. */
export function createSecrets(options: {
  env: Readonly<Record<string, string | undefined>>;
  /** Path of the dotenv file. */
  dotenv?: string;
}): Secrets {
  const { env } = options;
  const dotenv =
    options.dotenv === undefined ? {} : parseEnv(read(options.dotenv, 'The env file', 'Check --env-file.'));
  const known = new Map<string, string | undefined>();
  const notes: string[] = [];
  const find = (name: string): { value: string; from: string } | undefined => {
    const direct = variableOf(env, name);
    if (direct === '') notes.push(`The environment variable ${name} is empty and counts as not set.`);
    else if (direct !== undefined) return { value: direct, from: `the environment variable ${name}` };
    const path = variableOf(env, `${name}_FILE`);
    if (path !== undefined && path !== '') {
      const content = read(
        path,
        `The file that ${name}_FILE names,`,
        `Check the environment variable ${name}_FILE.`,
      );
      return { value: content.replace(/\r?\n$/, ''), from: path };
    }
    const value = variableOf(dotenv, name);
    return value === undefined ? undefined : { value, from: options.dotenv ?? '' };
  };
  return {
    notes,
    lookup(name) {
      if (known.has(name)) return known.get(name);
      const found = find(name);
      // A PEM ends with a line end.
      if (found && found.value !== found.value.trim() && !found.value.includes('-----BEGIN ')) {
        notes.push(
          `The secret "${name}" (from ${found.from}) begins or ends with white space or a line end.`,
        );
      }
      if (found && found.value.length < shortest) {
        notes.push(
          `The secret "${name}" (from ${found.from}) is shorter than ${shortest} characters: reports do not hide it.`,
        );
      }
      known.set(name, found?.value);
      return found?.value;
    },
  };
}

/** Not what all objects have. */
export function variableOf(
  map: Readonly<Record<string, string | undefined>>,
  name: string,
): string | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

function read(path: string, what: string, fix: string): string {
  const bytes = readBytes(path, { limit: largest, pipes: true });
  if (!isRefusal(bytes) && isUtf8(bytes)) return new TextDecoder().decode(bytes);
  const [why, mend] = isRefusal(bytes) ? [bytes.why, fix] : ['it is not UTF-8', 'Save it as UTF-8.'];
  throw new ProblemError([
    new Problem('FILE_UNREADABLE', `${what} "${path}" cannot be read: ${why}.`, { fix: mend }),
  ]);
}
