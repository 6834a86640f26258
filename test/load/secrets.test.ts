import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createSecrets } from '../../src/load/secrets.ts';
import { ProblemError } from '../../src/problem.ts';

describe('createSecrets', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'why401-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function file(name: string, text: string): string {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  }

  it('takes the variable, then the file that X_FILE names, then the dotenv file', () => {
    const dotenv = file('.env', 'A=dotenv\nB=dotenv\nC="from dotenv"\n');
    const env = {
      A: 'variable',
      A_FILE: '/nowhere',
      B: '',
      B_FILE: file('b', 'from file\n\n'),
      D_FILE: file('d', 'x\r\n'),
    };
    const secrets = createSecrets({ env, dotenv });
    const found = ['A', 'B', 'C', 'D', 'E', '__proto__'].map((name) => secrets.lookup(name));
    expect(found).to.deep.equal(['variable', 'from file\n', 'from dotenv', 'x', undefined, undefined]);
  });

  it('notes values that are empty or have white space around them, once and without the value', () => {
    const path = file('b', 'y\n\n');
    const pem = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';
    const secrets = createSecrets({ env: { A: ' x', B_FILE: path, C: '', D: 'fine', PEM: pem } });
    for (const name of ['A', 'B', 'C', 'D', 'A', 'PEM']) secrets.lookup(name);
    expect(secrets.notes).to.deep.equal([
      'The secret "A" (from the environment variable A) begins or ends with white space or a line end.',
      'The secret "A" (from the environment variable A) is shorter than 4 characters: reports do not hide it.',
      `The secret "B" (from ${path}) begins or ends with white space or a line end.`,
      `The secret "B" (from ${path}) is shorter than 4 characters: reports do not hide it.`,
      'The environment variable C is empty and counts as not set.',
    ]);
  });

  it('fails with a problem where a file cannot be read', () => {
    const missing = join(folder, 'missing');
    // What a shell of Windows writes.
    const wide = join(folder, 'wide');
    writeFileSync(wide, '\ufeffA=value', 'utf16le');
    const message = (run: () => unknown): string => {
      try {
        run();
      } catch (error) {
        if (error instanceof ProblemError) return error.message;
      }
      return 'no problem';
    };
    expect([
      message(() => createSecrets({ env: {}, dotenv: missing })),
      message(() => createSecrets({ env: { A_FILE: missing } }).lookup('A')),
      message(() => createSecrets({ env: {}, dotenv: wide })),
      message(() => createSecrets({ env: { A_FILE: wide } }).lookup('A')),
    ]).to.deep.equal([
      `The env file "${missing}" cannot be read: there is no such file.`,
      `The file that A_FILE names, "${missing}" cannot be read: there is no such file.`,
      `The env file "${wide}" cannot be read: it is not UTF-8.`,
      `The file that A_FILE names, "${wide}" cannot be read: it is not UTF-8.`,
    ]);
  });
});
