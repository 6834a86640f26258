/** Apache that refuses, redirects or loses: its own modules, and mod_security with the core rules. */
import type { Case } from '../case.ts';
import { type ApacheFront, apache, apacheFront } from './apache-front.ts';
import { define, type Fault, type Secrets } from './fault.ts';

const needs = ['apache2'];
const get = { GET: '/orders' };
const read = { name: 'read', ...get };

function between(faulty: ApacheFront, healed: ApacheFront = {}): Fault['front'] {
  return (site, whole) => apacheFront(site, whole ? healed : faulty);
}

const rules = '/usr/share/modsecurity-crs/owasp-crs.load';
const guarded = [...apache, 'mod_security 2 with OWASP CRS 3.3.4'];
/** `more`: rules of the operator. */
function security(more = ''): ApacheFront {
  return {
    modules: ['unique_id', 'security2'],
    configuration: `SecRuleEngine On
SecRequestBodyAccess On
SecAuditEngine Off
SecDataDir {folder}
SecTmpDir {folder}
SecRule REQUEST_HEADERS:Content-Type "^application/json" "id:900,phase:1,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
Include ${rules}
${more}`,
  };
}
const guardedNeeds = [...needs, rules];
/** The operator found the false alarm, and excluded that argument. */
const excluded = security('SecRuleRemoveByTag OWASP_CRS');
const agents = `SecRule REQUEST_HEADERS:User-Agent "!@beginsWith Mozilla/" "id:1000,phase:1,deny,status:403,nolog"`;

const hosts = ['authz_host'];
const passwords = ['authn_core', 'authn_file', 'authz_user', 'auth_basic'];
// ci:correct-horse, as htpasswd -s writes it
const files = { htpasswd: 'ci:{SHA}NstYn3QVe0WBGmkMWLQ0CV9I6fo=\n' };
const password = (require: string): string => `<Location />
AuthType Basic
AuthName Staging
AuthUserFile {folder}/htpasswd
${require}
</Location>
RequestHeader unset Authorization`;
const legacy = { legacy: { type: 'basic', username: 'ci', password: '${secret.PASSWORD}' } };
const basic = (require: string): ApacheFront => ({
  modules: [...passwords, 'headers'],
  files,
  configuration: password(require),
});
const legacySecret =
  (wrong: string): Secrets =>
  async (_site, healed) => ({ PASSWORD: healed ? 'correct-horse' : wrong });

const firewall: readonly Fault[] = [
  {
    // Another step passes; with and without the credential the same answer.
    id: 'apache/core-rules-refuse-query',
    servers: guarded,
    causes: ['edge-blocked', 'policy-blocked', 'ip-not-allowed'],
    decisive: ['403'],
    twin: 'apache/path-for-other-addresses',
    needs: guardedNeeds,
    steps: [read, { name: 'search', GET: '/search', query: { filter: "item='ink' OR '1'='1'" } }],
    front: between(security(), excluded),
  },
  {
    id: 'apache/path-for-other-addresses',
    servers: apache,
    causes: ['ip-not-allowed', 'edge-blocked', 'policy-blocked'],
    decisive: ['403'],
    twin: 'apache/core-rules-refuse-query',
    needs,
    steps: [read, { name: 'search', GET: '/search', query: { filter: 'ink' } }],
    front: between({
      modules: hosts,
      configuration: '<Location /search>\nRequire ip 192.0.2.0/24\n</Location>',
    }),
  },
  {
    id: 'apache/core-rules-refuse-body',
    servers: guarded,
    causes: ['edge-blocked'],
    decisive: ['403'],
    needs: guardedNeeds,
    sibling: true,
    steps: [
      { name: 'ink', POST: '/orders', body: { json: { item: 'ink' } }, writes: true },
      {
        name: 'shell',
        POST: '/orders',
        body: { json: { item: 'ink; cat /etc/passwd <script>alert(1)</script>' } },
        writes: true,
      },
    ],
    front: between(security(), excluded),
  },
  {
    id: 'apache/rule-refuses-agents',
    servers: guarded,
    causes: ['edge-blocked', 'ip-not-allowed', 'policy-blocked'],
    decisive: ['403'],
    twin: 'apache/address-not-required',
    needs: guardedNeeds,
    steps: [get],
    front: between(security(agents), security()),
  },
  {
    id: 'apache/address-not-required',
    servers: apache,
    causes: ['ip-not-allowed', 'edge-blocked', 'policy-blocked'],
    decisive: ['403'],
    twin: 'apache/rule-refuses-agents',
    needs,
    steps: [get],
    front: between({ modules: hosts, configuration: '<Location />\nRequire ip 192.0.2.0/24\n</Location>' }),
  },
];

const access: readonly Fault[] = [
  {
    // The password is good, the user is not on the list; without it: 401.
    id: 'apache/user-not-required-403',
    servers: apache,
    causes: ['permission-missing'],
    decisive: ['403'],
    twin: 'apache/address-not-required',
    needs,
    steps: [{ GET: '/open/orders' }],
    credential: 'legacy',
    credentials: legacy,
    secrets: legacySecret('correct-horse'),
    front: between(
      basic('Require user admin\nAuthzSendForbiddenOnFailure On'),
      basic('Require user admin ci\nAuthzSendForbiddenOnFailure On'),
    ),
  },
  {
    // Apache asks again for a password that it has accepted.
    id: 'apache/user-not-required-401',
    servers: apache,
    causes: ['permission-missing', 'password-wrong', 'user-unknown', 'user-disabled', 'account-locked'],
    decisive: ['Staging'],
    twin: 'apache/password-wrong',
    needs,
    steps: [{ GET: '/open/orders' }],
    credential: 'legacy',
    credentials: legacy,
    secrets: legacySecret('correct-horse'),
    front: between(basic('Require user admin'), basic('Require user admin ci')),
  },
  {
    id: 'apache/password-wrong',
    servers: apache,
    causes: ['password-wrong', 'permission-missing', 'user-unknown', 'user-disabled', 'account-locked'],
    decisive: ['Staging'],
    twin: 'apache/user-not-required-401',
    needs,
    steps: [{ GET: '/open/orders' }],
    credential: 'legacy',
    credentials: legacy,
    secrets: legacySecret('correct-horse '),
    front: between(basic('Require user ci'), basic('Require user ci')),
  },
  {
    id: 'apache/basic-in-front',
    servers: apache,
    causes: ['basic-shadow'],
    decisive: ['Basic', 'Staging'],
    twin: 'apache/password-wrong',
    needs,
    open: true,
    sibling: true,
    steps: [get],
    front: between(basic('Require valid-user')),
  },
  {
    id: 'apache/method-not-allowed',
    servers: apache,
    causes: ['method-wrong'],
    decisive: ['405', 'POST'],
    needs,
    sibling: true,
    steps: [{ POST: '/orders', body: { json: { item: 'ink' } }, writes: true }],
    front: between({
      modules: ['allowmethods'],
      configuration: '<Location />\nAllowMethods GET HEAD\n</Location>',
    }),
  },
  {
    id: 'apache/field-too-large',
    servers: apache,
    causes: ['header-too-large'],
    decisive: ['Size of a request header field exceeds server limit'],
    needs,
    steps: [get],
    secrets: async ({ app }) => ({
      READER_TOKEN: await app.token({
        claims: { groups: Array.from({ length: 400 }, (_, n) => `team-${n}-of-orders`) },
      }),
    }),
    front: between({}, { configuration: 'LimitRequestFieldSize 32768' }),
  },
  {
    id: 'apache/redirect-to-canonical-host',
    servers: apache,
    causes: ['credentials-dropped-on-redirect'],
    decisive: ['https://orders.example.test'],
    hop: 2,
    needs,
    origins: { api: 'https://api.example.test', orders: 'https://orders.example.test' },
    steps: [get],
    front: async (site, healed) => {
      const rewrite = `RewriteEngine On
RewriteCond %{HTTP_HOST} !^orders\\.
RewriteRule ^ https://orders.example.test%{REQUEST_URI} [R=301,L]`;
      const front = await apacheFront(site, healed ? {} : { modules: ['rewrite'], configuration: rewrite });
      return { ...front, ports: { ...front.ports, orders: front.ports['api'] ?? 0 } };
    },
  },
  {
    // A load balancer ends TLS; Apache adds the slash with the scheme that it knows.
    id: 'apache/redirect-adds-slash',
    servers: apache,
    causes: ['credentials-dropped-on-redirect'],
    beside: ['redirect-downgrade'],
    decisive: ['http://api.example.test'],
    needs,
    origins: { api: 'https://api.example.test', entry: 'http://api.example.test' },
    steps: [get],
    front: between({
      modules: ['alias'],
      configuration: `RedirectMatch 302 ^/orders$ /orders/
ProxyPass /orders/ http://127.0.0.1:{app}/orders/
ProxyPass /orders !`,
    }),
  },
];

/** Refuses without a token, and takes any: what counts is whether the field reaches a CGI program. */
const script = `#!/bin/sh
case "$HTTP_AUTHORIZATION" in
  Bearer*) printf 'Content-Type: application/json\\r\\n\\r\\n{"orders":[{"id":7}]}' ;;
  *) printf 'Status: 401\\r\\nWWW-Authenticate: Bearer realm="orders"\\r\\nContent-Type: application/json\\r\\n\\r\\n{"error":"no token in the request"}' ;;
esac
`;
const cgi = (pass: string): ApacheFront => ({
  modules: ['alias', 'cgid'],
  files: { 'orders.cgi': script },
  configuration: `ScriptSock {folder}/cgid.sock
ProxyPass /orders !
ScriptAlias /orders {folder}/orders.cgi
<Directory {folder}>
Require all granted
${pass}
</Directory>`,
});
const unset: ApacheFront = { modules: ['headers'], configuration: 'RequestHeader unset Authorization' };
/** Of Authorization, however it is written. */
const field = 'uthorization';

const delivery: readonly Fault[] = [
  {
    id: 'apache/cgi-without-authorization',
    servers: apache,
    causes: ['credentials-stripped-by-proxy'],
    decisive: [field],
    needs,
    sibling: true,
    steps: [get],
    front: between(cgi(''), cgi('CGIPassAuth On')),
  },
  {
    id: 'apache/unsets-authorization',
    servers: [...apache, 'express-oauth2-jwt-bearer'],
    causes: ['credentials-stripped-by-proxy'],
    decisive: [field],
    needs,
    open: true,
    sibling: true,
    steps: [get],
    front: between(unset),
  },
  {
    // Set for a legacy service behind, and left there: the application sees a password where a token was sent.
    id: 'apache/replaces-authorization',
    servers: [...apache, 'express-oauth2-jwt-bearer'],
    causes: ['credentials-replaced-by-proxy', 'authorization-malformed'],
    decisive: [field],
    needs,
    steps: [get],
    front: between({
      modules: ['headers'],
      configuration: 'RequestHeader set Authorization "Basic Y2k6c3RhcGxl"',
    }),
  },
];

export const apacheAccess: readonly Case[] = [...firewall, ...access, ...delivery].map(define);
