/** Flask-HTTPAuth, and aiohttp with a check by hand that jwcrypto makes. */

import { serveDjango } from '../../support/wsgi.ts';
import { type Program, python } from './program.ts';

/** Given: `scheme` (Basic, Digest or a word for tokens), `users`, `tokens`, `roles`: who has the role that is needed. */
export const httpauth: Program = python(`
import json, logging, sys
from flask import Flask, jsonify
from flask_httpauth import HTTPBasicAuth, HTTPDigestAuth, HTTPTokenAuth
given = json.loads(sys.argv[1])
logging.getLogger('werkzeug').disabled = True
app = Flask(__name__)
app.secret_key = 'for tests only'
if given['scheme'] == 'Basic':
    auth = HTTPBasicAuth()
    @auth.verify_password
    def check(name, password):
        return name if name in given['users'] and given['users'][name] == password else None
elif given['scheme'] == 'Digest':
    auth = HTTPDigestAuth()
    @auth.get_password
    def find(name):
        return given['users'].get(name)
else:
    auth = HTTPTokenAuth(scheme=given['scheme'])
    @auth.verify_token
    def known(token):
        return token if token in given['tokens'] else None

@auth.get_user_roles
def roles(user):
    return ['reader'] if user in given['roles'] else []

@app.get('/orders')
@auth.login_required(role='reader' if given['scheme'] == 'Basic' else None)
def orders():
    return jsonify(orders=[{'id': 7}])

app.run(port=given['port'])
`);
export const httpauthNeeds: readonly string[] = ['/usr/bin/python3:flask_httpauth'];

/** Given: `jwks`, `issuer`, `audience`, `tells`: says what jwcrypto said, `scope`: one that is needed. */
export const jwcrypto: Program = python(`
import json, sys
from aiohttp import web
from jwcrypto import jwk, jwt
given = json.loads(sys.argv[1])
keys = jwk.JWKSet.from_json(given['jwks'])

@web.middleware
async def guard(request, handler):
    scheme, _, token = request.headers.get('Authorization', '').partition(' ')
    if scheme != 'Bearer':
        raise web.HTTPUnauthorized(headers={'WWW-Authenticate': 'Bearer realm="orders"'})
    try:
        found = jwt.JWT(jwt=token, key=keys, algs=['RS256', 'ES256'],
                check_claims={'iss': given['issuer'], 'aud': given['audience'], 'exp': None})
    except Exception as error:
        text = str(error) if given['tells'] else 'Token check failed'
        return web.json_response({'status': 'error', 'reason': text}, status=401)
    if given.get('scope') and given['scope'] not in json.loads(found.claims).get('scope', '').split():
        return web.json_response({'status': 'error', 'reason': 'Scope ' + given['scope'] + ' is required'}, status=403)
    return await handler(request)

async def orders(request):
    return web.json_response({'orders': [{'id': 7}]})

app = web.Application(middlewares=[guard])
app.router.add_get('/orders', orders)
web.run_app(app, host='127.0.0.1', port=given['port'], print=None, access_log=None)
`);
export const jwcryptoNeeds: readonly string[] = ['/usr/bin/python3:aiohttp', '/usr/bin/python3:jwcrypto'];

/** Django's own check of forms: a login that sets a session, then a page that writes. Given: `hosts`, `exempt`: /orders is not checked. */
export const djangoForms: Program = python(`
import json, logging, sys
from wsgiref.simple_server import WSGIRequestHandler, make_server
import django
from django.conf import settings
given = json.loads(sys.argv[1])
settings.configure(
    DEBUG=False, SECRET_KEY='for tests only', ALLOWED_HOSTS=given['hosts'], ROOT_URLCONF=__name__,
    LOGGING_CONFIG=None, INSTALLED_APPS=['django.contrib.sessions'],
    SESSION_ENGINE='django.contrib.sessions.backends.signed_cookies',
    MIDDLEWARE=['django.middleware.common.CommonMiddleware',
                'django.contrib.sessions.middleware.SessionMiddleware', 'django.middleware.csrf.CsrfViewMiddleware'],
    TEMPLATES=[{'BACKEND': 'django.template.backends.django.DjangoTemplates'}],
)
django.setup()
logging.disable(logging.CRITICAL)
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

@csrf_exempt
def login(request):
    request.session['user'] = request.POST.get('username')
    return JsonResponse({'user': request.session['user'], 'csrf': get_token(request)})

def orders(request):
    if request.session.get('user') != 'ci':
        return JsonResponse({'error': 'login required'}, status=401)
    if request.method == 'POST':
        return JsonResponse({'id': 8}, status=201)
    return JsonResponse({'orders': [{'id': 7}]})

if given['exempt']:
    orders = csrf_exempt(orders)
urlpatterns = [path('login', login), path('orders', orders)]

${serveDjango}`);
export const djangoNeeds: readonly string[] = ['/usr/bin/python3:django'];
