import { expect } from 'chai';
import { clientProofFacts } from '../../../src/diagnose/facts/client-proof.ts';
import type { Client, JsonMap } from '../../../src/model.ts';
import { client, now } from '../subjects.ts';
import { type FullHop, type FullSubject, short, subject } from './support.ts';

const login = 'https://login.example.test';
const web: Client = { ...client('web', login), token_endpoint_auth_method: 'private_key_jwt' };
const seconds = now / 1000;
const form = [['Content-Type', 'application/x-www-form-urlencoded']] as const;

function assertion(claims: JsonMap, alg = 'ES256'): string {
  const part = (value: JsonMap): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const usual = { iss: 'web', sub: 'web', aud: login, iat: seconds, exp: seconds + 60 };
  return `${part({ alg })}.${part({ ...usual, ...claims })}.[secret:web client_assertion]`;
}

function about(
  parameters: Record<string, string>,
  over: { readonly client?: Client; readonly error?: string; readonly hop?: FullHop } = {},
): FullSubject {
  const excerpt = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: 'web',
    ...parameters,
  }).toString();
  const hop: FullHop = {
    url: `${login}/token`,
    method: 'POST',
    sent: form,
    status: 401,
    body: JSON.stringify({ error: over.error ?? 'invalid_client' }),
    sentBody: { excerpt },
    ...over.hop,
  };
  return { stage: 'token', uses: [], client: over.client ?? web, hops: [hop] };
}
const announcing = (algorithms: readonly string[]): Client => ({
  ...web,
  issuer: {
    ...web.issuer,
    metadata: { token_endpoint_auth_signing_alg_values_supported: [...algorithms] },
  },
});

const notSent = ['client/not-sent', 3, '', 'not 6'];
const signed = '1 client authentication: a client assertion, signed with a private key, alg ES256';
const invalid = ['client/proof', 1, 'client-assertion-invalid', signed];

const rows: readonly (readonly [string, FullSubject, readonly unknown[]])[] = [
  [
    'takes an assertion in order for refused by its key',
    about({ client_assertion: assertion({}) }),
    [notSent, invalid],
  ],
  [
    'takes the token endpoint for a right audience',
    about({ client_assertion: assertion({ aud: [`${login}/token`] }) }),
    [notSent, invalid],
  ],
  [
    'points nowhere where the client was let in',
    about({ client_assertion: assertion({ aud: 'https://other.example.test' }) }, { error: 'invalid_scope' }),
    [notSent],
  ],
  [
    'sees an assertion for another server',
    about({ client_assertion: assertion({ aud: 'https://other.example.test' }) }),
    [
      notSent,
      ['client/proof', 1, 'client-assertion-audience', signed],
      [
        'client/assertion-claims',
        2,
        'client-assertion-audience',
        '1 client assertion aud: https://other.example.test: neither the issuer nor the token endpoint',
      ],
    ],
  ],
  [
    'sees that the clock of the server is past exp',
    about(
      { client_assertion: assertion({ iat: seconds - 240, exp: seconds - 180 }) },
      { hop: { later: -240_000 } },
    ),
    [
      notSent,
      ['client/proof', 1, 'clock-skew', signed],
      [
        'client/assertion-claims',
        2,
        'clock-skew',
        "1 client assertion exp: 2026-11-24T11:57:00.000Z, 3 min before the answer's Date",
      ],
    ],
  ],
  [
    'does not mind a clock that is behind by what answers take',
    about({ client_assertion: assertion({ iat: seconds + 2 }) }, { hop: { later: 2000 } }),
    [notSent, invalid],
  ],
  [
    'sees an algorithm that is not announced',
    about({ client_assertion: assertion({}) }, { client: announcing(['RS256', 'PS256']) }),
    [
      notSent,
      invalid,
      [
        'client/assertion-algorithm',
        2,
        'client-assertion-invalid',
        '1 client assertion alg: ES256; announced are RS256, PS256',
      ],
    ],
  ],
  [
    'takes an assertion by HMAC for refused by its secret',
    about({ client_assertion: assertion({}, 'HS256') }),
    [
      [
        'client/not-sent',
        3,
        '',
        'not client-cert-invalid client-cert-missing credentials-not-encoded client-auth-missing',
      ],
      [
        'client/proof',
        1,
        'client-secret-wrong',
        '1 client authentication: a client assertion, signed with the client_secret, alg HS256',
      ],
    ],
  ],
  [
    'knows that a certificate method without a certificate proves nothing',
    about({}, { client: { ...web, token_endpoint_auth_method: 'tls_client_auth' } }),
    [
      ['client/not-sent', 3, '', 'not 7'],
      ['client/proof', 1, 'client-cert-missing', '1 client authentication: by the client certificate alone'],
    ],
  ],
  [
    'takes a refused public client for one of another type',
    about({}, { client: { ...web, token_endpoint_auth_method: 'none' } }),
    [
      ['client/not-sent', 3, '', 'not 6'],
      [
        'client/proof',
        1,
        'client-type-wrong',
        '1 client authentication: none was sent: it is used as a public client',
      ],
    ],
  ],
  [
    'says of a secret that no certificate was to prove the client',
    about({ client_secret: '[secret:web client_secret]' }),
    [['client/not-sent', 3, '', 'not client-cert-invalid client-cert-missing']],
  ],
  [
    'says nothing where a body was not kept whole',
    about(
      {},
      {
        client: { ...web, token_endpoint_auth_method: 'none' },
        hop: { sentBody: { excerpt: 'grant_type=x', bytes: 5000 } },
      },
    ),
    [],
  ],
];

describe('clientProofFacts', () => {
  for (const [what, spec, expected] of rows) {
    it(what, () => {
      expect(short(clientProofFacts(subject(spec)))).to.deep.equal(expected);
    });
  }
});
