import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { codeFacts } from '../../../src/diagnose/facts/code.ts';
import { grantFacts } from '../../../src/diagnose/facts/grant.ts';
import { tokenEndpointFacts } from '../../../src/diagnose/facts/token-endpoint.ts';
import { tokenRequestFacts } from '../../../src/diagnose/facts/token-request.ts';
import { client } from '../subjects.ts';
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

const s256 = (text: string): string => createHash('sha256').update(text).digest('base64url');
const web = client('web-production', 'https://login.example.test');
const form = [
  ['Authorization', 'Basic [secret:web client_secret]'],
  ['Content-Type', 'application/x-www-form-urlencoded'],
] as const;

function request(excerpt: string, digests: Record<string, string> = {}, over: FullHop = {}): FullHop {
  return {
    url: 'https://login.example.test/token',
    method: 'POST',
    sent: form,
    status: 400,
    sentBody: { excerpt, digests },
    later: 1000,
    ...over,
  };
}
const token = (hop: FullHop, over: FullSubject = {}): FullSubject => ({
  stage: 'token',
  uses: [],
  client: web,
  hops: [hop],
  ...over,
});

const redirect_uri = 'https://app.example.test/callback';
const authorization = (parameters: Record<string, string>): FullHop => ({
  url: `https://login.example.test/authorize?${new URLSearchParams({ client_id: 'web-production', response_type: 'code', redirect_uri, ...parameters })}`,
  sent: [],
  status: 303,
  headers: [['Location', `${redirect_uri}?code=c0de&state=s`]],
});
const redeem = (parameters: Record<string, string>, digests: Record<string, string> = {}): FullHop =>
  request(
    new URLSearchParams({
      grant_type: 'authorization_code',
      code: '[secret:code]',
      redirect_uri,
      ...parameters,
    }).toString(),
    { code: s256('c0de'), ...digests },
  );

table('codeFacts', codeFacts, [
  ['says nothing of a fresh code in order', token(redeem({}), { past: [past([authorization({})])] }), []],
  [
    'compares redirect_uri byte by byte',
    token(redeem({ redirect_uri: `${redirect_uri}/` }), { past: [past([authorization({})])] }),
    [
      [
        'code/redirect-uri',
        3,
        'redirect-uri-mismatch',
        `1 redirect_uri: ${redirect_uri}/; the authorization request had ${redirect_uri}`,
      ],
    ],
  ],
  [
    'holds the verifier against the challenge',
    token(redeem({}, { code_verifier: s256('two') }), {
      past: [past([authorization({ code_challenge: s256('one'), code_challenge_method: 'S256' })])],
    }),
    [
      [
        'code/verifier',
        3,
        'pkce-mismatch',
        '1 code_verifier: its S256 is not the code_challenge of the authorization request',
      ],
    ],
  ],
  [
    'rules PKCE out where they belong together',
    token(redeem({}, { code_verifier: s256('one') }), {
      past: [past([authorization({ code_challenge: s256('one'), code_challenge_method: 'S256' })])],
    }),
    [['code/verifier-matches', 3, '', 'not pkce-mismatch pkce-missing']],
  ],
  [
    'sees that the verifier was left out',
    token(redeem({}), {
      past: [past([authorization({ code_challenge: s256('one'), code_challenge_method: 'S256' })])],
    }),
    [
      [
        'code/verifier',
        3,
        'pkce-mismatch pkce-missing',
        '1 code_verifier: not sent, but the authorization request had a code_challenge',
      ],
    ],
  ],
  [
    'knows a code that was redeemed before',
    token(redeem({}), {
      past: [
        past([authorization({})]),
        past([{ ...redeem({}), status: 200, later: 500 }], { role: 'token' }),
      ],
    }),
    [['code/sent-before', 3, 'code-reused', '1 code: sent before by step "earlier", which was answered 200']],
  ],
  [
    'does not doubt a code that was taken',
    token(
      { ...redeem({}), status: 200 },
      { past: [past([{ ...redeem({}), status: 200, later: 500 }], { role: 'token' })] },
    ),
    [],
  ],
  [
    'knows an old code',
    token({ ...redeem({}), later: 900_000 }, { past: [past([authorization({})])] }),
    [['code/old', 2, 'code-expired', '1 code: redeemed 15 min after it was issued']],
  ],
  [
    'knows the code of another client',
    token(redeem({ client_id: 'other' }), { past: [past([authorization({})])] }),
    [
      [
        'code/other-client',
        3,
        'client-mismatch',
        '1 client_id: other; the code was issued to web-production',
      ],
    ],
  ],
]);

const refresh = request('grant_type=refresh_token&refresh_token=[secret:r]', { refresh_token: s256('r') });
const answered = (body: string): FullHop => ({ ...refresh, status: 200, body, later: 0 });
const ofGrants = (about: ReturnType<typeof subject>): ReturnType<typeof grantFacts> => [
  ...grantFacts(about),
  ...tokenEndpointFacts(about),
];
table('grantFacts and tokenEndpointFacts', ofGrants, [
  ['says nothing of a first use', token(refresh), []],
  [
    'knows that a token endpoint redirects nobody',
    token({ ...refresh, status: 301, headers: [['Location', '/o/token/']] }),
    [
      [
        'endpoint/redirects',
        2,
        'endpoint-wrong',
        '1 location: 301 to /o/token/; a token endpoint redirects nobody',
      ],
    ],
  ],
  [
    'takes a server that broke down for one that has judged nothing',
    token({ ...refresh, status: 500, body: 'Internal Server Error' }),
    [['endpoint/broke-down', 1, 'idp-unreachable', '1 answer: 500, and no OAuth error']],
  ],
  ['leaves what a gateway answers to others', token({ ...refresh, status: 502 }), []],
  [
    'knows a refresh token that was replaced in this run',
    token(refresh, {
      past: [past([answered('{"access_token":"a","refresh_token":"n"}')], { role: 'token' })],
    }),
    [
      [
        'refresh/used-before',
        3,
        'refresh-token-reused',
        '1 refresh_token: used before by step "earlier", which got another one in its place',
      ],
    ],
  ],
  [
    'knows a refresh token that another environment takes',
    token(refresh, {
      past: [
        {
          ...past([{ ...answered('{"access_token":"a"}'), url: 'https://login.staging.example.test/token' }]),
          environment: 'staging',
          sameJob: false,
        },
      ],
    }),
    [
      [
        'refresh/taken-elsewhere',
        3,
        'environment-mixup',
        '1 refresh_token: the same one as in staging, which takes it',
      ],
    ],
  ],
  [
    'knows a refresh token that another client got',
    token(
      request('grant_type=refresh_token&client_id=batch&refresh_token=[secret:r]', {
        refresh_token: s256('r'),
      }),
      {
        past: [
          past([{ ...redeem({ client_id: 'web' }), status: 200, body: '{"refresh_token":"r"}', later: 0 }]),
        ],
      },
    ),
    [
      [
        'refresh/other-client',
        3,
        'client-mismatch',
        '1 client_id: batch; step "earlier" got the refresh token as web',
      ],
    ],
  ],
  [
    'knows an endpoint with nothing behind it where the server publishes another',
    token(
      { ...refresh, status: 404 },
      {
        past: [
          past(
            [
              {
                status: 200,
                body: JSON.stringify({
                  issuer: 'https://login.example.test',
                  token_endpoint: 'https://login.example.test/v2/token',
                }),
              },
            ],
            { role: 'metadata' },
          ),
        ],
      },
    ),
    [
      [
        'grant/other-endpoint',
        2,
        'endpoint-wrong',
        '1 token_endpoint: called was https://login.example.test/token; the metadata name https://login.example.test/v2/token',
      ],
      [
        'endpoint/nothing-there',
        3,
        'endpoint-wrong',
        '1 token_endpoint: 404 at https://login.example.test/token; the metadata name https://login.example.test/v2/token',
      ],
      [
        'endpoint/published',
        3,
        'endpoint-wrong',
        '1 token_endpoint: 404 at https://login.example.test/token; the metadata name https://login.example.test/v2/token',
      ],
    ],
  ],
  [
    'does not take a later use for an earlier one',
    token({ ...refresh, later: 0 }, { past: [past([{ ...answered('{}'), later: 9000 }])] }),
    [],
  ],
  [
    'reads what the metadata announce',
    token(refresh, {
      past: [
        past(
          [
            {
              status: 200,
              body: JSON.stringify({
                issuer: 'https://login.example.test',
                token_endpoint: 'https://login.example.test/v2/token',
                grant_types_supported: ['authorization_code'],
                token_endpoint_auth_methods_supported: ['private_key_jwt'],
              }),
            },
          ],
          { role: 'metadata' },
        ),
      ],
    }),
    [
      [
        'grant/not-announced',
        2,
        'grant-unsupported',
        '1 grant_type: refresh_token; announced are authorization_code',
      ],
      [
        'grant/method-not-announced',
        2,
        'client-auth-method-wrong',
        '1 client authentication: client_secret_basic; announced are private_key_jwt',
      ],
      [
        'grant/other-endpoint',
        2,
        'endpoint-wrong',
        '1 token_endpoint: called was https://login.example.test/token; the metadata name https://login.example.test/v2/token',
      ],
    ],
  ],
]);

table('tokenRequestFacts', tokenRequestFacts, [
  ['says nothing of a request in order', token(request('grant_type=client_credentials')), []],
  [
    'knows JSON in the place of a form',
    token(
      request(
        '{"grant_type":"client_credentials"}',
        {},
        { sent: [form[0], ['Content-Type', 'application/json']] },
      ),
    ),
    [
      [
        'token-request/content-type',
        2,
        'request-param-missing grant-unsupported',
        '1 content-type: application/json; a token endpoint reads application/x-www-form-urlencoded',
      ],
    ],
  ],
  [
    'knows a client that authenticates twice',
    token(request('grant_type=client_credentials&client_secret=[secret:s]')),
    [
      [
        'token-request/authentication-twice',
        2,
        'client-auth-method-wrong request-param-wrong',
        '1 client authentication: sent 2 times: Basic, client_secret',
      ],
    ],
  ],
  [
    'knows one that does not authenticate at all',
    token(request('grant_type=client_credentials', {}, { sent: [form[1]] })),
    [
      [
        'token-request/authentication-missing',
        3,
        'client-auth-missing',
        'not client-secret-wrong client-secret-expired credentials-not-encoded',
        '1 client authentication: none was sent; client web has client_secret_basic',
      ],
    ],
  ],
  [
    'misses the parameter of a grant, and knows a placeholder',
    token(request('grant_type=authorization_code&client_id=undefined')),
    [
      [
        'token-request/parameter-missing',
        3,
        'request-param-missing',
        '1 code: not sent, and grant_type authorization_code needs it',
      ],
      [
        'token-request/placeholder',
        3,
        'unresolved-variable',
        '1 client_id: it is "undefined": a value was missing where it was made',
      ],
    ],
  ],
]);
