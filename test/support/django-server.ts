/** Django (Debian packages) with its admin, Django OAuth Toolkit as authorization server, and an API behind either. */
import type { Daemon } from './daemon.ts';
import { ann } from './oidc-server.ts';
import type { Origins } from './origins.ts';
import { type ProgramOptions, serveProgram } from './program.ts';
import { serveDjango } from './wsgi.ts';

export const djangoNeeds: readonly string[] = [
  '/usr/bin/python3',
  '/usr/lib/python3/dist-packages/django',
  '/usr/lib/python3/dist-packages/oauth2_provider',
  '/usr/lib/python3/dist-packages/rest_framework',
];

/** Fields of an application of the toolkit. */
export interface DjangoClient {
  readonly client_id: string;
  readonly client_secret: string;
  readonly client_type: 'confidential' | 'public';
  readonly authorization_grant_type:
    | 'authorization-code'
    | 'client-credentials'
    | 'password'
    | 'openid-hybrid';
  readonly redirect_uris?: string;
  readonly skip_authorization?: boolean;
  readonly algorithm?: 'RS256' | 'HS256';
}
export interface DjangoOptions {
  readonly clients?: readonly DjangoClient[];
  /** Settings of OAUTH2_PROVIDER, as JSON. */
  readonly oauth2?: Readonly<Record<string, unknown>>;
}

export function serveDjangoServer(origins: Origins, origin: string, options: DjangoOptions): Promise<Daemon> {
  return serveProgram(origins, origin, djangoProgram(origin, options));
}

export function djangoProgram(origin: string, options: DjangoOptions): ProgramOptions {
  return {
    name: 'django',
    program: '/usr/bin/python3',
    args: ['-B', '{folder}/server.py', '{given}'],
    files: { 'server.py': program },
    given: { clients: [], oauth2: {}, user: ann, origin, ...options },
  };
}

const program = `
import json, logging, sys
from wsgiref.simple_server import WSGIRequestHandler, make_server
import django
from django.conf import settings
given = json.loads(sys.argv[1])
apps = ['auth', 'contenttypes', 'sessions', 'messages', 'admin']
middleware = ['django.middleware.security.SecurityMiddleware', 'django.contrib.sessions.middleware.SessionMiddleware',
    'django.middleware.common.CommonMiddleware', 'django.middleware.csrf.CsrfViewMiddleware',
    'django.contrib.auth.middleware.AuthenticationMiddleware', 'django.contrib.messages.middleware.MessageMiddleware',
    'django.middleware.clickjacking.XFrameOptionsMiddleware']
settings.configure(
    DEBUG=False, SECRET_KEY='for tests only, and long enough for HS256', ALLOWED_HOSTS=['*'], ROOT_URLCONF=__name__,
    LOGGING_CONFIG=None, USE_TZ=True, DEFAULT_AUTO_FIELD='django.db.models.AutoField', LOGIN_URL='/admin/login/',
    DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}, STATIC_URL='/static/',
    SECURE_PROXY_SSL_HEADER=('HTTP_X_FORWARDED_PROTO', 'https'), SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True,
    PASSWORD_HASHERS=['django.contrib.auth.hashers.MD5PasswordHasher'],
    INSTALLED_APPS=['django.contrib.' + app for app in apps] + ['oauth2_provider', 'rest_framework'],
    MIDDLEWARE=middleware, MIGRATION_MODULES={app: None for app in apps + ['oauth2_provider']},
    TEMPLATES=[{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True, 'OPTIONS': {
        'context_processors': ['django.template.context_processors.request',
            'django.contrib.auth.context_processors.auth', 'django.contrib.messages.context_processors.messages']}}],
    OAUTH2_PROVIDER={'SCOPES': {'openid': 'who you are', 'orders:read': 'read', 'orders:write': 'write'},
                     'DEFAULT_SCOPES': ['orders:read'], **given['oauth2']},
    REST_FRAMEWORK={'DEFAULT_RENDERER_CLASSES': ['rest_framework.renderers.JSONRenderer'],
                    'DEFAULT_AUTHENTICATION_CLASSES': ['oauth2_provider.contrib.rest_framework.OAuth2Authentication',
                                                       'rest_framework.authentication.SessionAuthentication']},
)
django.setup()
logging.disable(logging.CRITICAL)
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path
from oauth2_provider.contrib.rest_framework import TokenHasScope
from oauth2_provider.models import AccessToken, Application
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView
call_command('migrate', run_syncdb=True, verbosity=0)
User.objects.create_superuser(given['user']['name'], 'ann@example.test', given['user']['password'])
for client in given['clients']:
    Application.objects.create(**client)

class Orders(APIView):
    permission_classes = [TokenHasScope]
    required_scopes = ['orders:read']
    def get(self, request):
        return Response({'orders': [{'id': 7}], 'user': getattr(request.user, 'username', None)})
    def post(self, request):
        # Whatever was issued is over.
        AccessToken.objects.all().delete()
        return Response({})

class Notes(APIView):
    permission_classes = [IsAuthenticated]
    def get(self, request):
        return Response({'user': request.user.username})
    def post(self, request):
        return Response({'user': request.user.username}, status=201)

urlpatterns = [path('o/', include('oauth2_provider.urls', namespace='oauth2_provider')), path('admin/', admin.site.urls),
               path('orders', Orders.as_view()), path('notes', Notes.as_view())]

${serveDjango}`;
