/** The one way in which a token leaves the program other than in a request: a person asked to see it. */
import { Secret } from '../secret.ts';
import type { Presentation } from './presentation.ts';

/** Null where what is presented is no token. */
export function tokenOf({ headers, use }: Presentation): string | null {
  if (!use?.token) return null;
  const field = headers.find(([name]) => name.toLowerCase() === use.field);
  if (!field) return null;
  const [, value] = field;
  const text = value instanceof Secret ? value.reveal() : value;
  return use.scheme !== null && text.startsWith(`${use.scheme} `) ? text.slice(use.scheme.length + 1) : text;
}
