import { expect } from 'chai';
import type { Evidence } from '../../../src/diagnose/evidence.ts';
import { clientFacts } from '../../../src/diagnose/facts/client.ts';
import { deliveryFacts } from '../../../src/diagnose/facts/delivery.ts';
import { fieldNameFacts, hopByHopFacts } from '../../../src/diagnose/facts/field-name.ts';
import { metadataFacts } from '../../../src/diagnose/facts/metadata.ts';
import { presentedFacts } from '../../../src/diagnose/facts/presented.ts';
import { quotedFacts } from '../../../src/diagnose/facts/quoted.ts';
import { shapeFacts } from '../../../src/diagnose/facts/shape.ts';
import { sharedValueFacts } from '../../../src/diagnose/facts/shared-value.ts';
import { statusFacts } from '../../../src/diagnose/facts/status.ts';
import { timeFacts } from '../../../src/diagnose/facts/time.ts';
import type { Subject } from '../../../src/diagnose/subject.ts';
import type { Json } from '../../../src/model.ts';
import { client, now, production, rightClaims, staging, use } from '../subjects.ts';
import { type FullHop, type FullSubject, past, short, subject } from './support.ts';

type Row = readonly [
  what: string,
  kind: (about: Subject) => Evidence[],
  about: FullSubject,
  expected: readonly unknown[],
];

const key = use(null, { name: 'gateway', type: 'api_key', field: 'x_api_key', scheme: null, token: null });
const opaque = use(null);
const login = 'https://login.example.test';
const document = (members: Record<string, string>): FullSubject => ({
  stage: 'token',
  client: client('web-production', login),
  hops: [{ status: 200, url: `${login}/.well-known/openid-configuration`, body: JSON.stringify(members) }],
  over: {},
});
/** As the metadata step of a token request. */
const metadata = (about: Subject): Evidence[] =>
  metadataFacts({ ...about, failing: { ...about.failing, role: 'metadata' } });
const stagingPassed = {
  ...past([{ status: 200, url: 'https://api.staging.example.test/orders' }], { credentials: [opaque] }),
  environment: 'staging',
};
const unnamed: FullSubject['over'] = {
  environment: { ...production, issuers: new Map() },
  known: [staging, production].map((each) => ({ ...each, issuers: new Map() })),
};
const body = (text: string, status = 401): readonly FullHop[] => [{ status, body: text }];

const rows: readonly Row[] = [
  [
    'a value that staging accepts',
    sharedValueFacts,
    { uses: [opaque], past: [stagingPassed] },
    [
      [
        'credential/of-other-environment',
        2,
        'environment-mixup',
        '- authorization: the value of credential "reader" is the one that staging accepts',
      ],
    ],
  ],
  [
    'twin: a value that staging accepts, where no authorization servers are named and it may be for both',
    sharedValueFacts,
    { uses: [opaque], past: [stagingPassed], over: unnamed },
    [
      [
        'credential/of-other-environment',
        1,
        'environment-mixup',
        '- authorization: the value of credential "reader" is the one that staging accepts',
      ],
    ],
  ],
  [
    'the client_id of another environment',
    clientFacts,
    { stage: 'token', client: client('web-staging', login), hops: [{ status: 400, body: '{}' }] },
    [
      [
        'client/id-of-other-environment',
        1,
        'environment-mixup',
        '- client_id: web-staging is also web of staging, at another authorization server',
      ],
    ],
  ],
  [
    'twin: the same at a server that fails, which says nothing of clients',
    clientFacts,
    { stage: 'token', client: client('web-staging', login), hops: [{ status: 500, body: '{}' }] },
    [],
  ],
  ['a JWT, which says itself whose it is', sharedValueFacts, { past: [stagingPassed] }, []],
  ['a value that nobody accepted', sharedValueFacts, { uses: [opaque] }, []],
  [
    'metadata of the other environment',
    metadata,
    document({ issuer: 'https://login.staging.example.test' }),
    [
      [
        'metadata/issuer',
        3,
        'environment-mixup',
        `1 metadata issuer: https://login.staging.example.test, the issuer of staging; expected ${login}`,
      ],
      [
        'metadata/issuer-told',
        3,
        'environment-mixup',
        `1 metadata issuer: https://login.staging.example.test, the issuer of staging; expected ${login}`,
      ],
    ],
  ],
  [
    'metadata of almost the same issuer',
    metadata,
    document({ issuer: `${login}/` }),
    [
      [
        'metadata/issuer',
        3,
        'issuer-mismatch',
        `1 metadata issuer: ${login}/, another issuer; expected ${login}`,
      ],
      [
        'metadata/issuer-told',
        3,
        'issuer-mismatch',
        `1 metadata issuer: ${login}/, another issuer; expected ${login}`,
      ],
    ],
  ],
  [
    'metadata of another issuer',
    metadata,
    document({ issuer: 'http://127.0.0.1:8080' }),
    [
      [
        'metadata/issuer',
        3,
        'issuer-mismatch',
        `1 metadata issuer: http://127.0.0.1:8080, another issuer; expected ${login}`,
      ],
    ],
  ],
  [
    'endpoints without TLS',
    metadata,
    document({ issuer: login, token_endpoint: 'http://login.example.test/token' }),
    [
      [
        'metadata/plain-endpoints',
        3,
        'endpoint-wrong',
        '1 metadata token_endpoint: http://login.example.test/token: plain http',
      ],
      [
        'metadata/plain-endpoints-told',
        3,
        'endpoint-wrong',
        '1 metadata token_endpoint: http://login.example.test/token: plain http',
      ],
    ],
  ],
  ['metadata in order', metadata, document({ issuer: login, token_endpoint: `${login}/token` }), []],
  [
    'a field with an underscore that the answer misses',
    fieldNameFacts,
    { uses: [key], hops: [{ sent: [['x_api_key', '[secret:gateway]']], body: 'No API key found' }] },
    [
      [
        'delivery/underscore',
        3,
        'header-dropped-by-proxy',
        '1 x_api_key: was sent; servers such as nginx drop a field whose name has an underscore',
      ],
    ],
  ],
  ['a field without one', fieldNameFacts, {}, []],
  [
    'a field for the next proxy only',
    hopByHopFacts,
    {
      uses: [use(null, { type: 'api_key', field: 'proxy-authorization', scheme: null, token: null })],
      hops: [{ sent: [['Proxy-Authorization', '[secret:gateway]']] }],
    },
    [
      [
        'delivery/one-hop',
        2,
        'header-dropped-by-proxy',
        '1 proxy-authorization: is for the next proxy only (RFC 9110 section 11.7.2): many proxies remove it',
      ],
    ],
  ],
  ['a field for all', hopByHopFacts, { uses: [key] }, []],
  [
    'a kid that the answer names',
    quotedFacts,
    {
      hops: body('no key with kid "production-9"'),
      uses: [withHeader({ alg: 'RS256', kid: 'production-9' })],
    },
    [['token/quoted', 1, 'key-unknown', '1 token kid: production-9, which the answer names']],
  ],
  [
    'a part of a longer word',
    quotedFacts,
    { hops: body('production-90 is unknown'), uses: [withHeader({ alg: 'RS256', kid: 'production-9' })] },
    [],
  ],
  [
    'a well-formed token that the server cannot read',
    shapeFacts,
    { hops: body('jwt malformed') },
    [
      [
        'token/well-formed',
        3,
        'credentials-replaced-by-proxy',
        'not token-malformed authorization-malformed',
        '1 token: was sent as a JWT that decodes; the server reads another',
      ],
      [
        'token/well-formed-otherwise',
        1,
        'credentials-duplicated token-type-wrong',
        '1 token: was sent as a JWT that decodes; the server reads another',
      ],
    ],
  ],
  ['a token of which nothing is said', shapeFacts, { hops: body('no') }, []],
  [
    'a password has no signature',
    (about) => presentedFacts(about).map((item) => ({ ...item, excludes: item.excludes.slice(0, 2) })),
    { uses: [use(null, { type: 'basic', scheme: 'Basic', token: null })] },
    [['credential/kind', 3, '', 'not signature-invalid key-unknown']],
  ],
  [
    'a certificate that is data of the service',
    statusFacts,
    { hops: body('{"certificate":["This field is required."]}', 400) },
    [],
  ],
  [
    'an instant against the Date of a cached answer and its Age',
    (about) => timeFacts(about).filter(({ names }) => names.length > 0),
    {
      hops: [{ headers: [['Age', '600']], body: 'no' }],
      uses: [use({ ...rightClaims, nbf: now / 1000 + 300 })],
    },
    [],
  ],
  [
    'nothing that may be a credential',
    deliveryFacts,
    { uses: [], hops: [{ sent: [['Accept', '*/*']] }] },
    [
      [
        'delivery/nothing-sent',
        3,
        'credentials-missing',
        'not 5',
        'only 44',
        '1 request: no credential was sent: the step has none',
      ],
    ],
  ],
  [
    'a login, whose password is a secret',
    deliveryFacts,
    {
      uses: [],
      hops: [
        {
          method: 'POST',
          url: 'https://app.example.test/login',
          sent: [],
          sentBody: { excerpt: 'username=ci&password=[secret:PASSWORD]' },
        },
      ],
    },
    [
      [
        'delivery/login-itself',
        3,
        'password-wrong user-unknown user-disabled account-locked password-expired',
        'not credentials-missing login-redirect',
        '1 request: POST https://app.example.test/login carries a password: this is the login',
      ],
    ],
  ],
  ['a key in a field of the step', deliveryFacts, { uses: [], hops: [{ sent: [['X-Api-Key', 'k']] }] }, []],
  [
    'a key in a parameter of the step',
    deliveryFacts,
    { uses: [], hops: [{ sent: [], url: 'https://api.example.test/orders?api_key=k' }] },
    [],
  ],
  [
    'a secret under any name',
    deliveryFacts,
    { uses: [], hops: [{ sent: [['X-Partner', '[secret:PARTNER]']] }] },
    [],
  ],
  [
    'a server that wants a certificate, and none was offered',
    statusFacts,
    { hops: body('No required SSL certificate was sent', 400) },
    [
      [
        'tls/client-certificate',
        1,
        'client-cert-missing',
        'not client-cert-invalid',
        '1 tls: no client certificate was offered',
      ],
    ],
  ],
];

/** What a fact agrees with once a text says it. */
const agreements: readonly (readonly [
  what: string,
  status: number,
  answer: object,
  claims: Record<string, Json>,
  expected: readonly unknown[],
])[] = [
  [
    'the subject of the token, which a 403 names',
    403,
    { message: 'User "system:serviceaccount:orders:ci" cannot list resource "pods"' },
    { sub: 'system:serviceaccount:orders:ci' },
    [
      [
        'token/holder-named',
        'permission-missing',
        'token sub: system:serviceaccount:orders:ci, which the answer names',
      ],
    ],
  ],
  [
    'the subject in a 401, which refuses the token itself',
    401,
    { message: 'jane is unknown' },
    { sub: 'jane' },
    [],
  ],
  ['a longer name than the subject', 403, { message: 'jane-2 may not list orders' }, { sub: 'jane' }, []],
  [
    'a client with scopes, which may lack another scope',
    403,
    { message: 'reporter may not list orders' },
    { sub: 'reporter', client_id: 'reporter', scope: 'orders:read' },
    [],
  ],
  [
    'a user with scopes, of which another may be missing',
    403,
    { message: 'User jane lacks the permission orders:write' },
    { sub: 'jane', scp: ['openid', 'orders:read'] },
    [],
  ],
  [
    'a user with scopes that open no API',
    403,
    { message: 'User jane may not list orders' },
    { sub: 'jane', scope: 'openid profile' },
    [['token/holder-named', 'permission-missing', 'token sub: jane, which the answer names']],
  ],
  [
    'a client whose token has no scopes',
    403,
    { message: 'reporter may not list orders' },
    { azp: 'reporter', sub: '0b1c' },
    [['token/holder-named', 'permission-missing', 'token azp: reporter, which the answer names']],
  ],
  [
    'a claim with another value than is wanted',
    401,
    { title: 'The token lacks a mandatory claim', detail: 'claim "tenant" must be one of: acme' },
    { tenant: 'other' },
    [['token/claim-named', 'token-claims-invalid', 'token tenant: other, which the answer names']],
  ],
  [
    'a claim with another value, the value of the token repeated',
    403,
    { message: 'Claim tenant: expected acme, got other' },
    { tenant: 'other' },
    [['token/claim-named', 'token-claims-invalid', 'token tenant: other, which the answer names']],
  ],
  [
    'a claim with the value that is wanted',
    401,
    { detail: 'claim "tenant" must be one of: acme' },
    { tenant: 'acme' },
    [],
  ],
  [
    'a claim that the token lacks',
    401,
    { message: 'The tenant claim is missing' },
    {},
    [['token/claim-named', 'token-claims-invalid', 'token tenant: none, which the answer names']],
  ],
  ['a claim that is there', 401, { message: 'claim tenant must be present' }, { tenant: 'acme' }, []],
  [
    'a claim in a member of its own',
    401,
    { title: 'The token lacks a claim', claim: 'org_id' },
    {},
    [['token/claim-named', 'token-claims-invalid', 'token org_id: none, which the answer names']],
  ],
  ['a claim that tells kinds of tokens apart', 401, { message: 'missing claim client_id' }, {}, []],
  ['no claim by name', 401, { message: 'a required claim is missing' }, {}, []],
];

describe('what the answer names of the token', () => {
  for (const [what, status, answer, claims, expected] of agreements) {
    it(what, () => {
      const about = subject({
        hops: [{ status, body: JSON.stringify(answer) }],
        uses: [use(claims)],
      });
      expect(
        quotedFacts(about)
          .filter(({ fits }) => fits.length > 0)
          .map(({ id, fits, lines }) => [
            id,
            fits.join(' '),
            ...lines.map(({ field, seen }) => `${field}: ${seen}`),
          ]),
      ).to.deep.equal(expected);
    });
  }
});

function withHeader(header: Record<string, string>): ReturnType<typeof use> {
  const made = use(rightClaims);
  return { ...made, token: made.token && { ...made.token, header } };
}

describe('facts of values', () => {
  for (const [what, kind, about, expected] of rows) {
    it(what, () => {
      expect(short(kind(subject(about)))).to.deep.equal(expected);
    });
  }
});
