/** What a failure of the network means, where more than its code is looked at: dates, clocks, certificates, sizes. */
import { clientCertificateFor } from '../http/client-certificate.ts';
import type { CauseId, Certainty, ClientCertificate, Finding } from '../model.ts';
import { span } from './facts/time.ts';
import { headerValue, localMidpoint, type Subject } from './subject.ts';

/** What the failure is, where more than its code is looked at. */
export interface TransportVerdict {
  readonly cause: CauseId;
  readonly certainty: Certainty;
  /** In the place of the sentence about the failure. */
  readonly message?: string;
  /** Added to that sentence. */
  readonly more: string;
  readonly alternatives: Finding['alternatives'];
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
  'connection-closed': [
    { cause: 'edge-blocked', why_not: 'some firewalls close the connection instead of answering' },
  ],
  'connection-timeout': [
    { cause: 'ip-not-allowed', why_not: 'firewalls drop what comes from an address that they do not list' },
  ],
};

const notInTls: Finding['alternatives'] = [
  {
    cause: 'tls-to-plain-port',
    why_not: 'some services that do not speak TLS wait for more, and say nothing',
  },
];

/** Something answered, and it is not HTTP, or not as HTTP says: nobody closed a connection to keep us out. */
export function isMalformed(code: string | undefined): boolean {
  return /^(?:HPE_|UND_ERR_RES_CONTENT_LENGTH|UND_ERR_HEADERS_OVERFLOW|ERR_ASSERTION)/.test(code ?? '');
}

/** The port took the connection, and then nothing came. */
export function silentAtTls({ hop }: Subject): boolean {
  return hop.failure?.phase === 'tls' && hop.failure.cause === 'connection-timeout';
}

export function verdictOf(subject: Subject, cause: CauseId): TransportVerdict {
  const { code, busy } = subject.hop.failure ?? {};
  const likely = busy === undefined ? 'likely' : 'possible';
  const plain: TransportVerdict = {
    cause,
    certainty: exact.has(cause) && code !== 'NOT_TLS' ? 'certain' : likely,
    more: busy === undefined ? '' : `why401 itself was busy for ${Math.round(busy)} ms of that`,
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
    case 'redirect-unexpected':
      // An address that no redirect gave.
      return subject.hop.index === 1 ? { ...plain, cause: 'endpoint-wrong' } : plain;
    case 'tls-protocol':
      return handshake(subject, plain);
    case 'connection-closed':
      return { ...plain, alternatives: isMalformed(subject.hop.failure?.code) ? [] : plain.alternatives };
    case 'connection-timeout':
      return { ...plain, alternatives: silentAtTls(subject) ? notInTls : plain.alternatives };
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
function timeOfCertificate(subject: Subject, cause: CauseId): TransportVerdict {
  const { tls, clock } = subject.hop;
  const skew = measuredSkew(subject);
  const now = clock.received;
  const corrected = now + (skew ?? 0);
  const certain: TransportVerdict = { cause, certainty: 'certain', more: '', alternatives: [] };
  if (!tls) return { ...certain, certainty: 'likely' };
  const away = cause === 'tls-expired' ? now - tls.notAfter : tls.notBefore - now;
  const more = `it ${cause === 'tls-expired' ? `ended ${span(Math.max(0, away))} ago` : `begins in ${span(Math.max(0, away))}`} by the clock of this machine`;
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

/** What of the chain is missing, by the code of the check. */
const chains: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'the root that the server sent is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the server sent no certificate of the issuer, and none is known here',
  UNABLE_TO_GET_ISSUER_CERT: 'the certificate of an issuer in the chain is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate of the issuer is not known here',
};

/** Words by which filters that open TLS name their CA. */
const interceptor = /\b(?:proxy|firewall|inspection|intercept\w*|web ?filter|mitm|secure web gateway)\b/i;

function untrusted(subject: Subject, plain: TransportVerdict): TransportVerdict {
  const issuer = subject.hop.tls?.issuer ?? '';
  if (!interceptor.test(issuer)) return { ...plain, more: chains[subject.hop.failure?.code ?? ''] ?? '' };
  return {
    cause: 'proxy-intercept',
    certainty: 'possible',
    more: 'its issuer bears the name of a proxy',
    alternatives: [{ cause: 'tls-untrusted', why_not: 'a private CA may be called so, too' }],
  };
}

function presented({ environment, hop }: Subject): ClientCertificate | null {
  return clientCertificateFor(environment.transport, hop.request.url);
}

/** A server that says "bad certificate" to a client that has none means that it wants one. */
function clientCertificate(subject: Subject): TransportVerdict {
  const own = presented(subject);
  const required = subject.hop.failure?.cause === 'client-cert-missing';
  if (own === null)
    return {
      cause: 'client-cert-missing',
      certainty: required ? 'certain' : 'likely',
      ...(required
        ? {}
        : {
            message: (subject.hop.failure?.message ?? '').replace(
              'refused the client certificate',
              'ended the handshake over the client certificate',
            ),
          }),
      more: `environment "${subject.environment.name}" has none${subject.environment.transport.clientCertificate ? ' for this host' : ''}`,
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

/** Alerts of RFC 8446 section 6.2, as OpenSSL names them. */
const alerts: readonly (readonly [RegExp, string])[] = [
  [/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/, 'the two have no version of TLS in common'],
  [/UNRECOGNIZED_NAME/, 'the server has no certificate for this name'],
  [/NO_SHARED_CIPHER|INSUFFICIENT_SECURITY/, 'the two have no cipher in common'],
  [/NO_APPLICATION_PROTOCOL/, 'the server does not speak the version of HTTP that was offered (ALPN)'],
  [/HANDSHAKE_FAILURE/, 'the server does not say more'],
];

function handshake(subject: Subject, plain: TransportVerdict): TransportVerdict {
  const code = subject.hop.failure?.code ?? '';
  const found = alerts.find(([pattern]) => pattern.test(code));
  const silent = /HANDSHAKE_FAILURE/.test(code) && presented(subject) === null;
  return {
    ...plain,
    more: found?.[1] ?? '',
    alternatives: silent
      ? [
          {
            cause: 'client-cert-missing',
            why_not: 'before TLS 1.3 the alert for a missing client certificate is the same',
          },
        ]
      : [],
  };
}

function truncated(subject: Subject, plain: TransportVerdict): TransportVerdict {
  const { response } = subject.hop;
  const announced = response ? headerValue(response, 'content-length') : null;
  const coded = response ? headerValue(response, 'content-encoding') : null;
  if (!response || announced === null || coded !== null) return plain;
  const missing = Number(announced) - response.body.bytes;
  return missing > 0
    ? { ...plain, certainty: 'certain', more: `${response.body.bytes} of ${announced} bytes came` }
    : plain;
}
