/** Proxies in front of a server of the lab for drift, as they come. */
import type { Make } from '../../../fixtures/lab/drift/lab.ts';
import { startApache } from '../../support/apache.ts';
import { startCaddy } from '../../support/caddy.ts';
import { freePort } from '../../support/daemon.ts';
import { forwardTo } from '../../support/forward.ts';
import { startHaproxy } from '../../support/haproxy.ts';
import { startNginx } from '../../support/nginx.ts';
import { findProgram } from '../../support/require.ts';
import { startVarnish } from '../../support/varnish.ts';
import { ending, listenInside } from './inside.ts';

/** Starts a proxy in front of a port of 127.0.0.1. */
export type Front = (behind: number) => Promise<{ readonly port: number; stop(): Promise<void> }>;

/** `gate`: directives before proxy_pass. */
export function nginx(gate = 'proxy_set_header Host $host;', server = ''): Front {
  return async (behind) => {
    const port = await freePort();
    const daemon = await startNginx({
      program: findProgram('nginx') ?? 'nginx',
      ports: [port],
      http: `server { listen 127.0.0.1:${port}; ${server}
location / { ${gate} proxy_pass http://127.0.0.1:${behind}; } }`,
    });
    return { port, stop: daemon.stop };
  };
}

export function apache(configuration = '', modules: readonly string[] = []): Front {
  return async (behind) => {
    const port = await freePort();
    const daemon = await startApache({
      program: findProgram('apache2') ?? 'apache2',
      ports: [port],
      modules: ['proxy', 'proxy_http', ...modules],
      configuration: `ProxyPreserveHost On\n${configuration}\nProxyPass / http://127.0.0.1:${behind}/`,
    });
    return { port, stop: daemon.stop };
  };
}

export function haproxy(lines = ''): Front {
  return async (behind) => {
    const port = await freePort();
    const daemon = await startHaproxy({
      program: findProgram('haproxy') ?? 'haproxy',
      ports: [port],
      configuration: `frontend f
  bind 127.0.0.1:${port}
  ${lines}
  default_backend b
backend b
  server s 127.0.0.1:${behind}`,
    });
    return { port, stop: daemon.stop };
  };
}

export function caddy(lines = ''): Front {
  return async (behind) => {
    const port = await freePort();
    const daemon = await startCaddy({
      program: findProgram('caddy') ?? 'caddy',
      port,
      site: `${lines}\nreverse_proxy 127.0.0.1:${behind}`,
    });
    return { port, stop: daemon.stop };
  };
}

export function varnish(lines = ''): Front {
  return (behind) => startVarnish(behind, lines);
}

/** The server with a proxy in front of it. */
export function fronted(make: Make, front: Front): Make {
  return async (service, key) => {
    const { listener, close } = await make(service, key);
    const inside = await listenInside(listener);
    const proxy = await front(inside.port);
    return { listener: forwardTo(proxy.port), close: ending([close, inside.close, proxy.stop]) };
  };
}
