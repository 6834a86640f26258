/** Authlib in Flask, python-jose in FastAPI, and the token and password classes of Django REST framework. */

import { serveDjango } from '../../../support/wsgi.ts';
import type { Middleware, Settings } from '../../jwt/middleware.ts';
import { type Given, type Program, startProgram } from './program.ts';

const interpreter = '/usr/bin/python3';

function python(text: string): Program {
  return { interpreter, file: 'app.py', text, arguments: (file, _port, given) => [file, given] };
}
function started(text: string, given: Given = {}): Middleware['start'] {
  return (settings: Settings) => startProgram(python(text), settings, given);
}

const authlib = `
import json, sys, logging, urllib.request
from flask import Flask, jsonify
from authlib.integrations.flask_oauth2 import ResourceProtector
from authlib.jose import JsonWebKey
from authlib.oauth2.rfc7523 import JWTBearerTokenValidator
given = json.loads(sys.argv[1])
logging.getLogger('werkzeug').disabled = True

def keys(header, payload):
    found = JsonWebKey.import_key_set(json.load(urllib.request.urlopen(given['jwksUri'])))
    return found.find_by_kid(header.get('kid'))

class Validator(JWTBearerTokenValidator):
    def authenticate_token(self, text):
        try:
            token = super().authenticate_token(text)
        except ValueError:
            return None
        return None if token is not None and token.get('jti') in given['revoked'] else token

validator = Validator(keys, issuer=given['issuer'])
validator.claims_options['aud'] = {'essential': True, 'value': given['audience']}
protect = ResourceProtector()
protect.register_token_validator(validator)
app = Flask(__name__)

@app.get('/orders')
@protect(given['scope'])
def orders():
    return jsonify(orders=[{'id': 7}])

app.run(port=given['port'])
`;

const fastapi = `
import json, sys, urllib.request
import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from jose import jwt, JWTError
given = json.loads(sys.argv[1])
app = FastAPI()
scheme = OAuth2PasswordBearer(tokenUrl='token')

def refuse(detail):
    return HTTPException(status_code=401, detail=detail, headers={'WWW-Authenticate': 'Bearer'})

def user(token: str = Depends(scheme)):
    try:
        keys = json.load(urllib.request.urlopen(given['jwksUri']))
        claims = jwt.decode(token, keys, algorithms=[given['algorithm']], audience=given['audience'],
                            issuer=given['issuer'], options={'leeway': given['leeway']})
    except JWTError as error:
        raise refuse(str(error) if given['telling'] else 'Could not validate credentials')
    if claims.get('jti') in given['revoked']:
        raise refuse('Could not validate credentials')
    if claims.get('sub') in given['forbidden']:
        raise HTTPException(status_code=403, detail='Not enough permissions')
    if given['scope'] and given['scope'] not in claims.get('scope', '').split():
        raise HTTPException(status_code=403, detail='Not enough permissions')
    return claims

@app.get('/orders')
def orders(claims: dict = Depends(user)):
    return {'orders': [{'id': 7}]}

uvicorn.run(app, port=given['port'], log_level='critical', access_log=False)
`;

const django = `
import json, sys, logging, urllib.request, urllib.parse
from wsgiref.simple_server import make_server, WSGIRequestHandler
import django
from django.conf import settings
given = json.loads(sys.argv[1])
settings.configure(
    DEBUG=False, SECRET_KEY='not used here', ALLOWED_HOSTS=['*'], ROOT_URLCONF=__name__, LOGGING_CONFIG=None,
    INSTALLED_APPS=['django.contrib.auth', 'django.contrib.contenttypes', 'rest_framework'],
    REST_FRAMEWORK={'DEFAULT_RENDERER_CLASSES': ['rest_framework.renderers.JSONRenderer']},
)
django.setup()
logging.disable(logging.CRITICAL)
from django.core.wsgi import get_wsgi_application
from django.urls import path
from rest_framework.authentication import BasicAuthentication, TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

class User:
    is_authenticated = True

# In place of the tables of users and tokens; the words are those of the classes.
def find(token, words):
    query = urllib.parse.urlencode({'token': token})
    claims = json.load(urllib.request.urlopen(given['tokenUri'] + '?' + query))
    if claims is None:
        raise AuthenticationFailed(words)
    if claims['sub'] in given['forbidden']:
        raise AuthenticationFailed('User inactive or deleted.')
    return User(), token

class Tokens(TokenAuthentication):
    def authenticate_credentials(self, key):
        return find(key, 'Invalid token.')

class Passwords(BasicAuthentication):
    def authenticate_credentials(self, name, password, request=None):
        return find(password if name == 'ci' else '', 'Invalid username/password.')

class Orders(APIView):
    authentication_classes = [Passwords if given['basic'] else Tokens]
    permission_classes = [IsAuthenticated]
    def get(self, request):
        return Response({'orders': [{'id': 7}]})

urlpatterns = [path('orders', Orders.as_view())]

${serveDjango}`;

export const authlibProtector: Middleware = {
  name: 'authlib-protector 1.2.0 in Flask',
  needs: [`${interpreter}:authlib`, `${interpreter}:flask`],
  claims: { grant_type: 'client_credentials' },
  start: started(authlib),
};
const fastapiNeeds = [`${interpreter}:fastapi`, `${interpreter}:uvicorn`, `${interpreter}:jose`];
/** One text for all that is wrong, as in its tutorial. */
export const fastapiTutorial: Middleware = {
  name: 'fastapi 0.92.0 with python-jose',
  needs: fastapiNeeds,
  start: started(fastapi, { telling: false }),
};
/** `detail=str(error)`. */
export const fastapiTelling: Middleware = { ...fastapiTutorial, start: started(fastapi, { telling: true }) };

const drfNeeds = [`${interpreter}:rest_framework`];
export const drfToken: Middleware = {
  name: 'drf-token 3.14.0',
  needs: drfNeeds,
  opaque: true,
  start: started(django, { basic: false }),
};
/** The password of `ci` is what stands for the token elsewhere. */
export const drfBasic: Middleware = {
  name: 'drf-basic 3.14.0',
  needs: drfNeeds,
  opaque: true,
  start: started(django, { basic: true }),
};
