/** How large the head was that left: names and bytes, no values. */
import type { Hop } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { limitOf } from '../signatures/header-limits.ts';
import { read } from '../signatures.ts';
import { headerValue, type Subject } from '../subject.ts';
import { sentField } from './wire.ts';

export interface HeadFacts {
  readonly bytes: number;
  /** The largest field, lower case, all its lines together. */
  readonly field: string;
  readonly fieldBytes: number;
  /** The sizes are those of the wire; else the fields of the record are counted, with the length of the token. */
  readonly exact: boolean;
}

/** Null where nothing was sent. */
export function headOf(subject: Subject): HeadFacts | null {
  const { hop } = subject;
  const totals = new Map<string, number>();
  const sizes = hop.request.size?.fields ?? counted(subject, hop);
  for (const [index, [name]] of hop.request.headers.entries()) {
    const lower = name.toLowerCase();
    totals.set(lower, (totals.get(lower) ?? 0) + (sizes[index] ?? 0));
  }
  const [largest] = [...totals].sort(([, a], [, b]) => b - a);
  if (!largest) return null;
  const bytes = hop.request.size?.head ?? sizes.reduce((sum, each) => sum + each, 0);
  return { bytes, field: largest[0], fieldBytes: largest[1], exact: hop.request.size !== undefined };
}

function counted({ uses }: Subject, { request }: Hop): number[] {
  return request.headers.map(([name, value]) => {
    const use = uses.find(({ field }) => field === name.toLowerCase());
    return name.length + 4 + Math.max(value.length, use?.token?.length ?? 0);
  });
}

/** What every server takes, unless somebody has set less. */
export const smallHead = 2_000;
/** Some take half of what is usual, and some are set to less. */
const longHead = 4_000;
/** Default limits of servers for one line or the whole head. */
const usualLimit = 8_000;
const sizeStatuses: ReadonlySet<number> = new Set([400, 413, 414, 431, 494, 502]);

/** 431 and 494 say it, others in words. */
export function saysTooLarge(subject: Subject): boolean {
  const status = subject.response?.status ?? 0;
  if (status === 431 || status === 494) return true;
  return read(subject).some(
    ({ names, weight }) =>
      weight === 3 && names.length > 0 && names.every((each) => each === 'header-too-large'),
  );
}

export function headSizeFacts(subject: Subject): Evidence[] {
  const { response } = subject;
  const head = headOf(subject);
  if (!response || !head || !sizeStatuses.has(response.status)) return [];
  const said = saysTooLarge(subject);
  if (head.bytes < smallHead) return said && head.exact ? small(subject, head) : [];
  const lines = [{ hop: subject.hop.index, field: head.field, seen: sizeLine(head) }];
  if (head.bytes < longHead && !said)
    return [evidence('request/long-head', { fits: ['header-too-large'], lines })];
  if (said) return [evidence('request/large-head', { names: ['header-too-large'], weight: 3, lines })];
  const limit = limitOf(headerValue(response, 'server'), subject.text);
  const beyond = limit?.field !== undefined && head.fieldBytes > limit.field;
  const weight = beyond || head.bytes >= usualLimit ? 2 : 1;
  return [evidence('request/large-head', { names: ['header-too-large'], weight, lines })];
}

/** `authorization has 5,210 of the 5,400 bytes of the head; many servers take 8 kB`. */
function sizeLine(head: HeadFacts): string {
  return `${head.fieldBytes} of the ${head.bytes} bytes of the head; many servers take 8 kB`;
}

/** What left was no burden for any server: it grew on the way, or somebody has set a limit far below the usual. */
function small({ hop }: Subject, { bytes }: HeadFacts): Evidence[] {
  const seen = `${bytes} bytes left this machine, fewer than any server refuses by default: a proxy adds to them, or the limit is set very low`;
  const lines = [{ hop: hop.index, field: 'head', seen }];
  return [
    evidence('request/small-head', { names: ['header-too-large'], weight: 1, lines }),
    // Not the fault of what was sent: never certain.
    evidence('request/grown-head', { names: ['gateway-misconfigured'], weight: 2, lines }),
  ];
}

/** Cookies that the hop carried. */
export function cookieCount(hop: Hop): number {
  return (sentField(hop, 'cookie') ?? '').split(';').filter((pair) => pair.trim() !== '').length;
}
