/** An environment's own hosts and names taken out of a text, so that what is left can be held beside another's. */
import type { Environment } from '../model.ts';
import { type Entry, entriesOf, patternOf } from './host-names.ts';

/** A host, an origin or an issuer that is another environment's. */
export interface Foreign {
  /** Whose it is; several where they share it. */
  readonly environments: readonly string[];
  /** What it is there: `origin.api`, `issuer.main`, `issuer.main.host`; `domain`: it lies where their hosts do. */
  readonly name: string;
  /** As it stands in the text. */
  readonly seen: string;
  /** false: no configured host, only in the same domain as those that are. */
  readonly exact: boolean;
}

/**
 * `https://api.staging.example.com/orders` as `${origin.api}/orders`. Origins, issuers, hosts, the domain in which all of
 * them lie (`orders.${domain}`), and ids in the paths of issuers (`${issuer.main.tenant}`); raw or percent-encoded
 * (`${origin.api:encoded}`), hosts in any case, and only where a name begins and ends. What belongs to `others` stays.
 */
export function abstracted(
  text: string,
  environment: Environment,
  others: readonly Environment[] = [],
): string {
  for (const { name, issuer } of environment.issuers.values())
    if (text === issuer) return `\${issuer.${name}}`;
  const { entries, pattern } = namesFor(environment, others);
  return text.replace(pattern, (found: string, ...groups: unknown[]) => {
    const entry = entries[groups.findIndex((group) => group !== undefined)];
    if (!entry || entry.of.length > 0) return found;
    return `\${${entry.name}${encoding(found, entry.literal)}}`;
  });
}

/**
 * `abstracted` for an id such as an audience or a realm, in which the environment's own name is a word:
 * `orders-staging` as `orders-${environment}`. Not for texts at large, where the name may be a word of the language.
 */
export function abstractedId(
  text: string,
  environment: Environment,
  others: readonly Environment[] = [],
): string {
  const names = ownWords(environment, others);
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${names.map(escaped).join('|')})(?![\\p{L}\\p{N}])`,
    'giu',
  );
  // What stands in braces was put there.
  return abstracted(text, environment, others)
    .split(/(\$\{[^}]*\})/)
    .map((part) => (part.startsWith('${') ? part : part.replace(pattern, '${environment}')))
    .join('');
}

/** The first host, origin or issuer in a text that is not the environment's own but that of one of the others. */
export function foreignIn(
  text: string,
  environment: Environment,
  others: readonly Environment[],
): Foreign | null {
  const { entries, pattern } = namesFor(environment, others);
  for (const match of text.matchAll(pattern)) {
    const entry = entries[match.slice(1).findIndex((group) => group !== undefined)];
    if (!entry || entry.of.length === 0) continue;
    const exact = entry.form !== 'domain';
    const seen = exact ? match[0] : `${labelsBefore(text, match.index)}${match[0]}`;
    return { environments: entry.of, name: entry.name, seen, exact };
  }
  return null;
}

interface Names {
  readonly entries: readonly Entry[];
  readonly pattern: RegExp;
  readonly others: readonly Environment[];
}

const known = new WeakMap<Environment, readonly Names[]>();
/** Patterns of an environment that are kept: a survey asks for the same few again and again. */
const mostKept = 4;

function namesFor(environment: Environment, others: readonly Environment[]): Names {
  const kept = known.get(environment) ?? [];
  const same = kept.find(
    (each) => each.others.length === others.length && each.others.every((other, at) => other === others[at]),
  );
  if (same) return same;
  const entries = entriesOf(environment, others);
  const names = { entries, pattern: patternOf(entries), others };
  known.set(environment, [names, ...kept].slice(0, mostKept));
  return names;
}

function encoding(found: string, literal: string): string {
  if (!found.includes('%') || literal.includes('%')) return '';
  return found.includes('%25') ? ':encoded again' : ':encoded';
}

/** The labels of a host that stand before its domain; what a percent-encoding left of it is none. */
function labelsBefore(text: string, index: number): string {
  const labels = /[\p{L}\p{N}_.-]*$/u.exec(text.slice(Math.max(0, index - 253), index))?.[0] ?? '';
  const start = index - labels.length;
  return text[start - 1] === '%' ? labels.slice(2).replace(/^(?:25)?2F/i, '') : labels;
}

/** Names by which the same stage goes. */
const alike: readonly (readonly string[])[] = [
  ['production', 'prod', 'prd'],
  ['staging', 'stage', 'stg'],
  ['development', 'dev'],
  ['acceptance', 'acc'],
  ['integration', 'int'],
];

/** The longest first; not those by which another environment goes. */
function ownWords({ name }: Environment, others: readonly Environment[]): string[] {
  const also = alike.find((words) => words.includes(name.toLowerCase())) ?? [];
  const taken = new Set(others.map((other) => other.name.toLowerCase()));
  const words = [name, ...also.filter((word) => word !== name && !taken.has(word))];
  return words.toSorted((a, b) => b.length - a.length);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
