/** ruby-jwt in Sinatra, and a check by hand on the server that PHP has built in. */
import type { Middleware } from '../../jwt/middleware.ts';
import { type Program, pemKeys, startProgram } from './program.ts';

const sinatra: Program = {
  interpreter: '/usr/bin/ruby',
  file: 'app.rb',
  arguments: (file, _port, given) => [file, given],
  text: `
require 'json'
require 'net/http'
require 'jwt'
require 'webrick'
require 'sinatra/base'
given = JSON.parse(ARGV[0])
class App < Sinatra::Base
  set :environment, :production
  set :logging, false
  set :show_exceptions, false
  before do
    content_type :json
    given = settings.given
    token = request.env['HTTP_AUTHORIZATION'].to_s[/\\ABearer (.+)\\z/, 1]
    begin
      loader = ->(_options) { JSON.parse(Net::HTTP.get(URI(given['jwksUri'])), symbolize_names: true) }
      claims, = JWT.decode(token, nil, true, algorithms: [given['algorithm']], jwks: loader,
        iss: given['issuer'], verify_iss: true, aud: given['audience'], verify_aud: true, leeway: given['leeway'])
    rescue JWT::DecodeError => error
      halt 401, { error: error.message }.to_json
    end
    halt 403, { error: 'Forbidden' }.to_json if given['forbidden'].include?(claims['sub'])
  end
  get('/orders') { { orders: [{ id: 7 }] }.to_json }
end
App.set :given, given
App.run!(server: 'webrick', bind: '127.0.0.1', port: given['port'], quiet: true,
  server_settings: { Logger: WEBrick::Log.new(File::NULL), AccessLog: [] })
`,
};

const php: Program = {
  interpreter: '/usr/bin/php',
  file: 'app.php',
  arguments: (file, port) => ['-q', '-S', `127.0.0.1:${port}`, file],
  text: `<?php
$given = json_decode(getenv('GIVEN'), true);
function answer(int $status, array $body): never {
    http_response_code($status);
    header('Content-Type: application/json; charset=utf-8');
    echo json_encode($body);
    exit;
}
function refuse(int $status, string $message): never {
    answer($status, ['success' => false, 'message' => $message]);
}
function part(string $text): string {
    return (string) base64_decode(strtr($text, '-_', '+/'));
}
if (!preg_match('/^Bearer (.+)$/', $_SERVER['HTTP_AUTHORIZATION'] ?? '', $found)) {
    refuse(401, 'Authorization header missing');
}
$parts = explode('.', $found[1]);
if (count($parts) !== 3) refuse(401, 'Wrong number of segments');
[$head, $payload] = [json_decode(part($parts[0]), true), json_decode(part($parts[1]), true)];
if (!is_array($head) || !is_array($payload)) refuse(401, 'Token cannot be decoded');
if (($head['alg'] ?? '') !== $given['algorithm']) refuse(401, 'Algorithm not supported');
$key = $given['keys'][$head['kid'] ?? ''] ?? null;
if ($key === null) refuse(401, 'Unknown key');
if (openssl_verify("$parts[0].$parts[1]", part($parts[2]), $key, OPENSSL_ALGO_SHA256) !== 1) {
    refuse(401, 'Signature mismatch');
}
if (($payload['exp'] ?? 0) < time() + $given['skew']) refuse(401, 'Token is past its expiry');
if (($payload['iss'] ?? '') !== $given['issuer']) refuse(401, 'Token from a foreign issuer');
if (!in_array($given['audience'], (array) ($payload['aud'] ?? []), true)) refuse(401, 'Token not made for this API');
if (in_array($payload['sub'] ?? '', $given['forbidden'], true)) refuse(403, 'You cannot do this');
answer(200, ['orders' => [['id' => 7]]]);
`,
};

export const rubyJwt: Middleware = {
  name: 'ruby-jwt 2.5.0 in Sinatra',
  needs: [
    '/usr/bin/ruby',
    '/usr/share/rubygems-integration/all/gems/jwt-2.5.0',
    '/usr/share/rubygems-integration/all/gems/sinatra-3.0.5',
  ],
  start: (settings) => startProgram(sinatra, settings),
};
/** Keys are in its configuration. */
export const phpByHand: Middleware = {
  name: 'php-by-hand (PHP 8.2)',
  needs: ['/usr/bin/php'],
  start: async (settings) => startProgram(php, settings, { keys: await pemKeys(settings) }),
};
