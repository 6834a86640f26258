/** The connections of one Transport: idle ones by origin, and what every new one needs. */
import type { SecureContext } from 'node:tls';
import { clientCertificateFor } from '../http/client-certificate.ts';
import type { ClientCertificate, Transport } from '../model.ts';
import { Secret, type Value } from '../secret.ts';
import { WireError } from './failure.ts';
import { type Connection, createConnection, isOpen } from './send-connection.ts';
import { type Opening, openSocket, type Route } from './send-open.ts';
import { parseProxy } from './send-tunnel.ts';
import { certificateAuthorities, secureContext } from './tls.ts';

export interface Pool {
  readonly route: Route;
  /** An open connection without a request, or null. */
  take(origin: string): Connection | null;
  open(url: URL, opening: Opening): Promise<Connection>;
  /** Keeps an open connection for the next request. */
  give(origin: string, connection: Connection): void;
  discard(connection: Connection): void;
  close(): Promise<void>;
}

/** By the text of their CA: what goes without a client certificate can share one, and it takes 50 ms to make. */
export type Contexts = Map<string | null, SecureContext>;

/** Throws a WireError when the transport cannot be used at all (a proxy URL that is none). */
export function createPool(transport: Transport, contexts: Contexts): Pool {
  const route = createRoute(transport, contexts);
  const idle = new Map<string, Connection[]>();
  const all = new Set<Connection>();
  return {
    route,
    take(origin) {
      const list = idle.get(origin);
      for (let connection = list?.pop(); connection; connection = list?.pop()) {
        if (isOpen(connection)) return connection;
      }
      return null;
    },
    async open(url, opening) {
      const connection = createConnection(url.origin, await openSocket(url, route, opening));
      all.add(connection);
      connection.opened.socket.once('close', () => {
        all.delete(connection);
        const list = idle.get(url.origin);
        const index = list?.indexOf(connection) ?? -1;
        if (index >= 0) list?.splice(index, 1);
        void connection.client.destroy();
      });
      return connection;
    },
    give(origin, connection) {
      const list = idle.get(origin);
      if (list) list.push(connection);
      else idle.set(origin, [connection]);
    },
    discard(connection) {
      all.delete(connection);
      void connection.client.destroy();
      connection.opened.socket.destroy();
    },
    async close() {
      const closing = [...all].map((connection) => connection.client.destroy());
      for (const connection of all) connection.opened.socket.destroy();
      all.clear();
      idle.clear();
      await Promise.all(closing);
    },
  };
}

function createRoute(transport: Transport, contexts: Contexts): Route {
  const own = new Map<ClientCertificate, SecureContext>();
  const ca = transport.ca === null ? null : certificateAuthorities(transport.ca);
  const proxy = transport.proxy === null ? null : parseProxy(reveal(transport.proxy), ca);
  if (transport.proxy !== null && proxy === null) {
    throw new WireError('PROXY_UNUSABLE', 'the proxy of the environment is not an http or https URL');
  }
  return {
    transport,
    proxy,
    context(url) {
      const certificate = clientCertificateFor(transport, url);
      const known = certificate === null ? contexts.get(transport.ca) : own.get(certificate);
      if (known) return known;
      const made = secureContext(transport.ca, certificate && revealed(certificate));
      if (certificate === null) contexts.set(transport.ca, made);
      else own.set(certificate, made);
      return made;
    },
  };
}

function revealed({ cert, key }: ClientCertificate): { readonly cert: string; readonly key: string } {
  return { cert, key: reveal(key) };
}

function reveal(value: Value): string {
  return value instanceof Secret ? value.reveal() : value;
}
