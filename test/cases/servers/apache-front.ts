/** Apache httpd as cases use it: one port, an application behind. */
import { startApache } from '../../support/apache.ts';
import { freePort } from '../../support/daemon.ts';
import { findProgram } from '../../support/require.ts';
import type { Front, Site } from './fault.ts';

export const apache: readonly string[] = ['Apache httpd 2.4.71'];

export interface ApacheFront {
  /** Beside mod_proxy. */
  readonly modules?: readonly string[];
  /** Before the application is forwarded to. `{folder}`, `{app}`, `{issuer}` (ports) are replaced. */
  readonly configuration?: string;
  readonly files?: Readonly<Record<string, string>>;
}

export async function apacheFront(site: Site, parts: ApacheFront): Promise<Front> {
  const port = await freePort();
  const configuration = `UseCanonicalName Off
LogLevel crit
ProxyPreserveHost On
${parts.configuration ?? ''}
ProxyPass / http://127.0.0.1:{app}/`;
  const daemon = await startApache({
    program: findProgram('apache2') ?? 'apache2',
    ports: [port],
    modules: ['proxy', 'proxy_http', ...(parts.modules ?? [])],
    files: parts.files ?? {},
    configuration: configuration
      .replaceAll('{app}', String(site.app.port))
      .replaceAll('{issuer}', String(site.app.issuerPort)),
  });
  return { ports: { api: port, entry: port, www: port }, stop: daemon.stop };
}
