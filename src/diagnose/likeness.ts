/** Answers of an authorization endpoint held beside each other. */

import { errorCode } from '../http/authorization-response.ts';
import { isUrl } from '../http/url.ts';
import type { Exchange } from '../model.ts';
import { statusOf } from './experiments/experiment.ts';
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
  const location = exchange.hops
    .at(-1)
    ?.response?.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
  const base = exchange.hops[0]?.request.url;
  const target = location && isUrl(location, base) ? new URL(location, base) : null;
  const text = pageText(exchange);
  return [
    String(statusOf(exchange) ?? ''),
    target ? `${target.origin}${withoutIds(target.pathname)} ${target.searchParams.get('error') ?? ''}` : '',
    errorCode(text) ?? '',
    namesClient(exchange) ? 'client' : '',
    /redirect[ _-]?ur[il]/i.test(text) ? 'redirect_uri' : '',
  ];
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

/** The page says that it is the client which is unknown. */
export function namesClient(exchange: Exchange): boolean {
  const text = pageText(exchange);
  return (
    /^(invalid_client(_id)?|unauthorized_client)$/.test(errorCode(text) ?? '') ||
    /\b(client|application)\b[^.<]{0,60}\b(not found|unknown|invalid|does not exist|not registered)/i.test(
      text,
    )
  );
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
