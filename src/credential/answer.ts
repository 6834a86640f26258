/** What an authorization server answered, in one sentence. */
import type { Exchange, Hop, Response } from '../model.ts';
import type { Redactor } from '../secret.ts';

/** Characters of a server's own words. */
const longestQuote = 300;

/** The last answer; null where there was none. */
export function finalResponse(exchange: Exchange): Response | null {
  return exchange.hops.at(-1)?.response ?? null;
}

/** The values of all fields of one name. */
export function fieldValues(response: Response, name: string): string[] {
  return response.headers.filter(([field]) => field.toLowerCase() === name).map(([, value]) => value);
}

/** `application/json` of `Application/JSON; charset=utf-8`; empty where there is no such field. */
export function mediaType(response: Response): string {
  return (fieldValues(response, 'content-type')[0] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** Text of the server in quotation marks: one line, not too long, redacted before it is cut. */
export function quoted(text: string, redactor: Redactor): string {
  // Control characters are commands to a terminal.
  const line = redactor
    .redact(text)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return `"${line.length > longestQuote ? `${line.slice(0, longestQuote)}...` : line}"`;
}

/** No answer, a redirect (`why` says why it is not followed), or a status that tells nothing by itself. */
export function describeFailure(
  subject: string,
  exchange: Exchange,
  redactor: Redactor,
  why = 'it is not followed',
): string {
  const hop = exchange.hops.at(-1);
  if (!hop) return `${subject} was not asked for.`;
  const from = `${subject} (${address(hop)})`;
  if (!hop.response) {
    const { failure } = hop;
    return failure
      ? `${from} gave no answer: ${failure.message.includes(failure.code) ? '' : `${failure.code}, `}${sentence(failure.message)}`
      : `${from} gave no answer.`;
  }
  const { status } = hop.response;
  const [location] = fieldValues(hop.response, 'location');
  if (status >= 300 && status < 400 && location !== undefined) {
    return `${from} answered ${status} with a redirect to ${quoted(withoutQuery(location), redactor)}; ${why}.`;
  }
  const type = mediaType(hop.response);
  const content = hop.response.body.bytes === 0 ? 'no content' : type || 'content of no type';
  return `${from} answered ${status} with ${content}.`;
}

/** Address of the request without its query. */
export function address(hop: Hop): string {
  return withoutQuery(hop.request.url);
}

/** Queries of login pages carry state and codes. */
function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, '');
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
