/** A TLS terminator in front of a plain server, as nginx or a load balancer would be one. */
import { createServer, type RequestListener, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Handler } from './origins.ts';
import type { Stage } from './stage.ts';

/** Sends each request on to 127.0.0.1, Host kept, X-Forwarded-Proto and X-Forwarded-For set. */
export function forwardTo(port: number): RequestListener {
  return (request, response) => {
    const headers = { ...request.headers, 'x-forwarded-proto': 'https', 'x-forwarded-for': '127.0.0.1' };
    const { method, url: path } = request;
    const onward = send({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    onward.on('error', () => {
      if (!response.headersSent) response.writeHead(502);
      response.end();
    });
    request.pipe(onward);
  };
}

/** A plain server behind the stage: its port on 127.0.0.1. */
export async function listenBehind(stage: Stage, listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stage.onClose(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** The same for `Origins.serve`, which has read the body already. */
export function originTo(port: number): Handler {
  return ({ headers, method, url, body }, response) => {
    const fields = headers.filter(
      ([name]) => !/^(?:connection|content-length|transfer-encoding)$/i.test(name),
    );
    const sent = [...fields, ['X-Forwarded-Proto', 'https'], ['X-Forwarded-For', '127.0.0.1']].flat();
    const length =
      method === 'GET' || method === 'HEAD' ? [] : ['Content-Length', `${Buffer.byteLength(body)}`];
    const onward = send(
      { host: '127.0.0.1', port, method, path: url, headers: [...sent, ...length] as never, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(response);
      },
    );
    onward.on('error', () => {
      if (!response.headersSent) response.writeHead(502);
      response.end();
    });
    // As a buffer: Node would write a string together with the head, and that as UTF-8.
    onward.end(Buffer.from(body));
  };
}
