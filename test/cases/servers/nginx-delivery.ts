/** nginx that loses, takes or turns away the credential on its way to the application. */
import type { Case } from '../case.ts';
import { type Credentials, define, type Fault } from './fault.ts';
import { type NginxFront, nginx, nginxFront } from './nginx-front.ts';

const needs = ['nginx'];
const get = { GET: '/orders' };

/** `faulty` is what is wrong; healed, nginx only forwards. */
function between(faulty: NginxFront, healed: NginxFront = {}): Fault['front'] {
  return (site, whole) => nginxFront(site, whole ? healed : faulty);
}

/** Of Authorization, however it is written. */
const field = 'uthorization';
const strip = 'proxy_set_header Authorization "";';
const htpasswd = { htpasswd: 'ci:{PLAIN}correct-horse\n' };
const basic = 'auth_basic "Staging"; auth_basic_user_file {folder}/htpasswd;';
const legacy = { legacy: { type: 'basic', username: 'ci', password: '${secret.PASSWORD}' } };
const entries = { api: 'https://api.example.test', entry: 'http://api.example.test' };
const forward = 'location / { proxy_pass http://127.0.0.1:{app}; }';
const keyed = (name: string): Credentials => ({
  gateway: { type: 'api_key', in: 'header', name, value: '${secret.GATEWAY_KEY}' },
});
const cache = `proxy_cache_path {folder}/cache keys_zone=pages:1m;`;
const cached = 'proxy_cache pages; proxy_cache_key $uri; proxy_cache_valid any 10m;';
/** Somebody asks without a credential, then we ask with one. */
const anonymousFirst = [
  { name: 'nobody may read', GET: '/orders', credential: 'none', expect: { status: 401 } },
  { name: 'the reader may', GET: '/orders' },
];

const redirects: readonly Fault[] = [
  {
    id: 'nginx/redirect-to-https',
    servers: nginx,
    causes: ['credentials-dropped-on-redirect'],
    decisive: ['http://api.example.test', 'https://api.example.test'],
    hop: 2,
    needs,
    origins: entries,
    sibling: true,
    steps: [{ GET: 'entry:/orders' }],
    front: between({ entry: 'return 301 https://$host$request_uri;' }, { entry: forward }),
  },
  {
    id: 'nginx/redirect-to-www',
    servers: nginx,
    causes: ['credentials-dropped-on-redirect'],
    decisive: ['https://www.example.test'],
    hop: 2,
    needs,
    open: true,
    origins: { api: 'https://api.example.test', www: 'https://www.example.test' },
    steps: [get],
    front: between({
      server: 'if ($host = api.example.test) { return 308 https://www.example.test$request_uri; }',
    }),
  },
  {
    // Behind a load balancer that ends TLS, nginx adds the slash with the scheme and port that it knows.
    id: 'nginx/redirect-trailing-slash',
    servers: nginx,
    causes: ['credentials-dropped-on-redirect'],
    beside: ['redirect-downgrade'],
    decisive: ['http://api.example.test:'],
    needs,
    steps: [get],
    front: async (site, healed) => {
      const location = 'location /orders/ { proxy_pass http://127.0.0.1:{app}/orders/; }';
      const front = await nginxFront(site, healed ? {} : { server: location });
      const port = front.ports['api'] ?? 0;
      return { ...front, further: { [`http://api.example.test:${port}`]: port } };
    },
  },
  {
    // Told that TLS ended before it, it would not redirect.
    id: 'nginx/redirect-loop',
    servers: nginx,
    causes: ['redirect-loop'],
    decisive: ['https://api.example.test/orders'],
    needs,
    steps: [get],
    front: between({ server: 'if ($scheme = http) { return 301 https://$host$request_uri; }' }),
  },
  {
    id: 'nginx/rewrite-turns-post-into-get',
    servers: nginx,
    causes: ['method-changed-by-redirect'],
    decisive: ['301', 'POST', 'GET'],
    needs,
    sibling: true,
    steps: [{ POST: '/order', body: { json: { item: 'ink' } }, writes: true, expect: { status: 201 } }],
    front: between(
      { server: 'absolute_redirect off; rewrite ^/order$ /orders permanent;' },
      { server: 'absolute_redirect off; location = /order { return 308 /orders; }' },
    ),
  },
  {
    id: 'nginx/redirect-to-login',
    servers: nginx,
    causes: ['login-redirect'],
    decisive: ['/login'],
    needs,
    sibling: true,
    steps: [{ ...get, expect: { status: 200, json: { '$.orders[0].id': 7 } } }],
    front: between({
      gate: 'if ($cookie_session = "") { return 302 https://$host/login?next=$request_uri; }',
      server: `location = /login { default_type text/html; return 200 '<!doctype html><title>Sign in</title><form method="post" action="/login"><input name="username"><input type="password" name="password"><button>Sign in</button></form>'; }`,
    }),
  },
];

const delivery: readonly Fault[] = [
  {
    // A bare challenge although a token was sent: the application saw none, says RFC 6750 section 3.1.
    id: 'nginx/strips-authorization',
    servers: [...nginx, 'express-oauth2-jwt-bearer'],
    causes: ['credentials-stripped-by-proxy'],
    decisive: [field],
    needs,
    sibling: true,
    steps: [get],
    front: between({ gate: strip }),
  },
  {
    id: 'nginx/strips-authorization-open',
    servers: [...nginx, 'express-oauth2-jwt-bearer'],
    causes: ['credentials-stripped-by-proxy'],
    decisive: [field],
    needs,
    open: true,
    steps: [get],
    front: between({ gate: strip }),
  },
  {
    id: 'nginx/strips-before-uniform-answer',
    servers: nginx,
    causes: ['credentials-stripped-by-proxy', 'token-invalid-unspecified'],
    decisive: ['401'],
    twin: 'nginx/uniform-answer-to-foreign-key',
    needs,
    steps: [{ GET: '/uniform/orders' }],
    front: between({ gate: strip }),
  },
  {
    // The application does not know the signing key, and says only what it says to everybody. The JWKS knows.
    id: 'nginx/uniform-answer-to-foreign-key',
    servers: nginx,
    causes: ['key-unknown'],
    decisive: ['k0'],
    twin: 'nginx/strips-before-uniform-answer',
    needs,
    steps: [{ GET: '/uniform/orders' }],
    front: between({}),
    secrets: async ({ app }, healed) => ({
      READER_TOKEN: await app.token({ key: healed ? 'published' : 'withdrawn' }),
    }),
  },
  {
    id: 'nginx/underscore-dropped',
    servers: nginx,
    causes: ['header-dropped-by-proxy'],
    decisive: ['x_api_key'],
    needs,
    sibling: true,
    steps: [{ GET: '/told/orders' }],
    credential: 'gateway',
    credentials: keyed('x_api_key'),
    fields: ['x_api_key'],
    secrets: async ({ app }) => ({ GATEWAY_KEY: app.apiKey }),
    front: between({}, { http: 'underscores_in_headers on;' }),
  },
  {
    id: 'nginx/underscore-dropped-uniform-answer',
    servers: nginx,
    causes: ['header-dropped-by-proxy', 'api-key-invalid'],
    decisive: ['x_api_key'],
    twin: 'nginx/underscore-kept-key-wrong',
    needs,
    steps: [{ GET: '/keyed/orders' }],
    credential: 'gateway',
    credentials: keyed('x_api_key'),
    fields: ['x_api_key'],
    secrets: async ({ app }) => ({ GATEWAY_KEY: app.apiKey }),
    front: between({}, { http: 'underscores_in_headers on;' }),
  },
  {
    id: 'nginx/underscore-kept-key-wrong',
    servers: nginx,
    causes: ['api-key-invalid', 'header-dropped-by-proxy'],
    decisive: ['x_api_key'],
    twin: 'nginx/underscore-dropped-uniform-answer',
    needs,
    steps: [{ GET: '/keyed/orders' }],
    credential: 'gateway',
    credentials: keyed('x_api_key'),
    fields: ['x_api_key'],
    secrets: async ({ app }, healed) => ({ GATEWAY_KEY: healed ? app.apiKey : 'not-that-key' }),
    front: between({ http: 'underscores_in_headers on;' }, { http: 'underscores_in_headers on;' }),
  },
  {
    id: 'nginx/basic-in-front',
    servers: nginx,
    causes: ['basic-shadow'],
    decisive: ['Basic', 'Staging'],
    twin: 'nginx/basic-password-wrong',
    needs,
    sibling: true,
    steps: [get],
    front: between({ gate: basic, files: htpasswd }),
  },
  {
    id: 'nginx/basic-password-wrong',
    servers: nginx,
    causes: ['password-wrong', 'user-unknown'],
    decisive: ['Staging'],
    twin: 'nginx/basic-in-front',
    needs,
    steps: [{ GET: '/open/orders' }],
    credential: 'legacy',
    credentials: legacy,
    secrets: async (_site, healed) => ({ PASSWORD: healed ? 'correct-horse' : 'correct horse' }),
    front: between({ gate: basic, files: htpasswd }, { gate: basic, files: htpasswd }),
  },
  {
    id: 'nginx/cached-refusal',
    servers: nginx,
    causes: ['cached-response'],
    decisive: ['HIT'],
    needs,
    sibling: true,
    steps: anonymousFirst,
    front: between({
      http: cache,
      gate: `${cached} add_header X-Cache-Status $upstream_cache_status always;`,
    }),
  },
  {
    id: 'nginx/cached-refusal-unmarked',
    servers: nginx,
    causes: ['cached-response', 'credentials-stripped-by-proxy'],
    decisive: ['401'],
    twin: 'nginx/strips-after-anonymous',
    needs,
    steps: anonymousFirst,
    front: between({ http: cache, gate: cached }),
  },
  {
    id: 'nginx/strips-after-anonymous',
    servers: nginx,
    causes: ['credentials-stripped-by-proxy', 'cached-response'],
    decisive: ['401'],
    twin: 'nginx/cached-refusal-unmarked',
    needs,
    steps: anonymousFirst,
    front: between({ gate: strip }),
  },
];

export const nginxDelivery: readonly Case[] = [...redirects, ...delivery].map(define);
