/** Plain calls into the lab, with nothing of ours between. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Lab } from '../../fixtures/lab/lab.ts';
import type { EnvironmentName } from '../../fixtures/lab/settings.ts';

export interface Answer {
  readonly status: number;
  readonly challenge: string | null;
  readonly location: string | null;
  readonly type: string | null;
  readonly body: string;
}
export interface CallOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
export type Door = 'login' | 'api' | 'billing' | 'reports' | 'search' | 'entry';

export async function call(
  lab: Lab,
  environment: EnvironmentName,
  door: Door,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  const host = lab.settings[environment].hosts[door === 'entry' ? 'api' : door];
  const port = lab.env[`LAB_${environment}_${door}_PORT`.toUpperCase()];
  const request = (door === 'entry' ? plain : secure)({
    host: '127.0.0.1',
    port,
    path,
    method: options.method ?? 'GET',
    headers: { host, ...options.headers },
    agent: false,
    ...(door === 'entry' ? {} : { servername: host, ca: readFileSync(lab.env['LAB_CA'] ?? '') }),
  });
  request.end(options.body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return {
    status: response.statusCode ?? 0,
    challenge: response.headers['www-authenticate'] ?? null,
    location: response.headers.location ?? null,
    type: response.headers['content-type'] ?? null,
    body: await text(response),
  };
}

/** A token request with the secret that CI has. */
export function requestToken(
  lab: Lab,
  environment: EnvironmentName,
  client: string,
  scope: string,
  part: 'api' | 'billing' = 'api',
): Promise<Answer> {
  const secret = lab.env[`${environment}_${client}_SECRET`.toUpperCase()];
  const resource = `https://${lab.settings[environment].hosts[part]}`;
  return call(lab, environment, 'login', '/token', {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${client}-${environment}:${secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope, resource }).toString(),
  });
}

export async function bearer(...of: Parameters<typeof requestToken>): Promise<Record<string, string>> {
  const { access_token } = JSON.parse((await requestToken(...of)).body) as { access_token: string };
  return { authorization: `Bearer ${access_token}` };
}

export function authorize(lab: Lab, environment: EnvironmentName, client: string): Promise<Answer> {
  const domain = lab.settings[environment].hosts.api.slice('api.'.length);
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: `${client}-${environment}`,
    redirect_uri: `https://app.${domain}/callback`,
    scope: 'openid',
    prompt: 'none',
    state: 'x',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  return call(lab, environment, 'login', `/auth?${query}`);
}
