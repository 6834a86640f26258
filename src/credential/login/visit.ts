/** Pages as a browser without scripts opens them: hop by hop, with cookies, and never at a foreign origin. */
import { addressOf, nextRequest } from '../../http/redirect.ts';
import type { Environment, Exchange, Field, Hop, Response } from '../../model.ts';
import { Secret, type Value } from '../../secret.ts';
import { fieldValues, finalResponse, mediaType } from '../answer.ts';
import type { Browser, CookieJarHandle } from '../presentation.ts';
import { type HtmlPage, parsePage, refreshOf, tooLong } from './html-page.ts';
/** One user in one environment. */

export interface Visitor {
  readonly environment: Environment;
  readonly browser: Browser;
  readonly jar: CookieJarHandle;
  /** Why this address must not be asked for, or null. */
  readonly refuses: (url: URL) => string | null;
  /** The address that ends it: it is read, never asked for. */
  readonly ends: (url: URL) => boolean;
}
export interface Visit {
  readonly role: 'login' | 'authorization';
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly body: { readonly type: string; readonly value: Value } | null;
  /** The page on which the form or link stood. */
  readonly from: URL | null;
}
/** Where a visit led to. */
export interface Arrival {
  /** The whole chain. */
  readonly exchange: Exchange;
  readonly url: URL;
  /** Null where the answer is no HTML, or there is none. */
  readonly page: HtmlPage | null;
  /** The address that ends the visit, with what it carries. */
  readonly end: URL | null;
  /** Why there is no page to go on with; one sentence without its first word. */
  readonly problem: string | null;
}

/** Browsers give up at the same number. */
const mostHops = 20;

interface Next {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly body: Visit['body'];
  /** Whose page asks for it: a redirect does not change that, a page that leads on by itself does. */
  readonly from: URL | null;
}

export async function visit(asked: Visit, visitor: Visitor): Promise<Arrival> {
  const hops: Hop[] = [];
  let next: Next = asked;
  const arrive = (rest: Partial<Arrival>): Arrival => {
    const { environment } = visitor;
    // What carries the answer to an authorization request is one, whatever page it came from.
    const role = rest.end ? 'authorization' : asked.role;
    const left = rest.end ?? null;
    const stopped = left && { reason: 'not-followed' as const, location: left.origin + left.pathname };
    const exchange = { role, attempt: 1, environment: environment.name, hops, credentials: [], stopped };
    return { exchange, url: next.url, page: null, end: null, problem: null, ...rest };
  };
  while (true) {
    const { url } = next;
    const refusal = visitor.refuses(url);
    if (refusal)
      return arrive({
        problem: `leads to ${url.origin === 'null' ? url.protocol : url.origin}, which ${refusal}: nothing was sent there`,
      });
    if (hops.length >= mostHops) return arrive({ problem: `does not end after ${mostHops} requests` });
    const made = await send(next, asked, visitor);
    const hop = made.hops[0];
    if (hop) hops.push({ ...hop, index: hops.length + 1 });
    const response = finalResponse(made);
    if (!response || hop?.failure)
      return arrive({ problem: `got no answer from ${url.origin}${reason(hop)}` });
    const target = locationOf(response, url);
    if (target && visitor.ends(target)) return arrive({ end: target });
    const step = await afterwards(next, response, target);
    if ('problem' in step) return arrive(step);
    if ('page' in step) return arrive({ page: step.page });
    if (visitor.ends(step.url)) return arrive({ end: step.url });
    next = step;
  }
}

function reason(hop: Hop | undefined): string {
  return hop?.failure ? `: ${hop.failure.code}, ${hop.failure.message.replace(/\.$/, '')}` : '';
}

function send(next: Next, { role }: Visit, { environment, browser, jar }: Visitor): Promise<Exchange> {
  const { method, url, body, from } = next;
  const own = [...environment.origins.values()].includes(url.origin) ? environment.headers : [];
  const headers: Field[] = [['Accept', 'text/html,application/xhtml+xml,*/*;q=0.8'], ...own];
  const referrer = from && referrerFor(from, url);
  if (referrer !== null) headers.push(['Referer', referrer]);
  if (method === 'POST') headers.push(['Origin', (from ?? url).origin]);
  if (body) headers.push(['Content-Type', body.type]);
  return browser.visit({
    role,
    environment,
    method,
    url: url.href,
    headers,
    body: body?.value ?? null,
    jar,
    from,
  });
}

/** Referrer Policy, "strict-origin-when-cross-origin". */
function referrerFor(from: URL, to: URL): string | null {
  if (from.protocol === 'https:' && to.protocol === 'http:') return null;
  return from.origin === to.origin ? from.href.replace(/#.*$/s, '') : `${from.origin}/`;
}

function locationOf(response: Response, url: URL): URL | null {
  if (response.status < 300 || response.status > 399) return null;
  const [location] = fieldValues(response, 'location');
  return location === undefined ? null : addressOf(location, url);
}

/** The request that follows, the page at which it ends, or why neither. */
async function afterwards(
  next: Next,
  response: Response,
  target: URL | null,
): Promise<Next | { readonly page: HtmlPage | null } | { readonly problem: string }> {
  const { url, method, body } = next;
  if (target) {
    const step = nextRequest({
      method,
      url,
      status: response.status,
      locations: fieldValues(response, 'location'),
      hasBody: body !== null,
      bodyReplayable: true,
      fields: [],
    });
    if ('stop' in step)
      return { problem: `ends with a redirect that cannot be followed (${step.stop.reason})` };
    if (step.keepBody && url.protocol === 'https:' && step.url.protocol === 'http:' && holdsSecret(body)) {
      return { problem: `leads from https to ${step.url.origin}: the password was not sent there` };
    }
    return {
      method: step.method === 'POST' ? 'POST' : 'GET',
      url: step.url,
      body: step.keepBody ? body : null,
      from: next.from,
    };
  }
  const page = await pageOf(response, url);
  const refresh = page && refreshOf(page);
  return refresh ? { method: 'GET', url: refresh, body: null, from: url } : { page };
}

function holdsSecret(body: Visit['body']): boolean {
  return body !== null && body.value instanceof Secret;
}

async function pageOf(response: Response, url: URL): Promise<HtmlPage | null> {
  const text = decoded(response);
  const type = mediaType(response);
  if (!/^(?:text\/html|application\/xhtml\+xml)$/.test(type) && !(type === '' && /^\s*</.test(text)))
    return null;
  return parsePage(text, url, response.body.decodeError ?? (response.body.truncated ? tooLong : null));
}

function decoded(response: Response): string {
  const [type = ''] = fieldValues(response, 'content-type');
  const charset = /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(type)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(response.body.content);
  } catch {
    return new TextDecoder().decode(response.body.content);
  }
}
