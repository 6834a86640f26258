/** What servers say, read by the entries of `signatures/*.yml`. */
import { createRequire } from 'node:module';
import type { CauseId } from '../model.ts';
import { type Evidence, evidence } from './evidence.ts';
import { delivery, rootsOf } from './groups.ts';
import { type Match, match } from './matching.ts';
import { settle } from './overlap.ts';
import type { Compiled } from './signature.ts';
import type { Subject } from './subject.ts';

let loaded: readonly Compiled[] | null = null;

export function signatures(): readonly Compiled[] {
  loaded ??= createRequire(import.meta.url)('./signatures.json') as readonly Compiled[];
  return loaded;
}

/** Evidence from every signature that fits the answer. */
export function read(subject: Subject): Evidence[] {
  return matches(subject).map((found) => {
    const names = ownField(subject) ? inOwnField(found.causes) : found.causes;
    const roots = [...new Set(names.flatMap(rootsOf))];
    const open = found.weight === 1 || (subject.stage === 'resource' && found.weight < 3);
    return evidence(`says/${found.signature.id}`, {
      kind: 'text',
      names,
      only: open ? null : [...roots, ...elsewhere(subject, roots)],
      weight: found.weight,
      lines: found.seen.map((line) => ({ hop: subject.hop.index, ...line })),
      told: {
        says: fill(found.signature.says, found),
        fix: found.signature.fix === undefined ? null : fill(found.signature.fix, found),
        references: found.signature.references ?? [],
      },
    });
  });
}

/** Of a header of its own what is lost is dropped, not stripped. */
function inOwnField(causes: readonly CauseId[]): readonly CauseId[] {
  const told = causes.map((cause) =>
    cause === 'credentials-stripped-by-proxy' ? 'header-dropped-by-proxy' : cause,
  );
  return [...new Set(told)];
}

/** Each credential was sent in a header field other than Authorization. */
function ownField({ uses }: Subject): boolean {
  return uses.length > 0 && uses.every(({ field }) => field !== 'authorization' && !field.includes(':'));
}

/** Every signature that fits, what a wider reading covers taken out. */
export function matches(subject: Subject): Match[] {
  const known = found.get(subject);
  if (known !== undefined) return known;
  const made = settle(signatures().flatMap((signature) => match(signature, subject)));
  found.set(subject, made);
  return made;
}

/** Facts ask what was said as well. */
const found = new WeakMap<Subject, Match[]>();

/** A text at a resource server can be pasted: what keeps a credential from arriving stays possible beside it. */
function elsewhere(subject: Subject, roots: readonly CauseId[]): readonly CauseId[] {
  const delivered = roots.some((cause) => delivery.includes(cause) || cause.startsWith('edge-'));
  return subject.stage === 'resource' && !delivered ? delivery : [];
}

function fill(sentence: string, found: Match): string {
  return sentence.replace(/\{([\w-]+)\}/g, (_whole, name: string) => found.values.get(name) ?? '?');
}
