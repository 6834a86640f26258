/** The traits of the way to an answer, of who gave it, and of the answer. */
import { parseChallenges } from '../../http/challenge.ts';
import { isUrl } from '../../http/url.ts';
import type { CookieNote, Exchange, Hop, Response, TlsFacts } from '../../model.ts';
import { type Place, steady, withoutOwn } from './own.ts';
import { mapOf, span } from './token.ts';
import { type Trait, trait } from './trait.ts';

export function wayTraits({ hops, stopped }: Exchange, place: Place): Trait[] {
  const moves = hops.flatMap((hop) => moveOf(hop));
  const way = moves.map(({ status, to }) => `${status} to ${to}`);
  const own = moves.map(({ status, to }) => `${status} to ${steady(withoutOwn(withoutQuery(to), place))}`);
  return [
    trait('redirects', '', own.join(', ') || 'none', way.map(withoutQuery).join(', ') || 'none'),
    ...(moves.length > 0 ? [trait('redirects.stopped', '', stopped?.reason ?? 'followed')] : []),
    ...hops.flatMap(({ index, dropped }) =>
      dropped
        .filter(({ rule }) => rule !== 'dropped-earlier')
        .map(({ header, rule }) =>
          trait('dropped', header, rule, `dropped at hop ${index}: ${rule.replaceAll('-', ' ')}`),
        ),
    ),
    ...cookieTraits(hops),
  ];
}

/** What following made of an answer: a redirect that led on, or would have. */
function moveOf({ request, response }: Hop): { readonly status: number; readonly to: string }[] {
  if (!response || response.status < 300 || response.status > 399) return [];
  const location = field(response, 'location');
  if (location === null) return [];
  const to = isUrl(location, request.url) ? new URL(location, request.url).href : location;
  return [{ status: response.status, to }];
}

function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? '';
}

function cookieTraits(hops: readonly Hop[]): Trait[] {
  const names = (pick: (hop: Hop) => readonly string[]): string =>
    [...new Set(hops.flatMap(pick))].sort().slice(0, 20).join(', ') || 'none';
  const notes = (list: readonly CookieNote[] = []): string[] =>
    list.map(({ name, rule }) => `${name} (${rule})`);
  return [
    trait(
      'cookie.sent',
      '',
      names(({ cookies }) => cookies.sent),
    ),
    trait(
      'cookie.set',
      '',
      names(({ cookies }) => cookies.set),
    ),
    trait(
      'cookie.refused',
      '',
      names(({ cookies }) => notes(cookies.refused)),
    ),
    trait(
      'cookie.withheld',
      '',
      names(({ cookies }) => notes(cookies.withheld)),
    ),
  ];
}

export function answerTraits({ hops }: Exchange, place: Place): Trait[] {
  const hop = hops.at(-1);
  if (!hop) return [];
  const { response, failure, tls } = hop;
  return [
    ...(tls ? tlsTraits(tls, hop) : []),
    ...(failure ? [trait('failure', '', failure.code)] : []),
    ...(failure && /TIMEOUT|ETIMEDOUT|ABORT/.test(failure.code)
      ? [trait('duration', '', 'timed out', `no answer in ${Math.round(hop.timings.total)} ms`)]
      : []),
    ...(response ? [...clockTraits(response, hop), ...responseTraits(response, place)] : []),
  ];
}

function tlsTraits({ protocol, issuer, names, notAfter, notBefore, verified }: TlsFacts, hop: Hop): Trait[] {
  const at = hop.clock.sent;
  const validity = at > notAfter ? 'expired' : at < notBefore ? 'not valid yet' : 'valid';
  return [
    trait('tls.validity', '', `${validity}${verified ? '' : ', not verified'}`),
    ...nameTraits(names, hop.request.url),
    trait('tls.protocol', '', protocol),
    trait('tls.issuer', '', issuer),
  ];
}

/** Whether it is for the host that was asked (RFC 9525 section 6.3) is compared; for which it is, is shown. */
function nameTraits(names: readonly string[], url: string): Trait[] {
  if (names.length === 0 || !isUrl(url)) return [];
  const { hostname } = new URL(url);
  const parent = hostname.slice(hostname.indexOf('.'));
  const own = names.some((name) => [hostname, `*${parent}`].includes(name.toLowerCase()));
  return [trait('tls.names', '', own ? 'its own' : 'of others', names.slice(0, 10).join(', '))];
}

/** Seconds by which a server may be off: a Date field has whole seconds, and the answer took its time. */
const inStep = 30;

/** Date beside our clock; what came from a cache is older by design. */
function clockTraits(response: Response, { clock }: Hop): Trait[] {
  const date = Date.parse(field(response, 'date') ?? '');
  if (Number.isNaN(date) || field(response, 'age') !== null) return [];
  const [early, late] = [(clock.sent - date) / 1000, (date - clock.received) / 1000];
  if (early > inStep) return [trait('clock', '', 'behind', `${span(early)} behind ours`)];
  return [
    late > inStep
      ? trait('clock', '', 'ahead', `${span(late)} ahead of ours`)
      : trait('clock', '', 'as ours'),
  ];
}

function responseTraits(response: Response, place: Place): Trait[] {
  const { status, statusText, httpVersion } = response;
  const challenges = fields(response, 'www-authenticate').slice(0, 10);
  const words = wordsOf(response);
  const said = (kind: 'server' | 'via' | 'content-type'): Trait => {
    const text = field(response, kind) ?? 'none';
    return trait(kind, '', steady(withoutOwn(text, place)), text);
  };
  return [
    trait('http', '', httpVersion),
    trait('status', '', String(status), `${status}${statusText === '' ? '' : ` ${statusText}`}`),
    ...(challenges.length === 0 ? [] : [challengeTrait(challenges, place)]),
    ...(words === '' ? [] : [trait('refusal', '', steady(withoutOwn(words, place)), words)]),
    said('server'),
    said('via'),
    said('content-type'),
    ...edgeTraits(response),
  ];
}

function challengeTrait(challenges: readonly string[], place: Place): Trait {
  const parsed = parseChallenges(challenges).map(({ scheme, parameters }) => {
    const told = ['realm', 'error', 'error_description', 'scope'].flatMap((name) => {
      const value = parameters.get(name);
      return value === undefined ? [] : [`${name}="${value}"`];
    });
    return [scheme, told.join(', ')].filter((each) => each !== '').join(' ');
  });
  const text = parsed.join(', ');
  return trait('challenge', '', steady(withoutOwn(text, place)), text);
}

/** `error` and `error_description` (RFC 6749 section 5.2) of the body, or of where an authorization answer leads. */
function wordsOf(response: Response): string {
  const location = field(response, 'location');
  const query = location !== null && isUrl(location) ? new URL(location).searchParams : null;
  const body = query?.has('error') ? null : mapOf(response.body.content);
  const word = (name: string): string => {
    const value = body?.[name] ?? query?.get(name);
    return typeof value === 'string' ? value : '';
  };
  return [word('error'), word('error_description')].filter((each) => each !== '').join(': ');
}

/** Names that say little about who answers. */
const common =
  /^(x-request-id|x-correlation-id|x-trace-id|x-frame-options|x-content-type-options|x-xss-protection|x-ratelimit-.*|x-download-options|x-dns-prefetch-control|x-permitted-cross-domain-policies)$/;

/** Fields that CDNs and firewalls put in: that there is one is compared. */
function edgeTraits({ headers }: Response): Trait[] {
  const names = new Set(headers.slice(0, 100).map(([name]) => name.toLowerCase()));
  const marks = [...names].filter((name) => /^(x-|cf-|age$|server-timing$)/.test(name) && !common.test(name));
  return marks.slice(0, 20).map((name) => trait('edge', name, 'present'));
}

function fields({ headers }: Response, name: string): string[] {
  return headers.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value);
}

function field(response: Response, name: string): string | null {
  const values = fields(response, name);
  return values.length === 0 ? null : values.join(', ');
}
