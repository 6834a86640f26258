/** Refresh tokens kept between runs: one encrypted file, and its key in a variable or in a file beside it. */
import { mkdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { Problem, ProblemError } from '../problem.ts';
import type { RunDoors } from '../run/options.ts';
import { type Entries, open, seal } from './vault-box.ts';
import { createLock, replaceFile, writeNew } from './vault-files.ts';
import type { World } from './world.ts';

type RefreshVault = NonNullable<RunDoors['vault']>;

export interface Vault extends RefreshVault {
  /** The file. */
  readonly path: string;
}

const keyVariable = 'WHY401_VAULT_KEY';

/**
 * Throws ProblemError where what is there cannot be read: it is never written over. The first use makes a key and
 * says where it lies.
 */
export async function openVault(world: World): Promise<Vault> {
  const folder = folderOf(world.env);
  const path = join(folder, 'vault.json');
  await makeFolder(folder);
  const lock = createLock(join(folder, 'vault.lock'), world.clock, world.random);
  const key = await lock(() => keyOf(folder, path, world));
  const entries = async (): Promise<Entries> => {
    const text = await textOf(path);
    return text === null ? new Map() : read(text, path, key);
  };
  await entries();
  return {
    path,
    read: async (name) => (await entries()).get(name) ?? null,
    write: (name, value) =>
      lock(async () => {
        // Another run may have written meanwhile.
        const all = new Map(await entries()).set(name, value);
        await replaceFile(path, seal(all, key), world.random);
      }),
  };
}

/** `$XDG_STATE_HOME/why401`, or `~/.local/state/why401`. */
function folderOf(env: World['env']): string {
  const state = env['XDG_STATE_HOME'];
  if (state && isAbsolute(state)) return join(state, 'why401');
  return join(env['HOME'] || homedir(), '.local', 'state', 'why401');
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw problem('VAULT_UNWRITABLE', `The folder ${folder} cannot be made: ${(error as Error).message}.`, {
      fix: 'Set XDG_STATE_HOME to a folder that can be written.',
    });
  }
  await refuseOthers(folder, '700');
}

function read(text: string, path: string, key: Buffer): Entries {
  const found = open(text, key);
  if ('entries' in found) return found.entries;
  const why =
    found.problem === 'wrong-key'
      ? 'cannot be decrypted: it was made with another key, or was changed'
      : 'is no vault of this version of why401';
  throw problem('VAULT_UNREADABLE', `The vault ${path} ${why}. It is left as it is.`, {
    fix: `Give the key with which it was made (${keyVariable}), or delete it and log in again: why401 login.`,
  });
}

async function keyOf(folder: string, vault: string, world: World): Promise<Buffer> {
  const given = world.env[keyVariable];
  if (given !== undefined && given !== '') return keyIn(given, `The variable ${keyVariable}`);
  const path = join(folder, 'vault.key');
  const text = await textOf(path);
  if (text !== null) {
    await refuseOthers(path, '600');
    return keyIn(text, `The file ${path}`);
  }
  if ((await textOf(vault)) !== null) {
    throw problem(
      'VAULT_KEY_MISSING',
      `The vault ${vault} is there, but its key is not: neither ${path} nor ${keyVariable}.`,
      {
        fix: `Set ${keyVariable} to the key with which it was made, or delete the vault and log in again: why401 login.`,
      },
    );
  }
  const made = world.random.token(32);
  await writeNew(path, `${made}\n`);
  world.stderr.write(firstUse(vault, path));
  return keyIn(made, path);
}

function firstUse(vault: string, key: string): string {
  return `why401: refresh tokens are kept in ${vault}, encrypted.
        A new key lies in ${key}, readable by you alone.
        Whoever has both files has the tokens: this protects a copy of the vault, not this account.
        Set ${keyVariable} to keep the key elsewhere, as in CI.
`;
}

/** 32 bytes as hex digits, base64 or base64url. */
function keyIn(text: string, where: string): Buffer {
  const written = text.trim();
  const key = /^[0-9a-f]{64}$/i.test(written) ? Buffer.from(written, 'hex') : fromBase64(written);
  if (key?.length === 32) return key;
  throw problem('VAULT_KEY_INVALID', `${where} holds no key of 32 bytes.`, {
    fix: 'Make one: openssl rand -base64 32',
  });
}

function fromBase64(text: string): Buffer | null {
  return /^[\w+/-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null;
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw problem('VAULT_UNREADABLE', `The file ${path} cannot be read: ${(error as Error).message}.`, {
      fix: 'Let it be readable by you.',
    });
  }
}

/** Windows has no such bits. */
async function refuseOthers(path: string, wanted: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { mode } = await stat(path);
  if ((mode & 0o077) === 0) return;
  throw problem('VAULT_EXPOSED', `Other users may read or change ${path}.`, {
    fix: `chmod ${wanted} ${path}`,
  });
}

function problem(code: string, message: string, at: { fix: string }): ProblemError {
  return new ProblemError([new Problem(code, message, at)]);
}
