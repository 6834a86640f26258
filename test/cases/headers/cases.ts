/** Headers that were sent and did not arrive, or not as they were sent; with an echo endpoint and without one. */
import type { Case } from '../case.ts';
import { define } from '../servers/fault.ts';
import { apacheFaults } from './apache.ts';
import { listFaults } from './lists.ts';
import { nameFaults } from './names.ts';
import { nginxFaults } from './nginx.ts';
import { otherFaults } from './others.ts';
import { passingFaults } from './passing.ts';
import { sizeFaults } from './sizes.ts';
import { twiceFaults } from './twice.ts';

export const cases: readonly Case[] = [
  ...nginxFaults,
  ...apacheFaults,
  ...otherFaults,
  ...sizeFaults,
  ...listFaults,
  ...twiceFaults,
  ...nameFaults,
  ...passingFaults,
].map(define);
