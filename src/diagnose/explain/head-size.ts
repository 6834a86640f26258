/** A head that is too large: which field, how large, and what limits it there. */
import { cookieCount, type HeadFacts, headOf, smallHead } from '../facts/head-size.ts';
import { type HeaderLimit, limitOf } from '../signatures/header-limits.ts';
import { headerValue, type Subject } from '../subject.ts';
import { answered, type Explain, type Explanations, originOfHop } from './explanation.ts';

export const headSize: Explanations = { 'header-too-large': tooLarge };

const usualLimits =
  'large_client_header_buffers in nginx, LimitRequestFieldSize in Apache httpd, tune.bufsize in HAProxy, --max-http-header-size in Node.js';

function tooLarge(subject: Subject): ReturnType<Explain> {
  const head = headOf(subject);
  const server = subject.response ? headerValue(subject.response, 'server') : null;
  const limit = limitOf(server, subject.text);
  if (head?.exact && head.bytes < smallHead) return grown(subject, head, limit);
  const sent = head === null ? '' : `; ${partOf(subject, head)}`;
  return {
    summary: `${answered(subject)}: the head of the request is larger than it accepts${sent}.`,
    fix: `${lessOf(subject, head)}, or ${raise(limit)}.`,
    ...(limit?.directive === null ? { fix: `${lessOf(subject, head)}: ${noDirective(limit)}.` } : {}),
  };
}

function partOf(subject: Subject, { bytes, field, fieldBytes }: HeadFacts): string {
  const count = field === 'cookie' ? ` (${cookieCount(subject.hop)} cookies)` : '';
  return `${field}${count} has ${fieldBytes} of the ${bytes} bytes that were sent`;
}

function lessOf({ uses, hop }: Subject, head: HeadFacts | null): string {
  const cookies = cookieCount(hop) > 0;
  if (head?.field === 'cookie') return 'Remove old cookies, or send this step without its jar';
  const token = uses.some(({ field, token: facts }) => facts !== null && field === head?.field);
  const other = head?.field !== undefined && !token ? `Make ${head.field} smaller` : null;
  const smaller = other ?? 'Make the token smaller (fewer groups, scopes or claims)';
  return cookies ? `${smaller}, remove old cookies` : smaller;
}

function raise(limit: HeaderLimit | null): string {
  if (limit === null) return `raise the limit of the server (${usualLimits})`;
  const bytes = limit.field ?? limit.head;
  const kind = limit.field === undefined ? 'for the whole head' : 'for one field';
  const usual = bytes === undefined ? '' : `; by default ${bytes} bytes ${kind}`;
  return `raise the limit of ${limit.server} (${limit.directive}${usual})`;
}

function noDirective({ server, field }: HeaderLimit): string {
  const bytes = field === undefined ? '' : ` of ${field} bytes for one field`;
  return `the limit of ${server === 'AWS load balancer' ? 'the load balancer' : server}${bytes} is fixed`;
}

/** Nobody who sends so little is at fault. */
function grown(subject: Subject, { bytes }: HeadFacts, limit: HeaderLimit | null): ReturnType<Explain> {
  const origin = originOfHop(subject);
  return {
    summary: `${answered(subject)}: a head is larger than it accepts, and what was sent had ${bytes} bytes only. A proxy at ${origin} adds fields before the server that refuses, or the limit there is very low.`,
    fix: `Look at what the proxy at ${origin} adds (claims of the user, cookies, X-Forwarded-*), or ${raise(limit?.directive == null ? null : limit)}.`,
  };
}
