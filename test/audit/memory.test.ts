import { expect } from 'chai';
import { createAudit } from '../../src/audit/audit.ts';
import type { Exchange } from '../../src/model.ts';
import { production, staging, step } from '../diagnose/subjects.ts';
import { exchangeOf, type HopParts, jwtOf, use } from './hops.ts';

interface Parts extends HopParts {
  /** Seconds after the first. */
  readonly after?: number;
}
const login = 'https://login.example.test';
const checks = ['jwks-overlap', 'idtoken-nonce', 'userinfo-sub', 'device-interval', 'wellknown-path'];
const repeats = ['dpop-nonce-retry', 'digest-stale'];

function made({ after = 0, ...parts }: Parts): Exchange {
  const exchange = exchangeOf(parts);
  const hops = exchange.hops.map((hop) => ({
    ...hop,
    clock: { sent: hop.clock.sent + after * 1000, received: hop.clock.received + after * 1000 },
  }));
  return { ...exchange, hops };
}

/** What these checks say of the exchanges of one step, in their order. */
function said(all: readonly Parts[]): string[] {
  const audit = createAudit({ environments: [staging, production], redact: (text) => text });
  audit.step({
    environment: production,
    file: 'a.yml',
    step,
    result: {
      name: step.name,
      credential: null,
      source: step.source,
      status: 'failed',
      passedAfter: null,
      attempts: 1,
      duration: 1,
      exchanges: all.map(made),
      checks: [],
      findings: [],
      reason: null,
    },
  });
  return audit
    .findings()
    .filter(({ check }) => [...checks, ...repeats].includes(check ?? ''))
    .map(({ check, evidence }) => `${check}: ${evidence[0]?.seen ?? ''}`);
}

const keys = (...kids: string[]): Parts => ({
  role: 'metadata',
  url: `${login}/jwks`,
  body: { keys: kids.map((kid) => ({ kty: 'EC', kid })) },
});
const authorize: Parts = {
  role: 'authorization',
  url: `${login}/auth?response_type=code&client_id=web&nonce=n1`,
  status: 303,
};
const tokens = (claims: Record<string, string>): Parts => ({
  role: 'token',
  url: `${login}/token`,
  form: { grant_type: 'authorization_code', code: 'c' },
  body: { access_token: 'a', token_type: 'Bearer', id_token: jwtOf(claims) },
});
const userinfo = (sub: string): Parts => ({
  url: `${login}/userinfo`,
  sent: { Authorization: 'Bearer [secret:reader]' },
  uses: [use(null, true)],
  body: { sub },
});
const poll = (after: number, error = 'authorization_pending'): Parts => ({
  role: 'token',
  url: `${login}/token`,
  form: { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: 'd' },
  status: 400,
  body: { error },
  after,
});
const document = (path: string, status: number): Parts => ({
  role: 'metadata',
  url: `${login}${path}`,
  status,
  body: status === 200 ? { issuer: `${login}/tenant` } : 'no',
});
const wantsNonce: Parts = {
  status: 401,
  sent: { Authorization: 'DPoP [secret:reader]', DPoP: '[secret:proof]' },
  headers: { 'WWW-Authenticate': 'DPoP error="use_dpop_nonce", algs="ES256"', 'DPoP-Nonce': 'n' },
};
const stale: Parts = {
  status: 401,
  sent: { Authorization: 'Digest [secret:digest]' },
  headers: { 'WWW-Authenticate': 'Digest realm="a", nonce="b", algorithm=SHA-256, stale=TRUE' },
};

const rows: readonly (readonly [what: string, all: readonly Parts[], expected: readonly string[]])[] = [
  ['keys that stay', [keys('k1'), keys('k1', 'k2')], []],
  [
    'keys that are all replaced',
    [keys('k1'), keys('k2')],
    ['jwks-overlap: replaced all its keys between two requests for them'],
  ],
  ['a nonce that comes back', [authorize, tokens({ nonce: 'n1' })], []],
  [
    'another nonce',
    [authorize, tokens({ nonce: 'n2' })],
    ['idtoken-nonce: gives an ID token with another nonce than was sent'],
  ],
  [
    'a nonce that is missing',
    [authorize, tokens({ iss: login })],
    ['idtoken-nonce: gives an ID token without the nonce that was sent'],
  ],
  ['no nonce that was asked for', [tokens({ iss: login })], []],
  ['userinfo of the same user', [tokens({ sub: 'ada' }), userinfo('ada')], []],
  [
    'userinfo of somebody else',
    [tokens({ sub: 'ada' }), userinfo('bob')],
    ['userinfo-sub: gives another sub in userinfo than in the ID token'],
  ],
  ['userinfo with a token of another time', [{ ...tokens({ sub: 'ada' }), after: -60 }, userinfo('bob')], []],
  ['polls that slow down', [poll(0, 'slow_down'), poll(6)], []],
  [
    'polls that do not slow down',
    [poll(0, 'slow_down'), poll(2)],
    ['device-interval: was polled again too soon after slow_down'],
  ],
  ['polls that need not slow down', [poll(0), poll(2)], []],
  [
    'metadata at the path that is appended',
    [document('/.well-known/oauth-authorization-server/tenant', 200)],
    [],
  ],
  [
    'metadata at the path of OpenID Connect only',
    [
      document('/.well-known/oauth-authorization-server/tenant', 404),
      document('/tenant/.well-known/openid-configuration', 200),
    ],
    [
      'wellknown-path: has its metadata behind /tenant only, not at /.well-known/oauth-authorization-server/tenant',
    ],
  ],
  ['a DPoP nonce that is used', [wantsNonce, { ...wantsNonce, status: 200, headers: {} }], []],
  [
    'a DPoP nonce that is not used',
    [wantsNonce],
    ['dpop-nonce-retry: gave a DPoP nonce, and the request was not repeated with it'],
  ],
  ['a stale nonce that is renewed', [stale, { ...stale, status: 200, headers: {} }], []],
  [
    'a stale nonce',
    [stale],
    ['digest-stale: called the nonce stale, and the request was not repeated with the new one'],
  ],
];

describe('checks that remember', () => {
  for (const [what, all, expected] of rows) {
    it(`look at ${what}`, () => {
      expect(said(all)).to.deep.equal(expected);
    });
  }
});
