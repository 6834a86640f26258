/** Sinatra, PHP's own server and Mojolicious: absolute redirects, and cookies of sessions. */
import { mojolicious, type Program, ruby } from '../mixed-after/program.ts';

/** Given: `session` (options of Rack::Session::Cookie), `target` (of the redirect from /orders; null: none). */
export const sinatra: Program = ruby(`
require 'json'
require 'webrick'
require 'sinatra/base'
GIVEN = JSON.parse(ARGV[0])
class Orders < Sinatra::Base
  set :server, 'webrick'
  set :port, GIVEN['port']
  set :bind, '127.0.0.1'
  set :logging, false
  set :quiet, true
  set :host_authorization, {}
  set :protection, false
  set :server_settings, { AccessLog: [], Logger: WEBrick::Log.new(File::NULL) }
  use Rack::Session::Cookie, { secret: 'for tests only ' * 6 }.merge((GIVEN['session'] || {}).transform_keys(&:to_sym))
  post '/login' do
    halt 401, 'Not logged in' unless params['password'] == 'correct horse battery'
    session['user'] = params['username']
    status 204
  end
  get '/orders' do
    redirect GIVEN['target'] if GIVEN['target']
    list
  end
  get '/orders/list' do
    list
  end
  def list
    known = session['user'] == 'ann' || request.env['HTTP_AUTHORIZATION'] == "Bearer #{GIVEN['token']}"
    halt 401, 'Not logged in' unless known
    content_type :json
    JSON.generate(orders: [{ id: 7 }])
  end
  run!
end
`);
export const sinatraNeeds: readonly string[] = [
  '/usr/bin/ruby',
  '/usr/share/doc/ruby-sinatra',
  '/usr/share/doc/ruby-webrick',
];

/** Given: `cookie` (options of session_set_cookie_params), `canonical` (redirects), `refresh` (a page without a session), `words` (of the refusal), `forgets` (the login removes a cookie), `lost` (sessions). */
export const php: Program = {
  interpreter: '/bin/sh',
  file: 'start.sh',
  text: `cat > "$(dirname "$0")/router.php" <<'PHP'
<?php
$given = json_decode(getenv('GIVEN'), true);
session_save_path(__DIR__);
if (!empty($given["cookie"])) session_set_cookie_params($given["cookie"]);
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$secure = ($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '') === 'https' && ($given['forwarded'] ?? false);
function reply($status, $value) {
    http_response_code($status);
    header('Content-Type: application/json');
    echo json_encode($value);
}
if ($path === '/login' && $_SERVER['REQUEST_METHOD'] === 'POST') {
    if (($_POST['password'] ?? '') !== 'correct horse battery') {
        reply(401, ['error' => 'unauthorized']);
        return;
    }
    session_start();
    if ($given['forgets'] ?? false) setcookie('remember', '', 1);
    $_SESSION['user'] = $_POST['username'];
    reply(200, ['user' => $_SESSION['user']]);
    return;
}
if ($path === '/login') {
    echo '<!doctype html><title>Log in</title><form method="post" action="/login"><input name="username"><input type="password" name="password"></form>';
    return;
}
if ($path === '/orders' && ($given['canonical'] ?? false)) {
    header('Location: ' . ($secure ? 'https://' : 'http://') . $_SERVER['HTTP_HOST'] . '/index.php/orders', true, 302);
    return;
}
session_start();
$token = $_SERVER['HTTP_AUTHORIZATION'] ?? '';
if ((($_SESSION['user'] ?? '') === 'ann' && !($given['lost'] ?? false)) || $token === 'Bearer ' . $given['token']) {
    reply(200, ['orders' => [['id' => 7]]]);
} elseif ($given['refresh'] ?? false) {
    echo '<!doctype html><html><head><meta http-equiv="refresh" content="0; url=/login"><title>Please wait</title></head><body></body></html>';
} else {
    reply(401, ['message' => $given['words'] ?? 'unauthorized']);
}
PHP
exec /usr/bin/php -S "127.0.0.1:$1" "$(dirname "$0")/router.php"
`,
  arguments: (port) => [String(port)],
};
export const phpNeeds: readonly string[] = ['/usr/bin/php'];

/** Given: `secure`, `domain`, `path` of the session's cookie, `lands` (redirects to), `refresh`. */
export const mojo: Program = mojolicious(`
use Mojolicious::Lite -signatures;
use Mojo::JSON qw(decode_json);
my $given = decode_json($ENV{GIVEN});
app->secrets(['for tests only']);
app->log->level('fatal');
app->sessions->secure(1) if $given->{secure};
app->sessions->cookie_domain($given->{domain}) if $given->{domain};
app->sessions->cookie_path($given->{path}) if $given->{path};
app->sessions->default_expiration($given->{lasts}) if $given->{lasts};
app->sessions->samesite($given->{samesite}) if $given->{samesite};
post '/login' => sub ($c) {
  return $c->render(json => {error => 'denied'}, status => 401) unless $c->param('password') eq 'correct horse battery';
  $c->session(user => $c->param('username'));
  $c->redirect_to('/');
};
sub list ($c) {
  my $token = $c->req->headers->authorization // '';
  return $c->render(json => {error => 'denied'}, status => 401)
    unless ($c->session('user') // '') eq 'ann' || $token eq "Bearer $given->{token}";
  return $c->render(json => {orders => [{id => 7}]});
}
get '/orders' => sub ($c) {
  return $c->redirect_to($c->url_for('/orders/all')->to_abs) if $given->{lands};
  if ($given->{refresh}) {
    $c->res->headers->header(Refresh => '0; url=/signin');
    return $c->render(text => '<!doctype html><title>One moment</title>');
  }
  list($c);
};
any '/orders/all' => \\&list;
post '/orders' => sub ($c) {
  return $c->redirect_to('/orders/all') if $given->{lands};
  $c->render(json => {id => 8}, status => 201);
};
app->start;
`);
export const mojoNeeds: readonly string[] = ['/usr/bin/perl', '/usr/share/perl5/Mojolicious.pm'];
