/** Resource servers and tokens, written after the rules were finished and without a look at them. */
import type { Case } from '../case.ts';
import { knownCases } from './known-cases.ts';
import { programCases } from './program-cases.ts';
import { wordingCases } from './wording-cases.ts';

export const cases: readonly Case[] = [...programCases, ...wordingCases, ...knownCases];
