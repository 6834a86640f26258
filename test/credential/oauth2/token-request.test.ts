import { expect } from 'chai';
import type { Client, ClientSettings, OAuth2Credential } from '../../../src/model.ts';
import { Secret } from '../../../src/secret.ts';
import {
  bench,
  clientOf,
  closeServers,
  environmentOf,
  failureOf,
  issuerOf,
  json,
  oauth2Of,
  serve,
} from '../support.ts';

const staging = environmentOf('staging');
const form = 'application/x-www-form-urlencoded;charset=UTF-8';
const secret = 'web secret: 100% +/~';
const basic = `Basic ${Buffer.from('web-staging:web+secret%3A+100%25+%2B%2F%7E').toString('base64')}`;
const settings: ClientSettings = {
  private_key: null,
  kid: null,
  token_endpoint_auth_signing_alg: null,
  assertion_audience: 'issuer',
  assertion_lifetime: 60_000,
  basic_encoding: 'form',
  dpop_bound_access_tokens: false,
  require_pushed_authorization_requests: false,
  tls_client_certificate_bound_access_tokens: false,
};
const refresh = {
  grant_type: 'refresh_token',
  refresh_token: Secret.named('REFRESH', 'first+refresh/token'),
} as const;

const requests: readonly (readonly [
  string,
  Partial<Client>,
  Partial<OAuth2Credential>,
  string | undefined,
  string,
])[] = [
  ['client_secret_basic, form-urlencoded', {}, {}, basic, 'grant_type=client_credentials'],
  [
    'client_secret_post',
    { token_endpoint_auth_method: 'client_secret_post' },
    {},
    undefined,
    'client_id=web-staging&client_secret=web+secret%3A+100%25+%2B%2F%7E&grant_type=client_credentials',
  ],
  [
    'a public client',
    { token_endpoint_auth_method: 'none', client_secret: null },
    {},
    undefined,
    'client_id=web-staging&grant_type=client_credentials',
  ],
  [
    'no secret of a public client',
    { token_endpoint_auth_method: 'none' },
    {},
    undefined,
    'client_id=web-staging&grant_type=client_credentials',
  ],
  [
    'a colon in the client_id',
    { client_id: 'a:b c' },
    {},
    `Basic ${btoa('a%3Ab+c:web+secret%3A+100%25+%2B%2F%7E')}`,
    'grant_type=client_credentials',
  ],
  [
    'scope, resources and audience',
    {},
    {
      scope: 'orders:read orders:write',
      resource: ['https://a.example.test', 'https://b.example.test'],
      audience: 'api',
    },
    basic,
    'audience=api&grant_type=client_credentials&resource=https%3A%2F%2Fa.example.test&resource=https%3A%2F%2Fb.example.test&scope=orders%3Aread+orders%3Awrite',
  ],
  [
    'client_secret_basic without encoding, for servers that do not decode',
    { settings: { ...settings, basic_encoding: 'none' } },
    {},
    `Basic ${btoa(`web-staging:${secret}`)}`,
    'grant_type=client_credentials',
  ],
  [
    'letters outside of ASCII as UTF-8, encoded',
    { client_secret: Secret.named('WEB_SECRET', 'gruß: größe') },
    {},
    `Basic ${btoa('web-staging:gru%C3%9F%3A+gr%C3%B6%C3%9Fe')}`,
    'grant_type=client_credentials',
  ],
  [
    'letters outside of ASCII as UTF-8, not encoded',
    {
      client_secret: Secret.named('WEB_SECRET', 'gruß: größe'),
      settings: { ...settings, basic_encoding: 'none' },
    },
    {},
    `Basic ${Buffer.from('web-staging:gruß: größe').toString('base64')}`,
    'grant_type=client_credentials',
  ],
  [
    'no empty parameters',
    {},
    { scope: '', resource: [''], audience: '' },
    basic,
    'grant_type=client_credentials',
  ],
  [
    'a refresh token',
    {},
    { ...refresh, scope: 'orders:read' },
    basic,
    'grant_type=refresh_token&refresh_token=first%2Brefresh%2Ftoken&scope=orders%3Aread',
  ],
];

describe('a token request', () => {
  afterEach(closeServers);

  for (const [name, client, credential, authorization, body] of requests) {
    it(`sends ${name}`, async () => {
      const server = await serve((_request, response) =>
        json(response, 200, { access_token: 'access-token-1', token_type: 'Bearer' }),
      );
      const issuer = issuerOf(server.origin, {
        discovery: 'none',
        metadata: { token_endpoint: `${server.origin}/token?tenant=a` },
      });
      const { store } = bench();
      const presentation = await store.present(oauth2Of(clientOf(issuer, client), credential), staging);
      expect(failureOf(presentation)).to.equal(null);
      expect(
        server.seen.map(({ method, path, headers, body: sent }) => ({
          method,
          path,
          accept: headers.accept,
          type: headers['content-type'],
          authorization: headers.authorization,
          body: sent.split('&').sort().join('&'),
        })),
      ).to.deep.equal([
        {
          method: 'POST',
          path: '/token?tenant=a',
          accept: 'application/json',
          type: form,
          authorization,
          body,
        },
      ]);
    });
  }

  it('is recorded without its secrets', async () => {
    const server = await serve((_request, response) =>
      json(response, 200, {
        access_token: 'access-token-1',
        token_type: 'Bearer',
        refresh_token: 'second-refresh-token',
      }),
    );
    const issuer = issuerOf(server.origin, {
      discovery: 'none',
      metadata: { token_endpoint: `${server.origin}/token` },
    });
    const { store, redactor } = bench();
    const recorded = [];
    for (const token_endpoint_auth_method of ['client_secret_basic', 'client_secret_post'] as const) {
      const client = clientOf(issuer, { name: token_endpoint_auth_method, token_endpoint_auth_method });
      const credential = oauth2Of(client, { ...refresh, name: token_endpoint_auth_method });
      const { exchanges } = await store.present(credential, staging);
      recorded.push(
        ...exchanges.map(({ hops }) => [hops[0]?.request.headers, hops[0]?.request.body?.excerpt]),
      );
      const everything = JSON.stringify(exchanges);
      for (const value of [
        secret,
        'web+secret',
        'first+refresh',
        'first%2B',
        basic.slice(6),
        'access-token-1',
      ]) {
        expect(everything).to.not.include(value);
      }
    }
    const plain = [
      ['Accept', 'application/json'],
      ['Content-Type', form],
    ];
    expect(recorded).to.deep.equal([
      [
        [plain[0], ['Authorization', 'Basic [secret:WEB_SECRET]'], plain[1]],
        'refresh_token=[secret:REFRESH]&grant_type=refresh_token',
      ],
      [
        plain,
        'refresh_token=[secret:REFRESH]&grant_type=refresh_token&client_id=web-staging&client_secret=[secret:WEB_SECRET]',
      ],
    ]);
    expect(
      redactor.redact(`${secret} ${basic} web+secret%3A+100%25+%2B%2F%7E second-refresh-token`),
    ).to.equal(
      '[secret:WEB_SECRET] Basic [secret:WEB_SECRET] [secret:WEB_SECRET] [secret:client_secret_basic refresh_token]',
    );
  });

  for (const [name, client, credential, message] of [
    [
      'the client has no secret',
      { client_secret: null },
      {},
      'The client "web" has no client_secret, which client_secret_basic needs.',
    ],
    [
      'the secret is empty',
      { client_secret: '', token_endpoint_auth_method: 'client_secret_post' },
      {},
      'The client "web" has no client_secret, which client_secret_post needs.',
    ],
    [
      'there is no refresh token',
      {},
      { grant_type: 'refresh_token' },
      'The credential "reader" has no refresh_token.',
    ],
  ] as const) {
    it(`is not sent when ${name}`, async () => {
      const server = await serve();
      const issuer = issuerOf(server.origin, {
        discovery: 'none',
        metadata: { token_endpoint: `${server.origin}/token` },
      });
      const { store } = bench();
      const presentation = await store.present(oauth2Of(clientOf(issuer, client), credential), staging);
      expect(failureOf(presentation)).to.deep.equal({ error: null, message, shared: false });
      expect(presentation.failure?.exchange.hops).to.deep.equal([]);
      expect(server.seen).to.deep.equal([]);
    });
  }
});
