import { createServer, request as forward, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { mapAddress } from '../../src/http/address.ts';
import { createSend, type Sender } from '../../src/replay/send.ts';
import { createRedactor, Secret } from '../../src/secret.ts';
import type { Identity } from '../support/certificates.ts';
import { type Origins, requestTo, startOrigins, systemClock } from '../support/origins.ts';

interface TestProxy {
  readonly url: string;
  /** Request lines with their Proxy-Authorization. */
  readonly seen: string[];
  close(): Promise<void>;
}

/** A forward proxy that takes `user:pass`, and connects everything to where `target` says. */
async function startProxy(
  target: () => string,
  status = 200,
  tls: Identity | null = null,
): Promise<TestProxy> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const address = (): { host: string; port: number } => {
    const [host = '', port = ''] = target().split(':');
    return { host, port: Number(port) };
  };
  const listener: RequestListener = (request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers['proxy-authorization']}`);
    const onward = forward({ ...address(), method: request.method, path: request.url }, (answer) => {
      response.writeHead(answer.statusCode ?? 0);
      answer.pipe(response);
    });
    request.pipe(onward);
  };
  const server: Server = tls ? createSecureServer(tls, listener) : createServer(listener);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.on('connect', (request, socket: Socket) => {
    seen.push(`${request.method} ${request.url} ${request.headers['proxy-authorization']}`);
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\nProxy-Authenticate: Basic\r\n\r\n`);
      return;
    }
    const onward = connect(address(), () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    sockets.add(onward);
    onward.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('proxy', () => {
  let origins: Origins;
  let sender: Sender;
  const secure = 'https://api.example.test/';
  const plain = 'http://plain.example.test/';
  const login = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;

  beforeEach(async () => {
    origins = await startOrigins();
    sender = createSend({ clock: systemClock, redactor: createRedactor() });
    await origins.serve(secure, (_request, response) => response.end('secure'));
    await origins.serve(plain, (_request, response) => response.end('plain'));
  });
  afterEach(async () => {
    await sender.close();
    await origins.close();
  });

  const proxyAt = (address: string): Secret => Secret.named('proxy', `http://user:p%40ss@${address}`);

  it('carries https in a tunnel, with name, certificate check and field order intact', async () => {
    const proxy = await startProxy(() => origins.transport.connectTo.get('api.example.test:443') ?? '');
    const transport = origins.transportWith({ proxy: proxyAt(proxy.url), connectTo: new Map() });
    const headers = [
      ['X-B', '1'],
      ['x-a', '2'],
      ['X-B', '3'],
    ] as const;
    const sent = await sender.send(requestTo(secure, transport, { headers }));
    await sender.close();
    await proxy.close();
    expect([sent.failure, sent.response?.body.content, sent.tls?.verified]).to.deep.equal([
      null,
      Buffer.from('secure'),
      true,
    ]);
    expect(proxy.seen).to.deep.equal([`CONNECT api.example.test:443 ${login}`]);
    expect(origins.received[0]?.headers).to.deep.equal(sent.request.headers);
    expect(sent.request.headers).to.deep.equal([
      ['host', 'api.example.test'],
      ['connection', 'keep-alive'],
      ...headers,
    ]);
  });

  it('is asked for the whole URL over plain http, and its password is not shown', async () => {
    const proxy = await startProxy(() => origins.transport.connectTo.get('plain.example.test:80') ?? '');
    const transport = origins.transportWith({ proxy: proxyAt(proxy.url), connectTo: new Map() });
    const sent = await sender.send(requestTo(`${plain}a?b=1`, transport));
    await sender.close();
    await proxy.close();
    expect([sent.failure, sent.response?.body.content, proxy.seen]).to.deep.equal([
      null,
      Buffer.from('plain'),
      [`GET http://plain.example.test/a?b=1 ${login}`],
    ]);
    expect(sent.request.headers).to.deep.equal([
      ['host', 'plain.example.test'],
      ['connection', 'keep-alive'],
      ['proxy-authorization', 'Basic [secret:proxy]'],
    ]);
    expect(sent.request.sources).to.deep.equal([['transport'], ['transport'], ['proxy']]);
  });

  it('is spoken to in TLS when its URL says https', async () => {
    const identity = await origins.authority.issue(['localhost']);
    const proxy = await startProxy(
      () => origins.transport.connectTo.get('api.example.test:443') ?? '',
      200,
      identity,
    );
    const url = `https://user:p%40ss@localhost:${proxy.url.split(':')[1]}`;
    const transport = origins.transportWith({ proxy: Secret.named('proxy', url), connectTo: new Map() });
    const sent = await sender.send(requestTo(secure, transport));
    await sender.close();
    await proxy.close();
    expect([sent.failure, sent.response?.body.content, sent.tls?.names, proxy.seen]).to.deep.equal([
      null,
      Buffer.from('secure'),
      ['api.example.test'],
      [`CONNECT api.example.test:443 ${login}`],
    ]);
  });

  it('tells its own refusals from those of the origin', async () => {
    const outcomes: unknown[] = [];
    for (const status of [407, 403, 502]) {
      const proxy = await startProxy(() => '', status);
      const transport = origins.transportWith({ proxy: proxyAt(proxy.url) });
      const { failure } = await sender.send(requestTo(secure, transport));
      outcomes.push([failure?.phase, failure?.code, failure?.cause]);
      await proxy.close();
    }
    const { failure } = await sender.send(
      requestTo(secure, origins.transportWith({ proxy: proxyAt('127.0.0.1:1') })),
    );
    outcomes.push([failure?.phase, failure?.code, failure?.cause]);
    const socks = await sender.send(
      requestTo(secure, origins.transportWith({ proxy: 'socks5://127.0.0.1:1' })),
    );
    outcomes.push([socks.failure?.phase, socks.failure?.code, socks.failure?.cause]);
    expect(outcomes).to.deep.equal([
      ['proxy', 'PROXY_AUTH_REQUIRED', 'proxy-auth-required'],
      ['proxy', 'PROXY_REFUSED', 'proxy-intercept'],
      ['proxy', 'PROXY_BAD_GATEWAY', 'gateway-down'],
      ['proxy', 'ECONNREFUSED', 'connection-refused'],
      ['request', 'PROXY_UNUSABLE', 'unknown'],
    ]);
    expect(origins.received).to.deep.equal([]);
  });
});

describe('connectTo', () => {
  const api = { host: 'api.example.com', port: 443 };
  const rows: readonly [from: string, to: string, host: string, port: number][] = [
    ['api.example.com:443', '10.0.0.1:8443', '10.0.0.1', 8443],
    ['API.example.com:443', '[::1]:8443', '::1', 8443],
    [':443', 'canary:', 'canary', 443],
    ['api.example.com:', ':8443', 'api.example.com', 8443],
    [':', 'canary:1', 'canary', 1],
    ['api.example.com:80', 'canary:1', 'api.example.com', 443],
    ['www.example.com:443', 'canary:1', 'api.example.com', 443],
  ];
  for (const [from, to, host, port] of rows) {
    it(`leads from api.example.com:443 to ${host}:${port} by "${from}": "${to}"`, () => {
      expect(mapAddress(api, new Map([[from, to]]))).to.deep.equal({ host, port });
    });
  }
});
