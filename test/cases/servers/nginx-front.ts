/** nginx as cases use it: one server on a port of its own, an application behind. */
import { freePort } from '../../support/daemon.ts';
import { startNginx } from '../../support/nginx.ts';
import { findProgram } from '../../support/require.ts';
import type { Front, Site } from './fault.ts';

export const nginx: readonly string[] = ['nginx 1.22.1'];

export interface NginxFront {
  /** Content of `location /` before proxy_pass. */
  readonly gate?: string;
  /** Directives and locations of the server beside `location /`. `{port}`, `{app}` are ports, `{dead}` one where nothing listens. */
  readonly server?: string;
  /** Directives of `http`. */
  readonly http?: string;
  /** What `location /` does in the end. Default: it forwards to the application. */
  readonly end?: string;
  /** Content of a second server, that of the origin `entry`. */
  readonly entry?: string;
  /** nginx ends TLS itself. */
  readonly tls?: boolean;
  readonly files?: Readonly<Record<string, string>>;
  /** Directives outside of all blocks. */
  readonly main?: string;
}

const log = `log_format lines escape=json '{"method":"$request_method","path":"$request_uri","authorization":"$http_authorization"}';`;

export async function nginxFront(site: Site, parts: NginxFront): Promise<Front> {
  const [port, entry, dead] = [await freePort(), await freePort(), await freePort()];
  const end = parts.end ?? 'proxy_pass http://127.0.0.1:{app};';
  const tls = `ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    access_log {folder}/api.log lines;`;
  const http = `${log}
  proxy_set_header Host $host;
  ${parts.http ?? ''}
  server {
    listen 127.0.0.1:{port}${parts.tls ? ' ssl' : ''};
    ${parts.tls ? tls : ''}
    ${parts.server ?? ''}
    location / { ${parts.gate ?? ''} ${end} }
  }
  ${parts.entry === undefined ? '' : `server { listen 127.0.0.1:${entry}; ${parts.entry} }`}`;
  const daemon = await startNginx({
    program: findProgram('nginx') ?? 'nginx',
    ports: parts.entry === undefined ? [port] : [port, entry],
    files: { 'cert.pem': site.identity.cert, 'key.pem': site.identity.key, ...parts.files },
    main: parts.main ?? '',
    http: http
      .replaceAll('{port}', String(port))
      .replaceAll('{app}', String(site.app.port))
      .replaceAll('{dead}', String(dead)),
  });
  return {
    ports: { api: port, entry: parts.entry === undefined ? port : entry, www: port },
    ...(parts.tls && { logs: { api: `${daemon.folder}/api.log` } }),
    stop: daemon.stop,
  };
}
