/** Everything that the project file alone shows: what one environment lacks, and what it has of another. Pure. */
import type { Problem } from '../../problem.ts';
import { addressDrift } from './addresses.ts';
import { type Drift, drift } from './drift.ts';
import { nameOf, type ProjectShape, type ShapeEnvironment } from './file.ts';
import { lackingDrift } from './lacking.ts';
import { mixupDrift } from './mixups.ts';
import { partsDrift } from './parts.ts';
import { scenarioDrift } from './scenarios.ts';
import { settingDrift } from './settings.ts';

export function shapeDrift(shape: ProjectShape): readonly Drift[] {
  const told = new Set<Problem>();
  const list = [
    ...lackingDrift(shape, told),
    ...partsDrift(shape, told),
    ...mixupDrift(shape),
    ...addressDrift(shape),
    ...settingDrift(shape),
    ...scenarioDrift(shape),
  ];
  return [...list, ...shape.environments.flatMap((each) => restOf(each, shape, told))];
}

/** What the plan could not make of this environment, and what no rule above has told. */
function restOf(here: ShapeEnvironment, { environments }: ProjectShape, told: ReadonlySet<Problem>): Drift[] {
  return here.problems
    .filter((problem) => !told.has(problem))
    .map(({ message, source, fix }) =>
      drift({
        kind: 'file.plan',
        of: source ? `${source.file}:${source.line}:${source.column}` : nameOf(here),
        says: environments.map((each) => [
          nameOf(each),
          each === here
            ? message
            : each.problems.some((one) => one.message === message)
              ? message
              : 'all is there',
        ]),
        certainty: 'certain',
        where: nameOf(here),
        summary: message.includes(`"${nameOf(here)}"`)
          ? message
          : `In environment ${nameOf(here)}: ${message}`,
        ...(fix === null ? {} : { fix }),
        source,
      }),
    );
}
