/** What the hop table says of cookies: those that were refused, those that stayed behind, and what was read otherwise. */
import type { CookieNote, Hop } from '../model.ts';

/** Remarks that matter to nobody who reads a failure: the server meant it so. */
const meant: ReadonlySet<string> = new Set(['removed', 'nameless', 'expires-unused']);

/** Lines of one hop: a jar holds thousands. */
const mostLines = 20;

/** A line each, without indent. */
export function cookieLines({ cookies }: Hop): string[] {
  const { refused, withheld = [], remarks = [] } = cookies;
  const lines = [
    ...refused.map((note) => line(note, 'not kept')),
    ...remarks
      .filter(({ rule }) => !meant.has(rule))
      .map((note) => line(note, note.rule === 'removes-nothing' ? 'not removed' : 'kept')),
    ...withheld.map((note) => line(note, 'not sent')),
  ];
  const more = lines.length - mostLines;
  return more <= 1 ? lines : [...lines.slice(0, mostLines), `and ${more} more cookies`];
}

function line({ name, reason }: CookieNote, fate: string): string {
  const sentence = reason.replace(/\.$/, '');
  const called = name === '' ? 'cookie without a name' : `cookie ${name}`;
  return `${called} ${fate}: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}
