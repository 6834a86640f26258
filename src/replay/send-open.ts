/** Opens the TCP or TLS connection that one HTTP connection runs on. */
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect as connectTls,
  type SecureContext,
} from 'node:tls';
import { type Address, addressOf, mapAddress } from '../http/address.ts';
import type { TlsFacts, Transport } from '../model.ts';
import { type Phase, WireError } from './failure.ts';
import { type ForwardProxy, openTunnel } from './send-tunnel.ts';
import { readTlsFacts } from './tls.ts';

export interface Opened {
  readonly socket: Socket;
  readonly tls: TlsFacts | null;
  readonly http2: boolean;
  /** The request line must hold the whole URL (RFC 9112 section 3.2.2). */
  readonly absoluteForm: boolean;
  /** The other end of the socket is a proxy. */
  readonly proxied: boolean;
}

/** How far an attempt came, and the way to end it. */
export interface Opening {
  phase: Phase;
  tls: TlsFacts | null;
  /** What a TLS handshake was begun with; null while that is nobody, and where a proxy is between. */
  peer: Address | null;
  /** Ends the attempt; set while it runs. */
  stop: ((error: Error) => void) | null;
  /** For names that the environment does not map. */
  lookup: LookupFunction;
}

export interface Route {
  readonly transport: Transport;
  readonly proxy: ForwardProxy | null;
  /** That of the host, with its client certificate; made when it is first needed. */
  readonly context: (url: URL) => SecureContext;
}

/** Rejects with the error of the phase that `opening.phase` names. */
export async function openSocket(url: URL, route: Route, opening: Opening): Promise<Opened> {
  const secure = url.protocol === 'https:';
  const first = addressOf(url);
  const target = mapAddress(first, route.transport.connectTo);
  if (route.proxy === null) return connect(url, target, null, route, opening);
  // As curl: a mapped address is asked for by CONNECT, for the URL must keep its own.
  if (secure || target !== first || route.proxy.secure) {
    opening.phase = 'proxy';
    const tunnel = await openTunnel(route.proxy, target, opening);
    if (!secure) return { socket: tunnel, tls: null, http2: false, absoluteForm: false, proxied: true };
    return connect(url, target, tunnel, route, opening);
  }
  const opened = await connect(new URL('http://proxy'), route.proxy.address, null, route, opening, 'proxy');
  return { ...opened, absoluteForm: true, proxied: true };
}

async function connect(
  url: URL,
  target: Address,
  tunnel: Socket | null,
  route: Route,
  opening: Opening,
  phase: Phase | null = null,
): Promise<Opened> {
  // A host that the project file maps, or a proxy, is meant.
  const lookup = phase === null && target.host === addressOf(url).host ? opening.lookup : undefined;
  const way = { ...target, autoSelectFamily: true, ...(lookup ? { lookup } : {}) };
  if (url.protocol !== 'https:') {
    const socket = connectTcp({ ...way, noDelay: true, keepAlive: true });
    followPhases(socket, target, opening, phase);
    await settled(socket, 'connect', opening);
    return { socket, tls: null, http2: false, absoluteForm: false, proxied: tunnel !== null };
  }
  // A certificate or key that cannot be read is nobody's answer.
  opening.phase = 'request';
  const secureContext = route.context(url);
  opening.phase = 'tls';
  const socket = connectTls(
    tlsOptions(url, tunnel ? { socket: tunnel } : way, route.transport, secureContext),
  );
  if (tunnel === null) followPhases(socket, target, opening, phase);
  // Before Node's own listener, which destroys a socket that does not verify: the certificate is still there.
  socket.prependListener('secure', () => {
    opening.tls = readTlsFacts(socket, false);
  });
  await settled(socket, 'secureConnect', opening);
  socket.setNoDelay(true).setKeepAlive(true, 60_000);
  const tls = opening.tls === null ? null : { ...opening.tls, verified: socket.authorized };
  return { socket, tls, http2: socket.alpnProtocol === 'h2', absoluteForm: false, proxied: tunnel !== null };
}

/** The name that is asked for and checked is the URL's, wherever the connection goes. */
function tlsOptions(
  url: URL,
  way: ConnectionOptions,
  transport: Transport,
  secureContext: SecureContext,
): ConnectionOptions {
  const name = url.hostname.replace(/^\[|\]$/g, '');
  return {
    ...way,
    secureContext,
    rejectUnauthorized: !transport.insecure,
    ALPNProtocols: transport.http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
    // RFC 6066 section 3: no addresses, no trailing dot.
    servername: isIP(name) === 0 ? name.replace(/\.$/, '') : '',
  };
}

function followPhases(socket: Socket, target: Address, opening: Opening, fixed: Phase | null): void {
  opening.phase = fixed ?? (isIP(target.host) === 0 ? 'dns' : 'connect');
  if (fixed !== null) return;
  socket.once('lookup', (error: Error | null) => {
    if (!error) opening.phase = 'connect';
  });
  if ('alpnProtocol' in socket) {
    socket.once('connect', () => {
      opening.phase = 'tls';
      const { remoteAddress: host, remotePort: port } = socket;
      opening.peer = host === undefined || port === undefined ? null : { host, port };
    });
  }
}

/** Waits for `event`; any end before it is an error. */
function settled(socket: Socket, event: 'connect' | 'secureConnect', opening: Opening): Promise<void> {
  // Between here and the HTTP connection that takes over, an error must not be left without a listener.
  socket.on('error', () => {});
  return new Promise((resolve, reject) => {
    const done = (): void => {
      opening.stop = null;
      socket.off('error', fail).off('close', closed).off(event, connected);
    };
    const fail = (error: Error): void => {
      done();
      reject(error);
    };
    const closed = (): void => fail(new WireError('ECONNRESET'));
    const connected = (): void => {
      done();
      resolve();
    };
    opening.stop = (error) => socket.destroy(error);
    socket.once('error', fail).once('close', closed).once(event, connected);
  });
}
