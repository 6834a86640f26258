/** Refusals that are not provoked twice: DIAGNOSIS.md section 4, "Circuit breaker". */
import type { CredentialFailure } from './presentation.ts';

export interface Breaker {
  /** The refusal met before under one of these keys, as a shared one. */
  refusal(...keys: readonly string[]): CredentialFailure | null;
  open(key: string, failure: CredentialFailure): void;
  /**
   * Runs `task`. The first task of a key runs alone, so that what is refused for good is asked once, however many
   * callers there are; those that waited for it run together.
   */
  firstAlone<T>(key: string, task: () => Promise<T>): Promise<T>;
}

export function createBreaker(): Breaker {
  const refusals = new Map<string, CredentialFailure>();
  const firsts = new Map<string, Promise<void>>();
  return {
    refusal(...keys) {
      for (const key of keys) {
        const found = refusals.get(key);
        if (found) return { ...found, shared: true };
      }
      return null;
    },
    open(key, failure) {
      if (!refusals.has(key)) refusals.set(key, failure);
    },
    async firstAlone(key, task) {
      const first = firsts.get(key);
      if (first) {
        await first;
        return task();
      }
      const running = task();
      firsts.set(
        key,
        running.then(
          () => undefined,
          () => undefined,
        ),
      );
      return running;
    },
  };
}
