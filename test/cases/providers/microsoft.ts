/** Microsoft Entra ID and Microsoft Graph. */
import { randomUUID } from 'node:crypto';
import type { Answer, Play } from '../../support/provider-front.ts';
import type { Case } from '../case.ts';
import { bearerOf, clientOf, getToken, now, played, token, tokenProject, unsignedToken } from './played.ts';

const tenant = '6f1c8d5e-3b0a-4f0e-9c52-0d5b9a7d1e11';
const login = 'https://login.microsoftonline.com';
const graph = 'https://graph.microsoft.com';
const client_id = '2d4f6a8c-1b3e-4c5d-8e7f-9a0b1c2d3e4f';
const secret = 'Xy8Q~entra-client-secret-value-0001';
const environment = tokenProject(`${login}/${tenant}/v2.0`, `${login}/${tenant}/oauth2/v2.0/token`, {
  client_id,
  token_endpoint_auth_method: 'client_secret_post',
});
const credentials = {
  reader: { type: 'oauth2', grant_type: 'client_credentials', client: 'web', scope: `${graph}/.default` },
};
const env = { WEB_SECRET: secret };

function refuseAs(code: number, status: number, error: string, text: string): Answer {
  const [trace_id, correlation_id] = [randomUUID(), randomUUID()];
  const timestamp = `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`;
  return {
    status,
    headers: {
      'cache-control': 'no-store, no-cache',
      pragma: 'no-cache',
      expires: '-1',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-ms-request-id': trace_id,
      'x-ms-ests-server': '2.1.22000.4 - WEULR1 ProdSlices',
      'set-cookie': 'x-ms-gateway-slice=estsfd; path=/; secure; httponly',
    },
    body: {
      error,
      error_description: `AADSTS${code}: ${text} Trace ID: ${trace_id} Correlation ID: ${correlation_id} Timestamp: ${timestamp}`,
      error_codes: [code],
      timestamp,
      trace_id,
      correlation_id,
      error_uri: `${login}/error?code=${code}`,
    },
  };
}

const granted = token('opaque-to-clients.but-good.enough');
const tokenCase = { origins: { api: graph, login }, environment, credentials, scenario: getToken, env };

function graphRefuses(message: string, status = 401, code = 'InvalidAuthenticationToken'): Answer {
  const id = randomUUID();
  return {
    status,
    headers: {
      'request-id': id,
      'client-request-id': id,
      'x-ms-ags-diagnostic':
        '{"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"5","ScaleUnit":"002","RoleInstance":"AM4PEPF00025C41"}}',
      'strict-transport-security': 'max-age=31536000',
      ...(status === 401
        ? {
            'www-authenticate': `Bearer realm="", authorization_uri="${login}/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`,
          }
        : {}),
    },
    body: {
      error: {
        code,
        message,
        innerError: {
          date: new Date().toISOString().slice(0, 19),
          'request-id': id,
          'client-request-id': id,
        },
      },
    },
  };
}

const claims = (more: object): object => ({
  aud: graph,
  iss: `https://sts.windows.net/${tenant}/`,
  iat: now() - 600,
  nbf: now() - 600,
  exp: now() + 3000,
  appid: client_id,
  idtyp: 'app',
  roles: ['User.Read.All'],
  tid: tenant,
  ver: '1.0',
  ...more,
});
const good = unsignedToken(claims({}));

/** Graph, which takes `good`; `bad` is refused with `refusal`. */
function graphPlay(bad: string, refusal: Answer): Play {
  return (asked) => {
    const sent = bearerOf(asked);
    if (sent === good) return { status: 200, body: { value: [{ id: 'ann', displayName: 'Ann' }] } };
    if (sent === bad) return refusal;
    if (sent === '') return graphRefuses('Access token is empty.');
    return graphRefuses('IDX14100: JWT is not well formed, there are no dots (.).');
  };
}
const readUsers = '\ncredential: partner\nsteps:\n  - GET: /v1.0/users\n';
const partner = { partner: { type: 'bearer', token: '${secret.TOKEN}' } };

function graphCase(
  fault: string,
  bad: string,
  refusal: Answer,
  told: Pick<Case, 'causes' | 'decisive'> & Partial<Case>,
): Case {
  return played({
    id: `graph/${fault}`,
    origins: { api: graph },
    credentials: partner,
    scenario: readUsers,
    env: { TOKEN: bad },
    play: graphPlay(bad, refusal),
    healed: { env: { TOKEN: good } },
    ...told,
  });
}

const orders = 'api://orders.example.com';

export const microsoftCases: readonly Case[] = [
  played({
    ...tokenCase,
    id: 'entra/client-unknown',
    causes: ['client-unknown'],
    beside: ['environment-mixup'],
    decisive: [client_id],
    play: () =>
      refuseAs(
        700016,
        400,
        'unauthorized_client',
        `Application with identifier '${client_id}' was not found in the directory 'Contoso'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
      ),
    healed: { play: () => granted },
  }),
  played({
    ...tokenCase,
    id: 'entra/client-secret-expired',
    causes: ['client-secret-expired'],
    decisive: [client_id],
    isProtected: false,
    play: () =>
      refuseAs(
        7000222,
        401,
        'invalid_client',
        `The provided client secret keys for app '${client_id}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`,
      ),
    healed: { play: () => granted },
  }),
  played({
    ...tokenCase,
    id: 'entra/client-secret-wrong',
    causes: ['client-secret-wrong'],
    decisive: [client_id],
    env: { WEB_SECRET: '3f1b2a4c-secret-id-instead-of-value' },
    play: (asked) =>
      clientOf(asked).secret === secret
        ? granted
        : refuseAs(
            7000215,
            401,
            'invalid_client',
            `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${client_id}'.`,
          ),
    healed: { env },
  }),
  graphCase(
    'wrong-audience',
    unsignedToken(claims({ aud: orders })),
    graphRefuses('Access token validation failure. Invalid audience.'),
    { causes: ['audience-mismatch'], decisive: [orders] },
  ),
  graphCase(
    'token-expired',
    unsignedToken(claims({ iat: now() - 7200, nbf: now() - 7200, exp: now() - 3600 })),
    graphRefuses('Lifetime validation failed, the token is expired.'),
    { causes: ['token-expired'], decisive: ['exp'] },
  ),
  graphCase(
    'insufficient-privileges',
    unsignedToken(claims({ roles: ['Mail.Read'] })),
    graphRefuses('Insufficient privileges to complete the operation.', 403, 'Authorization_RequestDenied'),
    {
      causes: ['scope-missing', 'permission-missing'],
      beside: ['permission-missing'],
      decisive: ['Insufficient privileges'],
    },
  ),
];
