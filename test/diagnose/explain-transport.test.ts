import { expect } from 'chai';
import type { Subject } from '../../src/diagnose/subject.ts';
import { transportFinding } from '../../src/diagnose/transport.ts';
import type { Environment, Finding, Hop, TlsFacts, TransportFailure } from '../../src/model.ts';
import { expectGolden } from '../support/golden.ts';
import { about, type Given } from './explain-subjects.ts';
import { now, production } from './subjects.ts';

const day = 86_400_000;
const tls: TlsFacts = {
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  subject: 'CN=api.example.test',
  issuer: 'CN=Example CA',
  names: ['api.example.test', 'www.example.test'],
  notBefore: now - 90 * day,
  notAfter: now + 90 * day,
  verified: false,
};

function failing(failure: TransportFailure, over: Partial<Hop> = {}, given: Given = {}): Subject {
  const hop = {
    over: {
      response: null,
      remote: null,
      failure,
      timings: { connect: null, head: null, total: 12.3 },
      ...over,
    },
  };
  return about({ stage: 'transport', ...given, hops: [...(given.hops ?? []), hop] });
}
const reach = (over: Partial<Environment['transport']>): Environment => ({
  ...production,
  originSources: { api: { file: 'specs/why401.yml', line: 5, column: 7 } },
  transport: { ...production.transport, ...over },
});
const mapped = { environment: reach({ connectTo: new Map([['api.example.test:443', '10.0.0.1:8443']]) }) };
const proxied = { environment: reach({ proxy: 'http://proxy.test:3128' }) };
const certificate = { environment: reach({ clientCertificate: { cert: '', key: '' } }) };
const elsewhere = {
  environment: reach({
    clientCertificate: { cert: '', key: '' },
    home: new Set(['https://other.example.test']),
  }),
};
const tlsFailure = (code: string, cause: string, message: string) => ({
  phase: 'tls' as const,
  code,
  cause,
  message,
});
const expired = tlsFailure(
  'CERT_HAS_EXPIRED',
  'tls-expired',
  'The certificate of api.example.test has expired: valid from 2026-08-01T00:00:00Z to 2026-11-01T00:00:00Z (CERT_HAS_EXPIRED).',
);
const early = tlsFailure(
  'CERT_NOT_YET_VALID',
  'tls-not-yet-valid',
  'The certificate of api.example.test is not valid yet (CERT_NOT_YET_VALID).',
);
const notHttp = {
  phase: 'head' as const,
  code: 'HPE_ERROR',
  cause: 'connection-closed',
  message:
    'api.example.test:443 answered with something that is not HTTP: it begins "SSH-2.0-OpenSSH_9.9" (HPE_ERROR).',
};
const over = { tls: { ...tls, notAfter: now - 3 * day } };
const ahead = { tls: { ...tls, notBefore: now + day } };
function to(url: string): Partial<Hop> {
  return { request: { method: 'GET', url, headers: [], body: null, httpVersion: '1.1' } };
}
function ledBy(location: string): Given {
  return {
    hops: [{ url: 'https://api.example.test/orders', status: 301, headers: [['Location', location]] }],
  };
}
const dated = (difference: number): Given => ({
  past: [
    {
      hops: [
        { status: 200, over: { clock: { sent: now - difference - 10, received: now - difference + 10 } } },
      ],
    },
  ],
});

const cases: Readonly<Record<string, Subject>> = {
  'name not found': failing({
    phase: 'dns',
    code: 'ENOTFOUND',
    cause: 'dns-failure',
    message: 'The name of api.example.test:443 does not resolve (ENOTFOUND).',
  }),
  'refused, mapped': failing(
    {
      phase: 'connect',
      code: 'ECONNREFUSED',
      cause: 'connection-refused',
      message: 'Nothing listens at api.example.test:443 (connected to 10.0.0.1:8443) (ECONNREFUSED).',
    },
    {},
    mapped,
  ),
  'refused by the proxy': failing(
    {
      phase: 'proxy',
      code: 'ECONNREFUSED',
      cause: 'connection-refused',
      message: 'Nothing listens at the proxy of this environment (ECONNREFUSED).',
    },
    {},
    proxied,
  ),
  'no connection in time': failing({
    phase: 'connect',
    code: 'CONNECT_TIMEOUT',
    cause: 'connection-timeout',
    message: 'No connection to api.example.test:443 within 1000 ms (CONNECT_TIMEOUT).',
  }),
  'no head in time': failing(
    {
      phase: 'head',
      code: 'UND_ERR_HEADERS_TIMEOUT',
      cause: 'response-timeout',
      message: 'api.example.test:443 sent no complete answer head within 1000 ms (UND_ERR_HEADERS_TIMEOUT).',
    },
    { remote: '10.0.0.1:443' },
  ),
  'no head in time, and little time to listen': failing(
    {
      phase: 'head',
      code: 'TOTAL_TIMEOUT',
      cause: 'response-timeout',
      message: 'api.example.test:443 gave no complete answer within 1000 ms (TOTAL_TIMEOUT).',
      busy: 912.4,
    },
    { remote: '10.0.0.1:443', lost: [{ code: 'ECONNRESET', remote: '10.0.0.1:443', total: 3 }] },
  ),
  closed: failing(
    {
      phase: 'head',
      code: 'ECONNRESET',
      cause: 'connection-closed',
      message: 'The connection to api.example.test:443 ended before a complete answer head (ECONNRESET).',
    },
    { remote: '10.0.0.1:443' },
  ),
  untrusted: failing(
    tlsFailure(
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'tls-untrusted',
      'The certificate of api.example.test (CN=api.example.test; issued by CN=api.example.test) does not lead to a trusted CA (DEPTH_ZERO_SELF_SIGNED_CERT).',
    ),
    { tls: { ...tls, issuer: tls.subject } },
  ),
  'untrusted, of a proxy': failing(
    tlsFailure(
      'SELF_SIGNED_CERT_IN_CHAIN',
      'tls-untrusted',
      'The certificate of api.example.test does not lead to a trusted CA (SELF_SIGNED_CERT_IN_CHAIN).',
    ),
    { tls: { ...tls, issuer: 'CN=Corp Web Proxy Root' } },
  ),
  expired: failing(expired, over),
  'expired, and the clock is shown to be right': failing(expired, over, dated(0)),
  'expired by a wrong clock': failing(expired, over, dated(-4 * day)),
  'expired, certificate not read': failing(expired),
  'not yet valid': failing(early, ahead),
  'not yet valid, and the clock is shown to be right': failing(early, ahead, dated(0)),
  'not yet valid by a wrong clock': failing(early, ahead, dated(2 * day)),
  'another name': failing(
    tlsFailure(
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'tls-host-mismatch',
      'The certificate is not for api.example.test but for www.example.test (ERR_TLS_CERT_ALTNAME_INVALID).',
    ),
    { tls: { ...tls, names: ['www.example.test'] } },
    mapped,
  ),
  'a plain port': failing(
    tlsFailure(
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'tls-to-plain-port',
      'api.example.test:443 does not answer in TLS: it looks like a plain http port (ERR_SSL_WRONG_VERSION_NUMBER).',
    ),
    { remote: '10.0.0.1:443' },
  ),
  'a plain port that a redirect kept': failing(
    tlsFailure(
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'tls-to-plain-port',
      'api.example.test:8080 does not answer in TLS: it looks like a plain http port (ERR_SSL_WRONG_VERSION_NUMBER).',
    ),
    {
      request: {
        method: 'GET',
        url: 'https://api.example.test:8080/orders',
        headers: [],
        body: null,
        httpVersion: '1.1',
      },
    },
    {
      hops: [
        {
          url: 'http://api.example.test:8080/orders',
          status: 301,
          headers: [['Location', 'https://api.example.test:8080/orders']],
        },
      ],
    },
  ),
  'nobody at the plain port to which a redirect led': failing(
    {
      phase: 'connect',
      code: 'ECONNREFUSED',
      cause: 'connection-refused',
      message: 'Nothing listens at api.example.test:80 (ECONNREFUSED).',
    },
    to('http://api.example.test/orders/'),
    ledBy('http://api.example.test/orders/'),
  ),
  'an address of the inside to which a redirect led': failing(
    tlsFailure(
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'tls-to-plain-port',
      '10.0.0.7:8080 does not answer in TLS: it looks like a plain http port (ERR_SSL_WRONG_VERSION_NUMBER).',
    ),
    to('https://10.0.0.7:8080/orders/7'),
    ledBy('https://10.0.0.7:8080/orders/7'),
  ),
  'a name that a redirect made up': failing(
    {
      phase: 'dns',
      code: 'ENOTFOUND',
      cause: 'dns-failure',
      message: 'The name www.api.example.test does not resolve (ENOTFOUND).',
    },
    to('https://www.api.example.test/orders'),
    ledBy('https://www.api.example.test/orders'),
  ),
  'a TLS port': failing(
    {
      phase: 'head',
      code: 'PLAIN_TO_TLS',
      cause: 'plain-to-tls-port',
      message: 'api.example.test:443 answers in TLS to plain http (PLAIN_TO_TLS).',
    },
    {
      request: {
        method: 'GET',
        url: 'http://api.example.test:443/orders',
        headers: [],
        body: null,
        httpVersion: '1.1',
      },
    },
    { environment: { ...reach({}), origins: new Map([['api', 'http://api.example.test:443']]) } },
  ),
  'no common protocol': failing(
    tlsFailure(
      'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
      'tls-protocol',
      'The TLS handshake with api.example.test:443 failed (ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION).',
    ),
  ),
  'a handshake without reason': failing(
    tlsFailure(
      'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      'tls-protocol',
      'The TLS handshake with api.example.test:443 failed (ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE).',
    ),
  ),
  'a missing intermediate': failing(
    tlsFailure(
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'tls-untrusted',
      'The certificate of api.example.test does not lead to a trusted CA (UNABLE_TO_VERIFY_LEAF_SIGNATURE).',
    ),
    { tls },
  ),
  'a client certificate is wanted': failing(
    tlsFailure(
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      'client-cert-missing',
      'api.example.test wants a client certificate (ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED).',
    ),
  ),
  'a client certificate is wanted and configured': failing(
    tlsFailure(
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      'client-cert-missing',
      'api.example.test wants a client certificate (ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED).',
    ),
    {},
    certificate,
  ),
  'a client certificate is wanted where that of the environment does not go': failing(
    tlsFailure(
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      'client-cert-missing',
      'api.example.test wants a client certificate (ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED).',
    ),
    {},
    elsewhere,
  ),
  'bad certificate, and there is none': failing(
    tlsFailure(
      'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
      'client-cert-invalid',
      'api.example.test refused the client certificate (ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE).',
    ),
  ),
  'bad certificate': failing(
    tlsFailure(
      'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
      'client-cert-invalid',
      'api.example.test refused the client certificate (ERR_SSL_TLSV1_ALERT_UNKNOWN_CA).',
    ),
    {},
    certificate,
  ),
  'a handshake that does not end': failing(
    tlsFailure(
      'TOTAL_TIMEOUT',
      'connection-timeout',
      'api.example.test:443 took the connection and did not end the TLS handshake within 1000 ms (TOTAL_TIMEOUT).',
    ),
  ),
  'no version of HTTP in common': failing(
    tlsFailure(
      'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
      'tls-protocol',
      'The TLS handshake with api.example.test:443 failed (ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL).',
    ),
  ),
  'no certificate for the name': failing(
    tlsFailure(
      'ERR_SSL_TLSV1_UNRECOGNIZED_NAME',
      'tls-protocol',
      'The TLS handshake with api.example.test:443 failed (ERR_SSL_TLSV1_UNRECOGNIZED_NAME).',
    ),
  ),
  'no HTTP': failing(notHttp, { remote: '10.0.0.1:443' }),
  'no HTTP, through a proxy': failing(notHttp, {}, proxied),
  'too many header fields': failing({
    phase: 'head',
    code: 'UND_ERR_HEADERS_OVERFLOW',
    cause: 'connection-closed',
    message:
      'The header fields from api.example.test:443 are larger than can be read (UND_ERR_HEADERS_OVERFLOW).',
  }),
  'the proxy wants credentials': failing(
    {
      phase: 'proxy',
      code: 'PROXY_AUTH_REQUIRED',
      cause: 'proxy-auth-required',
      message:
        'The proxy wants credentials before it connects to api.example.test:443 (PROXY_AUTH_REQUIRED).',
    },
    {},
    proxied,
  ),
  'the proxy refuses': failing(
    {
      phase: 'proxy',
      code: 'PROXY_REFUSED',
      cause: 'proxy-intercept',
      message: 'The proxy made no connection to api.example.test:443: it answered 403 (PROXY_REFUSED).',
    },
    {},
    proxied,
  ),
  'the proxy does not reach it': failing(
    {
      phase: 'proxy',
      code: 'PROXY_BAD_GATEWAY',
      cause: 'gateway-down',
      message: 'The proxy made no connection to api.example.test:443: it answered 502 (PROXY_BAD_GATEWAY).',
    },
    {},
    proxied,
  ),
  'TLS to a proxy that speaks none': failing(
    {
      phase: 'proxy',
      code: 'ERR_SSL_WRONG_VERSION_NUMBER',
      cause: 'tls-to-plain-port',
      message:
        'the proxy of this environment does not answer in TLS: it looks like a plain http port (ERR_SSL_WRONG_VERSION_NUMBER).',
    },
    {},
    proxied,
  ),
  'a body cut short': failing(
    {
      phase: 'body',
      code: 'UND_ERR_SOCKET',
      cause: 'body-truncated',
      message: 'The body from api.example.test:443 was cut (UND_ERR_SOCKET).',
    },
    {
      remote: '10.0.0.1:443',
      response: {
        status: 200,
        statusText: '',
        httpVersion: '1.1',
        headers: [['Content-Length', '2000']],
        body: { content: new Uint8Array(), bytes: 512, sha256: '', truncated: false, decodeError: null },
      },
    },
  ),
};

function told(name: string, finding: Finding | null): string {
  if (!finding) return `${name}\n  no finding\n`;
  const place = finding.fixSource
    ? `  (${finding.fixSource.file}:${finding.fixSource.line}:${finding.fixSource.column})`
    : '';
  const lines = [
    `${finding.cause}, ${finding.certainty}`,
    finding.summary,
    ...finding.evidence.map(({ hop, field, seen }) => `seen hop ${hop}  ${field}: ${seen}`),
    `fix  ${finding.fix}${place}`,
    ...finding.alternatives.map(({ cause, why_not }) => `not  ${cause}: ${why_not}`),
    `see  ${finding.references.join('; ') || '-'}`,
  ];
  return `${name}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

describe('transportFinding', () => {
  it('tells each failure with its values', () => {
    expectGolden(
      'explain/transport.txt',
      Object.entries(cases)
        .map(([name, subject]) => told(name, transportFinding(subject)))
        .join('\n'),
    );
  });

  it('says nothing of an answer, or of a run that was stopped', () => {
    expect(transportFinding(about({}))).to.equal(null);
    const stopped = {
      phase: 'aborted' as const,
      code: 'ABORT_ERR',
      cause: 'unknown',
      message: 'The run was stopped.',
    };
    expect(transportFinding(failing(stopped))).to.equal(null);
  });
});
