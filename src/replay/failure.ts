/** Why there is no complete answer, told by the code of the error and the phase in which it came; never by its text. */
import type { CauseId, TransportFailure } from '../model.ts';
import { refusedAddress } from './failure-address.ts';
import { dns, type FailureContext, noCommonTls, quoted, type Verdict, verdicts } from './failure-verdicts.ts';

export type { Phase } from './failure-verdicts.ts';

/** An error of ours on the wire: the code says all. */
export class WireError extends Error {
  readonly code: string;

  constructor(code: string, message: string = code) {
    super(message);
    this.name = 'WireError';
    this.code = code;
  }
}

/** OpenSSL 3.2 calls the alerts that all versions have "ssl/tls alert", and no longer "sslv3 alert". */
const renamedAlert = /^ERR_SSL_SSL\/TLS_ALERT_/;

/**
 * The code of an error, the same for each version of OpenSSL; null where it has none, which is a bug and not a
 * failure of the network.
 */
export function errorCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ('code' in error && typeof error.code === 'string')
    return error.code.replace(renamedAlert, 'ERR_SSL_SSLV3_ALERT_');
  return error.name === 'HTTPParserError' ? 'HPE_ERROR' : null;
}

/** Classifies an error that has a code. */
export function classify(error: Error, code: string, context: FailureContext): TransportFailure {
  const known =
    code === trailers && context.phase === 'body'
      ? null
      : (verdicts[code] ?? timeVerdict(code, context) ?? refusedAddress(code, error));
  if (!known && context.phase === 'request') {
    const message = `The request cannot be sent: ${error.message}.`;
    return { phase: 'request', code, cause: 'unknown', message };
  }
  const verdict = known ?? byPhase(code, error, context);
  // On the way to a proxy everything is about the proxy.
  const atProxy = context.phase === 'proxy' && verdict.phase !== 'aborted';
  const phase = atProxy ? 'proxy' : (verdict.phase ?? context.phase);
  return { phase, code, cause: verdict.cause, message: `${verdict.message(context)} (${code}).` };
}

const proxyCauses: Readonly<Record<string, CauseId>> = {
  PROXY_REFUSED: 'proxy-intercept',
  PROXY_BAD_GATEWAY: 'gateway-down',
};

function timeVerdict(code: string, context: FailureContext): Verdict | null {
  if (code !== 'TOTAL_TIMEOUT') return null;
  const answered = context.phase === 'head' || context.phase === 'body';
  return {
    cause: answered ? 'response-timeout' : 'connection-timeout',
    message: ({ peer, timeouts, phase }) =>
      phase === 'tls'
        ? `${peer} took the connection and did not end the TLS handshake within ${timeouts.total} ms`
        : `${peer} gave no complete answer within ${timeouts.total} ms`,
  };
}

function byPhase(code: string, error: Error, { phase, begins }: FailureContext): Verdict {
  switch (phase) {
    case 'dns':
      return dns;
    case 'tls':
      if (code.startsWith('ERR_SSL') || code === 'EPROTO') return noCommonTls;
      return closed('during the TLS handshake');
    case 'proxy':
      return atProxy(code, error);
    case 'body':
      return {
        cause: 'body-truncated',
        message: ({ peer }) => brokenBody(code, peer),
      };
    case 'head':
      // TLS 1.3: the server's verdict on the handshake arrives after the client has spoken.
      if (code.startsWith('ERR_SSL')) return noCommonTls;
      return malformed.has(code) || begins?.startsWith('HTTP/1.1 101')
        ? { cause: 'connection-closed', message: (context) => wrongHead(error, code, context) }
        : closed('before a complete answer head');
    default:
      return closed('before the request was sent');
  }
}

function atProxy(code: string, error: Error): Verdict {
  const cause = proxyCauses[code];
  if (cause !== undefined)
    return { cause, message: ({ peer }) => `The proxy made no connection to ${peer}: ${error.message}` };
  return code.startsWith('HPE_')
    ? {
        cause: 'connection-closed',
        message: ({ peer }) => `${capital(peer)} answered with something that is not HTTP`,
      }
    : closed('before it opened a tunnel');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** In a body it speaks of what stands behind the last chunk. */
const trailers = 'UND_ERR_HEADERS_OVERFLOW';

function brokenBody(code: string, peer: string): string {
  if (code === trailers) return `The trailer fields from ${peer} are larger than can be read`;
  const misframed = code.startsWith('HPE_') || code === 'ERR_ASSERTION';
  return misframed ? `The body from ${peer} is not framed as HTTP says` : `The body from ${peer} was cut`;
}

/** Codes of undici by which it refuses the head of an answer. */
const malformed: ReadonlySet<string> = new Set([
  'HPE_ERROR',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'ERR_ASSERTION',
]);

/** RFC 9113 section 3.4: a server begins with a SETTINGS frame (type 4) on stream 0. */
function isSettings(begins: string): boolean {
  const [long, longer, , type, , ...stream] = [...begins.slice(0, 9)].map((each) => each.charCodeAt(0));
  return long === 0 && longer === 0 && type === 4 && stream.join() === '0,0,0,0';
}

const disagreeing = 'its fields do not agree on where the body ends';

/** undici says in brackets what is wrong with a line. */
function wrongHead({ message }: Error, code: string, { peer, begins }: FailureContext): string {
  if (begins === null || begins === '') return `${peer} answered with something that is not HTTP`;
  if (isSettings(begins)) return `${peer} speaks HTTP/2 without TLS (h2c), which why401 does not`;
  if (begins.startsWith('HTTP/') && !/^HTTP\/1\.\d \d{3}/.test(begins))
    return `The status line from ${peer} is not as HTTP/1.1 says: it begins ${quoted(begins)}`;
  if (!/^HTTP\/1\.\d \d{3}/.test(begins))
    return `${peer} answered with something that is not HTTP: it begins ${quoted(begins)}`;
  if (begins.startsWith('101', 9))
    return `${peer} switched to another protocol (101), which nobody asked for`;
  const said = /\((.+)\)$/.exec(message)?.[1];
  const reason = code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' ? disagreeing : said;
  return `The answer head from ${peer} is not as HTTP says${reason === undefined ? '' : `: ${reason}`}`;
}

function closed(when: string): Verdict {
  return {
    cause: 'connection-closed',
    message: ({ peer }) => `The connection to ${peer} ended ${when}`,
  };
}
