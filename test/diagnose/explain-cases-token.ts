import { about, type Case, challenge, json, machine } from './explain-subjects.ts';
import { production, rightClaims, use } from './subjects.ts';

const iss = 'https://login.example.test';
const own = (verdict: 'verified' | 'wrong-signature' | 'unknown-key') => [
  { environment: 'production', issuer: iss, verdict },
];
const withHeader = (header: Record<string, string>, claims = rightClaims) =>
  use(claims, { token: { format: 'jwt', header, claims, malformed: null, length: 700 } });
const bound = { ...rightClaims, cnf: { jkt: 'thumb' } };
const dpop: [string, string] = ['DPoP', '[proof]'];

export const tokenCases: readonly Case[] = [
  [
    'token-malformed',
    'opaque',
    about({ uses: [use(null)], hops: [json(401, { message: 'jwt malformed' })] }),
  ],
  [
    'token-malformed',
    'cut',
    about({
      uses: [
        use(null, {
          token: {
            format: 'jwt',
            header: null,
            claims: null,
            malformed: 'Its payload is no JSON.',
            length: 80,
          },
        }),
      ],
    }),
  ],
  ['token-malformed', 'well-formed here', about({ hops: [json(401, { message: 'not enough segments' })] })],
  ['signature-invalid', 'seen here', about({ keys: own('wrong-signature') })],
  [
    'signature-invalid',
    'said there',
    about({ uses: [withHeader({ alg: 'HS256' })], hops: [json(401, { message: 'invalid signature' })] }),
  ],
  ['key-unknown', 'absent', about({ keys: own('unknown-key') })],
  ['key-unknown', 'present: the server has an old set', about({ keys: own('verified') })],
  ['key-unknown', 'without kid, not looked at', about({ uses: [withHeader({ alg: 'ES256' })] })],
  [
    'alg-not-allowed',
    'HS256',
    about({ uses: [withHeader({ alg: 'HS256' })], hops: [json(401, { message: 'invalid algorithm' })] }),
  ],
  ['alg-not-allowed', 'none', about({ uses: [withHeader({ alg: 'none' })] })],
  [
    'token-type-wrong',
    'an ID token',
    about({ uses: [use({ ...rightClaims, aud: 'web-production', nonce: 'n' })] }),
  ],
  ['token-type-wrong', 'said there', about({ credential: machine })],
  ['token-revoked', 'a JWT', about({ hops: [json(401, { message: 'Token has been revoked' })] })],
  ['token-revoked', 'opaque, of why401', about({ uses: [use(null)], credential: machine })],
  ['token-unknown', 'opaque', about({ uses: [use(null)] })],
  [
    'token-invalid-unspecified',
    'all looks right',
    about({ keys: own('verified'), hops: [challenge('Bearer error="invalid_token"')] }),
  ],
  ['token-invalid-unspecified', 'opaque', about({ uses: [use(null)] })],
  ['token-binding-mismatch', 'Bearer without proof', about({ uses: [use(bound)] })],
  [
    'token-binding-mismatch',
    'a certificate',
    about({ uses: [use({ ...rightClaims, cnf: { 'x5t#S256': 'x' } })] }),
  ],
  ['token-binding-mismatch', 'opaque', about({ uses: [use(null)] })],
  [
    'dpop-proof-missing',
    'asked for',
    about({ uses: [use(bound)], hops: [challenge('DPoP algs="ES256 PS256"')] }),
  ],
  [
    'dpop-proof-missing',
    'sent and not seen',
    about({ hops: [{ sent: [['Authorization', 'DPoP [secret:reader]'], dpop] }] }),
  ],
  [
    'dpop-proof-invalid',
    'behind a proxy',
    about({
      hops: [
        { url: 'https://api.example.test/orders?page=2', ...challenge('DPoP error="invalid_dpop_proof"') },
      ],
    }),
  ],
  [
    'dpop-nonce-required',
    'given',
    about({
      hops: [
        {
          headers: [
            ['WWW-Authenticate', 'DPoP error="use_dpop_nonce"'],
            ['DPoP-Nonce', 'n'],
          ],
        },
      ],
    }),
  ],
  ['dpop-nonce-required', 'not given', about({ hops: [challenge('DPoP error="use_dpop_nonce"')] })],
  [
    'client-cert-missing',
    'said in HTTP',
    about({ hops: [json(400, { message: 'No required SSL certificate was sent' })] }),
  ],
  [
    'client-cert-missing',
    'configured',
    about({
      environment: {
        ...production,
        transport: { ...production.transport, clientCertificate: { cert: '', key: '' } },
      },
      hops: [{ status: 400 }],
    }),
  ],
  [
    'client-cert-invalid',
    'said in HTTP',
    about({ hops: [json(400, { message: 'The SSL certificate error' })] }),
  ],
  [
    'authorization-malformed',
    'twice the scheme',
    about({ hops: [{ sent: [['Authorization', 'Bearer Bearer [secret:READER_TOKEN]']] }] }),
  ],
  [
    'authorization-malformed',
    'with text that has no name',
    about({ hops: [{ sent: [['Authorization', 'Bearer abc def']] }] }),
  ],
  ['unresolved-variable', 'undefined', about({ hops: [{ sent: [['Authorization', 'Bearer undefined']] }] })],
  ['unresolved-variable', 'within a secret', about({})],
  [
    'credentials-duplicated',
    'two lines',
    about({
      hops: [
        {
          sent: [
            ['Authorization', 'Bearer [secret:a]'],
            ['Authorization', 'Bearer [secret:b]'],
          ],
          status: 400,
        },
      ],
    }),
  ],
  [
    'credentials-duplicated',
    'header and query',
    about({
      uses: [use(rightClaims), use(null, { field: 'query:access_token' })],
      hops: [json(400, { error: 'invalid_request' })],
    }),
  ],
];
