/** Arguments to commands. Each command is loaded when it is called. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from '../model.ts';
import { ProblemError } from '../problem.ts';
import { bugText } from './bug.ts';
import { addCredentialCommands } from './credential-commands.ts';
import type { CompareFlags, RunFlags } from './flags.ts';
import { lackOf, lackText } from './lack.ts';
import { printProblems } from './print-problems.ts';
import { guarded } from './redactor.ts';
import { addReportCommand } from './report-command.ts';
import type { ScanFlags } from './scan.ts';
import { version } from './version.ts';
import type { World } from './world.ts';

export async function cli(argv: readonly string[], outside: World): Promise<ExitCode> {
  const world = guarded(outside);
  let code: ExitCode = 0;
  const program = commands(world, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    const [uncaught] = world.uncaught?.() ?? [];
    return uncaught === undefined ? code : failed(uncaught, world);
  } catch (error) {
    return failed(error, world);
  }
}

async function failed(error: unknown, world: World): Promise<ExitCode> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ProblemError) {
    await printProblems(
      error.problems.map((problem) => problem.toData()),
      world,
    );
    return 2;
  }
  const lack = lackOf(error);
  world.stderr.write(lack ? lackText(lack) : bugText(error));
  return lack ? 3 : 70;
}

function commands(world: World, done: (code: ExitCode) => void): Command {
  const program = new Command('why401')
    .description(
      'Replays authenticated HTTP requests against staging and production, and says why one fails.',
    )
    .version(version(), '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.stdout.write(text),
      writeErr: (text) => world.stderr.write(text),
      // `--token=x`: there is no such option, and nobody may read its value.
      outputError: (text, write) => write(text.replace(/^(error: unknown option '-[\w-]+)=.*'/s, "$1'")),
    })
    .addHelpText('after', exitCodes);
  runOptions(
    program
      .command('run', { isDefault: true })
      .description('replay scenarios and explain failures (the default)'),
  ).action(async (paths: string[], flags: RunFlags) => {
    const { runCommand } = await import('./run.ts');
    done(await runCommand(paths, flags, world));
  });
  addLint(program, world, done);
  shardOption(
    selectOptions(projectOptions(program.command('list').description('list what run would replay'))),
  ).action(async (paths: string[], flags: RunFlags) => {
    const { list } = await import('./list.ts');
    done(await list(paths, flags, world));
  });
  compareOptions(
    program
      .command('compare')
      .description(
        'hold environments side by side: what differs that must not, what is shared that must differ',
      ),
  ).action(async (paths: string[], flags: CompareFlags) => {
    const { compareCommand } = await import('./compare.ts');
    done(await compareCommand(paths, flags, world));
  });
  program
    .command('causes')
    .description('list the causes that findings name, or tell all about one')
    .argument('[id]', 'a cause: token-expired')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nThe same is in docs/causes.md. A scenario expects a cause with expect: {cause: ID}.',
    )
    .action(async (id: string | undefined, flags: { json?: boolean }) => {
      const { causesCommand } = await import('./causes.ts');
      done(causesCommand(id ?? null, flags.json === true, world.stdout));
    });
  addReportCommand(program, world, done);
  addCredentialCommands(program, world, done);
  program
    .command('schema')
    .description('print a JSON Schema: project, scenario or report')
    .argument('[name]', 'which one', 'scenario')
    .action(async (name: string) => {
      const { schema } = await import('./schema.ts');
      done(await schema(name, world.stdout));
    });
  return program;
}

const exitCodes = `
Exit codes:
  0    all as expected
  1    an expectation failed
  2    wrong input; nothing was sent
  3    no verdict: an environment could not be reached, or a report not be written
  70   a bug of why401
  130  interrupted; the report of what ran is written`;

function projectOptions(command: Command): Command {
  return command
    .argument('[paths...]', 'scenario files or folders; default: all beside why401.yml')
    .option('--config <file>', 'the project file; default: why401.yml, from here upward, then ./specs');
}

function addLint(program: Command, world: World, done: (code: ExitCode) => void): void {
  lintOptions(program.command('lint')).action(
    async (paths: string[], flags: RunFlags & Partial<ScanFlags>) => {
      const { scan } = flags;
      if (scan !== undefined) {
        const { scanCommand } = await import('./scan.ts');
        return done(await scanCommand({ ...flags, scan: [...scan, ...paths] }, world));
      }
      const { lint } = await import('./lint.ts');
      done(await lint(paths, flags, world));
    },
  );
}

function lintOptions(command: Command): Command {
  return projectOptions(command)
    .description(
      'check the project file and scenarios, also for secrets in plain text; sends nothing, needs no secrets',
    )
    .option(
      '--scan <paths...>',
      'look for credentials in these files and folders instead; exit 1 where there are some',
    )
    .option('--env-file <file>', 'with --scan: a dotenv file with secrets to recognise')
    .option('--json', 'with --scan: as JSON')
    .addHelpText(
      'after',
      '\nExample: why401 lint --scan scripts .github postman\nWhat is found, and how to say that something is no secret: docs/lint.md',
    );
}

function selectOptions(command: Command): Command {
  return command
    .option(
      '--env <names>',
      'environments, comma-separated; default: all that are not "default: false"',
      words,
    )
    .option('--tag <names>', 'only scenarios with one of these tags', words)
    .option('--grep <text>', 'only scenarios whose name holds this text, case ignored')
    .option('--var <name=value>', 'set a variable; may be repeated', collect, []);
}

function shardOption(command: Command): Command {
  return command.option(
    '--shard <i/n>',
    'one of n parts, for machines in parallel; auto: what the CI system says, auto/n in a Kubernetes Indexed Job',
  );
}

function runOptions(command: Command): Command {
  return shardOption(selectOptions(projectOptions(command)))
    .option('--env-file <file>', 'a dotenv file for ${secret.X}')
    .option('--jobs <n>', 'scenarios at a time', number(1), 8)
    .option('--bail', 'stop after the first scenario that fails')
    .option('--retries <n>', 'tries again after a transport error, idempotent methods only', number(0), 0)
    .option('--timeout <duration>', 'for each request, its redirects included: 800ms, 30s', '30s')
    .option('--deadline <duration>', 'for the whole run: 5m')
    .option('--reporter <name[=file]>', 'console, json, jsonl, junit, github; may be repeated', collect, [])
    .option('--strict', 'warnings fail the run')
    .option('--no-experiments', 'send nothing but the scenarios themselves')
    .option('--checks', 'show all standards checks that failed, not their number only')
    .option('--clients', 'show what other HTTP clients would have made of each redirect')
    .addOption(new Option('-v, --verbose', 'show passing steps with their hops, too'));
}

function compareOptions(command: Command): Command {
  return selectOptions(projectOptions(command))
    .option('--env-file <file>', 'a dotenv file for ${secret.X}')
    .option('--offline', 'send nothing: the shape of why401.yml and the rules of redirect_uris only')
    .option(
      '--scenarios',
      'replay the scenarios too, with their credentials, in protected environments as well',
    )
    .option('--baseline <file>', 'compare with the past: a JSON report of an earlier compare')
    .option('--timeout <duration>', 'for each request: 800ms, 30s', '30s')
    .option('--deadline <duration>', 'for the whole comparison: 5m')
    .option('--reporter <name[=file]>', 'console, json, jsonl, junit, github; may be repeated', collect, [])
    .option('--strict', 'warnings fail the comparison')
    .option('--no-experiments', 'ask for nothing but what is published')
    .addOption(new Option('-v, --verbose', 'show everything that was tried, with its hops'))
    .addHelpText('after', comparisons);
}

const comparisons = `
Examples:
  why401 compare --offline                              what why401.yml alone shows
  why401 compare --env staging,production               what servers publish and accept
  why401 compare --env staging,production --scenarios   tokens and answers too
  why401 compare --env production --baseline last.json  what changed since then

Differences that are meant are declared in why401.yml: docs/compare.md.`;

/** Never none: `--env "$STAGE"` without a value must not mean all of them. */
function words(text: string): string[] {
  const named = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  return named.length > 0 ? named : [''];
}

function collect(text: string, before: string[]): string[] {
  return [...before, text];
}

function number(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${least}.`);
  };
}
