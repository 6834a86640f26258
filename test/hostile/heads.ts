/** Status lines, interim answers and fields that no server should send. */
import { answer, bytes, type Case, head } from './script.ts';

const quick = { timeout: '1s' };
const field = (name: string, line: string, ends = '?'): Case => ({
  name,
  acts: [bytes(`HTTP/1.1 200 OK\r\n${line}\r\nContent-Length: 3\r\n\r\nabc`)],
  ends,
});
const status = (name: string, line: string, ends = '?'): Case => ({
  name,
  acts: [bytes(`${line}\r\nContent-Length: 3\r\n\r\nabc`)],
  ends,
});
const many = (count: number, line: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => line(at)).join('\r\n');

export const heads: readonly Case[] = [
  status(
    'has status 000',
    'HTTP/1.1 000 None',
    'errored ERR_ASSERTION; connection-closed likely; The answer head from it is not as HTTP says',
  ),
  status(
    'has status 99',
    'HTTP/1.1 99 Few',
    'errored HPE_ERROR; connection-closed likely; The status line from it is not as HTTP/1.1 says: it begins "HTTP/1.1 99 Few\\r\\nContent-Length: 3\\r\\n\\r\\nab..."',
  ),
  status(
    'has status 099',
    'HTTP/1.1 099 Few',
    'errored ERR_ASSERTION; connection-closed likely; The answer head from it is not as HTTP says',
  ),
  status('has status 600', 'HTTP/1.1 600 Many', 'failed; status 600'),
  status('has status 999', 'HTTP/1.1 999 Many', 'failed; status 999'),
  status(
    'has status 1000',
    'HTTP/1.1 1000 Many',
    'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Invalid response status',
  ),
  status(
    'has a negative status',
    'HTTP/1.1 -200 OK',
    'errored HPE_ERROR; connection-closed likely; The status line from it is not as HTTP/1.1 says: it begins "HTTP/1.1 -200 OK\\r\\nContent-Length: 3\\r\\n\\r\\na..."',
  ),
  status(
    'has a status in words',
    'HTTP/1.1 OK',
    'errored HPE_ERROR; connection-closed likely; The status line from it is not as HTTP/1.1 says: it begins "HTTP/1.1 OK\\r\\nContent-Length: 3\\r\\n\\r\\nabc"',
  ),
  status(
    'has a status with a fraction',
    'HTTP/1.1 200.5 OK',
    'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Invalid response status',
  ),
  status('has no reason', 'HTTP/1.1 200 ', 'passed'),
  status('has no reason and no blank', 'HTTP/1.1 200', 'passed'),
  status('has a reason of bytes', 'HTTP/1.1 200 \xff\xfe\x80', 'passed'),
  status(
    'is of HTTP/1.2',
    'HTTP/1.2 200 OK',
    'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Invalid HTTP version',
  ),
  status('is of HTTP/2.0 in text', 'HTTP/2.0 200 OK', 'passed'),
  status(
    'is of HTTP/9.9',
    'HTTP/9.9 200 OK',
    'errored HPE_ERROR; connection-closed likely; The status line from it is not as HTTP/1.1 says: it begins "HTTP/9.9 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nab..."',
  ),
  status(
    'is of HTTP without a version',
    'HTTP 200 OK',
    'errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "HTTP 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nabc"',
  ),
  status(
    'is of ICY',
    'ICY 200 OK',
    'errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "ICY 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nabc"',
  ),
  status(
    'has small letters',
    'http/1.1 200 OK',
    'errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "http/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nab..."',
  ),
  status(
    'has blanks before the status line',
    '  HTTP/1.1 200 OK',
    'errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "  HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\n..."',
  ),
  status('has empty lines before the status line', '\r\n\r\nHTTP/1.1 200 OK', 'passed'),
  { name: 'continues unasked', acts: ['HTTP/1.1 100 Continue\r\n\r\n', answer('abc')], ends: 'passed' },
  {
    name: 'continues in pieces',
    acts: ['HTTP/1.1 100 Cont', 10, 'inue\r\nX: y', 10, '\r\n\r', 10, '\n', answer('abc')],
    ends: 'passed',
  },
  {
    name: 'continues in one piece with its answer',
    acts: [Buffer.concat([bytes('HTTP/1.1 100 Continue\r\nX: y\r\n\r\n'), answer('abc')])],
    ends: 'passed',
  },
  {
    name: 'continues for ever',
    acts: [{ again: 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000) }],
    step: quick,
    ends: 'errored TOTAL_TIMEOUT; response-timeout likely; it gave no complete answer within 1000 ms',
  },
  {
    name: 'never ends a 100',
    acts: ['HTTP/1.1 100 Continue\r\nX: ', { again: 'x'.repeat(65_536) }],
    ends: 'errored UND_ERR_HEADERS_OVERFLOW; connection-closed likely; The header fields from it are larger than can be read',
  },
  {
    name: 'processes for ever',
    acts: [{ again: 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(1000) }],
    step: quick,
    ends: 'errored TOTAL_TIMEOUT; response-timeout likely; it gave no complete answer within 1000 ms',
  },
  {
    name: 'hints for ever',
    acts: [{ again: 'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n'.repeat(500) }],
    step: quick,
    ends: 'errored TOTAL_TIMEOUT; response-timeout likely; it gave no complete answer within 1000 ms',
  },
  {
    name: 'hints twice and answers',
    acts: [{ again: 'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n', times: 2 }, answer('abc')],
    ends: 'passed',
  },
  {
    name: 'hints with a length',
    acts: ['HTTP/1.1 103 Early Hints\r\nContent-Length: 3\r\n\r\n', answer('abc')],
    ends: 'passed',
  },
  {
    name: 'hints with a length and a body',
    alone: true,
    acts: ['HTTP/1.1 103 Early Hints\r\nContent-Length: 3\r\n\r\nxyz', answer('abc')],
    ends: 'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Expected HTTP/, RTSP/ or ICE/',
  },
  {
    name: 'has status 199 only',
    acts: ['HTTP/1.1 199 Odd\r\n\r\n'],
    step: quick,
    ends: 'errored TOTAL_TIMEOUT; response-timeout likely; it gave no complete answer within 1000 ms',
  },
  {
    name: 'upgrades unasked',
    acts: [
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      '\x81\x05hello',
    ],
    ends: 'errored CLOSED; connection-closed likely; it switched to another protocol (101), which nobody asked for',
  },
  {
    name: 'upgrades unasked without a field',
    acts: ['HTTP/1.1 101 Switching Protocols\r\n\r\n', answer('abc')],
    ends: 'errored ERR_ASSERTION; connection-closed likely; it switched to another protocol (101), which nobody asked for',
  },
  {
    name: 'offers an upgrade beside its answer',
    acts: [answer('abc', ['Upgrade: h2c', 'Connection: Upgrade'])],
    ends: 'passed',
  },
  field('has a field of 200 kB', `X-Large: ${'x'.repeat(200_000)}`, 'passed'),
  field(
    'has a field of 1 MB',
    `X-Large: ${'x'.repeat(1_000_000)}`,
    'errored UND_ERR_HEADERS_OVERFLOW; connection-closed likely; The header fields from it are larger than can be read',
  ),
  field(
    'has 100,000 fields',
    many(100_000, (at) => `X-${at}: y`),
    'errored UND_ERR_HEADERS_OVERFLOW; connection-closed likely; The header fields from it are larger than can be read',
  ),
  field(
    'has 10,000 fields',
    many(10_000, (at) => `X-${at}: y`),
    'passed',
  ),
  field(
    'has 10,000 cookies',
    many(10_000, (at) => `Set-Cookie: c${at}=v; Path=/case`),
    'errored UND_ERR_HEADERS_OVERFLOW; connection-closed likely; The header fields from it are larger than can be read',
  ),
  field(
    'has cookies that fill the next request',
    many(50, (at) => `Set-Cookie: bomb${at}=${'v'.repeat(4000)}; Path=/ok`),
    'passed',
  ),
  field(
    'has a Location of 5 MB',
    `Location: /${'a'.repeat(5_000_000)}`,
    'errored UND_ERR_HEADERS_OVERFLOW; connection-closed likely; The header fields from it are larger than can be read',
  ),
  field(
    'has a NUL in a value',
    'X-Note: a\0b',
    'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Invalid header value char',
  ),
  field(
    'has a bare CR in a value',
    'X-Note: a\rb',
    'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Missing expected LF after header value',
  ),
  field(
    'has a bare LF in a value',
    'X-Note: a\nX-Other: b',
    'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Missing expected CR after header value',
  ),
  field(
    'has a folded value',
    'X-Note: a\r\n b',
    'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Unexpected whitespace after header value',
  ),
  field('has UTF-8 in a value', 'X-Note: \xc3\xa4', 'passed'),
  field('has 0xFF in a value', 'X-Note: \xff\xfe', 'passed'),
  field(
    'has an escape in a value',
    'X-Note: \x1b[31mred',
    'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Invalid header value char',
  ),
  field(
    'has a blank before a colon',
    'X-Note : a',
    'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Invalid header token',
  ),
  field(
    'has a blank in a name',
    'X Note: a',
    'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Invalid header token',
  ),
  field(
    'has an empty name',
    ': a',
    'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Invalid header token',
  ),
  field(
    'has a line without a colon',
    'X-Note',
    'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Invalid header token',
  ),
  field(
    'has UTF-8 in a name',
    'X-N\xc3\xb6te: a',
    'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Invalid header token',
  ),
  field(
    'has a NUL in a name',
    'X-N\0te: a',
    'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Invalid header token',
  ),
  field(
    'has names of prototypes',
    '__proto__: a\r\nconstructor: b\r\ntoString: c\r\nhasOwnProperty: d',
    'passed',
  ),
  {
    name: 'ends lines with LF',
    acts: ['HTTP/1.1 200 OK\nContent-Length: 3\n\nabc'],
    ends: 'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Missing expected CR after response line',
  },
  {
    name: 'ends lines with CR',
    acts: ['HTTP/1.1 200 OK\rContent-Length: 3\r\rabc', 'FIN'],
    ends: 'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Expected LF after CR',
  },
  {
    name: 'splits its answer by a value',
    acts: [head(['X-Note: a\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK', 'Content-Length: 0'])],
    ends: 'passed',
  },
];
