/** Cases in their order, some begun before it is their turn. */
import type { Case } from './case.ts';
import { isThere } from './list.ts';
import { type Measured, measure } from './measure.ts';

/** Cases that begin before it is their turn, in each process. */
const most = 1;

/**
 * Measures the cases in their order; those that start programs, which take their time, in advance. The others play
 * providers with one nock for the whole process, and run alone.
 */
export function inAdvance(list: readonly Case[]): (index: number) => Promise<Measured> {
  const begun = new Map<number, Promise<Measured>>();
  const begin = (index: number): Promise<Measured> | undefined => {
    const one = list[index];
    if (!one) return undefined;
    const known = begun.get(index);
    if (known) return known;
    const measuring = measure(one);
    // Whoever waits for it hears of it.
    measuring.catch(() => undefined);
    begun.set(index, measuring);
    return measuring;
  };
  const startsPrograms = (index: number): boolean => {
    const needs = list[index]?.needs ?? [];
    return needs.length > 0 && needs.every(isThere);
  };
  return async (index) => {
    const measuring = begin(index);
    for (let next = index; next <= index + most && startsPrograms(next); next += 1) begin(next);
    if (!measuring) throw new Error('there is no such case');
    return measuring;
  };
}
