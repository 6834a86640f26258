/** Cookies that answers set: names and attributes, never values (RFC 6265bis section 5.6). */
import { domainOf, parseSetCookie, type SetCookie, sameSiteOf } from '../../http/cookie-parse.ts';
import { judgeSetCookie } from '../../http/cookie-store.ts';
import { isUrl } from '../../http/url.ts';
import type { Environment, Exchange, Hop, Observation, Source } from '../../model.ts';
import { fieldValues, type Note, noteOf, placeOf, plain, sorted } from './observing.ts';

/** More of one answer are not told apart by anybody. */
const mostCookies = 30;

export function observeCookies(
  exchange: Exchange,
  environment: Environment,
  of: string,
  source: Source | null,
): Observation[] {
  const set = exchange.hops.flatMap((hop) => cookiesOf(hop, environment)).slice(0, mostCookies);
  if (exchange.hops.at(-1)?.response == null) return [];
  const names = sorted(set.map(({ parsed }) => parsed.name));
  return [
    noteOf(of, source)('cookies.names', names),
    ...names.flatMap((name) => {
      const last = set.findLast(({ parsed }) => parsed.name === name);
      return last ? attributes(last, environment, noteOf(`${name} of ${last.by}`, source)) : [];
    }),
  ];
}

interface Set {
  /** The name of the origin that set it: answers to several requests set the same cookie. */
  readonly by: string;
  readonly parsed: SetCookie;
  /** The rule by which a browser turns it away; null: it keeps it. */
  readonly refused: string | null;
}

function cookiesOf({ request, response, clock }: Hop, environment: Environment): Set[] {
  if (!response || !isUrl(request.url)) return [];
  const by = placeOf(request.url, environment)?.replace(/^\$\{(?:origin\.)?|\}$/g, '') ?? 'another host';
  const asked = { method: request.method, url: new URL(request.url), initiator: null };
  return fieldValues(response, 'set-cookie')
    .slice(0, mostCookies)
    .map((line) => ({
      by,
      parsed: parseSetCookie(line),
      refused: judgeSetCookie(line, asked, clock.received).refused?.rule ?? null,
    }))
    .filter(({ parsed }) => parsed.name !== '');
}

function attributes({ parsed, refused }: Set, environment: Environment, note: Note): Observation[] {
  const has = (name: string): boolean => parsed.attributes.has(name);
  const lasts = has('max-age') || has('expires');
  const domain = domainOf(parsed);
  return [
    note('cookie.kept', refused === null ? 'kept' : 'turned away', refused ?? 'kept'),
    note('cookie.secure', has('secure')),
    note('cookie.httponly', has('httponly')),
    note('cookie.samesite', sameSiteOf(parsed)),
    note('cookie.scope', [domainKind(domain, environment), parsed.attributes.get('path') ?? 'no Path']),
    note('cookie.lifetime', lasts ? 'lasts' : 'until the session ends'),
    note('cookie.partitioned', has('partitioned')),
  ];
}

/** Registrable domains differ between environments; whether a cookie is for one host or for several should not. */
function domainKind(domain: string, environment: Environment): string {
  if (domain === '') return 'this host';
  const shown = plain(domain, environment);
  return shown === domain ? 'a wider domain' : shown;
}
