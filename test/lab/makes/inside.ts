/** What a program of the lab reaches on loopback, and how it is closed. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Inside {
  readonly port: number;
  close(): Promise<void>;
}

export async function listenInside(listener: RequestListener): Promise<Inside> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Ends all of them, the last first. */
export function ending(ends: readonly (() => Promise<void> | void)[]): () => Promise<void> {
  return async () => {
    for (const end of ends.toReversed()) await end();
  };
}
