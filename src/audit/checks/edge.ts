/** Edges, and environments held against each other: edge.yml. */
import type { Seen } from '../seen.ts';
import type { Family, Predicate } from '../standard.ts';

/** Header fields with which an edge says that it answered itself. */
const marks = ['cf-mitigated', 'x-amzn-waf-action', 'x-sucuri-block'];

export const edge: Family = {
  concerns: (seen) => seen.response !== null,
  checks: {
    'edge-answer-not-app'(seen) {
      const mark = marks.find((name) => seen.header(name) !== null);
      return mark === undefined || seen.isSuccess ? null : `was answered for by an edge (${mark})`;
    },
    'edge-hsts': (seen) =>
      seen.isHttps && seen.isSuccess && seen.header('strict-transport-security') === null
        ? 'sends no Strict-Transport-Security'
        : null,
    'edge-hsts-over-http': (seen) =>
      !seen.isHttps && seen.header('strict-transport-security') !== null
        ? 'sends Strict-Transport-Security over plain http'
        : null,
  } satisfies Readonly<Record<string, Predicate>>,
};

/** What a step without credential was answered, to be held against other environments; null for another answer. */
export function challengeSaid(seen: Seen): string | null {
  if (seen.isAuthenticated || (seen.status !== 401 && seen.status !== 403)) return null;
  const said = seen.challenges.map(({ scheme, parameters }) =>
    [scheme, ...(parameters.has('error') ? [parameters.get('error')] : [])].join(' '),
  );
  return `${seen.status} with ${said.length === 0 ? 'no challenge' : said.join(', ')}`;
}
