/** Servers between, faulty until they are healed; one behind the other where it takes two. */
import {
  createServer,
  request as forwardTo,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { startCaddy } from '../../support/caddy.ts';
import { freePort } from '../../support/daemon.ts';
import { startHaproxy } from '../../support/haproxy.ts';
import { startLighttpd } from '../../support/lighttpd.ts';
import { findProgram } from '../../support/require.ts';
import { startVarnish } from '../../support/varnish.ts';
import { type ApacheFront, apacheFront } from '../servers/apache-front.ts';
import type { Fault, Front, Site } from '../servers/fault.ts';
import { type NginxFront, nginxFront } from '../servers/nginx-front.ts';

export const haproxy =
  (lines: string, global = '', always = ''): Fault['front'] =>
  async (site, healed) => {
    const port = await freePort();
    const daemon = await startHaproxy({
      program: findProgram('haproxy') ?? 'haproxy',
      ports: [port],
      global: healed ? '' : global,
      configuration: `frontend f\n  bind 127.0.0.1:${port}\n  ${always}\n  ${healed ? '' : lines}\n  default_backend b\nbackend b\n  server a 127.0.0.1:${site.app.port}`,
    });
    return { ports: { api: port, www: port }, stop: daemon.stop };
  };
export const caddy =
  (lines: string, global = ''): Fault['front'] =>
  async (site, healed) => {
    const port = await freePort();
    const daemon = await startCaddy({
      program: findProgram('caddy') ?? 'caddy',
      port,
      global: healed ? '' : global,
      site: `reverse_proxy 127.0.0.1:${site.app.port} {\n    ${healed ? '' : lines}\n  }`,
    });
    return { ports: { api: port, www: port }, stop: daemon.stop };
  };
export const lighttpd =
  (lines: string): Fault['front'] =>
  async (site, healed) => {
    const port = await freePort();
    const daemon = await startLighttpd({
      program: findProgram('lighttpd') ?? '/usr/sbin/lighttpd',
      port,
      modules: ['mod_setenv', 'mod_proxy'],
      configuration: `proxy.server = ("" => (("host" => "127.0.0.1", "port" => ${site.app.port})))\n${healed ? '' : lines}`,
    });
    return { ports: { api: port, www: port }, stop: daemon.stop };
  };
export const varnish =
  (lines: string, parameters: readonly string[] = []): Fault['front'] =>
  async (site, healed) => {
    const front = await startVarnish(site.app.port, healed ? '' : lines, healed ? [] : parameters);
    return { ports: { api: front.port, www: front.port }, stop: front.stop };
  };

/** A gateway written with node:http, with the limit and the rule of its author: what it passes on of a request. */
export async function nodeFront(
  site: Site,
  size: number,
  headersOf: (request: IncomingMessage) => OutgoingHttpHeaders | readonly string[],
): Promise<Front> {
  const server = createServer({ maxHeaderSize: size }, (request, response) => {
    const { url: path, method } = request;
    const headers = headersOf(request);
    const onward = forwardTo({ port: site.app.port, host: '127.0.0.1', path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ports: { api: (server.address() as AddressInfo).port },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
type Headers = Record<string, string | string[] | undefined>;
/** What `pass` leaves of the fields. */
export const passed =
  (pass: (headers: Headers) => void) =>
  (request: IncomingMessage): Headers => {
    const headers = { ...request.headers };
    pass(headers);
    return headers;
  };
export const node =
  (pass: (headers: Headers) => void, size = 65_536): Fault['front'] =>
  (site, healed) =>
    nodeFront(site, healed ? 65_536 : size, passed(healed ? () => {} : pass));

export const nginxBetween =
  (faulty: NginxFront, healed: NginxFront = {}): Fault['front'] =>
  (site, whole) =>
    nginxFront(site, whole ? healed : faulty);
export const apacheBetween =
  (faulty: ApacheFront, healed: ApacheFront = {}): Fault['front'] =>
  (site, whole) =>
    apacheFront(site, whole ? healed : faulty);

/** `outer` in front of `inner`, which stands where the application is otherwise. */
export const before =
  (outer: Fault['front'], inner: Fault['front']): Fault['front'] =>
  async (site, healed) => {
    const behind = await inner(site, healed);
    const front = await outer({ ...site, app: { ...site.app, port: behind.ports['api'] ?? 0 } }, healed);
    return {
      ...front,
      async stop() {
        await front.stop();
        await behind.stop();
      },
    };
  };
