/** Public services that were in no other module, played with their documented answers. */
import type { Answer, Asked } from '../../support/provider-front.ts';
import { apiFault, says } from '../authorization-after/provider-case.ts';
import type { Case } from '../case.ts';
import { mayNot } from '../jwt/groups.ts';
import { clientOf, getToken, now, played, token, tokenProject, unsignedToken } from '../providers/played.ts';

const json = { 'content-type': 'application/json' };
function claims(more: object): string {
  return unsignedToken({ iat: now() - 60, exp: now() + 3600, sub: 'svc-orders', ...more });
}
const past = { iat: now() - 9000, exp: now() - 5400 };
const opaqueSide = [
  'token-revoked',
  'token-unknown',
  'token-expired',
  'session-expired',
  'user-disabled',
  'token-invalid-unspecified',
  'environment-mixup',
  'api-key-invalid',
  'api-key-expired',
] as const;
function opaque(real: Case['causes'][number]): Case['causes'] {
  return [real, ...opaqueSide.filter((cause) => cause !== real)];
}

const gateway = 'https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com';
const pool = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Zx9Yw8Vu7';
const gatewaySays = (message: string): Answer =>
  says(
    401,
    { message },
    {
      ...json,
      'x-amzn-requestid': '5d0c7a52-1c3e-4d61-9f0e-2b7a6c1d9e10',
      'x-amzn-errortype': 'UnauthorizedException',
      'x-amz-apigw-id': 'ABcDeFGhIJkLmNo=',
    },
  );
const cognito = {
  origin: gateway,
  path: '/prod/orders',
  none: gatewaySays('Unauthorized'),
  garbage: gatewaySays('Unauthorized'),
};
const idToken = { iss: pool, aud: '7example23client', token_use: 'id' };

const rest = 'https://abcdefghijklmnop.supabase.co';
const restSays = (status: number, code: string, message: string, challenge: string): Answer =>
  says(
    status,
    { code, details: null, hint: null, message },
    { ...json, 'www-authenticate': challenge, 'proxy-status': `PostgREST; error=${code}` },
  );
const postgrest = {
  origin: rest,
  path: '/rest/v1/orders',
  none: restSays(401, '42501', 'permission denied for table orders', 'Bearer'),
};

const zoom = {
  origin: 'https://api.zoom.us',
  path: '/v2/users/me/meetings',
  none: says(401, { code: 124, message: 'Invalid access token.' }, json),
  garbage: says(401, { code: 124, message: 'Invalid access token.' }, json),
};
const xeroSays = (Status: number, Title: string, Detail: string): Answer =>
  says(
    Status,
    { Type: null, Title, Status, Detail, Instance: '6489df60-8891-470e-9268-a9a43f5da71e', Extensions: {} },
    json,
  );
const xeroToken = (more: object): string =>
  claims({
    iss: 'https://identity.xero.com',
    aud: 'https://identity.xero.com/resources',
    scope: ['accounting.transactions', 'offline_access'],
    ...more,
  });
const xero = {
  origin: 'https://api.xero.com',
  path: '/api.xro/2.0/Invoices',
  none: xeroSays(401, 'Unauthorized', 'AuthenticationUnsuccessful'),
  garbage: xeroSays(401, 'Unauthorized', 'TokenInvalidSignature'),
};
const elasticSays = (status: number, reason: string, more: object = {}): Answer =>
  says(
    status,
    {
      error: {
        root_cause: [{ type: 'security_exception', reason, ...more }],
        type: 'security_exception',
        reason,
        ...more,
      },
      status,
    },
    {
      ...json,
      'x-elastic-product': 'Elasticsearch',
      ...(status === 401 ? { 'www-authenticate': 'ApiKey' } : {}),
    },
  );
const elastic = {
  origin: 'https://search.example.com',
  path: '/orders/_search',
  keyHeader: 'Authorization',
  sent: 'ApiKey VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw==',
  good: 'ApiKey VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6bmV3LWtleS1vZi10b2RheS0wMDAx',
  none: elasticSays(401, 'missing authentication credentials for REST request [/orders/_search]'),
  garbage: elasticSays(
    401,
    'unable to authenticate with provided credentials and anonymous access is not allowed for this request',
  ),
};
const jenkinsSays = (status: number, text: string): Answer =>
  says(
    status,
    `<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>\n<title>Error ${status} ${text}</title>\n</head>\n<body><h2>HTTP ERROR ${status} ${text}</h2>\n<table>\n<tr><th>URI:</th><td>/job/orders/build</td></tr>\n<tr><th>STATUS:</th><td>${status}</td></tr>\n<tr><th>MESSAGE:</th><td>${text}</td></tr>\n<tr><th>SERVLET:</th><td>Stapler</td></tr>\n</table>\n<hr><a href="https://eclipse.org/jetty">Powered by Jetty:// 10.0.13</a><hr/>\n\n</body>\n</html>\n`,
    { server: 'Jetty(10.0.13)', 'x-jenkins': '2.401.3', 'content-type': 'text/html;charset=iso-8859-1' },
  );
const jenkins = {
  origin: 'https://ci.example.com',
  path: '/job/orders/build',
  method: 'POST',
  username: 'ci',
  none: jenkinsSays(403, 'No valid crumb was included in the request'),
} as const;
const artifactorySays = (message: string): Answer =>
  says(
    401,
    { errors: [{ status: 401, message }] },
    {
      ...json,
      'www-authenticate': 'Basic realm="Artifactory Realm"',
      'x-artifactory-id': '3f2c:-1d0e',
      'x-jfrog-version': 'Artifactory/7.77.5 77705900',
    },
  );
const snowSays = (code: string, message: string): Answer =>
  says(401, { code, message: `${message} [7fb87e37-2f26-4a10-9f9c-72276ea898bf]` }, json);
const grafanaSays = (status: number, body: object): Answer =>
  says(status, body, { ...json, 'cache-control': 'no-store', 'x-frame-options': 'deny' });
const nowSays = (status: number, message: string, detail: string): Answer =>
  says(
    status,
    { error: { message, detail }, status: 'failure' },
    { ...json, ...(status === 401 ? { 'www-authenticate': 'Basic realm="Service-now"' } : {}) },
  );
const sapSays = says(403, 'CSRF token validation failed', {
  'content-type': 'text/plain;charset=utf-8',
  'x-csrf-token': 'Required',
  'sap-server': 'true',
});
const jiraSays = says(401, 'Client must be authenticated to access this resource.', {
  'content-type': 'text/html;charset=UTF-8',
  'x-seraph-loginreason': 'AUTHENTICATED_FAILED',
  'www-authenticate': 'OAuth realm="https%3A%2F%2Facme.atlassian.net"',
  server: 'AtlassianEdge',
});
const jiraNone = says(401, 'Client must be authenticated to access this resource.', {
  'content-type': 'text/html;charset=UTF-8',
  'www-authenticate': 'OAuth realm="https%3A%2F%2Facme.atlassian.net"',
  server: 'AtlassianEdge',
});
const databricksSays = says(
  403,
  { error_code: 403, message: 'Invalid access token.' },
  { ...json, server: 'databricks', 'x-databricks-reason-phrase': 'Invalid access token.' },
);
const npmSays = says(
  401,
  { error: 'You must provide a one-time pass. Upgrade your client to npm@latest in order to use 2FA.' },
  { ...json, 'www-authenticate': 'OTP' },
);
const datadogSays = says(403, { errors: ['Forbidden'] }, json);
const linearSays = (message: string, code: string, status = 400): Answer =>
  says(
    status,
    {
      errors: [
        {
          message,
          extensions: {
            type: 'authentication error',
            code,
            statusCode: status,
            userError: true,
            userPresentableMessage: message,
          },
        },
      ],
    },
    json,
  );

const cloudCases: readonly Case[] = [
  apiFault({
    ...cognito,
    id: 'apigateway-cognito/expired',
    causes: ['token-expired'],
    decisive: ['The incoming token has expired'],
    sent: claims({ ...idToken, ...past }),
    good: claims({ ...idToken, jti: '2' }),
    refused: gatewaySays('The incoming token has expired'),
  }),
  apiFault({
    ...cognito,
    id: 'apigateway-cognito/access-token-for-an-id-token',
    causes: [
      'token-type-wrong',
      'token-invalid-unspecified',
      'audience-mismatch',
      'issuer-mismatch',
      'client-mismatch',
      'token-claims-invalid',
      'signature-invalid',
      'key-unknown',
      'token-revoked',
      'scope-missing',
      'user-disabled',
      'session-expired',
      'environment-mixup',
      'credentials-stripped-by-proxy',
    ],
    decisive: ['Unauthorized'],
    sent: claims({ iss: pool, client_id: '7example23client', token_use: 'access', scope: 'openid' }),
    good: claims({ ...idToken, jti: '2' }),
    refused: gatewaySays('Unauthorized'),
    isProtected: false,
  }),
  apiFault({
    ...postgrest,
    id: 'supabase/jwt-expired',
    causes: ['token-expired'],
    decisive: ['JWT expired'],
    sent: claims({ iss: `${rest}/auth/v1`, aud: 'authenticated', role: 'authenticated', ...past }),
    good: claims({ iss: `${rest}/auth/v1`, aud: 'authenticated', role: 'authenticated', jti: '2' }),
    refused: restSays(
      401,
      'PGRST301',
      'JWT expired',
      'Bearer error="invalid_token", error_description="JWT expired"',
    ),
    isProtected: false,
  }),
  apiFault({
    ...postgrest,
    id: 'supabase/role-without-grant',
    causes: mayNot('permission-missing'),
    beside: ['permission-missing'],
    decisive: ['permission denied for table orders'],
    sibling: '/rest/v1/products',
    sent: claims({ iss: `${rest}/auth/v1`, role: 'authenticated' }),
    good: claims({ iss: `${rest}/auth/v1`, role: 'service_role' }),
    refused: says(
      403,
      { code: '42501', details: null, hint: null, message: 'permission denied for table orders' },
      json,
    ),
  }),
  apiFault({
    id: 'keycloak-admin/role-missing',
    causes: mayNot('permission-missing'),
    decisive: ['HTTP 403 Forbidden'],
    origin: 'https://sso.example.com',
    path: '/admin/realms/orders/users',
    sibling: '/realms/orders/protocol/openid-connect/userinfo',
    sent: claims({
      iss: 'https://sso.example.com/realms/orders',
      azp: 'ci',
      realm_access: { roles: ['offline_access'] },
    }),
    good: claims({
      iss: 'https://sso.example.com/realms/orders',
      azp: 'ci',
      resource_access: { 'realm-management': { roles: ['view-users'] } },
    }),
    none: says(401, { error: 'HTTP 401 Unauthorized' }, json),
    garbage: says(401, { error: 'HTTP 401 Unauthorized' }, json),
    elsewhere: says(404, { error: 'HTTP 404 Not Found' }, json),
    refused: says(403, { error: 'HTTP 403 Forbidden' }, json),
    isProtected: false,
  }),
  apiFault({
    ...zoom,
    id: 'zoom/scopes',
    causes: ['scope-missing'],
    decisive: ['meeting:read:list_meetings:admin'],
    refused: says(
      400,
      {
        code: 4711,
        message: 'Invalid access token, does not contain scopes:[meeting:read:list_meetings:admin].',
      },
      json,
    ),
  }),
  apiFault({
    ...zoom,
    id: 'zoom/expired',
    causes: ['token-expired'],
    decisive: ['Access token is expired.'],
    refused: says(401, { code: 124, message: 'Access token is expired.' }, json),
    isProtected: false,
  }),
  apiFault({
    ...xero,
    id: 'xero/expired',
    causes: ['token-expired'],
    decisive: ['TokenExpired'],
    sent: xeroToken(past),
    good: xeroToken({ jti: '2' }),
    refused: xeroSays(401, 'Unauthorized', 'TokenExpired: token expired at 11/24/2026 05:16:59'),
  }),
  apiFault({
    ...xero,
    id: 'xero/scope-of-another-api',
    causes: [
      'scope-missing',
      'permission-missing',
      'token-invalid-unspecified',
      'token-revoked',
      'policy-blocked',
      'feature-disabled',
      'user-disabled',
      'client-mismatch',
      'audience-mismatch',
    ],
    decisive: ['AuthorizationUnsuccessful'],
    path: '/projects.xro/2.0/Projects',
    sibling: '/api.xro/2.0/Invoices',
    sent: xeroToken({}),
    good: xeroToken({ scope: ['projects', 'accounting.transactions'] }),
    refused: xeroSays(401, 'Unauthorized', 'AuthorizationUnsuccessful'),
  }),
  apiFault({
    ...elastic,
    id: 'elastic/api-key-expired',
    causes: ['api-key-expired'],
    decisive: ['api key is expired'],
    refused: elasticSays(
      401,
      'unable to authenticate with provided credentials and anonymous access is not allowed for this request',
      {
        additional_unsuccessful_credentials: 'API key: api key is expired',
        header: { 'WWW-Authenticate': ['ApiKey'] },
      },
    ),
  }),
  apiFault({
    ...elastic,
    id: 'elastic/index-privilege',
    causes: ['permission-missing'],
    decisive: ['indices:data/read/search'],
    sibling: '/_cluster/health',
    elsewhere: elasticSays(
      403,
      'action [indices:admin/get] is unauthorized for API key id [VuaCfGcBCdbkQm-e5aOx] of user [ci] on indices [other], this action is granted by the index privileges [view_index_metadata,manage,all]',
    ),
    refused: elasticSays(
      403,
      'action [indices:data/read/search] is unauthorized for API key id [VuaCfGcBCdbkQm-e5aOx] of user [ci] on indices [orders], this action is granted by the index privileges [read,all]',
    ),
    isProtected: false,
  }),
  apiFault({
    id: 'snowflake/oauth-token-expired',
    causes: ['token-expired'],
    decisive: ['OAuth access token expired'],
    origin: 'https://acme-prod.snowflakecomputing.com',
    path: '/api/v2/statements/01b2c3',
    none: snowSays('390101', 'Authorization header not found in the request data.'),
    garbage: snowSays('390303', 'Invalid OAuth access token.'),
    refused: snowSays('390318', 'OAuth access token expired.'),
  }),
  apiFault({
    id: 'databricks/token-expired',
    causes: opaque('token-expired'),
    decisive: ['Invalid access token'],
    origin: 'https://adb-1234567890123456.7.azuredatabricks.net',
    path: '/api/2.0/clusters/list',
    none: says(
      401,
      { error_code: 401, message: 'Credential was not sent or was of an unsupported type for this API.' },
      { ...json, server: 'databricks' },
    ),
    refused: databricksSays,
  }),
  apiFault({
    id: 'artifactory/token-expired',
    causes: ['token-expired'],
    decisive: ['Token failed verification: expired'],
    origin: 'https://acme.jfrog.io',
    path: '/artifactory/api/storage/libs-release-local',
    none: artifactorySays('Authentication is required'),
    garbage: artifactorySays('Token failed verification: parse'),
    refused: artifactorySays('Token failed verification: expired'),
    sent: claims({ iss: 'jfac@01h0example', scp: 'applied-permissions/user', aud: '*@*', ...past }),
    good: claims({ iss: 'jfac@01h0example', scp: 'applied-permissions/user', aud: '*@*' }),
    isProtected: false,
  }),
];

const toolCases: readonly Case[] = [
  apiFault({
    ...jenkins,
    id: 'jenkins/crumb',
    causes: ['csrf-failed'],
    decisive: ['No valid crumb'],
    refused: jenkinsSays(403, 'No valid crumb was included in the request'),
    healsAtProvider: true,
  }),
  apiFault({
    ...jenkins,
    id: 'jenkins/build-permission',
    causes: ['permission-missing'],
    decisive: ['Job/Build'],
    refused: jenkinsSays(403, 'ci is missing the Job/Build permission'),
    isProtected: false,
    healsAtProvider: true,
  }),
  apiFault({
    id: 'sap-odata/csrf-token',
    causes: ['csrf-failed'],
    decisive: ['CSRF token validation failed'],
    origin: 'https://s4.example.com',
    path: '/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder',
    method: 'POST',
    body: { SalesOrderType: 'OR' },
    username: 'CI_USER',
    none: says(401, '<html><body><h1>Anmeldung fehlgeschlagen</h1></body></html>', {
      'www-authenticate': 'Basic realm="SAP NetWeaver Application Server [S4P/100]"',
      'sap-server': 'true',
    }),
    refused: sapSays,
    healsAtProvider: true,
    isProtected: false,
  }),
  apiFault({
    id: 'servicenow/acl',
    causes: ['permission-missing', 'policy-blocked'],
    beside: ['permission-missing'],
    decisive: ['ACL Exception'],
    origin: 'https://acme.service-now.com',
    path: '/api/now/table/incident',
    method: 'POST',
    body: { short_description: 'Printer' },
    username: 'ci.integration',
    none: nowSays(401, 'User is not authenticated', 'Required to provide Auth information'),
    garbage: nowSays(401, 'User is not authenticated', 'Required to provide Auth information'),
    refused: nowSays(403, 'Operation Failed', 'ACL Exception Insert Failed due to security constraints'),
    healsAtProvider: true,
  }),
  apiFault({
    id: 'jira-cloud/api-token-revoked',
    causes: [
      'api-key-invalid',
      'api-key-expired',
      'password-wrong',
      'token-revoked',
      'token-expired',
      'token-unknown',
      'user-unknown',
      'user-disabled',
      'account-locked',
      'password-expired',
    ],
    decisive: ['AUTHENTICATED_FAILED'],
    origin: 'https://acme.atlassian.net',
    path: '/rest/api/3/myself',
    username: 'ci@acme.example',
    none: jiraNone,
    refused: jiraSays,
    isProtected: false,
  }),
  apiFault({
    id: 'grafana/action-missing',
    causes: ['permission-missing', 'scope-missing'],
    beside: ['permission-missing'],
    decisive: ['folders:read'],
    origin: 'https://grafana.example.com',
    path: '/api/folders',
    sibling: '/api/org',
    none: grafanaSays(401, {
      message: 'Unauthorized',
      messageId: 'auth.unauthorized',
      statusCode: 401,
      traceID: '',
    }),
    refused: grafanaSays(403, {
      accessErrorId: 'ACE6316938649',
      message: "You'll need additional permissions to perform this action. Permissions needed: folders:read",
      title: 'Access denied',
    }),
  }),
  apiFault({
    id: 'datadog/keys-of-another-site',
    causes: [
      'api-key-invalid',
      'environment-mixup',
      'api-key-expired',
      'permission-missing',
      'policy-blocked',
      'ip-not-allowed',
      'edge-blocked',
      'scope-missing',
      'user-disabled',
      'feature-disabled',
    ],
    decisive: ['403'],
    origin: 'https://api.datadoghq.eu',
    path: '/api/v1/validate',
    keyHeader: 'DD-API-KEY',
    none: says(401, { errors: ['Unauthorized'] }, json),
    refused: datadogSays,
  }),
  apiFault({
    id: 'figma/token-expired',
    causes: opaque('api-key-expired'),
    decisive: ['Invalid token'],
    origin: 'https://api.figma.com',
    path: '/v1/me',
    keyHeader: 'X-Figma-Token',
    none: says(403, { status: 403, err: 'Invalid token' }, json),
    refused: says(403, { status: 403, err: 'Invalid token' }, json),
    isProtected: false,
  }),
  apiFault({
    id: 'linear/key-as-bearer',
    causes: ['scheme-mismatch'],
    beside: ['authorization-malformed'],
    decisive: ['Remove the Bearer prefix'],
    origin: 'https://api.linear.app',
    path: '/graphql',
    method: 'POST',
    body: { query: '{ viewer { id } }' },
    none: linearSays('Authentication required, not authenticated', 'AUTHENTICATION_ERROR', 401),
    refused: linearSays(
      "It looks like you're trying to use an API key as a Bearer token. Remove the Bearer prefix from the Authorization header.",
      'INPUT_ERROR',
    ),
    garbage: linearSays('Authentication required, not authenticated', 'AUTHENTICATION_ERROR', 401),
    sent: 'lin_api_0123456789abcdefghijklmnopqrstuv',
    good: '9d2f0c1b7a6e5d4c3b2a190817263544abcdef01',
  }),
  apiFault({
    id: 'heroku/token-regenerated',
    causes: opaque('token-revoked'),
    decisive: ['Invalid credentials provided'],
    origin: 'https://api.heroku.com',
    path: '/apps',
    none: says(401, { id: 'unauthorized', message: 'Invalid credentials provided.' }, json),
    refused: says(401, { id: 'unauthorized', message: 'Invalid credentials provided.' }, json),
  }),
  apiFault({
    id: 'heroku/rate-limit',
    causes: ['rate-limited'],
    decisive: ['429'],
    origin: 'https://api.heroku.com',
    path: '/apps',
    none: says(401, { id: 'unauthorized', message: 'Invalid credentials provided.' }, json),
    refused: says(
      429,
      {
        id: 'rate_limit',
        message:
          'Your account reached the API rate limit\nPlease wait a few minutes before making new requests',
        url: 'https://devcenter.heroku.com/articles/platform-api-reference#rate-limits',
      },
      { ...json, 'ratelimit-remaining': '0' },
    ),
    isProtected: false,
    healsAtProvider: true,
  }),
  apiFault({
    id: 'npm/one-time-pass',
    causes: ['mfa-required', 'step-up-required'],
    beside: ['mfa-required', 'step-up-required'],
    decisive: ['one-time pass'],
    origin: 'https://packages.example.com',
    path: '/-/npm/v1/tokens',
    method: 'POST',
    body: { password: 'none', readonly: true },
    none: says(401, { message: 'Unauthorized' }, json),
    refused: npmSays,
  }),
  apiFault({
    id: 'fastly/key-deleted',
    causes: [
      'api-key-invalid',
      'api-key-expired',
      'credentials-missing',
      'token-revoked',
      'token-unknown',
      'token-expired',
      'credentials-stripped-by-proxy',
      'header-dropped-by-proxy',
    ],
    decisive: ['Provided credentials are missing or invalid'],
    origin: 'https://api.fastly.com',
    path: '/service',
    keyHeader: 'Fastly-Key',
    none: says(401, { msg: 'Provided credentials are missing or invalid' }, json),
    refused: says(401, { msg: 'Provided credentials are missing or invalid' }, json),
  }),
  apiFault({
    id: 'notion/page-not-shared',
    causes: ['permission-missing', 'route-missing'],
    beside: ['permission-missing'],
    decisive: ['shared with your integration'],
    origin: 'https://api.notion.com',
    path: '/v1/databases/bdc6e60673144e6a90ffe8906c219bc4',
    sibling: '/v1/users/me',
    none: says(
      401,
      { object: 'error', status: 401, code: 'unauthorized', message: 'API token is invalid.' },
      json,
    ),
    elsewhere: says(
      400,
      { object: 'error', status: 400, code: 'invalid_request_url', message: 'Invalid request URL.' },
      json,
    ),
    refused: says(
      404,
      {
        object: 'error',
        status: 404,
        code: 'object_not_found',
        message:
          'Could not find database with ID: bdc6e606-7314-4e6a-90ff-e8906c219bc4. Make sure the relevant pages and databases are shared with your integration.',
      },
      json,
    ),
    isProtected: false,
  }),
];

const goodSecret = 'client-secret-of-production-0123456789';
interface Issuing extends Pick<Case, 'id' | 'causes' | 'decisive'>, Partial<Pick<Case, 'beside' | 'twin'>> {
  readonly origin: string;
  readonly endpoint: string;
  readonly refused: Answer;
  /** What is wrong at first. */
  readonly wrong: 'secret' | 'refresh_token' | 'user';
  readonly isProtected?: boolean;
}
/** A token endpoint that refuses. */
function issuing(given: Issuing): Case {
  const { id, causes, decisive, beside, twin, origin, endpoint, refused, wrong } = given;
  const refreshing = wrong !== 'secret';
  const play =
    (healed: boolean) =>
    (asked: Asked): Answer => {
      if (`${asked.origin}${asked.path}` !== endpoint || asked.method !== 'POST')
        return says(404, 'Not Found');
      const fits = clientOf(asked).secret === goodSecret;
      const current =
        !refreshing || healed || asked.form.get('refresh_token') === 'refresh-token-that-is-current';
      return fits && current ? token('an-access-token-of-production') : refused;
    };
  const one = played({
    id,
    causes,
    decisive,
    ...(beside ? { beside } : {}),
    ...(twin ? { twin } : {}),
    origins: { api: origin },
    environment: tokenProject(origin, endpoint, {
      client_id: 'orders-service',
      token_endpoint_auth_method: 'client_secret_post',
    }),
    credentials: {
      reader: {
        type: 'oauth2',
        grant_type: refreshing ? 'refresh_token' : 'client_credentials',
        client: 'web',
        ...(refreshing ? { refresh_token: '${secret.REFRESH}' } : {}),
      },
    },
    scenario: getToken,
    env: {
      WEB_SECRET: wrong === 'secret' ? 'client-secret-of-last-year-0123456789' : goodSecret,
      REFRESH: 'refresh-token-of-a-while-ago',
    },
    play: play(false),
    healed: {
      play: play(true),
      env: { WEB_SECRET: goodSecret, REFRESH: 'refresh-token-that-is-current' },
    },
    ...(given.isProtected === false ? { isProtected: false } : {}),
  });
  return { ...one, written: 'after the rules' };
}
const refreshSide: Case['causes'] = [
  'refresh-token-expired',
  'refresh-token-revoked',
  'refresh-token-unknown',
  'refresh-token-reused',
  'user-disabled',
  'client-mismatch',
  'environment-mixup',
];
const firebase = 'https://securetoken.googleapis.com';
const firebaseSays = (message: string): Answer =>
  says(400, { error: { code: 400, message, status: 'INVALID_ARGUMENT' } }, { ...json, server: 'ESF' });
const ping = 'https://sso.acme.example.com';
const pingSays = (error: string, error_description: string): Answer =>
  says(
    error === 'invalid_client' ? 401 : 400,
    { error_description, error },
    { ...json, 'cache-control': 'no-cache, no-store' },
  );

const tokenCases: readonly Case[] = [
  issuing({
    id: 'firebase/refresh-token-expired',
    causes: [
      'refresh-token-expired',
      'refresh-token-revoked',
      'user-disabled',
      'session-expired',
      'token-expired',
    ],
    beside: ['refresh-token-expired'],
    decisive: ['TOKEN_EXPIRED'],
    origin: firebase,
    endpoint: `${firebase}/v1/token`,
    refused: firebaseSays('TOKEN_EXPIRED'),
    wrong: 'refresh_token',
  }),
  issuing({
    id: 'firebase/user-disabled',
    causes: ['user-disabled'],
    decisive: ['USER_DISABLED'],
    origin: firebase,
    endpoint: `${firebase}/v1/token`,
    refused: firebaseSays('USER_DISABLED'),
    wrong: 'user',
    isProtected: false,
  }),
  issuing({
    id: 'pingfederate/refresh-token-unknown',
    causes: ['refresh-token-unknown', ...refreshSide.filter((cause) => cause !== 'refresh-token-unknown')],
    decisive: ['unknown, invalid, or expired refresh token'],
    origin: ping,
    endpoint: `${ping}/as/token.oauth2`,
    refused: pingSays('invalid_grant', 'unknown, invalid, or expired refresh token'),
    wrong: 'refresh_token',
    isProtected: false,
  }),
  issuing({
    id: 'pingfederate/secret-wrong',
    causes: [
      'client-secret-wrong',
      'client-unknown',
      'client-disabled',
      'client-secret-expired',
      'client-auth-method-wrong',
      'client-type-wrong',
      'environment-mixup',
    ],
    decisive: ['Invalid client or client credentials'],
    origin: ping,
    endpoint: `${ping}/as/token.oauth2`,
    refused: pingSays('invalid_client', 'Invalid client or client credentials'),
    wrong: 'secret',
  }),
];

const rtdb = 'https://acme-orders-default-rtdb.europe-west1.firebasedatabase.app';
const idOf = (more: object): string =>
  claims({ iss: 'https://securetoken.google.com/acme-orders', aud: 'acme-orders', ...more });
const [oldId, newId] = [idOf(past), idOf({ jti: '2' })];
const databaseCase: Case = {
  ...played({
    id: 'firebase-rtdb/expired-in-query',
    causes: ['token-expired'],
    decisive: ['Auth token is expired'],
    origins: { api: rtdb },
    credentials: { reader: { type: 'api_key', in: 'query', name: 'auth', value: '${secret.TOKEN}' } },
    scenario: '\ncredential: reader\nsteps:\n  - GET: /orders.json\n',
    env: { TOKEN: oldId },
    play: (asked) => {
      const sent = asked.query.get('auth');
      if (sent === newId) return says(200, { 7: { item: 'ink' } }, json);
      if (sent === oldId) return says(401, { error: 'Auth token is expired' }, json);
      return says(401, { error: sent === null ? 'Permission denied' : 'Could not parse auth token.' }, json);
    },
    healed: { env: { TOKEN: newId } },
    isProtected: false,
  }),
  written: 'after the rules',
};

export const apiCases: readonly Case[] = [...cloudCases, ...toolCases, ...tokenCases, databaseCase];
