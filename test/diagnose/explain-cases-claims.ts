import { about, at, type Case, challenge, json, machine, stored } from './explain-subjects.ts';
import { client, environment, now, production, rightClaims, staging, use } from './subjects.ts';

const s = now / 1000;
const expired = challenge('Bearer error="invalid_token", error_description="The access token expired"');
const obtained = {
  at: now,
  client: 'web',
  issuer: 'https://login.example.test',
  scope: null,
  expiresAt: now - 1000,
};
const foreign = 'https://login.staging.example.test';

export const claimCases: readonly Case[] = [
  [
    'token-expired',
    'past by both clocks',
    about({ uses: [use({ ...rightClaims, exp: s - 240 })], hops: [expired] }),
  ],
  ['token-expired', 'the server says so, exp is ahead', about({ hops: [expired] })],
  [
    'token-expired',
    'opaque, obtained in this run',
    about({ uses: [use(null, { obtained })], credential: machine, hops: [expired] }),
  ],
  [
    'token-expired',
    'opaque, stored',
    about({ uses: [use(null)], hops: [json(401, { message: 'jwt expired' })] }),
  ],
  ['token-not-yet-valid', 'nbf ahead', about({ uses: [use({ ...rightClaims, nbf: s + 300 })] })],
  [
    'token-not-yet-valid',
    'nothing local supports it',
    about({ hops: [json(401, { message: 'jwt not active' })] }),
  ],
  [
    'clock-skew',
    'the server is behind, the issuer agrees with us',
    about({
      uses: [use({ ...rightClaims, iat: s - 1 }, { obtained: { ...obtained, at: now } })],
      hops: [{ headers: [], over: { clock: { sent: now + 599_990, received: now + 600_010 } } }],
    }),
  ],
  [
    'clock-skew',
    'ours is the odd one',
    about({
      uses: [use({ ...rightClaims, iat: s }, { obtained: { ...obtained, at: now - 90_000 } })],
      hops: [{ over: { clock: { sent: now - 90_010, received: now - 89_990 } } }],
    }),
  ],
  [
    'clock-skew',
    'no clock here differs',
    about({ hops: [json(401, { message: 'Token used before issued' })] }),
  ],
  ['token-lifetime-wrong', 'milliseconds', about({ uses: [use({ ...rightClaims, exp: now + 3_600_000 })] })],
  [
    'token-lifetime-wrong',
    'accepted after its end',
    about({ uses: [use({ ...rightClaims, exp: s - 30 })], hops: [{ status: 200 }] }),
  ],
  ['token-lifetime-wrong', 'decades', about({ uses: [use({ ...rightClaims, exp: s + 1e9 })] })],
  ['environment-mixup', 'by issuer', about({ uses: [use({ ...rightClaims, iss: foreign })] })],
  [
    'environment-mixup',
    'by key',
    about({ keys: [{ environment: 'staging', issuer: foreign, verdict: 'verified' }] }),
  ],
  [
    'environment-mixup',
    'by audience',
    about({ uses: [use({ ...rightClaims, aud: 'https://api.staging.example.test' })] }),
  ],
  [
    'environment-mixup',
    'by client',
    about({ uses: [use({ ...rightClaims, client_id: 'web-staging' })], credential: machine }),
  ],
  ['environment-mixup', 'opaque', about({ uses: [use(null)] })],
  [
    'environment-mixup',
    'the client at the authorization server',
    about({
      stage: 'token',
      hops: [json(401, { error: 'invalid_client' })],
      client: { ...client('web-staging', 'https://login.example.test'), sources: { client_id: at(11) } },
    }),
  ],
  [
    'issuer-mismatch',
    'a slash',
    about({ uses: [use({ ...rightClaims, iss: 'https://login.example.test/' })] }),
  ],
  [
    'issuer-mismatch',
    'another',
    about({ uses: [use({ ...rightClaims, iss: 'https://login.elsewhere.test' })], credential: machine }),
  ],
  [
    'issuer-mismatch',
    'the right one',
    about({
      hops: [challenge('Bearer error="invalid_token", error_description="unexpected \\"iss\\" claim value"')],
    }),
  ],
  ['issuer-mismatch', 'opaque', about({ uses: [use(null)] })],
  [
    'audience-mismatch',
    'of a stored token',
    about({ uses: [use({ ...rightClaims, aud: ['orders', 'billing'] })] }),
  ],
  [
    'audience-mismatch',
    'asked for with resource',
    about({ uses: [use({ ...rightClaims, aud: 'https://api.example.test' })], credential: machine }),
  ],
  ['audience-mismatch', 'opaque', about({ uses: [use(null)] })],
  [
    'audience-mismatch',
    'at the token endpoint',
    about({
      stage: 'token',
      uses: [],
      credential: machine,
      client: machine.type === 'oauth2' ? machine.client : null,
      hops: [json(400, { error: 'invalid_target' })],
    }),
  ],
  [
    'client-mismatch',
    'azp of another environment',
    about({
      uses: [use({ ...rightClaims, client_id: undefined as never, azp: 'web-staging' })],
      known: [environment('staging', 'staging.example.test'), production, staging],
    }),
  ],
  [
    'client-mismatch',
    'of a code',
    about({ stage: 'token', uses: [], credential: machine, hops: [json(400, { error: 'invalid_grant' })] }),
  ],
  [
    'token-claims-invalid',
    'missing',
    about({ hops: [json(401, { message: 'missing required "tenant" claim' })] }),
  ],
  [
    'token-claims-invalid',
    'another value',
    about({
      uses: [use({ ...rightClaims, tenant: 'b' })],
      hops: [json(401, { message: 'unexpected claim "tenant"' })],
    }),
  ],
  ['subject-mismatch', 'said so', about({ hops: [json(403, { errors: ['invalid subject'] })] })],
  ['token-claims-invalid', 'not named', about({ credential: stored })],
];
