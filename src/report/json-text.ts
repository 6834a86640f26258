/** JSON that may be shown: no control character in it, nor a line separator that ends a line for some readers of JSONL. */
import { stringifyJson } from '../http/json.ts';
import { printable } from '../printable.ts';

/** One line, for every parser the same as what `stringifyJson` gives. */
export function jsonText(value: unknown): string {
  return printable(stringifyJson(value));
}
