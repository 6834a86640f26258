/** Passwords that the project file holds in addresses, and secrets that stand in data and on the command line. */
import { isUrl } from '../http/url.ts';
import type { Environment, Job, JsonMap } from '../model.ts';
import { secretsOf } from '../plan/rows.ts';

/** Tells of those in redirect_uris, as they are written and decoded. */
export function learnPasswords(
  environments: readonly Environment[],
  learn: (name: string, value: string) => void,
): void {
  for (const { clients } of environments) {
    for (const { name, redirect_uris } of clients.values()) {
      for (const uri of redirect_uris) {
        const password = isUrl(uri) ? new URL(uri).password : '';
        const written = /^[^/?#]*\/\/[^/?#]*?:([^/?#]*)@/.exec(uri)?.[1] ?? '';
        for (const each of new Set([password, written, decoded(password)]))
          learn(`password of ${name}`, each);
      }
    }
  }
}

/** Tells of the values of columns whose names say that they are secret. */
export function learnRows(jobs: readonly Job[], learn: (name: string, value: string) => void): void {
  for (const { row } of jobs) if (row) for (const [name, value] of secretsOf(row)) learn(name, value);
}

/** As `learnRows`, for `--var`. Gives what to say of each: such a value is seen in the list of processes. */
export function learnVariables(given: JsonMap, learn: (name: string, value: string) => void): string[] {
  return secretsOf({ values: given }).map(([name, value]) => {
    learn(name, value);
    const secret = name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
    return `--var ${name}: others on this machine can read a command line; write \${secret.${secret}} and set ${secret}.`;
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
