/** Runs the program on a case: while it fails, and after it is healed. */
import { why401 } from '../support/command.ts';
import type { Case, Started } from './case.ts';
import { type Judgement, judge, type Run } from './judge.ts';
import { readPolicy } from './policy.ts';
import type { Report } from './report.ts';

export interface Measured {
  readonly judgement: Judgement;
  /** Status, challenges and body of the answer that is explained, for the comparison with a twin. */
  readonly answer: string;
  /** Console reports of the run that fails and of the healed one. */
  readonly consoles: readonly string[];
}

export async function measure(one: Case): Promise<Measured> {
  const started = await one.start();
  try {
    const failing = await run(started, started);
    const changes = await started.heal();
    const healed = await run(started, {
      files: { ...started.files, ...changes.files },
      env: { ...started.env, ...changes.env },
    });
    return {
      judgement: judge(one, failing, healed),
      answer: answerOf(failing.report),
      consoles: [failing.console, healed.console],
    };
  } finally {
    await started.close();
  }
}

async function run(
  started: Started,
  { files, env }: Pick<Started, 'files' | 'env'>,
): Promise<Run & { readonly console: string }> {
  const argv = ['run', '--reporter', 'console', '--reporter', 'json=report.json'];
  const { stdout, stderr, written } = await why401(argv, { files, env });
  const text = written['report.json'] ?? '';
  if (text === '') throw new Error(`no report: ${stdout}${stderr}`);
  const secrets = Object.values(env).filter((value) => isLong(value) && `${stdout}${text}`.includes(value));
  if (secrets.length > 0) throw new Error('a secret is shown');
  const policy = readPolicy(files['why401.yml'] ?? '');
  return {
    report: JSON.parse(text) as Report,
    received: [...started.received()],
    policy,
    console: `${stdout}${stderr}`,
  };
}

/** Shorter ones may be words of their own, such as `undefined`. */
function isLong(value: string): boolean {
  return value.length >= 16;
}

function answerOf({ scenarios }: Report): string {
  const steps = scenarios.flatMap((job) => job.steps);
  const step = steps.find(({ status }) => status !== 'passed') ?? steps[0];
  // A token that is renewed after the answer is no answer of the step.
  const exchange =
    step?.exchanges.findLast(({ role }) => role === 'resource') ??
    step?.exchanges.findLast(({ role }) => role !== 'experiment' && role !== 'metadata');
  const response = exchange?.hops.at(-1)?.response;
  if (!response) return 'none';
  const challenges = response.headers.filter(([name]) => name.toLowerCase() === 'www-authenticate');
  const values = challenges.map(([, value]) => value.replace(/nonce="[^"]*"/g, 'nonce'));
  return [response.status, ...values, response.body.excerpt].join(' ');
}
