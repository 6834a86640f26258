/** The answer to an authorization request: found without calling the redirect_uri, and verified. */

import { pointsTo } from '../../http/authorization-response.ts';
import { isUrl } from '../../http/url.ts';
import type { Issuer, Json } from '../../model.ts';
import type { Redactor, Secret } from '../../secret.ts';
import { quoted } from '../answer.ts';
import type { Ledger } from '../ledger.ts';
import { controlsOf, entriesOf, formsOf } from './form.ts';
import { attribute } from './html-page.ts';
import type { Arrival } from './visit.ts';

/** Parameters of the redirect, or of the form that would post them (OAuth 2.0 Form Post Response Mode); null: neither. */
export function answerIn({ end, page }: Arrival, redirect_uri: string): URLSearchParams | null {
  if (end)
    return end.search === '' && end.hash.includes('=')
      ? new URLSearchParams(end.hash.slice(1))
      : end.searchParams;
  if (!page) return null;
  for (const form of formsOf(page)) {
    const action = attribute(form, 'action') ?? '';
    if (action === '' || !isUrl(action, page.base.href)) continue;
    if (!pointsTo(new URL(action, page.base.href), redirect_uri)) continue;
    const entries = entriesOf(controlsOf(page, form), new Map(), null);
    return new URLSearchParams(entries.map(({ name, value }): [string, string] => [name, String(value)]));
  }
  return null;
}

type Issued = { readonly code: Secret } | { readonly problem: string; readonly error: string | null };

/** RFC 6749 sections 4.1.2 and 10.12, RFC 9207 section 2.4. `name`: of the credential. */
export function readAnswer(
  answer: URLSearchParams,
  { state }: { readonly state: string },
  { issuer }: Issuer,
  metadata: Readonly<Record<string, Json>>,
  { ledger, redactor }: { readonly ledger: Ledger; readonly redactor: Redactor },
  name: string,
): Issued {
  const code = answer.get('code');
  const secret = code ? ledger.secret(`${name} code`, code) : null;
  const wrong = (problem: string, error: string | null = null): Issued => ({ problem, error });
  const twice = ['code', 'state', 'iss', 'error'].find((each) => answer.getAll(each).length > 1);
  if (twice) return wrong(`The answer of the authorization server has "${twice}" more than once.`);
  const iss = answer.get('iss');
  if (iss !== null && iss !== issuer) {
    return wrong(
      `The answer names the issuer ${quoted(iss, redactor)}, not "${issuer}": it comes from another authorization server (RFC 9207 section 2.4).`,
    );
  }
  if (iss === null && metadata['authorization_response_iss_parameter_supported'] === true) {
    return wrong(
      'The answer has no iss, though the metadata of its issuer promise one (RFC 9207 section 2.4).',
    );
  }
  const returned = answer.get('state');
  const error = answer.get('error');
  if (returned !== state) {
    const seen = returned === null ? 'has no state' : 'has another state than the request';
    const says = error === null ? '' : ` It says ${quoted(error, redactor)}.`;
    return wrong(`The answer of the authorization server ${seen} (RFC 6749 section 10.12).${says}`, error);
  }
  if (error !== null) {
    const description = answer.get('error_description');
    const why = description === null ? '' : `: ${quoted(description, redactor)}`;
    return wrong(`The authorization server answered ${quoted(error, redactor)}${why}.`, error);
  }
  return secret
    ? { code: secret }
    : wrong('The answer of the authorization server has neither a code nor an error.');
}
