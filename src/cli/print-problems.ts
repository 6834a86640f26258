/** Problems on stderr. */
import type { ProblemData } from '../model.ts';
import type { World } from './world.ts';

export async function printProblems(problems: readonly ProblemData[], world: World): Promise<void> {
  if (problems.length === 0) return;
  const [{ formatProblem }, { maskedProblem }] = await Promise.all([
    import('../load/frame.ts'),
    import('../scan/text.ts'),
  ]);
  // Whatever is wrong in a line, a secret in it is not shown.
  for (const problem of problems)
    world.stderr.write(`${formatProblem(maskedProblem(problem), world.stderr.color)}\n`);
}
