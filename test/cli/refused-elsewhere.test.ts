/**
 * What a server refused once is not tried again under another name: of a credential, or of an environment that shares
 * that server and not all others; nor where the refusal broke off. By the log of the server.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createRelay } from 'node:net';
import { expect } from 'chai';
import { createAuthority } from '../support/certificates.ts';
import { why401 } from '../support/command.ts';
import { startOpenssl } from '../support/openssl-server.ts';

const password = '${secret.PASSWORD}';
const env = { PASSWORD: 'a-password-of-one-account' };
const form =
  '<form method=post action=/login><input name=username><input name=password type=password></form>';

describe('a refusal', () => {
  let server: Server;
  let port = 0;
  let log: string[] = [];
  before(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { method, headers, url: path = '' } = request;
      const token = /refresh_token=([\w-]+)/.exec(body)?.[1];
      const credential = headers.authorization?.split(' ')[0] ?? token ?? '';
      log.push(`${method} ${path.replace(/\?.*/, '')} ${credential}`.trim());
      const say = (status: number, members: object, more: object = {}): void => {
        response.writeHead(status, { 'content-type': 'application/json', ...more });
        response.end(JSON.stringify(members));
      };
      const access = { access_token: 'an-access-token', token_type: 'Bearer', expires_in: 3600 };
      if (path === '/rotating/token') say(200, { ...access, refresh_token: `after-${token}` });
      else if (path === '/client/token') say(401, { error: 'invalid_client' });
      else if (path === '/grant/token') say(400, { error: 'invalid_grant' });
      else if (path.startsWith('/basic')) say(401, {}, { 'www-authenticate': 'Basic realm="a"' });
      else if (path.startsWith('/cut')) {
        const status = Number(path.slice(5));
        response.writeHead(status, { 'www-authenticate': 'Basic realm="a"', 'content-length': '500' });
        response.write('the account is not known', () => response.socket?.destroy());
      } else if (path.startsWith('/digest') && headers.authorization?.includes('username="other"'))
        say(200, {});
      else if (path.startsWith('/digest'))
        say(401, {}, { 'www-authenticate': 'Digest realm="a", nonce="n", qop="auth", algorithm=SHA-256' });
      else if (path.startsWith('/login')) response.writeHead(200, { 'content-type': 'text/html' }).end(form);
      else say(200, {});
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Two environments that share `api`, and nothing else. */
  const overlapping = (): object => ({
    one: { origins: { api: `http://127.0.0.1:${port}` } },
    two: { origins: { api: `http://127.0.0.1:${port}`, more: `http://localhost:${port}` } },
  });
  /** Two environments with APIs of their own and one authorization server. */
  function issuing(place: string, client: object): object {
    const issuer = {
      issuer: `http://127.0.0.1:${port}/${place}`,
      discovery: 'none',
      metadata: {
        token_endpoint: `http://127.0.0.1:${port}/${place}/token`,
        authorization_endpoint: `http://127.0.0.1:${port}/login`,
      },
    };
    const redirect_uris = ['https://app.example.test/cb'];
    const web = { client_id: 'web', token_endpoint_auth_method: 'none', redirect_uris, ...client };
    const rest = { issuers: { main: issuer }, clients: { web } };
    return {
      eu: { origins: { api: `http://127.0.0.1:${port}` }, ...rest },
      us: { origins: { api: `http://localhost:${port}` }, ...rest },
    };
  }
  const login = [{ GET: 'api:/login' }, { submit: { fields: { username: 'ci', password } } }];
  const oauth2 = (asks: object): object => ({ type: 'oauth2', client: 'web', ...asks });

  /** What the server got, each credential used at `path` in each environment, sorted. */
  async function asked(environments: object, credentials: object, path: string): Promise<string[]> {
    log = [];
    const scenarios = Object.keys(credentials).map((credential): [string, string] => [
      `${credential}.yml`,
      JSON.stringify({ credential, steps: [{ GET: path }] }),
    ]);
    const files = {
      'why401.yml': JSON.stringify({ environments, credentials }),
      ...Object.fromEntries(scenarios),
    };
    const argv = ['run', '--no-experiments', '--jobs', '9', '--retries', '2'];
    const { code, stderr } = await why401(argv, { files, env });
    expect(code, stderr).to.be.oneOf([0, 1, 3]);
    return [...log].sort();
  }

  it('of a password counts under every name of the credential', async () => {
    const { one } = overlapping() as { one: object };
    const basic = { type: 'basic', username: 'ci', password };
    expect(await asked({ one }, { a: basic, b: basic }, '/basic')).to.deep.equal(['GET /basic Basic']);
    const digest = { type: 'digest', username: 'ci', password };
    const all = { a: digest, b: digest, c: { ...digest, username: 'other' } };
    // A password may be that of several accounts.
    expect((await asked({ one }, all, '/digest')).filter((line) => line.endsWith('Digest'))).to.deep.equal([
      'GET /digest Digest',
      'GET /digest Digest',
    ]);
  });

  it('of a password or a login counts in every environment that has the server', async () => {
    const basic = { type: 'basic', username: 'ci', password };
    expect(await asked(overlapping(), { basic }, '/basic')).to.deep.equal(['GET /basic Basic']);
    const session = { type: 'session', login };
    expect(await asked(overlapping(), { session }, '/')).to.deep.equal(['GET /login', 'POST /login']);
  });

  it('of a password does not count where only other servers are shared', async () => {
    const shared = `http://[::1]:${port}`;
    const environments = {
      one: { origins: { api: `http://127.0.0.1:${port}`, shared } },
      two: { origins: { api: `http://localhost:${port}`, shared } },
    };
    const basic = { type: 'basic', username: 'ci', password };
    expect(await asked(environments, { basic }, '/basic')).to.deep.equal([
      'GET /basic Basic',
      'GET /basic Basic',
    ]);
  });

  it('by an authorization server counts for every API', async () => {
    const secret = { token_endpoint_auth_method: 'client_secret_basic', client_secret: password };
    const client = oauth2({ grant_type: 'client_credentials' });
    expect(await asked(issuing('client', secret), { client }, '/')).to.deep.equal([
      'POST /client/token Basic',
    ]);
    const user = oauth2({ grant_type: 'password', username: 'ci', password });
    const more = { ...user, scope: 'more' };
    expect(await asked(issuing('grant', {}), { user, more }, '/')).to.deep.equal(['POST /grant/token']);
    const code = oauth2({ grant_type: 'authorization_code', login: login.slice(1) });
    expect(await asked(issuing('grant', {}), { code }, '/')).to.deep.equal(['GET /login', 'POST /login']);
  });

  it('counts where the answer breaks off: retries do not send the credential again', async () => {
    const { one } = overlapping() as { one: object };
    const basic = { type: 'basic', username: 'ci', password };
    const key = { type: 'api_key', in: 'header', name: 'x-key', value: password };
    expect(await asked({ one }, { basic }, '/cut/401')).to.deep.equal(['GET /cut/401 Basic']);
    expect(await asked({ one }, { key }, '/cut/403')).to.deep.equal(['GET /cut/403']);
    // Nothing was refused.
    expect(await asked({ one }, { basic }, '/cut/200')).to.deep.equal(Array(3).fill('GET /cut/200 Basic'));
  });

  it('of a client certificate counts: retries do not show it again', async function () {
    const [known, stranger] = [await createAuthority(), await createAuthority('Stranger')];
    const strict = await startOpenssl(await known.issue(['127.0.0.1']), known.ca);
    if (strict === null) return this.skip();
    let connections = 0;
    const relay = createRelay((near) => {
      connections += 1;
      const far = connect(Number(strict.address.split(':')[1]), '127.0.0.1');
      near.on('error', () => far.destroy()).pipe(far);
      far.on('error', () => near.destroy()).pipe(near);
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    try {
      const { cert, key } = await stranger.issue(['client']);
      const api = `https://127.0.0.1:${(relay.address() as AddressInfo).port}`;
      const tls = { ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem' };
      const files = {
        'why401.yml': JSON.stringify({ environments: { a: { origins: { api }, tls } } }),
        'a.yml': JSON.stringify({ steps: [{ GET: '/' }] }),
        ...{ 'ca.pem': known.ca, 'cert.pem': cert, 'key.pem': key },
      };
      const { stdout } = await why401(['run', '--no-experiments', '--retries', '2'], { files, env });
      expect([connections, stdout.includes('client-cert-invalid')]).to.deep.equal([1, true]);
    } finally {
      relay.close();
      strict.stop();
    }
  });

  it('of a password by a proxy counts for all that is behind it', async () => {
    const heard: string[] = [];
    const hear = (method: string, { headers }: IncomingMessage): string => {
      const [, pair = ''] = /^Basic (.*)/.exec(headers['proxy-authorization'] ?? '') ?? [];
      const [user = ''] = Buffer.from(pair, 'base64').toString().split(':');
      heard.push(`${method} ${user}`);
      return user;
    };
    const proxy = createServer((request, response) => {
      response.writeHead(hear('GET', request) === 'good' ? 200 : 407).end('{}');
    });
    proxy.on('connect', (request, socket) => {
      hear('CONNECT', request);
      socket.end('HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm="a"\r\nContent-Length: 0\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const through = (user: string, api: string): object => ({
      origins: { api },
      proxy: `http://${user}:${password}@127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    });
    const none = { one: { type: 'bearer', token: password }, two: { type: 'bearer', token: password } };
    try {
      const secure = {
        a: through('bad', 'https://a.example.test'),
        b: through('bad', 'https://b.example.test'),
      };
      await asked(secure, none, '/');
      expect(heard.splice(0)).to.deep.equal(['CONNECT bad']);
      const clear = {
        a: through('bad', 'http://a.example.test'),
        b: through('bad', 'http://b.example.test'),
        c: through('good', 'http://c.example.test'),
      };
      await asked(clear, none, '/');
      expect(heard.sort()).to.deep.equal(['GET bad', 'GET good', 'GET good']);
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  it('is not provoked: a refresh token that is good for one use is used once for every API', async () => {
    const refresh = oauth2({ grant_type: 'refresh_token', refresh_token: password });
    expect(await asked(issuing('rotating', {}), { refresh }, '/')).to.deep.equal([
      'GET / Bearer',
      'GET / Bearer',
      'POST /rotating/token a-password-of-one-account',
      'POST /rotating/token after-a-password-of-one-account',
    ]);
  });
});
