/** Django, FastAPI, Flask and aiohttp, with what they do to a URL or a cookie by their settings. */

import { serveDjango } from '../../support/wsgi.ts';
import { type Program, python } from '../mixed-after/program.ts';

/** A token that is given, or a JWT that has not expired: its signature is not looked at. */
const accepts = `
def accepts(value):
    scheme, _, token = (value or '').partition(' ')
    if scheme != 'Bearer':
        return False
    if token == given.get('token'):
        return True
    try:
        part = token.split('.')[1]
        return json.loads(base64.urlsafe_b64decode(part + '==='))['exp'] > time.time()
    except Exception:
        return False
`;

/** Given: `settings`, `forwarded` (the scheme is read from X-Forwarded-Proto), `checked` (forms), `forget` (ends sessions). */
export const django: Program = python(`
import base64, json, logging, sys, time
from wsgiref.simple_server import WSGIRequestHandler, make_server
import django
from django.conf import settings
given = json.loads(sys.argv[1])
${accepts}
if given.get('forwarded'):
    given.setdefault('settings', {})['SECURE_PROXY_SSL_HEADER'] = ('HTTP_X_FORWARDED_PROTO', 'https')
settings.configure(**{**dict(
    DEBUG=False, SECRET_KEY='for tests only', ALLOWED_HOSTS=['*'], ROOT_URLCONF=__name__,
    LOGGING_CONFIG=None, INSTALLED_APPS=['django.contrib.sessions'],
    SESSION_ENGINE='django.contrib.sessions.backends.signed_cookies',
    MIDDLEWARE=['django.middleware.security.SecurityMiddleware', 'django.contrib.sessions.middleware.SessionMiddleware',
                'django.middleware.common.CommonMiddleware', 'django.middleware.csrf.CsrfViewMiddleware'],
    TEMPLATES=[{'BACKEND': 'django.template.backends.django.DjangoTemplates'}],
), **given.get('settings', {})})
django.setup()
logging.disable(logging.CRITICAL)
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

@csrf_exempt
def login(request):
    if request.POST.get('password') != 'correct horse battery':
        return JsonResponse({'error': 'Unable to log in with provided credentials.'}, status=400)
    request.session['user'] = request.POST.get('username')
    return JsonResponse({'user': request.session['user'], 'csrf': get_token(request)})

def orders(request):
    if request.method == 'POST' and given.get('form'):
        return JsonResponse({'id': 8}, status=201)
    known = request.session.get('user') == 'ann' and not given.get('forget')
    if not known and not accepts(request.headers.get('Authorization')):
        return JsonResponse({'detail': 'Unauthorized'}, status=401)
    if request.method == 'POST':
        return JsonResponse({'id': 8}, status=201)
    if given.get('writes'):
        return HttpResponse(status=405, headers={'Allow': 'POST'})
    return JsonResponse({'orders': [{'id': 7}]})

if not given.get('checked'):
    orders = csrf_exempt(orders)
urlpatterns = [path('login', login), path('orders/', orders)]
if given.get('bare', True):
    urlpatterns.append(path('orders', orders))

${serveDjango}`);
export const djangoNeeds: readonly string[] = ['/usr/bin/python3:django'];

/** Given: `slash` (the route has one), `https` (HTTPSRedirectMiddleware), `proxy` (uvicorn reads X-Forwarded-Proto), `hsts`. */
export const fastapi: Program = python(`
import base64, json, sys, time
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.middleware.httpsredirect import HTTPSRedirectMiddleware
given = json.loads(sys.argv[1])
${accepts}
app = FastAPI()
if given.get('https'):
    app.add_middleware(HTTPSRedirectMiddleware)

@app.middleware('http')
async def transport(request, call_next):
    response = await call_next(request)
    if given.get('hsts'):
        response.headers['Strict-Transport-Security'] = 'max-age=31536000; includeSubDomains'
    return response

path = '/orders/' if given.get('slash') else '/orders'

@app.get(path)
async def read(request: Request):
    if not accepts(request.headers.get('authorization')):
        return JSONResponse({'detail': 'Unauthorized'}, status_code=401)
    return {'orders': [{'id': 7}]}

@app.post(path)
async def write(request: Request):
    if not accepts(request.headers.get('authorization')):
        return JSONResponse({'detail': 'Unauthorized'}, status_code=401)
    return JSONResponse({'id': 8}, status_code=201)

@app.get('/debug/headers')
async def shows(request: Request):
    return {'headers': dict(request.headers)}

uvicorn.run(app, host='127.0.0.1', port=given['port'], log_level='critical', access_log=False,
            proxy_headers=bool(given.get('proxy')), forwarded_allow_ips='*')
`);
export const fastapiNeeds: readonly string[] = ['/usr/bin/python3:fastapi', '/usr/bin/python3:uvicorn'];

/** Given: `config`, `slash`, `forwarded` (ProxyFix), `forget`. */
export const flask: Program = python(`
import base64, json, logging, sys, time
from flask import Flask, jsonify, redirect, request, session
from werkzeug.middleware.proxy_fix import ProxyFix
given = json.loads(sys.argv[1])
${accepts}
logging.getLogger('werkzeug').disabled = True
app = Flask(__name__)
app.secret_key = 'for tests only'
app.config.update(given.get('config', {}))
if given.get('forwarded'):
    app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1)

@app.post('/login')
def login():
    if request.form.get('password') != 'correct horse battery':
        return jsonify(error='Unauthorized'), 401
    session['user'] = request.form['username']
    return '', 204

def orders():
    known = session.get('user') == 'ann' and not given.get('forget')
    if not known and not accepts(request.headers.get('Authorization')):
        return jsonify(error='Unauthorized'), 401
    if request.method == 'POST':
        return jsonify(id=8), 201
    return jsonify(orders=[{'id': 7}])

app.add_url_rule('/orders/' if given.get('slash') else '/orders', 'orders', orders, methods=['GET', 'POST'])
app.run(host='127.0.0.1', port=given['port'])
`);
export const flaskNeeds: readonly string[] = ['/usr/bin/python3:flask'];

/** Given: `cookie` (arguments of set_cookie), `limit` (bytes of one field). */
export const aiohttp: Program = python(`
import asyncio, json, sys
from aiohttp import web
given = json.loads(sys.argv[1])

async def login(request):
    form = await request.post()
    if form.get('password') != 'correct horse battery':
        return web.json_response({'reason': 'unauthenticated'}, status=401)
    response = web.json_response({'user': form['username']})
    response.set_cookie('AIOHTTP_SESSION', 's-4711-2f6c', **given.get('cookie', {}))
    return response

async def orders(request):
    bearer = request.headers.get('Authorization', '').startswith('Bearer ey')
    if request.cookies.get('AIOHTTP_SESSION') != 's-4711-2f6c' and not bearer:
        return web.json_response({'reason': 'unauthenticated'}, status=401)
    return web.json_response({'orders': [{'id': 7}]})

app = web.Application()
app.router.add_post('/login', login)
app.router.add_get('/orders', orders)
async def serve():
    runner = web.AppRunner(app, access_log=None, max_field_size=given.get('limit', 65536))
    await runner.setup()
    await web.TCPSite(runner, '127.0.0.1', given['port']).start()
    await asyncio.Event().wait()

asyncio.run(serve())
`);
export const aiohttpNeeds: readonly string[] = ['/usr/bin/python3:aiohttp'];
