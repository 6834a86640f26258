/** Projects to replay, in new folders. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Project {
  readonly folder: string;
  /** A scenario file, relative to the folder. */
  readonly one: string;
}

/** `scenarios` files of `steps` requests for `path` each, which expect `status`. */
export function writeProject(
  origin: string,
  path: string,
  scenarios: number,
  steps: number,
  status: number,
): Project {
  const folder = mkdtempSync(join(tmpdir(), 'why401-bench-'));
  mkdirSync(join(folder, 'specs'));
  const write = (name: string, text: string): void => writeFileSync(join(folder, 'specs', name), text);
  write(
    'why401.yml',
    `environments:
  bench:
    protected: false
    origins: {api: "${origin}"}
credentials:
  reader: {type: bearer, token: a-token-of-the-bench} # why401: public
`,
  );
  const step = `  - GET: ${path}\n    expect: {status: ${status}, json: {"$.orders[0].id": 7}}\n`;
  for (let index = 1; index <= scenarios; index++) {
    write(`s${index}.yml`, `name: scenario ${index}\ncredential: reader\nsteps:\n${step.repeat(steps)}`);
  }
  return { folder, one: 'specs/s1.yml' };
}
