/** Authlib in Flask with a login page, and the grants that its documentation shows: codes, refresh, device, client assertions. */
import type { Daemon } from './daemon.ts';
import { ann } from './oidc-server.ts';
import type { Origins } from './origins.ts';
import { serveProgram } from './program.ts';

export { authlibNeeds } from './authlib-server.ts';

export interface FlowClient {
  readonly client_id: string;
  readonly client_secret: string;
  readonly token_endpoint_auth_method: string;
  /** JWK of a client that signs. */
  readonly key?: object;
}

/** `/orders` is the API; POST ends all access tokens. A device is approved when it has asked twice. */
export function serveAuthlibFlows(
  origins: Origins,
  origin: string,
  clients: readonly FlowClient[],
): Promise<Daemon> {
  return serveProgram(origins, origin, {
    name: 'authlib',
    program: '/usr/bin/python3',
    args: ['-B', '{folder}/server.py', '{given}'],
    files: { 'server.py': program },
    given: { clients, user: ann, origin, redirect_uris: ['https://web.example.test/callback'] },
  });
}

const program = `
import json, logging, sys, time
from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.jose import JsonWebKey
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import grants, ClientMixin, TokenMixin
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint, DeviceCodeGrant
from flask import Flask, jsonify, redirect, request, session
from werkzeug.middleware.proxy_fix import ProxyFix
given = json.loads(sys.argv[1])
logging.getLogger('werkzeug').disabled = True

class Client(ClientMixin):
    def __init__(self, data): self.data = data
    def get_client_id(self): return self.data['client_id']
    def get_default_redirect_uri(self): return given['redirect_uris'][0]
    def get_allowed_scope(self, scope):
        return ' '.join(each for each in (scope or '').split() if each in ('orders:read', 'orders:write'))
    def check_redirect_uri(self, redirect_uri): return redirect_uri in given['redirect_uris']
    def check_client_secret(self, client_secret): return self.data['client_secret'] == client_secret
    def check_endpoint_auth_method(self, method, endpoint): return self.data['token_endpoint_auth_method'] == method
    def check_token_endpoint_auth_method(self, method): return self.check_endpoint_auth_method(method, 'token')
    def check_response_type(self, response_type): return response_type == 'code'
    def check_grant_type(self, grant_type): return True

class Token(TokenMixin):
    def __init__(self, data, client, user):
        self.client, self.user, self.issued, self.dead, self.spent = client, user, time.time(), False, False
        self.__dict__.update(data)
        self.scope = data.get('scope') or ''
    def get_scope(self): return self.scope
    def get_expires_in(self): return self.expires_in
    def is_expired(self): return self.issued + self.expires_in < time.time()
    def is_revoked(self): return self.dead
    def check_client(self, client): return self.client == client.get_client_id()

class Kept:
    def __init__(self, **data): self.__dict__.update(data)
    def get_redirect_uri(self): return self.redirect_uri
    def get_scope(self): return self.scope
    def get_client_id(self): return self.client_id
    def get_user_code(self): return self.user_code
    def is_expired(self): return self.expires < time.time()

clients, tokens, codes, devices = {each['client_id']: Client(each) for each in given['clients']}, [], {}, {}
METHODS = ['client_secret_basic', 'client_secret_post', 'none', 'private_key_jwt']

class Code(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    def save_authorization_code(self, code, request):
        data = request.data
        codes[code] = Kept(code=code, client_id=request.client.get_client_id(), redirect_uri=request.redirect_uri,
            scope=request.scope, user=request.user, code_challenge=data.get('code_challenge'),
            code_challenge_method=data.get('code_challenge_method'))
    def query_authorization_code(self, code, client):
        kept = codes.get(code)
        return kept if kept and kept.client_id == client.get_client_id() else None
    def delete_authorization_code(self, authorization_code): del codes[authorization_code.code]
    def authenticate_user(self, authorization_code): return authorization_code.user

class Credentials(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

class Refresh(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True
    def authenticate_refresh_token(self, refresh_token):
        return next((each for each in tokens if getattr(each, 'refresh_token', None) == refresh_token and not each.spent), None)
    def authenticate_user(self, credential): return credential.user
    def revoke_old_credential(self, credential): credential.spent = credential.dead = True

class Password(grants.ResourceOwnerPasswordCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    def authenticate_user(self, username, password):
        return username if (username, password) == (given['user']['name'], given['user']['password']) else None

class Device(DeviceCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    def query_device_credential(self, device_code): return devices.get(device_code)
    def query_user_grant(self, user_code):
        kept = next(each for each in devices.values() if each.user_code == user_code)
        kept.asked += 1
        return (given['user']['name'], True) if kept.asked > 1 else None
    def should_slow_down(self, credential): return False

class Devices(DeviceAuthorizationEndpoint):
    INTERVAL = 1
    def get_verification_uri(self): return given['origin'] + '/device'
    def save_device_credential(self, client_id, scope, data):
        devices[data['device_code']] = Kept(client_id=client_id, scope=scope, user_code=data['user_code'],
            expires=time.time() + 600, asked=0)

class Assertion(JWTBearerClientAssertion):
    CLIENT_AUTH_METHOD = 'private_key_jwt'
    seen = set()
    def validate_jti(self, claims, jti):
        fresh = jti not in self.seen
        self.seen.add(jti)
        return fresh
    def resolve_client_public_key(self, client, headers):
        return JsonWebKey.import_key(client.data['key'])

app = Flask(__name__)
app.secret_key = 'for tests only'
app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1, x_host=1)
def save(token, request):
    tokens.append(Token(token, request.client.get_client_id(), request.user))
server = AuthorizationServer(app, query_client=clients.get, save_token=save)
server.scopes_supported = ['orders:read', 'orders:write']
app.config['OAUTH2_REFRESH_TOKEN_GENERATOR'] = True
server.init_app(app)
for grant in (Credentials, Refresh, Password, Device): server.register_grant(grant)
server.register_grant(Code, [CodeChallenge(required=True)])
server.register_endpoint(Devices)
server.register_client_auth_method('private_key_jwt', Assertion(given['origin'] + '/oauth/token'))

class Validator(BearerTokenValidator):
    def authenticate_token(self, token_string):
        return next((each for each in tokens if each.access_token == token_string), None)

protect = ResourceProtector()
protect.register_token_validator(Validator())

@app.post('/oauth/token')
def token(): return server.create_token_response()

@app.post('/oauth/device')
def device(): return server.create_endpoint_response('device_authorization')

@app.route('/oauth/authorize', methods=['GET', 'POST'])
def authorize():
    user = session.get('user')
    if not user: return redirect('/login?next=' + __import__('urllib.parse').parse.quote(request.full_path))
    if request.method == 'POST':
        return server.create_authorization_response(grant_user=user if request.form.get('confirm') else None)
    try:
        grant = server.get_consent_grant(end_user=user)
    except OAuth2Error as error:
        return jsonify(dict(error.get_body())), error.status_code
    return (f'<!doctype html><title>Consent</title><p>{grant.client.get_client_id()} wants {grant.request.scope}</p>'
            '<form action="" method="post"><label><input type="checkbox" name="confirm"> Consent?</label><br><button>Submit</button></form>')

@app.route('/login', methods=['GET', 'POST'])
def login():
    if request.method == 'POST':
        if (request.form['username'], request.form['password']) == (given['user']['name'], given['user']['password']):
            session['user'] = request.form['username']
            return redirect(request.args['next'])
        return '<!doctype html><title>Login</title><p class="error">Wrong</p><form method="post"><input name="username"><input type="password" name="password"></form>', 401
    return '<!doctype html><title>Login</title><form method="post"><input name="username"><input type="password" name="password"></form>'

@app.get('/orders')
@protect('orders:read')
def orders(): return jsonify(orders=[7])

@app.post('/orders')
def over():
    for each in tokens: each.dead = True
    return jsonify(ended=True)

app.run(host='127.0.0.1', port=given['port'], threaded=True)
`;
