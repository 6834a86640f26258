/** Flags of `compare` that make no sense, alone or together. */
import { Problem } from '../problem.ts';
import type { CompareFlags } from './flags.ts';

export function checkFlags({ env = [], baseline, offline, scenarios }: CompareFlags): Problem[] {
  const problems: Problem[] = [];
  const twice = env.filter((name, index) => env.indexOf(name) !== index);
  if (twice.length > 0) {
    problems.push(
      new Problem('ENVIRONMENT_TWICE', `--env names "${twice[0]}" twice.`, {
        fix: 'Name two that are to be held side by side: --env staging,production',
      }),
    );
  }
  if (offline && scenarios) {
    problems.push(
      new Problem('OFFLINE_SCENARIOS', '--scenarios has requests sent, and --offline has nothing sent.', {
        fix: 'Leave one of the two out.',
      }),
    );
  }
  if (offline && baseline !== undefined) {
    problems.push(
      new Problem(
        'OFFLINE_BASELINE',
        '--baseline holds what servers say beside the past, and --offline asks none.',
        {
          fix: 'Leave one of the two out.',
        },
      ),
    );
  }
  return problems;
}

/** One environment has nothing beside it. */
export function checkNumber(
  names: readonly string[],
  known: readonly string[],
  flags: CompareFlags,
): Problem[] {
  // A report to a file is what a first baseline is made of.
  const isKept = flags.reporter?.some((each) => /^jsonl?=/.test(each)) === true;
  if (names.length !== 1 || flags.baseline !== undefined || (isKept && flags.offline !== true)) return [];
  const [name = ''] = names;
  const other = known.find((each) => each !== name);
  const pair = other === undefined ? null : `Name another one: --env ${name},${other}.`;
  return [
    new Problem('ONE_ENVIRONMENT', `There is nothing to hold "${name}" beside.`, {
      fix: `${pair === null ? '' : `${pair} `}To compare it with its own past, name a report of an earlier compare: --baseline FILE. A first one is written with --reporter json=FILE.`,
    }),
  ];
}
