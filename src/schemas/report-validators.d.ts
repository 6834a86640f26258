/** What `generate.ts` writes to `report-validators.js`: the report, and its parts as they are read, one after the other. */
import type { ErrorObject } from 'ajv';

interface Validator {
  (value: unknown): boolean;
  errors?: readonly ErrorObject[] | null;
}
export const report: Validator;
export const scenario: Validator;
export const run: Validator;
export const job: Validator;
export const step: Validator;
export const result: Validator;
export const end: Validator;
