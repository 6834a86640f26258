import { about, type Case, html, json } from './explain-subjects.ts';

const none = { sent: [], set: [], refused: [] };
const cookie = (value: string): [string, string][] => [['Set-Cookie', value]];
const signIn = (value: string, url = 'https://app.example.test/login/submit') => ({
  hops: [
    { url, method: 'POST', status: 200, headers: cookie(value), cookies: { ...none, set: ['session'] } },
  ],
});
const target = 'https://app.example.test/orders';

export const sessionCases: readonly Case[] = [
  [
    'session-expired',
    'a cookie',
    about({
      hops: [{ cookies: { ...none, sent: ['session'] }, ...json(401, { message: 'session expired' }) }],
    }),
  ],
  ['session-expired', 'no cookie', about({})],
  [
    'login-redirect',
    'not followed',
    about({ hops: [{ status: 302, headers: [['Location', '/login?next=%2Forders']] }] }),
  ],
  [
    'login-redirect',
    'followed',
    about({
      hops: [
        { status: 302, headers: [['Location', 'https://login.example.test/auth?client_id=x&state=y']] },
        {
          url: 'https://login.example.test/auth?client_id=x&state=y',
          ...html(200, '<title>Sign in</title>'),
        },
      ],
    }),
  ],
  [
    'login-redirect',
    'in the place',
    about({ hops: [html(200, '<title>Sign in</title><input type=password>')] }),
  ],
  [
    'csrf-failed',
    'nothing sent',
    about({
      hops: [
        {
          method: 'POST',
          url: target,
          sent: [['Cookie', 'session=[secret:cookie session]']],
          ...html(403, '<h1>CSRF verification failed</h1>'),
        },
      ],
    }),
  ],
  [
    'csrf-failed',
    'a stale token',
    about({
      hops: [
        {
          method: 'PUT',
          sent: [
            ['X-CSRF-Token', '[secret:csrf]'],
            ['Origin', 'https://app.example.test'],
          ],
          status: 419,
        },
      ],
    }),
  ],
  [
    'cookie-rejected',
    'Secure over http',
    about({
      hops: [{ sent: [] }],
      past: [
        {
          hops: [
            {
              url: 'http://app.example.test/login',
              status: 200,
              cookies: {
                ...none,
                refused: [
                  {
                    name: 'session',
                    rule: 'secure-from-http',
                    section: 'RFC 6265bis section 5.7',
                    reason: 'It is Secure and came over plain http (RFC 6265bis section 5.7).',
                  },
                ],
              },
            },
          ],
        },
      ],
    }),
  ],
  ['cookie-rejected', 'not seen', about({})],
  [
    'cookie-not-sent',
    'Path',
    about({ hops: [{ url: target, sent: [] }], past: [signIn('session=x; Path=/login')] }),
  ],
  [
    'cookie-not-sent',
    'default path',
    about({ hops: [{ url: target, sent: [] }], past: [signIn('session=x')] }),
  ],
  [
    'cookie-not-sent',
    'Secure',
    about({
      hops: [{ url: 'http://app.example.test/orders', sent: [] }],
      past: [signIn('session=x; Path=/; Secure')],
    }),
  ],
  ['cookie-not-sent', 'host', about({ hops: [{ sent: [] }], past: [signIn('session=x; Path=/')] })],
  [
    'cookie-not-sent',
    'Domain',
    about({
      hops: [{ url: 'https://other.test/', sent: [] }],
      past: [signIn('session=x; Path=/; Domain=example.test')],
    }),
  ],
  ['cookie-not-sent', 'not seen', about({ hops: [{ cookies: { ...none, sent: ['lang'] } }] })],
  [
    'cookie-not-set',
    'after a login',
    about({
      hops: [{ url: target, sent: [], status: 401 }],
      uses: [],
      credential: null,
      past: [{ hops: [{ url: 'https://app.example.test/login', method: 'POST', status: 302 }] }],
    }),
  ],
  ['cookie-not-set', 'not seen', about({})],
];
