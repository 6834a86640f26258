import type { Subject } from '../../src/diagnose/subject.ts';
import type { RedirectStop } from '../../src/model.ts';
import { about, type Case, html, json } from './explain-subjects.ts';
import { production } from './subjects.ts';

const location = (status: number, to: string): { status: number; headers: [string, string][] } => ({
  status,
  headers: [['Location', to]],
});
const proxied = { ...production, transport: { ...production.transport, proxy: 'http://proxy.test:3128' } };
const plain = {
  ...production,
  origins: new Map([['api', 'http://api.example.test']]),
  originSources: { api: { file: 'specs/why401.yml', line: 5, column: 7 } },
};

const ended = (to: string, reason: RedirectStop['reason'], more: Partial<RedirectStop> = {}): Subject =>
  about({ hops: [location(307, to)], stopped: { reason, location: to, ...more } });
const stopCases: readonly Case[] = [
  ['redirect-downgrade', 'a body', ended('http://api.example.test/orders/', 'body-withheld')],
  ['redirect-unexpected', 'a body', ended('https://partner.test/orders', 'body-withheld')],
  ['redirect-unexpected', 'a stream', ended('https://www.example.test/orders', 'body-not-replayable')],
  ['redirect-unexpected', 'a metadata service', ended('http://169.254.169.254/latest/', 'metadata-address')],
  [
    'redirect-unexpected',
    'a client',
    ended('https://www.example.test/orders', 'client', { client: { name: 'okhttp', why: 'its own reason' } }),
  ],
  ['redirect-unexpected', 'a user name', ended('https://www.example.test/', 'userinfo')],
  ['redirect-unexpected', 'a scheme', ended('myapp://done', 'scheme')],
  ['redirect-unexpected', 'a status', ended('/b', 'status')],
  ['redirect-unexpected', 'no URL', ended('https://[', 'invalid-location')],
  ['redirect-unexpected', 'an empty Location', ended('', 'no-location')],
];

export const edgeCases: readonly Case[] = [
  [
    'edge-blocked',
    'an id on the page',
    about({
      hops: [
        { ...html(403, '<h1>Blocked</h1> Support ID: 18446744073709551615'), headers: [['Server', 'edge']] },
      ],
    }),
  ],
  [
    'edge-blocked',
    'an id in a header',
    about({ hops: [{ status: 403, headers: [['CF-Ray', '8f1e2d3c4b5a6978-FRA']] }] }),
  ],
  ['edge-challenge', 'a page', about({ hops: [html(403, '<title>Just a moment...</title>')] })],
  [
    'edge-login',
    'a redirect',
    about({ hops: [location(302, 'https://team.access.test/cdn-cgi/access/login?kid=x')] }),
  ],
  ['edge-login', 'a page', about({ hops: [html(401, '<title>Authentication Required</title>')] })],
  [
    'proxy-auth-required',
    'no proxy configured',
    about({ hops: [{ status: 407, headers: [['Proxy-Authenticate', 'Basic realm="proxy"']] }] }),
  ],
  ['proxy-auth-required', 'configured', about({ environment: proxied, hops: [{ status: 407 }] })],
  [
    'proxy-intercept',
    'a page',
    about({
      hops: [
        {
          status: 403,
          headers: [
            ['Via', '1.1 proxy.corp (squid)'],
            ['Server', 'squid'],
          ],
        },
      ],
    }),
  ],
  ['ip-not-allowed', 'said so', about({ hops: [json(403, { message: 'IP 203.0.113.7 is not allowed' })] })],
  [
    'rate-limited',
    'Retry-After',
    about({
      hops: [
        {
          status: 429,
          headers: [
            ['Retry-After', '30'],
            ['X-RateLimit-Remaining', '0'],
          ],
        },
      ],
    }),
  ],
  ['rate-limited', 'silent', about({ hops: [{ status: 429 }] })],
  [
    'cached-response',
    'a hit',
    about({
      hops: [
        {
          headers: [
            ['Age', '120'],
            ['X-Cache', 'HIT'],
          ],
        },
      ],
    }),
  ],
  ['gateway-down', 'a page', about({ hops: [{ ...html(502, '<title>502 Bad Gateway</title>') }] })],
  ['gateway-timeout', 'a page', about({ hops: [{ status: 504, headers: [['Server', 'nginx']] }] })],
  [
    'gateway-misconfigured',
    '500',
    about({ hops: [json(500, { message: null, error: 'authorizer failed' })] }),
  ],
  [
    'route-missing',
    'like a refusal',
    about({ hops: [json(403, { message: 'Missing Authentication Token' })] }),
  ],
  [
    'method-wrong',
    'Allow',
    about({ hops: [{ method: 'PUT', status: 405, headers: [['Allow', 'GET, HEAD']] }] }),
  ],
  [
    'method-wrong',
    'an empty Allow',
    about({ hops: [{ method: 'TRACE', status: 405, headers: [['Allow', '']] }] }),
  ],
  ['method-wrong', 'silent', about({ hops: [{ method: 'PUT', status: 405 }] })],
  [
    'method-changed-by-redirect',
    'POST to GET',
    about({
      hops: [
        {
          method: 'POST',
          url: 'http://api.example.test/orders',
          ...location(302, 'https://api.example.test/orders'),
        },
        { method: 'GET', url: 'https://api.example.test/orders', status: 405 },
      ],
    }),
  ],
  ['method-changed-by-redirect', 'no redirect', about({ hops: [{ status: 405 }] })],
  [
    'host-not-allowed',
    'mapped',
    about({
      environment: {
        ...production,
        transport: {
          ...production.transport,
          connectTo: new Map([['api.example.test:443', '10.0.0.1:443']]),
        },
      },
      hops: [html(403, '<title>Blocked hosts</title>')],
    }),
  ],
  [
    'http-not-allowed',
    'plain',
    about({
      environment: plain,
      hops: [{ url: 'http://api.example.test/orders', ...json(403, { message: 'HTTPS required' }) }],
    }),
  ],
  [
    'plain-to-tls-port',
    'said so',
    about({
      environment: plain,
      hops: [
        {
          url: 'http://api.example.test/orders',
          ...html(400, '<title>400 The plain HTTP request was sent to HTTPS port</title>'),
        },
      ],
    }),
  ],
  ['http-not-allowed', 'https', about({ hops: [json(403, { message: 'HTTPS required' })] })],
  ['endpoint-wrong', 'at a resource', about({ hops: [json(400, { message: 'Use v2' })] })],
  [
    'idp-unreachable',
    'at a resource',
    about({ hops: [json(500, { message: 'Jwks remote fetch is failed' })] }),
  ],
  [
    'jwks-unavailable',
    'here they can be had',
    about({
      keys: [{ environment: 'production', issuer: 'https://login.example.test', verdict: 'verified' }],
      hops: [{ status: 500 }],
    }),
  ],
  [
    'redirect-downgrade',
    'https to http',
    about({
      hops: [
        location(301, 'http://api.example.test/orders/'),
        { url: 'http://api.example.test/orders/', sent: [] },
      ],
    }),
  ],
  ['redirect-downgrade', 'not seen', about({})],
  [
    'redirect-loop',
    'a circle',
    about({
      hops: [location(302, '/orders')],
      stopped: { reason: 'loop', location: 'https://api.example.test/orders' },
    }),
  ],
  ['redirect-loop', 'no circle', about({})],
  ['redirect-unexpected', 'a Location', about({ hops: [location(302, 'https://new.example.test/orders')] })],
  ...stopCases,
  ['redirect-unexpected', 'none', about({ hops: [{ status: 304 }] })],
  [
    'body-truncated',
    'cut',
    about({ hops: [{ status: 200, headers: [['Content-Length', '2000']], body: '{"a":' }] }),
  ],
  [
    'body-encoding-wrong',
    'no gzip',
    about({
      hops: [
        {
          over: {
            response: {
              status: 200,
              statusText: '',
              httpVersion: '1.1',
              headers: [['Content-Encoding', 'gzip']],
              body: {
                content: Buffer.from('plain'),
                bytes: 5,
                sha256: '',
                truncated: false,
                decodeError: 'incorrect header check',
              },
            },
          },
        },
      ],
    }),
  ],
  [
    'body-not-json',
    'HTML with the wrong label',
    about({
      hops: [{ status: 200, headers: [['Content-Type', 'application/json']], body: '<html><body>Hello you' }],
    }),
  ],
  [
    'body-empty',
    'JSON announced',
    about({ hops: [{ status: 200, headers: [['Content-Type', 'application/json']] }] }),
  ],
];
