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

/**
 * That something in front of the application took a field is seen from here by an echo at best, which is the word of
 * another route: likely at most, as docs/diagnosis.md says.
 */
const told: ReadonlySet<string> = new Set([
  'credentials-stripped-by-proxy',
  'credentials-replaced-by-proxy',
  'header-dropped-by-proxy',
]);

export const cases: readonly Case[] = [
  ...nginxFaults,
  ...apacheFaults,
  ...otherFaults,
  ...sizeFaults,
  ...listFaults,
  ...twiceFaults,
  ...nameFaults,
  ...passingFaults,
]
  .map(define)
  .map((one) => (told.has(one.causes[0] ?? '') ? { ...one, onlyTold: true } : one));
