/** Services with an API of their own, played. */
import type { Answer } from '../../support/provider-front.ts';
import type { Case } from '../case.ts';
import { now, unsignedToken } from '../providers/played.ts';
import { apiFault, says } from './provider-case.ts';

const deadTokens = [
  'token-expired',
  'token-revoked',
  'token-unknown',
  'token-malformed',
  'token-invalid-unspecified',
  'session-expired',
  'user-disabled',
  'environment-mixup',
  'api-key-invalid',
  'api-key-expired',
];
/** What is so first. */
function dead(cause: string): string[] {
  return [cause, ...deadTokens.filter((other) => other !== cause)];
}

const salesforceSays = says(
  401,
  [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
  { 'www-authenticate': 'Token', 'content-type': 'application/json;charset=UTF-8' },
);
const salesforce = {
  origin: 'https://acme.my.salesforce.com',
  path: '/services/data/v60.0/sobjects',
  none: salesforceSays,
  refused: salesforceSays,
  decisive: ['INVALID_SESSION_ID'],
};

const zendeskSays = says(
  401,
  {
    error: 'invalid_token',
    error_description:
      'The access token provided is expired, revoked, malformed or invalid for other reasons.',
  },
  {
    'www-authenticate':
      'Bearer realm="Zendesk", error="invalid_token", error_description="The access token provided is expired, revoked, malformed or invalid for other reasons."',
  },
);
const zendesk = {
  origin: 'https://acme.zendesk.com',
  path: '/api/v2/tickets.json',
  none: says(401, { error: "Couldn't authenticate you" }),
  refused: zendeskSays,
  decisive: ['expired, revoked'],
};

const sendgridSays = (message: string, status: number): Answer =>
  says(
    status,
    { errors: [{ message, field: null, help: null }] },
    { server: 'nginx', 'content-type': 'application/json' },
  );
const sendgrid = {
  origin: 'https://api.sendgrid.com',
  path: '/v3/templates',
  none: sendgridSays('Permission denied, wrong credentials', 401),
  refused: sendgridSays('The provided authorization grant is invalid, expired, or revoked', 401),
  decisive: ['invalid, expired, or revoked'],
};

const k8s = (status: number, message: string, reason: string): Answer =>
  says(
    status,
    { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code: status },
    { 'content-type': 'application/json', 'cache-control': 'no-cache, private', 'audit-id': 'd0c1' },
  );
const forbidden = (user: string): Answer =>
  k8s(
    403,
    `pods is forbidden: User "${user}" cannot list resource "pods" in API group "" in the namespace "orders"`,
    'Forbidden',
  );
const cluster = {
  origin: 'https://kube.example.com',
  path: '/api/v1/namespaces/orders/pods',
  none: forbidden('system:anonymous'),
};
function account(more: object): string {
  return unsignedToken({
    iss: 'https://kubernetes.default.svc.cluster.local',
    sub: 'system:serviceaccount:orders:ci',
    aud: ['https://kubernetes.default.svc.cluster.local'],
    iat: now() - 60,
    exp: now() + 3600,
    ...more,
  });
}

const vaultSays = says(
  403,
  { errors: ['permission denied'] },
  { 'content-type': 'application/json', 'cache-control': 'no-store' },
);
const vault = {
  origin: 'https://vault.example.com',
  path: '/v1/secret/data/orders',
  keyHeader: 'X-Vault-Token',
  none: vaultSays,
  refused: vaultSays,
  decisive: ['permission denied'],
};

const gitlabSays = (status: number, error: string, error_description: string, more: object = {}): Answer =>
  says(
    status,
    { error, error_description, ...more },
    {
      'content-type': 'application/json',
      'www-authenticate': `Bearer realm="Protected by OAuth 2.0", error="${error}", error_description="${error_description}"`,
    },
  );
const gitlab = {
  origin: 'https://gitlab.com',
  path: '/api/v4/projects',
  none: says(401, { message: '401 Unauthorized' }),
  garbage: says(401, { message: '401 Unauthorized' }),
};

const hubspotSays = (status: number, message: string, category: string, more: object = {}): Answer =>
  says(
    status,
    { status: 'error', message, correlationId: '0d3c1f', ...more, category },
    { server: 'cloudflare', 'cf-ray': '8f1a2b3c4d5e6f70-FRA' },
  );
const hubspot = {
  origin: 'https://api.hubapi.com',
  path: '/crm/v3/objects/contacts',
  headers: { server: 'cloudflare', 'cf-ray': '8f1a2b3c4d5e6f70-FRA' },
  none: hubspotSays(
    401,
    'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
    'INVALID_AUTHENTICATION',
  ),
};

const googleSays = (status: number, message: string, kind: string, reason: string): Answer =>
  says(
    status,
    {
      error: {
        code: status,
        message,
        status: kind,
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason,
            domain: 'googleapis.com',
            metadata: { service: 'storage.googleapis.com' },
          },
        ],
      },
    },
    {
      server: 'ESF',
      ...(status === 401
        ? { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' }
        : {}),
    },
  );
const invalidCredentials =
  'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.';
const google = {
  origin: 'https://cloudresourcemanager.googleapis.com',
  path: '/v3/projects',
  none: googleSays(
    401,
    'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
    'UNAUTHENTICATED',
    'CREDENTIALS_MISSING',
  ),
  garbage: googleSays(401, invalidCredentials, 'UNAUTHENTICATED', 'ACCESS_TOKEN_TYPE_UNSUPPORTED'),
};

const dropbox = {
  origin: 'https://api.dropboxapi.com',
  path: '/2/users/get_current_account',
  method: 'POST' as const,
  none: says(
    400,
    'Error in call to API function "users/get_current_account": Must provide HTTP header "Authorization" or URL parameter "authorization".',
    { 'content-type': 'text/plain; charset=utf-8' },
  ),
  garbage: says(401, { error_summary: 'invalid_access_token/..', error: { '.tag': 'invalid_access_token' } }),
};

export const serviceCases: readonly Case[] = [
  apiFault({
    ...salesforce,
    id: 'salesforce/session-expired',
    causes: dead('session-expired'),
    twin: 'salesforce/session-of-sandbox',
  }),
  apiFault({
    ...salesforce,
    id: 'salesforce/session-of-sandbox',
    causes: dead('environment-mixup'),
    twin: 'salesforce/session-expired',
    isProtected: false,
  }),
  apiFault({
    ...zendesk,
    id: 'zendesk/token-revoked',
    causes: dead('token-revoked'),
    twin: 'zendesk/token-expired',
  }),
  apiFault({
    ...zendesk,
    id: 'zendesk/token-expired',
    causes: dead('token-expired'),
    twin: 'zendesk/token-revoked',
    isProtected: false,
  }),
  apiFault({
    ...sendgrid,
    id: 'sendgrid/key-revoked',
    causes: dead('token-revoked'),
    twin: 'sendgrid/key-unknown',
    isProtected: false,
  }),
  apiFault({
    ...sendgrid,
    id: 'sendgrid/key-unknown',
    causes: dead('api-key-invalid'),
    twin: 'sendgrid/key-revoked',
  }),
  apiFault({
    ...sendgrid,
    id: 'sendgrid/key-restricted',
    causes: ['permission-missing', 'scope-missing', 'policy-blocked'],
    decisive: ['access forbidden'],
    refused: sendgridSays('access forbidden', 403),
    garbage: sendgrid.refused,
    sibling: '/v3/scopes',
  }),
  apiFault({
    ...cluster,
    id: 'kubernetes/service-account-without-role',
    causes: ['permission-missing'],
    decisive: ['system:serviceaccount:orders:ci', 'pods'],
    sent: account({}),
    good: account({ jti: '2' }),
    refused: forbidden('system:serviceaccount:orders:ci'),
    garbage: k8s(401, 'Unauthorized', 'Unauthorized'),
    healsAtProvider: true,
  }),
  apiFault({
    ...cluster,
    id: 'kubernetes/token-expired',
    causes: ['token-expired'],
    decisive: ['exp'],
    sent: account({ iat: now() - 9000, exp: now() - 5400 }),
    good: account({ jti: '2' }),
    refused: k8s(401, 'Unauthorized', 'Unauthorized'),
    twin: 'kubernetes/token-of-another-cluster',
  }),
  apiFault({
    ...cluster,
    id: 'kubernetes/token-of-another-cluster',
    causes: [
      'environment-mixup',
      'signature-invalid',
      'key-unknown',
      'issuer-mismatch',
      'audience-mismatch',
      'token-invalid-unspecified',
      'token-revoked',
      'user-disabled',
    ],
    decisive: ['Unauthorized'],
    sent: account({}),
    good: account({ jti: '2' }),
    refused: k8s(401, 'Unauthorized', 'Unauthorized'),
    twin: 'kubernetes/token-expired',
    isProtected: false,
  }),
  apiFault({
    ...vault,
    id: 'vault/policy-missing',
    causes: ['permission-missing', 'policy-blocked'],
    beside: ['permission-missing'],
    sibling: '/v1/auth/token/lookup-self',
    healsAtProvider: true,
    twin: 'vault/token-expired',
  }),
  apiFault({
    ...vault,
    id: 'vault/token-expired',
    causes: [...dead('token-expired'), 'permission-missing', 'policy-blocked'],
    twin: 'vault/policy-missing',
    isProtected: false,
  }),
  apiFault({
    ...gitlab,
    id: 'gitlab/token-revoked',
    causes: ['token-revoked'],
    decisive: ['Token was revoked'],
    refused: gitlabSays(401, 'invalid_token', 'Token was revoked. You have to re-authorize from the user.'),
  }),
  apiFault({
    ...gitlab,
    id: 'gitlab/insufficient-scope',
    causes: ['scope-missing'],
    decisive: ['read_api'],
    sibling: '/api/v4/user',
    isProtected: false,
    refused: gitlabSays(
      403,
      'insufficient_scope',
      'The request requires higher privileges than provided by the access token.',
      { scope: 'api read_api' },
    ),
  }),
  apiFault({
    id: 'bitbucket/privilege-scopes',
    causes: ['scope-missing'],
    decisive: ['repository'],
    origin: 'https://api.bitbucket.org',
    path: '/2.0/repositories/acme',
    sibling: '/2.0/user',
    none: says(401, { type: 'error', error: { message: 'Authentication required' } }),
    garbage: says(401, {
      type: 'error',
      error: { message: 'Token is invalid, expired, or not supported for this endpoint.' },
    }),
    refused: says(403, {
      type: 'error',
      error: {
        message: 'Your credentials lack one or more required privilege scopes.',
        detail: { required: ['repository'], granted: ['account'] },
      },
    }),
  }),
  apiFault({
    ...hubspot,
    id: 'hubspot/missing-scopes',
    causes: ['scope-missing'],
    decisive: ['crm.objects.contacts.read'],
    refused: hubspotSays(
      403,
      "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
      'MISSING_SCOPES',
      {
        errors: [
          {
            message: 'One or more of the following scopes are required.',
            context: { requiredGranularScopes: ['crm.objects.contacts.read'] },
          },
        ],
      },
    ),
    garbage: hubspot.none,
  }),
  apiFault({
    ...hubspot,
    id: 'hubspot/token-expired',
    causes: ['token-expired'],
    decisive: ['expired 3 hour(s) ago'],
    isProtected: false,
    refused: hubspotSays(
      401,
      'The OAuth token used to make this call expired 3 hour(s) ago.',
      'EXPIRED_AUTHENTICATION',
    ),
    garbage: hubspot.none,
  }),
  apiFault({
    id: 'shopify/access-token-invalid',
    causes: [
      'api-key-invalid',
      'token-revoked',
      'token-unknown',
      'api-key-expired',
      'token-invalid-unspecified',
      'environment-mixup',
    ],
    beside: ['api-key-invalid'],
    decisive: ['Invalid API key or access token'],
    origin: 'https://acme.myshopify.com',
    path: '/admin/api/2024-07/orders.json',
    keyHeader: 'X-Shopify-Access-Token',
    none: says(401, {
      errors: '[API] Invalid API key or access token (unrecognized login or wrong password)',
    }),
    refused: says(401, {
      errors: '[API] Invalid API key or access token (unrecognized login or wrong password)',
    }),
  }),
  apiFault({
    id: 'shopify/merchant-approval',
    causes: ['scope-missing', 'consent-required'],
    beside: ['scope-missing'],
    decisive: ['read_orders'],
    isProtected: false,
    sibling: '/admin/api/2024-07/shop.json',
    origin: 'https://acme.myshopify.com',
    path: '/admin/api/2024-07/orders.json',
    keyHeader: 'X-Shopify-Access-Token',
    none: says(401, {
      errors: '[API] Invalid API key or access token (unrecognized login or wrong password)',
    }),
    refused: says(403, { errors: '[API] This action requires merchant approval for read_orders scope.' }),
  }),
  apiFault({
    id: 'atlassian/scope-does-not-match',
    causes: ['scope-missing'],
    decisive: ['scope does not match'],
    sibling: '/oauth/token/accessible-resources',
    origin: 'https://api.atlassian.com',
    path: '/ex/jira/1a2b/rest/api/3/project',
    none: says(401, { code: 401, message: 'Unauthorized' }),
    refused: says(401, { code: 401, message: 'Unauthorized; scope does not match' }),
    garbage: says(401, { code: 401, message: 'Unauthorized' }),
  }),
  apiFault({
    id: 'twilio/test-credentials',
    causes: ['environment-mixup'],
    decisive: ['Test Account Credentials'],
    username: 'AC00000000000000000000000000000001',
    origin: 'https://api.twilio.com',
    path: '/2010-04-01/Accounts.json',
    none: says(
      401,
      {
        code: 20003,
        message: 'Authenticate',
        more_info: 'https://www.twilio.com/docs/errors/20003',
        status: 401,
      },
      { 'www-authenticate': 'Basic realm="Twilio API"' },
    ),
    refused: says(403, {
      code: 20008,
      message: 'Resource not accessible with Test Account Credentials',
      more_info: 'https://www.twilio.com/docs/errors/20008',
      status: 403,
    }),
    garbage: says(
      401,
      {
        code: 20003,
        message: 'Authenticate',
        more_info: 'https://www.twilio.com/docs/errors/20003',
        status: 401,
      },
      { 'www-authenticate': 'Basic realm="Twilio API"' },
    ),
  }),
  apiFault({
    id: 'digitalocean/unable-to-authenticate',
    causes: dead('token-revoked'),
    decisive: ['Unable to authenticate you'],
    origin: 'https://api.digitalocean.com',
    path: '/v2/droplets',
    none: says(401, { id: 'Unauthorized', message: 'Unable to authenticate you' }),
    refused: says(401, { id: 'Unauthorized', message: 'Unable to authenticate you' }),
  }),
  apiFault({
    ...dropbox,
    id: 'dropbox/expired-access-token',
    causes: ['token-expired'],
    decisive: ['expired_access_token'],
    refused: says(401, {
      error_summary: 'expired_access_token/..',
      error: { '.tag': 'expired_access_token' },
    }),
  }),
  apiFault({
    ...dropbox,
    id: 'dropbox/missing-scope',
    causes: ['scope-missing'],
    decisive: ['account_info.read'],
    isProtected: false,
    refused: says(401, {
      error_summary: 'missing_scope/..',
      error: { '.tag': 'missing_scope', required_scope: 'account_info.read' },
    }),
  }),
  apiFault({
    ...google,
    id: 'google-cloud/access-token-expired',
    causes: ['token-expired'],
    decisive: ['ACCESS_TOKEN_EXPIRED'],
    refused: googleSays(401, invalidCredentials, 'UNAUTHENTICATED', 'ACCESS_TOKEN_EXPIRED'),
  }),
  apiFault({
    ...google,
    id: 'google-cloud/scope-insufficient',
    causes: ['scope-missing'],
    decisive: ['ACCESS_TOKEN_SCOPE_INSUFFICIENT'],
    isProtected: false,
    refused: googleSays(
      403,
      'Request had insufficient authentication scopes.',
      'PERMISSION_DENIED',
      'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
    ),
  }),
  apiFault({
    id: 'firestore/rules',
    causes: ['permission-missing', 'policy-blocked'],
    beside: ['permission-missing'],
    decisive: ['Missing or insufficient permissions'],
    origin: 'https://firestore.googleapis.com',
    path: '/v1/projects/acme/databases/(default)/documents/orders',
    none: says(403, {
      error: { code: 403, message: 'Missing or insufficient permissions.', status: 'PERMISSION_DENIED' },
    }),
    refused: says(403, {
      error: { code: 403, message: 'Missing or insufficient permissions.', status: 'PERMISSION_DENIED' },
    }),
    garbage: says(401, {
      error: { code: 401, message: 'Missing or invalid authentication.', status: 'UNAUTHENTICATED' },
    }),
    healsAtProvider: true,
  }),
  apiFault({
    id: 'docker-registry/insufficient-scope',
    causes: ['scope-missing', 'permission-missing'],
    beside: ['scope-missing'],
    decisive: ['repository:acme/orders:pull'],
    origin: 'https://images.example.com',
    path: '/v2/acme/orders/tags/list',
    sibling: '/v2/',
    none: says(
      401,
      { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required', detail: null }] },
      {
        'docker-distribution-api-version': 'registry/2.0',
        'www-authenticate':
          'Bearer realm="https://auth.images.example.com/token",service="images.example.com",scope="repository:acme/orders:pull"',
      },
    ),
    refused: says(
      401,
      {
        errors: [
          {
            code: 'UNAUTHORIZED',
            message: 'authentication required',
            detail: [{ Type: 'repository', Class: '', Name: 'acme/orders', Action: 'pull' }],
          },
        ],
      },
      {
        'docker-distribution-api-version': 'registry/2.0',
        'www-authenticate':
          'Bearer realm="https://auth.images.example.com/token",service="images.example.com",scope="repository:acme/orders:pull",error="insufficient_scope"',
      },
    ),
  }),
];
