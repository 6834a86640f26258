/** Failed checks counted by environment, origin and check. */
import type { EvidenceLine, Finding } from '../model.ts';
import type { Hit } from './families.ts';
import { reference, standard } from './standard.ts';

export interface Tally {
  add(hit: Hit): void;
  findings(): Finding[];
}

interface Group {
  readonly environment: string;
  readonly origin: string;
  readonly check: string;
  /** What was seen first at each place. */
  readonly places: Map<string, EvidenceLine & { readonly says: string }>;
  /** Places that are not kept. */
  further: number;
}

/** More places are counted and not told. */
const mostPlaces = 100;
const shown = 3;

export function createTally(first: readonly Hit[] = []): Tally {
  const groups = new Map<string, Group>();
  const add = ({ check, seen, says }: Hit): void => {
    const { origin, place } = seen;
    const key = `${seen.environment.name} ${origin} ${check}`;
    let group = groups.get(key);
    if (!group) {
      group = { environment: seen.environment.name, origin, check, places: new Map(), further: 0 };
      groups.set(key, group);
    }
    if (group.places.has(place)) return;
    if (group.places.size < mostPlaces) {
      group.places.set(place, { hop: seen.hop.index, field: place, seen: says, says });
    } else group.further += 1;
  };
  for (const hit of first) add(hit);
  return { add, findings: () => [...groups.values()].map(finding).sort(order) };
}

function finding({ environment, origin, check, places, further }: Group): Finding {
  const known = standard(check);
  const lines = [...places.values()].sort((a, b) => (a.field < b.field ? -1 : 1));
  const more = lines.length + further - 1;
  const at = more === 0 ? '' : ` (${more + 1}${further > 0 ? ' or more' : ''} places)`;
  return {
    cause: null,
    check,
    environment,
    severity: known.severity,
    expected: false,
    certainty: 'certain',
    summary: `${origin} ${lines[0]?.says ?? ''}${at}.`.replace(/\.+$/, '.'),
    hop: null,
    evidence: lines.slice(0, shown).map(({ hop, field, seen }) => ({ hop, field, seen })),
    experiments: [],
    fix: known.fix,
    fixSource: null,
    references: [reference(known)],
    alternatives: [],
  };
}

function order(a: Finding, b: Finding): number {
  const rank = (each: Finding): string =>
    `${each.environment}\n${each.severity === 'warning' ? 0 : 1}\n${each.summary.split(' ', 1)[0]}\n${each.check}`;
  return rank(a) < rank(b) ? -1 : 1;
}
