/** Values that everything is made of: JSON, places in files, header fields. */
import type { Value } from '../secret.ts';

/** A JSON value; integers beyond 2^53 are bigint, so that they compare exactly. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonMap;
export interface JsonMap {
  readonly [key: string]: Json;
}

/** Where something stands in a file of the user. `line` and `column` start at 1; `file` is relative to the working directory. */
export interface Source {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The id of a cause: the public vocabulary (`src/diagnose/causes/`). */
export type CauseId = string;

/** A header field as it is put on the wire: name in its case, value perhaps secret. `by` absent: `why401`. */
export type Field = readonly [name: string, value: Value, by?: readonly FieldSource[] | undefined];
/**
 * Who put a header field into a request. `credential NAME` presented or signed it, `why401` has defaults and the type of
 * a body, `transport` is what the HTTP library writes itself. A Cookie field may have several.
 */
export type FieldSource =
  | 'step'
  | 'environment'
  /** Authentication of a client at its authorization server. */
  | 'client'
  | 'jar'
  | 'why401'
  | 'transport'
  | 'proxy'
  | `credential ${string}`;
/** A header field as received. */
export type RawField = readonly [name: string, value: string];
