/** The server that is measured against, in a process of its own: answers after `?ms=N`. Says its port, ends with stdin. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer((request, response) => {
  const ms = Number(new URL(request.url ?? '/', 'http://localhost').searchParams.get('ms') ?? 0);
  const answer = (): void => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"orders":[{"id":7}]}');
  };
  if (ms > 0) setTimeout(answer, ms);
  else answer();
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
