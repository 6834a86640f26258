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
    const roots = [...new Set(found.causes.flatMap(rootsOf))];
    const open = found.weight === 1 || (subject.stage === 'resource' && found.weight < 3);
    return evidence(`says/${found.signature.id}`, {
      kind: 'text',
      names: found.causes,
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

/** Every signature that fits, what a wider reading covers taken out. */
export function matches(subject: Subject): Match[] {
  return settle(signatures().flatMap((signature) => match(signature, subject)));
}

/** A text at a resource server can be pasted: what keeps a credential from arriving stays possible beside it. */
function elsewhere(subject: Subject, roots: readonly CauseId[]): readonly CauseId[] {
  const delivered = roots.some((cause) => delivery.includes(cause) || cause.startsWith('edge-'));
  return subject.stage === 'resource' && !delivered ? delivery : [];
}

function fill(sentence: string, found: Match): string {
  return sentence.replace(/\{([\w-]+)\}/g, (_whole, name: string) => found.values.get(name) ?? '?');
}
