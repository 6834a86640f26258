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

/** A header field as it is put on the wire: name in its case, value perhaps secret. */
export type Field = readonly [name: string, value: Value];
/** A header field as received. */
export type RawField = readonly [name: string, value: string];
