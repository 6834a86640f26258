/** Answers of token endpoints that look right: an error with 200, less scope than asked for, an answer that is stored. */
import { droppedScopes, errorOf, hasToken } from '../checks/token-answer.ts';
import type { Seen } from '../seen.ts';
import { line, type Passed, type Warning, warning } from './warning.ts';

export function tokenAnswers({ hops }: Passed): Warning[] {
  const asked = hops.filter(({ endpoint, response }) => endpoint === 'token' && response !== null);
  return asked.flatMap((seen) => [...errorWithSuccess(seen), ...scope(seen), ...stored(seen)]);
}

function errorWithSuccess(seen: Seen): Warning[] {
  const error = seen.isSuccess ? errorOf(seen) : null;
  if (error === null) return [];
  return [
    warning(seen, {
      cause: null,
      check: 'token-error-status',
      certainty: 'certain',
      summary: `${seen.origin} answered the error ${error} with ${seen.status}, which reads as success.`,
      evidence: [line(seen, 'error', error)],
    }),
  ];
}

function scope(seen: Seen): Warning[] {
  const missing = droppedScopes(seen);
  if (missing.length === 0) return [];
  const told = seen.members?.['scope'];
  return [
    warning(seen, {
      cause: 'scope-dropped',
      check: 'token-scope-differs',
      certainty: 'certain',
      summary: `${seen.origin} granted less scope than was asked for: without ${missing.join(' ')}.`,
      evidence: [
        line(seen, 'scope asked for', seen.form?.get('scope') ?? ''),
        line(seen, 'scope granted', typeof told === 'string' ? told : 'not told; the token has less'),
      ],
      references: ['RFC 6749 section 3.3', 'RFC 6749 section 5.1'],
    }),
  ];
}

function stored(seen: Seen): Warning[] {
  if (!hasToken(seen) || seen.cacheControl.includes('no-store')) return [];
  return [
    warning(seen, {
      cause: null,
      check: 'token-cache-control',
      certainty: 'certain',
      summary: `${seen.origin} gives tokens without Cache-Control: no-store.`,
      evidence: [line(seen, 'cache-control', seen.header('cache-control') ?? 'missing')],
    }),
  ];
}
