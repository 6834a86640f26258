/** Heads that are too large for somebody: by a token, a key, cookies, or what a proxy adds behind. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { python, runs } from '../mixed-after/program.ts';
import type { Fault, Site } from '../servers/fault.ts';
import { nginx } from '../servers/nginx-front.ts';
import { apacheBetween, before, caddy, lighttpd, nginxBetween, node, varnish } from './fronts.ts';
import { keyed, large, orders } from './shared.ts';

const written = 'after the rules';
const j = { written, servers: ['node:http'], needs: [] } as const;
const n = { written, servers: nginx, needs: ['nginx'] } as const;
const claims = 'orders-department-'.repeat(330);
const many = (count: number): Pick<Fault, 'secrets'> => ({
  secrets: async ({ app }, healed) => ({
    READER_TOKEN: await app.token(
      healed ? {} : { claims: { roles: Array.from({ length: count }, (_, index) => `orders-${index}`) } },
    ),
  }),
});

/** Answers as the product does when the head is larger than `limit`; else the application answers. */
function plays(limit: number, answer: string): Fault['front'] {
  return async (site, healed) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      let read = '';
      socket.on('data', (chunk) => {
        read += chunk.toString('latin1');
        if (!read.includes('\r\n\r\n')) return;
        const head = read;
        read = '';
        if (!healed && head.length > limit) socket.end(answer);
        else forward(site, head, socket);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { ports: { api: port, www: port }, stop: async () => void server.close() };
  };
}

function forward(site: Site, head: string, socket: Socket): void {
  const onward = connect(site.app.port, '127.0.0.1', () => onward.write(head, 'latin1'));
  onward.on('error', () => socket.destroy());
  onward.on('data', (chunk) => socket.write(chunk));
  socket.on('close', () => onward.destroy());
}

function answer(line: string, headers: readonly string[], body = ''): string {
  const fields = [...headers, `Content-Length: ${body.length}`, 'Connection: close'];
  return `HTTP/1.1 ${line}\r\n${fields.join('\r\n')}\r\n\r\n${body}`;
}
const html = 'Content-Type: text/html; charset=utf-8';
const played = (name: string, directive: string, text: string, limit = 3000): Fault => ({
  written,
  servers: [`${name} (played)`],
  needs: [],
  ...large,
  id: `headers-sizes/${name.toLowerCase().replace(/\W+/g, '-')}`,
  causes: ['header-too-large'],
  decisive: ['authorization', 'bytes', directive],
  steps: orders,
  front: plays(limit, text),
});

const tomcat = `<!doctype html><html lang="en"><head><title>HTTP Status 400 \u2013 Bad Request</title></head><body><h1>HTTP Status 400 \u2013 Bad Request</h1><hr class="line" /><p><b>Type</b> Exception Report</p><p><b>Message</b> Request header is too large</p><p><b>Description</b> The server cannot or will not process the request due to something that is perceived to be a client error.</p><hr class="line" /><h3>Apache Tomcat/9.0.83</h3></body></html>`;
const httpSys = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN""http://www.w3.org/TR/html4/strict.dtd">\r\n<HTML><HEAD><TITLE>Bad Request</TITLE></HEAD>\r\n<BODY><h2>Bad Request - Request Too Long</h2>\r\n<hr><p>HTTP Error 400. The size of the request headers is too long.</p>\r\n</BODY></HTML>\r\n`;
const jetty = `<h1>Bad Message 431</h1><pre>reason: Request Header Fields Too Large</pre>`;
const gunicorn = `<html>\n  <head>\n    <title>Request Header Fields Too Large</title>\n  </head>\n  <body>\n    <h1><p>Request Header Fields Too Large</p></h1>\n    Error parsing headers: &#x27;limit request headers fields size&#x27;\n  </body>\n</html>\n`;
const balancer = `<html>\r\n<head><title>400 Request Header Or Cookie Too Large</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n<center>Request Header Or Cookie Too Large</center>\r\n</body>\r\n</html>\r\n`;

const playedFaults: readonly Fault[] = [
  played('Tomcat 9', 'maxHttpRequestHeaderSize', answer('400', [html], tomcat.replace(/\u2013/g, '-'))),
  played(
    'HTTP.sys',
    'MaxFieldLength',
    answer('400 Bad Request', [html, 'Server: Microsoft-HTTPAPI/2.0'], httpSys),
  ),
  played(
    'Jetty 9',
    'requestHeaderSize',
    answer('431 Request Header Fields Too Large', [html, 'Server: Jetty(9.4.51.v20230217)'], jetty),
  ),
  played(
    'Gunicorn 20',
    'limit_request_field_size',
    answer('431 Request Header Fields Too Large', [html], gunicorn),
  ),
  played('ALB', 'load balancer', answer('400 Bad Request', [html, 'Server: awselb/2.0'], balancer)),
  played(
    'Kestrel',
    'MaxRequestHeadersTotalSize',
    answer('431 Request Header Fields Too Large', ['Server: Kestrel']),
  ),
  played('Envoy', 'max_request_headers_kb', answer('431 Request Header Fields Too Large', ['server: envoy'])),
];

const lineReader = python(`
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
given = json.loads(sys.argv[1])
class Orders(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        body = b'{"orders":[{"id":7}]}'
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
ThreadingHTTPServer(('127.0.0.1', given['port']), Orders).serve_forever()
`);
const uvicorn = python(`
import json, sys
import uvicorn
given = json.loads(sys.argv[1])
async def app(scope, receive, send):
    if scope['type'] != 'http':
        return
    await send({'type': 'http.response.start', 'status': 200, 'headers': [(b'content-type', b'application/json')]})
    await send({'type': 'http.response.body', 'body': b'{"orders":[{"id":7}]}'})
uvicorn.run(app, port=given['port'], log_level='critical', http='h11')
`);

export const sizeFaults: readonly Fault[] = [
  ...playedFaults,
  {
    ...j,
    id: 'headers-sizes/cookies',
    causes: ['header-too-large'],
    decisive: ['431', 'cookie', 'bytes', 'Node'],
    steps: [{ GET: '/open/session' }, { GET: '/orders' }],
    open: true,
    front: node(() => {}, 3000),
  },
  {
    ...j,
    id: 'headers-sizes/api-key',
    causes: ['header-too-large'],
    decisive: ['431', 'x-api-key', 'bytes'],
    ...keyed('X-Api-Key', 'told'),
    secrets: async ({ app }, healed) => ({ GATEWAY_KEY: healed ? app.apiKey : app.apiKey.repeat(140) }),
    front: node(() => {}, 3000),
  },
  {
    // What left was small: somebody between tells the application all about the user.
    ...n,
    id: 'headers-sizes/proxy-adds-claims',
    causes: ['header-too-large'],
    decisive: ['431', 'bytes', 'adds'],
    steps: orders,
    front: before(
      nginxBetween({ gate: `proxy_set_header X-User-Claims "${claims.slice(0, 3900)}";` }),
      node(() => {}, 4000),
    ),
  },
  {
    ...n,
    id: 'headers-sizes/proxy-adds-claims-to-apache',
    causes: ['header-too-large'],
    decisive: ['400', 'bytes', 'adds'],
    steps: orders,
    needs: ['nginx', 'apache2'],
    front: before(
      nginxBetween({ gate: `proxy_set_header X-User-Claims "${claims.slice(0, 3900)}";` }),
      apacheBetween({ configuration: 'LimitRequestFieldSize 2000' }),
    ),
  },
  {
    ...j,
    id: 'headers-sizes/limit-below-all-others',
    causes: ['header-too-large'],
    decisive: ['431', 'bytes', 'Node'],
    steps: orders,
    front: node(() => {}, 500),
  },
  {
    ...large,
    written,
    servers: ['lighttpd'],
    needs: ['/usr/sbin/lighttpd'],
    id: 'headers-sizes/lighttpd',
    causes: ['header-too-large'],
    decisive: ['431', 'authorization', 'server.max-request-field-size'],
    steps: orders,
    front: lighttpd('server.max-request-field-size = 2000'),
  },
  {
    ...large,
    written,
    servers: ['varnish 7.1.1'],
    needs: ['varnishd'],
    id: 'headers-sizes/varnish',
    causes: ['header-too-large', 'authorization-malformed', 'connection-closed'],
    decisive: ['400', 'authorization'],
    steps: orders,
    front: varnish('', ['http_req_hdr_len=2k', 'http_req_size=12k']),
  },
  {
    ...many(900),
    written,
    servers: ['Caddy 2.6'],
    needs: ['caddy'],
    id: 'headers-sizes/caddy',
    causes: ['header-too-large'],
    decisive: ['431', 'authorization', 'max_header_size'],
    steps: orders,
    front: caddy('', 'servers {\n    max_header_size 1kb\n  }'),
  },
  {
    ...many(5200),
    written,
    servers: ['python http.server'],
    needs: ['/usr/bin/python3'],
    id: 'headers-sizes/python-line',
    causes: ['header-too-large'],
    decisive: ['431', 'authorization', 'bytes'],
    steps: orders,
    front: runs(lineReader, () => ({})),
  },
  {
    ...many(9000),
    written,
    servers: ['uvicorn 0.17'],
    needs: ['/usr/bin/python3:uvicorn', '/usr/bin/python3:h11'],
    id: 'headers-sizes/uvicorn',
    causes: ['header-too-large', 'authorization-malformed'],
    decisive: ['400', 'authorization', 'h11_max_incomplete_event_size'],
    steps: orders,
    front: runs(uvicorn, () => ({})),
  },
];
