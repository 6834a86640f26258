/** Public providers, with generic knowledge only. */
import type { Case } from '../case.ts';
import { microsoftCases } from './microsoft.ts';

export const cases: readonly Case[] = [...microsoftCases];
