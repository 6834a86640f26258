/** Steps of an authorization code flow written by hand: login page, code from the Location, redemption. */
import { ann, callback } from '../../support/oidc-server.ts';

export interface FlowNames {
  /** Path of the authorization endpoint. */
  readonly authorize: string;
  readonly scope: string;
  /** Status of redirects after the login. */
  readonly status: number;
  readonly client_id?: string;
  readonly pkce?: boolean;
}

export const oidcNames: FlowNames = { authorize: '/auth', scope: 'openid offline_access', status: 303 };
export const nodeNames: FlowNames = { authorize: '/authorize', scope: 'orders:read', status: 302 };

/** For `${secret.ANN_PASSWORD}`. */
export const password: Readonly<Record<string, string>> = { ANN_PASSWORD: ann.password };

/** The authorization request alone; `more` are further lines of its query, `expected` of its step. */
export function authorizationRequest(names: FlowNames, more: readonly string[] = []): string {
  const lines = [
    'response_type: code',
    `client_id: ${names.client_id ?? 'web'}`,
    `redirect_uri: ${callback}`,
    `scope: ${names.scope}`,
    'state: s1',
    ...(names.pkce === false ? [] : ['code_challenge: "${pkce.challenge}"', 'code_challenge_method: S256']),
    ...more,
  ];
  return `  - name: authorization request
    GET: login:${names.authorize}
    query:
${lines.map((line) => `      ${line}`).join('\n')}
`;
}

/** Ends with `${code}`. */
export function logIn(names: FlowNames): string {
  return `
steps:
${authorizationRequest(names)}    capture: {form: {html: form, attribute: action}}
  - name: login
    POST: "\${form}"
    writes: true
    body: {form: {login: ${ann.name}, password: "\${secret.ANN_PASSWORD}"}}
    redirect: {follow: false}
    expect: {status: ${names.status}}
    capture: {next: {location: true}}
  - name: back with a code
    GET: "\${next}"
    redirect: {follow: false}
    expect: {status: ${names.status}}
    capture: {code: {location: code}}
`;
}

/** A token request by hand; `changes` replace parameters, null leaves one out. */
export function redeem(changes: Readonly<Record<string, string | null>> = {}): string {
  return tokenRequest('code for tokens', {
    grant_type: 'authorization_code',
    code: '${code}',
    redirect_uri: callback,
    code_verifier: '${pkce.verifier}',
    client_id: 'web',
    client_secret: '${secret.WEB_SECRET}',
    ...changes,
  });
}

export function refresh(changes: Readonly<Record<string, string | null>> = {}): string {
  return tokenRequest('refresh', {
    grant_type: 'refresh_token',
    refresh_token: '${refresh_token}',
    client_id: 'web',
    client_secret: '${secret.WEB_SECRET}',
    ...changes,
  });
}

/** Takes the refresh token out of the step before. */
export const keepRefreshToken = `    capture: {refresh_token: "$.refresh_token"}
`;

function tokenRequest(name: string, parameters: Readonly<Record<string, string | null>>): string {
  const form = Object.entries(parameters).filter(([, value]) => value !== null);
  return `  - name: ${name}
    POST: login:/token
    writes: true
    body:
      form:
${form.map(([key, value]) => `        ${key}: "${value}"`).join('\n')}
`;
}
