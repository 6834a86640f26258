/** Two clocks: ours in the middle of the exchange, and the server's by its Date or by what its text says of now. */
import { type Evidence, evidence } from '../evidence.ts';
import { localMidpoint, type Subject, serverDate } from '../subject.ts';

export interface Clocks {
  readonly local: number;
  readonly server: number | null;
  /** Where `server` stands; the clock of who refused is worth more than that of who relayed. */
  readonly source: "the answer's Date" | "the answer's text" | 'our clock';
}

/** Difference of clocks that is worth telling: Date has a resolution of a second, and answers take time. */
export const notableSkew = 30_000;
/** More apart than this, an instant in a text is not meant as now. */
const farthest = 366 * 86_400_000;

export function clocksOf(subject: Subject): Clocks {
  const local = localMidpoint(subject.hop);
  const told = instantOfNow(`${subject.description ?? ''} ${subject.text}`);
  if (told !== null && Math.abs(told - local) < farthest)
    return { local, server: told, source: "the answer's text" };
  const server = serverDate(subject);
  return { local, server, source: server === null ? 'our clock' : "the answer's Date" };
}

const instant = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?/;
const labelled = new RegExp(
  `\\b(?:current(?:[ _-]?(?:server|system|utc))?[ _-]?(?:time|date)|server[ _-]?time|now)\\b[^\\d]{0,24}(${instant.source}|\\d{10}(?:\\d{3})?\\b)`,
  'i',
);

/** `Current time: 2024-05-01T10:00:00Z`, `"now": 1714557600`; UTC where no zone is given. Milliseconds. */
export function instantOfNow(text: string): number | null {
  const found = labelled.exec(text.slice(0, 8192))?.[1];
  if (found === undefined) return null;
  if (/^\d+$/.test(found)) return found.length === 10 ? Number(found) * 1000 : Number(found);
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(found) ? found : `${found}Z`;
  const parsed = Date.parse(zoned.replace(' ', 'T'));
  return Number.isNaN(parsed) ? null : parsed;
}

/** By more than answers take and Date rounds. */
export function clocksDiffer({ local, server }: Clocks): boolean {
  return server !== null && Math.abs(server - local) >= notableSkew;
}

/** A fact to report beside every cause; none of its own. */
export function skewFacts(subject: Subject, clocks: Clocks): Evidence[] {
  // What verifies may stand behind what wrote the Date, so clocks that agree rule out nothing.
  if (clocks.server === null || !clocksDiffer(clocks)) return [];
  const difference = clocks.server - clocks.local;
  const seen = `the server's clock is ${span(Math.abs(difference))} ${difference < 0 ? 'behind' : 'ahead of'} ours`;
  const field = clocks.source === "the answer's text" ? 'current time in the answer' : 'date';
  return [evidence('clock/differs', { lines: [{ hop: subject.hop.index, field, seen }] })];
}

export function span(ms: number): string {
  const total = Math.round(ms / 1000);
  if (total < 120) return `${total} s`;
  if (total < 7200) return `${Math.round(total / 60)} min`;
  if (total < 172_800) return `${Math.round(total / 3600)} h`;
  return `${Math.round(total / 86_400)} d`;
}

/** `2026-11-24T11:56:00.000Z, 4 min before the answer's Date`. */
export function describeInstant(instant: number, clocks: Clocks): string {
  const reference = clocks.server ?? clocks.local;
  const difference = reference - instant;
  const when =
    Number.isFinite(instant) && Math.abs(instant) < 8.64e15
      ? new Date(instant).toISOString()
      : String(instant);
  return `${when}, ${span(Math.abs(difference))} ${difference >= 0 ? 'before' : 'after'} ${clocks.source}`;
}
