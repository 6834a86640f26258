/** Names of keys, variables and fields, in any style. */

/** `clientSecret`, `CLIENT_SECRET`, `client-secret`: client, secret. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]{2,})([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** `judge`, which is asked once for a name, as long as there are no more than `most`. */
export function remembered<T>(most: number, judge: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    if (known.size >= most) known.clear();
    const found = judge(name);
    known.set(name, found);
    return found;
  };
}
