/** No complete answer: told apart by code, at the door, so that nothing is left to diagnose but the words. */
import type { CauseId, Certainty, EvidenceLine, Finding, Hop } from '../model.ts';
import { span } from './facts/time.ts';
import { headerValue, localMidpoint, type Subject } from './subject.ts';
import { transportFix } from './transport-fix.ts';
import { causeOf } from './vocabulary.ts';

/** What the failure is, where more than its code is looked at. */
interface Verdict {
  readonly cause: CauseId;
  readonly certainty: Certainty;
  /** Added to the sentence about the failure. */
  readonly more: string;
  readonly alternatives: Finding['alternatives'];
}

export function transportFinding(subject: Subject): Finding | null {
  const { failure } = subject.hop;
  if (!failure || failure.phase === 'aborted' || failure.cause === '') return null;
  const verdict = verdictOf(subject, failure.cause);
  return {
    cause: verdict.cause,
    check: null,
    environment: subject.environment.name,
    severity: 'error',
    expected: false,
    certainty: verdict.certainty,
    summary: verdict.more === '' ? failure.message : failure.message.replace(/\.$/, `: ${verdict.more}.`),
    hop: subject.hop.index,
    evidence: evidenceOf(subject),
    experiments: [],
    ...transportFix(subject, verdict.cause),
    references: causeOf(verdict.cause)?.references ?? [],
    alternatives: verdict.alternatives,
  };
}

/** The code maps to this one cause. Others may hide another: a firewall that drops, a busy server. */
const exact: ReadonlySet<CauseId> = new Set([
  'dns-failure',
  'connection-refused',
  'tls-untrusted',
  'tls-host-mismatch',
  'tls-to-plain-port',
  'plain-to-tls-port',
  'proxy-auth-required',
]);

const usual: Readonly<Record<CauseId, Finding['alternatives']>> = {
  'tls-protocol': [
    {
      cause: 'client-cert-missing',
      why_not: 'before TLS 1.3 the alert for a missing client certificate is the same',
    },
  ],
  'connection-closed': [
    { cause: 'edge-blocked', why_not: 'some firewalls close the connection instead of answering' },
  ],
  'connection-timeout': [
    { cause: 'ip-not-allowed', why_not: 'firewalls drop what comes from an address that they do not list' },
  ],
};

function verdictOf(subject: Subject, cause: CauseId): Verdict {
  const plain: Verdict = {
    cause,
    certainty: exact.has(cause) ? 'certain' : 'likely',
    more: '',
    alternatives: usual[cause] ?? [],
  };
  switch (cause) {
    case 'tls-expired':
    case 'tls-not-yet-valid':
      return timeOfCertificate(subject, cause);
    case 'tls-untrusted':
      return untrusted(subject, plain);
    case 'client-cert-invalid':
    case 'client-cert-missing':
      return clientCertificate(subject);
    case 'body-truncated':
      return truncated(subject, plain);
    default:
      // Who answers on the way to a proxy, and with what, says less than the peer's own answer.
      return subject.hop.failure?.phase === 'proxy' && cause.startsWith('tls-')
        ? { ...plain, certainty: 'likely' }
        : plain;
  }
}

/** Dates are held against our clock, and that against the Date of what this run got before. */
function timeOfCertificate(subject: Subject, cause: CauseId): Verdict {
  const { tls, clock } = subject.hop;
  const skew = measuredSkew(subject);
  const now = clock.received;
  const corrected = now + (skew ?? 0);
  const certain: Verdict = { cause, certainty: 'certain', more: '', alternatives: [] };
  if (!tls) return { ...certain, certainty: 'likely' };
  const away = cause === 'tls-expired' ? now - tls.notAfter : tls.notBefore - now;
  const more = `${span(Math.max(0, away))} ${cause === 'tls-expired' ? 'ago' : 'ahead'} by the clock of this machine`;
  if (skew !== null && corrected > tls.notBefore && corrected < tls.notAfter)
    return {
      cause: 'clock-skew',
      certainty: 'likely',
      more: `${more}, which is ${span(Math.abs(skew))} ${skew < 0 ? 'ahead of' : 'behind'} that of the servers, by which the certificate is valid`,
      alternatives: [{ cause, why_not: 'the certificate is valid by the Date of an earlier answer' }],
    };
  if (cause === 'tls-expired' || skew !== null) return { ...certain, more };
  // A machine that was just started is behind at times; nothing here says that this one is not.
  return {
    ...certain,
    certainty: 'likely',
    more,
    alternatives: [
      {
        cause: 'clock-skew',
        why_not: 'no answer of this run has shown that the clock of this machine is right',
      },
    ],
  };
}

/** How far servers are ahead of our clock, by the last answer with a Date; null: there was none. */
function measuredSkew(subject: Subject): number | null {
  const hops = [...subject.past.flatMap(({ exchange }) => exchange.hops), ...subject.failing.hops];
  const dated = hops.flatMap((hop) => {
    const text = hop.response ? headerValue(hop.response, 'date') : null;
    const date = text === null ? Number.NaN : Date.parse(text);
    return Number.isNaN(date) ? [] : [date - localMidpoint(hop)];
  });
  return dated.at(-1) ?? null;
}

/** Words by which filters that open TLS name their CA. */
const interceptor = /\b(?:proxy|firewall|inspection|intercept\w*|web ?filter|mitm|secure web gateway)\b/i;

function untrusted(subject: Subject, plain: Verdict): Verdict {
  const issuer = subject.hop.tls?.issuer ?? '';
  if (!interceptor.test(issuer)) return plain;
  return {
    cause: 'proxy-intercept',
    certainty: 'possible',
    more: 'the name of the issuer is one of a proxy',
    alternatives: [{ cause: 'tls-untrusted', why_not: 'a private CA may be called so, too' }],
  };
}

/** A server that says "bad certificate" to a client that has none means that it wants one. */
function clientCertificate(subject: Subject): Verdict {
  const { clientCertificate: own } = subject.environment.transport;
  const required = subject.hop.failure?.cause === 'client-cert-missing';
  if (own === null)
    return {
      cause: 'client-cert-missing',
      certainty: required ? 'certain' : 'likely',
      more: `environment "${subject.environment.name}" has none`,
      alternatives: [],
    };
  return required
    ? {
        cause: 'client-cert-missing',
        certainty: 'likely',
        more: 'that of this environment was not taken',
        alternatives: [{ cause: 'client-cert-invalid', why_not: 'the alert says that none came' }],
      }
    : { cause: 'client-cert-invalid', certainty: 'likely', more: '', alternatives: [] };
}

function truncated(subject: Subject, plain: Verdict): Verdict {
  const { response } = subject.hop;
  const announced = response ? headerValue(response, 'content-length') : null;
  const coded = response ? headerValue(response, 'content-encoding') : null;
  if (!response || announced === null || coded !== null) return plain;
  const missing = Number(announced) - response.body.bytes;
  return missing > 0
    ? { ...plain, certainty: 'certain', more: `${response.body.bytes} of ${announced} bytes came` }
    : plain;
}

function evidenceOf(subject: Subject): EvidenceLine[] {
  const { hop } = subject;
  const { failure, tls } = hop;
  const before = subject.failing.hops.find(({ index }) => index === hop.index - 1);
  const location = before?.response ? headerValue(before.response, 'location') : null;
  const at = (field: string, seen: string): EvidenceLine => ({ hop: hop.index, field, seen });
  return [
    ...(before?.response && location !== null
      ? [{ hop: before.index, field: 'redirect', seen: `${before.response.status} to ${location}` }]
      : []),
    at('request', `${hop.request.method} ${hop.request.url}`),
    ...addressLines(subject, at),
    ...(failure ? [at(failure.phase, `${failure.code} after ${Math.round(hop.timings.total)} ms`)] : []),
    ...(tls && aboutCertificate(failure?.cause ?? '') ? certificateLines(hop, at) : []),
    ...(hop.response
      ? [at('answer', `${hop.response.status}, ${hop.response.body.bytes} bytes of the body came`)]
      : []),
  ];
}

function aboutCertificate(cause: CauseId): boolean {
  return ['tls-untrusted', 'tls-expired', 'tls-not-yet-valid', 'tls-host-mismatch'].includes(cause);
}

type Line = (field: string, seen: string) => EvidenceLine;

function addressLines(subject: Subject, at: Line): EvidenceLine[] {
  const { hop, environment } = subject;
  const { connectTo, proxy } = environment.transport;
  const url = URL.canParse(hop.request.url) ? new URL(hop.request.url) : null;
  const port = url === null ? '' : url.port || (url.protocol === 'https:' ? '443' : '80');
  const mapped = url === null ? undefined : connectTo.get(`${url.hostname}:${port}`);
  return [
    ...(mapped === undefined
      ? []
      : [at('connect_to', `${url?.hostname}:${port} is looked for at ${mapped}`)]),
    ...(proxy === null ? [] : [at('proxy', 'through the proxy of this environment')]),
    ...(hop.remote === null ? [] : [at('address', hop.remote)]),
  ];
}

function certificateLines(hop: Hop, at: Line): EvidenceLine[] {
  if (!hop.tls) return [];
  const { subject, issuer, names, notBefore, notAfter } = hop.tls;
  return [
    at('certificate', `${subject}; issued by ${issuer}`),
    at('names', names.join(', ') || 'none'),
    at('validity', `${iso(notBefore)} to ${iso(notAfter)}; it was ${iso(hop.clock.received)} here`),
  ];
}

function iso(time: number): string {
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
