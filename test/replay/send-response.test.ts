import { createHash } from 'node:crypto';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { Sent } from '../../src/doors.ts';
import { createSend, type Sender } from '../../src/replay/send.ts';
import { createRedactor } from '../../src/secret.ts';
import { type Origins, requestTo, startOrigins, systemClock } from '../support/origins.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('response', () => {
  let origins: Origins;
  let sender: Sender;
  let names = 0;

  beforeEach(async () => {
    origins = await startOrigins();
    sender = createSend({ clock: systemClock, redactor: createRedactor() });
  });
  afterEach(async () => {
    await sender.close();
    await origins.close();
  });

  /** Sends to a raw server that answers with `bytes`, then ends. */
  async function answered(bytes: string | Buffer, bodyLimit = 1000, method = 'GET'): Promise<Sent> {
    names += 1;
    const url = `http://api${names}.example.test/`;
    await origins.accept(url, (socket) => socket.once('data', () => socket.end(bytes, 'latin1' as never)));
    return sender.send(requestTo(url, origins.transport, { bodyLimit, method }));
  }

  function coded(coding: string, body: Uint8Array): Buffer {
    const head = `HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: ${body.length}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), body]);
  }

  it('keeps order, case and duplicates of its fields, and reads them as latin1', async () => {
    const sent = await answered(
      'HTTP/1.1 401 Not You\r\nSet-Cookie: a=1\r\nWWW-Authenticate: Basic\r\nset-cookie: b=2\r\nX-Name: h\xf6he\r\nContent-Length: 2\r\n\r\nno',
    );
    expect(sent.failure).to.equal(null);
    expect(sent.response).to.deep.equal({
      status: 401,
      statusText: 'Not You',
      httpVersion: '1.1',
      headers: [
        ['Set-Cookie', 'a=1'],
        ['WWW-Authenticate', 'Basic'],
        ['set-cookie', 'b=2'],
        ['X-Name', 'h\xf6he'],
        ['Content-Length', '2'],
      ],
      body: {
        content: Buffer.from('no'),
        bytes: 2,
        sha256: sha256(Buffer.from('no')),
        truncated: false,
        decodeError: null,
      },
    });
  });

  it('comes after interim answers', async () => {
    const sent = await answered(
      'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    );
    expect([sent.response?.status, sent.response?.headers]).to.deep.equal([200, [['Content-Length', '0']]]);
  });

  it('comes after a 100 (Continue) that nobody asked for', async () => {
    const sent = await answered(
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n',
    );
    expect([sent.failure, sent.response?.status]).to.deep.equal([null, 201]);
    await origins.accept('http://late.example.test', (socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 100 Continue\r\n\r\n', () => socket.end('HTTP/1.1 204 No Content\r\n\r\n'));
      });
    });
    const late = await sender.send(requestTo('http://late.example.test/', origins.transport));
    expect([late.failure, late.response?.status]).to.deep.equal([null, 204]);
  });

  it('tells the version of its status line', async () => {
    const old = await answered('HTTP/1.0 200 OK\r\n\r\nuntil the end');
    expect([old.response?.httpVersion, old.response?.body.content]).to.deep.equal([
      '1.0',
      Buffer.from('until the end'),
    ]);
  });

  it('has no body to HEAD, 204 and 304', async () => {
    for (const [method, bytes] of [
      ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 10\r\n\r\n'],
      ['GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
      ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n'],
    ] as const) {
      const sent = await answered(bytes, 1000, method);
      expect([sent.failure, sent.response?.body.bytes, sent.response?.body.decodeError]).to.deep.equal([
        null,
        0,
        null,
      ]);
    }
  });

  it('leaves a connection on which a 204 announced a body, and keeps the others', async () => {
    const heads = ['Content-Length: 3', 'Transfer-Encoding: chunked', 'Content-Length: 0', 'X-Any: 1'];
    const used = await Promise.all(
      heads.map(async (field, index) => {
        let connections = 0;
        const url = `http://empty${index}.example.test/`;
        await origins.accept(url, (socket) => {
          connections += 1;
          socket.on('data', () => socket.write(`HTTP/1.1 204 No Content\r\n${field}\r\n\r\n`));
        });
        for (const _ of [1, 2]) await sender.send(requestTo(url, origins.transport));
        return connections;
      }),
    );
    expect(used).to.deep.equal([2, 2, 1, 1]);
  });

  it('keeps a body up to the limit, and counts and hashes the rest', async () => {
    const body = Buffer.alloc(200_000, 'abc');
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
    const sent = await answered(Buffer.concat([Buffer.from(head), body]), 10);
    expect(sent.failure).to.equal(null);
    expect(sent.response?.body).to.deep.equal({
      content: Buffer.from('abcabcabca'),
      bytes: 200_000,
      sha256: sha256(body),
      truncated: true,
      decodeError: null,
    });
  });

  it('is cut when the body passes the ceiling', async () => {
    await origins.serve('http://big.example.test', (_request, response) => {
      const more = (): void => {
        while (response.write(Buffer.alloc(100_000)));
      };
      response.on('drain', more);
      more();
    });
    const sent = await sender.send(
      requestTo('http://big.example.test/', origins.transport, { bodyLimit: 10 }),
    );
    expect(sent.failure).to.deep.equal({
      phase: 'body',
      code: 'BODY_TOO_LARGE',
      cause: 'unknown',
      message: 'The body from big.example.test:80 is larger than can be read (BODY_TOO_LARGE).',
    });
    expect([sent.response?.body.content.length, sent.response?.body.truncated]).to.deep.equal([10, true]);
  });

  const text = Buffer.from('{"orders": []}');
  const codings: readonly [coding: string, body: Buffer][] = [
    ['gzip', gzipSync(text)],
    ['X-GZIP', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['deflate, gzip', gzipSync(deflateSync(text))],
    ['identity', text],
  ];
  for (const [coding, body] of codings) {
    it(`undoes ${coding} (first byte ${body[0]})`, async () => {
      const sent = await answered(coded(coding, body));
      expect(sent.response?.body).to.deep.equal({
        content: text,
        bytes: text.length,
        sha256: sha256(text),
        truncated: false,
        decodeError: null,
      });
    });
  }

  it('says where a coded body does not decode, and keeps what did', async () => {
    const long = Buffer.from(Array.from({ length: 2000 }, (_, index) => `${index * 7919},`).join(''));
    const whole = gzipSync(long);
    const cut = await answered(coded('gzip', whole.subarray(0, whole.length - 100)), 100_000);
    const kept = cut.response?.body.content ?? Buffer.alloc(0);
    expect(cut.response?.body.decodeError).to.equal(
      'The gzip stream ends before its end marker (Z_BUF_ERROR).',
    );
    expect(kept.length).to.be.greaterThan(0);
    expect(long.subarray(0, kept.length)).to.deep.equal(kept);

    const wrong = await answered(coded('gzip', text));
    expect([wrong.response?.body.decodeError, wrong.response?.body.bytes]).to.deep.equal([
      'The bytes are not a valid gzip stream (Z_DATA_ERROR).',
      0,
    ]);
    const unknown = await answered(coded('snappy', text));
    expect([unknown.response?.body.decodeError, unknown.response?.body.content]).to.deep.equal([
      'The content coding "snappy" is not known; the bytes are as received.',
      text,
    ]);
  });

  it('stops a small body that decodes to a large one', async () => {
    const sent = await answered(coded('gzip', gzipSync(Buffer.alloc(50_000_000))), 100_000);
    const body = sent.response?.body;
    expect([body?.bytes, body?.content.length, body?.truncated, body?.decodeError]).to.deep.equal([
      100_000,
      100_000,
      true,
      null,
    ]);
  });
});
