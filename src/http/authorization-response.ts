/** What an authorization endpoint says of a redirect_uri, read from its answer alone (RFC 6749 section 4.1.2). */

import type { Hop } from '../model.ts';
import { isLoopback } from './origin.ts';
import { isUrl } from './url.ts';

export type Acceptance =
  /** Redirected to the redirect_uri: client and redirect_uri are registered, whatever error it carries. */
  | { readonly verdict: 'accepted'; readonly error: string | null }
  /** An error page instead of a redirect: client or redirect_uri is refused. */
  | { readonly verdict: 'refused'; readonly status: number; readonly error: string | null }
  /** A page with status 200, or a redirect elsewhere: a login page or an error page; a control tells. */
  | { readonly verdict: 'undecided'; readonly status: number; readonly location: string | null };

/** Bytes of a page that are looked at. */
const looked = 65_536;

/** Null where there was no answer. `state` is the one that was sent. */
export function acceptance(hop: Hop, redirect_uri: string, state: string): Acceptance | null {
  const { response } = hop;
  if (!response) return null;
  const location = response.headers.find(([name]) => name.toLowerCase() === 'location')?.[1] ?? null;
  const { status } = response;
  if (status >= 300 && status < 400 && location !== null) {
    const target = isUrl(location, hop.request.url) ? new URL(location, hop.request.url) : null;
    if (target && pointsTo(target, redirect_uri) && parameter(target, 'state') === state) {
      return { verdict: 'accepted', error: parameter(target, 'error') };
    }
    return { verdict: 'undecided', status, location };
  }
  const text = Buffer.from(response.body.content.subarray(0, looked)).toString('utf8');
  const page = formPost(text, redirect_uri, state);
  if (page) return page;
  if (status >= 400) return { verdict: 'refused', status, error: errorCode(text) };
  return { verdict: 'undecided', status, location: null };
}

/**
 * Whether `target` is the redirect_uri: equal scheme, host, port and path. The port of a loopback address that is
 * registered without one is free (RFC 8252 section 7.3).
 */
export function pointsTo(target: URL, redirect_uri: string): boolean {
  if (!isUrl(redirect_uri)) return false;
  const wanted = new URL(redirect_uri);
  const anyPort = wanted.protocol === 'http:' && wanted.port === '' && isLoopback(wanted.hostname);
  const sameHost = anyPort ? target.hostname === wanted.hostname : target.host === wanted.host;
  return target.protocol === wanted.protocol && sameHost && target.pathname === wanted.pathname;
}

function parameter(url: URL, name: string): string | null {
  return url.searchParams.get(name) ?? new URLSearchParams(url.hash.replace(/^#/, '')).get(name);
}

/** `response_mode=form_post`: a page whose form goes to the redirect_uri. */
function formPost(text: string, redirect_uri: string, state: string): Acceptance | null {
  const action = attribute(/<form\b[^<>]*/i.exec(text)?.[0] ?? '', 'action');
  if (action === null || !isUrl(action) || !pointsTo(new URL(action), redirect_uri)) return null;
  const inputs = text.match(/<input\b[^<>]*/gi) ?? [];
  const value = (name: string): string | null => {
    const input = inputs.find((each) => attribute(each, 'name') === name);
    return input === undefined ? null : attribute(input, 'value');
  };
  return value('state') === state ? { verdict: 'accepted', error: value('error') } : null;
}

function attribute(tag: string, name: string): string | null {
  const [, double, single] = new RegExp(`\\s${name}\\s?=\\s?(?:"([^"]*)"|'([^']*)')`, 'i').exec(tag) ?? [];
  const written = double ?? single;
  if (written === undefined) return null;
  return written.replace(/&(amp|#x0*2f|#0*47|#x0*3a|#0*58);/gi, (_, entity: string) =>
    /^amp$/i.test(entity) ? '&' : /2f$|47$/i.test(entity) ? '/' : ':',
  );
}

/** An OAuth error code in a JSON body or in a page (`error: invalid_redirect_uri`). */
export function errorCode(text: string): string | null {
  const json = /"error"\s*:\s*"([\w.-]+)"/.exec(text)?.[1];
  if (json !== undefined) return json;
  return (
    /\b(invalid_client(?:_id)?|unauthorized_client|invalid_redirect_uri|redirect_uri_mismatch|invalid_request(?:_uri|_object)?|unsupported_response_type|invalid_(?:scope|target)|access_denied|server_error|(?:login|interaction|consent|account_selection)_required)\b/.exec(
      text,
    )?.[1] ?? null
  );
}
