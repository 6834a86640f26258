import { expect } from 'chai';
import { algorithmFacts } from '../../../src/diagnose/facts/algorithm.ts';
import { bindingFacts } from '../../../src/diagnose/facts/binding.ts';
import { issuerDifference, issuerFacts } from '../../../src/diagnose/facts/issuer.ts';
import { keyFacts } from '../../../src/diagnose/facts/keys.ts';
import { scopeFacts } from '../../../src/diagnose/facts/scope.ts';
import { shapeFacts } from '../../../src/diagnose/facts/shape.ts';
import { siblingTokenFacts } from '../../../src/diagnose/facts/sibling-token.ts';
import { stepUpFacts } from '../../../src/diagnose/facts/step-up.ts';
import { timeFacts } from '../../../src/diagnose/facts/time.ts';
import { tokenTypeFacts } from '../../../src/diagnose/facts/token-type.ts';
import type { KeySet } from '../../../src/diagnose/subject.ts';
import type { JsonMap } from '../../../src/model.ts';
import { now, rightClaims, use } from '../subjects.ts';
import { type FullSubject, past, short, subject } from './support.ts';

type Row = readonly [what: string, about: FullSubject, expected: unknown[]];
const claims = (over: JsonMap): FullSubject => ({ uses: [use({ ...rightClaims, ...over })] });
const header = (over: JsonMap): FullSubject => {
  const made = use(rightClaims);
  return {
    uses: [{ ...made, token: made.token && { ...made.token, header: { alg: 'ES256', kid: 'k', ...over } } }],
  };
};
const seconds = now / 1000;

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

table('timeFacts', timeFacts, [
  [
    'rules out expiry and a late start of a token that is in time',
    {},
    [
      ['token/not-expired', 3, '', 'not token-expired'],
      ['token/has-begun', 3, '', 'not token-not-yet-valid'],
    ],
  ],
  [
    'tells how long ago exp was',
    claims({ iat: seconds - 900, exp: seconds - 240 }),
    [
      [
        'token/expired',
        3,
        'token-expired',
        "1 token exp: 2026-11-24T11:56:00.000Z, 4 min before the answer's Date",
      ],
      ['token/has-begun', 3, '', 'not token-not-yet-valid'],
    ],
  ],
  [
    'blames the clocks where only one has passed exp',
    {
      ...claims({ exp: seconds + 60 }),
      hops: [{ body: 'Current time: 2026-11-24T12:05:00Z' }],
    },
    [
      [
        'token/expired-by-their-clock-only',
        3,
        'clock-skew',
        'not token-expired',
        "1 token exp: 2026-11-24T12:01:00.000Z, 4 min before the answer's text, and after our clock",
      ],
      ['token/has-begun', 3, '', 'not token-not-yet-valid'],
      ['clock/differs', 3, '', "1 current time in the answer: the server's clock is 5 min ahead of ours"],
    ],
  ],
  [
    'knows milliseconds',
    claims({ exp: now + 3_600_000 }),
    [
      [
        'token/time-in-milliseconds',
        2,
        'token-lifetime-wrong',
        `1 token exp: ${now + 3_600_000} is not a time in seconds`,
      ],
      ['token/has-begun', 3, '', 'not token-not-yet-valid'],
    ],
  ],
  [
    'reads an exp that is a string, and says so',
    claims({ exp: String(seconds + 60) }),
    [
      [
        'token/exp-not-a-number',
        2,
        'token-claims-invalid token-malformed',
        '1 token exp: a string, not a number of seconds',
      ],
      ['token/not-expired', 3, '', 'not token-expired'],
      ['token/has-begun', 3, '', 'not token-not-yet-valid'],
    ],
  ],
  [
    'tells nbf in the future from iat in the future',
    claims({ iat: seconds + 600 }),
    [
      ['token/not-expired', 3, '', 'not token-expired'],
      [
        'token/not-yet-valid',
        2,
        'token-not-yet-valid',
        "1 token iat: 2026-11-24T12:10:00.000Z, 10 min after the answer's Date",
      ],
    ],
  ],
]);

table('shapeFacts', shapeFacts, [
  ['says nothing of a token in order', {}, []],
  [
    'knows a placeholder, which no expiry explains',
    { uses: [use(null, { shape: [{ fault: 'placeholder', seen: 's' }] })] },
    [['shape/placeholder', 3, 'unresolved-variable', 'not 22', '1 credential "reader": s']],
  ],
  [
    'is less sure of a password that looks like a template',
    {
      uses: [
        use(null, { type: 'basic', scheme: 'Basic', token: null, shape: [{ fault: 'template', seen: 's' }] }),
      ],
    },
    [['shape/template', 2, 'unresolved-variable', '1 credential "reader": s']],
  ],
  [
    'looks at a field written by hand',
    { uses: [], hops: [{ sent: [['Authorization', 'Bearer Bearer [secret:x]']] }] },
    [
      [
        'shape/scheme-repeated',
        3,
        'authorization-malformed',
        '1 authorization: it begins with the scheme "Bearer" itself',
      ],
    ],
  ],
  [
    'knows a JWT that is cut',
    {
      uses: [
        use(null, {
          token: {
            format: 'jwt',
            header: { alg: 'ES256' },
            claims: null,
            malformed: 'It has 2 segments; a JWT has 3.',
            length: 9,
          },
        }),
      ],
    },
    [['token/malformed', 3, 'token-malformed', '1 token: It has 2 segments; a JWT has 3.']],
  ],
]);

table('tokenTypeFacts', tokenTypeFacts, [
  ['says nothing of an access token with a nonce', claims({ nonce: 'n' }), []],
  [
    'knows an ID token by its hash',
    claims({ scope: undefined as never, at_hash: 'h', nonce: 'n' }),
    [['token/id-token-marks', 2, 'token-type-wrong', '1 token: holds at_hash, nonce, as an ID token does']],
  ],
  [
    'is sure of a refresh token that says so',
    claims({ token_type: 'refresh' }),
    [['token/says-other-type', 3, 'token-type-wrong', '1 token token_type: refresh: it is no access token']],
  ],
  [
    'is less sure of an ID token that says so: some servers take it',
    claims({ token_use: 'id' }),
    [['token/says-id-token', 2, 'token-type-wrong', '1 token token_use: id: it is no access token']],
  ],
]);

const keySet: KeySet = {
  environment: 'production',
  issuer: 'https://login.example.test',
  state: 'read',
  status: 200,
  keys: [{ kid: 'k', kty: 'RSA', alg: 'RS256' }],
};

table('algorithmFacts', algorithmFacts, [
  [
    'knows an unsigned token',
    header({ alg: 'none' }),
    [
      [
        'token/alg-none',
        3,
        'alg-not-allowed',
        'not key-unknown',
        '1 token alg: none: the token is not signed',
      ],
    ],
  ],
  ['says nothing of HS256 without keys to compare', header({ alg: 'HS256' }), []],
  [
    'holds HS256 against public keys',
    { ...header({ alg: 'HS256' }), over: { keySets: [keySet] } },
    [
      [
        'token/alg-symmetric',
        2,
        'alg-not-allowed signature-invalid',
        'fits alg-not-allowed',
        '1 token alg: HS256 needs a shared secret; the keys of https://login.example.test are RS256',
      ],
    ],
  ],
  [
    'holds ES256 against an RSA key of that kid',
    { over: { keySets: [keySet] } },
    [
      [
        'token/alg-not-of-key',
        2,
        'alg-not-allowed signature-invalid',
        'fits alg-not-allowed',
        'not key-unknown',
        '1 token alg: ES256; the key of that kid is RS256',
      ],
    ],
  ],
]);

const unknown = [
  { environment: 'production', issuer: 'https://login.example.test', verdict: 'unknown-key' as const },
];
table('keyFacts', keyFacts, [
  [
    'hints at a kid that the issuer does not have',
    { keys: unknown, over: { keySets: [{ ...keySet, keys: [] }] } },
    [
      [
        'token/key-unknown',
        1,
        'key-unknown',
        '1 token kid k: is not among the keys of https://login.example.test',
      ],
    ],
  ],
  [
    'finds it among the keys of the other environment',
    {
      keys: unknown,
      over: {
        keySets: [
          { ...keySet, keys: [] },
          { ...keySet, environment: 'staging', issuer: 'https://login.staging.example.test' },
        ],
      },
    },
    [
      [
        'token/key-of-other-environment',
        2,
        'environment-mixup key-unknown',
        '1 token kid k: is a key of https://login.staging.example.test (staging), not of https://login.example.test',
      ],
    ],
  ],
  ['does not judge a token with a nonce in its header', { ...header({ nonce: 'n' }), keys: unknown }, []],
  [
    'tells of keys that cannot be read',
    { over: { keySets: [{ ...keySet, state: 'not-json', status: 200 }] } },
    [
      [
        'keys/unreadable',
        1,
        'jwks-unavailable idp-unreachable',
        '- keys of https://login.example.test: answered, but with no JWK Set (200)',
      ],
    ],
  ],
]);

table('issuerFacts', issuerFacts, [
  ['says nothing of the right issuer', {}, []],
  [
    'knows the issuer of another environment',
    claims({ iss: 'https://login.staging.example.test' }),
    [
      [
        'token/issuer-of-other-environment',
        3,
        'environment-mixup',
        '1 token iss: https://login.staging.example.test is the issuer of staging; production has https://login.example.test',
      ],
    ],
  ],
  [
    'tells in what a near miss differs',
    claims({ iss: 'https://login.example.test/' }),
    [
      [
        'token/issuer-nearly',
        2,
        'issuer-mismatch',
        '1 token iss: https://login.example.test/ differs from https://login.example.test of production in the trailing slash',
      ],
    ],
  ],
]);

describe('issuerDifference', () => {
  const rows: readonly [string, string | null][] = [
    ['https://login.example.test/a', null],
    ['https://login.example.test/a/', 'the trailing slash'],
    ['https://Login.example.test/a', 'upper and lower case'],
    ['http://login.example.test/a', 'the scheme (http, https)'],
    ['https://login.example.test:8443/a', 'the port (8443, default)'],
    ['https://login.example.test/b', 'the path (/b, /a)'],
    ['https://login.internal.test/a', 'the host (login.internal.test, login.example.test)'],
    ['https://other.test/c', null],
  ];
  for (const [iss, expected] of rows) {
    it(`finds ${expected ?? 'nothing'} for ${iss}`, () => {
      expect(issuerDifference(iss, 'https://login.example.test/a')).to.equal(expected);
    });
  }
});

const forbidden = (text: string) => ({ status: 403, headers: [['WWW-Authenticate', text]] as const });
table('scopeFacts', scopeFacts, [
  [
    'subtracts what is held from what is needed',
    { hops: [forbidden('Bearer error="insufficient_scope", scope="orders:write"')] },
    [
      [
        'token/scope-missing',
        3,
        'scope-missing',
        '1 needed scope: orders:write',
        '1 token scope: orders:read',
      ],
    ],
  ],
  [
    'takes a scope that a plain 401 advertises for a hint',
    { hops: [{ headers: [['WWW-Authenticate', 'Bearer scope="orders:write"']] }] },
    [
      [
        'token/scope-missing',
        1,
        'scope-missing',
        '1 needed scope: orders:write',
        '1 token scope: orders:read',
      ],
    ],
  ],
  [
    'counts roles as scopes',
    {
      ...claims({ scope: '', realm_access: { roles: ['orders:write'] } }),
      hops: [forbidden('Bearer error="insufficient_scope", scope="orders:write"')],
    },
    [
      [
        'token/scope-held',
        3,
        '',
        'not scope-missing scope-dropped',
        '1 needed scope: orders:write',
        '1 token scope: orders:write',
      ],
      [
        'token/scope-suffices',
        1,
        'permission-missing',
        '1 needed scope: orders:write',
        '1 token scope: orders:write',
      ],
    ],
  ],
  [
    'knows that any accepted scope would do',
    {
      hops: [
        {
          status: 403,
          headers: [
            ['X-Accepted-OAuth-Scopes', 'repo, admin'],
            ['X-OAuth-Scopes', 'gist'],
          ],
        },
      ],
      uses: [use(null)],
    },
    [
      [
        'token/scope-not-accepted',
        3,
        'scope-missing',
        '1 x-accepted-oauth-scopes: repo admin',
        '1 x-oauth-scopes: gist',
      ],
    ],
  ],
]);

table('bindingFacts', bindingFacts, [
  [
    'sees a key-bound token sent as Bearer',
    claims({ cnf: { jkt: 'x' } }),
    [
      [
        'binding/sent-as-bearer',
        2,
        'dpop-proof-missing',
        '1 token cnf.jkt: binds the token to a key; it was sent with scheme Bearer and without a proof',
      ],
    ],
  ],
  [
    'sees proofs of another key than that of the token',
    {
      hops: [{ status: 401, sent: [['DPoP', 'e30.e30.x']] }],
      uses: [{ ...use({ cnf: { jkt: 'x' } }), scheme: 'DPoP', proof: { jkt: 'y' } }],
    },
    [
      [
        'binding/other-key',
        3,
        'token-binding-mismatch',
        'not dpop-proof-invalid',
        '1 token cnf.jkt: x; the key of the proofs is y',
      ],
    ],
  ],
  [
    'sees a certificate-bound token without a certificate',
    claims({ cnf: { 'x5t#S256': 'x' } }),
    [
      [
        'binding/no-certificate',
        2,
        'client-cert-missing',
        'fits token-binding-mismatch',
        '1 token cnf.x5t#S256: binds the token to a certificate; none was presented',
      ],
    ],
  ],
]);

const challenge = (parameters: string, over: JsonMap): FullSubject => ({
  ...claims(over),
  hops: [
    {
      headers: [
        ['www-authenticate', `Bearer error="insufficient_user_authentication", ${parameters}`],
        ['date', new Date(now).toUTCString()],
      ],
    },
  ],
});

table('stepUpFacts', stepUpFacts, [
  ['says nothing where nothing is asked for', claims({ acr: 'bronze', auth_time: 1 }), []],
  [
    'holds acr against acr_values',
    challenge('acr_values="gold platinum"', { acr: 'bronze' }),
    [['token/acr-too-low', 2, 'step-up-required', '1 token acr: bronze; asked for is gold or platinum']],
  ],
  [
    'misses acr',
    challenge('acr_values="gold"', {}),
    [['token/acr-too-low', 2, 'step-up-required', '1 token acr: absent; asked for is gold']],
  ],
  ['accepts one of the values', challenge('acr_values="gold platinum"', { acr: 'platinum' }), []],
  [
    'holds auth_time against max_age',
    challenge('max_age="300"', { auth_time: seconds - 3600 }),
    [
      [
        'token/auth_time-too-low',
        2,
        'step-up-required',
        '1 token auth_time: 60 min before the answer; allowed are 300 s',
      ],
    ],
  ],
  ['accepts a login that is young enough', challenge('max_age="300"', { auth_time: seconds - 200 }), []],
]);

const passedInStaging = (over: JsonMap, format: 'jwt' | 'opaque' = 'jwt'): FullSubject => {
  const made = use(rightClaims);
  const token = made.token && { ...made.token, format, header: { alg: 'RS256', typ: 'at+jwt', ...over } };
  const witness = past([{ status: 200 }], { credentials: [{ ...made, token }] });
  return { over: { past: [{ ...witness, environment: 'staging', step: 'list' }] }, step: { name: 'list' } };
};

table('siblingTokenFacts', siblingTokenFacts, [
  ['says nothing without a witness', {}, []],
  [
    'agrees with a text about alg where alg differs',
    { ...header({ alg: 'ES256', typ: 'at+jwt' }), ...passedInStaging({}) },
    [
      [
        'token/alg-unlike-sibling',
        3,
        '',
        'fits alg-not-allowed',
        '1 token alg: ES256; the one that passes in staging has RS256',
      ],
    ],
  ],
  ['says nothing of like tokens', { ...header({ alg: 'RS256', typ: 'AT+JWT' }), ...passedInStaging({}) }, []],
  [
    'sees an opaque token where elsewhere a JWT passes',
    { uses: [use(null)], ...passedInStaging({}) },
    [
      [
        'token/opaque-beside-jwt',
        2,
        'token-malformed',
        '1 token: opaque; the one that passes in staging is a JWT',
      ],
    ],
  ],
  ['lets two opaque tokens be', { uses: [use(null)], ...passedInStaging({}, 'opaque') }, []],
]);

const reads = (body: string): FullSubject => ({ hops: [{ status: 401, body }] });
const wellFormed = [
  'token/well-formed',
  3,
  'credentials-replaced-by-proxy',
  'not token-malformed authorization-malformed',
  '1 token: was sent as a JWT that decodes; the server reads another',
];
const otherwise = [
  'token/well-formed-otherwise',
  1,
  'credentials-duplicated token-type-wrong',
  '1 token: was sent as a JWT that decodes; the server reads another',
];
table('shapeFacts on what the server reads', shapeFacts, [
  ['of a token that decodes', reads('{"message":"jwt malformed"}'), [wellFormed, otherwise]],
  ['of a compact form', reads('Invalid Compact JWS'), [wellFormed, otherwise]],
  ['not of one that does not decode here', { ...reads('Invalid Compact JWS'), uses: [use(null)] }, []],
  ['of segments', reads('{"message":"Not enough segments"}'), [wellFormed, otherwise]],
  [
    'not where malformed is one of several',
    reads('The token is expired, revoked, malformed or invalid.'),
    [],
  ],
  ['not of the audience of a JWT', reads('Invalid JWT audience'), []],
]);
