/** Cases over web sessions. */
import type { Case } from '../case.ts';
import { basicCases } from './basic.ts';
import { sessionCases } from './sessions.ts';

export const cases: readonly Case[] = [...sessionCases, ...basicCases];
