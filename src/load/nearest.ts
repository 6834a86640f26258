/**
 * The candidate that was probably meant by `word`, or null: at most one edit for three characters (insertion, deletion,
 * substitution, swap of neighbours; case and `-`, `_` ignored), or the word as the start of exactly one candidate.
 */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const wanted = fold(word);
  if (wanted === '' || wanted.length > 64) return null;
  let best: string | null = null;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const folded = fold(candidate);
    if (Math.abs(folded.length - wanted.length) >= least) continue;
    const edits = distance(wanted, folded);
    if (edits < least && edits < Math.max(wanted.length, folded.length)) {
      best = candidate;
      least = edits;
    }
  }
  if (best !== null || wanted.length < 3) return best;
  const longer = candidates.filter((candidate) => fold(candidate).startsWith(wanted));
  return longer.length === 1 ? (longer[0] ?? null) : null;
}

function fold(word: string): string {
  return word.toLowerCase().replace(/[-_\s]/g, '');
}

/** Edits between two words, neighbours swapped counting as one (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const edits = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      current[column] = swapped ? Math.min(edits, (before[column - 2] ?? 0) + 1) : edits;
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
