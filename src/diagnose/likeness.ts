/** Answers of an authorization endpoint held beside each other. */

import { type Acceptance, acceptance, errorCode } from '../http/authorization-response.ts';
import { isUrl } from '../http/url.ts';
import type { Exchange } from '../model.ts';
import { statusOf } from './experiments/experiment.ts';
import { plainPieces } from './markup.ts';
import { normalAnswer } from './normal.ts';
import type { Subject } from './subject.ts';

/** An authorization endpoint's answer. */
export interface AuthorizationAnswer {
  readonly exchange: Exchange;
  /** Values that the request chose, taken out before texts are compared. */
  readonly erase: readonly string[];
}

/** By status, error code, target and what the page speaks of. Texts that differ without any of these are unclear: it may be noise. */
export function compare(a: AuthorizationAnswer, b: AuthorizationAnswer): 'alike' | 'unlike' | 'unclear' {
  const [x, y] = [features(a), features(b)];
  if (x.join() !== y.join()) return 'unlike';
  const telling = x.slice(1).some((feature) => feature !== '');
  const same =
    normalAnswer(a.exchange, [...a.erase, ...chosen(a.exchange)]) ===
    normalAnswer(b.exchange, [...b.erase, ...chosen(b.exchange)]);
  return same || telling ? 'alike' : 'unclear';
}

/** Segments that hold a digit or are long are ids of this one request. */
function withoutIds(path: string): string {
  return path
    .split('/')
    .map((segment) => (/\d/.test(segment) || segment.length > 20 ? '~' : segment))
    .join('/');
}

/** Status, target of the redirect, error code, and whether it speaks of the client or the redirect_uri. */
export function features({ exchange }: AuthorizationAnswer): string[] {
  const accepted = acceptanceOf(exchange);
  // Each has a redirect_uri of its own.
  if (accepted?.verdict === 'accepted') return ['', `redirect_uri ${accepted.error ?? ''}`, '', '', ''];
  const target = targetOf(exchange);
  return [
    String(statusOf(exchange) ?? ''),
    target ? `${target.origin}${withoutIds(target.pathname)} ${target.searchParams.get('error') ?? ''}` : '',
    codeOf(exchange) ?? '',
    namesClient(exchange) ? 'client' : '',
    namesRedirectUri(exchange) ? 'redirect_uri' : '',
  ];
}

/** RFC 6749 section 4.1.2; null where there is no answer. The request itself says what was asked. */
export function acceptanceOf(exchange: Exchange): Acceptance | null {
  const [hop] = exchange.hops;
  if (!hop || !isUrl(hop.request.url)) return null;
  const { searchParams } = new URL(hop.request.url);
  return acceptance(hop, searchParams.get('redirect_uri') ?? '', searchParams.get('state') ?? '');
}

export function isAccepted(exchange: Exchange): boolean {
  return acceptanceOf(exchange)?.verdict === 'accepted';
}

/** Where the answer redirects to. */
function targetOf(exchange: Exchange): URL | null {
  const hop = exchange.hops.at(-1);
  const location = hop?.response?.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
  const base = exchange.hops[0]?.request.url;
  return location && isUrl(location, base) ? new URL(location, base) : null;
}

/**
 * Values that the request itself chose come back in pages and redirects. A control may have been sent for an earlier
 * step, with another random value than the one at hand.
 */
function chosen(exchange: Exchange): string[] {
  const url = exchange.hops[0]?.request.url ?? '';
  if (!isUrl(url)) return [];
  const { searchParams } = new URL(url);
  return ['state', 'code_challenge', 'client_id', 'redirect_uri'].map((name) => searchParams.get(name) ?? '');
}

export function pageText(exchange: Exchange): string {
  const response = exchange.hops.at(-1)?.response;
  return response ? Buffer.from(response.body.content.subarray(0, 65_536)).toString('utf8') : '';
}

/** Parameters of a redirect in which servers say what is wrong. */
const telling = /^(?:error|message|msg|reason|error_?(?:code|description|message|msg|reason))$/i;

/** What the answer says to a reader: its page without markup, or what the address of an error page carries. */
export function wordsOf(exchange: Exchange): string {
  const target = targetOf(exchange);
  if (target === null) return plainPieces(pageText(exchange)).join('\n');
  return [...target.searchParams].flatMap(([name, value]) => (telling.test(name) ? [value] : [])).join('\n');
}

/** The OAuth error code that an answer shows; what stands in scripts is no answer. */
export function codeOf(exchange: Exchange): string | null {
  return errorCode(wordsOf(exchange));
}

/** Code and description of an error page, as one line; null where it has neither. */
export function saidBy(exchange: Exchange): string | null {
  const code = codeOf(exchange);
  const lines = wordsOf(exchange).split('\n');
  const stated = lines.map((line) => /^error_description\W{1,3}(.+)$/i.exec(line)?.[1]).find((line) => line);
  const telling = lines.find((line) => line !== code && /redirect|callback|client|application/i.test(line));
  const said = [code, stated ?? (telling?.startsWith('{') ? null : telling)].filter((part) => part);
  return said.length > 0 ? said.join(': ') : null;
}

/** The page says that it is the client which is unknown. */
export function namesClient(exchange: Exchange): boolean {
  return (
    /^(invalid_client(_id)?|unauthorized_client)$/.test(codeOf(exchange) ?? '') ||
    /\b(client|application|client[ _-]?id)\b[^.<]{0,60}\b(not found|unknown|invalid|does not exist|not registered)|\b(unknown|invalid|unregistered|no such) (client|application)\b/i.test(
      wordsOf(exchange),
    )
  );
}

export function namesRedirectUri(exchange: Exchange): boolean {
  return (
    /^(invalid_redirect_uri|redirect_uri_mismatch)$/.test(codeOf(exchange) ?? '') ||
    /\b(?:redirect(?:ion)?[ _-]?ur[il]|callback ur[il]|reply (?:url|address)|return[ _-]?url)s?\b/i.test(
      wordsOf(exchange),
    )
  );
}

const ofTheRequest =
  /^(?:unsupported_response_(?:type|mode)|invalid_(?:scope|target|request_uri|request_object)|request(?:_uri)?_not_supported|access_denied|server_error|temporarily_unavailable)$/;
/** Another way to ask is wanted, whatever parameters are named beside it (RFC 9101, RFC 9126). */
const anotherWay = /\b(?:request object|pushed authorization request)/i;
const otherParameters =
  /\b(?:scopes?|resource|audience|code_challenge(?:_method)?|pkce|response_(?:type|mode)|nonce|request_uri|pushed|prompt|acr_values)\b/i;

/** It refuses something else of the request: what it thinks of client and redirect_uri is not to be seen. */
export function namesAnother(exchange: Exchange): boolean {
  if (ofTheRequest.test(codeOf(exchange) ?? '') || anotherWay.test(wordsOf(exchange))) return true;
  return otherParameters.test(wordsOf(exchange)) && !namesClient(exchange) && !namesRedirectUri(exchange);
}

/** An error page, whatever its status, and no login page. */
export function refuses(exchange: Exchange): boolean {
  const status = statusOf(exchange) ?? 0;
  if (status >= 500 || status === 429 || status === 0) return false;
  if (status >= 400 || codeOf(exchange) !== null) return true;
  const target = targetOf(exchange);
  if (target !== null)
    return /error|denied|invalid|failed/i.test(target.pathname) || target.searchParams.has('error');
  return namesClient(exchange) || namesRedirectUri(exchange);
}

/** The failing request, sent again, fails in the same way at the same address. */
export function repeats(again: Exchange, subject: Subject): boolean {
  if (again.hops.at(-1)?.remote !== subject.hop.remote) return false;
  if (subject.stage === 'authorization') {
    const erase = [subject.redirect_uri ?? ''];
    return compare({ exchange: subject.failing, erase }, { exchange: again, erase }) === 'alike';
  }
  return normalAnswer(again) === normalAnswer(subject.failing);
}
