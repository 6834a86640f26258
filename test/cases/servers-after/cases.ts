/** Cases over servers, written by somebody who has not seen the rules. */
import type { Case } from '../case.ts';
import { frontAfter } from './front.ts';
import { nginxAfter } from './nginx.ts';

export const cases: readonly Case[] = [...nginxAfter, ...frontAfter];
