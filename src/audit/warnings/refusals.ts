/** Refusals that a scenario expects and that tell clients the wrong thing. */
import type { Seen } from '../seen.ts';
import { line, type Passed, type Warning, warning } from './warning.ts';

export function refusals({ hops }: Passed): Warning[] {
  const refused = hops.filter(
    ({ status, endpoint }) => (status === 401 || status === 403) && endpoint === 'resource',
  );
  return refused.flatMap((seen) => [...silent(seen), ...scopeWith401(seen), ...tokenWith403(seen)]);
}

function silent(seen: Seen): Warning[] {
  if (seen.status !== 401 || (seen.header('www-authenticate') ?? '').trim() !== '') return [];
  return [
    warning(seen, {
      cause: null,
      check: 'http-401-no-www-authenticate',
      certainty: 'certain',
      summary: `${seen.origin} answers 401 without WWW-Authenticate.`,
      evidence: [line(seen, 'answer', `${seen.status} to ${seen.place}`)],
    }),
  ];
}

function scopeWith401(seen: Seen): Warning[] {
  if (seen.status !== 401 || seen.error !== 'insufficient_scope') return [];
  return [
    warning(seen, {
      cause: null,
      check: 'bearer-scope-403',
      certainty: 'certain',
      summary: `${seen.origin} answers insufficient_scope with 401; the token is valid, so 403 is due.`,
      evidence: [line(seen, 'www-authenticate', seen.header('www-authenticate') ?? '')],
    }),
  ];
}

function tokenWith403(seen: Seen): Warning[] {
  const says = seen.status === 403 && seen.error === 'invalid_token';
  if (!says) return [];
  return [
    warning(seen, {
      cause: null,
      check: 'bearer-invalid-token-401',
      certainty: 'certain',
      summary: `${seen.origin} answers invalid_token with 403; 401 is due, on which clients renew the token.`,
      evidence: [line(seen, 'www-authenticate', seen.header('www-authenticate') ?? '')],
    }),
  ];
}
