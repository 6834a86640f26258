export function nearest(word: string, candidates: readonly string[]): string | null { return candidates.find((c) => c.startsWith(word.slice(0, 3))) ?? null; }
