/** What `generate.ts` writes to `validators.js` beside the compiled files: the schemas as functions. */
import type { ErrorObject } from 'ajv';

interface Validator {
  (value: unknown): boolean;
  errors?: readonly ErrorObject[] | null;
}
export const project: Validator;
export const scenario: Validator;
