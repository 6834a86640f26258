import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openVault } from '../../src/cli/vault.ts';
import type { World } from '../../src/cli/world.ts';
import type { Clock } from '../../src/doors.ts';
import { ProblemError } from '../../src/problem.ts';
import { systemClock } from '../support/origins.ts';
import { systemRandom } from '../support/replay.ts';

describe('the vault', () => {
  let home: string;
  let folder: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'why401-vault-'));
    folder = join(home, '.local/state/why401');
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  function world(env: Record<string, string> = {}, clock: Clock = systemClock): World & { said(): string } {
    let said = '';
    const sink = {
      isTTY: false,
      color: false,
      width: 100,
      write(text: string) {
        said += text;
      },
    };
    const made = {
      env: { HOME: home, ...env },
      cwd: home,
      user: null,
      stdout: sink,
      stderr: sink,
      clock,
      random: systemRandom,
    };
    return {
      ...made,
      signal: new AbortController().signal,
      openFile: () => ({ ...sink, id: null, empty() {}, close() {} }),
      said: () => said,
    };
  }
  async function problem(given: World): Promise<readonly [string, string, string | null]> {
    try {
      await openVault(given);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const [first] = error.problems;
      return [
        first?.code ?? '',
        (first?.message ?? '').replaceAll(home, '~'),
        first?.fix?.replaceAll(home, '~') ?? null,
      ];
    }
    throw new Error('it was opened');
  }
  const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

  it('keeps tokens between runs, encrypted, for its owner alone', async () => {
    const first = world();
    const vault = await openVault(first);
    expect(await vault.read('a')).to.equal(null);
    await vault.write('a', 'refresh-token-1');
    await vault.write('b', 'refresh-token-2');
    const second = world();
    const again = await openVault(second);
    expect([await again.read('a'), await again.read('b'), await again.read('c')]).to.deep.equal([
      'refresh-token-1',
      'refresh-token-2',
      null,
    ]);
    expect(readdirSync(folder).sort()).to.deep.equal(['vault.json', 'vault.key']);
    expect([folder, join(folder, 'vault.json'), join(folder, 'vault.key')].map(mode)).to.deep.equal([
      '700',
      '600',
      '600',
    ]);
    const text = readFileSync(join(folder, 'vault.json'), 'utf8');
    expect(text).to.not.match(/refresh/);
    expect(Object.keys(JSON.parse(text) as object)).to.deep.equal(['version', 'nonce', 'tag', 'data']);
    expect(
      first.said().replaceAll(home, '~'),
    ).to.equal(`why401: refresh tokens are kept in ~/.local/state/why401/vault.json, encrypted.
        A new key lies in ~/.local/state/why401/vault.key, readable by you alone.
        Whoever has both files has the tokens: this protects a copy of the vault, not this account.
        Set WHY401_VAULT_KEY to keep the key elsewhere, as in CI.
`);
    expect(second.said()).to.equal('');
  });

  it('sees what another run wrote, and loses nothing of it', async () => {
    const [one, other] = [await openVault(world()), await openVault(world())];
    await Promise.all(
      [...'abcdefgh'].map((name, index) => (index % 2 === 0 ? one : other).write(name, `token-${name}`)),
    );
    const all = await Promise.all([...'abcdefgh'].map((name) => one.read(name)));
    expect(all).to.deep.equal([...'abcdefgh'].map((name) => `token-${name}`));
    expect(readdirSync(folder).sort()).to.deep.equal(['vault.json', 'vault.key']);
  });

  it('takes its key from the environment, and makes no file of it', async () => {
    const XDG_STATE_HOME = join(home, 'state');
    const hex = 'ab'.repeat(32);
    const vault = await openVault(world({ XDG_STATE_HOME, WHY401_VAULT_KEY: hex }));
    await vault.write('a', 'refresh-token-1');
    expect(readdirSync(join(XDG_STATE_HOME, 'why401'))).to.deep.equal(['vault.json']);
    const base64 = Buffer.from(hex, 'hex').toString('base64');
    const same = await openVault(world({ XDG_STATE_HOME, WHY401_VAULT_KEY: base64 }));
    expect(await same.read('a')).to.equal('refresh-token-1');
  });

  it('refuses another key, and leaves the file as it is', async () => {
    await (await openVault(world())).write('a', 'refresh-token-1');
    const before = readFileSync(join(folder, 'vault.json'), 'utf8');
    const fix =
      'Give the key with which it was made (WHY401_VAULT_KEY), or delete it and log in again: why401 login.';
    expect(await problem(world({ WHY401_VAULT_KEY: 'cd'.repeat(32) }))).to.deep.equal([
      'VAULT_UNREADABLE',
      'The vault ~/.local/state/why401/vault.json cannot be decrypted: it was made with another key, or was changed. It is left as it is.',
      fix,
    ]);
    rmSync(join(folder, 'vault.key'));
    expect((await problem(world())).slice(0, 2)).to.deep.equal([
      'VAULT_KEY_MISSING',
      'The vault ~/.local/state/why401/vault.json is there, but its key is not: neither ~/.local/state/why401/vault.key nor WHY401_VAULT_KEY.',
    ]);
    expect(readFileSync(join(folder, 'vault.json'), 'utf8')).to.equal(before);
    expect(readdirSync(folder)).to.deep.equal(['vault.json']);
  });

  it('notices a changed byte, and a file that is none', async () => {
    await (await openVault(world())).write('a', 'refresh-token-1');
    const file = join(folder, 'vault.json');
    const box = JSON.parse(readFileSync(file, 'utf8')) as { data: string };
    const data = Buffer.from(box.data, 'base64');
    data[3] = (data[3] ?? 0) ^ 1;
    writeFileSync(file, JSON.stringify({ ...box, data: data.toString('base64') }));
    expect((await problem(world()))[1]).to.include('cannot be decrypted');
    for (const text of ['', '[]', '{"version":2}', '{"version":1,"nonce":"","tag":"","data":""}']) {
      writeFileSync(file, text);
      expect((await problem(world()))[1]).to.include('is no vault of this version of why401');
    }
  });

  it('refuses a key that is none, and files that others may read', async () => {
    expect(await problem(world({ WHY401_VAULT_KEY: 'short' }))).to.deep.equal([
      'VAULT_KEY_INVALID',
      'The variable WHY401_VAULT_KEY holds no key of 32 bytes.',
      'Make one: openssl rand -base64 32',
    ]);
    await openVault(world());
    chmodSync(join(folder, 'vault.key'), 0o644);
    expect(await problem(world())).to.deep.equal([
      'VAULT_EXPOSED',
      'Other users may read or change ~/.local/state/why401/vault.key.',
      'chmod 600 ~/.local/state/why401/vault.key',
    ]);
    chmodSync(folder, 0o755);
    expect((await problem(world()))[2]).to.equal('chmod 700 ~/.local/state/why401');
  });

  it('takes away the lock of a process that has gone', async () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // No process has this number.
    writeFileSync(
      join(folder, 'vault.lock'),
      JSON.stringify({ pid: 2 ** 30, host: hostname(), at: Date.now() }),
    );
    await (await openVault(world())).write('a', 'refresh-token-1');
    expect(readdirSync(folder).sort()).to.deep.equal(['vault.json', 'vault.key']);
  });

  it('waits for a process that is at work, and says so when it lasts', async () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = join(folder, 'vault.lock');
    const held = JSON.stringify({ pid: process.pid, host: hostname(), at: 1_000_000 });
    writeFileSync(lock, held);
    let slept = 0;
    const clock: Clock = {
      now: () => 1_000_000,
      monotonic: () => 0,
      sleep: async (ms) => {
        slept += ms;
      },
    };
    expect(await problem(world({}, clock))).to.deep.equal([
      'VAULT_BUSY',
      'Another run is at work on the vault: ~/.local/state/why401/vault.lock is there.',
      'Wait until it has ended; delete the file if there is none.',
    ]);
    expect([slept, readFileSync(lock, 'utf8')]).to.deep.equal([10_050, held]);
    const patient: Clock = { ...clock, sleep: async () => rmSync(lock) };
    await openVault(world({}, patient));
  });
});
