/** Several readings of one sentence: the wider one holds, and an alternative is no statement. */
import type { Match } from './matching.ts';

/** Takes out what a wider reading covers or a sentence denies, and weakens what a sentence offers as one of several. */
export function settle(all: readonly Match[]): Match[] {
  const standing = all.filter((each) => !denied(each) && !all.some((other) => covers(other, each)));
  const told = standing.map((each) =>
    each.weight === 3 && offered(each) ? { ...each, weight: 2 as const } : each,
  );
  const explicit = told.filter(({ weight, span }) => weight === 3 && span !== null);
  const kept = told.filter((each) => !isBare(each) || explicit.every((other) => shares(each, other)));
  const strongest = [...kept].sort((a, b) => b.weight - a.weight);
  return kept
    .filter((each) => strongest.find(({ signature }) => signature === each.signature) === each)
    .map((each) => ({ ...each, seen: seenBy(each, kept) }));
}

const mostLines = 4;

/** Where the same is said in several places, such as a sentence and a code, all of them are shown. */
function seenBy(first: Match, all: readonly Match[]): Match['seen'] {
  const same = all.filter(
    ({ signature, weight }) => signature === first.signature && weight === first.weight,
  );
  const lines = [first, ...same].flatMap(({ seen }) => seen);
  return lines
    .filter(
      (line, index) =>
        lines.findIndex(({ field, seen }) => field === line.field && seen === line.seen) === index,
    )
    .slice(0, Math.max(mostLines, first.seen.length));
}

/** The same place in the words and more: "invalid or expired token" holds "expired token". */
function covers(wide: Match, narrow: Match): boolean {
  // A hint takes nothing away.
  if (wide === narrow || narrow.weight === 1 || wide.span === null || narrow.span === null) return false;
  if (wide.span.start > narrow.span.start || wide.span.end < narrow.span.end) return false;
  if (wide.span.end - wide.span.start > narrow.span.end - narrow.span.start) return true;
  return (
    wide.causes.length > narrow.causes.length && narrow.causes.every((cause) => wide.causes.includes(cause))
  );
}

/** "The token is not expired." */
function denied({ span }: Match): boolean {
  return (
    span !== null &&
    /\b(?:not|never|isn't|hasn't|wasn't|non|nicht|kein|keine|pas|no) (?:an? |the |be |been )?$/.test(
      span.before,
    )
  );
}

/** "The token may have expired", "expired or revoked", "Token expired?". */
function offered({ span }: Match): boolean {
  if (span === null) return false;
  return (
    advised(span.before) ||
    span.after.startsWith('?') ||
    /\b(?:or|either|oder|ou|may|might|could|possibly|perhaps|probably|e\.g\.,?|such as) (?:be |have |has |been |is |was |an? |the |your |it )*$/.test(
      span.before,
    ) ||
    /^(?: ?\/ ?[a-z]|,? (?:or|and\/or|oder|ou) (?!contact|try|use|log|sign|request|re|call|see|ask))/.test(
      span.after,
    )
  );
}

/** "Please check that the token has not expired", "if the token expired": advice, no statement. */
function advised(before: string): boolean {
  const clause = before.split(/[.;:!?]|\bbecause\b/).at(-1) ?? '';
  return /^ ?(?:please )?(?:check|ensure|make sure|verify|confirm|see)\b|\b(?:if|whether|unless|in case)\b/.test(
    clause,
  );
}

/** Codes and statuses are used loosely; a sentence beside them says what is meant. */
function isBare({ signature, span }: Match): boolean {
  const { when } = signature;
  return span === null && when.body === undefined && when.headers === undefined && when.members === undefined;
}

function shares(a: Match, b: Match): boolean {
  return a.causes.some((cause) => b.causes.includes(cause));
}
