/** Applications in Python, each in a process of its own; requests are handed on to it as they came. */
import { writeFileSync } from 'node:fs';
import { type RequestListener, request as send } from 'node:http';
import { join } from 'node:path';
import { daemonFolder, freePort, startDaemon } from '../../../support/daemon.ts';
import { serveDjango } from '../../../support/wsgi.ts';
import type { Application, Middleware, Settings } from '../middleware.ts';

const interpreter = '/usr/bin/python3';

export const pyjwt: Middleware = {
  name: 'PyJWT 2.6.0 in Flask',
  needs: [`${interpreter}:flask`, `${interpreter}:jwt`],
  start: (settings) => start(settings, flask),
};
export const simpleJwt: Middleware = {
  name: 'djangorestframework-simplejwt 5.2.2',
  needs: [`${interpreter}:rest_framework_simplejwt`],
  claims: { token_type: 'access' },
  start: (settings) => start(settings, django),
};

async function start(settings: Settings, program: string): Promise<Application> {
  const folder = daemonFolder('python');
  const port = await freePort();
  const file = join(folder, 'app.py');
  writeFileSync(file, program);
  const { issuer, audience, jwksUri, algorithm, leeway, forbidden, revoked } = settings;
  const given = {
    issuer,
    audience,
    jwksUri,
    algorithm,
    leeway,
    forbidden: [...forbidden],
    revoked: [...revoked],
    port,
  };
  const daemon = await startDaemon(interpreter, [file, JSON.stringify(given)], folder, [port]);
  return { listener: handOn(port), close: () => daemon.stop() };
}

function handOn(port: number): RequestListener {
  return (request, response) => {
    const headers = request.rawHeaders;
    const options = {
      port,
      host: '127.0.0.1',
      method: request.method,
      path: request.url,
      headers,
      agent: false as const,
    };
    const onward = send(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    onward.end();
  };
}

const flask = `
import json, sys, logging
import jwt
from flask import Flask, request, jsonify
given = json.loads(sys.argv[1])
logging.getLogger('werkzeug').disabled = True
app = Flask(__name__)
keys = jwt.PyJWKClient(given['jwksUri'], cache_keys=False)

@app.before_request
def authenticate():
    field = request.headers.get('Authorization', '')
    if not field.startswith('Bearer '):
        return jsonify(message='Missing Authorization Header'), 401
    token = field[7:]
    try:
        key = keys.get_signing_key_from_jwt(token)
        claims = jwt.decode(token, key.key, algorithms=[given['algorithm']], audience=given['audience'],
                            issuer=given['issuer'], leeway=given['leeway'])
    except jwt.PyJWTError as error:
        return jsonify(message=str(error)), 401
    if claims.get('jti') in given['revoked']:
        return jsonify(message='Token has been revoked'), 401
    if claims.get('sub') in given['forbidden']:
        return jsonify(message='Forbidden'), 403

@app.get('/orders')
def orders():
    return jsonify(orders=[{'id': 7}])

app.run(port=given['port'])
`;

const django = `
import json, sys, logging
from wsgiref.simple_server import make_server, WSGIRequestHandler
import django
from django.conf import settings
given = json.loads(sys.argv[1])
settings.configure(
    DEBUG=False, SECRET_KEY='not used here', ALLOWED_HOSTS=['*'], ROOT_URLCONF=__name__, LOGGING_CONFIG=None,
    INSTALLED_APPS=['django.contrib.auth', 'django.contrib.contenttypes', 'rest_framework'],
    REST_FRAMEWORK={
        'DEFAULT_AUTHENTICATION_CLASSES': ['rest_framework_simplejwt.authentication.JWTStatelessUserAuthentication'],
        'DEFAULT_RENDERER_CLASSES': ['rest_framework.renderers.JSONRenderer'],
    },
    SIMPLE_JWT={
        'ALGORITHM': given['algorithm'], 'JWK_URL': given['jwksUri'], 'AUDIENCE': given['audience'],
        'ISSUER': given['issuer'], 'LEEWAY': given['leeway'], 'USER_ID_CLAIM': 'sub',
    },
)
django.setup()
logging.disable(logging.CRITICAL)
from django.core.wsgi import get_wsgi_application
from django.urls import path
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

class Listed(IsAuthenticated):
    def has_permission(self, request, view):
        return super().has_permission(request, view) and request.user.id not in given['forbidden']

class Orders(APIView):
    permission_classes = [Listed]
    def get(self, request):
        return Response({'orders': [{'id': 7}]})

urlpatterns = [path('orders', Orders.as_view())]

${serveDjango}`;
