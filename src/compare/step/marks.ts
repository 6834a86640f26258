/** Which of the differences is what the cause shows in. */
import type { Finding } from '../../model.ts';
import type { Digest } from './digest.ts';
import type { TraitSpec } from './explains.ts';
import type { Trait, TraitKind } from './trait.ts';

/** What differs; null: it is not there. */
export interface Row {
  readonly role: Digest['role'];
  readonly kind: TraitKind;
  readonly of: string;
  readonly here: Trait | null;
  readonly there: Trait | null;
}

/** Rows of the first kind that explains the cause and differs in the right direction. */
export function markedOf(rows: readonly Row[], specs: readonly TraitSpec[], finding: Finding): Row[] {
  for (const spec of specs) {
    const [, kind, of] = /^([^[]+)(?:\[(.+)\])?$/.exec(spec) ?? [];
    const fitting = rows.filter(
      (row) =>
        row.kind === kind &&
        (of === undefined ? row.of === '' || !isOneOfMany(row) || isNamed(row, finding) : row.of === of) &&
        pointsHere(row, finding),
    );
    if (fitting.length > 0) return fitting;
  }
  return [];
}

/** Requests differ in fields and parameters by design: one that the finding does not name is not the one. */
function isOneOfMany({ kind }: Row): boolean {
  return kind === 'header' || kind === 'parameter';
}

function isNamed({ of }: Row, { summary, evidence }: Finding): boolean {
  const texts = [summary, ...evidence.flatMap(({ field, seen }) => [field, seen])];
  return texts.some((text) => text.toLowerCase().includes(of.toLowerCase()));
}

/** What is well here explains nothing here. */
function pointsHere({ kind, here, there }: Row, { evidence, summary }: Finding): boolean {
  switch (kind) {
    case 'body.type':
      return /\b415\b|content-type|media type/i.test(summary);
    case 'token.left':
    case 'tls.validity':
      return here !== null && here.value !== 'valid';
    case 'clock':
      return here !== null && here.value !== 'as ours';
    case 'tls.names':
      return here !== null && here.value !== 'its own';
    case 'server':
    case 'via':
      // That both name one, and not the same, is by design.
      return here !== null && here.value !== 'none' && there?.value === 'none';
    case 'credential.shape':
      return here !== null && here.value !== 'as it should be';
    case 'dropped':
    case 'challenge':
    case 'refusal':
    case 'failure':
    case 'edge':
      return here !== null;
    case 'cookie.refused':
    case 'cookie.withheld':
      return here !== null && here.value !== 'none';
    case 'cookie.sent':
    case 'cookie.set':
      return lacks(here, there, ', ');
    case 'token.scope':
    case 'grant.scope': {
      const needed = evidence.find(({ field }) => field === 'needed scope')?.seen.split(' ') ?? [];
      const held = there?.value.split(' ') ?? [];
      return lacks(here, there, ' ') && needed.every((each) => held.includes(each));
    }
    default:
      return true;
  }
}

function lacks(here: Trait | null, there: Trait | null, separator: string): boolean {
  const own = new Set(here?.value.split(separator) ?? []);
  return (there?.value ?? '').split(separator).some((each) => each !== 'none' && !own.has(each));
}
