import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import type { SendRequest } from '../../src/doors.ts';
import type { Field } from '../../src/model.ts';
import { createSend, type Sender } from '../../src/replay/send.ts';
import { createRedactor, Secret } from '../../src/secret.ts';
import { type Origins, requestTo, startOrigins, systemClock } from '../support/origins.ts';

/** A raw server that keeps the bytes of each request and answers 204. */
async function recorder(origins: Origins, origin: string): Promise<string[]> {
  const requests: string[] = [];
  await origins.accept(origin, (socket) => {
    let bytes = '';
    socket.on('data', (chunk) => {
      bytes += chunk.toString('latin1');
      const end = bytes.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(bytes)?.[1] ?? 0);
      if (end < 0 || bytes.length < end + 4 + length) return;
      requests.push(bytes);
      bytes = '';
      socket.write('HTTP/1.1 204 No Content\r\n\r\n');
    });
  });
  return requests;
}

function headOf(bytes: string): { line: string; fields: [string, string][]; body: string } {
  const [head = '', body = ''] = bytes.split('\r\n\r\n');
  const [line = '', ...fields] = head.split('\r\n');
  return {
    line,
    fields: fields.map(split),
    body,
  };
}

function split(field: string): [string, string] {
  const colon = field.indexOf(': ');
  return [field.slice(0, colon), field.slice(colon + 2)];
}

/** Fields that undici writes itself or refuses. */
const framing = /^(host|connection|content-length|transfer-encoding|keep-alive|upgrade|expect)$/i;

describe('recorded request', () => {
  let origins: Origins;
  let sender: Sender;
  const redactor = createRedactor();
  redactor.learn('mailbox', 'quite-secret-address');
  const origin = 'http://api.example.test';

  beforeEach(async () => {
    origins = await startOrigins();
    sender = createSend({ clock: systemClock, redactor });
  });
  afterEach(async () => {
    await sender.close();
    await origins.close();
  });

  const shapes: readonly [name: string, changes: Partial<SendRequest>, target: string][] = [
    ['a GET with a query', { headers: [['accept', '*/*']] }, '/a%20b/../c?x=1&x=2&q=%2F'],
    [
      'duplicates, odd case and an empty value',
      {
        headers: [
          ['X-Trace', '1'],
          ['aCCept', 'text/html'],
          ['x-trace', '2'],
          ['X-Empty', ''],
          ['X-Trace', '1'],
        ],
      },
      '/',
    ],
    [
      'a POST with a body',
      { method: 'POST', headers: [['Content-Type', 'text/plain']], body: Buffer.from('höhe') },
      '/',
    ],
    ['a POST with an empty body', { method: 'POST', body: new Uint8Array() }, '/'],
    ['a HEAD', { method: 'HEAD' }, '/'],
    ['a GET with a body', { body: Buffer.from('{}'), headers: [['content-length', '2']] }, '/'],
    [
      'a Host and a Connection of its own',
      {
        headers: [
          ['X-First', '1'],
          ['Host', 'other.example.test'],
          ['Connection', 'close'],
          ['X-Last', '2'],
        ],
      },
      '/',
    ],
  ];
  for (const [name, changes, target] of shapes) {
    it(`is what the server received: ${name}`, async () => {
      const requests = await recorder(origins, origin);
      const url = `${origin}${target}`;
      for (const round of [1, 2]) {
        const sent = await sender.send(requestTo(url, origins.transport, changes));
        const received = headOf(requests.at(-1) ?? '');
        expect(requests).to.have.length(round);
        expect(sent.failure).to.equal(null);
        expect(sent.request.headers).to.deep.equal(received.fields);
        const { pathname, search } = new URL(url);
        expect(received.line).to.equal(`${changes.method ?? 'GET'} ${pathname}${search} HTTP/1.1`);
        expect(Buffer.from(received.body, 'latin1')).to.deep.equal(Buffer.from(changes.body ?? []));
      }
    });
  }

  it('is what the server received, whatever the fields', async () => {
    const requests = await recorder(origins, origin);
    const name = fc
      .stringMatching(/^[A-Za-z][A-Za-z0-9!#$%&'*+.^_`|~-]{0,20}$/)
      .filter((text) => !framing.test(text));
    // Blanks at either end are not part of a value (RFC 9110 section 5.5).
    const value = fc.stringMatching(/^([!-~\xa0-\xff]([ -~\t\xa0-\xff]{0,40}[!-~\xa0-\xff])?)?$/);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, value, fc.boolean()), { maxLength: 12 }), async (list) => {
        const headers = list.map(
          ([key, text, secret]): Field =>
            secret ? [key, new Secret(text, text), ['credential reader']] : [key, text],
        );
        const sent = await sender.send(requestTo(origin, origins.transport, { headers }));
        expect(sent.failure).to.equal(null);
        expect(sent.request.headers).to.deep.equal(headOf(requests.at(-1) ?? '').fields);
        expect(sent.request.headers.slice(2)).to.deep.equal(list.map(([key, text]) => [key, text]));
        const head = `${(requests.at(-1) ?? '').split('\r\n\r\n')[0]}\r\n\r\n`;
        const lines = head.split('\r\n').slice(1, -2);
        expect(sent.request.size).to.deep.equal({
          head: head.length,
          fields: lines.map((line) => line.length + 2),
        });
        expect(sent.request.sources).to.deep.equal([
          ['transport'],
          ['transport'],
          ...list.map(([, , secret]) => (secret ? ['credential reader'] : ['why401'])),
        ]);
      }),
      { numRuns: 60 },
    );
  });

  it('says whose a Host and a Content-Length are that a step states', async () => {
    await recorder(origins, origin);
    const sent = await sender.send(
      requestTo(origin, origins.transport, {
        method: 'POST',
        headers: [
          ['Content-Length', '2', ['step']],
          ['Host', 'other.example.test', ['step']],
          ['Accept', '*/*'],
        ],
        body: Buffer.from('{}'),
      }),
    );
    const told = sent.request.headers.map(([name], index) => [name, sent.request.sources?.[index]]);
    expect(told).to.deep.equal([
      ['host', ['step']],
      ['connection', ['transport']],
      ['Accept', ['why401']],
      ['content-length', ['step']],
    ]);
  });

  it('shows secrets by name and sends their values', async () => {
    const requests = await recorder(origins, origin);
    const sent = await sender.send(
      requestTo(`${origin}/?to=quite-secret-address`, origins.transport, {
        method: 'POST',
        headers: [
          ['Authorization', Secret.join(['Bearer ', Secret.named('reader', 'abc.def.ghi')])],
          ['X-Mail', 'to quite-secret-address'],
        ],
        body: Buffer.from('mail=quite-secret-address&n=1'),
      }),
    );
    expect(headOf(requests[0] ?? '')).to.deep.equal({
      line: 'POST /?to=quite-secret-address HTTP/1.1',
      fields: [
        ['host', 'api.example.test'],
        ['connection', 'keep-alive'],
        ['Authorization', 'Bearer abc.def.ghi'],
        ['X-Mail', 'to quite-secret-address'],
        ['content-length', '29'],
      ],
      body: 'mail=quite-secret-address&n=1',
    });
    expect(sent.request).to.deep.equal({
      method: 'POST',
      url: `${origin}/?to=[secret:mailbox]`,
      headers: [
        ['host', 'api.example.test'],
        ['connection', 'keep-alive'],
        ['Authorization', 'Bearer [secret:reader]'],
        ['X-Mail', 'to [secret:mailbox]'],
        ['content-length', '29'],
      ],
      sources: [['transport'], ['transport'], ['why401'], ['why401'], ['transport']],
      // Of what was received, with the values.
      size: { head: (requests[0] ?? '').length - 29, fields: [24, 24, 35, 33, 20] },
      body: {
        bytes: 29,
        sha256: createHash('sha256').update('mail=quite-secret-address&n=1').digest('hex'),
        excerpt: 'mail=[secret:mailbox]&n=1',
      },
      httpVersion: '1.1',
    });
  });

  it('is refused, and nothing sent, when a field cannot be written', async () => {
    const requests = await recorder(origins, origin);
    const failures = [];
    for (const field of [
      ['X-Split', 'a\r\nX-Injected: b'],
      ['X Space', 'a'],
      ['Transfer-Encoding', 'chunked'],
      ['X-Euro', '\u20ac'],
      ['Content-Length', '7'],
    ] as const) {
      const { failure } = await sender.send(
        requestTo(origin, origins.transport, {
          method: 'POST',
          headers: [field],
          body: Buffer.from('12345'),
        }),
      );
      failures.push([failure?.phase, failure?.message]);
    }
    expect(requests).to.deep.equal([]);
    expect(failures).to.deep.equal([
      ['request', 'The request cannot be sent: invalid X-Split header.'],
      ['request', 'The request cannot be sent: invalid header key.'],
      ['request', 'The request cannot be sent: invalid transfer-encoding header.'],
      ['request', 'The request cannot be sent: invalid X-Euro header.'],
      ['request', 'The request cannot be sent: Request body length does not match content-length header.'],
    ]);
  });
});
