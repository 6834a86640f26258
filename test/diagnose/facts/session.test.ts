import { expect } from 'chai';
import { arrivalOf } from '../../../src/diagnose/facts/arrival.ts';
import { cookieFacts } from '../../../src/diagnose/facts/cookies.ts';
import { csrfFacts } from '../../../src/diagnose/facts/csrf.ts';
import { deliveryFacts } from '../../../src/diagnose/facts/delivery.ts';
import { differenceFacts } from '../../../src/diagnose/facts/difference.ts';
import { loginFacts } from '../../../src/diagnose/facts/login.ts';
import { rightClaims, use } from '../subjects.ts';
import { type FullHop, type FullSubject, past, short, subject } from './support.ts';

type Row = readonly [what: string, about: FullSubject, expected: unknown[]];
function table(
  name: string,
  facts: (about: ReturnType<typeof subject>) => Parameters<typeof short>[0],
  rows: readonly Row[],
): void {
  describe(name, () => {
    for (const [what, about, expected] of rows) {
      it(what, () => {
        expect(short(facts(subject(about)))).to.deep.equal(expected);
      });
    }
  });
}

const setting = (line: string, over: FullHop = {}): FullHop => ({
  url: 'https://api.example.test/login/form',
  method: 'POST',
  sent: [],
  status: 204,
  headers: [['Set-Cookie', line]],
  cookies: { set: ['sid'] },
  ...over,
});
const bare: FullHop = { sent: [] };
const withCookie: FullHop = { sent: [['Cookie', 'sid=[secret:cookie sid]']], cookies: { sent: ['sid'] } };

table('cookieFacts', cookieFacts, [
  [
    'tells why a cookie was not stored',
    {
      uses: [],
      hops: [bare],
      past: [
        past([
          setting('sid=1; Secure', {
            cookies: {
              refused: [
                {
                  name: 'sid',
                  rule: 'secure-from-http',
                  section: 'RFC 6265bis section 5.7',
                  reason: 'It is Secure (RFC 6265bis section 5.7).',
                },
              ],
            },
          }),
        ]),
      ],
    },
    [
      [
        'cookie/rejected',
        3,
        'cookie-rejected',
        '- cookie sid: set by step "earlier" and not stored: it is Secure (RFC 6265bis section 5.7)',
      ],
    ],
  ],
  [
    'tells by which path a cookie is withheld',
    { uses: [], hops: [bare], past: [past([setting('sid=1')])] },
    [
      [
        'cookie/not-sent',
        3,
        'cookie-not-sent',
        '1 cookie sid: set by step "earlier" and not sent: its Path is /login',
      ],
    ],
  ],
  [
    'tells of a cookie without Domain at another host',
    {
      uses: [],
      hops: [bare],
      past: [past([setting('sid=1; Path=/', { url: 'https://login.example.test/' })])],
    },
    [
      [
        'cookie/not-sent',
        3,
        'cookie-not-sent',
        '1 cookie sid: set by step "earlier" and not sent: it has no Domain: it goes to login.example.test only',
      ],
    ],
  ],
  [
    'knows that the cookies of a login for a token are in no jar of the job',
    { past: [{ ...past([setting('sid=1')]), ownJar: true }] },
    [],
  ],
  [
    'gives it less weight beside a token',
    { past: [past([setting('sid=1')])] },
    [
      [
        'cookie/not-sent',
        1,
        'cookie-not-sent',
        '1 cookie sid: set by step "earlier" and not sent: its Path is /login',
      ],
    ],
  ],
  [
    'says nothing of other jobs',
    { uses: [], hops: [bare], past: [{ ...past([setting('sid=1')]), sameJob: false }] },
    [],
  ],
  [
    'knows a login without any cookie',
    { uses: [], hops: [bare], past: [past([setting('', { headers: [], cookies: {} })])] },
    [
      [
        'cookie/not-set',
        2,
        'cookie-not-set',
        '- set-cookie: step "earlier" logged in (204) and got no cookie',
      ],
    ],
  ],
  [
    'suspects the session where the cookie worked before',
    { uses: [], hops: [withCookie], past: [past([{ ...withCookie, status: 200 }])] },
    [
      [
        'cookie/sent-in-vain',
        2,
        'session-expired',
        'not cookie-not-set',
        '1 cookie: sid was sent, which an earlier step passed with',
      ],
    ],
  ],
]);

const toLogin: FullHop = {
  status: 302,
  headers: [['Location', 'https://login.example.test/authorize?client_id=web&response_type=code&state=s']],
};
const page: FullHop = {
  status: 200,
  headers: [['Content-Type', 'text/html']],
  body: '<!doctype html><form><input name="p" type="password"></form>',
};
const wantsJson = [['Accept', 'application/json']] as const;

table('loginFacts', loginFacts, [
  [
    'follows a redirect to an authorization request',
    { hops: [toLogin, { ...page, url: 'https://login.example.test/authorize', sent: [] }] },
    [
      [
        'login/redirect',
        3,
        'login-redirect',
        '1 location: https://login.example.test/authorize: an authorization request (client_id, response_type)',
      ],
    ],
  ],
  [
    'knows a page with a password field where JSON was due',
    { hops: [{ ...page, sent: wantsJson }] },
    [['login/page', 3, 'login-redirect', '1 body: HTML with a password field']],
  ],
  [
    'knows one that is labelled JSON',
    { hops: [{ ...page, headers: [['Content-Type', 'application/json']] }] },
    [['login/page', 3, 'login-redirect', '1 body: HTML labelled application/json with a password field']],
  ],
  ['lets a step have the page that it asked for', { hops: [page] }, []],
  [
    'lets a step call the login itself',
    { hops: [{ ...toLogin, url: 'https://api.example.test/login' }] },
    [],
  ],
]);

table('deliveryFacts', deliveryFacts, [
  [
    'does not blame the drop where the redirect leads to a login',
    {
      hops: [
        toLogin,
        {
          ...page,
          url: 'https://login.example.test/authorize',
          sent: [],
          dropped: [{ header: 'authorization', rule: 'origin-changed' }],
        },
      ],
    },
    [
      [
        'delivery/dropped',
        1,
        'login-redirect',
        '1 authorization: sent to https://api.example.test',
        '2 authorization: not sent to https://login.example.test: the origin changed (scheme, host or port)',
      ],
    ],
  ],
]);

const post: FullHop = { ...withCookie, method: 'POST', status: 403 };
table('csrfFacts', csrfFacts, [
  [
    'agrees that a token is missing where no cookie plays a part',
    { hops: [{ method: 'POST', status: 403, body: 'No valid crumb was included' }] },
    [['csrf/no-token', 3, '', 'fits csrf-failed', '1 request: POST without a CSRF token']],
  ],
  ['does not of a stranger', { uses: [], hops: [{ method: 'POST', status: 403, body: 'CSRF' }] }, []],
  [
    'does not where a token was sent',
    { hops: [{ method: 'POST', status: 403, sent: [['Jenkins-Crumb', '[secret:crumb]']] }] },
    [],
  ],
  [
    'does not where a cookie was refused before',
    {
      hops: [{ method: 'POST', status: 403 }],
      past: [
        past([
          {
            status: 200,
            cookies: { refused: [{ name: 'sid', rule: 'secure-from-http', section: '', reason: 'domain' }] },
          },
        ]),
      ],
    },
    [],
  ],
  [
    'suspects the check where reading works with the same cookie',
    { uses: [], hops: [post], past: [past([{ ...withCookie, status: 200 }])] },
    [
      [
        'csrf/unsafe-with-cookie',
        2,
        'csrf-failed',
        '1 request: POST with cookie sid, no CSRF token, no Origin',
        '- cookie: step "earlier" reads with the same cookie',
      ],
    ],
  ],
  [
    'hints only beside a token',
    { hops: [{ ...post, body: 'CSRF verification failed' }] },
    [
      [
        'csrf/unsafe-with-cookie',
        1,
        'csrf-failed session-expired',
        '1 request: POST with cookie sid, no CSRF token, no Origin',
      ],
    ],
  ],
  [
    'cannot tell a wrong token from one of a session that has ended',
    {
      uses: [],
      hops: [
        {
          ...post,
          sent: [...(post.sent ?? []), ['X-CSRF-Token', '[secret:csrf]']],
          body: 'CSRF verification failed',
        },
      ],
    },
    [
      [
        'csrf/unsafe-with-cookie',
        3,
        'csrf-failed session-expired',
        '1 request: POST with cookie sid, a CSRF token in x-csrf-token, no Origin',
      ],
    ],
  ],
  [
    'finds a token in the body',
    {
      uses: [],
      hops: [
        { ...post, body: 'CSRF verification failed', sentBody: { excerpt: '{"_csrf":"[secret:csrf]"}' } },
      ],
    },
    [
      [
        'csrf/unsafe-with-cookie',
        3,
        'csrf-failed session-expired',
        '1 request: POST with cookie sid, a CSRF token in the body, no Origin',
      ],
    ],
  ],
  ['says nothing of GET', { uses: [], hops: [{ ...post, method: 'GET' }] }, []],
  ['says nothing of a 422 that does not speak of it', { uses: [], hops: [{ ...post, status: 422 }] }, []],
]);

const another = use({ ...rightClaims, aud: 'https://other.example.test' }, { fingerprint: 'g' });
table('differenceFacts', differenceFacts, [
  [
    'names the claim in which an accepted token differs',
    { past: [past([{ status: 200 }], { credentials: [another] })] },
    [
      [
        'token/aud-differs-from-accepted',
        2,
        'audience-mismatch',
        '1 token aud: https://api.example.test; the token that step "earlier" passed with has https://other.example.test',
      ],
    ],
  ],
  [
    'says nothing where the same token was accepted',
    { past: [past([{ status: 200 }], { credentials: [use(rightClaims)] })] },
    [],
  ],
]);

describe('arrivalOf', () => {
  const none = { sent: [] } as const;
  const rows: readonly [string, FullSubject, string][] = [
    ['is unknown without a past', {}, 'unknown'],
    ['is equal where none gets the same answer', { past: [past([none], { passed: false })] }, 'equal'],
    [
      'is shown where none gets another answer',
      { past: [past([{ ...none, body: 'no token' }], { passed: false })] },
      'arrived',
    ],
    [
      'is shown where another credential is taken in the same field',
      { past: [past([{ status: 200 }], { credentials: [another] })] },
      'arrived',
    ],
    [
      'is unknown for another route',
      { past: [past([{ ...none, url: 'https://api.example.test/x' }])] },
      'unknown',
    ],
    [
      'is unknown where the same request without is let in',
      { past: [past([{ ...none, status: 200 }])] },
      'unknown',
    ],
  ];
  for (const [what, about, expected] of rows) {
    it(what, () => {
      expect(arrivalOf(subject(about)).verdict).to.equal(expected);
    });
  }
});
