/** The redirect URI of a login on this machine: one path, one tiny page that says nothing (RFC 8252 section 7.3). */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type LoopbackRedirect, withPort } from '../http/loopback-redirect.ts';
import { isUrl } from '../http/url.ts';
import { Problem, ProblemError } from '../problem.ts';
import type { Listen } from '../run/login.ts';

export const listen: Listen = async (target, receive) => {
  let port = 0;
  const server = createServer((request, response) => {
    const parameters = parametersOf(request, target, port);
    if (!parameters) return page(response, 404, 'There is nothing here.');
    if (receive(parameters) === 'taken')
      return page(
        response,
        200,
        'why401 has the answer. Go back to the terminal; this window can be closed.',
      );
    return page(response, 400, 'This is not the answer to the login that why401 waits for.');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(problem(target, error)));
    server.listen(target.port ?? 0, target.address, resolve);
  });
  port = (server.address() as AddressInfo).port;
  return {
    redirect_uri: target.port === null ? withPort(target.written, port) : target.written,
    close: () =>
      new Promise((resolve) => {
        // The page is on its way: its connection ends by itself.
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
};

/** The query of a GET of the redirect URI itself; a page of another site that points here by a name of its own gets nothing. */
function parametersOf(
  request: IncomingMessage,
  target: LoopbackRedirect,
  port: number,
): URLSearchParams | null {
  const url = isUrl(request.url ?? '', 'http://localhost')
    ? new URL(request.url ?? '', 'http://localhost')
    : null;
  if (request.method !== 'GET' || url?.pathname !== target.path) return null;
  return request.headers.host === `${target.host}:${port}` ||
    (port === 80 && request.headers.host === target.host)
    ? url.searchParams
    : null;
}

function page(response: ServerResponse, status: number, said: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'",
    connection: 'close',
  });
  response.end(`<!doctype html><meta charset="utf-8"><title>why401</title><p>${said}</p>\n`);
}

function problem(target: LoopbackRedirect, error: NodeJS.ErrnoException): ProblemError {
  const used = error.code === 'EADDRINUSE';
  return new ProblemError([
    new Problem(
      'LOGIN_PORT',
      `Nothing can listen at the redirect_uri ${target.written}: ${used ? `port ${target.port} is in use` : error.message}.`,
      {
        fix: 'End the program that uses it, or register a redirect_uri without a port: http://127.0.0.1/callback.',
      },
    ),
  ]);
}
