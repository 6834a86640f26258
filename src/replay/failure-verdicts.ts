/** What the codes of errors mean on the wire, in words. */
import type { Timeouts } from '../doors.ts';
import type { CauseId, TlsFacts, TransportFailure } from '../model.ts';

export type Phase = TransportFailure['phase'];

export interface FailureContext {
  readonly phase: Phase;
  /** `host:port` that was spoken to. */
  readonly peer: string;
  readonly hostname: string;
  readonly timeouts: Timeouts;
  /** The first bytes of the answer, one a character, without secrets; null while none came. */
  readonly begins: string | null;
  readonly tls: TlsFacts | null;
}

export interface Verdict {
  readonly cause: CauseId;
  /** Where the code belongs to another phase than the one in which it came to light. */
  readonly phase?: Phase;
  readonly message: (context: FailureContext) => string;
}

export const dns: Verdict = {
  cause: 'dns-failure',
  phase: 'dns',
  message: ({ peer }) => `The name of ${peer} does not resolve`,
};
const unreachable: Verdict = {
  cause: 'connection-timeout',
  message: ({ peer }) => `There is no way to ${peer}`,
};
const untrusted: Verdict = {
  cause: 'tls-untrusted',
  phase: 'tls',
  message: ({ hostname, tls }) =>
    `The certificate of ${hostname}${tls ? ` (${tls.subject}; issued by ${tls.issuer})` : ''} does not lead to a trusted CA`,
};
const plainPort: Verdict = {
  cause: 'tls-to-plain-port',
  phase: 'tls',
  message: ({ peer }) => `${peer} does not answer in TLS: it looks like a plain http port`,
};
const clientRefused: Verdict = {
  cause: 'client-cert-invalid',
  phase: 'tls',
  message: ({ hostname }) => `${hostname} refused the client certificate`,
};
export const noCommonTls: Verdict = {
  cause: 'tls-protocol',
  phase: 'tls',
  message: ({ peer }) => `The TLS handshake with ${peer} failed`,
};

/** By code. */
export const verdicts: Readonly<Record<string, Verdict>> = {
  ENOTFOUND: dns,
  EAI_AGAIN: dns,
  ENODATA: dns,
  ECONNREFUSED: {
    cause: 'connection-refused',
    message: ({ peer }) => `Nothing listens at ${peer}`,
  },
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ETIMEDOUT: unreachable,
  CONNECT_TIMEOUT: {
    cause: 'connection-timeout',
    message: ({ peer, timeouts, phase }) =>
      phase === 'tls'
        ? `${peer} took the connection and did not end the TLS handshake within ${timeouts.connect} ms`
        : `No connection to ${peer} within ${timeouts.connect} ms`,
  },
  UND_ERR_HEADERS_TIMEOUT: {
    cause: 'response-timeout',
    message: ({ peer, timeouts }) => `${peer} sent no complete answer head within ${timeouts.head} ms`,
  },
  UND_ERR_BODY_TIMEOUT: {
    cause: 'response-timeout',
    message: ({ peer, timeouts }) => `${peer} began to answer and then sent nothing for ${timeouts.body} ms`,
  },
  ABORT_ERR: {
    cause: 'unknown',
    phase: 'aborted',
    message: ({ phase }) => `The run was stopped in phase "${phase}"`,
  },
  UND_ERR_DESTROYED: {
    cause: 'unknown',
    phase: 'aborted',
    message: ({ phase }) => `The run was ended in phase "${phase}"`,
  },
  BODY_TOO_LARGE: {
    cause: 'unknown',
    message: ({ peer }) => `The body from ${peer} is larger than can be read`,
  },
  UND_ERR_HEADERS_OVERFLOW: {
    cause: 'connection-closed',
    message: ({ peer }) => `The header fields from ${peer} are larger than can be read`,
  },
  PROXY_AUTH_REFUSED: {
    cause: 'proxy-auth-required',
    phase: 'proxy',
    message: () => 'The proxy refused its user and password before in this run: nothing was sent to it',
  },
  PROXY_AUTH_REQUIRED: {
    cause: 'proxy-auth-required',
    phase: 'proxy',
    message: ({ peer }) => `The proxy wants credentials before it connects to ${peer}`,
  },
  CERT_HAS_EXPIRED: {
    cause: 'tls-expired',
    phase: 'tls',
    message: ({ hostname, tls }) =>
      `The certificate of ${hostname} has expired${tls ? `: valid from ${iso(tls.notBefore)} to ${iso(tls.notAfter)}` : ''}`,
  },
  CERT_NOT_YET_VALID: {
    cause: 'tls-not-yet-valid',
    phase: 'tls',
    message: ({ hostname, tls }) =>
      `The certificate of ${hostname} is not valid yet${tls ? `: valid from ${iso(tls.notBefore)} to ${iso(tls.notAfter)}` : ''}`,
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    cause: 'tls-host-mismatch',
    phase: 'tls',
    message: ({ hostname, tls }) =>
      `The certificate is not for ${hostname}${tls ? ` but for ${tls.names.join(', ') || tls.subject}` : ''}`,
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_UNTRUSTED: untrusted,
  INVALID_CA: untrusted,
  CERT_SIGNATURE_FAILURE: untrusted,
  ERR_SSL_WRONG_VERSION_NUMBER: plainPort,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: plainPort,
  ERR_SSL_HTTP_REQUEST: plainPort,
  NOT_TLS: {
    cause: 'tls-to-plain-port',
    phase: 'tls',
    message: ({ peer, begins }) =>
      `${peer} speaks neither TLS nor HTTP: it ${begins ? `answers ${quoted(begins)}` : 'says nothing that tells what it speaks'}`,
  },
  PLAIN_TO_TLS: {
    cause: 'plain-to-tls-port',
    phase: 'head',
    message: ({ peer }) => `${peer} answers in TLS to plain http`,
  },
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: {
    cause: 'client-cert-missing',
    phase: 'tls',
    message: ({ hostname }) => `${hostname} wants a client certificate`,
  },
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: clientRefused,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: clientRefused,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: clientRefused,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: clientRefused,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: clientRefused,
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: clientRefused,
};

function iso(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

/** Characters of an answer that are shown. */
const shown = 40;

/** The beginning of what came, for a sentence. */
export function quoted(begins: string): string {
  const text = begins.slice(0, shown);
  return JSON.stringify(text === begins ? text : `${text}...`);
}
