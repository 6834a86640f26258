/** Faults at Django OAuth Toolkit, as authorization server and before a resource. */
import { mayNot, notActive } from '../jwt/groups.ts';
import type { Fault } from '../servers/fault.ts';
import { nginxFront } from '../servers/nginx-front.ts';
import { type Given, runs } from './program.ts';
import { toolkit, toolkitNeeds } from './toolkit-app.ts';

const secret = 's3cret-of-production-4711';
const origin = 'https://api.example.test';
const common = {
  written: 'after the rules',
  servers: ['django-oauth-toolkit 1.7.0', 'Django 3.2', 'Django REST framework 3.14'],
  needs: toolkitNeeds,
} as const;
const service = {
  client_id: 'web',
  client_secret: secret,
  authorization_grant_type: 'client-credentials',
};
const parts = { clients: [service], tokens: [], named: false, forbidden: [], ends: false };

function app(faulty: Given = {}, healed: Given = {}): Fault['front'] {
  return runs(toolkit, (_site, whole) => ({ ...parts, ...(whole ? healed : faulty) }));
}

/** nginx before it, which takes the credential away from what is not the token endpoint. */
const strips: Fault['front'] = async (site, healed) => {
  const behind = await app()(site, healed);
  const port = behind.ports['api'] ?? 0;
  const front = await nginxFront(site, {
    gate: healed ? '' : 'proxy_set_header Authorization "";',
    server: `location /o/ { proxy_pass http://127.0.0.1:${port}; }`,
    end: `proxy_pass http://127.0.0.1:${port};`,
  });
  return {
    ...front,
    async stop() {
      await front.stop();
      await behind.stop();
    },
  };
};

/** A credential that gets its tokens there; `wrong` is configured at first. */
function issuing(wrong: {
  readonly client?: object;
  readonly credential?: object;
  readonly path?: string;
}): Pick<Fault, 'credential' | 'credentials' | 'environment' | 'secrets'> {
  const client = { client_id: 'web', client_secret: '${secret.WEB_SECRET}' };
  return {
    credential: 'service',
    credentials: {
      service: { type: 'oauth2', grant_type: 'client_credentials', client: 'web', scope: 'orders:read' },
    },
    environment: (_site, healed) => ({
      issuers: {
        main: {
          issuer: `${origin}/o`,
          discovery: 'none',
          metadata: {
            token_endpoint: `${origin}${(healed ? null : wrong.path) ?? '/o/token/'}`,
            authorization_endpoint: `${origin}/o/authorize/`,
          },
        },
      },
      clients: { web: { ...client, ...(healed ? {} : wrong.client) } },
      ...(wrong.credential && !healed ? { credentials: { service: wrong.credential } } : {}),
    }),
    secrets: async () => ({ WEB_SECRET: secret }),
  };
}
const clientSide = [
  'client-secret-wrong',
  'client-unknown',
  'client-disabled',
  'client-secret-expired',
  'client-auth-method-wrong',
  'client-type-wrong',
] as const;
const getToken = [{ token: 'service' }];
const orders = [{ GET: '/orders' }];

export const toolkitFaults: readonly Fault[] = [
  {
    ...common,
    ...issuing({}),
    id: 'django-oauth-toolkit/client-secret-wrong',
    causes: clientSide,
    decisive: ['invalid_client'],
    twin: 'django-oauth-toolkit/client-unknown',
    steps: getToken,
    open: true,
    secrets: async (_site, healed) => ({ WEB_SECRET: healed ? secret : 's3cret-of-last-year-0815' }),
    front: app(),
  },
  {
    ...common,
    ...issuing({ client: { client_id: 'web-eu' } }),
    id: 'django-oauth-toolkit/client-unknown',
    causes: ['client-unknown', ...clientSide.filter((cause) => cause !== 'client-unknown')],
    decisive: ['invalid_client'],
    twin: 'django-oauth-toolkit/client-secret-wrong',
    steps: getToken,
    open: true,
    front: app(),
  },
  {
    ...common,
    ...issuing({ credential: { scope: 'orders.read' } }),
    id: 'django-oauth-toolkit/scope-unknown',
    causes: ['scope-unknown', 'scope-not-allowed'],
    beside: ['scope-unknown'],
    decisive: ['orders.read'],
    steps: getToken,
    front: app(),
  },
  {
    ...common,
    ...issuing({}),
    id: 'django-oauth-toolkit/grant-not-allowed',
    causes: ['grant-not-allowed'],
    decisive: ['client_credentials'],
    steps: getToken,
    open: true,
    front: app({
      clients: [
        {
          ...service,
          authorization_grant_type: 'authorization-code',
          redirect_uris: 'https://app.example.test/callback',
        },
      ],
    }),
  },
  {
    ...common,
    id: 'django-oauth-toolkit/token-expired',
    causes: ['token-expired'],
    decisive: ['expired'],
    steps: orders,
    secrets: async () => ({ READER_TOKEN: 'b3BhcXVlIHRva2VuIG9mIGNp' }),
    front: app(
      { tokens: [{ token: 'b3BhcXVlIHRva2VuIG9mIGNp', life: -90, scope: 'orders:read' }] },
      { tokens: [{ token: 'b3BhcXVlIHRva2VuIG9mIGNp', life: 900, scope: 'orders:read' }] },
    ),
  },
  {
    ...common,
    id: 'django-oauth-toolkit/token-revoked',
    causes: notActive('token-revoked'),
    decisive: ['invalid_token'],
    steps: orders,
    front: app({}, { tokens: [{ token: 'b3BhcXVlIHRva2VuIG9mIGNp', life: 900, scope: 'orders:read' }] }),
    secrets: async () => ({ READER_TOKEN: 'b3BhcXVlIHRva2VuIG9mIGNp' }),
  },
  {
    ...common,
    ...issuing({ credential: { scope: 'orders:read' } }),
    id: 'django-oauth-toolkit/scope-missing-named',
    causes: ['scope-missing'],
    decisive: ['orders:write'],
    steps: [{ GET: '/orders' }, { GET: '/archive' }],
    open: true,
    credentials: {
      service: {
        type: 'oauth2',
        grant_type: 'client_credentials',
        client: 'web',
        scope: 'orders:read orders:write',
      },
    },
    front: app({ named: true }, { named: true }),
  },
  {
    ...common,
    ...issuing({ credential: { scope: 'stock:read' } }),
    id: 'django-oauth-toolkit/scope-missing-unnamed',
    causes: mayNot('scope-missing'),
    decisive: ['403'],
    twin: 'django-oauth-toolkit/client-forbidden',
    steps: orders,
    open: true,
    front: app(),
  },
  {
    ...common,
    ...issuing({}),
    id: 'django-oauth-toolkit/client-forbidden',
    causes: mayNot('permission-missing'),
    decisive: ['403'],
    twin: 'django-oauth-toolkit/scope-missing-unnamed',
    steps: orders,
    open: true,
    front: app({ forbidden: ['web'] }),
  },
  {
    ...common,
    ...issuing({ path: '/o/token' }),
    id: 'django-oauth-toolkit/token-endpoint-without-a-slash',
    causes: ['endpoint-wrong'],
    beside: ['method-changed-by-redirect', 'redirect-unexpected', 'method-wrong', 'route-missing'],
    decisive: ['/o/token'],
    steps: getToken,
    open: true,
    front: app(),
  },
  {
    ...common,
    ...issuing({}),
    id: 'django-oauth-toolkit/tokens-end-between-steps',
    causes: notActive('token-revoked'),
    decisive: ['invalid_token'],
    steps: [{ GET: '/orders' }, { GET: '/orders' }],
    open: true,
    front: app({ ends: true }),
  },
  {
    ...common,
    ...issuing({}),
    id: 'django-oauth-toolkit/nginx-strips',
    servers: [...common.servers, 'nginx 1.22.1'],
    needs: [...toolkitNeeds, 'nginx'],
    causes: ['credentials-stripped-by-proxy'],
    decisive: ['401'],
    twin: 'django-oauth-toolkit/nothing-sent',
    steps: orders,
    open: true,
    front: strips,
  },
  {
    ...common,
    id: 'django-oauth-toolkit/nothing-sent',
    causes: ['credentials-missing'],
    decisive: ['Authentication credentials were not provided'],
    twin: 'django-oauth-toolkit/nginx-strips',
    steps: orders,
    credential: 'none',
    environment: (_site, healed) =>
      healed ? { headers: { authorization: 'Bearer b3BhcXVlIHRva2VuIG9mIGNp' } } : {},
    open: true,
    front: app({}, { tokens: [{ token: 'b3BhcXVlIHRva2VuIG9mIGNp', life: 900, scope: 'orders:read' }] }),
  },
  {
    ...common,
    ...issuing({}),
    id: 'django-oauth-toolkit/refresh-token-of-another-day',
    causes: [
      'refresh-token-unknown',
      'refresh-token-expired',
      'refresh-token-revoked',
      'refresh-token-reused',
      'client-mismatch',
      'user-disabled',
      'environment-mixup',
    ],
    decisive: ['invalid_grant'],
    steps: getToken,
    credentials: {
      service: {
        type: 'oauth2',
        grant_type: 'refresh_token',
        client: 'web',
        refresh_token: '${secret.REFRESH}',
      },
    },
    secrets: async (_site, healed) => ({
      WEB_SECRET: secret,
      REFRESH: healed ? 'refresh-token-of-today-0001' : 'refresh-token-of-last-week-0001',
    }),
    front: app(
      {
        clients: [
          {
            ...service,
            authorization_grant_type: 'authorization-code',
            redirect_uris: 'https://app.example.test/callback',
          },
        ],
        refresh: 'refresh-token-of-today-0001',
      },
      {
        clients: [
          {
            ...service,
            authorization_grant_type: 'authorization-code',
            redirect_uris: 'https://app.example.test/callback',
          },
        ],
        refresh: 'refresh-token-of-today-0001',
      },
    ),
  },
];
