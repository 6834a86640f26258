/** caddy in front of an application, squid between it and us, mod_security in nginx. */
import { startCaddy } from '../../support/caddy.ts';
import { freePort } from '../../support/daemon.ts';
import { findProgram } from '../../support/require.ts';
import { startSquid } from '../../support/squid.ts';
import type { Case } from '../case.ts';
import { define, type Fault, type Front, type Site } from './fault.ts';
import { nginx, nginxFront } from './nginx-front.ts';

const get = { GET: '/orders' };

async function caddyFront(site: Site, directives: string): Promise<Front> {
  const [port, dead] = [await freePort(), await freePort()];
  const daemon = await startCaddy({
    program: findProgram('caddy') ?? 'caddy',
    port,
    site: directives.replaceAll('{app}', String(site.app.port)).replaceAll('{dead}', String(dead)),
  });
  return { ports: { api: port, entry: port }, stop: daemon.stop };
}
function caddy(faulty: string, healed = 'reverse_proxy 127.0.0.1:{app}'): Fault['front'] {
  return (site, whole) => caddyFront(site, whole ? healed : faulty);
}
// correct-horse, with few rounds
const users =
  'basicauth * bcrypt Operators {\n ci $2a$05$JT66otbPP/X9Ing3xQrlsuX/JrWuf.cE3oWE.muF73iISV5Pqv7FK\n }';

const caddyFaults: readonly Fault[] = [
  {
    id: 'caddy/basic-in-front',
    servers: ['caddy 2.6.2'],
    causes: ['basic-shadow'],
    decisive: ['Basic', 'Operators'],
    twin: 'caddy/basic-password-wrong',
    needs: ['caddy'],
    sibling: true,
    steps: [get],
    front: caddy(`${users}\n reverse_proxy 127.0.0.1:{app}`),
  },
  {
    id: 'caddy/basic-password-wrong',
    servers: ['caddy 2.6.2'],
    causes: ['password-wrong', 'user-unknown'],
    decisive: ['Operators'],
    twin: 'caddy/basic-in-front',
    needs: ['caddy'],
    open: true,
    steps: [{ GET: '/open/orders' }],
    credential: 'legacy',
    credentials: { legacy: { type: 'basic', username: 'ci', password: '${secret.PASSWORD}' } },
    secrets: async (_site, healed) => ({ PASSWORD: healed ? 'correct-horse' : 'staple' }),
    front: (site) => caddyFront(site, `${users}\n reverse_proxy 127.0.0.1:{app}`),
  },
  {
    id: 'caddy/strips-authorization',
    servers: ['caddy 2.6.2', 'express-oauth2-jwt-bearer'],
    causes: ['credentials-stripped-by-proxy'],
    decisive: ['uthorization'],
    needs: ['caddy'],
    open: true,
    sibling: true,
    steps: [get],
    front: caddy('reverse_proxy 127.0.0.1:{app} {\n header_up -Authorization\n }'),
  },
  {
    id: 'caddy/upstream-down',
    servers: ['caddy 2.6.2'],
    causes: ['gateway-down', 'gateway-misconfigured', 'idp-unreachable'],
    decisive: ['502'],
    twin: 'caddy/forward-auth-down',
    needs: ['caddy'],
    open: true,
    sibling: true,
    steps: [get],
    front: caddy('reverse_proxy 127.0.0.1:{dead}'),
  },
  {
    // The service that is asked about each request is down, and not the application.
    id: 'caddy/forward-auth-down',
    servers: ['caddy 2.6.2'],
    causes: ['idp-unreachable', 'gateway-misconfigured', 'gateway-down'],
    decisive: ['502'],
    twin: 'caddy/upstream-down',
    needs: ['caddy'],
    open: true,
    steps: [get],
    front: caddy('forward_auth 127.0.0.1:{dead} {\n uri /decide\n }\n reverse_proxy 127.0.0.1:{app}'),
  },
];

const credentials = ['ci', 'correct-horse'].join(':');
const askUsers = `auth_param basic program /usr/lib/squid/basic_ncsa_auth {folder}/htpasswd
auth_param basic realm Egress
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all`;

function squid(configuration: (healed: boolean) => string): Fault['front'] {
  return async (site, healed) => {
    const inner = await nginxFront(site, {});
    const proxy = await freePort();
    const daemon = await startSquid({
      program: findProgram('squid') ?? 'squid',
      port: proxy,
      files: { htpasswd: 'ci:$apr1$orders$9KiUAoTo7CimkOlr1zCzr/\n' },
      configuration: configuration(healed),
    });
    return {
      ...inner,
      proxy,
      stop: async () => {
        await Promise.all([daemon.stop(), inner.stop()]);
      },
    };
  };
}

const squidFaults: readonly Fault[] = [
  {
    id: 'squid/wants-a-password',
    servers: ['squid 5.7'],
    causes: ['proxy-auth-required'],
    decisive: ['proxy'],
    needs: ['squid', '/usr/lib/squid/basic_ncsa_auth'],
    steps: [get],
    front: squid(() => askUsers),
    environment: (_site, healed, front) => ({
      proxy: `http://${healed ? `\${secret.PROXY_USER}@` : ''}127.0.0.1:${front.proxy}`,
    }),
    secrets: async (_site, healed) => (healed ? { PROXY_USER: credentials } : {}),
  },
  {
    id: 'squid/denies-the-tunnel',
    servers: ['squid 5.7'],
    causes: ['proxy-intercept'],
    decisive: ['proxy', '403'],
    needs: ['squid'],
    steps: [get],
    front: squid((healed) =>
      healed ? 'http_access allow all' : 'http_access deny CONNECT\nhttp_access deny all',
    ),
    environment: (_site, _healed, front) => ({ proxy: `http://127.0.0.1:${front.proxy}` }),
  },
];

const rules = '/usr/share/modsecurity-crs/rules';
const setup = '/etc/modsecurity/crs/crs-setup.conf';
const module = '/usr/lib/nginx/modules/ngx_http_modsecurity_module.so';

const firewall: readonly Fault[] = [
  {
    id: 'nginx/core-rules-refuse-query',
    servers: [...nginx, 'mod_security 3 with OWASP CRS 3.3.4'],
    causes: ['edge-blocked', 'policy-blocked', 'ip-not-allowed'],
    decisive: ['403'],
    twin: 'nginx/address-denied',
    needs: ['nginx', module, setup, rules],
    open: true,
    sibling: true,
    steps: [
      { name: 'read', ...get },
      { name: 'search', GET: '/search', query: { filter: "item='ink' UNION SELECT password FROM users" } },
    ],
    front: (site, healed) =>
      nginxFront(site, {
        main: `load_module ${module};`,
        gate: healed ? '' : 'modsecurity on; modsecurity_rules_file {folder}/rules.conf;',
        files: {
          'rules.conf': `SecRuleEngine On\nSecAuditEngine Off\nInclude ${setup}\nInclude ${rules}/*.conf\n`,
        },
      }),
  },
];

export const proxies: readonly Case[] = [...caddyFaults, ...squidFaults, ...firewall].map(define);
