/** Applications with a login form, in other languages: PHP sessions, Sinatra with Warden, Flask sessions with a CSRF token. */
import type { Daemon } from './daemon.ts';
import { ann } from './oidc-server.ts';
import type { Origins } from './origins.ts';
import { serveProgram } from './program.ts';

export const phpNeeds: readonly string[] = ['/usr/bin/php'];
export const sinatraNeeds: readonly string[] = [
  '/usr/bin/ruby',
  '/usr/lib/ruby/vendor_ruby/warden.rb',
  '/usr/share/rubygems-integration/all/gems/sinatra-3.0.5',
];
export const flaskNeeds: readonly string[] = [
  '/usr/bin/python3',
  '/usr/lib/python3/dist-packages/flask',
  '/usr/lib/python3/dist-packages/itsdangerous',
];

/** Its own web server, session files in the folder; `/logout-all` ends the sessions. */
export function servePhp(origins: Origins, origin: string): Promise<Daemon> {
  return serveProgram(origins, origin, {
    name: 'php',
    program: '/usr/bin/php',
    args: ['-d', 'session.save_path={folder}', '-S', '127.0.0.1:{port}', '{folder}/router.php'],
    files: { 'router.php': php },
    env: { ANN: JSON.stringify(ann) },
  });
}

export function serveSinatra(origins: Origins, origin: string): Promise<Daemon> {
  return serveProgram(origins, origin, {
    name: 'sinatra',
    program: '/usr/bin/ruby',
    args: ['{folder}/app.rb', '{port}'],
    files: { 'app.rb': sinatra },
    env: { ANN: JSON.stringify(ann) },
  });
}

export function serveFlask(origins: Origins, origin: string): Promise<Daemon> {
  return serveProgram(origins, origin, {
    name: 'flask',
    program: '/usr/bin/python3',
    args: ['-B', '{folder}/app.py', '{given}'],
    files: { 'app.py': flask },
    given: { user: ann },
  });
}

const php = `<?php
$user = json_decode(getenv('ANN'), true);
session_set_cookie_params(['secure' => true, 'httponly' => true, 'samesite' => 'Lax']);
session_start();
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path === '/login.php') {
    $wrong = '';
    if ($_SERVER['REQUEST_METHOD'] === 'POST') {
        if (!hash_equals($_SESSION['token'] ?? '', $_POST['token'] ?? '')) { http_response_code(403); exit('Invalid CSRF token'); }
        if ($_POST['user'] === $user['name'] && $_POST['pass'] === $user['password']) {
            session_regenerate_id(true);
            $_SESSION['user'] = $user['name'];
            header('Location: index.php', true, 302);
            exit;
        }
        $wrong = '<div class="alert alert-danger">Benutzername oder Passwort falsch!</div>';
    }
    $_SESSION['token'] = bin2hex(random_bytes(16));
    header('Content-Type: text/html; charset=iso-8859-1');
    exit("<html><title>Anmeldung</title><body>$wrong<form method='post' action='login.php'>"
        . "<input type='hidden' name='token' value='$_SESSION[token]'><input name='user'><input type='password' name='pass'>"
        . "<input type='submit' name='go' value='Anmelden'></form></body></html>");
}
if ($path === '/logout-all') {
    foreach (glob(ini_get('session.save_path') . '/sess_*') as $file) if (!str_contains($file, session_id())) unlink($file);
    exit('done');
}
if (!isset($_SESSION['user'])) { header('Location: /login.php'); exit; }
header('Content-Type: application/json');
echo json_encode(['user' => $_SESSION['user']]);
`;

const sinatra = `require 'sinatra/base'
require 'warden'
require 'json'
USER = JSON.parse(ENV['ANN'])
Warden::Manager.serialize_into_session { |user| user }
Warden::Manager.serialize_from_session { |user| user }
Warden::Strategies.add(:password) do
  def valid?
    params['session'].is_a?(Hash)
  end
  def authenticate!
    given = params['session']
    if given['email'] == USER['name'] && given['password'] == USER['password']
      success!(USER['name'])
    else
      fail!('Invalid email or password.')
    end
  end
end
class App < Sinatra::Base
  set :environment, :production
  set :logging, false
  set :show_exceptions, false
  set :host_authorization, {}
  use Rack::Session::Cookie, key: 'rack.session', secret: 'for tests only' * 8, secure: true, httponly: true
  use Rack::Protection::AuthenticityToken
  use Warden::Manager do |config|
    config.default_strategies :password
    config.failure_app = self
  end
  helpers do
    def form
      token = Rack::Protection::AuthenticityToken.token(session)
      "<!doctype html><html><head><title>Sign in</title></head><body>#{"<p role='alert'>#{env['warden'].message}</p>" if env['warden'].message}" \\
      "<form action='/sessions' method='post'><input type='hidden' name='authenticity_token' value='#{token}'>" \\
      "<input name='session[email]'><input name='session[password]' type='password'>" \\
      "<input type='hidden' name='session[remember_me]' value='0'><input type='checkbox' name='session[remember_me]' value='1'>" \\
      "<button name='commit'>Log in</button></form></body></html>"
    end
  end
  get('/login') { form }
  post '/sessions' do
    env['warden'].authenticate!
    redirect '/welcome', 303
  end
  post '/unauthenticated' do
    status 422
    form
  end
  get '/unauthenticated' do
    env['REQUEST_PATH'] == '/sessions' ? form : redirect('/login')
  end
  get '/welcome' do
    env['warden'].authenticate!
    "<p>Hello #{env['warden'].user}</p>"
  end
  get '/api/me' do
    halt 401, { 'Content-Type' => 'application/json' }, '{"error":"You need to sign in or sign up before continuing."}' unless env['warden'].authenticated?
    content_type :json
    { user: env['warden'].user }.to_json
  end
end
require 'webrick'
require 'rack/handler/webrick'
Rack::Handler::WEBrick.run(App, Host: '127.0.0.1', Port: ARGV[0].to_i, AccessLog: [], Logger: WEBrick::Log.new(File::NULL))
`;

const flask = `
import json, logging, secrets, sys
from flask import Flask, abort, flash, get_flashed_messages, jsonify, redirect, request, session
from itsdangerous import URLSafeTimedSerializer
from werkzeug.middleware.proxy_fix import ProxyFix
given = json.loads(sys.argv[1])
logging.getLogger('werkzeug').disabled = True
app = Flask(__name__)
app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1)
app.config.update(SECRET_KEY='for tests only', SESSION_COOKIE_SECURE=True, SESSION_COOKIE_SAMESITE='Lax')
signer = URLSafeTimedSerializer(app.secret_key)
generation = {'now': 0}

def token():
    session.setdefault('csrf', secrets.token_hex(20))
    return signer.dumps(session['csrf'])

def check():
    try:
        assert signer.loads(request.form.get('csrf_token') or request.headers.get('X-CSRFToken') or '') == session['csrf']
    except Exception:
        abort(400, 'The CSRF session token is missing.' if 'csrf' not in session else 'The CSRF token is missing.')
    # As Flask-WTF does it.
    if request.is_secure and not (request.referrer or '').startswith(request.host_url):
        abort(400, 'The referrer does not match the host.')

@app.route('/login', methods=['GET', 'POST'])
def login():
    if request.method == 'POST':
        check()
        if (request.form['email'], request.form['password']) == (given['user']['name'], given['user']['password']):
            session['user'] = request.form['email']
            session['generation'] = generation['now']
            return redirect(request.args.get('next') or '/')
        flash('Please check your login details and try again.')
        return redirect(request.full_path)
    notes = ''.join(f'<div class="notification is-danger">{each}</div>' for each in get_flashed_messages())
    return (f'<!doctype html><title>Login</title>{notes}<form method="POST" action=""><input type="hidden" name="csrf_token" value="{token()}">'
            '<input type="email" name="email"><input type="password" name="password">'
            '<label><input type="checkbox" name="remember" checked> Remember me</label><button>Login</button></form>')

def user():
    return session.get('user') if session.get('generation') == generation['now'] else None

@app.get('/')
def index():
    return f'<meta name="csrf-token" content="{token()}"><p>Hello {user()}</p>'

@app.route('/api/orders', methods=['GET', 'POST'])
def orders():
    if not user():
        return redirect('/login?next=/api/orders')
    if request.method == 'POST':
        check()
    return jsonify(user=user())

@app.post('/end')
def end():
    generation['now'] += 1
    return jsonify(ended=True)

app.run(host='127.0.0.1', port=given['port'], threaded=True)
`;
