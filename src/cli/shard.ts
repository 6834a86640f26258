/** `--shard i/n`, or `auto`: what the CI system says of its parallel jobs. */
import type { Job } from '../model.ts';
import type { Shard } from '../plan/shards.ts';
import type { Problems } from '../problem.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Variables of one CI system; `first` is the index of its first job. */
interface System {
  readonly index: string;
  readonly total: string | null;
  readonly first: 0 | 1;
}

const systems: readonly System[] = [
  { index: 'CI_NODE_INDEX', total: 'CI_NODE_TOTAL', first: 1 },
  { index: 'CIRCLE_NODE_INDEX', total: 'CIRCLE_NODE_TOTAL', first: 0 },
  { index: 'BUILDKITE_PARALLEL_JOB', total: 'BUILDKITE_PARALLEL_JOB_COUNT', first: 0 },
  { index: 'SYSTEM_JOBPOSITIONINPHASE', total: 'SYSTEM_TOTALJOBSINPHASE', first: 1 },
  // A Kubernetes Indexed Job does not say how many there are.
  { index: 'JOB_COMPLETION_INDEX', total: null, first: 0 },
];
const most = 1000;

/** null: all of the plan, or wrong, which is then a problem. */
export function readShard(text: string | undefined, env: Env, problems: Problems): Shard | null {
  if (text === undefined) return null;
  const auto = /^auto(?:\/(\d+))?$/.exec(text);
  const stated = auto ? fromSystem(auto[1], env, problems) : fromText(text);
  if (stated === null) {
    if (!auto)
      problems.add('SHARD_INVALID', `--shard takes i/n or auto, not "${text}".`, {
        fix: 'Write which of how many: --shard 2/3.',
      });
    return null;
  }
  const { index, total } = stated;
  if (index >= 1 && index <= total && total <= most) return stated;
  problems.add('SHARD_INVALID', `There is no shard ${index} of ${total}.`, {
    fix: total > most ? `At most ${most} are possible.` : 'Shards are counted from 1: --shard 1/3, 2/3, 3/3.',
  });
  return null;
}

function fromText(text: string): Shard | null {
  const [, index, total] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? [];
  return index === undefined ? null : { index: Number(index), total: Number(total) };
}

function fromSystem(given: string | undefined, env: Env, problems: Problems): Shard | null {
  const system = systems.find(
    ({ index, total }) => isSet(env[index]) || (total !== null && isSet(env[total])),
  );
  if (!system) {
    problems.add(
      'SHARD_UNKNOWN',
      '--shard auto finds no variable of a CI system that runs jobs in parallel.',
      {
        fix: `Write --shard i/n, or set ${systems.map(({ index }) => index).join(', ')} as such a system does.`,
      },
    );
    return null;
  }
  const total = given ?? (system.total === null ? undefined : env[system.total]);
  // GitLab states a total of 1, and no index, for a job that is not parallel.
  const index = env[system.index] ?? (total === '1' ? String(system.first) : undefined);
  if (total === undefined && system.total === null) {
    problems.add(
      'SHARD_UNKNOWN',
      `${system.index} says which shard this is, and nothing how many there are.`,
      {
        fix: 'Write --shard auto/N with the number of completions.',
      },
    );
    return null;
  }
  const read = fromText(`${index ?? ''}/${total ?? ''}`);
  if (read) return { index: read.index + 1 - system.first, total: read.total };
  const shown = [system.index, system.total].flatMap((name) =>
    name === null ? [] : [`${name}=${env[name] ?? ''}`],
  );
  problems.add('SHARD_UNKNOWN', `What the CI system says is no shard: ${shown.join(', ')}.`, {
    fix: 'Write --shard i/n.',
  });
  return null;
}

/** `of`: the whole plan. */
export function shardNote(jobs: readonly Job[], of: readonly Job[], { index, total }: Shard): string {
  const count = `shard ${index} of ${total}: ${jobs.length} of ${of.length} ${of.length === 1 ? 'job' : 'jobs'}`;
  if (jobs.length > 0) return `${count}.`;
  const together = of.some(({ attempts }) => attempts !== undefined);
  const why = together ? ' Jobs that share a password or a refresh token stay in one shard.' : '';
  return `${count}; there is nothing to run here.${why}`;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
