/** Names of header fields that are changed or not read: underscores before CGI, letters in another case. */
import { freePort } from '../../support/daemon.ts';
import { startHaproxy } from '../../support/haproxy.ts';
import { findProgram } from '../../support/require.ts';
import { apache } from '../servers/apache-front.ts';
import type { Fault } from '../servers/fault.ts';
import { apacheBetween, haproxy } from './fronts.ts';
import { keyed, withEcho } from './shared.ts';

const written = 'after the rules';
const a = { written, servers: apache, needs: ['apache2'] } as const;

const script = `#!/bin/sh
if [ "$HTTP_X_API_KEY" = "$ORDERS_KEY" ]; then
  printf 'Content-Type: application/json\\n\\n{"orders":[{"id":7}]}\\n'
else
  printf 'Status: 401\\nContent-Type: application/json\\n\\n{"message":"Unauthorized"}\\n'
fi
`;
const shows = `#!/bin/sh
printf 'Content-Type: text/plain\\n\\n'
env | grep ^HTTP_
`;
/** With the fix of the documentation of mod_env: a name with an underscore is handed on under a clean one. */
const cgi =
  (lines: string): Fault['front'] =>
  (site, healed) =>
    apacheBetween({
      modules: ['cgid', 'alias', 'env', 'setenvif', 'headers'],
      files: { 'orders.cgi': script, 'headers.cgi': shows },
      configuration: `ScriptSock {folder}/cgi.sock
ProxyPass /cgi !
ScriptAlias /cgi/ {folder}/
SetEnv ORDERS_KEY ${site.app.apiKey}
${healed ? lines : ''}
<Directory {folder}>
Require all granted
</Directory>`,
    })(site, false);
const handsOn =
  'SetEnvIfNoCase ^X.Api.Key$ ^(.*)$ fixed_key=$1\nRequestHeader set X-Api-Key %{fixed_key}e env=fixed_key';

const exact: Pick<Fault, 'steps'> = { steps: [{ GET: '/exact/orders' }] };

/** Writes the name as the application wants it. */
const adjusting = async (site: Parameters<Fault['front']>[0]): ReturnType<Fault['front']> => {
  const port = await freePort();
  const daemon = await startHaproxy({
    program: findProgram('haproxy') ?? 'haproxy',
    ports: [port],
    global: 'h1-case-adjust x-api-key X-Api-Key',
    configuration: `frontend f\n  bind 127.0.0.1:${port}\n  default_backend b\nbackend b\n  option h1-case-adjust-bogus-server\n  server a 127.0.0.1:${site.app.port}`,
  });
  return { ports: { api: port, www: port }, stop: daemon.stop };
};

export const nameFaults: readonly Fault[] = [
  {
    ...a,
    ...keyed('X_Api_Key', 'keyed'),
    steps: [{ GET: '/cgi/orders.cgi' }],
    ...withEcho('/cgi/headers.cgi'),
    id: 'headers-names/cgi-underscore',
    causes: ['header-dropped-by-proxy'],
    decisive: ['x_api_key', '/cgi/headers.cgi'],
    twin: 'headers-names/cgi-hyphen-wrong-key',
    front: cgi(handsOn),
  },
  {
    ...a,
    ...keyed('X-Api-Key', 'keyed', true),
    steps: [{ GET: '/cgi/orders.cgi' }],
    ...withEcho('/cgi/headers.cgi'),
    id: 'headers-names/cgi-hyphen-wrong-key',
    causes: ['api-key-invalid', 'api-key-expired'],
    decisive: ['401'],
    twin: 'headers-names/cgi-underscore',
    front: cgi(''),
  },
  {
    ...a,
    ...keyed('X_Api_Key', 'keyed'),
    steps: [{ GET: '/cgi/orders.cgi' }],
    id: 'headers-names/cgi-underscore-unseen',
    causes: ['header-dropped-by-proxy', 'api-key-invalid', 'api-key-expired'],
    decisive: ['x_api_key', '401'],
    front: cgi(handsOn),
  },
  {
    // haproxy writes names in lower case, and the application wants X-Api-Key.
    written,
    servers: ['HAProxy 2.6.12'],
    needs: ['haproxy'],
    ...keyed('X-Api-Key', 'told'),
    ...exact,
    ...withEcho('/debug/raw'),
    id: 'headers-names/haproxy-lower-case',
    causes: ['header-dropped-by-proxy'],
    decisive: ['x-api-key', 'X-Api-Key', 'case'],
    front: (site, healed) => (healed ? adjusting(site) : haproxy('')(site, healed)),
  },
];
