/** Where an environment leads a request to: redirects and their schemes (RFC 9110 section 15.4). */
import { isRedirect } from '../../http/redirect.ts';
import { isUrl } from '../../http/url.ts';
import type { Environment, Exchange, Hop, Observation } from '../../model.ts';
import { fieldValue, type Note, placeOf, plain } from './observing.ts';

export function observeChain(exchange: Exchange, environment: Environment, note: Note): Observation[] {
  const first = exchange.hops[0];
  if (!first?.response) return [];
  const all = exchange.hops.flatMap((hop) => leadOf(hop, environment));
  // Another scheme of the same address is told as such.
  const leads = all.filter((lead) => !changesSchemeOnly(lead));
  const scheme = schemeOf(first, all);
  return [
    note('redirects.answer', leads.length > 0 ? 'redirected' : 'not redirected', chainText(leads)),
    ...(scheme === null ? [] : [note('redirects.scheme', scheme)]),
    ...(leads.length > 0
      ? [
          note(
            'redirects.target',
            leads.map(({ where }) => where),
            chainText(leads),
          ),
        ]
      : []),
    ...(all.length > 0
      ? [
          note(
            'redirects.status',
            all.map(({ status }) => status),
          ),
        ]
      : []),
  ];
}

interface Lead {
  readonly status: number;
  readonly from: URL;
  readonly to: URL;
  /** Own hosts by name, paths of own origins, names of parameters: what does not change from one look to the next. */
  readonly where: string;
}

function leadOf({ request, response }: Hop, environment: Environment): Lead[] {
  if (!response || !isRedirect(response.status) || !isUrl(request.url)) return [];
  const location = fieldValue(response, 'location');
  if (location === null || !isUrl(location, request.url)) return [];
  const from = new URL(request.url);
  const to = new URL(location, from);
  return [{ status: response.status, from, to, where: whereTo(to, from, environment) }];
}

function changesSchemeOnly({ from, to }: Lead): boolean {
  return (
    from.protocol !== to.protocol &&
    from.hostname === to.hostname &&
    from.pathname === to.pathname &&
    from.search === to.search
  );
}

/** Servers of different make have other paths; those of an own origin are the application's. */
function whereTo(to: URL, from: URL, environment: Environment): string {
  const place = placeOf(to.href, environment);
  if (place === null) return to.host === from.host ? `${to.protocol}//same host` : 'another host';
  if (!place.startsWith('${origin.')) return place;
  const path = plain(to.pathname, environment).split('/').map(stable).join('/');
  const names = [...new Set(to.searchParams.keys())].sort().slice(0, 10).map(stable);
  return `${place}${path}${names.length > 0 ? `?${names.join('&')}` : ''}`;
}

/** A part that is made for one answer: numbers, hashes, tickets. */
function stable(part: string): string {
  return /^\d+$|^[0-9a-f-]{16,}$|^(?=.*\d)[\w.~-]{24,}$/i.test(part) ? '*' : part;
}

/** `302 to ${origin.web}/login`. */
function chainText(leads: readonly Lead[]): string {
  if (leads.length === 0) return 'not redirected';
  return leads.map(({ status, where, to }) => `${status} to ${shown(where, to)}`).join(', then ');
}

function shown(where: string, { origin }: URL): string {
  return where === 'another host' || where.endsWith('same host') ? origin : where;
}

/** What becomes of http; null: nothing, or it is where https leads to, which is wrong by itself. */
function schemeOf(first: Hop, leads: readonly Lead[]): string | null {
  if (!first.request.url.startsWith('http:')) return null;
  return leads.some(({ to }) => to.protocol === 'https:') ? 'led to https' : 'answered in clear';
}
