/** Where an environment leads a request to: redirects and their schemes (RFC 9110 section 15.4). */
import { isRedirect } from '../../http/redirect.ts';
import { isUrl } from '../../http/url.ts';
import type { Environment, Exchange, Hop, Observation } from '../../model.ts';
import { fieldValue, type Note, placeOf, plain } from './observing.ts';

export function observeChain(exchange: Exchange, environment: Environment, note: Note): Observation[] {
  const leads = exchange.hops.flatMap((hop) => leadOf(hop, environment));
  const first = exchange.hops[0];
  if (!first?.response) return [];
  const found = [
    note('redirects.answer', leads.length > 0 ? 'redirects' : 'answers itself', chainText(leads)),
    note('redirects.scheme', schemes(exchange.hops, leads)),
  ];
  if (leads.length === 0) return found;
  return [
    ...found,
    note(
      'redirects.target',
      leads.map(({ where }) => where),
      chainText(leads),
    ),
    note(
      'redirects.status',
      leads.map(({ status }) => status),
    ),
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
  if (leads.length === 0) return 'answers itself';
  return leads.map(({ status, where, to }) => `${status} to ${shown(where, to)}`).join(', then ');
}

function shown(where: string, { origin }: URL): string {
  return where === 'another host' || where.endsWith('same host') ? origin : where;
}

/** What became of http and https from the first hop to the last. */
function schemes(hops: readonly Hop[], leads: readonly Lead[]): string {
  if (leads.some(({ from, to }) => from.protocol === 'https:' && to.protocol === 'http:')) {
    return 'from https to http';
  }
  const first = hops[0]?.request.url ?? '';
  if (!first.startsWith('http:')) return 'https';
  return leads.some(({ to }) => to.protocol === 'https:') ? 'from http to https' : 'http';
}
