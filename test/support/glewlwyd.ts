/** Glewlwyd (Debian package) with its OpenID Connect plugin, set up through its own API, in plain http on loopback. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { JWK } from 'jose';
import { type Daemon, daemonFolder, freePort, startDaemon } from './daemon.ts';

const tables = '/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz';
export const glewlwydNeeds: readonly string[] = ['/usr/bin/glewlwyd', '/usr/bin/sqlite3', tables];

export interface GlewlwydOptions {
  /** Its public address; the issuer is `/api/oidc` below it. */
  readonly url: string;
  readonly issuer: string;
  readonly clients: readonly {
    readonly client_id: string;
    readonly client_secret: string;
    readonly redirect_uris: readonly string[];
    readonly token_endpoint_auth_method: string;
  }[];
  readonly scopes: readonly string[];
  readonly audience: string;
  /** Seconds. */
  readonly lifetime: number;
  readonly alg: string;
  readonly key: { readonly jwk: JWK; readonly shown: JWK };
}

export async function startGlewlwyd(options: GlewlwydOptions): Promise<Daemon & { readonly port: number }> {
  const folder = daemonFolder('glewlwyd');
  const port = await freePort();
  const database = join(folder, 'glewlwyd.db');
  execFileSync('/usr/bin/sqlite3', [database], { input: gunzipSync(readFileSync(tables)) });
  const file = join(folder, 'glewlwyd.conf');
  writeFileSync(file, settings(options.url, port, database));
  const daemon = await startDaemon('/usr/bin/glewlwyd', [`--config-file=${file}`], folder, [port]);
  try {
    await setUp(options, `http://127.0.0.1:${port}/api`);
  } catch (error) {
    await daemon.stop();
    throw error;
  }
  return { ...daemon, port };
}

function settings(url: string, port: number, database: string): string {
  return `port=${port}
bind_address="127.0.0.1"
external_url="${url}"
login_url="login.html"
api_prefix="api"
cookie_secure=1
log_mode="console"
log_level="ERROR"
session_key="GLEWLWYD2_SESSION_ID"
admin_scope="g_admin"
profile_scope="g_profile"
static_files_path="/usr/share/glewlwyd/webapp"
user_module_path="/usr/lib/glewlwyd/user"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
hash_algorithm="SHA512"
database = { type = "sqlite3" path = "${database}" };
`;
}

async function setUp(options: GlewlwydOptions, api: string): Promise<void> {
  const post = async (path: string, body: object, cookie = ''): Promise<Response> => {
    const headers = { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) };
    const answer = await fetch(`${api}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  // As the tables have it.
  const login = await post('/auth/', { username: 'admin', password: 'password' });
  const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  for (const name of options.scopes)
    await post(
      '/scope/',
      { name, display_name: name, description: name, password_required: false, scheme: {} },
      cookie,
    );
  for (const client of options.clients) await post('/client/', registered(client, options.scopes), cookie);
  await post('/mod/plugin/', plugin(options), cookie);
}

function registered(client: GlewlwydOptions['clients'][number], scopes: readonly string[]): object {
  const { client_id, client_secret, redirect_uris, token_endpoint_auth_method } = client;
  return {
    client_id,
    name: client_id,
    confidential: true,
    enabled: true,
    client_secret,
    redirect_uri: redirect_uris,
    authorization_type: [redirect_uris.length > 0 ? 'code' : 'client_credentials'],
    token_endpoint_auth_method: [token_endpoint_auth_method],
    scope: scopes,
  };
}

function plugin({ issuer, audience, lifetime, scopes, key }: GlewlwydOptions): object {
  return {
    module: 'oidc',
    name: 'oidc',
    display_name: 'OpenID Connect',
    enabled: true,
    parameters: {
      iss: issuer,
      'subject-type': 'public',
      'jwt-type': 'rsa',
      'jwt-key-size': '256',
      'jwks-private': JSON.stringify({ keys: [key.jwk] }),
      'default-kid': key.jwk.kid,
      'jwks-show': true,
      'access-token-duration': lifetime,
      'refresh-token-duration': 1209600,
      'code-duration': 600,
      'refresh-token-rolling': true,
      'allow-non-oidc': true,
      'auth-type-code-enabled': true,
      'auth-type-token-enabled': false,
      'auth-type-id-token-enabled': true,
      'auth-type-password-enabled': false,
      'auth-type-client-enabled': true,
      'auth-type-refresh-enabled': true,
      'pkce-allowed': true,
      'resource-allowed': true,
      'resource-scope': Object.fromEntries(scopes.map((scope) => [scope, [audience]])),
      'resource-scope-and-client-property': false,
    },
  };
}
