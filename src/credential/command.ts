/** Tokens that a program prints: as they are, or in JSON with their lifetime. */
import type { Executed } from '../doors.ts';
import type { CommandCredential, Environment } from '../model.ts';
import { type Redactor, Secret } from '../secret.ts';
import { quoted } from './answer.ts';
import { renderToken } from './bearer.ts';
import { readPrinted } from './command-output.ts';
import { endOf } from './expiry.ts';
import type { Acquired } from './holding.ts';
import type { Ledger } from './ledger.ts';
import { unsentFailure } from './oauth2/acquisition.ts';
import type { StoreParts } from './store.ts';
import { decodeToken } from './token.ts';

/** Bytes. */
const outputLimit = 1_000_000;

export async function acquireFromCommand(
  credential: CommandCredential,
  environment: Environment,
  parts: StoreParts,
): Promise<Acquired> {
  const { clock, ledger, redactor } = parts;
  const subject = `The program "${credential.command[0] ?? ''}" of credential "${credential.name}"`;
  const fails = (what: string, final = false): Acquired => {
    const failure = unsentFailure(redactor.redact(`${subject} ${what}.`), environment);
    return { held: null, exchanges: [], failure, final };
  };
  if (!parts.execute) return fails('was not run: this run starts no programs');
  const [command = '', ...args] = credential.command;
  const at = clock.now();
  const executed = await parts.execute({
    command,
    args,
    cwd: credential.cwd,
    env: revealed(credential, ledger),
    timeout: credential.timeout,
    outputLimit,
    signal: parts.signal ?? null,
  });
  const read = readPrinted(executed.stdout.trim(), at);
  if ('token' in read) ledger.secret(credential.name, read.token);
  const trouble = endedBadly(executed, credential, redactor);
  // A program that said no may have been refused, and accounts are locked by those who try again.
  const ended = executed.end.kind === 'exited';
  if (trouble) return fails(trouble, ended);
  if ('problem' in read) return fails(`${read.problem}${said(executed, redactor)}`, ended);
  const token = ledger.secret(credential.name, read.token);
  const { claims } = decodeToken(token.reveal());
  const expiresAt =
    endOf([read.expiresAt, claims]) ?? (credential.lifetime === null ? null : at + credential.lifetime);
  const rendered = renderToken(credential.name, credential.type, token, null, ledger);
  return { held: { at, expiresAt, rendered }, exchanges: [], failure: null };
}

function revealed(credential: CommandCredential, ledger: Ledger): Record<string, string> {
  return Object.fromEntries(
    Object.entries(credential.env).map(([name, value]) => [
      name,
      value instanceof Secret ? ledger.secret(name, value).reveal() : value,
    ]),
  );
}

/** Why what it printed does not count; null for a program that ended well. */
function endedBadly(
  { end, stderr }: Executed,
  { timeout }: CommandCredential,
  redactor: Redactor,
): string | null {
  const words = said({ stderr }, redactor);
  switch (end.kind) {
    case 'exited':
      return end.code === 0 ? null : `ended with exit code ${end.code}${words}`;
    case 'killed':
      return `was ended by ${end.signal}${words}`;
    case 'timeout':
      return `did not end within ${timeout / 1000} s and was stopped${words}`;
    case 'output-limit':
      return `printed more than ${outputLimit / 1_000_000} MB and was stopped`;
    case 'aborted':
      return 'was stopped: the run was ended';
    case 'unstarted':
      return unstarted[end.code] ?? `cannot be started (${end.code})`;
  }
}

const unstarted: Readonly<Record<string, string>> = {
  ENOENT: 'is not found; a name is looked for in PATH, a path begins at the folder of why401.yml (ENOENT)',
  EACCES: 'may not be executed (EACCES)',
  E2BIG: 'cannot be started: its arguments and variables are too long (E2BIG)',
  ERR_INVALID_ARG_VALUE: 'cannot be started: an argument or a variable holds a NUL character',
};

/** Its error output, never what it printed: that is where tokens are. */
function said({ stderr }: Pick<Executed, 'stderr'>, redactor: Redactor): string {
  const text = stderr.replace(/\beyJ[\w-]{8,}(?:\.[\w-]*)+/g, '[a token]').trim();
  return text === '' ? '' : `; it said ${quoted(text, redactor)}`;
}
