/** Which environments are one system under two names. */
import type { Environment } from '../model.ts';

/**
 * Both have the same origins and issuers, or one extends the other, or both extend a third, and they use an issuer (where
 * there are none an origin) together: a canary has the clients of production. One that extends another only to save words
 * and has issuers and origins of its own is a system of its own.
 */
export function isSameSystem(a: Environment, b: Environment, all: readonly Environment[]): boolean {
  const issuers = [issuersOf(a), issuersOf(b)] as const;
  const origins = [new Set(a.origins.values()), new Set(b.origins.values())] as const;
  const some = issuers[0].size + origins[0].size > 0;
  if (some && isEqual(...issuers) && isEqual(...origins)) return true;
  if (!isKin(a, b, all)) return false;
  const [first, second] = issuers[0].size + issuers[1].size > 0 ? issuers : origins;
  return first.size + second.size === 0 || [...first].some((each) => second.has(each));
}

/** `isSameSystem` by name; false for a name that there is not. */
export function sameSystems(all: readonly Environment[]): (a: string, b: string) => boolean {
  return (a, b) => {
    const [first, second] = [a, b].map((name) => all.find((each) => each.name === name));
    return first !== undefined && second !== undefined && isSameSystem(first, second, all);
  };
}

function issuersOf({ issuers }: Environment): ReadonlySet<string> {
  return new Set([...issuers.values()].map(({ issuer }) => issuer));
}

function isEqual(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((each) => b.has(each));
}

function isKin(a: Environment, b: Environment, all: readonly Environment[]): boolean {
  const [mine, theirs] = [a, b].map((each) => lineOf(each, all));
  return mine !== undefined && theirs !== undefined && [...mine].some((name) => theirs.has(name));
}

/** Its name, and those of all that it extends. */
function lineOf(environment: Environment, all: readonly Environment[]): ReadonlySet<string> {
  const line = new Set<string>();
  for (let at: Environment | undefined = environment; at && !line.has(at.name); ) {
    line.add(at.name);
    const base: string | undefined = at.extends;
    at = all.find((each) => each.name === base);
  }
  return line;
}
