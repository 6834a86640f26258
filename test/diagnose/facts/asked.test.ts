import { expect } from 'chai';
import { askedFacts } from '../../../src/diagnose/facts/asked.ts';
import type { Json } from '../../../src/model.ts';
import { client } from '../subjects.ts';
import { type FullSubject, past, subject } from './support.ts';

const issuer = 'https://login.example.test';
const plain = client('web-production', issuer);

/** What the server announces stands in the project file here: it is read in the same way. */
function announcing(metadata: Readonly<Record<string, Json>>): typeof plain {
  return { ...plain, issuer: { ...plain.issuer, metadata } };
}

const token = (
  parameters: Record<string, string>,
  metadata: Readonly<Record<string, Json>> = {},
): FullSubject => ({
  stage: 'token',
  uses: [],
  client: announcing(metadata),
  hops: [
    {
      url: `${issuer}/token`,
      method: 'POST',
      status: 400,
      sent: [['Content-Type', 'application/x-www-form-urlencoded']],
      sentBody: { excerpt: new URLSearchParams(parameters).toString() },
    },
  ],
});
const authorization = (
  parameters: Record<string, string>,
  metadata: Readonly<Record<string, Json>> = {},
): FullSubject => ({
  stage: 'authorization',
  uses: [],
  client: announcing(metadata),
  hops: [
    {
      url: `${issuer}/authorize?${new URLSearchParams({ client_id: 'web-production', ...parameters })}`,
      sent: [],
      status: 400,
    },
  ],
});

function told(about: FullSubject): unknown[] {
  return askedFacts(subject(about)).map(({ id, names, fits, excludes, lines }) => [
    id,
    [...names, ...fits.map((cause) => `fits ${cause}`), ...excludes.map((cause) => `not ${cause}`)].join(' '),
    ...lines.map(({ field, seen }) => `${field}: ${seen}`),
  ]);
}

const notPushed = ['asked/not-pushed', 'fits par-required', 'request_uri: none was sent'];
const pkce = { code_challenge: 'c', code_challenge_method: 'S256' };
const rows: readonly (readonly [what: string, about: FullSubject, expected: unknown[]])[] = [
  ['says nothing without metadata', token({ grant_type: 'client_credentials', scope: 'a' }), []],
  [
    'knows a grant that the server announces',
    token({ grant_type: 'client_credentials' }, { grant_types_supported: ['client_credentials'] }),
    [
      [
        'asked/grant-announced',
        'fits grant-not-allowed',
        'grant_type: client_credentials, which grant_types_supported lists',
      ],
    ],
  ],
  [
    'knows a secret that was sent',
    {
      ...token({ grant_type: 'client_credentials', client_secret: '[secret:s]' }),
      over: { description: 'The client secret has expired.' },
    },
    [
      [
        'asked/secret',
        'fits client-secret-expired',
        'client authentication: client_secret_post: a secret was sent',
      ],
    ],
  ],
  [
    'does not take the credentials of a user for a secret',
    {
      ...token({ grant_type: 'password', client_secret: '[secret:s]' }),
      over: { description: 'User credentials have expired' },
    },
    [],
  ],
  [
    'says nothing of a resource that the answer does not mean',
    {
      ...token({ grant_type: 'client_credentials', resource: 'https://api.example.org/' }),
      over: { error: 'access_denied', description: 'The API is disabled.' },
    },
    [],
  ],
  [
    'knows a grant that the answer names',
    {
      ...token({ grant_type: 'client_credentials' }),
      over: { description: "Grant type 'client_credentials' not allowed for the client." },
    },
    [
      [
        'asked/grant-quoted',
        'fits grant-not-allowed',
        'grant_type: client_credentials, which the answer names',
      ],
    ],
  ],
  [
    'leaves a grant that it does not announce to others',
    token({ grant_type: 'password' }, { grant_types_supported: ['client_credentials'] }),
    [],
  ],
  [
    'knows scopes that the server announces',
    token({ grant_type: 'client_credentials', scope: 'a b' }, { scopes_supported: ['b', 'a', 'c'] }),
    [
      [
        'asked/scope-announced',
        'fits scope-not-allowed not scope-unknown',
        'scope: a b: scopes_supported lists all of it',
      ],
    ],
  ],
  [
    'names the scopes that it does not announce',
    token({ grant_type: 'client_credentials', scope: 'a x' }, { scopes_supported: ['a'] }),
    [['asked/scope-not-announced', 'fits scope-unknown', 'scope: x, which scopes_supported does not list']],
  ],
  [
    'shows the resource that was asked for',
    {
      ...token({ grant_type: 'client_credentials', resource: 'https://api.example.org/' }),
      over: { error: 'invalid_target' },
    },
    [['asked/target', 'fits audience-mismatch', 'resource: https://api.example.org/']],
  ],
  [
    'takes a resource of another environment for no mismatch',
    {
      ...token({ grant_type: 'client_credentials', audience: 'https://api.staging.example.test/orders' }),
      over: { description: 'Service not found: https://api.staging.example.test/orders' },
    },
    [],
  ],
  [
    'sees a code redeemed without verifier',
    token({ grant_type: 'authorization_code', code: 'x' }),
    [['asked/no-verifier', 'fits pkce-missing', 'code_verifier: not sent']],
  ],
  [
    'sees an authorization request without code_challenge',
    authorization({ response_type: 'code' }),
    [notPushed, ['asked/no-challenge', 'fits pkce-missing', 'code_challenge: not sent']],
  ],
  [
    'rules PKCE out where S256 was sent',
    authorization({ response_type: 'code', ...pkce }),
    [notPushed, ['asked/challenge', 'not pkce-missing']],
  ],
  [
    'tells a method of PKCE that many refuse',
    authorization({ response_type: 'code', ...pkce, code_challenge_method: 'plain' }),
    [
      notPushed,
      [
        'asked/challenge-method',
        'fits request-param-wrong fits pkce-mismatch',
        'code_challenge_method: plain; many servers take S256 only',
      ],
    ],
  ],
  [
    'says nothing of what was pushed',
    authorization({ request_uri: 'urn:ietf:params:oauth:request_uri:1' }),
    [['asked/pushed', 'not par-required']],
  ],
  [
    'tells a response_type from the usual one',
    authorization(
      { response_type: 'token id_token', ...pkce },
      { response_types_supported: ['id_token token'] },
    ),
    [
      notPushed,
      [
        'asked/response-type',
        'fits response-type-unsupported',
        'response_type: token id_token, which is announced',
      ],
      ['asked/challenge', 'not pkce-missing'],
    ],
  ],
  [
    'says nothing of code where nothing is announced',
    authorization({ response_type: 'code', ...pkce }),
    [notPushed, ['asked/challenge', 'not pkce-missing']],
  ],
  [
    'knows that code is announced',
    authorization({ response_type: 'code', ...pkce }, { response_types_supported: ['code'] }),
    [
      notPushed,
      ['asked/response-type', 'fits response-type-unsupported', 'response_type: code, which is announced'],
      ['asked/challenge', 'not pkce-missing'],
    ],
  ],
  ['says nothing of a resource', { hops: [{ url: 'https://api.example.test/orders?scope=a' }] }, []],
];

describe('askedFacts', () => {
  for (const [what, about, expected] of rows) {
    it(what, () => {
      expect(told(about)).to.deep.equal(expected);
    });
  }

  it('reads the metadata that the run has read', () => {
    const about = token({ grant_type: 'client_credentials' });
    const metadata = past(
      [
        {
          url: `${issuer}/.well-known/openid-configuration`,
          status: 200,
          headers: [['Content-Type', 'application/json']],
          body: JSON.stringify({ issuer, grant_types_supported: ['client_credentials'] }),
        },
      ],
      { role: 'metadata' },
    );
    expect(told({ ...about, past: [metadata] })).to.have.length(1);
  });
});
