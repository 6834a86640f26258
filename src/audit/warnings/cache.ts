/** An answer to a credential that a cache gave: whose it is nobody knows (RFC 9111 section 3.5). */
import { line, type Passed, type Warning, warning } from './warning.ts';

export function cache({ hops }: Passed): Warning[] {
  return hops.flatMap((seen) => {
    const { cached } = seen;
    if (cached === null || !seen.isSuccess || seen.endpoint !== 'resource' || !seen.isAuthenticated)
      return [];
    const vary = (seen.header('vary') ?? '').toLowerCase();
    if (vary.includes('authorization') || vary.includes('*')) return [];
    const control = seen.header('cache-control');
    return [
      warning(seen, {
        cause: 'cached-response',
        check: 'http-authenticated-cache',
        certainty: 'certain',
        summary: `The answer of ${seen.origin} to a credential came from a cache, and nothing says that it tells credentials apart.`,
        evidence: [
          line(seen, 'cache', cached.replace(/^Age: \d+$/, `age: ${seen.header('age') ?? ''}`)),
          line(seen, 'cache-control', control ?? 'missing'),
          line(seen, 'vary', seen.header('vary') ?? 'missing'),
        ],
        references: ['RFC 9111 section 3.5'],
      }),
    ];
  });
}
