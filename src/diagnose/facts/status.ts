/** What a status says by itself (RFC 9110 section 15, RFC 6585): whatever the credential was, these are not about it. */
import { clientCertificateFor } from '../../http/client-certificate.ts';
import type { CauseId } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { headerValue, type Subject } from '../subject.ts';
import { clip, isHtml, textOf, typeOf, urlOf } from './wire.ts';

interface Reading {
  readonly names: readonly CauseId[];
  readonly weight: 1 | 2 | 3;
  readonly seen: string;
  readonly excludes?: readonly CauseId[];
}

const readings: Readonly<Record<number, Reading>> = {
  404: { names: ['route-missing'], weight: 1, seen: '404: no such resource, or none for this credential' },
  407: {
    names: ['proxy-auth-required'],
    weight: 3,
    seen: '407: a proxy on the way asks for credentials',
    // Its page is that of a proxy that answers in the place of the server, whatever it asks for.
    excludes: ['proxy-intercept'],
  },
  421: { names: ['host-not-allowed'], weight: 2, seen: '421: this connection does not serve that host' },
  426: { names: ['http-not-allowed'], weight: 1, seen: '426: another protocol is asked for' },
  431: { names: ['header-too-large'], weight: 3, seen: '431: the header fields are too large' },
  440: { names: ['session-expired'], weight: 2, seen: '440: the login has timed out' },
  494: { names: ['header-too-large'], weight: 3, seen: '494: the header fields are too large' },
  495: { names: ['client-cert-invalid'], weight: 3, seen: '495: the client certificate was not accepted' },
  496: { names: ['client-cert-missing'], weight: 3, seen: '496: no client certificate was sent' },
  497: { names: ['plain-to-tls-port'], weight: 3, seen: '497: plain http was sent to an https port' },
  498: {
    names: ['token-expired', 'token-invalid-unspecified'],
    weight: 1,
    seen: '498: the token was not accepted',
  },
  511: { names: ['proxy-intercept'], weight: 3, seen: '511: the network asks for a login' },
};

export function statusFacts(subject: Subject): Evidence[] {
  const { response, hop } = subject;
  if (!response) return [];
  const reading = readings[response.status];
  const plain = reading
    ? [
        evidence(`status/${response.status}`, {
          names: reading.names,
          weight: reading.weight,
          excludes: reading.excludes ?? [],
          lines: [{ hop: hop.index, field: 'answer', seen: reading.seen }],
        }),
      ]
    : [];
  return [
    ...plain,
    ...plainHttp(subject),
    ...method(subject),
    ...tokenRequestByGet(subject),
    ...limit(subject),
    ...certificate(subject),
    ...gateway(subject),
  ];
}

/** A server that asks for https has this on its side. */
function plainHttp({ response, hop }: Subject): Evidence[] {
  if (!response || response.status < 300 || !hop.request.url.startsWith('http:')) return [];
  const seen = 'sent over plain http';
  return [
    evidence('status/plain-http', {
      fits: ['http-not-allowed', 'plain-to-tls-port'],
      lines: [{ hop: hop.index, field: 'request', seen }],
    }),
  ];
}

/** RFC 6749 section 3.2: a token is asked for with POST; many servers have no other route. */
function tokenRequestByGet({ stage, response, hop }: Subject): Evidence[] {
  const { method: sent, url } = hop.request;
  const asks = sent === 'GET' && (urlOf(url)?.searchParams.has('grant_type') ?? false);
  if (stage === 'authorization' || !asks || ![400, 404, 405, 501].includes(response?.status ?? 0)) return [];
  return [
    evidence('status/token-request-by-get', {
      names: ['method-wrong'],
      weight: 2,
      lines: [{ hop: hop.index, field: 'request', seen: 'GET with grant_type; a token endpoint takes POST' }],
    }),
  ];
}

/** RFC 9110 section 15.5.6: the methods that there are. */
function method(subject: Subject): Evidence[] {
  const { response, hop } = subject;
  if (response?.status !== 405 && response?.status !== 501) return [];
  const allow = headerValue(response, 'allow');
  const { method: sent } = hop.request;
  const methods = (allow ?? '').toUpperCase().split(/[\s,]+/);
  const first = subject.failing.hops[0]?.request.method;
  if (first !== undefined && first !== sent) return [];
  const named = allow !== null && !methods.includes(sent);
  return [
    evidence('status/method', {
      names: named ? ['method-wrong'] : ['method-wrong', 'route-missing', 'endpoint-wrong'],
      weight: named ? 3 : 2,
      lines: [
        {
          hop: hop.index,
          field: 'answer',
          seen: `${response.status} to ${sent}${allow === null ? '' : `; allowed are ${allow || 'none'}`}`,
        },
      ],
    }),
  ];
}

/** What pages want that try for a browser or a human; they come with 429 too. */
const challenges = /captcha|challenge|javascript|<script|\bhuman\b|your browser/i;

function limit(subject: Subject): Evidence[] {
  const { response, hop } = subject;
  if (!response) return [];
  const remaining = ['x-ratelimit-remaining', 'ratelimit-remaining', 'x-rate-limit-remaining'].find(
    (name) => headerValue(response, name)?.trim() === '0',
  );
  if (response.status !== 429 && (response.status !== 403 || remaining === undefined)) return [];
  const after = headerValue(response, 'retry-after');
  const text = textOf(response);
  const page = isHtml(text) && after === null && remaining === undefined && challenges.test(text);
  const seen = [
    String(response.status),
    after === null ? '' : `retry-after: ${after}`,
    remaining === undefined ? '' : `${remaining}: 0`,
  ];
  return [
    evidence('status/rate-limit', {
      names: page ? ['rate-limited', 'edge-challenge'] : ['rate-limited'],
      weight: page ? 2 : response.status === 429 ? 3 : 2,
      lines: [{ hop: hop.index, field: 'answer', seen: seen.filter((part) => part !== '').join(', ') }],
    }),
  ];
}

/** Others speak of certificates that are their data. */
const ofConnection = /\b(?:client|ssl|m?tls|peer)[ -]?cert/i;

/** A server that speaks of a certificate of the connection: whether one was sent is known here. */
function certificate(subject: Subject): Evidence[] {
  const { response, hop, environment } = subject;
  const refused = response !== null && [400, 401, 403, 495, 496].includes(response.status);
  if (!refused || !hop.request.url.startsWith('https:') || !ofConnection.test(subject.text)) return [];
  const sent = clientCertificateFor(environment.transport, hop.request.url) !== null;
  const seen = sent ? 'a client certificate was offered' : 'no client certificate was offered';
  return [
    evidence('tls/client-certificate', {
      names: [sent ? 'client-cert-invalid' : 'client-cert-missing'],
      excludes: [sent ? 'client-cert-missing' : 'client-cert-invalid'],
      weight: 1,
      lines: [{ hop: hop.index, field: 'tls', seen }],
    }),
  ];
}

/** 502 to 504 come from who stands in front; 500 from a server that may have lost its authorization server. */
function gateway(subject: Subject): Evidence[] {
  const { response, hop } = subject;
  if (!response || response.status < 500 || response.status > 504) return [];
  const { status } = response;
  const text = textOf(response);
  const page = isHtml(text) || typeOf(response) === '' || text.trim() === '';
  const server = headerValue(response, 'server') ?? headerValue(response, 'via');
  const shown = clip(
    text.replace(/<(?:style|script)[\s\S]{0,4000}?<\/(?:style|script)>|<[^>]{0,400}>/g, ' '),
    80,
  );
  const parts = [String(status), shown, server === null ? '' : `(${server})`];
  const seen = parts.filter((part) => part !== '').join(' ');
  const lines = [{ hop: hop.index, field: 'answer', seen }];
  if (status === 504)
    return [evidence('gateway/timeout', { names: ['gateway-timeout'], excludes: ['gateway-down'], lines })];
  if (status === 502)
    return [
      evidence('gateway/down', { names: ['gateway-down'], weight: page ? 3 : 2, lines }),
      // A connection that is refused, one that does not speak as expected, an authenticator that is down: one answer for all.
      evidence('gateway/behind', { names: ['gateway-misconfigured', 'idp-unreachable'], weight: 1, lines }),
    ];
  if (status === 503) {
    return [evidence('gateway/unavailable', { names: ['gateway-down'], weight: 2, lines })];
  }
  const withCredential = subject.uses.length > 0;
  return status === 500 && withCredential && page
    ? [
        evidence('gateway/error', {
          names: ['gateway-misconfigured', 'idp-unreachable', 'jwks-unavailable'],
          weight: 1,
          lines,
        }),
      ]
    : [];
}
