/** haproxy in front of an application. */
import { freePort } from '../../support/daemon.ts';
import { startHaproxy } from '../../support/haproxy.ts';
import { findProgram } from '../../support/require.ts';
import type { Case } from '../case.ts';
import { define, type Fault, type Front, type Secrets, type Site } from './fault.ts';
import type { TokenOptions } from './orders-app.ts';

const servers = ['HAProxy 2.6.12'];
const needs = ['haproxy'];
const get = { GET: '/orders' };
const open = { GET: '/open/orders' };

interface HaproxyFront {
  /** Lines of the frontend. */
  readonly frontend?: string;
  /** Lines of the backend before its server. */
  readonly backend?: string;
  /** Port of the server; `{app}` unless said otherwise. */
  readonly server?: string;
  /** Sections before. */
  readonly sections?: string;
  readonly global?: string;
}

async function haproxyFront(site: Site, parts: HaproxyFront): Promise<Front> {
  const [port, dead] = [await freePort(), await freePort()];
  const configuration = `${parts.sections ?? ''}
frontend public
  bind 127.0.0.1:${port}
  ${parts.frontend ?? ''}
  default_backend orders
backend orders
  ${parts.backend ?? ''}
  server app 127.0.0.1:${parts.server ?? '{app}'}`;
  const daemon = await startHaproxy({
    program: findProgram('haproxy') ?? 'haproxy',
    ports: [port],
    global: parts.global ?? '',
    files: { 'issuer.pem': site.app.publicPem },
    configuration: configuration
      .replaceAll('{app}', String(site.app.port))
      .replaceAll('{dead}', String(dead)),
  });
  return { ports: { api: port, entry: port }, stop: daemon.stop };
}

function between(faulty: HaproxyFront, healed: HaproxyFront = {}): Fault['front'] {
  return (site, whole) => haproxyFront(site, whole ? healed : faulty);
}

const users = 'userlist operators\n  user ci insecure-password correct-horse';
const limit = `http-request track-sc0 src
  http-request deny deny_status 429 if { sc_http_req_rate(0) gt 1 }
  stick-table type ip size 100 expire 10m store http_req_rate(10m)`;

const refusals: readonly Fault[] = [
  {
    id: 'haproxy/denies-agents',
    servers,
    causes: ['edge-blocked', 'ip-not-allowed', 'policy-blocked'],
    decisive: ['Request forbidden by administrative rules'],
    twin: 'haproxy/denies-addresses',
    needs,
    sibling: true,
    steps: [get],
    front: between({ frontend: 'http-request deny if { req.hdr(user-agent) -m beg why401 }' }),
  },
  {
    id: 'haproxy/denies-addresses',
    servers,
    causes: ['ip-not-allowed', 'edge-blocked', 'policy-blocked'],
    decisive: ['Request forbidden by administrative rules'],
    twin: 'haproxy/denies-agents',
    needs,
    sibling: true,
    steps: [get],
    front: between({ frontend: 'http-request deny unless { src 192.0.2.0/24 }' }),
  },
  {
    id: 'haproxy/basic-in-front',
    servers,
    causes: ['basic-shadow'],
    decisive: ['Basic', 'Operators'],
    twin: 'haproxy/basic-password-wrong',
    needs,
    sibling: true,
    steps: [get],
    front: between({
      sections: users,
      frontend: 'http-request auth realm Operators unless { http_auth(operators) }',
    }),
  },
  {
    id: 'haproxy/basic-password-wrong',
    servers,
    causes: ['password-wrong', 'user-unknown'],
    decisive: ['Operators'],
    twin: 'haproxy/basic-in-front',
    needs,
    steps: [open],
    credential: 'legacy',
    credentials: { legacy: { type: 'basic', username: 'ci', password: '${secret.PASSWORD}' } },
    secrets: async (_site, healed) => ({ PASSWORD: healed ? 'correct-horse' : 'staple' }),
    front: (site) =>
      haproxyFront(site, {
        sections: users,
        frontend: 'http-request auth realm Operators unless { http_auth(operators) }',
      }),
  },
  {
    id: 'haproxy/deletes-authorization',
    servers: [...servers, 'express-oauth2-jwt-bearer'],
    causes: ['credentials-stripped-by-proxy'],
    decisive: ['uthorization'],
    needs,
    sibling: true,
    steps: [get],
    front: between({ backend: 'http-request del-header authorization' }),
  },
  {
    id: 'haproxy/redirects-to-https',
    servers,
    causes: ['credentials-dropped-on-redirect'],
    decisive: ['http://api.example.test', 'https://api.example.test'],
    hop: 2,
    needs,
    origins: { api: 'https://api.example.test', entry: 'http://api.example.test' },
    open: true,
    steps: [{ GET: 'entry:/orders' }],
    front: async (site, healed) => {
      if (healed) return haproxyFront(site, {});
      const [redirecting, plain] = [
        await haproxyFront(site, { frontend: 'http-request redirect scheme https code 301' }),
        await haproxyFront(site, {}),
      ];
      return {
        ports: { api: plain.ports['api'] ?? 0, entry: redirecting.ports['entry'] ?? 0 },
        stop: async () => {
          await Promise.all([redirecting.stop(), plain.stop()]);
        },
      };
    },
  },
  {
    id: 'haproxy/no-server',
    servers,
    causes: ['gateway-down'],
    decisive: ['503'],
    needs,
    sibling: true,
    steps: [get],
    front: between({ server: '{dead}', backend: 'retries 0' }),
  },
  {
    id: 'haproxy/server-slow',
    servers,
    causes: ['gateway-timeout'],
    decisive: ['504'],
    needs,
    sibling: true,
    steps: [{ GET: '/slow/orders' }],
    front: between({ backend: 'timeout server 300ms' }),
  },
  {
    id: 'haproxy/too-many-requests',
    servers,
    causes: ['rate-limited'],
    decisive: ['429'],
    needs,
    open: true,
    steps: [
      { name: 'first', ...get },
      { name: 'second', ...get },
    ],
    front: between({ frontend: limit }),
  },
  {
    // It says no more than that the request is bad; the size of what was sent is known.
    id: 'haproxy/request-too-large',
    servers,
    causes: ['header-too-large'],
    decisive: ['400'],
    needs,
    steps: [get],
    secrets: async ({ app }) => ({
      READER_TOKEN: await app.token({
        claims: {
          groups: Array.from({ length: 160 }, (_, index) => `cn=team-${index},ou=groups,dc=example`),
        },
      }),
    }),
    front: between({ global: 'tune.bufsize 8192' }),
  },
];

/** As its documentation shows it: one refusal, one sentence. */
const verify = `http-request deny deny_status 401 content-type text/plain string "Missing Authorization HTTP header" unless { req.hdr(authorization) -m found }
  http-request set-var(txn.alg) http_auth_bearer,jwt_header_query('$.alg')
  http-request set-var(txn.iss) http_auth_bearer,jwt_payload_query('$.iss')
  http-request set-var(txn.aud) http_auth_bearer,jwt_payload_query('$.aud')
  http-request set-var(txn.exp) http_auth_bearer,jwt_payload_query('$.exp','int')
  http-request set-var(txn.scope) http_auth_bearer,jwt_payload_query('$.scope')
  http-request set-var(txn.now) date()
  http-request deny content-type text/plain string "Unsupported JWT signing algorithm" unless { var(txn.alg) -m str RS256 }
  http-request deny content-type text/plain string "Invalid JWT issuer" unless { var(txn.iss) -m str https://login.example.test }
  http-request deny content-type text/plain string "Invalid JWT audience" unless { var(txn.aud) -m str https://api.example.test }
  http-request deny content-type text/plain string "Invalid JWT signature" unless { http_auth_bearer,jwt_verify(txn.alg,"{folder}/issuer.pem") -m int 1 }
  http-request deny content-type text/plain string "JWT has expired" if { var(txn.exp),sub(txn.now) -m int lt 0 }
  http-request deny if { path_beg /orders } !{ var(txn.scope) -m sub orders:read }`;

function token(faulty: TokenOptions): Secrets {
  return async ({ app }, healed) => ({ READER_TOKEN: await app.token(healed ? {} : faulty) });
}
const verifying: Fault['front'] = (site) => haproxyFront(site, { frontend: verify });

const tokens: readonly Fault[] = [
  {
    id: 'haproxy/jwt-expired',
    servers,
    causes: ['token-expired'],
    decisive: ['JWT has expired'],
    needs,
    steps: [get],
    secrets: token({ lifetime: -600 }),
    front: verifying,
  },
  {
    id: 'haproxy/jwt-audience',
    servers,
    causes: ['audience-mismatch'],
    decisive: ['https://billing.example.test'],
    needs,
    steps: [get],
    secrets: token({ claims: { aud: 'https://billing.example.test' } }),
    front: verifying,
  },
  {
    // To a server with one key, a key that it does not have is a signature that does not verify.
    id: 'haproxy/jwt-of-withdrawn-key',
    servers,
    causes: ['key-unknown', 'signature-invalid'],
    decisive: ['k0'],
    twin: 'haproxy/jwt-forged',
    needs,
    steps: [get],
    secrets: token({ key: 'withdrawn' }),
    front: verifying,
  },
  {
    id: 'haproxy/jwt-forged',
    servers,
    causes: ['signature-invalid'],
    decisive: ['Invalid JWT signature'],
    twin: 'haproxy/jwt-of-withdrawn-key',
    needs,
    steps: [get],
    secrets: token({ key: 'forged' }),
    front: verifying,
  },
  {
    // The page of its firewall rules, but only with a token: without one it is 401.
    id: 'haproxy/jwt-scope',
    servers,
    causes: ['scope-missing', 'permission-missing', 'policy-blocked'],
    decisive: ['orders:list'],
    twin: 'haproxy/denies-agents',
    needs,
    steps: [get],
    secrets: token({ claims: { scope: 'orders:list' } }),
    front: verifying,
  },
];

export const haproxy: readonly Case[] = [...refusals, ...tokens].map(define);
