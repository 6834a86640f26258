/** Authlib in Flask (Debian packages), its own development server behind the stage's TLS; clients stand in a file that is read anew. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { daemonFolder, freePort, startDaemon } from './daemon.ts';
import { forwardTo } from './forward.ts';
import type { Stage } from './stage.ts';

export const authlibNeeds: readonly string[] = [
  '/usr/bin/python3',
  '/usr/lib/python3/dist-packages/authlib',
  '/usr/lib/python3/dist-packages/flask',
];

export interface AuthlibClient {
  readonly client_id: string;
  readonly client_secret: string;
  readonly token_endpoint_auth_method?: string;
  readonly grant_types?: readonly string[];
  readonly redirect_uris?: readonly string[];
  readonly scope?: string;
}
export interface AuthlibServer {
  /** Replaces the registered clients and the scopes that exist. */
  register(clients: readonly AuthlibClient[], scopes?: readonly string[]): void;
}

export async function serveAuthlib(
  stage: Stage,
  origin: string,
  clients: readonly AuthlibClient[],
  scopes: readonly string[] = ['orders:read'],
  /** Of access tokens, in seconds. */
  lifetime: number = 3600,
): Promise<AuthlibServer> {
  const folder = daemonFolder('authlib');
  const [script, registry] = [join(folder, 'server.py'), join(folder, 'registry.json')];
  const register = (now: readonly AuthlibClient[], exist: readonly string[] = scopes): void =>
    writeFileSync(registry, JSON.stringify({ clients: now, scopes: exist }));
  register(clients);
  writeFileSync(script, program);
  const port = await freePort();
  const daemon = await startDaemon(
    '/usr/bin/python3',
    ['-B', script, registry, String(port), String(lifetime)],
    folder,
    [port],
  );
  stage.onClose(daemon.stop);
  await stage.serve(origin, forwardTo(port));
  return { register };
}

const program = `
import json, sys
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import grants, ClientMixin
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Flask, jsonify, request
from werkzeug.middleware.proxy_fix import ProxyFix

registry, port = sys.argv[1], int(sys.argv[2])

def read():
    with open(registry) as file:
        return json.load(file)

class Client(ClientMixin):
    def __init__(self, data):
        self.data = data
    def get_client_id(self):
        return self.data["client_id"]
    def get_default_redirect_uri(self):
        return self.data.get("redirect_uris", ["https://app.example.test/callback"])[0]
    def get_allowed_scope(self, scope):
        allowed = set(self.data.get("scope", "orders:read").split())
        return " ".join(each for each in (scope or "").split() if each in allowed)
    def check_redirect_uri(self, redirect_uri):
        return redirect_uri in self.data.get("redirect_uris", ["https://app.example.test/callback"])
    def check_client_secret(self, client_secret):
        return self.data["client_secret"] == client_secret
    def check_endpoint_auth_method(self, method, endpoint):
        return self.data.get("token_endpoint_auth_method", "client_secret_basic") == method
    def check_token_endpoint_auth_method(self, method):
        return self.check_endpoint_auth_method(method, "token")
    def check_response_type(self, response_type):
        return response_type == "code"
    def check_grant_type(self, grant_type):
        return grant_type in self.data.get("grant_types", ["client_credentials", "authorization_code"])

def query_client(client_id):
    for data in read()["clients"]:
        if data["client_id"] == client_id:
            return Client(data)
    return None

class Code(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]
    def save_authorization_code(self, code, request):
        pass
    def query_authorization_code(self, code, client):
        return None
    def delete_authorization_code(self, authorization_code):
        pass
    def authenticate_user(self, authorization_code):
        return None

class Credentials(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]

app = Flask(__name__)
app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"client_credentials": int(sys.argv[3])}
app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1)
server = AuthorizationServer(app, query_client=query_client, save_token=lambda token, request: None)
server.register_grant(Credentials)
server.register_grant(Code, [CodeChallenge(required=True)])

@app.post("/oauth/token")
def token():
    server.scopes_supported = read()["scopes"]
    return server.create_token_response()

@app.get("/oauth/authorize")
def authorize():
    try:
        server.get_consent_grant(end_user=None)
    except OAuth2Error as error:
        return server.handle_error_response(server.create_oauth2_request(None), error)
    return "<!doctype html><title>Sign in</title><form method=post><input name=login><input name=password type=password></form>"

app.run(host="127.0.0.1", port=port, threaded=True)
`;
