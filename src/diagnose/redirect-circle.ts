/** The circle of redirects: its URLs, the sentence about it, and what mends it. */
import { isUrl } from '../http/url.ts';
import type { EvidenceLine, Finding, Hop } from '../model.ts';
import { shownUrl } from './explain/words.ts';
import { headerValues, type Subject } from './subject.ts';
import { causeOf } from './vocabulary.ts';
/** The sentence and the fix alone. */

export function loopWords(subject: Subject): Pick<Finding, 'summary' | 'fix' | 'fixSource'> | null {
  const { stopped, hops } = subject.failing;
  if (stopped?.reason !== 'loop' && stopped?.reason !== 'limit') return null;
  const circle = circleOf(hops, stopped.location);
  return { summary: circleSummary(subject, circle), ...circleFix(subject, circle) };
}

/** The URLs between two requests for the same one; empty where none is asked for twice. */
export function circleOf(hops: readonly Hop[], location: string | null): string[] {
  const urls = hops.map(({ request }) => withoutFragment(request.url));
  const last = hops.at(-1)?.request.url;
  const next =
    location !== null && isUrl(location, last) ? withoutFragment(new URL(location, last).href) : null;
  const chain = next === null ? urls : [...urls, next];
  for (let end = chain.length - 1; end > 0; end -= 1) {
    const start = chain.lastIndexOf(chain[end] ?? '', end - 1);
    if (start >= 0) return chain.slice(start, end);
  }
  return [];
}

function withoutFragment(url: string): string {
  return url.replace(/#.*$/s, '');
}

export function circleSummary({ failing, hop }: Subject, circle: readonly string[]): string {
  const count = failing.hops.length;
  const [first, ...rest] = circle.map(shownUrl);
  if (first === undefined)
    return `After ${count} redirects there is still no answer; the last, ${hop.response?.status ?? ''} from ${shownUrl(hop.request.url)}, leads to ${shownUrl(failing.stopped?.location ?? 'nowhere')}.`;
  if (circle.length === 1) return `${first} redirects to itself (${hop.response?.status ?? ''}).`;
  return `The redirects go in a circle: ${[first, ...rest, first].join(' to ')}.`;
}

export function circleFix(subject: Subject, circle: readonly string[]): Pick<Finding, 'fix' | 'fixSource'> {
  const { step, failing } = subject;
  const sets = failing.hops.some(
    (hop) => hop.response && headerValues(hop.response, 'set-cookie').length > 0,
  );
  if (sets && step.kind === 'request' && step.jar === null)
    return {
      fix: 'Let the step keep cookies: the chain sets some and does not get them back: jar of this step is none.',
      fixSource: step.source,
    };
  const difference = differenceOf(circle);
  const texts: Readonly<Record<string, string>> = {
    scheme: schemeFix,
    host: 'Two rules each hold the other host for the right one: leave one of them.',
    slash: 'One rule adds the slash at the end and another takes it away: leave one of them.',
    path: 'Each of these paths redirects to the next: leave out one of the rules, at the server or in the application.',
  };
  return { fix: texts[difference] ?? causeOf('redirect-loop')?.fix ?? '', fixSource: null };
}

/** In what the URLs of the circle differ, where it is one thing. */
function differenceOf(circle: readonly string[]): string {
  const [one, other] = circle.map((url) => (isUrl(url) ? new URL(url) : null));
  // A server behind a proxy that ends TLS sends https to the https that it does not see.
  if (one?.protocol === 'https:' && circle.length === 1) return 'scheme';
  if (!one || !other || circle.length > 2) return '';
  const rest = (url: URL): string => `${url.pathname}${url.search}`;
  if (one.hostname === other.hostname && rest(one) === rest(other))
    return one.protocol === other.protocol ? '' : 'scheme';
  if (one.hostname !== other.hostname && rest(one) === rest(other)) return 'host';
  const bare = (url: URL): string => url.pathname.replace(/\/$/, '');
  if (one.origin !== other.origin) return '';
  return bare(one) === bare(other) ? 'slash' : 'path';
}

const schemeFix =
  'Let the proxy that ends TLS send X-Forwarded-Proto: https (proxy_set_header X-Forwarded-Proto $scheme in nginx), and let the application trust it (SECURE_PROXY_SSL_HEADER in Django, trust proxy in Express); or leave the redirect to https to the proxy.';

/** Why it goes in a circle, where the URLs tell; with `passing`, where the same step does not. */
export function circleReason({ siblings, hop }: Subject, circle: readonly string[]): EvidenceLine[] {
  if (differenceOf(circle) !== 'scheme') return [];
  const [first = ''] = circle;
  const passing = siblings.find(({ passed }) => passed);
  const since = [
    circle.length === 1
      ? `${shownUrl(first)} was asked over https, and is sent to https once more`
      : 'http is sent to https, and https comes back to http',
    ...(passing ? [`${passing.environment} answers the same step`] : []),
  ];
  return [
    {
      hop: hop.index,
      field: 'likely',
      seen: 'TLS ends at a proxy in front of the server that redirects, which takes each request for http, as it is not told the scheme',
    },
    { hop: hop.index, field: 'since', seen: since.join('; ') },
  ];
}
