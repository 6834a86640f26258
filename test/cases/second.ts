/** Measures the cases whose ids are sent, in their order, and says what came of each. */
import { inAdvance } from './advance.ts';
import { cases, isThere } from './list.ts';
import type { Answer } from './two.ts';

process.once('message', async (ids: readonly string[]) => {
  const list = ids.flatMap((id) => cases.find((each) => each.id === id) ?? []);
  const measured = inAdvance(list);
  for (const [index, { id, needs }] of list.entries()) {
    if (needs.every(isThere)) process.send?.(await answer(id, measured(index)));
  }
});
// Servers of a case end with the process.
process.once('disconnect', () => process.exit(1));
process.once('SIGTERM', () => process.exit(0));

async function answer(id: string, measuring: ReturnType<ReturnType<typeof inAdvance>>): Promise<Answer> {
  try {
    return { id, measured: await measuring };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
