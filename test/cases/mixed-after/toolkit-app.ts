/** Django OAuth Toolkit: token endpoint, and a resource behind its class for Django REST framework. */

import { serveDjango } from '../../support/wsgi.ts';
import { type Program, python } from './program.ts';

/**
 * Given: `clients` (fields of an application), `tokens` (`token`, `life` in seconds from now, `scope`), `named`: a
 * refusal names the scopes that are needed, `forbidden`: clients that may not read, `ends`: after the first request that
 * is served, what was issued is no longer good, `refresh`: a refresh token of a user.
 */
export const toolkit: Program = python(`
import datetime, json, logging, sys
from wsgiref.simple_server import WSGIRequestHandler, make_server
import django
from django.conf import settings
given = json.loads(sys.argv[1])
apps = ['auth', 'contenttypes', 'sessions']
settings.configure(
    DEBUG=False, SECRET_KEY='for tests only', ALLOWED_HOSTS=['*'], ROOT_URLCONF=__name__, LOGGING_CONFIG=None,
    USE_TZ=True, DEFAULT_AUTO_FIELD='django.db.models.AutoField', LOGIN_URL='/login/',
    DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}},
    INSTALLED_APPS=['django.contrib.' + app for app in apps] + ['oauth2_provider', 'rest_framework'],
    MIDDLEWARE=['django.middleware.common.CommonMiddleware',
                'django.contrib.sessions.middleware.SessionMiddleware',
                'django.contrib.auth.middleware.AuthenticationMiddleware'],
    MIGRATION_MODULES={app: None for app in apps + ['oauth2_provider']},
    TEMPLATES=[{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True}],
    OAUTH2_PROVIDER={'SCOPES': {'orders:read': 'read', 'orders:write': 'write', 'stock:read': 'stock'},
                     'DEFAULT_SCOPES': ['orders:read'], 'ERROR_RESPONSE_WITH_SCOPES': given['named']},
    REST_FRAMEWORK={'DEFAULT_RENDERER_CLASSES': ['rest_framework.renderers.JSONRenderer'],
                    'DEFAULT_AUTHENTICATION_CLASSES':
                        ['oauth2_provider.contrib.rest_framework.OAuth2Authentication']},
)
django.setup()
logging.disable(logging.CRITICAL)
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import include, path
from django.utils import timezone
from oauth2_provider.contrib.rest_framework import TokenHasScope
from oauth2_provider.models import AccessToken, Application, RefreshToken
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.views import APIView
call_command('migrate', run_syncdb=True, verbosity=0)
for client in given['clients']:
    Application.objects.create(client_type='confidential', skip_authorization=True, **client)
for each in given['tokens']:
    AccessToken.objects.create(token=each['token'], scope=each['scope'], application=Application.objects.first(),
        expires=timezone.now() + datetime.timedelta(seconds=each['life']))

if 'refresh' in given:
    user = User.objects.create(username='ann')
    RefreshToken.objects.create(user=user, token=given['refresh'], application=Application.objects.first(),
        access_token=AccessToken.objects.create(token='old', scope='orders:read', user=user,
            application=Application.objects.first(), expires=timezone.now()))

class Allowed(BasePermission):
    def has_permission(self, request, view):
        return request.auth is not None and request.auth.application.client_id not in given['forbidden']

class Orders(APIView):
    permission_classes = [TokenHasScope, Allowed]
    required_scopes = ['orders:read']
    def get(self, request):
        # Somebody ends all that was issued, once.
        if given['ends']:
            AccessToken.objects.all().delete()
            given['ends'] = False
        return Response({'orders': [{'id': 7}]})

class Archive(Orders):
    required_scopes = ['orders:read', 'orders:write']

def login(request):
    return HttpResponse('<!doctype html><title>Log in</title><form method="post"><input name="username">'
                        '<input type="password" name="password"></form>')

urlpatterns = [path('o/', include('oauth2_provider.urls', namespace='oauth2_provider')), path('login/', login),
               path('orders', Orders.as_view()), path('archive', Archive.as_view())]

${serveDjango}`);
export const toolkitNeeds: readonly string[] = [
  '/usr/bin/python3:oauth2_provider',
  '/usr/bin/python3:rest_framework',
];
