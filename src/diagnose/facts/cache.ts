/** Answers of caches to requests with credentials (RFC 9111 section 3.5). */
import { type Evidence, evidence } from '../evidence.ts';
import { headerValue, type Subject } from '../subject.ts';
import { isSafeMethod, lastHop, routeOf, sentField } from './wire.ts';

/** Fields in which caches say what they did. */
const cacheFields = [
  'x-cache',
  'cf-cache-status',
  'x-proxy-cache',
  'x-cache-status',
  'x-varnish-cache',
  'x-drupal-cache',
  'cache-status',
  'x-nginx-cache',
  'x-served-from-cache',
];

export function cacheFacts(subject: Subject): Evidence[] {
  const { response, hop } = subject;
  if (!response || subject.stage !== 'resource' || !isSafeMethod(hop.request.method)) return [];
  const told = hitOf(subject);
  if (told === null) return unmarked(subject);
  const carried = subject.uses.length > 0 || sentField(hop, 'authorization') !== null;
  if (!carried && sentField(hop, 'cookie') === null) return [];
  const same = sameBytes(subject);
  const lines = [
    { hop: hop.index, field: told.field, seen: told.seen },
    ...(same === null ? [] : [{ hop: null, field: 'body', seen: same }]),
  ];
  const names = ['cached-response'];
  return [
    evidence('cache/answered', { names, weight: told.sure || same ? 3 : 2, lines }),
    ...(same === null || response.status < 400 ? [] : [stated(told, hop.index)]),
  ];
}

/** What a cache says of an answer that comes without the credential as well; null where none says anything. */
export function cachedAnswer(subject: Subject): Evidence | null {
  const { response, hop } = subject;
  const told = hitOf(subject);
  return told === null || (response?.status ?? 0) < 400 ? null : stated(told, hop.index);
}

/** A cache that says so itself, and an answer that did go to somebody else. */
function stated({ field, seen }: Hit, hop: number): Evidence {
  return evidence('cache/says', {
    kind: 'text',
    names: ['cached-response'],
    told: {
      says: 'A cache says that it answered.',
      fix: null,
      references: ['RFC 9111 section 3.5'],
    },
    lines: [{ hop, field, seen }],
  });
}

interface Hit {
  readonly field: string;
  readonly seen: string;
  readonly sure: boolean;
}

/** A cache may say nothing of itself. Many servers have one page for all whom they refuse, so that this is a hint at most. */
function unmarked(subject: Subject): Evidence[] {
  const same = subject.uses.length > 0 ? sameBytes(subject) : null;
  if (same === null) return [];
  return [
    evidence('cache/same-bytes', {
      names: ['credentials-stripped-by-proxy', 'cached-response'],
      weight: 1,
      lines: [{ hop: null, field: 'body', seen: same }],
    }),
  ];
}

function hitOf(subject: Subject): Hit | null {
  const { response } = subject;
  if (!response) return null;
  const age = headerValue(response, 'age');
  const aged = age !== null && /^\d+$/.test(age.trim()) && Number(age) > 0;
  for (const field of cacheFields) {
    const value = headerValue(response, field);
    // Error pages of the cache itself are no stored answers.
    if (value !== null && /\bhit\b/i.test(value) && !/error/i.test(value))
      return { field, seen: value, sure: aged };
  }
  return aged ? { field: 'age', seen: `${age} s in a cache`, sure: false } : null;
}

/** The same bytes came for another credential, or for none. */
function sameBytes(subject: Subject): string | null {
  const own = subject.response?.body.sha256;
  const route = routeOf(subject.hop);
  if (!own || subject.response?.body.bytes === 0) return null;
  const found = subject.past.find(({ environment, exchange }) => {
    const hop = lastHop(exchange);
    return (
      environment === subject.environment.name &&
      hop?.response?.body.sha256 === own &&
      hop.response.status === subject.response?.status &&
      routeOf(hop) === route &&
      !exchange.credentials.some(({ fingerprint }) =>
        subject.uses.some((use) => use.fingerprint === fingerprint),
      )
    );
  });
  return found ? `the same bytes as in step "${found.step}", which sent another credential or none` : null;
}
