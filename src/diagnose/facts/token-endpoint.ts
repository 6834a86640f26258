/** Whether a token endpoint stands where the request was sent (RFC 6749 section 3.2, RFC 8414 section 2). */
import type { Hop } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { headerValue, type Subject } from '../subject.ts';
import { publishedMetadata } from './server-metadata.ts';
import { tokenParameters } from './token-request.ts';
import { urlOf } from './wire.ts';

export function tokenEndpointFacts(subject: Subject): Evidence[] {
  const [first] = subject.failing.hops;
  if (subject.stage !== 'token' || !first) return [];
  return [...nothingThere(subject, first), ...redirected(subject, first), ...brokeDown(subject)];
}

/** RFC 9110 section 15.6.1: it breaks down of its own; but a request may be what it cannot deal with, so no more than a hint. */
function brokeDown({ response, error, hop }: Subject): Evidence[] {
  const status = response?.status ?? 0;
  if (status < 500 || (status >= 502 && status <= 504) || error !== null) return [];
  const lines = [{ hop: hop.index, field: 'answer', seen: `${status}, and no OAuth error` }];
  return [evidence('endpoint/broke-down', { names: ['idp-unreachable'], weight: 1, lines })];
}

/** A token endpoint answers itself: who redirects has it elsewhere, or serves something else here. */
function redirected({ response }: Subject, own: Hop): Evidence[] {
  const status = response?.status ?? 0;
  const to = response && status >= 300 && status < 400 ? headerValue(response, 'location') : null;
  if (to === null || !tokenParameters(own)) return [];
  return [
    evidence('endpoint/redirects', {
      names: ['endpoint-wrong'],
      weight: 2,
      lines: [
        { hop: own.index, field: 'location', seen: `${status} to ${to}; a token endpoint redirects nobody` },
      ],
    }),
  ];
}

/** Nothing answers at the URL that was called, and the metadata that the server itself publishes name another. */
function nothingThere(subject: Subject, own: Hop): Evidence[] {
  const status = subject.response?.status ?? 0;
  const endpoint = publishedMetadata(subject)?.['token_endpoint'];
  const called = urlOf(own.request.url);
  const named = typeof endpoint === 'string' ? urlOf(endpoint) : null;
  if (![404, 405, 410].includes(status) || subject.error !== null || !called || !named) return [];
  const [from, to] = [called.origin + called.pathname, named.origin + named.pathname];
  if (from === to) return [];
  const lines = [
    { hop: own.index, field: 'token_endpoint', seen: `${status} at ${from}; the metadata name ${to}` },
  ];
  const names = ['endpoint-wrong'];
  return [
    evidence('endpoint/nothing-there', { names, lines }),
    evidence('endpoint/published', {
      kind: 'text',
      names,
      told: {
        says: `The authorization server says that its token endpoint is ${to}.`,
        fix: null,
        references: ['RFC 8414 section 2'],
      },
      lines,
    }),
  ];
}
