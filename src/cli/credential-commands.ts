/** Arguments of the commands that are about one credential. */
import type { Command } from 'commander';
import type { ExitCode } from '../model.ts';
import type { LoginFlags } from './login.ts';
import type { TokenFlags } from './token.ts';
import type { World } from './world.ts';

export function addCredentialCommands(program: Command, world: World, done: (code: ExitCode) => void): void {
  credentialOptions(
    program
      .command('token')
      .description('get the token of a credential, decode it and verify its signature')
      .argument('<name>', 'a credential of why401.yml'),
  )
    .option('--show', 'print the token alone on stdout, all else on stderr')
    .option('--json', 'as JSON')
    .addHelpText('after', tokenHelp)
    .action(async (name: string, flags: TokenFlags) => {
      const { tokenCommand } = await import('./token.ts');
      done(await tokenCommand(name, flags, world));
    });
  credentialOptions(
    program
      .command('login')
      .description('log in once for a credential with store: true; its refresh token is kept, encrypted')
      .argument('<name>', 'a credential of why401.yml'),
  )
    .option('--device', 'by a code that is entered in any browser (RFC 8628)')
    .option('--timeout <duration>', 'how long to wait for the login', '5m')
    .addHelpText('after', loginHelp)
    .action(async (name: string, flags: LoginFlags) => {
      const { loginCommand } = await import('./login.ts');
      done(await loginCommand(name, flags, world));
    });
}

const loginHelp = `
Prints the address to open; opens no browser by itself. The browser comes back to a
redirect_uri on this machine: the client needs one, such as http://127.0.0.1/callback.

Exit codes: 0 stored, 1 refused, 2 wrong input, 3 no answer in time, 130 interrupted.`;

const tokenHelp = `
Nothing is called with the token. Its value is never printed without --show.
Of credentials that have no token (basic, hmac, ...) it is told what would be sent.

Exit codes: 0 a token, 1 refused, 2 wrong input, 3 no answer, 130 interrupted.`;

function credentialOptions(command: Command): Command {
  return command
    .option('--env <name>', 'the environment; needed where there are several')
    .option('--config <file>', 'the project file; default: why401.yml, from here upward, then ./specs')
    .option('--env-file <file>', 'a dotenv file for ${secret.X}')
    .option('--var <name=value>', 'set a variable; may be repeated', collect, []);
}

function collect(text: string, before: string[]): string[] {
  return [...before, text];
}
