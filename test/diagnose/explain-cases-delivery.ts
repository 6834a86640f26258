import { about, type Case, challenge, html, json, machine, web } from './explain-subjects.ts';
import { now, rightClaims, use } from './subjects.ts';

const basic = challenge('Basic realm="Restricted"');
const passed = [
  { environment: 'staging', status: 200, schemesSent: ['bearer'], schemesChallenged: [], passed: true },
];
const redirected = [
  {
    url: 'http://api.example.test/orders',
    status: 301,
    headers: [['Location', 'https://api.example.test/orders']] as [string, string][],
  },
  {
    url: 'https://api.example.test/orders',
    sent: [],
    dropped: [{ header: 'authorization', rule: 'origin-changed' as const }],
    ...challenge('Bearer'),
  },
];
const key = use(null, { type: 'api_key', field: 'x_api_key', scheme: null, token: null, name: 'key' });
const insufficient = (scope: string) => challenge(`Bearer error="insufficient_scope"${scope}`, 403);
const granted = {
  at: now,
  client: 'web',
  issuer: 'https://login.example.test',
  scope: 'orders:read',
  expiresAt: null,
};

export const deliveryCases: readonly Case[] = [
  ['credentials-dropped-on-redirect', 'http to https', about({ hops: redirected })],
  [
    'credentials-missing',
    'none',
    about({ uses: [], credential: null, hops: [{ sent: [], ...challenge('Bearer') }] }),
  ],
  [
    'credentials-missing',
    'withheld',
    about({
      hops: [
        {
          url: 'https://elsewhere.test/',
          sent: [],
          dropped: [{ header: 'authorization', rule: 'origin-unbound' }],
        },
      ],
    }),
  ],
  ['credentials-missing', 'one was sent', about({ hops: [json(401, { message: 'API key missing' })] })],
  [
    'credentials-stripped-by-proxy',
    'staging passes',
    about({ siblings: passed, hops: [challenge('Bearer')] }),
  ],
  ['credentials-replaced-by-proxy', 'challenged otherwise', about({ hops: [challenge('Basic realm="x"')] })],
  [
    'header-dropped-by-proxy',
    'an underscore',
    about({ uses: [key], hops: [{ sent: [['X_API_KEY', '[secret:KEY]']] }] }),
  ],
  ['header-dropped-by-proxy', 'not on a list', about({ uses: [{ ...key, field: 'x-api-key' }] })],
  [
    'credential-leak-on-redirect',
    'a key',
    about({
      uses: [{ ...key, field: 'x-api-key' }],
      hops: [
        {
          sent: [['X-API-Key', '[secret:KEY]']],
          status: 302,
          headers: [['Location', 'https://elsewhere.test/']],
        },
        { url: 'https://elsewhere.test/', sent: [['X-API-Key', '[secret:KEY]']], status: 200 },
      ],
    }),
  ],
  ['basic-shadow', 'staging passes', about({ siblings: passed, hops: [basic] })],
  ['scheme-mismatch', 'Basic wanted', about({ hops: [basic] })],
  ['nonce-stale', 'digest', about({ hops: [challenge('Digest realm="x", nonce="n", stale=true')] })],
  [
    'api-key-invalid',
    'in a header',
    about({ uses: [{ ...key, field: 'x-api-key' }], hops: [json(401, { message: 'Invalid API key' })] }),
  ],
  [
    'api-key-expired',
    'in the query',
    about({
      uses: [{ ...key, field: 'query:key' }],
      hops: [json(403, { error: { code: 403, message: 'API key expired' } })],
    }),
  ],
  [
    'password-wrong',
    'Basic',
    about({ uses: [use(null, { type: 'basic', scheme: 'Basic', token: null })], hops: [basic] }),
  ],
  [
    'header-too-large',
    'a long token',
    about({
      hops: [
        { status: 431, headers: [['Server', 'nginx']], cookies: { sent: ['session'], set: [], refused: [] } },
      ],
    }),
  ],
  ['scope-missing', 'named, held less', about({ hops: [insufficient(', scope="orders:write"')] })],
  [
    'scope-missing',
    'named, asked for and not granted',
    about({ credential: machine, hops: [insufficient(', scope="orders:write"')] }),
  ],
  ['scope-missing', 'named and held', about({ hops: [insufficient(', scope="orders:read"')] })],
  ['scope-missing', 'not named', about({ hops: [insufficient('')] })],
  [
    'scope-missing',
    'told in fields of its own',
    about({
      uses: [use(null)],
      hops: [
        {
          ...json(403, { message: 'Resource not accessible' }),
          headers: [
            ['X-OAuth-Scopes', 'gist, user'],
            ['X-Accepted-OAuth-Scopes', 'repo, public_repo'],
          ],
        },
      ],
    }),
  ],
  ['scope-missing', 'opaque', about({ uses: [use(null)], hops: [insufficient(', scope="a b"')] })],
  [
    'scope-dropped',
    'one left out',
    about({ credential: machine, uses: [use(null, { obtained: granted })], hops: [{ status: 200 }] }),
  ],
  ['permission-missing', 'with scopes', about({ hops: [json(403, { message: 'Forbidden' })] })],
  [
    'permission-missing',
    'nobody',
    about({ uses: [], credential: null, hops: [{ method: 'DELETE', status: 403 }] }),
  ],
  [
    'step-up-required',
    'acr_values and max_age',
    about({
      uses: [use({ ...rightClaims, acr: 'pwd', auth_time: now / 1000 - 7200 })],
      hops: [challenge('Bearer error="insufficient_user_authentication", acr_values="mfa", max_age="300"')],
    }),
  ],
  [
    'step-up-required',
    'a claims challenge',
    about({ hops: [challenge('Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="')] }),
  ],
  [
    'policy-blocked',
    'at the resource',
    about({ hops: [json(403, { message: 'Denied by organization policy' })] }),
  ],
  [
    'environment-mixup',
    'an API key',
    about({
      uses: [{ ...key, field: 'x-api-key' }],
      hops: [json(401, { message: 'a test mode key was used in live mode' })],
    }),
  ],
  ['unknown', 'silent', about({ hops: [{ status: 401 }] })],
  [
    'unknown',
    'a page',
    about({ hops: [html(401, '<html><title>401 Authorization Required</title></html>')] }),
  ],
  [
    'user-disabled',
    'no words of its own',
    about({ hops: [json(401, { detail: 'User account is disabled.' })] }),
  ],
  [
    'consent-required',
    'no words of its own, at the authorization server',
    about({ stage: 'token', client: web, hops: [json(400, { error: 'consent_required' })] }),
  ],
];
