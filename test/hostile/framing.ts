/** Answers that end too early, too late, twice or never. */
import { answer, bytes, type Case, chunked, head, json } from './script.ts';

const quick = { timeout: '1s' };
const framed = answer('{"path":"/ok/stolen"}', [json]);
const big = 'x'.repeat(65_536);

/** The head and the body of a small answer, cut before each of its bytes. */
const whole = bytes(
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Note: small\r\nContent-Length: 21\r\n\r\n{"path":"/ok/whole"}\n',
);
export const cuts: readonly Case[] = Array.from({ length: whole.length + 1 }, (_, at) => ({
  name: `cut at byte ${at}`,
  ...(at === whole.length ? { alone: true as const } : {}),
  acts: [whole.subarray(0, at), 'FIN'],
  ends: endOfCut(at),
}));

function endOfCut(at: number): string {
  if (at === whole.length) return 'passed';
  if (at < whole.indexOf('\r\n\r\n') + 4)
    return 'errored CLOSED; connection-closed likely; The connection to it ended before a complete answer head';
  return 'errored CLOSED; body-truncated certain; The body from it was cut';
}

export const framing: readonly Case[] = [
  {
    name: 'drips the head',
    acts: [{ again: 'H', every: 20 }],
    ends: 'errored HPE_ERROR; connection-closed likely; it answered with something that is not HTTP: it begins "HH"',
  },
  {
    name: 'drips a good head',
    acts: ['HTTP/1.1 200 OK\r\n', { again: 'X: y\r\n', every: 20 }],
    step: quick,
    ends: 'errored TOTAL_TIMEOUT; response-timeout likely; it gave no complete answer within 1000 ms',
  },
  {
    name: 'drips the body',
    acts: [head(['Content-Length: 100000']), { again: 'x', every: 20 }],
    step: quick,
    ends: 'errored TOTAL_TIMEOUT; response-timeout likely; it gave no complete answer within 1000 ms',
  },
  {
    name: 'drips chunks',
    acts: [head([chunked]), { again: '1\r\nx\r\n', every: 20 }],
    step: quick,
    ends: 'errored TOTAL_TIMEOUT; response-timeout likely; it gave no complete answer within 1000 ms',
  },
  {
    name: 'says nothing',
    acts: ['HOLD'],
    step: quick,
    ends: 'errored TOTAL_TIMEOUT; response-timeout likely; it gave no complete answer within 1000 ms',
  },
  {
    name: 'says nothing after the head',
    acts: [head(['Content-Length: 5']), 'HOLD'],
    step: quick,
    ends: 'errored TOTAL_TIMEOUT; response-timeout likely; it gave no complete answer within 1000 ms',
  },
  {
    name: 'sends events for ever',
    acts: [head([chunked, 'Content-Type: text/event-stream']), { again: '8\r\ndata: a\n\r\n', every: 20 }],
    step: { timeout: '3s' },
    ends: 'passed TOTAL_TIMEOUT; it gave no complete answer within 3000 ms',
  },
  {
    name: 'never ends its body',
    acts: [head(['Connection: close']), { again: big }],
    step: quick,
    ends: 'errored TOTAL_TIMEOUT; response-timeout likely; it gave no complete answer within 1000 ms',
  },
  {
    name: 'never ends its chunks',
    acts: [head([chunked]), { again: `10000\r\n${big}\r\n` }],
    step: quick,
    ends: 'errored TOTAL_TIMEOUT; response-timeout likely; it gave no complete answer within 1000 ms',
  },
  {
    name: 'never ends its head',
    acts: ['HTTP/1.1 200 OK\r\n', { again: `X-Fill: ${big}\r\n` }],
    ends: 'errored UND_ERR_HEADERS_OVERFLOW; connection-closed likely; The header fields from it are larger than can be read',
  },
  {
    name: 'never ends one field',
    acts: ['HTTP/1.1 200 OK\r\nX-Fill: ', { again: big }],
    ends: 'errored UND_ERR_HEADERS_OVERFLOW; connection-closed likely; The header fields from it are larger than can be read',
  },
  {
    name: 'never ends its reason',
    acts: ['HTTP/1.1 200 ', { again: big }],
    step: quick,
    ends: 'errored TOTAL_TIMEOUT; response-timeout likely; it gave no complete answer within 1000 ms',
  },
  {
    name: 'never ends a chunk extension',
    acts: [head([chunked]), '1;a=', { again: big }],
    step: quick,
    ends: 'errored TOTAL_TIMEOUT; response-timeout likely; it gave no complete answer within 1000 ms',
  },
  {
    name: 'never ends its trailers',
    acts: [head([chunked]), '0\r\n', { again: `X-Fill: ${big}\r\n` }],
    ends: 'errored UND_ERR_HEADERS_OVERFLOW; body-truncated likely; The trailer fields from it are larger than can be read',
  },
  {
    name: 'announces the largest chunk',
    acts: [head([chunked]), 'FFFFFFFFFFFFFFF\r\nabc', 'FIN'],
    ends: 'errored CLOSED; body-truncated likely; The body from it was cut',
  },
  {
    name: 'announces more than the largest chunk',
    acts: [head([chunked]), 'FFFFFFFFFFFFFFFFFF\r\nabc', 'FIN'],
    ends: 'errored HPE_ERROR; body-truncated likely; The body from it is not framed as HTTP says',
  },
  {
    name: 'announces a negative chunk',
    acts: [head([chunked]), '-3\r\nabc\r\n0\r\n\r\n'],
    ends: 'errored HPE_ERROR; body-truncated likely; The body from it is not framed as HTTP says',
  },
  {
    name: 'announces a chunk in words',
    acts: [head([chunked]), 'three\r\nabc\r\n0\r\n\r\n'],
    ends: 'errored HPE_ERROR; body-truncated likely; The body from it is not framed as HTTP says',
  },
  {
    name: 'sends more than a chunk has',
    acts: [head([chunked]), '3\r\nabcdef\r\n0\r\n\r\n'],
    ends: 'errored HPE_ERROR; body-truncated likely; The body from it is not framed as HTTP says',
  },
  {
    name: 'ends chunks with bare LF',
    acts: [head([chunked]), '3\nabc\n0\n\n', 'FIN'],
    ends: 'errored HPE_ERROR; body-truncated likely; The body from it is not framed as HTTP says',
  },
  {
    name: 'leaves the last chunk out',
    acts: [head([chunked]), '3\r\nabc\r\n', 'FIN'],
    ends: 'errored CLOSED; body-truncated likely; The body from it was cut',
  },
  {
    name: 'leaves the last line out',
    acts: [head([chunked]), '3\r\nabc\r\n0\r\n', 'FIN'],
    ends: 'errored CLOSED; body-truncated likely; The body from it was cut',
  },
  {
    name: 'chunks twice',
    alone: true,
    acts: [head(['Transfer-Encoding: chunked, chunked']), '3\r\nabc\r\n0\r\n\r\n', 'FIN'],
    ends: 'passed',
  },
  {
    name: 'has chunks that are not last',
    acts: [head(['Transfer-Encoding: chunked, gzip']), '3\r\nabc\r\n0\r\n\r\n', 'FIN'],
    ends: 'passed',
  },
  {
    name: 'has an unknown transfer coding',
    acts: [head(['Transfer-Encoding: foo']), 'abc', 'FIN'],
    ends: 'passed',
  },
  {
    name: 'has chunks in obfuscation',
    acts: [head(['Transfer-Encoding:\x0bchunked']), '3\r\nabc\r\n0\r\n\r\n', 'FIN'],
    ends: 'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Invalid header value char',
  },
  {
    name: 'has a length and chunks',
    acts: [head(['Content-Length: 3', chunked]), '3\r\nabc\r\n0\r\n\r\n'],
    ends: 'errored UND_ERR_RES_CONTENT_LENGTH_MISMATCH; connection-closed likely; The answer head from it is not as HTTP says: its fields do not agree on where the body ends',
  },
  {
    name: 'has chunks and a length',
    acts: [head([chunked, 'Content-Length: 30']), '3\r\nabc\r\n0\r\n\r\n'],
    ends: "errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Content-Length can't be present with Transfer-Encoding",
  },
  {
    name: 'promises too much',
    acts: [head(['Content-Length: 50']), 'abc', 'FIN'],
    ends: 'errored CLOSED; body-truncated certain; The body from it was cut',
  },
  { name: 'promises too little', acts: [head(['Content-Length: 2']), 'abcdef'], ends: 'passed' },
  {
    name: 'promises nothing and sends an answer',
    acts: [head(['Content-Length: 0']), framed],
    ends: 'passed',
  },
  {
    name: 'has a negative length',
    acts: [head(['Content-Length: -1']), 'abc', 'FIN'],
    ends: 'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Invalid character in Content-Length',
  },
  {
    name: 'has a length with a sign',
    acts: [head(['Content-Length: +3']), 'abc', 'FIN'],
    ends: 'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Invalid character in Content-Length',
  },
  {
    name: 'has a length in words',
    acts: [head(['Content-Length: three']), 'abc', 'FIN'],
    ends: 'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Invalid character in Content-Length',
  },
  {
    name: 'has a hexadecimal length',
    acts: [head(['Content-Length: 0x3']), 'abc', 'FIN'],
    ends: 'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Invalid character in Content-Length',
  },
  {
    name: 'has a length beyond all numbers',
    acts: [head([`Content-Length: ${'9'.repeat(400)}`]), 'abc', 'FIN'],
    ends: 'errored UND_ERR_RES_CONTENT_LENGTH_MISMATCH; connection-closed likely; The answer head from it is not as HTTP says: its fields do not agree on where the body ends',
  },
  {
    name: 'has a length of 2^53',
    acts: [head(['Content-Length: 9007199254740993']), 'abc', 'FIN'],
    ends: 'errored CLOSED; body-truncated certain; The body from it was cut',
  },
  {
    name: 'has an empty length',
    acts: [head(['Content-Length:']), 'abc', 'FIN'],
    ends: 'errored HPE_ERROR; connection-closed likely; The answer head from it is not as HTTP says: Empty Content-Length',
  },
  {
    name: 'has one length twice',
    acts: [head(['Content-Length: 3', 'Content-Length: 3']), 'abc'],
    ends: 'errored UND_ERR_RES_CONTENT_LENGTH_MISMATCH; connection-closed likely; The answer head from it is not as HTTP says: its fields do not agree on where the body ends',
  },
  {
    name: 'has one length twice in a list',
    acts: [head(['Content-Length: 3, 3']), 'abc'],
    ends: 'errored UND_ERR_RES_CONTENT_LENGTH_MISMATCH; connection-closed likely; The answer head from it is not as HTTP says: its fields do not agree on where the body ends',
  },
  {
    name: 'has two lengths',
    acts: [head(['Content-Length: 3', 'Content-Length: 5']), 'abcde'],
    ends: 'errored UND_ERR_RES_CONTENT_LENGTH_MISMATCH; connection-closed likely; The answer head from it is not as HTTP says: its fields do not agree on where the body ends',
  },
  { name: 'answers twice', acts: [Buffer.concat([answer('abc'), framed])], ends: 'passed' },
  { name: 'answers twice, the second late', alone: true, acts: [answer('abc'), 30, framed], ends: 'passed' },
  {
    name: 'answers twice, the second in halves',
    alone: true,
    acts: [Buffer.concat([answer('abc'), framed.subarray(0, 40)]), 30, framed.subarray(40)],
    ends: 'passed',
  },
  { name: 'answers a hundred times', alone: true, acts: [{ again: framed, times: 100 }], ends: 'passed' },
  {
    name: 'has a body with 204',
    acts: [head(['Content-Length: 21'], '204 No Content'), '{"path":"/ok/stolen"}'],
    ends: 'passed',
  },
  {
    name: 'has chunks with 204',
    // They may come when the next request is on its way.
    alone: true,
    acts: [head([chunked], '204 No Content'), '3\r\nabc\r\n0\r\n\r\n'],
    ends: 'passed',
  },
  {
    name: 'has a body with 304',
    acts: [head(['Content-Length: 3'], '304 Not Modified'), 'abc'],
    step: { expect: { status: 304 } },
    ends: 'passed',
  },
  {
    name: 'has an answer in the body of 304',
    acts: [Buffer.concat([head([], '304 Not Modified'), framed])],
    step: { expect: { status: 304 } },
    ends: 'passed',
  },
  { name: 'has a body with HEAD', acts: [answer('abc')], step: { HEAD: '{case}' }, ends: 'passed' },
  {
    name: 'has an answer in the body of HEAD',
    acts: [Buffer.concat([head(['Content-Length: 99']), framed])],
    step: { HEAD: '{case}' },
    ends: 'passed',
  },
  { name: 'has a body with 205', acts: [answer('abc', [], '205 Reset Content')], ends: 'passed' },
  {
    name: 'ends at once',
    acts: ['FIN'],
    ends: 'errored CLOSED; connection-closed likely; The connection to it ended before a complete answer head',
  },
  {
    name: 'resets at once',
    acts: ['RST'],
    ends: 'errored CLOSED; connection-closed likely; The connection to it ended before a complete answer head',
  },
  {
    name: 'resets within the head',
    acts: ['HTTP/1.1 200 OK\r\nContent-Le', 'RST'],
    ends: 'errored CLOSED; connection-closed likely; The connection to it ended before a complete answer head',
  },
  {
    name: 'resets within the body',
    acts: [head(['Content-Length: 5']), 'abc', 'RST'],
    ends: 'errored CLOSED; body-truncated certain; The body from it was cut',
  },
  {
    name: 'resets a body without a length',
    acts: [head([]), 'abc', 'RST'],
    ends: 'errored CLOSED; body-truncated likely; The body from it was cut',
  },
  { name: 'resets after the body', alone: true, acts: [answer('abc'), 'RST'], ends: 'passed' },
  { name: 'closes after the body', alone: true, acts: [answer('abc'), 'FIN'], ends: 'passed' },
  { name: 'is of HTTP/1.0 and closes', acts: ['HTTP/1.0 200 OK\r\n\r\nabc', 'FIN'], ends: 'passed' },
  {
    name: 'is of HTTP/1.0 and stays',
    acts: ['HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc'],
    ends: 'passed',
  },
  {
    name: 'is of HTTP/1.0 with chunks',
    alone: true,
    acts: [`HTTP/1.0 200 OK\r\n${chunked}\r\n\r\n3\r\nabc\r\n0\r\n\r\n`, 'FIN'],
    ends: 'passed',
  },
];
