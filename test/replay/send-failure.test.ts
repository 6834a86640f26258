import type { Socket } from 'node:net';
import { expect } from 'chai';
import type { SendRequest, Sent } from '../../src/doors.ts';
import { createSend, type Sender } from '../../src/replay/send.ts';
import { createRedactor } from '../../src/secret.ts';
import { type Origins, requestTo, startOrigins, systemClock } from '../support/origins.ts';

describe('transport failure', () => {
  let origins: Origins;
  let sender: Sender;
  const url = 'http://api.example.test/';
  const peer = 'api.example.test:80';
  const timeouts = { connect: 10_000, head: 10_000, body: 10_000, total: 10_000 };

  beforeEach(async () => {
    origins = await startOrigins();
    sender = createSend({ clock: systemClock, redactor: createRedactor() });
  });
  afterEach(async () => {
    await sender.close();
    await origins.close();
  });

  async function sendTo(
    onRequest: (socket: Socket) => void,
    changes: Partial<SendRequest> = {},
  ): Promise<Sent> {
    await origins.accept(url, (socket) => socket.once('data', () => onRequest(socket)));
    return sender.send(requestTo(url, origins.transport, changes));
  }

  it('is dns-failure for a name that does not resolve', async () => {
    const sent = await sender.send(requestTo('http://nowhere.invalid/', origins.transport));
    expect([sent.response, sent.failure?.phase, sent.failure?.cause, sent.remote]).to.deep.equal([
      null,
      'dns',
      'dns-failure',
      null,
    ]);
  });

  it('is connection-refused where nothing listens', async () => {
    origins.map(url, '127.0.0.1:1');
    const sent = await sender.send(requestTo(url, origins.transport, { headers: [['accept', '*/*']] }));
    expect(sent.failure).to.deep.equal({
      phase: 'connect',
      code: 'ECONNREFUSED',
      cause: 'connection-refused',
      message: `Nothing listens at ${peer} (connected to 127.0.0.1:1) (ECONNREFUSED).`,
    });
    expect(sent.request.headers).to.deep.equal([
      ['host', 'api.example.test'],
      ['accept', '*/*'],
    ]);
    expect([sent.timings.connect, sent.timings.head]).to.deep.equal([null, null]);
  });

  it('is connection-timeout when a TLS handshake does not end', async () => {
    await origins.accept('https://api.example.test', () => {});
    const sent = await sender.send(
      requestTo('https://api.example.test/', origins.transport, { timeouts: { ...timeouts, connect: 400 } }),
    );
    expect(sent.failure).to.deep.equal({
      phase: 'tls',
      code: 'CONNECT_TIMEOUT',
      cause: 'connection-timeout',
      message:
        'api.example.test:443 took the connection and did not end the TLS handshake within 400 ms (CONNECT_TIMEOUT).',
    });
  });

  const heads: readonly [name: string, act: (socket: Socket) => void, code: string][] = [
    ['the peer ends without a byte', (socket) => socket.end(), 'UND_ERR_SOCKET'],
    ['the peer resets', (socket) => socket.resetAndDestroy(), 'ECONNRESET'],
    ['the head is cut', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'), 'UND_ERR_SOCKET'],
  ];
  for (const [name, act, code] of heads) {
    it(`is connection-closed when ${name}`, async () => {
      const sent = await sendTo(act);
      expect([sent.response, sent.failure]).to.deep.equal([
        null,
        {
          phase: 'head',
          code,
          cause: 'connection-closed',
          message: `The connection to ${peer} ended before a complete answer head (${code}).`,
        },
      ]);
    });
  }

  it('names a head that is too large', async () => {
    const sent = await sendTo((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(300_000)}\r\n\r\n`),
    );
    expect(sent.failure).to.deep.equal({
      phase: 'head',
      code: 'UND_ERR_HEADERS_OVERFLOW',
      cause: 'connection-closed',
      message: `The header fields from ${peer} are larger than can be read (UND_ERR_HEADERS_OVERFLOW).`,
    });
  });

  it('names an answer that is not HTTP', async () => {
    const sent = await sendTo((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    expect([sent.failure?.phase, sent.failure?.cause, sent.failure?.message]).to.deep.equal([
      'head',
      'connection-closed',
      `${peer} answered with something that is not HTTP: it begins "SSH-2.0-OpenSSH_9.2\\r\\n" (HPE_ERROR).`,
    ]);
  });

  const cut = `The body from ${peer} was cut (UND_ERR_SOCKET).`;
  const misframed = `The body from ${peer} is not framed as HTTP says (HPE_ERROR).`;
  const bodies: readonly [name: string, bytes: string, message: string][] = [
    ['Content-Length promises more', 'Content-Length: 50\r\n\r\nabc', cut],
    ['chunks are cut', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n', cut],
    [
      'a connection that was to close ends inside a chunk',
      'Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n9\r\n',
      misframed,
    ],
    ['a chunk size is none', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nxyz\r\n', misframed],
  ];
  for (const [name, bytes, message] of bodies) {
    it(`is body-truncated, and the rest is kept, when ${name}`, async () => {
      const sent = await sendTo((socket) => socket.end(`HTTP/1.1 200 OK\r\n${bytes}`));
      expect([sent.failure?.phase, sent.failure?.cause, sent.failure?.message]).to.deep.equal([
        'body',
        'body-truncated',
        message,
      ]);
      expect([sent.response?.status, sent.response?.body.content]).to.deep.equal([200, Buffer.from('abc')]);
    });
  }

  it('tells which time ran out', async () => {
    const silent = (): void => {};
    const begun = (socket: Socket): void => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc');
    };
    const head = await sendTo(silent, { timeouts: { ...timeouts, head: 30 } });
    expect(head.failure).to.deep.equal({
      phase: 'head',
      code: 'UND_ERR_HEADERS_TIMEOUT',
      cause: 'response-timeout',
      message: `${peer} sent no complete answer head within 30 ms (UND_ERR_HEADERS_TIMEOUT).`,
    });
    const body = await sendTo(begun, { timeouts: { ...timeouts, body: 30 } });
    expect([body.failure, body.response?.body.content]).to.deep.equal([
      {
        phase: 'body',
        code: 'UND_ERR_BODY_TIMEOUT',
        cause: 'response-timeout',
        message: `${peer} began to answer and then sent nothing for 30 ms (UND_ERR_BODY_TIMEOUT).`,
      },
      Buffer.from('abc'),
    ]);
    const total = await sendTo(silent, { timeouts: { ...timeouts, total: 30 } });
    expect(total.failure).to.deep.equal({
      phase: 'head',
      code: 'TOTAL_TIMEOUT',
      cause: 'response-timeout',
      message: `${peer} gave no complete answer within 30 ms (TOTAL_TIMEOUT).`,
    });
  });

  it('does not let an answer that drips outlast the total time', async () => {
    const sent = await sendTo(
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n');
        const timer = setInterval(() => socket.write('x'), 5);
        socket.once('close', () => clearInterval(timer));
      },
      { timeouts: { ...timeouts, body: 5000, total: 300 } },
    );
    expect([
      sent.failure?.phase,
      sent.failure?.code,
      sent.failure?.cause,
      sent.response?.status,
    ]).to.deep.equal(['body', 'TOTAL_TIMEOUT', 'response-timeout', 200]);
  });

  it('is aborted when the sender closes', async () => {
    let closing: Promise<void> | null = null;
    const sent = await sendTo(() => {
      closing = sender.close();
    });
    await closing;
    expect([sent.failure?.phase, sent.failure?.code]).to.deep.equal(['aborted', 'UND_ERR_DESTROYED']);
  });

  it('is aborted when the signal says so, before and while it runs', async () => {
    const before = await sendTo(() => {}, { signal: AbortSignal.abort() });
    const controller = new AbortController();
    const during = await sendTo(() => controller.abort(), { signal: controller.signal });
    expect([before.failure, during.failure]).to.deep.equal([
      {
        phase: 'aborted',
        code: 'ABORT_ERR',
        cause: 'unknown',
        message: 'The run was stopped in phase "request" (ABORT_ERR).',
      },
      {
        phase: 'aborted',
        code: 'ABORT_ERR',
        cause: 'unknown',
        message: 'The run was stopped in phase "head" (ABORT_ERR).',
      },
    ]);
  });
});

describe('connection', () => {
  let origins: Origins;
  let sender: Sender;

  beforeEach(async () => {
    origins = await startOrigins();
    sender = createSend({ clock: systemClock, redactor: createRedactor() });
  });
  afterEach(async () => {
    await sender.close();
    await origins.close();
  });

  it('is reused by the next request, and replaced when the peer has closed it', async () => {
    const sockets: Socket[] = [];
    await origins.accept('http://api.example.test', (socket) => {
      sockets.push(socket);
      socket.on('data', () => socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
    });
    const send = (): Promise<Sent> => sender.send(requestTo('http://api.example.test/', origins.transport));
    const first = await send();
    const second = await send();
    expect(first.remote).to.equal(second.remote);
    expect([first.timings.connect === null, second.timings.connect]).to.deep.equal([false, null]);
    const closed = new Promise((resolve) => sockets[0]?.once('close', resolve));
    sockets[0]?.end();
    await closed;
    const third = await send();
    expect([third.failure, third.timings.connect === null, sockets.length]).to.deep.equal([null, false, 2]);
  });

  it('is never shared by two transports or by two requests at a time', async () => {
    let sockets = 0;
    await origins.accept('http://api.example.test', (socket) => {
      sockets += 1;
      socket.on('data', () => socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
    });
    const url = 'http://api.example.test/';
    await Promise.all([
      sender.send(requestTo(url, origins.transport)),
      sender.send(requestTo(url, origins.transport)),
    ]);
    await sender.send(requestTo(url, origins.transportWith({})));
    expect(sockets).to.equal(3);
  });

  it('goes to an IPv6 address', async function () {
    await origins
      .serve('http://[::1]:8080', (_request, response) => response.end('six'), { address: '::1' })
      .catch(() => this.skip());
    const sent = await sender.send(requestTo('http://[::1]:8080/', origins.transport));
    expect([sent.failure, sent.response?.body.content, sent.remote?.startsWith('[::1]:')]).to.deep.equal([
      null,
      Buffer.from('six'),
      true,
    ]);
    expect(sent.request.headers[0]).to.deep.equal(['host', '[::1]:8080']);
  });
});
