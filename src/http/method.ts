/** Methods of requests (RFC 9110 section 9). */

/** RFC 9110 section 9.2.2. */
const idempotent: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PUT',
  'DELETE',
  'QUERY',
]);

/** Whether twice is as good as once. */
export function isIdempotent(method: string): boolean {
  return idempotent.has(method);
}
