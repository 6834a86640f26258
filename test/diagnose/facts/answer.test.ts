import { expect } from 'chai';
import { bodyFacts } from '../../../src/diagnose/facts/body.ts';
import { cacheFacts } from '../../../src/diagnose/facts/cache.ts';
import { deliveryFacts } from '../../../src/diagnose/facts/delivery.ts';
import { answerFacts, facts } from '../../../src/diagnose/facts/facts.ts';
import { redirectFacts } from '../../../src/diagnose/facts/redirects.ts';
import { statusFacts } from '../../../src/diagnose/facts/status.ts';
import { universe } from '../../../src/diagnose/groups.ts';
import { use } from '../subjects.ts';
import { type FullHop, type FullSubject, past, short, subject } from './support.ts';

type Row = readonly [what: string, about: FullSubject, expected: unknown[]];
function table(
  name: string,
  kind: (about: ReturnType<typeof subject>) => Parameters<typeof short>[0],
  rows: readonly Row[],
): void {
  describe(name, () => {
    for (const [what, about, expected] of rows) {
      it(what, () => {
        expect(short(kind(subject(about)))).to.deep.equal(expected);
      });
    }
  });
}
const answer = (status: number, headers: FullHop['headers'] = [], body = ''): FullSubject => ({
  hops: [{ status, headers: headers ?? [], body }],
});
const html = [['Content-Type', 'text/html']] as const;

table('statusFacts', statusFacts, [
  ['says nothing of 401', answer(401), []],
  [
    'reads Allow',
    answer(405, [['Allow', 'POST, PUT']]),
    [['status/method', 3, 'method-wrong', '1 answer: 405 to GET; allowed are POST, PUT']],
  ],
  [
    'reads a quota',
    answer(429, [['Retry-After', '30']], '{}'),
    [['status/rate-limit', 3, 'rate-limited', '1 answer: 429, retry-after: 30']],
  ],
  [
    'takes an HTML page that runs a script for a challenge too',
    answer(429, html, '<html><script src="/check.js"></script>'),
    [['status/rate-limit', 2, 'rate-limited edge-challenge', '1 answer: 429']],
  ],
  [
    'takes a bare HTML page with 429 for the limit of a server',
    answer(429, html, '<html><h1>429 Too Many Requests</h1>'),
    [['status/rate-limit', 3, 'rate-limited', '1 answer: 429']],
  ],
  [
    'knows a token request by GET',
    { hops: [{ url: 'https://login.example.test/token?grant_type=client_credentials', status: 404 }] },
    [
      ['status/404', 1, 'route-missing', '1 answer: 404: no such resource, or none for this credential'],
      [
        'status/token-request-by-get',
        2,
        'method-wrong',
        '1 request: GET with grant_type; a token endpoint takes POST',
      ],
    ],
  ],
  [
    'knows a gateway without its upstream',
    answer(502, [['Server', 'nginx']], '<html><h1>502 Bad Gateway</h1>'),
    [
      ['gateway/down', 3, 'gateway-down', '1 answer: 502 502 Bad Gateway (nginx)'],
      ['gateway/behind', 1, 'gateway-misconfigured idp-unreachable', '1 answer: 502 502 Bad Gateway (nginx)'],
    ],
  ],
  [
    'knows one that waited',
    answer(504),
    [['gateway/timeout', 3, 'gateway-timeout', 'not gateway-down', '1 answer: 504']],
  ],
  [
    'knows a captive portal',
    answer(511),
    [['status/511', 3, 'proxy-intercept', '1 answer: 511: the network asks for a login']],
  ],
]);

const json = { status: 200, headers: [['Content-Type', 'application/json']], body: '{}' } as const;
table('bodyFacts', bodyFacts, [
  ['says nothing of JSON', { hops: [json] }, []],
  [
    'parses what is called JSON',
    { hops: [{ ...json, body: '<p>' }] },
    [
      [
        'body/not-json',
        3,
        'body-not-json',
        '1 body: application/json, no JSON: Unexpected token \'<\', "<p>" is not valid JSON',
      ],
    ],
  ],
  [
    'misses a body where JSON is wanted',
    { hops: [{ status: 200, sent: [['Accept', 'application/json']] }] },
    [['body/empty', 3, 'body-empty', '1 body: empty']],
  ],
  [
    'lets HEAD have none',
    { hops: [{ status: 200, method: 'HEAD', sent: [['Accept', 'application/json']] }] },
    [],
  ],
  [
    'counts bytes',
    { hops: [{ ...json, headers: [['Content-Length', '9']] }] },
    [['body/short', 3, 'body-truncated', '1 content-length: 9 announced, 2 received']],
  ],
  [
    'tells a coded body that was cut',
    {
      hops: [
        {
          ...json,
          headers: [['Content-Encoding', 'gzip']],
          decodeError: 'The gzip stream ends before its end marker (Z_BUF_ERROR).',
        },
      ],
    },
    [
      [
        'body/cut',
        3,
        'body-truncated',
        '1 content-encoding: gzip: The gzip stream ends before its end marker (Z_BUF_ERROR).',
      ],
    ],
  ],
  [
    'tells a wrong coding',
    {
      hops: [
        {
          ...json,
          body: '',
          headers: [['Content-Encoding', 'gzip']],
          decodeError: 'The bytes are not a valid gzip stream (Z_DATA_ERROR).',
        },
      ],
    },
    [
      ['body/label', 3, 'body-encoding-wrong', '1 content-encoding: gzip; the bytes are none'],
      [
        'body/coding',
        3,
        'body-encoding-wrong',
        '1 content-encoding: gzip: The bytes are not a valid gzip stream (Z_DATA_ERROR).',
      ],
    ],
  ],
  [
    'hints at another maker where the origin answers JSON otherwise',
    {
      hops: [{ status: 403, body: '<html>', headers: html }],
      past: [past([{ ...json, headers: [...json.headers, ['Server', 'app']] }])],
    },
    [
      [
        'edge/other-maker',
        1,
        'edge-blocked gateway-misconfigured policy-blocked',
        '1 content-type: an HTML page; this origin answers JSON otherwise (server: none; otherwise app)',
      ],
    ],
  ],
]);

table('redirectFacts', redirectFacts, [
  [
    'tells that POST became GET',
    {
      hops: [
        { method: 'POST', status: 301, headers: [['Location', '/orders/']], sentBody: {} },
        { url: 'https://api.example.test/orders/', status: 405 },
      ],
    },
    [
      [
        'redirect/method-changed',
        3,
        'method-changed-by-redirect',
        '1 redirect: 301: POST became GET, without the body',
        '1 likely: the route is /orders/, with a trailing slash, and the server sends the other form there',
        '1 since: a trailing slash was added',
      ],
    ],
  ],
  [
    'knows a loop',
    {
      hops: [{ status: 302, headers: [['Location', '/orders']] }],
      stopped: { reason: 'loop', location: '/orders' },
    },
    [['redirect/loop', 3, 'redirect-loop', '1 location: /orders']],
  ],
  [
    'tells of https that leads to http',
    {
      hops: [
        { status: 301, headers: [['Location', 'http://api.example.test/orders']] },
        {
          url: 'http://api.example.test/orders',
          sent: [],
          dropped: [{ header: 'authorization', rule: 'origin-changed' }],
        },
      ],
    },
    [
      [
        'redirect/downgrade',
        2,
        'redirect-downgrade',
        '1 location: 301 to http://api.example.test/orders',
        '1 likely: TLS ends at a proxy in front of the server that wrote this Location, and it is not told the scheme',
        '1 since: https://api.example.test was asked, and the Location begins with http://api.example.test',
      ],
    ],
  ],
  [
    'tells of a body that was not sent to plain http',
    {
      hops: [{ method: 'POST', status: 307, headers: [['Location', 'http://api.example.test/orders/']] }],
      stopped: { reason: 'body-withheld', location: 'http://api.example.test/orders/' },
    },
    [
      ['redirect/in-plain-http', 3, 'redirect-downgrade', '1 status: 307 to the same path over plain http'],
      [
        'redirect/downgrade',
        3,
        'redirect-downgrade',
        '1 location: 307 to http://api.example.test/orders/',
        '1 likely: TLS ends at a proxy in front of the server that wrote this Location, and it is not told the scheme',
        '1 since: https://api.example.test was asked, and the Location begins with http://api.example.test; a trailing slash was added in the same redirect',
      ],
    ],
  ],
  [
    'tells of a metadata service, over http too',
    {
      hops: [{ status: 302, headers: [['Location', 'http://169.254.169.254/latest/']] }],
      stopped: { reason: 'metadata-address', location: 'http://169.254.169.254/latest/' },
    },
    [
      [
        'redirect/ended',
        2,
        'redirect-unexpected',
        '1 location: 302 to http://169.254.169.254/latest/, not followed',
      ],
    ],
  ],
  [
    'tells of a client that does not follow',
    {
      hops: [{ status: 302, headers: [['Location', 'https://www.example.test/orders']] }],
      stopped: {
        reason: 'client',
        location: 'https://www.example.test/orders',
        client: { name: 'okhttp', why: 'its own reason' },
      },
    },
    [
      [
        'redirect/ended',
        2,
        'redirect-unexpected',
        '1 location: 302 to https://www.example.test/orders, not followed (okhttp: its own reason)',
        '1 likely: www.example.test is the canonical host, and the server sends all other names there',
        '1 since: the path is the same, the host is another of the same domain',
      ],
    ],
  ],
  [
    'tells of a redirect to nowhere',
    { hops: [{ status: 302 }], stopped: { reason: 'no-location', location: null } },
    [['redirect/ended', 2, 'redirect-unexpected', '1 location: none, not followed']],
  ],
]);

const toCallback = (status: number, location: string): FullSubject => ({
  stage: 'authorization',
  uses: [],
  hops: [
    {
      url: 'https://login.example.test/authorize?client_id=web&redirect_uri=https%3A%2F%2Fapp.example.test%2Fcallback',
      status,
      headers: [['Location', location]],
    },
  ],
  stopped: { reason: 'not-followed', location },
});
table('redirectFacts at the authorization endpoint', redirectFacts, [
  [
    'takes the way back to the callback for what is due',
    toCallback(303, 'https://app.example.test/callback?error=invalid_request'),
    [],
  ],
  [
    'knows it by its answer where the redirect_uri was pushed (RFC 9126)',
    {
      stage: 'authorization',
      uses: [],
      hops: [
        {
          url: 'https://login.example.test/authorize?client_id=web&request_uri=urn%3Ax',
          status: 302,
          headers: [['Location', 'https://app.example.test/callback?state=x&code=y']],
        },
      ],
      stopped: { reason: 'not-followed', location: 'https://app.example.test/callback' },
    },
    [],
  ],
  [
    'wonders at another place',
    toCallback(303, 'https://www.example.test/sorry'),
    [['redirect/not-followed', 2, 'redirect-unexpected', '1 location: https://www.example.test/sorry']],
  ],
]);

const keptBack = (location: string): FullSubject => ({
  hops: [{ method: 'POST', status: 307, headers: [['Location', location]] }],
  stopped: { reason: 'body-withheld', location },
});
describe('redirectFacts of the same path in plain http', () => {
  const ids = (location: string): string[] => redirectFacts(subject(keptBack(location))).map(({ id }) => id);

  it('has the server on its side', () => {
    expect(ids('http://api.example.test/orders/')).to.deep.equal([
      'redirect/in-plain-http',
      'redirect/downgrade',
    ]);
  });

  for (const other of ['http://api.example.test/welcome', 'http://www.example.test/orders'])
    it(`has it not at ${other}`, () => {
      expect(ids(other)).to.deep.equal(['redirect/downgrade']);
    });
});

const moved = (allow: string): FullSubject => ({
  hops: [
    { method: 'POST', status: 301, headers: [['Location', '/v2/orders']] },
    { method: 'GET', status: 405, headers: [['Allow', allow]] },
  ],
});
describe('redirectFacts of a method that changed', () => {
  const ids = (about: FullSubject): string[] => redirectFacts(subject(about)).map(({ id }) => id);

  it('has the server on its side where it allows the first method only', () => {
    expect(ids(moved('POST, OPTIONS'))).to.deep.equal(['redirect/method-allowed', 'redirect/method-changed']);
  });

  it('has it not where it allows neither', () => {
    expect(ids(moved('PUT'))).to.deep.equal(['redirect/method-changed']);
  });
});

describe('deliveryFacts of a field that is asked for', () => {
  const gate = (message: string): string[] =>
    deliveryFacts(
      subject({
        uses: [use(null, { type: 'api_key', field: 'x-api-key', scheme: null })],
        hops: [{ status: 401, sent: [['X-Api-Key', '[secret:k]']], body: JSON.stringify({ message }) }],
      }),
    ).flatMap(({ names, lines }) => [...names, ...lines.map(({ field, seen }) => `${field} ${seen}`)]);

  it('names one that was not sent', () => {
    expect(gate('Missing header X-Gate-Key')).to.deep.equal([
      'credentials-missing',
      'x-api-key was sent; the answer asks for X-Gate-Key',
    ]);
  });

  it('says nothing of one that was, or of words', () => {
    expect(gate('Missing header X_API_KEY')).to.deep.equal([]);
    expect(gate('Missing api key')).to.deep.equal([]);
    expect(gate('X-Request-Id 42: no such key')).to.deep.equal([]);
  });
});

table('cacheFacts', cacheFacts, [
  [
    'believes a cache that says so and gives an age',
    answer(401, [
      ['X-Cache', 'HIT'],
      ['Age', '12'],
    ]),
    [['cache/answered', 3, 'cached-response', '1 x-cache: HIT']],
  ],
  [
    'has the cache on its side where the same bytes went to another credential',
    {
      hops: [{ status: 401, headers: [['X-Cache', 'HIT']], body: 'no', digest: 'd' }],
      past: [
        past([{ status: 401, body: 'no', digest: 'd' }], {
          credentials: [use(null, { fingerprint: 'other' })],
        }),
      ],
    },
    [
      [
        'cache/answered',
        3,
        'cached-response',
        '1 x-cache: HIT',
        '- body: the same bytes as in step "earlier", which sent another credential or none',
      ],
      ['cache/says', 3, 'cached-response', '1 x-cache: HIT'],
    ],
  ],
  [
    'hints at a cache that does not show where the same bytes went to nobody',
    {
      hops: [{ status: 401, body: 'no', digest: 'd' }],
      past: [past([{ status: 401, body: 'no', digest: 'd' }])],
    },
    [
      [
        'cache/same-bytes',
        1,
        'credentials-stripped-by-proxy cached-response',
        '- body: the same bytes as in step "earlier", which sent another credential or none',
      ],
    ],
  ],
  [
    'knows an age alone',
    answer(401, [['Age', '12']]),
    [['cache/answered', 2, 'cached-response', '1 age: 12 s in a cache']],
  ],
  [
    'says nothing of a miss or an error page',
    answer(401, [
      ['X-Cache', 'Error from edge'],
      ['Age', '0'],
    ]),
    [],
  ],
  [
    'says nothing where no credential was sent',
    { hops: [{ sent: [], headers: [['Age', '1']] }], uses: [] },
    [],
  ],
]);

describe('facts', () => {
  it('name and rule out causes of the vocabulary only, each possible at its stage', () => {
    const about = subject({
      hops: [
        {
          status: 403,
          headers: [
            ['X-Cache', 'HIT'],
            ['Set-Cookie', 'a=b'],
          ],
          method: 'POST',
          sent: [['Cookie', 'sid=x']],
          cookies: { sent: ['sid'] },
        },
      ],
    });
    const possible = universe(about);
    const named = facts(about).flatMap(({ names, excludes, only }) => [
      ...names,
      ...excludes,
      ...(only ?? []),
    ]);
    expect(named.filter((cause) => !possible.includes(cause))).to.deep.equal([]);
  });

  it('have nothing to say of an answer in order', () => {
    expect(answerFacts(subject({ hops: [json] }))).to.deep.equal([]);
  });
});

describe('universe', () => {
  it('holds each cause once', () => {
    for (const stage of ['resource', 'token', 'authorization'] as const) {
      const causes = universe(subject({ stage }));
      expect(causes).to.deep.equal([...new Set(causes)]);
    }
  });
});
