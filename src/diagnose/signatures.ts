/** What servers say, as data: entries of `signatures/*.yml`, each with the causes it is compatible with. */
import { createRequire } from 'node:module';
import type { CauseId } from '../model.ts';
import { type Evidence, evidence } from './evidence.ts';
import { delivery, rootsOf } from './groups.ts';
import { headerValue, type Stage, type Subject } from './subject.ts';

/** All that is given must hold. Texts are regular expressions, case ignored. */
export interface When {
  readonly stage?: readonly Stage[];
  readonly status?: readonly number[];
  /** OAuth error code, in a challenge or a JSON body. */
  readonly error?: string;
  /** error_description, in a challenge or a JSON body. */
  readonly description?: string;
  readonly scheme?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
export interface Signature {
  readonly id: string;
  readonly when: When;
  /** The causes this text can mean. One: it states it. */
  readonly causes: readonly CauseId[];
  /** 3: explicit; 2: usual meaning; 1: a hint. */
  readonly weight: 1 | 2 | 3;
  readonly examples: readonly Example[];
  readonly counterexamples?: readonly Example[];
}
export interface Example {
  readonly stage: Stage;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Where such an answer was seen. */
  readonly source: string;
}

let loaded: readonly Signature[] | null = null;

export function signatures(): readonly Signature[] {
  loaded ??= createRequire(import.meta.url)('./signatures.json') as readonly Signature[];
  return loaded;
}

/** Evidence from every signature that fits the answer. */
export function read(subject: Subject): Evidence[] {
  if (!subject.response) return [];
  return signatures().flatMap((signature) => {
    const seen = match(signature.when, subject);
    if (seen === null) return [];
    const roots = [...new Set(signature.causes.flatMap(rootsOf))];
    return [
      evidence(`says/${signature.id}`, {
        kind: 'text',
        names: signature.causes,
        only:
          subject.stage === 'resource' && signature.weight < 3
            ? null
            : [...roots, ...elsewhere(subject, roots)],
        weight: signature.weight,
        lines: seen.map((line) => ({ hop: subject.hop.index, ...line })),
      }),
    ];
  });
}

/** A text at a resource server can be pasted: what keeps a credential from arriving stays possible beside it. */
function elsewhere(subject: Subject, roots: readonly CauseId[]): readonly CauseId[] {
  const delivered = roots.some((cause) => delivery.includes(cause) || cause.startsWith('edge-'));
  return subject.stage === 'resource' && !delivered ? delivery : [];
}

const longestQuote = 160;

/** The words of a piece of a page: markup and white space are no evidence. */
function words(text: string): string {
  const plain = text
    .replace(/<[^>]*>?/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length > longestQuote ? `${plain.slice(0, longestQuote)}…` : plain;
}

/** The lines that matched, or null. */
export function match(when: When, subject: Subject): { field: string; seen: string }[] | null {
  const { response } = subject;
  if (!response || (when.stage && !when.stage.includes(subject.stage))) return null;
  if (when.status && !when.status.includes(response.status)) return null;
  const seen: { field: string; seen: string }[] = [];
  const conditions: [string, string | undefined, string | null][] = [
    ['error', when.error === undefined ? undefined : `^(?:${when.error})$`, subject.error],
    ['error_description', when.description, subject.description],
    [
      'challenge',
      when.scheme === undefined ? undefined : `^(?:${when.scheme})$`,
      subject.challenges.map(({ scheme }) => scheme).join(',') || null,
    ],
    ...Object.entries(when.headers ?? {}).map(([name, pattern]): [string, string, string | null] => [
      name,
      pattern,
      headerValue(response, name),
    ]),
  ];
  for (const [field, pattern, value] of conditions) {
    if (pattern === undefined) continue;
    if (value === null || !new RegExp(pattern, 'i').test(value)) return null;
    seen.push({ field, seen: value });
  }
  if (when.body !== undefined) {
    const found = new RegExp(when.body, 'i').exec(subject.text)?.[0];
    if (found === undefined) return null;
    seen.push({ field: 'body', seen: words(found) });
  }
  return seen;
}
