/** Warden and rack-oauth2 on Rack, Crypt::JWT and Mojo::JWT in Mojolicious. */
import { generateKeyPairSync } from 'node:crypto';
import type { Fault } from '../servers/fault.ts';
import { audience, issuer } from '../servers/orders-app.ts';
import { type Given, mojolicious, ruby, runs } from './program.ts';

const written = 'after the rules';
const steps = [{ GET: '/orders' }];
const bearer = 'b3BhcXVlIGFjY2VzcyB0b2tlbg';

/** Given: `cookie` (attributes as text after the value), `page`: one without a session is shown the login page. */
const wardenApp = ruby(`
require 'json'
require 'rack'
require 'warden'
require 'webrick'
given = JSON.parse(ARGV[0])
SESSIONS = {}
# Rack's own session, whose cookie is written as it is given.
class Session
  def initialize(app, name, attributes)
    @app, @name, @attributes = app, name, attributes
  end
  def call(env)
    id = Rack::Utils.parse_cookies(env)[@name]
    session = env['rack.session'] = (SESSIONS[id] || {}).dup
    status, headers, body = @app.call(env)
    unless session.empty? || session == SESSIONS[id]
      id = rand.to_s[2..]
      SESSIONS[id] = session
      headers['Set-Cookie'] = "#{@name}=#{id}; #{@attributes}"
    end
    [status, headers, body]
  end
end
Warden::Strategies.add(:password) do
  def valid?
    params['username']
  end
  def authenticate!
    params['password'] == 'correct horse' ? success!(params['username']) : fail!('Invalid username or password.')
  end
end
def json(status, value)
  [status, { 'Content-Type' => 'application/json' }, [JSON.generate(value)]]
end
app = lambda do |env|
  warden = env['warden']
  if env['PATH_INFO'] == '/session'
    warden.authenticate!(:password)
    return json(201, { user: warden.user })
  end
  warden.authenticate!
  json(200, { orders: [{ id: 7 }] })
end
failure = lambda do |env|
  json(401, { error: env['warden'].message || 'You need to sign in before continuing.' })
end
stack = Rack::Builder.new do
  use Session, given['name'], given['cookie']
  use Warden::Manager do |config|
    config.default_strategies :password
    config.failure_app = failure
  end
  run app
end
Rack::Handler::WEBrick.run(stack.to_app, Host: '127.0.0.1', Port: given['port'],
  Logger: WEBrick::Log.new(File::NULL), AccessLog: [])
`);

/** Given: `tokens`: token to its scopes. */
const rackOauth = ruby(`
require 'json'
require 'rack'
require 'webrick'
require 'rack/oauth2'
given = JSON.parse(ARGV[0])
app = lambda do |env|
  token = env[Rack::OAuth2::Server::Resource::ACCESS_TOKEN]
  if token.nil?
    raise Rack::OAuth2::Server::Resource::Bearer::Unauthorized.new
  end
  unless token.include?(given['scope'])
    raise Rack::OAuth2::Server::Resource::Bearer::Forbidden.new(:insufficient_scope,
      'The request requires higher privileges than provided by the access token.', scope: [given['scope']])
  end
  [200, { 'Content-Type' => 'application/json' }, [JSON.generate({ orders: [{ id: 7 }] })]]
end
guarded = Rack::OAuth2::Server::Resource::Bearer.new(
  lambda do |env|
    begin
      app.call(env)
    rescue Rack::OAuth2::Server::Resource::Bearer::Unauthorized, Rack::OAuth2::Server::Resource::Bearer::Forbidden => error
      error.finish
    end
  end, 'Orders') do |request|
  given['tokens'][request.access_token] || request.invalid_token!
end
Rack::Handler::WEBrick.run(guarded, Host: '127.0.0.1', Port: given['port'],
  Logger: WEBrick::Log.new(File::NULL), AccessLog: [])
`);

const warden = {
  written,
  servers: ['Warden 1.2.8', 'Rack 2.2', 'WEBrick'],
  needs: ['/usr/bin/ruby', '/usr/share/doc/ruby-warden'],
  credential: 'none',
  steps: [
    {
      POST: '/session',
      writes: true,
      body: { form: { username: 'ci', password: '${secret.PASSWORD}' } },
      expect: { status: 201 },
    },
    { GET: '/orders' },
  ],
} as const;
function cookie(attributes: string, name = 'sid', origin = 'https'): Fault['front'] {
  const good = origin === 'https' ? 'Path=/; Secure; HttpOnly' : 'Path=/; HttpOnly';
  return runs(wardenApp, (_site, healed) => ({ name, cookie: healed ? good : attributes }));
}
const wardenFaults: readonly Fault[] = [
  {
    ...warden,
    id: 'warden/host-prefix-with-domain',
    causes: ['cookie-rejected'],
    decisive: ['__Host-sid'],
    secrets: async () => ({ PASSWORD: 'correct horse' }),
    open: true,
    front: cookie('Path=/; Secure; HttpOnly; Domain=example.test', '__Host-sid'),
  },
  {
    ...warden,
    id: 'warden/secure-over-http',
    causes: ['cookie-rejected', 'cookie-not-sent'],
    beside: ['cookie-rejected', 'cookie-not-sent'],
    decisive: ['Secure'],
    origins: { api: 'http://api.example.test' },
    secrets: async () => ({ PASSWORD: 'correct horse' }),
    front: cookie('Path=/; Secure; HttpOnly', 'sid', 'http'),
  },
  {
    ...warden,
    id: 'warden/path-of-the-login',
    causes: ['cookie-not-sent'],
    decisive: ['/session'],
    sibling: true,
    secrets: async () => ({ PASSWORD: 'correct horse' }),
    front: cookie('Path=/session; Secure; HttpOnly'),
  },
  {
    ...warden,
    id: 'warden/password-wrong',
    causes: ['password-wrong', 'user-unknown', 'user-disabled', 'account-locked', 'password-expired'],
    beside: ['password-wrong'],
    decisive: ['Invalid username or password'],
    secrets: async (_site, healed) => ({ PASSWORD: healed ? 'correct horse' : 'correct pony' }),
    front: cookie('Path=/; Secure; HttpOnly'),
  },
];

const oauth = {
  written,
  servers: ['rack-oauth2 1.21.3', 'Rack 2.2', 'WEBrick'],
  needs: ['/usr/bin/ruby', '/usr/share/doc/ruby-rack-oauth2'],
  steps,
} as const;
function scoped(faulty: Given): Fault['front'] {
  return runs(rackOauth, (_site, healed) => ({
    scope: 'orders:read',
    tokens: { [bearer]: ['orders:read'] },
    ...(healed ? {} : faulty),
  }));
}
const oauthFaults: readonly Fault[] = [
  {
    ...oauth,
    id: 'rack-oauth2/token-in-header-and-query',
    causes: ['credentials-duplicated'],
    decisive: ['access_token'],
    open: true,
    credentials: {
      again: { type: 'api_key', in: 'query', name: 'access_token', value: '${secret.READER_TOKEN}' },
    },
    credential: ['reader', 'again'],
    environment: (_site, healed) =>
      healed ? { credentials: { again: { in: 'header', name: 'x-trace', value: 'none' } } } : {},
    secrets: async () => ({ READER_TOKEN: bearer }),
    fields: ['x-trace'],
    front: scoped({}),
  },
  {
    ...oauth,
    id: 'rack-oauth2/insufficient-scope',
    causes: ['scope-missing'],
    decisive: ['orders:read'],
    sibling: true,
    secrets: async () => ({ READER_TOKEN: bearer }),
    front: scoped({ tokens: { [bearer]: ['orders:list'] } }),
  },
  {
    ...oauth,
    id: 'rack-oauth2/token-of-another-day',
    causes: [
      'token-unknown',
      'token-expired',
      'token-revoked',
      'session-expired',
      'user-disabled',
      'token-malformed',
      'environment-mixup',
      'token-invalid-unspecified',
    ],
    decisive: ['expired, revoked, malformed'],
    open: true,
    secrets: async () => ({ READER_TOKEN: bearer }),
    front: scoped({ tokens: {} }),
  },
];

const perlNeeds = ['/usr/bin/perl', '/usr/share/perl5/Mojolicious.pm'];
/** Given: `jwks`, `issuer`, `audience`. */
const cryptJwt = mojolicious(`
use Mojolicious::Lite -signatures;
use Mojo::JSON qw(decode_json);
use Crypt::JWT qw(decode_jwt);
my $given = decode_json $ENV{GIVEN};
app->log->level('fatal');
under sub ($c) {
  my ($token) = ($c->req->headers->authorization // '') =~ /^Bearer (.+)$/;
  unless ($token) {
    $c->res->headers->www_authenticate('Bearer');
    $c->render(json => { error => 'No token' }, status => 401);
    return undef;
  }
  eval { decode_jwt(token => $token, kid_keys => $given->{jwks}, accepted_alg => 'RS256', verify_iss => $given->{issuer},
    verify_aud => $given->{audience}, verify_exp => 1); 1 } and return 1;
  my $text = $@ =~ s/ at .*//sr;
  $c->render(json => { error => $text }, status => 401);
  return undef;
};
get '/orders' => sub ($c) { $c->render(json => { orders => [{ id => 7 }] }) };
app->start;
`);
/** Given: `pem`. */
const mojoJwt = mojolicious(`
use Mojolicious::Lite -signatures;
use Mojo::JSON qw(decode_json);
use Mojo::JWT;
my $given = decode_json $ENV{GIVEN};
app->log->level('fatal');
under sub ($c) {
  my ($token) = ($c->req->headers->authorization // '') =~ /^Bearer (.+)$/;
  my $claims = eval { Mojo::JWT->new(public => $given->{pem})->decode($token // '') };
  return 1 if $claims;
  my $text = $@ =~ s/ at .*//sr;
  $c->render(text => "401 - $text", status => 401);
  return undef;
};
get '/orders' => sub ($c) { $c->render(json => { orders => [{ id => 7 }] }) };
app->start;
`);
const crypt = {
  written,
  servers: ['Crypt::JWT 0.034', 'Mojolicious 9.31'],
  needs: [...perlNeeds, '/usr/share/perl5/Crypt/JWT.pm'],
  steps,
} as const;
const cryptFront = runs(cryptJwt, ({ app }) => ({ jwks: app.jwks, issuer, audience }));
const mojo = {
  written,
  servers: ['Mojo::JWT 0.09', 'Mojolicious 9.31'],
  needs: [...perlNeeds, '/usr/share/perl5/Mojo/JWT.pm'],
  steps,
} as const;
const future = 4_000_000_000;
const oldKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
  type: 'spki',
  format: 'pem',
});
const perlFaults: readonly Fault[] = [
  {
    ...crypt,
    id: 'crypt-jwt/expired',
    causes: ['token-expired'],
    decisive: ['exp claim check failed'],
    secrets: async ({ app }, healed) => ({
      READER_TOKEN: await app.token(healed ? {} : { lifetime: -1200 }),
    }),
    front: cryptFront,
  },
  {
    ...crypt,
    id: 'crypt-jwt/audience',
    causes: ['audience-mismatch'],
    decisive: ['https://stock.example.test'],
    open: true,
    secrets: async ({ app }, healed) => ({
      READER_TOKEN: await app.token(healed ? {} : { claims: { aud: 'https://stock.example.test' } }),
    }),
    front: cryptFront,
  },
  {
    ...crypt,
    id: 'crypt-jwt/key-withdrawn',
    causes: ['key-unknown'],
    decisive: ['k0'],
    secrets: async ({ app }, healed) => ({
      READER_TOKEN: await app.token(healed ? {} : { key: 'withdrawn' }),
    }),
    front: cryptFront,
  },
  {
    ...mojo,
    id: 'mojo-jwt/forged',
    causes: ['signature-invalid'],
    decisive: ['Failed RS validation'],
    secrets: async ({ app }, healed) => ({ READER_TOKEN: await app.token(healed ? {} : { key: 'forged' }) }),
    front: runs(mojoJwt, ({ app }) => ({ pem: app.publicPem })),
  },
  {
    ...mojo,
    id: 'mojo-jwt/not-yet-valid',
    causes: ['token-not-yet-valid'],
    decisive: ['nbf'],
    open: true,
    secrets: async ({ app }, healed) => ({
      READER_TOKEN: await app.token(healed ? {} : { claims: { nbf: future } }),
    }),
    front: runs(mojoJwt, ({ app }) => ({ pem: app.publicPem })),
  },
  {
    ...mojo,
    id: 'mojo-jwt/key-of-the-server-is-old',
    causes: ['signature-invalid', 'key-unknown', 'jwks-unavailable', 'alg-not-allowed'],
    decisive: ['Failed RS validation'],
    sibling: true,
    front: runs(mojoJwt, ({ app }, healed) => ({ pem: healed ? app.publicPem : oldKey })),
  },
];

export const rubyPerlFaults: readonly Fault[] = [...wardenFaults, ...oauthFaults, ...perlFaults];
