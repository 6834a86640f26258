/** Faults at Flask-HTTPAuth, aiohttp with jwcrypto, and Django's check of forms. */
import type { CauseId } from '../../../src/model.ts';
import { oneAnswer } from '../jwt/groups.ts';
import type { Fault } from '../servers/fault.ts';
import { audience, issuer } from '../servers/orders-app.ts';
import { type Given, runs } from './program.ts';
import { djangoForms, djangoNeeds, httpauth, httpauthNeeds, jwcrypto, jwcryptoNeeds } from './python-apps.ts';

const written = 'after the rules';
const steps = [{ GET: '/orders' }];
const password = 'battery horse of production';
const flask = { written, servers: ['Flask-HTTPAuth 4.5.0', 'Flask 2.2'], needs: httpauthNeeds } as const;
const userSide = [
  'password-wrong',
  'user-unknown',
  'user-disabled',
  'account-locked',
  'password-expired',
] as const;
const users = { scheme: 'Basic', users: { ci: password }, tokens: [], roles: ['ci'] };
function flaskApp(faulty: Given, healed: Given = faulty): Fault['front'] {
  return runs(httpauth, (_site, whole) => ({ ...users, ...(whole ? healed : faulty) }));
}
const legacy = {
  credential: 'legacy',
  credentials: { legacy: { type: 'basic', username: 'ci', password: '${secret.PASSWORD}' } },
} as const;

const flaskFaults: readonly Fault[] = [
  {
    ...flask,
    ...legacy,
    id: 'flask-httpauth/password-wrong',
    causes: userSide,
    decisive: ['ci'],
    twin: 'flask-httpauth/user-removed',
    steps,
    secrets: async (_site, healed) => ({ PASSWORD: healed ? password : 'battery horse of last year' }),
    front: flaskApp({}),
  },
  {
    ...flask,
    ...legacy,
    id: 'flask-httpauth/user-removed',
    causes: ['user-unknown', ...userSide.filter((cause) => cause !== 'user-unknown')],
    decisive: ['ci'],
    twin: 'flask-httpauth/password-wrong',
    steps,
    open: true,
    secrets: async () => ({ PASSWORD: password }),
    front: flaskApp({ users: { ops: password } }, {}),
  },
  {
    ...flask,
    ...legacy,
    id: 'flask-httpauth/role-missing',
    causes: ['permission-missing', 'policy-blocked', 'feature-disabled', 'ip-not-allowed', 'edge-blocked'],
    decisive: ['403'],
    steps,
    sibling: true,
    secrets: async () => ({ PASSWORD: password }),
    front: flaskApp({ roles: [] }, {}),
  },
  {
    ...flask,
    id: 'flask-httpauth/bearer-for-apikey',
    causes: ['scheme-mismatch'],
    decisive: ['ApiKey', 'Bearer'],
    steps,
    open: true,
    credential: 'key',
    credentials: { key: { type: 'bearer', token: '${secret.KEY}' } },
    secrets: async () => ({ KEY: 'k-live-4711-0123456789' }),
    front: flaskApp(
      { scheme: 'ApiKey', tokens: ['k-live-4711-0123456789'] },
      { scheme: 'Bearer', tokens: ['k-live-4711-0123456789'] },
    ),
  },
  {
    ...flask,
    ...legacy,
    id: 'flask-httpauth/basic-for-digest',
    causes: ['scheme-mismatch'],
    decisive: ['Digest', 'Basic'],
    steps,
    sibling: true,
    secrets: async () => ({ PASSWORD: password }),
    front: flaskApp({ scheme: 'Digest' }, {}),
  },
];

const aio = { written, servers: ['aiohttp 3.8', 'jwcrypto 1.1.0'], needs: jwcryptoNeeds, steps } as const;
function checked(tells: boolean, faulty: Given = {}): Fault['front'] {
  return runs(jwcrypto, ({ app }, whole) => ({
    jwks: app.jwks,
    issuer,
    audience,
    tells,
    ...(whole ? {} : faulty),
  }));
}
/** What one text leaves open where a request without a token gets another. */
function oneText(real: CauseId): readonly CauseId[] {
  return oneAnswer(real).filter((cause) => cause !== 'credentials-stripped-by-proxy');
}
const other = 'https://stock.example.test';

const jwcryptoFaults: readonly Fault[] = [
  {
    ...aio,
    id: 'jwcrypto/expired',
    causes: ['token-expired'],
    decisive: ['Expired at'],
    open: true,
    secrets: async ({ app }, healed) => ({ READER_TOKEN: await app.token(healed ? {} : { lifetime: -600 }) }),
    front: checked(true),
  },
  {
    ...aio,
    id: 'jwcrypto/audience-told',
    causes: ['audience-mismatch'],
    decisive: [other],
    secrets: async ({ app }, healed) => ({
      READER_TOKEN: await app.token(healed ? {} : { claims: { aud: other } }),
    }),
    front: checked(true),
  },
  {
    ...aio,
    id: 'jwcrypto/server-expects-another-issuer',
    causes: ['issuer-mismatch'],
    decisive: ['https://login.stock.example.test'],
    sibling: true,
    front: checked(true, { issuer: 'https://login.stock.example.test' }),
  },
  {
    ...aio,
    id: 'jwcrypto/expired-untold',
    causes: ['token-expired'],
    decisive: ['exp'],
    twin: 'jwcrypto/server-expects-another-audience-untold',
    secrets: async ({ app }, healed) => ({ READER_TOKEN: await app.token(healed ? {} : { lifetime: -600 }) }),
    front: checked(false),
  },
  {
    ...aio,
    id: 'jwcrypto/server-expects-another-audience-untold',
    causes: oneText('audience-mismatch'),
    decisive: ['Token check failed'],
    twin: 'jwcrypto/expired-untold',
    sibling: true,
    front: checked(false, { audience: other }),
  },
];

const django = { written, servers: ['Django 3.2'], needs: djangoNeeds } as const;
const hosts = ['api.example.test', 'api.staging.example.test'];
const logIn = {
  POST: '/login',
  writes: true,
  body: { form: { username: 'ci' } },
  capture: { csrf: '$.csrf' },
};
const djangoFaults: readonly Fault[] = [
  {
    ...django,
    id: 'django/form-token-missing',
    causes: ['csrf-failed'],
    decisive: ['403'],
    hop: 1,
    open: true,
    credential: 'none',
    steps: [
      logIn,
      { GET: '/orders' },
      { POST: '/orders', writes: true, body: { json: { item: 'ink' } }, expect: { status: 201 } },
    ],
    front: runs(djangoForms, (_site, healed) => ({ hosts, exempt: healed })),
  },
  {
    ...django,
    id: 'django/host-not-in-the-list',
    causes: ['host-not-allowed', 'request-param-wrong', 'unknown'],
    beside: ['host-not-allowed'],
    decisive: ['400'],
    sibling: true,
    credential: 'none',
    steps: [logIn, { GET: '/orders' }],
    front: runs(djangoForms, (_site, healed) => ({
      exempt: true,
      hosts: healed ? hosts : ['www.example.test'],
    })),
  },
];

export const pythonFaults: readonly Fault[] = [...flaskFaults, ...jwcryptoFaults, ...djangoFaults];
