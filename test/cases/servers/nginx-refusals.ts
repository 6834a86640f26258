/** nginx that answers in place of the application. */
import { createAuthority } from '../../support/certificates.ts';
import type { Case } from '../case.ts';
import { define, type Fault, type Secrets } from './fault.ts';
import { type NginxFront, nginx, nginxFront } from './nginx-front.ts';

const needs = ['nginx'];
const get = { GET: '/orders' };
const open = { GET: '/open/orders' };

function between(faulty: NginxFront, healed: NginxFront = {}): Fault['front'] {
  return (site, whole) => nginxFront(site, whole ? healed : faulty);
}

/** A service that decides for nginx: 401 without a token, 403 with one. */
const decider = `location = /decide { internal; if ($http_authorization = "") { return 401; } return 403; }`;
const limit = 'limit_req_zone $binary_remote_addr zone=callers:1m rate=1r/m;';
const twice = [
  { name: 'first', ...get },
  { name: 'second', ...get },
];
/** Many groups in one token, as they come from directories. */
const groups = Array.from({ length: 160 }, (_, index) => `cn=team-${index},ou=groups,dc=example,dc=test`);
const bigToken: Secrets = async ({ app }) => ({
  READER_TOKEN: await app.token({ claims: { groups } }),
});

const refusals: readonly Fault[] = [
  {
    // Answers alike with and without the token.
    id: 'nginx/address-denied',
    servers: nginx,
    causes: ['ip-not-allowed', 'edge-blocked', 'policy-blocked'],
    decisive: ['403'],
    twin: 'nginx/auth-request-forbids',
    needs,
    steps: [get],
    front: between({ gate: 'deny 127.0.0.1; allow all;' }),
  },
  {
    // Answers 401 without the token: somebody read it, and does not permit.
    id: 'nginx/auth-request-forbids',
    servers: nginx,
    causes: ['permission-missing', 'scope-missing', 'policy-blocked'],
    decisive: ['403'],
    twin: 'nginx/address-denied',
    needs,
    steps: [get],
    front: between({ gate: 'auth_request /decide;', server: decider }),
  },
  {
    id: 'nginx/auth-request-broken',
    servers: nginx,
    causes: ['gateway-misconfigured', 'idp-unreachable'],
    decisive: ['500'],
    needs,
    sibling: true,
    steps: [get],
    front: between({
      gate: 'auth_request /decide;',
      server: 'location = /decide { internal; proxy_pass http://127.0.0.1:{dead}; }',
    }),
  },
  {
    id: 'nginx/header-too-large',
    servers: nginx,
    causes: ['header-too-large'],
    decisive: ['Request Header Or Cookie Too Large'],
    needs,
    steps: [get],
    secrets: bigToken,
    front: between({}, { server: 'large_client_header_buffers 4 32k;' }),
  },
  {
    id: 'nginx/too-many-requests',
    servers: nginx,
    causes: ['rate-limited'],
    decisive: ['429'],
    needs,
    open: true,
    steps: twice,
    front: between({ http: limit, gate: 'limit_req zone=callers; limit_req_status 429;' }),
  },
  {
    id: 'nginx/too-many-requests-503',
    servers: nginx,
    causes: ['rate-limited', 'gateway-down'],
    decisive: ['503'],
    twin: 'nginx/maintenance',
    needs,
    steps: twice,
    front: between({ http: limit, gate: 'limit_req zone=callers;' }),
  },
  {
    // A colleague took the second service down.
    id: 'nginx/maintenance',
    servers: nginx,
    causes: ['gateway-down', 'rate-limited'],
    decisive: ['503'],
    twin: 'nginx/too-many-requests-503',
    needs,
    steps: [
      { name: 'first', ...open },
      { name: 'second', ...get },
    ],
    front: between({ server: 'location = /orders { return 503; }' }),
  },
  {
    // The location was forgotten here: nginx looks for a file.
    id: 'nginx/location-missing',
    servers: nginx,
    causes: ['route-missing', 'host-not-allowed', 'gateway-misconfigured'],
    decisive: ['404'],
    needs,
    sibling: true,
    steps: [get],
    front: between({
      server: 'location = /orders { root {folder}; }',
    }),
  },
  {
    id: 'nginx/unknown-host-closed',
    servers: nginx,
    causes: ['host-not-allowed', 'connection-closed'],
    decisive: ['api.example.test'],
    needs,
    sibling: true,
    steps: [get],
    front: between({ server: 'if ($host != orders.example.test) { return 444; }' }),
  },
  {
    id: 'nginx/upstream-down',
    servers: nginx,
    causes: ['gateway-down', 'gateway-misconfigured'],
    decisive: ['502'],
    twin: 'nginx/upstream-speaks-plain',
    needs,
    sibling: true,
    steps: [get],
    front: between({ end: 'proxy_pass http://127.0.0.1:{dead};' }),
  },
  {
    id: 'nginx/upstream-speaks-plain',
    servers: nginx,
    causes: ['gateway-misconfigured', 'gateway-down'],
    decisive: ['502'],
    twin: 'nginx/upstream-down',
    needs,
    steps: [get],
    front: between({ end: 'proxy_pass https://127.0.0.1:{app};' }),
  },
  {
    id: 'nginx/upstream-slow',
    servers: nginx,
    causes: ['gateway-timeout'],
    decisive: ['504'],
    needs,
    sibling: true,
    steps: [{ GET: '/slow/orders' }],
    front: between({ gate: 'proxy_read_timeout 300ms;' }),
  },
  {
    id: 'nginx/apology-labelled-json',
    servers: nginx,
    causes: ['body-not-json', 'gateway-down'],
    decisive: ['application/json'],
    needs,
    sibling: true,
    steps: [{ ...get, expect: { status: 200, json: { '$.orders[0].id': 7 } } }],
    front: between({
      server: `error_page 502 =200 /sorry; location = /sorry { default_type application/json; return 200 '<html><body><h1>We will be back soon</h1></body></html>'; }`,
      end: 'proxy_pass http://127.0.0.1:{dead};',
    }),
  },
];

const mutual = 'ssl_client_certificate {folder}/clients.pem; ssl_verify_client on;';
/** Trusts clients of the authority of the site. */
const askClients: Fault['front'] = (site) =>
  nginxFront(site, { tls: true, server: mutual, files: { 'clients.pem': site.authority.ca } });
const withCertificate = (name: string): Record<string, unknown> => ({
  tls: { ca: 'ca.pem', cert: `${name}.pem`, key: `${name}.key` },
});

const tls: readonly Fault[] = [
  {
    id: 'nginx/plain-to-tls-port',
    servers: nginx,
    causes: ['plain-to-tls-port', 'http-not-allowed'],
    decisive: ['http://api.example.test'],
    needs,
    origins: { api: 'http://api.example.test:8443' },
    steps: [get],
    front: async (site, healed) => {
      const front = await nginxFront(site, { tls: !healed });
      return { ports: front.ports, stop: front.stop };
    },
  },
  {
    id: 'nginx/client-certificate-missing',
    servers: nginx,
    causes: ['client-cert-missing'],
    decisive: ['No required SSL certificate was sent'],
    needs,
    steps: [get],
    front: askClients,
    environment: (_site, healed) => (healed ? withCertificate('good') : {}),
    files: async ({ authority }) => identityFiles('good', await authority.issue(['ci.example.test'])),
  },
  {
    id: 'nginx/client-certificate-of-another-authority',
    servers: nginx,
    causes: ['client-cert-invalid'],
    decisive: ['The SSL certificate error'],
    needs,
    steps: [get],
    front: askClients,
    environment: (_site, healed) => withCertificate(healed ? 'good' : 'bad'),
    files: async ({ authority }) => ({
      ...identityFiles('good', await authority.issue(['ci.example.test'])),
      ...identityFiles('bad', await (await createAuthority('Other CA')).issue(['ci.example.test'])),
    }),
  },
  {
    id: 'nginx/client-certificate-expired',
    servers: nginx,
    causes: ['client-cert-invalid'],
    decisive: ['The SSL certificate error'],
    needs,
    steps: [get],
    front: askClients,
    environment: (_site, healed) => withCertificate(healed ? 'good' : 'bad'),
    files: async ({ authority }) => {
      const over = { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') };
      return {
        ...identityFiles('good', await authority.issue(['ci.example.test'])),
        ...identityFiles('bad', await authority.issue(['ci.example.test'], over)),
      };
    },
  },
];

function identityFiles(
  name: string,
  identity: { readonly cert: string; readonly key: string },
): Readonly<Record<string, string>> {
  return { [`${name}.pem`]: identity.cert, [`${name}.key`]: identity.key };
}

export const nginxRefusals: readonly Case[] = [...refusals, ...tls].map(define);
