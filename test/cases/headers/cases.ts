/** Headers that were sent and did not arrive, or not as they were sent; with an echo endpoint and without one. */
import type { Case } from '../case.ts';
import { define } from '../servers/fault.ts';
import { apacheFaults } from './apache.ts';
import { nginxFaults } from './nginx.ts';
import { otherFaults } from './others.ts';

export const cases: readonly Case[] = [...nginxFaults, ...apacheFaults, ...otherFaults].map(define);
