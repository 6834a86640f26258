import type { Sink } from '../doors.ts';
import { readPackaged } from '../files.ts';
import { nearest } from '../load/nearest.ts';
import type { ExitCode } from '../model.ts';

const names = ['project', 'scenario', 'report'];

/** Prints one of the JSON Schemas as it is published; 2 for a name that is none of them. */
export async function schema(name: string | undefined, stdout: Sink): Promise<ExitCode> {
  if (name === undefined || !names.includes(name)) {
    const near = name === undefined ? null : nearest(name, names);
    const said = name === undefined ? 'Which schema?' : `There is no schema "${name}".`;
    stdout.write(`${said} ${near ? `Did you mean "${near}"? ` : ''}There are: ${names.join(', ')}.\n`);
    return 2;
  }
  stdout.write(readPackaged(`./schemas/${name}.schema.json`));
  return 0;
}
