import { expect } from 'chai';
import { classify, errorCode, type Phase, WireError } from '../../src/replay/failure.ts';

describe('classify', () => {
  const context = {
    peer: 'api.example.test:443',
    hostname: 'api.example.test',
    timeouts: { connect: 1, head: 2, body: 3, total: 4 },
    begins: null,
    tls: null,
  };
  const rows: readonly [code: string, seen: Phase, phase: Phase, cause: string][] = [
    ['ENOTFOUND', 'dns', 'dns', 'dns-failure'],
    ['EAI_AGAIN', 'dns', 'dns', 'dns-failure'],
    ['ECONNREFUSED', 'connect', 'connect', 'connection-refused'],
    ['ECONNREFUSED', 'proxy', 'proxy', 'connection-refused'],
    ['EHOSTUNREACH', 'connect', 'connect', 'connection-timeout'],
    ['TOTAL_TIMEOUT', 'connect', 'connect', 'connection-timeout'],
    ['TOTAL_TIMEOUT', 'body', 'body', 'response-timeout'],
    ['ECONNRESET', 'tls', 'tls', 'connection-closed'],
    ['ECONNRESET', 'head', 'head', 'connection-closed'],
    ['ECONNRESET', 'body', 'body', 'body-truncated'],
    ['EPIPE', 'head', 'head', 'connection-closed'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'head', 'tls', 'client-cert-missing'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'head', 'tls', 'client-cert-invalid'],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'tls', 'tls', 'client-cert-invalid'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'tls', 'tls', 'tls-protocol'],
    ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'head', 'tls', 'tls-protocol'],
    ['PROXY_AUTH_REQUIRED', 'proxy', 'proxy', 'proxy-auth-required'],
    ['PROXY_BAD_GATEWAY', 'proxy', 'proxy', 'gateway-down'],
    ['PROXY_REFUSED', 'proxy', 'proxy', 'proxy-intercept'],
    ['UND_ERR_INVALID_ARG', 'request', 'request', 'unknown'],
  ];
  for (const [code, seen, phase, cause] of rows) {
    it(`reads ${code} in phase ${seen} as ${cause}`, () => {
      const failure = classify(new WireError(code, 'text'), code, { ...context, phase: seen });
      expect([failure.code, failure.phase, failure.cause]).to.deep.equal([code, phase, cause]);
      expect(failure.message).to.match(/\.$/);
    });
  }

  const words: readonly [code: string, seen: Phase, begins: string | null, message: string][] = [
    ['HPE_ERROR', 'head', 'SSH-2.0', 'P answered with something that is not HTTP: it begins "SSH-2.0"'],
    [
      'HPE_ERROR',
      'head',
      'HTTP/1.1 None',
      'The status line from P is not as HTTP/1.1 says: it begins "HTTP/1.1 None"',
    ],
    [
      'HPE_ERROR',
      'head',
      '\0\0\x12\x04\0\0\0\0\0\0\x03',
      'P speaks HTTP/2 without TLS (h2c), which why401 does not',
    ],
    [
      'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
      'head',
      'HTTP/1.1 200 OK',
      'The answer head from P is not as HTTP says: its fields do not agree on where the body ends',
    ],
    ['HPE_INVALID_CONSTANT', 'proxy', null, 'P answered with something that is not HTTP'],
    ['ECONNRESET', 'proxy', null, 'The connection to P ended before it opened a tunnel'],
    ['PROXY_REFUSED', 'proxy', null, 'The proxy made no connection to P: text'],
    ['TOTAL_TIMEOUT', 'tls', null, 'P took the connection and did not end the TLS handshake within 4 ms'],
    ['TOTAL_TIMEOUT', 'connect', null, 'P gave no complete answer within 4 ms'],
  ];
  for (const [code, phase, begins, message] of words) {
    it(`says of ${code} in phase ${phase}: ${message}`, () => {
      const failure = classify(new WireError(code, 'text'), code, { ...context, peer: 'P', phase, begins });
      expect(failure.message).to.equal(`${message} (${code}).`);
    });
  }

  it('takes an error without a code for a bug', () => {
    expect([errorCode(new TypeError('x is not a function')), errorCode('text')]).to.deep.equal([null, null]);
  });

  it('reads the alerts of each OpenSSL alike', () => {
    const codes = ['BAD_CERTIFICATE', 'CERTIFICATE_EXPIRED', 'HANDSHAKE_FAILURE'].map((alert) =>
      errorCode(new WireError(`ERR_SSL_SSL/TLS_ALERT_${alert}`)),
    );
    expect(codes).to.deep.equal([
      'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
      'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
      'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
    ]);
  });
});
