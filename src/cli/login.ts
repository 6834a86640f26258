/** `why401 login NAME`: a person logs in, and the refresh token is kept, encrypted, for later runs. */
import { type LoopbackRedirect, loopbackRedirect } from '../http/loopback-redirect.ts';
import type { Credential, ExitCode, GrantType, OAuth2Credential } from '../model.ts';
import { Problem, ProblemError, Problems } from '../problem.ts';
import type { LoginOptions, LoginResult, Shown } from '../run/login.ts';
import { type CredentialFlags, planCredentialOf } from './one-credential.ts';
import { duration } from './project.ts';
import { redactorOf } from './redactor.ts';
import type { Vault } from './vault.ts';
import { version } from './version.ts';
import type { World } from './world.ts';

export interface LoginFlags extends CredentialFlags {
  readonly device?: boolean;
}

/** Bytes of a body to keep. */
const bodyLimit = 1_000_000;
/** Their first token comes from a person. */
const grants: readonly GrantType[] = ['authorization_code', 'device_code', 'refresh_token'];

export async function loginCommand(name: string, flags: LoginFlags, world: World): Promise<ExitCode> {
  const redactor = redactorOf(world);
  const { timeout: wanted = '5m', ...rest } = flags;
  const problems = new Problems();
  const timeout = duration('--timeout', wanted, problems);
  problems.throwIfAny();
  const planned = planCredentialOf(name, rest, world, (secret, value) => redactor.learn(secret, value));
  const { environment } = planned.job;
  const credential = loginCredential(planned.credential);
  const redirect = redirectOf(credential, flags);
  for (const note of planned.notes) world.stderr.write(`why401: ${note}\n`);
  const [{ login }, { createSend }, { listen }, { openVault }] = await Promise.all([
    import('../run/login.ts'),
    import('../replay/send.ts'),
    import('./loopback.ts'),
    import('./vault.ts'),
  ]);
  const vault = await openVault(world);
  const { clock, random, signal } = world;
  const sender = createSend({ clock, redactor });
  const show = (shown: Shown): void => world.stdout.write(told(shown, wanted));
  try {
    const result = await login(
      { version: version(), bodyLimit, credential, environment, redirect, timeout, signal, show },
      { send: sender.send, clock, random, redactor, vault, listen },
    );
    return ended(result, credential, environment.name, wanted, vault, world);
  } finally {
    await sender.close();
  }
}

function loginCredential(credential: Credential): LoginOptions['credential'] {
  const { name, source } = credential;
  const fails = (code: string, message: string, fix: string): ProblemError =>
    new ProblemError([new Problem(code, message, { source, fix })]);
  if (credential.type !== 'oauth2') {
    throw fails(
      'LOGIN_WITHOUT_PERSON',
      `Credential "${name}" is of type ${credential.type}: nobody logs in for it.`,
      'Name one of type oauth2.',
    );
  }
  if (!grants.includes(credential.grant_type)) {
    throw fails(
      'LOGIN_WITHOUT_PERSON',
      `Credential "${name}" has the grant_type ${credential.grant_type}: nobody logs in for it.`,
      `Name one with grant_type: ${grants.slice(0, -1).join(', ')} or ${grants.at(-1)}.`,
    );
  }
  const { asks } = credential;
  if (asks?.store !== true) {
    throw fails(
      'LOGIN_NOT_STORED',
      `Credential "${name}" does not start from a stored refresh token.`,
      'Add store: true to the credential.',
    );
  }
  return { ...credential, asks };
}

function redirectOf(credential: OAuth2Credential, flags: LoginFlags): LoopbackRedirect | null {
  if (flags.device === true || credential.grant_type === 'device_code') return null;
  const { client, asks } = credential;
  const written = asks?.redirect_uri ?? null;
  const found = loopbackRedirect(written === null ? client.redirect_uris : [written]);
  if (found) return found;
  throw new ProblemError([
    new Problem(
      'LOGIN_REDIRECT_URI',
      `Client "${client.name}" has no redirect_uri on this machine, to which a browser could come back.`,
      {
        source: client.sources['redirect_uris'] ?? client.source,
        fix: 'Register http://127.0.0.1/callback for it (any port, RFC 8252 section 7.3) and add it to redirect_uris, or use --device.',
      },
    ),
  ]);
}

function told(shown: Shown, timeout: string): string {
  switch (shown.kind) {
    case 'browser':
      return `Open this address in a browser on this machine, and log in:\n\n  ${shown.url}\n\nWaiting at ${shown.redirect_uri} for ${timeout}. Ctrl-C ends.\n`;
    case 'device':
      return `${shown.text}\nWaiting for ${timeout}. Ctrl-C ends.\n`;
    case 'foreign':
      return 'Something came that is not the answer to this login (wrong state). Still waiting.\n';
  }
}

function ended(
  result: LoginResult,
  { name }: OAuth2Credential,
  environment: string,
  timeout: string,
  vault: Vault,
  world: World,
): ExitCode {
  switch (result.kind) {
    case 'stored': {
      const scope = result.scope ? `, scope ${result.scope}` : '';
      world.stdout.write(
        `\nLogged in. The refresh token of credential "${name}" in ${environment}${scope} is kept in\n${vault.path}, encrypted. Runs start from it.\n`,
      );
      return 0;
    }
    case 'failed':
      world.stderr.write(`The login failed. ${result.message}\n`);
      return result.reached ? 1 : 3;
    case 'timeout':
      world.stderr.write(`The login was not done within ${timeout}. Nothing was stored.\n`);
      return 3;
    case 'interrupted':
      // A terminal shows ^C where the cursor is.
      world.stderr.write(`${world.stderr.isTTY ? '\n' : ''}The login was interrupted. Nothing was stored.\n`);
      return 130;
  }
}
