/** nginx and bare sockets, configured otherwise than where the rules were written. */
import { createAuthority, selfSigned } from '../../support/certificates.ts';
import type { Case } from '../case.ts';
import { define, type Fault } from '../servers/fault.ts';
import { type NginxFront, nginx, nginxFront } from '../servers/nginx-front.ts';

const common = { servers: nginx, needs: ['nginx'], written: 'after the rules' } as const;
const steps = [{ GET: '/orders' }];
const strictSteps = [{ GET: '/orders', expect: { status: 200, json: { '$.orders[0].id': 7 } } }];
function between(faulty: NginxFront, healed: NginxFront = {}): Fault['front'] {
  return (site, whole) => nginxFront(site, whole ? healed : faulty);
}
const json403 = `error_page 403 @no; location @no { default_type application/json; return 403 '{"error":"forbidden","code":4031}'; }`;
const form =
  '<!doctype html><title>Log on</title><form method="post" action="/session"><input name="email"><input type="password" name="pw"></form>';
const tokens =
  (
    claims: Parameters<Parameters<NonNullable<Fault['secrets']>>[0]['app']['token']>[0],
  ): NonNullable<Fault['secrets']> =>
  async ({ app }, healed) => ({ READER_TOKEN: await app.token(healed ? {} : claims) });
const keyCredential = (name: string) => ({
  gate: { type: 'api_key', in: 'header', name, value: '${secret.GATE}' },
});
const keyGate = `if ($http_x_api_key != "k-live-4711") { return 401 '{"message":"Access denied due to invalid key"}'; } proxy_set_header Authorization $http_authorization;`;
const apiKeySteps = [{ GET: '/open/orders' }];
const unavailable = `default_type application/json; return 503 '{"error":"unavailable"}';`;

const faults: readonly Fault[] = [
  {
    ...common,
    id: 'after-nginx/basic-on-location',
    causes: ['basic-shadow'],
    decisive: ['Operations'],
    steps,
    sibling: true,
    front: between({
      server: `location = /orders { auth_basic "Operations"; auth_basic_user_file {folder}/users; proxy_pass http://127.0.0.1:{app}; }`,
      files: { users: 'ops:{PLAIN}x\n' },
    }),
  },
  {
    ...common,
    id: 'after-nginx/address-json',
    causes: ['ip-not-allowed', 'edge-blocked', 'policy-blocked'],
    decisive: ['403'],
    steps,
    twin: 'after-nginx/agent-json',
    front: between({ gate: 'deny 127.0.0.1;', server: json403 }),
  },
  {
    ...common,
    id: 'after-nginx/agent-json',
    causes: ['edge-blocked', 'ip-not-allowed', 'policy-blocked'],
    decisive: ['403'],
    steps,
    twin: 'after-nginx/address-json',
    front: between({ gate: 'if ($http_user_agent ~ why401) { return 403; }', server: json403 }),
  },
  {
    ...common,
    id: 'after-nginx/two-canonical-hops',
    causes: ['credentials-dropped-on-redirect'],
    decisive: ['https://www.example.test'],
    steps,
    open: true,
    origins: { api: 'https://api.example.test', www: 'https://www.example.test' },
    front: between({
      server:
        'if ($host = api.example.test) { return 301 https://www.example.test$request_uri; } location = /orders { return 302 https://www.example.test/orders/7; }',
    }),
  },
  {
    ...common,
    id: 'after-nginx/key-wrong',
    twin: 'after-nginx/key-under-other-name',
    causes: ['api-key-invalid', 'api-key-expired'],
    decisive: ['invalid key'],
    steps: apiKeySteps,
    credential: 'gate',
    credentials: keyCredential('X-Api-Key'),
    secrets: async (_site, healed) => ({ GATE: healed ? 'k-live-4711' : 'k-test-0815' }),
    front: between({ gate: keyGate }, { gate: keyGate }),
  },
  {
    ...common,
    id: 'after-nginx/key-in-other-header',
    causes: ['credentials-missing'],
    decisive: ['X-Gate-Key'],
    steps: apiKeySteps,
    credential: 'gate',
    credentials: keyCredential('X-Api-Key'),
    secrets: async () => ({ GATE: 'k-live-4711' }),
    front: between({
      gate: `if ($http_x_gate_key = "") { return 401 '{"message":"Missing header X-Gate-Key"}'; }`,
    }),
  },
  {
    ...common,
    id: 'after-nginx/prefix-lost',
    causes: ['route-missing'],
    beside: ['endpoint-wrong'],
    decisive: ['404'],
    steps: [{ GET: '/v2/orders' }],
    front: between({}, { server: 'location /v2/ { proxy_pass http://127.0.0.1:{app}/; }' }),
  },
  {
    ...common,
    id: 'after-nginx/method-refused',
    causes: ['method-wrong'],
    beside: ['route-missing'],
    decisive: ['405'],
    steps: [{ POST: '/orders', body: { json: { item: 'ink' } }, writes: true, expect: { status: 201 } }],
    front: between({ gate: 'if ($request_method = POST) { add_header Allow GET always; return 405; }' }),
  },
  {
    ...common,
    id: 'after-nginx/limit-json',
    causes: ['rate-limited'],
    decisive: ['429', '120'],
    steps,
    front: between({
      gate: `add_header Retry-After 120 always; default_type application/json; return 429 '{"error":"slow down"}';`,
    }),
  },
  {
    ...common,
    id: 'after-nginx/upstream-down-json',
    causes: ['gateway-down'],
    decisive: ['502'],
    steps,
    front: between({
      server: `error_page 502 @down; location @down { default_type application/json; return 502 '{"error":"bad gateway"}'; }`,
      end: 'proxy_pass http://127.0.0.1:{dead};',
    }),
  },
  {
    ...common,
    id: 'after-nginx/maintenance-json',
    causes: ['gateway-down'],
    decisive: ['503'],
    steps,
    sibling: true,
    front: between({ gate: unavailable }),
  },
  {
    ...common,
    id: 'after-nginx/login-page-200',
    causes: ['login-redirect'],
    decisive: ['Log on'],
    steps: strictSteps,
    front: between({ gate: `default_type text/html; return 200 '${form}';` }),
  },
  {
    ...common,
    id: 'after-nginx/login-302',
    causes: ['login-redirect'],
    decisive: ['/signin'],
    steps: strictSteps,
    open: true,
    front: between({
      server: `location = /signin { default_type text/html; return 200 '${form}'; } location = /orders { return 302 https://$host/signin?return=/orders; }`,
    }),
  },
  {
    ...common,
    id: 'after-nginx/login-authorize',
    causes: ['login-redirect'],
    decisive: ['https://login.example.test/authorize'],
    steps: strictSteps,
    sibling: true,
    front: between({
      gate: 'return 302 https://login.example.test/authorize?client_id=portal&response_type=code&redirect_uri=https%3A%2F%2Fapi.example.test%2Fcb&state=s1;',
    }),
  },
  {
    ...common,
    id: 'after-nginx/loop-of-two',
    causes: ['redirect-loop'],
    decisive: ['/orders/'],
    steps,
    front: between({
      server:
        'location = /orders { return 302 https://$host/orders/; } location = /orders/ { return 302 https://$host/orders; }',
    }),
  },
  {
    ...common,
    id: 'after-nginx/loop-cookie-path',
    causes: ['cookie-not-sent'],
    beside: ['redirect-loop'],
    decisive: ['/portal'],
    steps,
    open: true,
    front: between(
      {
        gate: 'if ($cookie_seen = "") { add_header Set-Cookie "seen=1; Path=/portal"; return 302 https://$host$request_uri; }',
      },
      {
        gate: 'if ($cookie_seen = "") { add_header Set-Cookie "seen=1; Path=/"; return 302 https://$host$request_uri; }',
      },
    ),
  },
  {
    ...common,
    id: 'after-nginx/loop-cookie-domain',
    causes: ['cookie-rejected'],
    beside: ['redirect-loop'],
    decisive: ['other.test'],
    steps,
    open: true,
    front: between(
      {
        gate: 'if ($cookie_seen = "") { add_header Set-Cookie "seen=1; Path=/; Domain=other.test"; return 302 https://$host$request_uri; }',
      },
      {
        gate: 'if ($cookie_seen = "") { add_header Set-Cookie "seen=1; Path=/"; return 302 https://$host$request_uri; }',
      },
    ),
  },
  {
    ...common,
    id: 'after-nginx/moved-under-another-name',
    causes: ['credentials-stripped-by-proxy'],
    decisive: ['401'],
    steps,
    sibling: true,
    front: between({
      gate: 'proxy_set_header X-Original-Authorization $http_authorization; proxy_set_header Authorization "";',
    }),
  },
  {
    ...common,
    id: 'after-nginx/expired-uniform',
    causes: ['token-expired'],
    decisive: ['exp'],
    steps: [{ GET: '/uniform/orders' }],
    twin: 'after-nginx/audience-uniform',
    secrets: tokens({ lifetime: -900 }),
    front: between({}),
  },
  {
    ...common,
    id: 'after-nginx/audience-uniform',
    causes: ['audience-mismatch', 'issuer-mismatch', 'client-mismatch', 'token-claims-invalid'],
    decisive: ['https://stock.example.test'],
    steps: [{ GET: '/uniform/orders' }],
    twin: 'after-nginx/expired-uniform',
    secrets: tokens({ claims: { aud: 'https://stock.example.test' } }),
    front: between({}),
  },
  {
    ...common,
    id: 'after-nginx/host-misdirected',
    causes: ['host-not-allowed'],
    decisive: ['421'],
    steps,
    front: between({ gate: 'if ($host = api.example.test) { return 421; }' }),
  },
  {
    ...common,
    id: 'after-nginx/http-refused',
    causes: ['http-not-allowed'],
    decisive: ['HTTPS'],
    steps: [{ GET: 'entry:/orders' }],
    origins: { api: 'https://api.example.test', entry: 'http://api.example.test' },
    front: between(
      { entry: `default_type text/plain; return 403 'HTTPS is required';` },
      { entry: 'location / { proxy_pass http://127.0.0.1:{app}; }' },
    ),
  },
  {
    ...common,
    id: 'after-nginx/closed',
    causes: ['connection-closed'],
    decisive: [],
    steps,
    front: between({ gate: 'return 444;' }),
  },
  {
    ...common,
    id: 'after-nginx/not-gzip',
    causes: ['body-encoding-wrong'],
    decisive: ['gzip'],
    steps: strictSteps,
    front: between({ gate: 'add_header Content-Encoding gzip;' }),
  },
  {
    ...common,
    id: 'after-nginx/html-as-json',
    causes: ['body-not-json'],
    decisive: ['application/json'],
    steps: strictSteps,
    front: between({ gate: `default_type application/json; return 200 '<p>hello</p>';` }),
  },
  {
    ...common,
    id: 'after-nginx/empty',
    causes: ['body-empty'],
    decisive: ['200'],
    steps: strictSteps,
    front: between({ gate: `default_type application/json; return 200 '';` }),
  },
  {
    ...common,
    id: 'after-net/name-unknown',
    causes: ['dns-failure'],
    decisive: ['api.example.test'],
    steps,
    front: between({}),
    environment: (_site, healed) => (healed ? {} : { connect_to: {} }),
  },
  {
    ...common,
    id: 'after-net/nobody-listens',
    causes: ['connection-refused'],
    decisive: ['127.0.0.1:1'],
    steps,
    front: between({}),
    environment: (_site, healed) => (healed ? {} : { connect_to: { 'api.example.test:443': '127.0.0.1:1' } }),
  },
  {
    ...common,
    id: 'after-tls/plain-behind-https',
    causes: ['tls-to-plain-port'],
    decisive: ['api.example.test'],
    steps,
    front: async (site, healed) =>
      healed
        ? nginxFront(site, { tls: true })
        : { ...(await nginxFront(site, {})), logs: { api: '/nonexistent' } },
  },
];

const uniform = [{ GET: '/uniform/orders' }];
const twins: readonly Fault[] = [
  {
    ...common,
    id: 'after-nginx/forged-uniform',
    causes: ['signature-invalid'],
    decisive: ['k1'],
    steps: uniform,
    twin: 'after-nginx/expired-uniform',
    secrets: tokens({ key: 'forged' }),
    front: between({}),
  },
  {
    ...common,
    id: 'after-nginx/stripped-uniform',
    causes: ['credentials-stripped-by-proxy', 'credentials-replaced-by-proxy'],
    decisive: ['401'],
    steps: uniform,
    twin: 'after-nginx/expired-uniform',
    sibling: true,
    front: between({ gate: 'proxy_set_header Authorization "";' }),
  },
  {
    ...common,
    id: 'after-nginx/replaced-uniform',
    causes: ['credentials-replaced-by-proxy', 'credentials-stripped-by-proxy'],
    decisive: ['401'],
    steps: uniform,
    twin: 'after-nginx/forged-uniform',
    sibling: true,
    front: between({ gate: 'proxy_set_header Authorization "Bearer service";' }),
  },
  {
    ...common,
    id: 'after-nginx/key-under-other-name',
    causes: ['credentials-missing', 'api-key-invalid', 'api-key-expired'],
    decisive: ['X-Api-Token'],
    steps: apiKeySteps,
    twin: 'after-nginx/key-wrong',
    credential: 'gate',
    credentials: keyCredential('X-Api-Token'),
    fields: ['x-api-token'],
    secrets: async () => ({ GATE: 'k-live-4711' }),
    front: between({ gate: keyGate }),
  },
];

const day = 86_400_000;
const tls = (
  id: string,
  cause: Case['causes'][number],
  decisive: readonly string[],
  make: (site: Parameters<Fault['front']>[0]) => Promise<{ cert: string; key: string }>,
): Fault => ({
  ...common,
  id: `after-tls/${id}`,
  causes: [cause],
  decisive,
  steps,
  front: async (site, healed) => {
    if (healed) return nginxFront(site, { tls: true });
    const { cert, key } = await make(site);
    return nginxFront(site, { tls: true, files: { 'cert.pem': cert, 'key.pem': key } });
  },
});
const host = ['api.example.test'];
const certificates: readonly Fault[] = [
  tls('expired', 'tls-expired', [], ({ authority }) =>
    authority.issue(host, {
      notBefore: new Date(Date.now() - 9 * day),
      notAfter: new Date(Date.now() - day),
    }),
  ),
  tls('not-yet', 'tls-not-yet-valid', [], ({ authority }) =>
    authority.issue(host, {
      notBefore: new Date(Date.now() + day),
      notAfter: new Date(Date.now() + 9 * day),
    }),
  ),
  tls('wrong-name', 'tls-host-mismatch', ['shop.example.test'], ({ authority }) =>
    authority.issue(['shop.example.test']),
  ),
  tls('self-signed', 'tls-untrusted', [], () => selfSigned(host)),
  tls('other-authority', 'tls-untrusted', [], async () => (await createAuthority('Other CA')).issue(host)),
];
export const nginxAfter: readonly Case[] = [...faults, ...twins, ...certificates].map(define);
