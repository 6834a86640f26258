/** Ports at which something else listens. */
import { answer, bytes, type Case } from './script.ts';

const quick = { timeout: '1s' };
const banner = (name: string, text: string, ends = '?'): Case => ({
  name,
  greets: [bytes(text)],
  ends,
});
const alert = bytes('\x15\x03\x03\x00\x02\x02\x28');

export const protocols: readonly Case[] = [
  banner(
    'speaks SSH',
    'SSH-2.0-OpenSSH_9.2\r\n',
    'errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "SSH-2.0-OpenSSH_9.2\\r\\n"',
  ),
  banner(
    'speaks SMTP',
    '220 mail.example.test ESMTP\r\n',
    'errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "220 mail.example.test ESMTP\\r\\n"',
  ),
  banner(
    'speaks FTP',
    '220 FTP server ready\r\n',
    'errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "220 FTP server ready\\r\\n"',
  ),
  banner(
    'speaks POP3',
    '+OK ready\r\n',
    'errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "+OK ready\\r\\n"',
  ),
  banner(
    'speaks IMAP',
    '* OK IMAP4rev1 ready\r\n',
    'errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "* OK IMAP4rev1 ready\\r\\n"',
  ),
  banner(
    'speaks MySQL',
    'J\0\0\0\n8.0.36\0\x08\0\0\0abcdefgh\0',
    'errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "J\\u0000\\u0000\\u0000\\n8.0.36\\u0000\\b\\u0000\\u0000\\u0000abcdefgh\\u0000"',
  ),
  banner(
    'speaks VNC',
    'RFB 003.008\n',
    'errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "RFB 003.008\\n"',
  ),
  {
    name: 'greets with half an answer',
    greets: ['HTTP/1.1 200 OK\r\nContent-'],
    step: quick,
    ends: 'errored TOTAL_TIMEOUT; response-timeout likely; it gave no complete answer within 1000 ms',
  },
  banner(
    'greets with bytes',
    '\0\x01\x02\xff\xfe\xfd'.repeat(50),
    'errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "\\u0000\\u0001\\u0002���\\u0000\\u0001\\u0002���\\u0000\\u0001\\u0002���\\u0000\\u0001\\u0002���\\u0000\\u0001\\u0002���\\u0000\\u0001\\u0002���\\u0000\\u0001\\u0002�..."',
  ),
  { name: 'greets with an answer', greets: [answer('abc')], ends: 'passed' },
  { name: 'greets with an answer in TLS', over: 'tls', greets: [answer('abc')], ends: 'passed' },
  {
    name: 'greets with an answer and closes',
    greets: [answer('abc', ['Connection: close'], '408 Request Timeout'), 'FIN'],
    ends: 'failed; status 408',
  },
  {
    name: 'closes what it accepts',
    greets: ['FIN'],
    ends: 'errored CLOSED; connection-closed likely; The connection to it ended before a complete answer head',
  },
  {
    name: 'resets what it accepts',
    greets: ['RST'],
    ends: 'errored CLOSED; connection-closed likely; The connection to it ended before a complete answer head',
  },
  { name: 'shuts its half and answers', acts: [answer('abc'), 'FIN'], alone: true, ends: 'passed' },
  {
    name: 'speaks Redis',
    alone: true,
    acts: ["-ERR wrong number of arguments for 'get' command\r\n"],
    ends: `errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "-ERR wrong number of arguments for 'get'..."`,
  },
  {
    name: 'speaks PostgreSQL',
    alone: true,
    acts: ['E\0\0\0\x8fSFATAL\0', 'FIN'],
    ends: 'errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "E\\u0000\\u0000\\u0000�SFATAL\\u0000"',
  },
  {
    name: 'speaks HTTP/2 only',
    alone: true,
    acts: [
      bytes('\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80\0\x04\0\x01\0\0\0\x05\0\xff\xff\xff'),
      bytes('\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\x01'),
      'FIN',
    ],
    ends: 'errored HPE_ERROR; connection-closed likely; it speaks HTTP/2 without TLS (h2c), which why401 does not',
  },
  {
    name: 'speaks HTTP/0.9',
    alone: true,
    acts: ['<html>hello</html>', 'FIN'],
    ends: 'errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "<html>hello</html>"',
  },
  {
    name: 'echoes the request',
    alone: true,
    acts: ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'FIN'],
    ends: 'errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n"',
  },
  {
    name: 'answers plain http in TLS',
    alone: true,
    acts: [alert, 'FIN'],
    ends: 'errored PLAIN_TO_TLS; plain-to-tls-port certain; it answers in TLS to plain http',
  },
  {
    name: 'answers plain http with a handshake',
    greets: [bytes('\x16\x03\x03\0\x7a\x02\0\0\x76\x03\x03')],
    ends: 'errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "\\u0016\\u0003\\u0003\\u0000z\\u0002\\u0000\\u0000v\\u0003\\u0003"',
  },
  {
    name: 'is plain http behind https',
    over: 'plain-behind-https',
    acts: [answer('abc', [], '400 Bad Request'), 'FIN'],
    ends: 'errored ERR_SSL_WRONG_VERSION_NUMBER; tls-to-plain-port certain; it does not answer in TLS: it looks like a plain http port',
  },
  {
    name: 'is SSH behind https',
    over: 'plain-behind-https',
    greets: ['SSH-2.0-OpenSSH_9.2\r\n'],
    ends: 'errored NOT_TLS; tls-to-plain-port likely; it speaks neither TLS nor HTTP: it answers "SSH-2.0-OpenSSH_9.2\\r\\n"',
  },
  {
    name: 'refuses the handshake',
    over: 'plain-behind-https',
    acts: [alert, 'FIN'],
    ends: 'errored ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE; tls-protocol likely; The TLS handshake with it failed',
  },
  {
    name: 'never ends the handshake',
    over: 'plain-behind-https',
    acts: ['HOLD'],
    step: quick,
    ends: 'errored TOTAL_TIMEOUT; connection-timeout likely; it took the connection and did not end the TLS handshake within 1000 ms',
  },
  {
    name: 'drips the handshake',
    over: 'plain-behind-https',
    acts: [bytes('\x16\x03\x03\x40\0'), { again: '\x02', every: 20 }],
    step: quick,
    ends: 'errored TOTAL_TIMEOUT; connection-timeout likely; it took the connection and did not end the TLS handshake within 1000 ms',
  },
  {
    name: 'floods the handshake',
    over: 'plain-behind-https',
    acts: [{ again: bytes(`\x16\x03\x03\x40\0${'\x0b'.repeat(16_384)}`) }],
    ends: 'errored ERR_SSL_UNEXPECTED_MESSAGE; tls-protocol likely; The TLS handshake with it failed',
  },
  {
    name: 'sends a certificate without end',
    over: 'plain-behind-https',
    acts: [
      bytes('\x16\x03\x03\x40\0\x0b\xff\xff\xff\xff\xff\xfc\xff\xff\xf9'),
      { again: bytes('\0'.repeat(16_384)) },
    ],
    ends: 'errored ERR_SSL_UNEXPECTED_MESSAGE; tls-protocol likely; The TLS handshake with it failed',
  },
  {
    name: 'resets the handshake',
    over: 'plain-behind-https',
    acts: ['RST'],
    ends: 'errored CLOSED; connection-closed likely; The connection to it ended during the TLS handshake',
  },
  {
    name: 'closes the handshake',
    over: 'plain-behind-https',
    acts: ['FIN'],
    ends: 'errored CLOSED; connection-closed likely; The connection to it ended during the TLS handshake',
  },
  {
    name: 'speaks garbage after the handshake',
    over: 'tls',
    acts: [bytes('\0\xff garbage\r\n\r\n')],
    ends: 'errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "\\u0000� garbage\\r\\n\\r\\n"',
  },
  {
    name: 'closes after the handshake',
    over: 'tls',
    greets: ['FIN'],
    ends: 'errored CLOSED; connection-closed likely; The connection to it ended before a complete answer head',
  },
  {
    name: 'resets after the handshake',
    over: 'tls',
    greets: ['RST'],
    ends: 'errored CLOSED; connection-closed likely; The connection to it ended before a complete answer head',
  },
  {
    name: 'cuts its body in TLS',
    over: 'tls',
    acts: [answer('abcdef').subarray(0, -3), 'FIN'],
    ends: 'errored CLOSED; body-truncated certain; The body from it was cut',
  },
];
