/** `why401 token NAME`: gets the token of one credential and says what it is. */
import type { ExitCode } from '../model.ts';
import { Problem, ProblemError } from '../problem.ts';
import { learnFrom } from '../report/known-fields.ts';
import type { Inspected } from '../run/inspect.ts';
import type { RunOptions } from '../run/options.ts';
import type { Redactor } from '../secret.ts';
import { credentialDoors } from './credential-doors.ts';
import { type CredentialFlags, type OneCredential, planCredentialOf } from './one-credential.ts';
import { redactorOf } from './redactor.ts';
import { version } from './version.ts';
import type { World } from './world.ts';

export interface TokenFlags extends CredentialFlags {
  readonly show?: boolean;
  readonly json?: boolean;
}

/** Bytes of a body to keep. */
const bodyLimit = 1_000_000;
/** Types that are no token at all. */
const tokenless: ReadonlySet<string> = new Set([
  'basic',
  'digest',
  'api_key',
  'hmac',
  'aws_sigv4',
  'http_signature',
  'session',
]);

export async function tokenCommand(name: string, flags: TokenFlags, world: World): Promise<ExitCode> {
  const redactor = redactorOf(world);
  const planned = planCredentialOf(name, flags, world, (secret, value) => redactor.learn(secret, value));
  if (flags.show === true && tokenless.has(planned.credential.type)) {
    throw new ProblemError([
      new Problem(
        'NOTHING_TO_SHOW',
        `Credential "${name}" is of type ${planned.credential.type}, which has no token.`,
        {
          fix: 'Leave --show away: what would be sent is told without it.',
        },
      ),
    ]);
  }
  for (const note of planned.notes) world.stderr.write(`why401: ${note}\n`);
  const inspected = await lookAt(planned, redactor, world);
  learnFrom(inspected.exchanges, redactor);
  await print(planned, inspected, flags, redactor, world);
  return exitCode(inspected, world);
}

async function lookAt(planned: OneCredential, redactor: Redactor, world: World): Promise<Inspected> {
  const [{ inspect }, { createSend }] = await Promise.all([
    import('../run/inspect.ts'),
    import('../replay/send.ts'),
  ]);
  const { clock, random } = world;
  const sender = createSend({ clock, redactor });
  try {
    return await inspect(runOptions(planned, world), {
      send: sender.send,
      clock,
      random,
      redactor,
      lookups: planned.lookups,
      ...(await credentialDoors([planned.credential], world)),
    });
  } finally {
    await sender.close();
  }
}

/** A run of one job that nobody but this command hears of. */
export function runOptions({ job, root }: OneCredential, world: World): RunOptions {
  return {
    version: version(),
    root,
    jobs: [job],
    environments: [job.environment],
    known: [job.environment],
    concurrency: 1,
    bail: false,
    strict: false,
    experiments: true,
    bodyLimit,
    deadline: null,
    signal: world.signal,
    emit: () => {},
  };
}

/** With --show the token stands alone on stdout, so that it can be piped; all else goes to stderr. */
async function print(
  planned: OneCredential,
  inspected: Inspected,
  flags: TokenFlags,
  redactor: Redactor,
  world: World,
): Promise<void> {
  const value = flags.show === true ? inspected.value() : null;
  const now = world.clock.now();
  if (flags.json === true) {
    const { tokenJson } = await import('./token-json.ts');
    const report = tokenJson(planned, inspected, now, redactor);
    world.stdout.write(`${JSON.stringify(value === null ? report : { ...report, value }, null, 2)}\n`);
    return;
  }
  const { tokenPage } = await import('./token-page.ts');
  const sink = flags.show === true ? world.stderr : world.stdout;
  sink.write(`${tokenPage(planned, inspected, now, redactor, sink).join('\n')}\n`);
  // In a terminal a token from elsewhere might be a command to it.
  const out = world.stdout.isTTY ? world.stdout : (world.exact ?? world.stdout);
  if (value !== null) out.write(`${value}\n`);
}

function exitCode({ job }: Inspected, world: World): ExitCode {
  if (world.signal.aborted) return 130;
  if (job.status === 'passed') return 0;
  return job.status === 'failed' ? 1 : 3;
}
