/** Pairs of environments of which it is known why one fails, each beside a twin in which what catches the eye is not why. */
import { expect } from 'chai';
import type { Beside, JsonMap } from '../../src/model.ts';
import { daysFromNow } from '../support/certificates.ts';
import { type Handler, type Origins, startOrigins } from '../support/origins.ts';
import { replay } from '../support/replay.ts';

type Name = 'staging' | 'production' | 'demo';
const api = (name: Name): string => `https://api.${name}.test`;
const login = (name: Name): string => `https://login.${name}.test`;

/** `iat` and `exp` in seconds from now. */
function token(name: Name, { iat = -60, exp = 3600, ...claims }: JsonMap = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: JsonMap): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const usual: JsonMap = {
    iss: login(name),
    aud: api(name),
    client_id: `reader-${name}`,
    iat: now + Number(iat),
    exp: now + Number(exp),
    scope: 'orders:read',
  };
  return [part({ alg: 'RS256', typ: 'at+jwt' }), part({ ...usual, ...claims }), 'c2lnbmF0dXJl'].join('.');
}
const says =
  (status: number, headers: Readonly<Record<string, string>> = {}, body = '{}'): Handler =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };
const ok = says(200);
const refuses = (description: string, status = 401, error = 'invalid_token', more = ''): Handler =>
  says(status, {
    'www-authenticate': `Bearer realm="orders", error="${error}", error_description="${description}"${more}`,
  });

function tokenOf(name: Name, given: string | JsonMap | undefined): string {
  return typeof given === 'string' ? given : token(name, given);
}

interface Pair {
  readonly staging?: Handler;
  readonly production?: Handler;
  readonly demo?: Handler;
  readonly logins?: Partial<Record<Name, Handler>>;
  /** Opaque ones, or the claims of JWTs. */
  readonly tokens?: Partial<Record<Name, string | JsonMap>>;
  readonly steps?: readonly JsonMap[];
  readonly scenario?: JsonMap;
  readonly environment?: (name: Name) => JsonMap;
  readonly names?: readonly Name[];
  /** By environment: the cause and how certain it is, what is marked, and what is said of it. */
  readonly told: Readonly<Record<string, readonly string[]>>;
}

const read = { name: 'read', GET: '/orders' };
const oauth = (name: Name): JsonMap => ({
  issuers: {
    main: { issuer: login(name), discovery: 'none', metadata: { token_endpoint: `${login(name)}/token` } },
  },
  clients: { web: { client_id: `web-${name}`, client_secret: '${secret.WEB}' } },
  credentials: { reader: { type: 'oauth2', grant_type: 'client_credentials', scope: 'orders:read' } },
});
const grants = says(
  200,
  {},
  JSON.stringify({ access_token: 'an-opaque-token-of-some-length', token_type: 'Bearer', expires_in: 600 }),
);
const code = (name: Name): JsonMap => ({
  issuers: {
    main: {
      issuer: login(name),
      discovery: 'none',
      metadata: { authorization_endpoint: `${login(name)}/authorize` },
    },
  },
  clients: { web: { client_id: `web-${name}`, redirect_uris: [`https://app.${name}.test/callback`] } },
});
const pages: Handler = (request, response) => {
  const uri = new URL(request.url, 'https://x.test').searchParams.get('redirect_uri') ?? '';
  if (/^https:\/\/app\.\w+\.test\/callback$/.test(uri))
    response
      .writeHead(303, {
        location: `${uri}?error=login_required&state=${new URL(request.url, 'https://x.test').searchParams.get('state')}`,
      })
      .end();
  else
    response
      .writeHead(400, { 'content-type': 'application/json' })
      .end('{"error":"invalid_request","error_description":"redirect_uri is not registered"}');
};

const pairs: Readonly<Record<string, Pair>> = {
  'a token that is over': {
    production: refuses('The token expired'),
    tokens: { production: { iat: -4260, exp: -600 } },
    told: {
      production: [
        'token-expired likely',
        'staging',
        '→ token validity: ended 10 min before | 60 min left',
        'The only difference to staging: token validity.',
      ],
    },
  },
  'twin: an audience, where it is over in both, and only one looks': {
    production: refuses('The token expired'),
    tokens: {
      staging: { iat: -4260, exp: -600, aud: 'a' },
      production: { iat: -4260, exp: -600, aud: 'b' },
    },
    told: {
      production: ['token-expired likely', 'staging', 'None of these differences points to token-expired.'],
    },
  },
  'an audience of its own': {
    production: refuses('The audience is invalid'),
    tokens: { production: { aud: 'https://billing.production.test' } },
    told: {
      production: [
        'audience-mismatch likely',
        'staging',
        '→ token aud: https://billing.production.test | https://api.staging.test',
        'The only difference to staging: token aud.',
      ],
    },
  },
  'twin: an audience that differs, where the signature is bad': {
    production: refuses('The signature is invalid'),
    tokens: { production: { aud: 'https://billing.production.test' } },
    told: {
      production: [
        'signature-invalid likely',
        'staging',
        'None of these differences points to signature-invalid.',
      ],
    },
  },
  'twin: an audience with the words for it, equal in both': {
    production: refuses('The audience is invalid'),
    told: {
      production: [
        'audience-mismatch likely',
        'staging',
        'Same request, same kind of token: its value or the server differs.',
      ],
    },
  },
  'an issuer with a slash': {
    production: refuses('The issuer is invalid'),
    tokens: { production: token('production', { iss: `${login('production')}/` }) },
    told: {
      production: [
        'issuer-mismatch likely',
        'staging',
        '→ token iss: https://login.production.test/ | https://login.staging.test',
        'The only difference to staging: token iss.',
      ],
    },
  },
  'a scope': {
    production: refuses('needs more', 403, 'insufficient_scope', ', scope="orders:read"'),
    tokens: { production: { scope: 'openid' } },
    told: {
      production: [
        'scope-missing likely',
        'staging',
        '→ token scope: openid | orders:read',
        'The only difference to staging: token scope.',
      ],
    },
  },
  'twin: a scope less, where a role is missing': {
    production: says(403, {}, '{"error":"forbidden","message":"You do not have permission to read orders"}'),
    tokens: { production: { scope: 'openid' } },
    told: {
      production: [
        'permission-missing likely',
        'staging',
        'None of these differences points to permission-missing.',
      ],
    },
  },
  'twin: scope without a need named': {
    production: refuses('insufficient scope', 403, 'insufficient_scope'),
    tokens: { staging: { scope: 'orders:read extra' } },
    told: {
      production: [
        'scope-missing likely',
        'staging',
        '→ token scope: orders:read | extra orders:read',
        'The only difference to staging: token scope.',
      ],
    },
  },
  'a client unknown': {
    environment: oauth,
    logins: {
      staging: grants,
      production: says(401, {}, '{"error":"invalid_client","error_description":"Client not found"}'),
    },
    told: {
      production: [
        'client-unknown likely',
        'staging',
        '→ words of the answer: invalid_client: Client not found | none',
        'Same request, as far as can be seen: the secret differs, or what the server has registered.',
      ],
    },
  },
  'a client by basic there, by post here': {
    environment: (name) => ({
      ...oauth(name),
      clients: {
        web: {
          client_id: `web-${name}`,
          client_secret: '${secret.WEB}',
          token_endpoint_auth_method: name === 'production' ? 'client_secret_post' : 'client_secret_basic',
        },
      },
    }),
    logins: {
      staging: grants,
      production: says(401, {}, '{"error":"invalid_client","error_description":"Client not found"}'),
    },
    told: {
      production: [
        'client-unknown likely',
        'staging',
        '→ words of the answer: invalid_client: Client not found | none',
        'client-unknown shows in: words of the answer.',
      ],
    },
  },
  'a secret': {
    environment: oauth,
    logins: {
      staging: grants,
      production: says(401, {}, '{"error":"invalid_client","error_description":"Invalid client secret"}'),
    },
    told: {
      production: [
        'client-secret-wrong likely',
        'staging',
        '→ words of the answer: invalid_client: Invalid client secret | none',
        'Same request, as far as can be seen: the secret differs, or what the server has registered.',
      ],
    },
  },
  'a scope that is asked for': {
    environment: (name) => ({
      ...oauth(name),
      credentials: {
        reader: {
          type: 'oauth2',
          grant_type: 'client_credentials',
          scope: name === 'staging' ? 'orders:read' : 'orders:reed',
        },
      },
    }),
    logins: {
      staging: grants,
      production: says(400, {}, '{"error":"invalid_scope","error_description":"Unknown scope: orders:reed"}'),
    },
    told: {
      production: [
        'scope-unknown possible',
        'staging',
        '→ parameter scope: orders:reed | orders:read',
        'The only difference to staging: parameter scope.',
      ],
    },
  },
  'twin: scope asked for differs, secret wrong': {
    environment: (name) => ({
      ...oauth(name),
      credentials: {
        reader: {
          type: 'oauth2',
          grant_type: 'client_credentials',
          scope: name === 'staging' ? 'orders:read' : 'orders:all',
        },
      },
    }),
    logins: {
      staging: grants,
      production: says(401, {}, '{"error":"invalid_client","error_description":"Invalid client secret"}'),
    },
    told: {
      production: [
        'client-secret-wrong likely',
        'staging',
        '→ words of the answer: invalid_client: Invalid client secret | none',
        'client-secret-wrong shows in: words of the answer.',
      ],
    },
  },
  'a redirect_uri': {
    environment: (name) => ({
      ...code(name),
      clients: {
        web: {
          client_id: `web-${name}`,
          redirect_uris: [`https://app.${name}.test/callback${name === 'staging' ? '' : '/'}`],
        },
      },
    }),
    logins: { staging: pages, production: pages, demo: pages },
    steps: [{ name: 'cb', authorize: { client: 'web', redirect_uri: 'all' } }],
    scenario: {},
    told: {
      production: [
        'redirect-uri-mismatch likely',
        'staging',
        '→ parameter redirect_uri: https://app.production.test/callback/ | https://app.staging.test/callback',
        'The only difference to staging: parameter redirect_uri.',
      ],
    },
  },
  'a redirect that drops the credential': {
    production: (_, response) => response.writeHead(302, { location: `${api('demo')}/orders` }).end(),
    demo: (request, response, raw) =>
      (request.headers.some(([name]) => name.toLowerCase() === 'authorization')
        ? ok
        : says(401, { 'www-authenticate': 'Bearer' }))(request, response, raw),
    environment: (name) => ({ origins: { api: api(name), moved: api('demo') } }),
    names: ['staging', 'production'],
    told: {
      production: [
        'credentials-dropped-on-redirect likely',
        'staging',
        '→ authorization on the way: dropped at hop 2: origin changed | not dropped',
        'credentials-dropped-on-redirect shows in: authorization on the way.',
      ],
    },
  },
  'twin: a redirect within the origin, and a token that is over': {
    production: (request, response, raw) =>
      request.url === '/orders'
        ? void response.writeHead(307, { location: '/v2/orders' }).end()
        : refuses('The token expired')(request, response, raw),
    tokens: { production: { iat: -4260, exp: -600 } },
    told: {
      production: [
        'token-expired likely',
        'staging',
        '→ token validity: ended 10 min before | 60 min left',
        'token-expired shows in: token validity.',
      ],
    },
  },
  'a method changed': {
    production: (request, response, raw) =>
      request.url === '/orders'
        ? void response.writeHead(301, { location: '/v2/orders' }).end()
        : says(request.method === 'POST' ? 201 : 405, { allow: 'POST' })(request, response, raw),
    staging: says(201),
    steps: [{ name: 'place', POST: '/orders', json: { id: 1 }, expect: { status: 201 } }],
    told: {
      production: [
        'method-changed-by-redirect certain',
        'staging',
        '→ redirects: 301 to https://api.production.test/v2/orders | none',
        'The only difference to staging: redirects.',
      ],
    },
  },
  'a cookie refused': {
    staging: (request, response) => {
      if (request.url === '/login')
        response.writeHead(200, { 'set-cookie': 'sid=a1b2c3d4e5; Path=/; Secure' }).end();
      else
        response
          .writeHead(request.headers.some(([n]) => n.toLowerCase() === 'cookie') ? 200 : 401, {
            'content-type': 'application/json',
          })
          .end('{}');
    },
    production: (request, response) => {
      if (request.url === '/login')
        response.writeHead(200, { 'set-cookie': 'sid=a1b2c3d4e5; Path=/; Secure; Domain=other.test' }).end();
      else
        response
          .writeHead(request.headers.some(([n]) => n.toLowerCase() === 'cookie') ? 200 : 401, {
            'content-type': 'application/json',
          })
          .end('{}');
    },
    scenario: {},
    steps: [
      { name: 'login', GET: '/login' },
      { name: 'me', GET: '/me' },
    ],
    told: {
      production: [
        'cookie-rejected likely',
        'staging',
        '→ cookies sent: none | sid',
        'The only difference to staging: cookies sent.',
      ],
    },
  },
  'twin: a cookie refused that does not matter, and a gateway down': {
    staging: says(200, { 'set-cookie': 'ab=1; Path=/' }),
    production: (request, response, raw) =>
      request.url === '/login'
        ? says(200, { 'set-cookie': 'ab=1; Domain=other.test' })(request, response, raw)
        : says(502, { server: 'nginx/1.24', 'content-type': 'text/html' }, '<h1>502 Bad Gateway</h1>')(
            request,
            response,
            raw,
          ),
    scenario: {},
    steps: [
      { name: 'login', GET: '/login' },
      { name: 'me', GET: '/me' },
    ],
    told: {
      production: [
        'credentials-missing likely',
        'staging',
        'None of these differences points to credentials-missing.',
      ],
    },
  },
  'csrf: a header that in: gives staging only': {
    staging: ok,
    production: (request, response, raw) =>
      (request.headers.some(([n]) => n.toLowerCase() === 'x-csrf-token')
        ? ok
        : says(403, {}, '{"error":"CSRF token missing"}'))(request, response, raw),
    steps: [
      {
        name: 'place',
        POST: '/orders',
        json: { id: 1 },
        in: { staging: { headers: { 'x-csrf-token': 'abc' } } },
      },
    ],
    told: {
      production: [
        'csrf-failed certain',
        'staging',
        '→ header x-csrf-token: not sent | abc (step)',
        'The only difference to staging: header x-csrf-token.',
      ],
    },
  },
  'twin csrf: another header that in: gives staging only': {
    staging: ok,
    production: says(403, {}, '{"error":"CSRF token missing"}'),
    steps: [
      { name: 'place', POST: '/orders', json: { id: 1 }, in: { staging: { headers: { 'x-trace': 'abc' } } } },
    ],
    told: {
      production: ['csrf-failed certain', 'staging', 'None of these differences points to csrf-failed.'],
    },
  },
  'a Basic gate': {
    staging: ok,
    production: says(
      401,
      { 'www-authenticate': 'Basic realm="Restricted"', 'content-type': 'text/html', server: 'nginx' },
      '<h1>401 Authorization Required</h1>',
    ),
    told: {
      production: [
        'basic-shadow likely',
        'staging',
        '→ challenge: Basic realm="Restricted" | none',
        'Same request: the server differs.',
      ],
    },
  },
  'a firewall': {
    staging: ok,
    production: says(
      403,
      { server: 'cloudflare', 'cf-ray': '8a1b2c3d4e5f-FRA', 'content-type': 'text/html' },
      '<title>Attention Required! | Cloudflare</title> Sorry, you have been blocked',
    ),
    told: {
      production: [
        'edge-blocked likely',
        'staging',
        '→ cf-ray in the answer: present | none',
        'Same request: the server differs.',
      ],
    },
  },
  'twin: firewall in both, the application refuses': {
    staging: says(200, { server: 'cloudflare', 'cf-ray': '8a1b2c3d4e5f-FRA' }),
    production: says(
      403,
      { server: 'cloudflare', 'cf-ray': '8a1b2c3d4e5f-FRA', 'content-type': 'text/html' },
      '<title>Forbidden</title>',
    ),
    told: {
      production: [
        'permission-missing possible',
        'staging',
        'Same request, same kind of token: its value or the server differs.',
      ],
    },
  },
  'twin: firewall in both, blocked in one': {
    staging: says(200, { server: 'cloudflare', 'cf-ray': '8a1b2c3d4e5f-FRA' }),
    production: says(
      403,
      { server: 'cloudflare', 'cf-ray': '8a1b2c3d4e5f-FRA', 'content-type': 'text/html' },
      '<title>Attention Required! | Cloudflare</title> Sorry, you have been blocked',
    ),
    told: { production: ['edge-blocked likely', 'staging', 'Same request: the server differs.'] },
  },
  'twin: another server product, a token over': {
    staging: says(200, { server: 'envoy' }),
    production: says(401, {
      server: 'nginx',
      'www-authenticate': 'Bearer error="invalid_token", error_description="The token expired"',
    }),
    tokens: { production: { iat: -4260, exp: -600 } },
    told: {
      production: [
        'token-expired likely',
        'staging',
        '→ token validity: ended 10 min before | 60 min left',
        'The only difference to staging: token validity.',
      ],
    },
  },
  'a gateway that is down': {
    production: says(
      502,
      { server: 'nginx/1.24.0', 'content-type': 'text/html' },
      '<h1>502 Bad Gateway</h1><hr><center>nginx/1.24.0</center>',
    ),
    told: {
      production: [
        'gateway-down likely',
        'staging',
        '→ Server: nginx/1.24.0 | none',
        'Same request: the server differs.',
      ],
    },
  },
  'twin: 503 with the same server in both, and a header differs': {
    staging: says(200, { server: 'nginx/1.24.0' }),
    production: says(
      503,
      { server: 'nginx/1.24.0', 'content-type': 'text/html' },
      '<h1>503 Service Temporarily Unavailable</h1>',
    ),
    steps: [{ ...read, in: { staging: { headers: { accept: 'application/json' } } } }],
    told: {
      production: ['gateway-down likely', 'staging', 'None of these differences points to gateway-down.'],
    },
  },
  'a limit': {
    production: says(429, { 'retry-after': '60', 'x-ratelimit-remaining': '0' }),
    told: {
      production: [
        'rate-limited certain',
        'staging',
        'Same request, same kind of token: its value or the server differs.',
      ],
    },
  },
  'a clock behind': {
    production: (...asked) =>
      says(401, {
        date: new Date(Date.now() - 600_000).toUTCString(),
        'www-authenticate': 'Bearer error="invalid_token", error_description="Token used before issued"',
      })(...asked),
    told: {
      production: [
        'clock-skew likely',
        'staging',
        '→ clock of the server: 10 min behind ours | as ours',
        'Same request: the server differs.',
      ],
    },
  },
  'a connection refused': {
    environment: (name) => ({
      protected: false,
      origins: { api: name === 'production' ? 'https://closed.production.test' : api(name) },
    }),
    told: {
      production: [
        'connection-refused certain',
        'staging',
        '→ connection: ECONNREFUSED | answered',
        'connection-refused shows in: connection.',
      ],
    },
  },
  'a certificate that ended': {
    environment: (name) => ({
      protected: false,
      origins: { api: name === 'production' ? 'https://ended.production.test' : api(name) },
    }),
    told: {
      production: [
        'tls-expired certain',
        'staging',
        '→ certificate: expired, not verified | valid',
        'tls-expired shows in: certificate.',
      ],
    },
  },
  'a certificate for another name': {
    environment: (name) => ({
      protected: false,
      origins: { api: name === 'production' ? 'https://misnamed.production.test' : api(name) },
    }),
    told: {
      production: [
        'tls-host-mismatch certain',
        'staging',
        '→ names of the certificate: other.production.test | api.staging.test',
        'tls-host-mismatch shows in: names of the certificate.',
      ],
    },
  },
  'a body of another type': {
    production: (request, response, raw) =>
      (request.headers.some(
        ([n, v]) => n.toLowerCase() === 'content-type' && v.startsWith('application/json'),
      )
        ? ok
        : says(415))(request, response, raw),
    steps: [
      {
        name: 'place',
        POST: '/orders',
        in: { staging: { body: { json: { id: 1 } } }, production: { body: { form: { id: '1' } } } },
      },
    ],
    told: {
      production: [
        'request-param-wrong likely',
        'staging',
        '→ body sent: application/x-www-form-urlencoded | application/json',
        'request-param-wrong shows in: body sent.',
      ],
    },
  },
  'versions: /v1 there, /v2 here, and a token over': {
    production: refuses('The token expired'),
    tokens: { production: { iat: -4260, exp: -600 } },
    steps: [{ ...read, GET: '/v1/orders', in: { production: { GET: '/v2/orders' } } }],
    told: {
      production: [
        'token-expired likely',
        'staging',
        '→ token validity: ended 10 min before | 60 min left',
        'token-expired shows in: token validity.',
      ],
    },
  },
  'versions: /v2 is not there': {
    production: says(404),
    steps: [{ ...read, GET: '/v1/orders', in: { production: { GET: '/v2/orders' } } }],
    told: {
      production: [
        'route-missing possible',
        'staging',
        '→ address: https://api.production.test/v2/orders | https://api.staging.test/v1/orders',
        'The only difference to staging: address.',
      ],
    },
  },
  'versions: /v2, refused without words': {
    production: says(401, { 'www-authenticate': 'Bearer' }),
    steps: [{ ...read, GET: '/v1/orders', in: { production: { GET: '/v2/orders' } } }],
    told: {
      production: [
        'credentials-stripped-by-proxy possible',
        'staging',
        'None of these differences points to credentials-stripped-by-proxy.',
      ],
    },
  },
  'a flag': {
    production: says(
      403,
      {},
      '{"error":"feature_disabled","message":"The feature is not enabled for this account"}',
    ),
    told: {
      production: [
        'feature-disabled likely',
        'staging',
        '→ words of the answer: feature_disabled | none',
        'Same request, same kind of token: its value or the server differs.',
      ],
    },
  },
  'twin: a flag asked for by a parameter': {
    production: says(404),
    steps: [{ ...read, query: { preview: 'on' }, in: { production: { query: { preview: 'off' } } } }],
    told: {
      production: ['route-missing possible', 'staging', 'None of these differences points to route-missing.'],
    },
  },
  'data that only staging has': {
    production: says(404, {}, '{"error":"order not found"}'),
    steps: [{ ...read, GET: '/orders/7' }],
    told: {
      production: [
        'route-missing possible',
        'staging',
        'Same request, same kind of token: its value or the server differs.',
      ],
    },
  },
  'data named by in:': {
    production: says(404, {}, '{"error":"order not found"}'),
    steps: [{ ...read, GET: '/orders/anna', in: { production: { GET: '/orders/bert' } } }],
    told: {
      production: [
        'route-missing possible',
        'staging',
        '→ address: https://api.production.test/orders/bert | https://api.staging.test/orders/anna',
        'The only difference to staging: address.',
      ],
    },
  },
  'three environments, two pass': {
    names: ['staging', 'demo', 'production'],
    production: refuses('The token expired'),
    tokens: {
      production: { iat: -4260, exp: -600 },
      demo: { aud: 'other' },
    },
    told: {
      production: [
        'token-expired likely',
        'staging',
        '→ token validity: ended 10 min before | 60 min left',
        'The only difference to staging: token validity.',
      ],
    },
  },
  'both fail': {
    staging: refuses('The signature is invalid'),
    production: refuses('The token expired'),
    tokens: { production: { iat: -4260, exp: -600 } },
    told: {
      staging: [
        'signature-invalid likely',
        'production',
        'The answer in production is another one: it may fail there for a cause of its own.',
      ],
      production: [
        'token-expired likely',
        'staging',
        'The answer in staging is another one: it may fail there for a cause of its own.',
      ],
    },
  },
  'expected cause': {
    production: refuses('The token expired'),
    tokens: { production: { iat: -4260, exp: -600 } },
    steps: [{ ...read, in: { production: { expect: { status: 401, cause: 'token-expired' } } } }],
    told: {},
  },
  'expected cause in staging, production fails': {
    staging: refuses('The token expired'),
    production: says(502, { server: 'nginx' }),
    tokens: { staging: { iat: -4260, exp: -600 } },
    steps: [{ ...read, in: { staging: { expect: { status: 401, cause: 'token-expired' } } } }],
    told: {
      production: [
        'gateway-down likely',
        'staging',
        'In staging another answer is expected of this step, so that it passes there says little.',
      ],
    },
  },
  'skipped after a failure': {
    production: says(502, { server: 'nginx' }),
    steps: [read, { name: 'again', GET: '/orders/7' }],
    told: {
      production: [
        'gateway-down likely',
        'staging',
        '→ Server: nginx | none',
        'Same request: the server differs.',
      ],
    },
  },
  'a basic credential there, a bearer token here': {
    production: refuses('malformed token'),
    environment: (name) =>
      name === 'staging'
        ? { credentials: { reader: { type: 'basic', username: 'ann', password: '${secret.WEB}' } } }
        : {},
    told: {
      production: [
        'credentials-replaced-by-proxy likely',
        'staging',
        'None of these differences points to credentials-replaced-by-proxy.',
      ],
    },
  },
  'twin: basic there, bearer here, token over': {
    production: refuses('The token expired'),
    tokens: { production: { iat: -4260, exp: -600 } },
    environment: (name) =>
      name === 'staging'
        ? { credentials: { reader: { type: 'basic', username: 'ann', password: '${secret.WEB}' } } }
        : {},
    told: {
      production: ['token-expired likely', 'staging', 'None of these differences points to token-expired.'],
    },
  },
  'api key in header there, query here': {
    production: says(401, {}, '{"error":"API key is missing"}'),
    environment: (name) => ({
      credentials: {
        reader: {
          type: 'api_key',
          in: name === 'staging' ? 'header' : 'query',
          name: 'key',
          value: '${secret.WEB}',
        },
      },
    }),
    told: {
      production: [
        'credentials-missing possible',
        'staging',
        '→ scheme of credential: query:key | key',
        'If it is credentials-missing, it shows in: scheme of credential.',
      ],
    },
  },
  'twin: 502 with a header of its own, and both name a server': {
    staging: says(200, { server: 'envoy' }),
    production: says(
      502,
      { server: 'nginx', 'x-error-id': 'abc', 'content-type': 'text/html' },
      '<h1>502 Bad Gateway</h1>',
    ),
    told: { production: ['gateway-down likely', 'staging', 'Same request: the server differs.'] },
  },
  'client named by in:, basic': {
    environment: (name) => ({
      ...oauth(name),
      clients: {
        web: { client_id: `web-${name}`, client_secret: '${secret.WEB}' },
        job: { client_id: `job-${name}`, client_secret: '${secret.WEB}' },
      },
      credentials: {
        reader: {
          type: 'oauth2',
          grant_type: 'client_credentials',
          client: name === 'production' ? 'job' : 'web',
          scope: 'orders:read',
        },
      },
    }),
    logins: {
      staging: grants,
      production: says(401, {}, '{"error":"invalid_client","error_description":"Client not found"}'),
    },
    told: {
      production: [
        'client-unknown likely',
        'staging',
        '→ parameter client_id: job-production | web-staging',
        'The only difference to staging: parameter client_id.',
      ],
    },
  },
  'an opaque key in both, no issuers': {
    staging: ok,
    production: says(401, { 'www-authenticate': 'Bearer error="invalid_token"' }),
    tokens: { staging: 'one-opaque-key-for-both-of-them', production: 'one-opaque-key-for-both-of-them' },
    environment: () => ({ issuers: {} }),
    told: {
      production: [
        'credentials-stripped-by-proxy possible',
        'staging',
        'Same request, same token: the server differs.',
      ],
    },
  },
  'an api key in both, no issuers': {
    staging: ok,
    production: says(401, {}, '{"error":"Invalid API key"}'),
    environment: () => ({
      issuers: {},
      credentials: { reader: { type: 'api_key', in: 'header', name: 'x-key', value: '${secret.WEB}' } },
    }),
    told: {
      production: ['api-key-invalid likely', 'staging', 'Same request, same credential: the server differs.'],
    },
  },
};

describe('pairs of environments', () => {
  let origins: Origins;
  const handlers = new Map<string, Handler>();
  before(async () => {
    origins = await startOrigins();
    for (const name of ['staging', 'production', 'demo'] as const)
      for (const origin of [api(name), login(name)])
        await origins.serve(origin, (request, response, raw) =>
          (handlers.get(origin) ?? ok)(request, response, raw),
        );
    origins.map('https://closed.production.test', '127.0.0.1:1');
    await origins.serve('https://ended.production.test', ok, {
      identity: await origins.authority.issue(['ended.production.test'], {
        notBefore: daysFromNow(-90),
        notAfter: daysFromNow(-3),
      } as never),
    });
    await origins.serve('https://misnamed.production.test', ok, {
      identity: await origins.authority.issue(['other.production.test']),
    });
  });
  after(() => origins.close());

  async function told(pair: Pair): Promise<Record<string, unknown>> {
    const names = pair.names ?? ['staging', 'production'];
    for (const name of ['staging', 'production', 'demo'] as const) {
      handlers.set(api(name), pair[name] ?? ok);
      handlers.set(login(name), pair.logins?.[name] ?? ok);
    }
    const environment = (name: Name): JsonMap => ({
      protected: false,
      origins: { api: api(name) },
      issuers: { main: { issuer: login(name), discovery: 'none' } },
      credentials: { reader: { type: 'bearer', token: `\${secret.${name.toUpperCase()}}` } },
      ...pair.environment?.(name),
    });
    const { jobs } = await replay({
      origins,
      project: { environments: Object.fromEntries(names.map((name) => [name, environment(name)])) },
      secrets: {
        WEB: 'a-secret-of-the-client',
        ...Object.fromEntries(names.map((name) => [name.toUpperCase(), tokenOf(name, pair.tokens?.[name])])),
      },
      scenarios: {
        'a.yml': { ...(pair.scenario ?? { credential: 'reader' }), steps: [...(pair.steps ?? [read])] },
      },
      options: { experiments: false },
    });
    return Object.fromEntries(
      jobs.flatMap(({ environment: name, steps }) => {
        const step = steps.find(({ status }) => status === 'failed' || status === 'errored');
        if (!step) return [];
        const [first] = step.findings;
        // What is certain by the server's own words needs no difference as evidence.
        if (first?.certainty === 'certain')
          expect(first.evidence.map(({ field }) => field)).not.to.include(step.beside?.environment);
        return [[name, [`${first?.cause} ${first?.certainty}`, ...shown(step.beside)]]];
      }),
    );
  }
  function shown(beside: Beside | undefined): string[] {
    if (!beside) return ['nothing'];
    const marked = beside.differences.filter(({ cause }) => cause);
    const what = marked.map((each) => `→ ${each.what}: ${each.here} | ${each.there}`);
    return [beside.environment, ...what, beside.says];
  }

  for (const [name, pair] of Object.entries(pairs))
    it(name, async () => {
      expect(await told(pair)).to.deep.equal(pair.told);
    });
});
