/** `redirect_uri_rules` of an issuer: the name of a server, or a problem. */
import { redirectUriRules } from '../http/redirect-uri-rules.ts';
import { nearest } from '../load/nearest.ts';
import type { JsonMap } from '../model.ts';
import type { Problems } from '../problem.ts';
import { sourceOf } from '../source.ts';

export function readRedirectUriRules(issuer: JsonMap, problems: Problems): string | null {
  const name = issuer['redirect_uri_rules'];
  if (typeof name !== 'string') return null;
  const ids = redirectUriRules().map(({ id }) => id);
  if (ids.includes(name)) return name;
  const near = nearest(name, ids);
  problems.add('UNKNOWN_REDIRECT_URI_RULES', `No server "${name}" is known by its rules for redirect URIs.`, {
    source: sourceOf(issuer, 'redirect_uri_rules'),
    fix: near ? `Did you mean "${near}"?` : `There are: ${ids.join(', ')}.`,
  });
  return null;
}
