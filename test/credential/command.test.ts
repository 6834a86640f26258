import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createExecute } from '../../src/cli/execute.ts';
import { readPrinted } from '../../src/credential/command-output.ts';
import type { CommandCredential } from '../../src/model.ts';
import { Secret } from '../../src/secret.ts';
import { bench, environmentOf, failureOf, source, wireOf } from './support.ts';

const staging = environmentOf('staging');
const execute = createExecute({ PATH: process.env['PATH'], INHERITED: 'from-outside' });
const node = process.execPath;
const b64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function command(program: string, parts: Partial<CommandCredential> = {}): CommandCredential {
  return {
    type: 'command',
    name: 'tool',
    source,
    sources: {},
    command: [node, '-e', program],
    env: {},
    cwd: tmpdir(),
    timeout: 20_000,
    lifetime: null,
    ...parts,
  };
}

async function failing(program: string, parts: Partial<CommandCredential> = {}, signal?: AbortSignal) {
  const { store } = bench({ execute, ...(signal ? { signal } : {}) });
  const presented = await store.present(command(program, parts), staging);
  expect(presented.use).to.equal(null);
  const failure = failureOf(presented) as { message: string };
  const name = parts.command?.[0] ?? node;
  expect(failure.message).to.match(
    new RegExp(`^The program "${name.replaceAll('.', '\\.')}" of credential "tool" `),
  );
  return failure.message.slice(failure.message.indexOf('"tool" ') + 7);
}

describe('command', () => {
  it('is not run again when it said no, but when it took too long', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'why401-runs-'));
    const times = join(folder, 'times');
    const note = `fs.appendFileSync(${JSON.stringify(times)}, "x");`;
    const runs = async (program: string, parts: Partial<CommandCredential>): Promise<number> => {
      const { store } = bench({ execute });
      rmSync(times, { force: true });
      for (const _ of [1, 2, 3]) await store.present(command(`${note}${program}`, parts), staging);
      return readFileSync(times, 'utf8').length;
    };
    expect([
      await runs('process.exitCode = 3', {}),
      await runs('', {}),
      await runs('setInterval(() => {}, 1000)', { timeout: 2_000 }),
    ]).to.deep.equal([1, 1, 3]);
    rmSync(folder, { recursive: true });
  });

  it('presents what the program printed, shown by its name', async () => {
    const { store, redactor } = bench({ execute });
    const presented = await store.present(command('console.log(" opaque-token-1 ")'), staging);
    expect(wireOf(presented)).to.deep.equal({ Authorization: 'Bearer opaque-token-1' });
    expect(JSON.parse(JSON.stringify(presented))).to.deep.equal({
      headers: [['Authorization', 'Bearer [secret:tool]']],
      query: [],
      cookies: [],
      use: {
        name: 'tool',
        type: 'command',
        field: 'authorization',
        scheme: 'Bearer',
        fingerprint: presented.use?.fingerprint,
        token: { format: 'opaque', header: null, claims: null, malformed: null, length: 14 },
        obtained: null,
      },
      exchanges: [],
      failure: null,
    });
    expect(redactor.redact('it was opaque-token-1')).to.equal('it was [secret:tool]');
  });

  it('says why a program cannot be started at all', async () => {
    expect(await failing('', { command: [node, 'a\0b'] })).to.equal(
      'cannot be started: an argument or a variable holds a NUL character.',
    );
    if (process.platform !== 'linux') return;
    expect(await failing('', { command: [node, '-e', ' '.repeat(200_000)] })).to.equal(
      'cannot be started: its arguments and variables are too long (E2BIG).',
    );
  });

  it('may take longer than a timer can', async () => {
    const { store } = bench({ execute });
    const slow = command('setTimeout(() => console.log("opaque-token-1"), 50)', { timeout: 2 ** 32 });
    expect(wireOf(await store.present(slow, staging))).to.deep.equal({
      Authorization: 'Bearer opaque-token-1',
    });
  });

  it('passes arguments as they are, without a shell', async () => {
    const { store } = bench({ execute });
    const credential = command('', {
      command: [node, '-e', 'console.log(process.argv.slice(1).join("+"))', '$HOME', '`id`', '*', ';ls'],
    });
    expect(wireOf(await store.present(credential, staging))).to.deep.equal({
      Authorization: 'Bearer $HOME+`id`+*+;ls',
    });
  });

  it('hands on the environment, with the variables of the credential in it, as secrets', async () => {
    const { store, redactor } = bench({ execute });
    const credential = command('console.log(process.env.INHERITED + "." + process.env.VAULT_TOKEN)', {
      env: { VAULT_TOKEN: Secret.named('VAULT', 'vault-token-9') },
    });
    expect(wireOf(await store.present(credential, staging))).to.deep.equal({
      Authorization: 'Bearer from-outside.vault-token-9',
    });
    expect(redactor.redact('vault-token-9')).to.equal('[secret:VAULT]');
  });

  describe('keeps the token until it is nearly over', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'why401-program-'));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    /** How often the program ran when asked at these moments (seconds). */
    async function runs(printed: string, moments: readonly number[], lifetime: number | null = null) {
      const file = join(folder, 'runs');
      const program = `require("fs").appendFileSync(process.argv[1], "."); console.log(${printed})`;
      const made = bench({ execute });
      const credential = command('', { command: [node, '-e', program, file], lifetime });
      const counts: number[] = [];
      for (const moment of moments) {
        made.shift = moment * 1000;
        await made.store.present(credential, staging);
        counts.push(readFileSync(file, 'utf8').length);
      }
      return counts;
    }
    const soon = Math.floor(Date.now() / 1000) + 3600;
    const printed: Record<string, string> = {
      'expires_in of its JSON': `'{"access_token":"t","expires_in":3600}'`,
      'expires_at of its JSON': `'{"token":"t","expires_at":${soon}}'`,
      'expiry of its JSON': `'{"token":"t","expiry":"${new Date(soon * 1000).toISOString()}"}'`,
      'the exp of the JWT': `"${b64({ alg: 'RS256' })}.${b64({ exp: soon })}.c2ln"`,
    };
    for (const [what, text] of Object.entries(printed)) {
      it(`by ${what}`, async () => {
        expect(await runs(text, [0, 3000, 3590])).to.deep.equal([1, 1, 2]);
      });
    }
    it('by the lifetime that the credential states', async () => {
      expect(await runs('"t"', [0, 50, 595], 600_000)).to.deep.equal([1, 1, 2]);
    });
    it('for the whole run where nothing says when it ends', async () => {
      expect(await runs('"t"', [0, 1_000_000])).to.deep.equal([1, 1]);
    });
  });

  it('runs once for callers at one time', async () => {
    const { store } = bench({ execute });
    const credential = command('console.log("t" + process.pid)');
    const all = await Promise.all([1, 2, 3].map(() => store.present(credential, staging)));
    expect(new Set(all.map((each) => wireOf(each)['Authorization'])).size).to.equal(1);
  });

  it('quotes what the program said, without what it printed', async () => {
    expect(
      await failing(
        'console.log("secret-token-1"); console.error("no login for secret-token-1\\nrun login"); process.exitCode = 3',
      ),
    ).to.equal('ended with exit code 3; it said "no login for [secret:tool] run login".');
    expect(await failing('console.error("x".repeat(9000)); process.exitCode = 1')).to.equal(
      `ended with exit code 1; it said "${'x'.repeat(300)}...".`,
    );
    expect(
      await failing('console.error("got eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"); process.exitCode = 1'),
    ).to.equal('ended with exit code 1; it said "got [a token]".');
  });

  const wrong: Record<string, readonly [string, string]> = {
    'prints nothing': ['console.error("please log in")', 'printed nothing; it said "please log in".'],
    'prints a sentence': [
      'console.log("Please log in first")',
      'printed text with white space in it, which is no token, and no JSON object.',
    ],
    'prints broken JSON': ['console.log("{access_token: 1")', 'printed what begins as JSON but is not JSON.'],
    'prints JSON without a token': [
      'console.log(\'{"error":"expired"}\')',
      'printed JSON without access_token, token or id_token.',
    ],
    'prints null': ['console.log(null)', 'printed a word for "no value" in the place of a token.'],
    'prints too much': [
      'process.stdout.write("x".repeat(1000001)); setInterval(() => {}, 1000)',
      'printed more than 1 MB and was stopped.',
    ],
    'is ended by a signal': ['process.kill(process.pid, "SIGKILL")', 'was ended by SIGKILL.'],
  };
  for (const [what, [program, message]] of Object.entries(wrong)) {
    it(`fails where the program ${what}`, async () => {
      expect(await failing(program)).to.equal(message);
    });
  }

  it('fails where there is no such program, or it may not be run', async () => {
    expect(await failing('', { command: ['why401-no-such-program'] })).to.equal(
      'is not found; a name is looked for in PATH, a path begins at the folder of why401.yml (ENOENT).',
    );
    expect(await failing('', { command: ['/dev/null'] })).to.equal('may not be executed (EACCES).');
  });

  it('stops a program that takes too long, with what it started', async () => {
    const program = `sleep 60 & echo "child $!" >&2; trap '' TERM; wait; sleep 60`;
    const message = await failing('', { command: ['sh', '-c', program], timeout: 1000 });
    const pid = /^did not end within 1 s and was stopped; it said "child (\d+)"\.$/.exec(message)?.[1];
    expect(pid, message).to.be.a('string');
    expect(() => process.kill(Number(pid), 0)).to.throw('ESRCH');
  });

  it('stops when the run is ended', async () => {
    const stop = new AbortController();
    const running = failing('setInterval(() => {}, 1000)', {}, stop.signal);
    setImmediate(() => stop.abort());
    expect(await running).to.equal('was stopped: the run was ended.');
    expect(await failing('', {}, stop.signal)).to.equal('was stopped: the run was ended.');
  });

  it('does not wait for an agent that the program left behind', async () => {
    const program = `const { spawn } = require("child_process");
const child = spawn("sleep", ["5"], { stdio: "inherit", detached: true }); child.unref();
console.log("t." + child.pid); process.exit(0)`;
    const { store } = bench({ execute });
    const { Authorization = '' } = wireOf(await store.present(command(program), staging));
    const pid = Number(Authorization.replace('Bearer t.', ''));
    expect(process.kill(pid, 'SIGKILL')).to.equal(true);
  });

  it('starts no program where the run has no door for it', async () => {
    const { store } = bench();
    expect(failureOf(await store.present(command(''), staging))).to.deep.equal({
      error: null,
      message: `The program "${node}" of credential "tool" was not run: this run starts no programs.`,
      shared: false,
    });
  });
});

describe('what a program printed', () => {
  const at = Date.UTC(2026, 10, 28, 12);
  const table: readonly (readonly [string, unknown])[] = [
    ['abc', { token: 'abc', expiresAt: null }],
    ['"abc"', { token: 'abc', expiresAt: null }],
    ['{"access_token":"a","token":"b","id_token":"c"}', { token: 'a', expiresAt: null }],
    ['{"id_token":"c"}', { token: 'c', expiresAt: null }],
    ['{"access_token":"a","expires_in":"60"}', { token: 'a', expiresAt: at + 60_000 }],
    [
      '{"access_token":"a","expires_in":-1}',
      { problem: 'printed JSON with an expires_in that is not a number of seconds' },
    ],
    ['{"access_token":"a","expires_on":"1764331200"}', { token: 'a', expiresAt: 1_764_331_200_000 }],
    ['{"access_token":"a","expires_at":1764331200000}', { token: 'a', expiresAt: 1_764_331_200_000 }],
    [
      '{"access_token":"a","expiry":"2025-11-28T13:00:00+01:00"}',
      { token: 'a', expiresAt: 1_764_331_200_000 },
    ],
    [
      '{"access_token":"a","expiry":"2025-11-28 13:00"}',
      {
        problem:
          'printed JSON with an expiry that is neither a date with a time zone (ISO 8601) nor a number of seconds since 1970',
      },
    ],
    ['[1]', { problem: 'printed JSON that is neither a string nor an object' }],
    [
      '{"token":"a b"}',
      { problem: 'printed text with white space in it, which is no token, and no JSON object' },
    ],
    [
      'tok\u20acen',
      { problem: 'printed a token that holds U+20AC at position 4, which no header field can carry' },
    ],
  ];
  for (const [text, wanted] of table) {
    it(`${text} is read whole`, () => {
      expect(readPrinted(text, at)).to.deep.equal(wanted);
    });
  }
});
