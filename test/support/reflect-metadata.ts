/**
 * The part of the metadata proposal that the certificate library's container asks for at start. It finds no types
 * here, and needs none.
 */
const metadata = new WeakMap<object, Map<unknown, unknown>>();

function find(key: unknown, target: object): unknown {
  for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at)) {
    const value = metadata.get(at)?.get(key);
    if (value !== undefined) return value;
  }
  return undefined;
}

Object.assign(Reflect, {
  defineMetadata(key: unknown, value: unknown, target: object) {
    const values = metadata.get(target) ?? new Map<unknown, unknown>();
    values.set(key, value);
    metadata.set(target, values);
  },
  getMetadata: find,
  getOwnMetadata: (key: unknown, target: object): unknown => metadata.get(target)?.get(key),
});
