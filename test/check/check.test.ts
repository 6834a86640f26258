import { expect } from 'chai';
import { describe, it } from 'mocha';
import { check } from '../../src/check/check.ts';
import type { CredentialUse, JsonMap, TlsFacts } from '../../src/model.ts';
import type { RenderedJson } from '../../src/plan/template.ts';
import { createRedactor, Secret } from '../../src/secret.ts';
import { place, placeEntry } from '../../src/source.ts';
import { exchange, jsonOutcome, judged, now, outcome, row, source } from './exchange.ts';

const html = outcome(
  exchange([{ headers: [['content-type', 'text/html']], body: '\n<!doctype html>\n<p>' }]),
);

function jwt(claims: JsonMap): CredentialUse {
  return {
    name: 'reader',
    type: 'oauth2',
    field: 'authorization',
    scheme: 'Bearer',
    fingerprint: 'f',
    token: { format: 'jwt', header: {}, claims, malformed: null, length: 100 },
    obtained: null,
  };
}

describe('check', () => {
  it('needs 2xx where no status is expected, and judges the last hop', async () => {
    const redirected = [{ status: 301, headers: [['Location', '/b']] as const }, { status: 204 }];
    expect(await check({}, outcome(exchange(redirected)))).to.deep.equal([
      { kind: 'status', subject: '', passed: true, expected: '2xx', actual: '204', source },
    ]);
    const stopped = { reason: 'not-followed', location: '/b' } as const;
    const given = outcome(exchange(redirected.slice(0, 1), { stopped }));
    expect((await check({}, given)).map(row)).to.deep.equal([
      ['status', '', false, '2xx', '301 (redirect not followed: not-followed)'],
    ]);
  });

  const statuses: [RenderedJson, number, boolean, string][] = [
    [200, 200, true, '200'],
    [200, 201, false, '200'],
    [[200, 204], 204, true, '200 or 204'],
    [[200, '4xx'], 403, true, '200 or 4xx'],
    ['2xx', 302, false, '2xx'],
    ['404', 404, true, '404'],
    [{ gte: 400, lt: 500 }, 404, true, '>= 400 and < 500'],
    [{ not: 401 }, 401, false, 'not 401'],
    [[], 200, false, ''],
  ];
  for (const [expected, status, passed, words] of statuses) {
    it(`judges status ${status} by ${JSON.stringify(expected)}`, async () => {
      expect(await judged({ status: expected }, outcome(exchange([{ status }])))).to.deep.equal([
        ['status', '', passed, words, String(status)],
      ]);
    });
  }

  it('judges headers', async () => {
    const given = outcome(
      exchange([
        {
          headers: [
            ['Content-Type', 'application/json; charset=utf-8'],
            ['Vary', 'accept'],
            ['VARY', 'origin'],
            ['Content-Length', '042'],
            ['Set-Cookie', 'sid=s3cr3t-value; Secure'],
            ['Set-Cookie', 'a=b'],
            ['X-Note', 'a\u001b[31m'],
          ],
        },
      ]),
    );
    const headers = {
      'content-type': { matches: '^application/json' },
      'Content-type': 'application/json',
      vary: 'accept, origin',
      'content-length': { gt: 40, lt: 43 },
      'x-gone': { exists: false },
      'x-needed': 'yes',
      'set-cookie': { any: { starts_with: 'sid=s3cr3t' }, length: 2 },
      'x-note': 'b',
    };
    expect(await judged({ headers }, given)).to.deep.equal([
      ['headers', 'content-type', true, 'matches "^application/json"', '"application/json; charset=utf-8"'],
      ['headers', 'Content-type', false, '"application/json"', '"application/json; charset=utf-8"'],
      ['headers', 'vary', true, '"accept, origin"', '"accept, origin"'],
      ['headers', 'content-length', true, '> 40 and < 43', '"042"'],
      ['headers', 'x-gone', true, 'absent', 'absent'],
      ['headers', 'x-needed', false, '"yes"', 'absent'],
      [
        'headers',
        'set-cookie',
        true,
        'any starts with "sid=s3cr3t" and length 2',
        '["sid=[secret:sid]; Secure","a=[secret:a]"]',
      ],
      ['headers', 'x-note', false, '"b"', '"a\\u001b[31m"'],
    ]);
  });

  it('judges JSON by path', async () => {
    const given = jsonOutcome(
      '{"id":12345678901234567890,"orders":[{"id":1},{"id":2}],"none":null,"a":1,"a":2}',
    );
    const json = {
      '$.id': 12345678901234567890n,
      '$.orders[*].id': [1, 2],
      '$.orders[0].id': { type: 'integer' },
      '$.orders[*]': { each: { contains: { id: { gt: 1 } } } },
      '$.missing': { exists: false },
      '$.none': null,
      '$.a': 2,
      '$.orders[5].id': { type: 'integer' },
      '$.[': 1,
    };
    expect(await judged({ json }, given)).to.deep.equal([
      ['json', '$.id', true, '12345678901234567890', '12345678901234567890'],
      ['json', '$.orders[*].id', true, '[1,2]', '[1,2]'],
      ['json', '$.orders[0].id', true, 'type integer', '1'],
      ['json', '$.orders[*]', false, 'each contains {"id":{"gt":1}}', '[{"id":1},{"id":2}]'],
      ['json', '$.missing', true, 'absent', 'absent'],
      ['json', '$.none', true, 'null', 'null'],
      ['json', '$.a', true, '2', '2'],
      ['json', '$.orders[5].id', false, 'type integer', 'absent'],
      ['json', '$.[', false, '1', '"$.[" is no JSONPath: "[" is not expected at character 3'],
    ]);
    expect(await judged({ json: { '$.id': 12345678901234567891n } }, given)).to.deep.equal([
      ['json', '$.id', false, '12345678901234567891', '12345678901234567890'],
    ]);
  });

  it('says once that a body is no JSON', async () => {
    const json = { '$.a': 1, '$.b': 2 };
    const cases = [
      html,
      jsonOutcome(''),
      jsonOutcome('{"a":'),
      outcome(exchange([{ body: '{}', decodeError: 'the gzip stream is cut' }])),
      outcome(exchange([{ status: null }])),
    ];
    const said = await Promise.all(cases.map((given) => judged({ json }, given)));
    expect(said.map((rows) => rows.length)).to.deep.equal([1, 1, 1, 2, 1]);
    expect(said.map(([first]) => first?.[4])).to.deep.equal([
      'the body is not JSON: text/html, begins "<!doctype html>\\u000a<p>"',
      'the body is empty',
      'the body is not JSON: application/json, begins "{"a":"; Unexpected end of JSON input',
      'absent',
      'no answer',
    ]);
  });

  it('neither crashes nor hangs on a body that nests 10,000 levels deep', async () => {
    for (const number of ['1', '12345678901234567890']) {
      const given = jsonOutcome(`${'['.repeat(10_000)}${number}${']'.repeat(10_000)}`);
      const kinds = { json: { $: { type: 'array' } }, schema: { type: 'object' } };
      const checks = await judged(kinds, given);
      expect(checks.map(([kind]) => kind)).to.deep.equal(['json', 'schema']);
    }
  });

  it('judges the body as text', async () => {
    const latin = new Uint8Array([0x67, 0x72, 0xfc, 0x6e]);
    const given = outcome(
      exchange([{ headers: [['content-type', 'text/plain; charset=iso-8859-1']], body: latin }]),
    );
    const bodies: [RenderedJson, boolean, string][] = [
      ['grün', true, '"grün"'],
      [{ contains: 'rü', length: 4 }, true, 'contains "rü" and length 4'],
      [{ length: { lt: '2B' } }, false, 'length < 2B'],
      [{ not: { contains: 'n' } }, false, 'not contains "n"'],
    ];
    for (const [body, passed, words] of bodies) {
      expect(await judged({ body }, given)).to.deep.equal([['body', '', passed, words, '"grün"']]);
    }
  });

  it('cuts what it shows at 200 characters, on one line, secrets first', async () => {
    const redactor = createRedactor();
    redactor.learn('token', 'abcdefghijklmnop');
    const body = `${'x\n'.repeat(64)}${'y'.repeat(60)}abcdefghijklmnop`;
    const given = outcome(exchange([{ body }]), { redact: (text) => redactor.redact(text) });
    const [check] = await judged({ body: 'z' }, given);
    const actual = String(check?.[4]);
    expect(actual).to.have.lengthOf(200);
    expect(actual).to.match(/^[\x20-\x7e]+\.\.\.$/);
    expect(actual).to.not.contain('abc');
  });
});

describe('check of challenges', () => {
  const given = outcome(
    exchange([
      {
        status: 401,
        headers: [
          ['WWW-Authenticate', 'Basic realm="staff"'],
          ['WWW-Authenticate', 'Bearer realm="api", error="invalid_token", scope="a b"'],
        ],
      },
    ]),
  );
  const actual = 'Basic realm="staff"; Bearer realm="api" error="invalid_token" scope="a b"';
  const table: [RenderedJson, boolean, string][] = [
    [{ scheme: 'bearer', error: 'invalid_token' }, true, 'bearer error="invalid_token"'],
    [{ scheme: 'Basic', error: 'invalid_token' }, false, 'Basic error="invalid_token"'],
    [{ scheme: 'Bearer', scope: { contains: 'b' } }, true, 'Bearer scope contains "b"'],
    [{ scheme: 'Bearer', scope: 'b a' }, false, 'Bearer scope="b a"'],
    [{ scheme: 'Bearer', error_description: { exists: false } }, true, 'Bearer error_description absent'],
    [{ scheme: { one_of: ['bearer', 'DPoP'] } }, true, 'scheme one of "bearer", "DPoP"'],
    [{ realm: 'api', scheme: 'Basic' }, false, 'realm="api" Basic'],
    [{ exists: false }, false, 'absent'],
    [{ contains: 'basic' }, true, 'contains "basic"'],
  ];
  for (const [challenge, passed, words] of table) {
    it(`holds ${words} against two challenges`, async () => {
      expect(await judged({ status: 401, challenge }, given)).to.deep.equal([
        ['status', '', true, '401', '401'],
        ['challenge', '', passed, words, actual],
      ]);
    });
  }

  it('says that there is none', async () => {
    expect(await judged({ challenge: { scheme: 'Bearer' } }, html)).to.deep.equal([
      ['challenge', '', false, 'Bearer', 'no challenge'],
    ]);
    expect((await judged({ challenge: { exists: false } }, html))[0]?.[2]).to.equal(true);
  });
});

describe('check of redirects', () => {
  const chain = exchange([
    {
      url: 'http://api.example.test/a',
      status: 301,
      sent: [
        ['Authorization', 'Bearer [secret:reader]'],
        ['X-Trace', '1'],
      ],
      headers: [['Location', 'https://api.example.test/a']],
    },
    {
      url: 'https://api.example.test/a',
      status: 307,
      sent: [['x-trace', '1']],
      headers: [['location', '/b?code=c0de-value']],
      dropped: [{ header: 'authorization', rule: 'origin-changed' }],
    },
    { url: 'https://api.example.test/b?code=c0de-value', sent: [['x-trace', '1']], dropped: [] },
  ]);
  const table: [RenderedMapLike, unknown[][]][] = [
    [{ count: 2 }, [['count', true, '2', '2']]],
    [
      { count: { lt: 2 } },
      [['count', false, '< 2', '2: 301 to https://api.example.test/a → 307 to /b?code=[secret:code] → 200']],
    ],
    [
      { to: { ends_with: '/b' } },
      [['to', false, 'ends with "/b"', '"https://api.example.test/b?code=[secret:code]"']],
    ],
    [
      { status: 301 },
      [
        ['status of hop 1', true, '301', '301'],
        ['status of hop 2', false, '301', '307'],
      ],
    ],
    [
      { status: [301, '3xx'] },
      [
        ['status of hop 1', true, '301', '301'],
        ['status of hop 2', true, '3xx', '307'],
      ],
    ],
    [
      { status: [301] },
      [
        [
          'status',
          false,
          '[301]',
          '2 redirects: 301 to https://api.example.test/a → 307 to /b?code=[secret:code] → 200',
        ],
      ],
    ],
    [
      { location: [{ starts_with: 'https:' }, '/c'] },
      [
        ['location of hop 1', true, 'starts with "https:"', '"https://api.example.test/a"'],
        ['location of hop 2', false, '"/c"', '"/b?code=[secret:code]"'],
      ],
    ],
    [
      { keeps: ['x-trace', 'authorization', 'accept'] },
      [
        ['keeps x-trace', true, 'sent on every hop', 'sent on every hop'],
        ['keeps authorization', false, 'sent on every hop', 'not sent on hop 2 (origin-changed)'],
        ['keeps accept', false, 'sent on every hop', 'not sent on hop 1'],
      ],
    ],
    [
      { drops: ['Authorization', 'x-trace', 'accept'] },
      [
        ['drops Authorization', true, 'not sent on the last hop', 'not sent on hop 2 (origin-changed)'],
        ['drops x-trace', false, 'not sent on the last hop', 'sent on every hop'],
        ['drops accept', false, 'not sent on the last hop', 'not sent on hop 1'],
      ],
    ],
  ];
  table.push(
    [
      { drops: { Authorization: 2, 'x-trace': { gte: 2 }, accept: 2 } },
      [
        ['drops Authorization at hop', true, '2', 'not sent on hop 2 (origin-changed)'],
        ['drops x-trace at hop', false, '>= 2', 'sent on every hop'],
        ['drops accept at hop', false, '2', 'not sent on hop 1'],
      ],
    ],
    [
      { to: { host: 'API.example.test', port: 443, path: '/c', query: { code: { exists: true } } } },
      [
        ['to, host', true, '"API.example.test"', '"api.example.test"'],
        ['to, port', true, '443', '443'],
        ['to, path', false, '"/c"', '"/b"'],
        ['to, code', true, 'present', 'present (10 characters)'],
      ],
    ],
    [
      {
        location: [{ scheme: 'https' }, { origin: 'https://api.example.test', fragment: { exists: false } }],
      },
      [
        ['location of hop 1, scheme', true, '"https"', '"https"'],
        ['location of hop 2, origin', true, '"https://api.example.test"', '"https://api.example.test"'],
        ['location of hop 2, fragment', true, 'absent', 'absent'],
      ],
    ],
  );
  for (const [redirects, rows] of table) {
    it(`holds ${JSON.stringify(redirects)} against a chain of three hops`, async () => {
      expect(await judged({ redirects }, outcome(chain))).to.deep.equal(
        rows.map((one) => ['redirects', ...one]),
      );
    });
  }

  it('takes the target of a redirect that was not followed', async () => {
    const first = chain.hops.slice(0, 1);
    const given = outcome({ ...chain, hops: first, stopped: { reason: 'not-followed', location: '/login' } });
    expect(
      await judged({ redirects: { count: 0, to: 'http://api.example.test/login', status: 301 } }, given),
    ).to.deep.equal([
      ['redirects', 'count', true, '0', '0'],
      ['redirects', 'to', true, '"http://api.example.test/login"', '"http://api.example.test/login"'],
      ['redirects', 'status of hop 1', true, '301', '301'],
    ]);
  });

  describe('of an address, part by part', () => {
    const led = (location: string): ReturnType<typeof outcome> =>
      outcome(
        exchange(
          [{ url: 'https://login.example.test/authorize', status: 302, headers: [['Location', location]] }],
          { stopped: { reason: 'not-followed', location } },
        ),
      );
    const callback = 'https://app.example.test:8443/cb';
    const wanted = {
      origin: 'https://app.example.test:8443',
      query: {
        code: { matches: '^[\\w-]{20,}$' },
        state: { exists: true },
        scope: 'a b',
        x: ['1', '2'],
        error: { exists: false },
      },
    };
    const cases: readonly [what: string, location: string, expected: RenderedJson, rows: unknown[][]][] = [
      [
        'decoded parameters, a repeated one, and a code that is not shown',
        `${callback}?code=${'k'.repeat(30)}&state=s%201&scope=a+b&x=1&x=2`,
        wanted,
        [
          [
            'location of hop 1, origin',
            true,
            '"https://app.example.test:8443"',
            '"https://app.example.test:8443"',
          ],
          ['location of hop 1, code', true, 'matches "^[\\\\w-]{20,}$"', 'present (30 characters)'],
          ['location of hop 1, state', true, 'present', '"s 1"'],
          ['location of hop 1, scope', true, '"a b"', '"a b"'],
          ['location of hop 1, x', true, '["1","2"]', '["1","2"]'],
          ['location of hop 1, error', true, 'absent', 'absent'],
        ],
      ],
      [
        'an error instead of a code',
        `${callback}?error=access_denied&x=1`,
        wanted,
        [
          [
            'location of hop 1, origin',
            true,
            '"https://app.example.test:8443"',
            '"https://app.example.test:8443"',
          ],
          ['location of hop 1, code', false, 'matches "^[\\\\w-]{20,}$"', 'absent'],
          ['location of hop 1, state', false, 'present', 'absent'],
          ['location of hop 1, scope', false, '"a b"', 'absent'],
          ['location of hop 1, x', false, '["1","2"]', '"1"'],
          ['location of hop 1, error', false, 'absent', '"access_denied"'],
        ],
      ],
      [
        'a relative address, and parameters of the fragment',
        '/cb#access_token=abc&token_type=Bearer',
        { host: 'login.example.test', fragment: { access_token: { exists: true }, token_type: 'Bearer' } },
        [
          ['location of hop 1, host', true, '"login.example.test"', '"login.example.test"'],
          ['location of hop 1, access_token', true, 'present', 'present (3 characters)'],
          ['location of hop 1, token_type', true, '"Bearer"', '"Bearer"'],
        ],
      ],
      [
        'bytes of UTF-8, which are received as latin1',
        '/cb?name=J\u00c3\u00bcrgen',
        { query: { name: 'Jürgen' } },
        [['location of hop 1, name', true, '"Jürgen"', '"Jürgen"']],
      ],
      [
        'the scheme of an application',
        'com.example.app://cb/done?state=1',
        { scheme: 'com.example.app', origin: 'com.example.app://cb', port: { exists: false }, path: '/done' },
        [
          ['location of hop 1, scheme', true, '"com.example.app"', '"com.example.app"'],
          ['location of hop 1, origin', true, '"com.example.app://cb"', '"com.example.app://cb"'],
          ['location of hop 1, port', true, 'absent', 'absent'],
          ['location of hop 1, path', true, '"/done"', '"/done"'],
        ],
      ],
      [
        'what is no address',
        'http://[',
        { host: { exists: false } },
        [['location of hop 1, host', false, 'absent', 'not a URL: http://[']],
      ],
    ];
    for (const [what, location, expected, rows] of cases) {
      it(`knows ${what}`, async () => {
        expect(await judged({ redirects: { location: expected } }, led(location))).to.deep.equal(
          rows.map((one) => ['redirects', ...one]),
        );
      });
    }
  });

  it('says that there was none', async () => {
    expect(await judged({ redirects: { location: '/x' } }, html)).to.deep.equal([
      ['redirects', 'location', false, '"/x"', 'there was no redirect: 200'],
    ]);
  });
});

type RenderedMapLike = { readonly [key: string]: RenderedJson };

describe('check of cookies', () => {
  const given = outcome(
    exchange([
      {
        status: 302,
        headers: [
          ['Set-Cookie', 'sid=first'],
          ['Set-Cookie', 'old=x; Max-Age=100'],
        ],
      },
      {
        headers: [
          ['Set-Cookie', 'sid=abc=def; Path=/; Secure; SameSite=Lax'],
          ['Set-Cookie', 'old=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
        ],
      },
    ]),
  );
  it('judges values, attributes and absence without showing a value', async () => {
    const cookies = {
      sid: { starts_with: 'abc=' },
      old: { exists: false },
      other: { exists: true },
      SID: 'x',
    };
    expect(await judged({ cookies }, given)).to.deep.equal([
      ['cookies', 'sid', true, 'starts with "abc="', 'set (7 characters)'],
      ['cookies', 'old', true, 'absent', 'absent'],
      ['cookies', 'other', false, 'present', 'absent'],
      ['cookies', 'SID', false, '"x"', 'absent'],
    ]);
    const attributes = {
      sid: { value: 'abc=def', secure: true, httponly: true, samesite: 'lax', domain: { exists: false } },
    };
    expect(await judged({ cookies: attributes }, given)).to.deep.equal([
      ['cookies', 'sid value', true, '"abc=def"', 'set (7 characters)'],
      ['cookies', 'sid secure', true, 'true', 'true'],
      ['cookies', 'sid httponly', false, 'true', 'false'],
      ['cookies', 'sid samesite', true, '"lax"', '"Lax"'],
      ['cookies', 'sid domain', true, 'absent', 'absent'],
    ]);
  });
  it('takes a cookie for removed only where its Domain and Path are the same, and it is not refused', async () => {
    const left = async (...lines: string[]): Promise<unknown> => {
      const headers = lines.map((line): [string, string] => ['Set-Cookie', line]);
      const given = outcome(exchange([{ url: 'https://api.example.test/app/login', headers }]));
      return (await judged({ cookies: { sid: { value: 'new' } } } as never, given))[0]?.slice(2);
    };
    const kept = [true, '"new"', 'set (3 characters)'];
    const gone = [false, '"new"', 'absent'];
    expect([
      await left('sid=new', 'sid=; Max-Age=0'),
      await left('sid=new', 'sid=; Max-Age=0; Path=/app'),
      await left('sid=new', 'sid=; Max-Age=0; Path=/'),
      await left('sid=new; Domain=example.test', 'sid=; Max-Age=0'),
      await left('sid=; Max-Age=0', 'sid=new'),
      await left('sid=old; Path=/', 'sid=new', 'sid=; Max-Age=0; Path=/'),
      await left('sid=; Max-Age=0'),
    ]).to.deep.equal([gone, gone, kept, kept, kept, kept, gone]);
  });

  it('judges how long a cookie lives, and whether a browser keeps it, by the rule against it', async () => {
    const set = (line: string, url = 'https://api.example.test/') =>
      outcome(exchange([{ url, headers: [['Set-Cookie', line]] }]));
    const about = async (line: string, sid: Record<string, unknown>, url?: string) =>
      (await judged({ cookies: { sid } } as never, set(line, url))).map((each) => each.slice(1));
    expect(
      await about('sid=1; Max-Age=3600', { lifetime: { lte: '1h' }, 'max-age': 3600, stored: true }),
    ).to.deep.equal([
      ['sid lifetime', true, '<= 1h', '1h'],
      ['sid max-age', true, '3600', '3600'],
      ['sid stored', true, 'true', 'true'],
    ]);
    expect(await about('sid=1; Max-Age=7200', { 'max-age': { lt: 3600 }, 'host-only': true })).to.deep.equal([
      ['sid max-age', false, '< 3600', '7200'],
      ['sid host-only', true, 'true', 'true'],
    ]);
    expect(await about('sid=1', { lifetime: { exists: false }, 'max-age': { exists: false } })).to.deep.equal(
      [
        ['sid lifetime', true, 'absent', 'that of the session'],
        ['sid max-age', true, 'absent', 'absent'],
      ],
    );
    expect(await about('sid=1; Secure', { stored: true }, 'http://localhost/')).to.deep.equal([
      [
        'sid stored',
        false,
        'true',
        'not stored: It is Secure and came over plain http, which some browsers allow on loopback (RFC 6265bis section 5.7).',
      ],
    ]);
    expect(await about('sid=1; Domain=other.test', { stored: false, 'host-only': false })).to.deep.equal([
      [
        'sid stored',
        true,
        'false',
        'not stored: Its Domain "other.test" does not match the host "api.example.test" (RFC 6265bis section 5.7).',
      ],
      ['sid host-only', true, 'false', 'false'],
    ]);
    expect(await about('lang=1', { stored: false })).to.deep.equal([
      ['sid stored', false, 'false', 'absent'],
    ]);
  });
});

describe('check of tokens', () => {
  it('judges claims and lifetime', async () => {
    const claims = {
      aud: ['https://api.example.test'],
      scope: 'orders:read',
      exp: 1_000_300,
      iat: 1_000_000,
    };
    const given = outcome(exchange([{}], { credentials: [jwt(claims)] }));
    const token = {
      aud: 'https://api.example.test',
      scope: { contains: 'orders:write' },
      azp: { exists: false },
      lifetime: { gte: '5m' },
    };
    expect(await judged({ token }, given)).to.deep.equal([
      ['token', 'aud', true, '"https://api.example.test"', '"https://api.example.test"'],
      ['token', 'scope', false, 'contains "orders:write"', '"orders:read"'],
      ['token', 'azp', true, 'absent', 'absent'],
      ['token', 'lifetime', true, '>= 5m', '5m'],
    ]);
  });

  it('says why claims cannot be read', async () => {
    const opaque = { format: 'opaque', header: null, claims: null, malformed: null, length: 20 } as const;
    const obtained = { at: 0, client: 'web', issuer: 'main', scope: null, expiresAt: 60_000 };
    const use = { ...jwt({}), token: opaque, obtained };
    expect(
      await judged({ token: { aud: 'x', lifetime: '1m' } }, outcome(exchange([{}], { credentials: [use] }))),
    ).to.deep.equal([
      ['token', 'aud', false, '"x"', 'the token is opaque: it has no claims to read'],
      ['token', 'lifetime', true, '"1m"', '1m'],
    ]);
    expect(await judged({ token: { aud: 'x' } }, html)).to.deep.equal([
      ['token', 'aud', false, '"x"', 'there was no token'],
    ]);
  });
});

describe('check of times', () => {
  function tls(days: number): TlsFacts {
    const notAfter = now + days * 86_400_000;
    const names = { subject: '', issuer: '', names: [] };
    return { protocol: 'TLSv1.3', cipher: '', ...names, notBefore: 0, notAfter, verified: true };
  }
  function dated(date: string, ...more: [string, string][]): ReturnType<typeof outcome> {
    return outcome(exchange([{ headers: [['Date', date], ...more] }]));
  }

  it('judges the certificate that ends first', async () => {
    const given = outcome(exchange([{ tls: tls(90) }, { tls: tls(12.9) }, {}]));
    expect([
      ...(await judged({ tls: { days_left: 14 } }, given)),
      ...(await judged({ tls: { days_left: { gt: 10 } } }, given)),
      ...(await judged({ tls: { days_left: 1 } }, html)),
    ]).to.deep.equal([
      ['tls', 'days_left', false, '>= 14', '12 (hop 2)'],
      ['tls', 'days_left', true, '> 10', '12 (hop 2)'],
      ['tls', 'days_left', false, '1', 'no hop used TLS'],
    ]);
  });

  it('judges the clock of the server within the second that Date has', async () => {
    const clock = { skew: '30s' };
    const said = await Promise.all(
      [
        dated('Mon, 01 Jun 2026 12:00:00 GMT'),
        dated('Mon, 01 Jun 2026 11:59:29 GMT'),
        dated('Mon, 01 Jun 2026 12:01:00 GMT'),
        dated('Mon, 01 Jun 2026 12:00:00 GMT', ['Age', '35']),
        dated('yesterday'),
      ].map((given) => judged({ clock }, given)),
    );
    expect(said.flat()).to.deep.equal([
      ['clock', 'skew', true, '<= 30s', '0ms'],
      ['clock', 'skew', false, '<= 30s', '30.1s'],
      ['clock', 'skew', false, '<= 30s', '59.9s'],
      ['clock', 'skew', false, '"30s"', 'the answer came from a cache (Age: 35)'],
      ['clock', 'skew', false, '"30s"', 'the answer has no Date'],
    ]);
  });

  it('judges the duration', async () => {
    expect([
      ...(await judged({ duration: '120ms' }, html)),
      ...(await judged({ duration: { lt: '0.1s' } }, html)),
    ]).to.deep.equal([
      ['duration', '', true, '<= 120ms', '120ms'],
      ['duration', '', false, '< 0.1s', '120ms'],
    ]);
  });
});

describe('check of schemas', () => {
  const schema = {
    type: 'object',
    required: ['id', 'at'],
    properties: {
      id: { type: 'integer' },
      at: { type: 'string', format: 'date-time' },
      state: { enum: ['open', 'closed'] },
      name: { type: 'string', pattern: '^(a+)+$' },
      lines: { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'number' }] } },
      access_token: { type: 'integer' },
    },
    additionalProperties: false,
  };
  it('passes once, and names each fault in words', async () => {
    const right = '{"id":12345678901234567890,"at":"2026-01-01T00:00:00Z","name":"aa","lines":["a",1]}';
    expect(await judged({ schema }, jsonOutcome(right))).to.deep.equal([
      ['schema', '', true, 'matches the schema', 'matches the schema'],
    ]);
    const wrong = '{"at":"soon","state":"gone","lines":[true],"more":1}';
    expect(await judged({ schema }, jsonOutcome(wrong))).to.deep.equal([
      ['schema', '$', false, 'has "id"', '{"at":"soon","state":"gone","lines":[true],"more":1}'],
      ['schema', '$', false, 'has no "more"', '{"at":"soon","state":"gone","lines":[true],"more":1}'],
      ['schema', '$.at', false, 'format date-time', '"soon"'],
      ['schema', '$.state', false, 'one of "open", "closed"', '"gone"'],
      ['schema', '$.lines[0]', false, 'type string', 'true'],
    ]);
  });

  it('runs patterns in linear time and hides tokens', async () => {
    const body = JSON.stringify({
      id: 1,
      at: '2026-01-01T00:00:00Z',
      name: `${'a'.repeat(50_000)}b`,
      access_token: 'tok-value',
    });
    const rows = await judged({ schema }, jsonOutcome(body));
    expect(rows.map(([, subject, , expected]) => [subject, expected])).to.deep.equal([
      ['$.name', 'matches "^(a+)+$"'],
      ['$.access_token', 'type integer'],
    ]);
    expect(rows[1]?.[4]).to.equal('"[secret:access_token]"');
  });

  it('says that a schema cannot be used', async () => {
    const rows = await judged({ schema: { $ref: '#/nowhere' } }, jsonOutcome('{}'));
    expect(rows[0]?.slice(0, 4)).to.deep.equal(['schema', '', false, 'matches the schema']);
    expect(rows[0]?.[4]).to.match(/^the schema cannot be used: /);
  });

  it('says that the body is no JSON', async () => {
    expect((await judged({ schema }, html))[0]?.[4]).to.match(/^the body is not JSON: text\/html/);
  });
});

describe('check without an answer', () => {
  const given = outcome(exchange([{ status: null }]));
  it('fails each kind that judges one', async () => {
    expect(
      (await check({ headers: { a: 'b', c: 'd' }, body: 'x', redirects: { count: 0 } }, given)).map(row),
    ).to.deep.equal([
      ['status', '', false, '2xx', 'no answer'],
      ['headers', '', false, '{"a":"b","c":"d"}', 'no answer'],
      ['body', '', false, '"x"', 'no answer'],
      ['redirects', 'count', true, '0', '0'],
    ]);
  });

  it('needs no status where only a cause is expected', async () => {
    expect(await check({ cause: 'connection-refused' }, given)).to.deep.equal([]);
    expect((await check({ cause: 'x', status: 200 }, given)).map(row)).to.deep.equal([
      ['status', '', false, '200', 'no answer'],
    ]);
  });
});

describe('check and secrets', () => {
  const secret = Secret.named('tenant', 'a "quoted" värde');
  it('compares by value and shows by name, in passing and failing checks', async () => {
    const value = JSON.stringify({
      t: 'a "quoted" värde',
      access_token: 'tok-value',
      deep: [{ id_token: 'idt-value' }],
    });
    const given = jsonOutcome(value);
    const json = {
      '$.t': secret,
      '$.access_token': { type: 'string' },
      '$..id_token': { length: 2 },
      $: { contains: { t: { not: secret } } },
    };
    expect(await judged({ json, body: { not: { contains: secret } } }, given)).to.deep.equal([
      ['json', '$.t', true, '"[secret:tenant]"', '"[secret:tenant]"'],
      ['json', '$.access_token', true, 'type string', '"[secret:access_token]"'],
      ['json', '$..id_token', false, 'length 2', '"[secret:id_token]"'],
      [
        'json',
        '$',
        false,
        'contains {"t":{"not":"[secret:tenant]"}}',
        '{"t":"[secret:tenant]","access_token":"[secret:access_token]","deep":[{"id_token":"[secret:id_token]"}]}',
      ],
      [
        'body',
        '',
        true,
        'not contains "[secret:tenant]"',
        JSON.stringify(value)
          .replace(/a .*rde/, '[secret:tenant]')
          .replace('tok-value', '[secret:access_token]')
          .replace('idt-value', '[secret:id_token]'),
      ],
    ]);
  });
});

describe('check and places', () => {
  it('names the entry of the file', async () => {
    const headers = { 'x-a': 'b' };
    const at = (line: number) => ({ file: 'specs/a.yml', line, column: 9 });
    place(headers, at(4));
    placeEntry(headers, 'x-a', at(5), at(6), null);
    const all = { status: 200, headers };
    place(all, at(2));
    const checks = await check(all, html);
    expect(checks.map((one) => [one.kind, one.source.line])).to.deep.equal([
      ['status', 2],
      ['headers', 6],
    ]);
  });
});
