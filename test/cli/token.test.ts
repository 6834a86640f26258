import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { Clock } from '../../src/doors.ts';
import { closeServers, json, serve, type TestServer } from '../credential/support.ts';
import { type Ended, why401 } from '../support/command.ts';
import { expectGolden } from '../support/golden.ts';

const now = Date.UTC(2026, 10, 28, 16, 26, 40);
const clock: Clock = { now: () => now, monotonic: () => 0, sleep: async () => {} };
const env = { WEB_SECRET: 'web-secret-12345', LEGACY: 'correct horse' };

interface Answers {
  readonly token?: (origin: string, key: CryptoKey) => Promise<object>;
  readonly status?: number;
  readonly keys?: readonly JWK[];
}

const claims = (origin: string): object => ({
  iss: origin,
  sub: 'web',
  aud: ['https://api.example.test', 'https://app.example.test'],
  scope: 'orders:read',
  iat: now / 1000,
  nbf: now / 1000 - 60,
  exp: now / 1000 + 3600,
  roles: { admin: false, names: ['reader'] },
  note: 'two\nlines \u001b[31mred',
});

async function jwt(origin: string, key: CryptoKey, kid = 'signing-1'): Promise<string> {
  return new SignJWT({ ...claims(origin) })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
    .sign(key);
}

/** An authorization server whose clock is ours. */
async function server(answers: Answers = {}): Promise<TestServer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const published = answers.keys ?? [
    { ...(await exportJWK(publicKey)), kid: 'signing-1', alg: 'ES256', use: 'sig' },
  ];
  const made: TestServer = await serve(({ url }: IncomingMessage, response) => {
    const { origin } = made;
    response.setHeader('Date', new Date(now).toUTCString());
    if (url === '/.well-known/openid-configuration')
      return json(response, 200, {
        issuer: origin,
        token_endpoint: `${origin}/token`,
        jwks_uri: `${origin}/jwks`,
      });
    if (url === '/jwks') return json(response, 200, { keys: published });
    if (url !== '/token') return json(response, 404, {});
    const token = answers.token ?? (async () => ({ access_token: await jwt(origin, privateKey) }));
    return void token(origin, privateKey).then((answer) =>
      json(response, answers.status ?? 200, {
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'orders:read',
        ...answer,
      }),
    );
  });
  return made;
}

const project = (origin: string): string => `environments:
  staging:
    origins: {api: https://api.staging.example.test, app: https://app.staging.example.test}
    issuers: {main: "${origin}"}
    clients: {web: {client_id: web-staging, client_secret: "\${secret.WEB_SECRET}"}}
  production:
    extends: staging
credentials:
  reader: {type: oauth2, grant_type: client_credentials, client: web, scope: "orders:read orders:write"}
  legacy: {type: basic, username: ci, password: "\${secret.LEGACY}"}
  gateway: {type: api_key, in: query, name: key, value: "\${secret.LEGACY}"}
  fixed: {type: bearer, token: "\${secret.FIXED}"}
  tool: {type: command, command: ["${process.execPath}", -e, "process.exitCode = 7"]}
`;

interface Run extends Ended {
  readonly stable: string;
}
async function token(
  origin: string,
  argv: readonly string[],
  more: Record<string, string> = {},
): Promise<Run> {
  const files = { 'specs/why401.yml': project(origin) };
  const ended = await why401(['token', ...argv], { files, env: { ...env, ...more }, clock });
  const stable = ended.stdout.replaceAll(origin, 'http://127.0.0.1:PORT').replace(/\b\d+ ms\b/g, 'N ms');
  return { ...ended, stable };
}

describe('a token whose end no date can hold', () => {
  afterEach(closeServers);

  for (const expires_in of [0, 1e300, 9e15, '3600', '1'.repeat(300), -1, 'soon', null, {}]) {
    it(`is told of all the same: ${JSON.stringify(expires_in)?.slice(0, 12)}`, async () => {
      const { origin } = await server({ token: async () => ({ access_token: 'opaque-token', expires_in }) });
      for (const flags of [[], ['--json']]) {
        const ended = await why401(['token', 'reader', '--env', 'staging', ...flags], {
          files: { 'specs/why401.yml': project(origin) },
          env,
          clock,
        });
        const told =
          expires_in === -1 || expires_in === 'soon' || (typeof expires_in === 'object' && expires_in);
        expect([ended.code, ended.stderr]).to.deep.equal([told ? 1 : 0, '']);
      }
    });
  }
});

describe('why401 token', () => {
  afterEach(closeServers);

  it('gets a token, decodes it, and verifies its signature', async () => {
    const { origin, seen } = await server();
    const { code, stable, stderr } = await token(origin, ['reader', '--env', 'staging']);
    expect([code, stderr]).to.deep.equal([0, '']);
    expectGolden('token/verified.txt', stable);
    expect(seen.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      'GET /.well-known/openid-configuration',
      'POST /token',
      'GET /jwks',
    ]);
  });

  it('prints JSON, without the value', async () => {
    const { origin } = await server();
    const { code, stdout, stable } = await token(origin, ['reader', '--env', 'staging', '--json']);
    expect([code, Object.keys(JSON.parse(stdout) as object).includes('value')]).to.deep.equal([0, false]);
    expectGolden('token/verified.json', stable);
  });

  it('prints the token alone on stdout with --show', async () => {
    const { origin } = await server();
    const shown = await token(origin, ['reader', '--env', 'staging', '--show']);
    const [header = '', payload = ''] = shown.stdout.split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).to.deep.equal({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: 'signing-1',
    });
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).to.deep.equal(claims(origin));
    expect(shown.stdout).to.match(/^[\w.-]+\n$/);
    expect(shown.stderr).to.include('verified with the keys of').and.not.include(payload);
    const both = await token(origin, ['reader', '--env', 'staging', '--show', '--json']);
    expect((JSON.parse(both.stdout) as { value: string }).value.split('.')[1]).to.equal(payload);
  });

  const signed: Record<string, readonly [Answers, string]> = {
    'a wrong signature': [
      {
        token: async (origin, key) => {
          const whole = await jwt(origin, key);
          return {
            access_token: whole.replace(/[^.]+$/, (signature) => `${signature.slice(0, -8)}AAAAAAAA`),
          };
        },
      },
      'wrong signature: the key "signing-1" of http://127.0.0.1:PORT does not verify it',
    ],
    'a key that is not published': [
      { token: async (origin, key) => ({ access_token: await jwt(origin, key, 'other') }) },
      'unknown key: http://127.0.0.1:PORT publishes no key "other" that verifies it',
    ],
    'an opaque token': [
      { token: async () => ({ access_token: 'opaque-token-1' }) },
      'cannot be told: the token is opaque',
    ],
    'a shared secret': [
      {
        token: async (origin) => ({
          access_token: await new SignJWT({ iss: origin })
            .setProtectedHeader({ alg: 'HS256' })
            .sign(new TextEncoder().encode('a secret of at least 32 characters')),
        }),
      },
      'cannot be told: HS256 is made with a shared secret',
    ],
    'no signature': [
      { token: async () => ({ access_token: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ3ZWIifQ.' }) },
      'not signed (alg none)',
    ],
  };
  for (const [what, [answers, said]] of Object.entries(signed)) {
    it(`tells ${what}`, async () => {
      const { origin } = await server(answers);
      const { code, stable } = await token(origin, ['reader', '--env', 'staging']);
      const line = /^ {2}signed +(.*(?:\n {9}\S.*)*)/m.exec(stable)?.[1]?.replace(/\n +/g, ' ');
      expect([code, line]).to.deep.equal([0, said]);
    });
  }

  it('says why there is no token, exit 1', async () => {
    const answers = {
      status: 401,
      token: async () => ({ error: 'invalid_client', error_description: 'bad secret' }),
    };
    const { origin } = await server(answers);
    const { code, stable, stderr } = await token(origin, ['reader', '--env', 'staging']);
    expect([code, stderr]).to.deep.equal([1, '']);
    expectGolden('token/refused.txt', stable);
    const asJson = await token(origin, ['reader', '--env', 'staging', '--json', '--show']);
    const { status, token: none, failure, value } = JSON.parse(asJson.stable) as Record<string, unknown>;
    expect([asJson.code, status, none, failure, value]).to.deep.equal([
      1,
      'refused',
      null,
      {
        error: 'invalid_client',
        message:
          'The token endpoint (http://127.0.0.1:PORT/token) answered 401 with the error invalid_client: "bad secret".',
      },
      undefined,
    ]);
  });

  it('says that nobody answers, exit 3', async () => {
    const { origin } = await server();
    await closeServers();
    const { code, stable } = await token(origin, ['reader', '--env', 'staging']);
    expect(code).to.equal(3);
    expect(stable).to.include('ECONNREFUSED');
  });

  it('says why a program gave none, exit 3', async () => {
    const { code, stable } = await token('http://127.0.0.1:1', ['tool', '--env', 'staging']);
    expect([code, stable.replace(process.execPath, 'NODE').replace(/\s+/g, ' ')]).to.deep.equal([
      3,
      'tool staging command The program "NODE" of credential "tool" ended with exit code 7. ',
    ]);
  });

  it('tells what would be sent of credentials without a token', async () => {
    expect((await token('http://127.0.0.1:1', ['legacy', '--env', 'staging'])).stdout).to.equal(
      'legacy  staging  basic\n\n  sends  Authorization: Basic [secret:legacy]\n  to     https://api.staging.example.test, https://app.staging.example.test\n',
    );
    expect((await token('http://127.0.0.1:1', ['gateway', '--env', 'staging'])).stdout).to.include(
      '  sends  ?key=[secret:LEGACY]\n',
    );
    const shown = await token('http://127.0.0.1:1', ['legacy', '--env', 'staging', '--show']);
    expect([shown.code, shown.stdout, shown.stderr]).to.deep.equal([
      2,
      '',
      'Credential "legacy" is of type basic, which has no token.\n  fix  Leave --show away: what would be sent is told without it.\n',
    ]);
  });

  it('decodes a token that came from outside', async () => {
    const { origin } = await server();
    const exp = now / 1000 - 240;
    const FIXED = `eyJhbGciOiJFUzI1NiJ9.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.c2ln`;
    const { code, stable } = await token(origin, ['fixed', '--env', 'staging'], { FIXED });
    expect(code).to.equal(0);
    expect(stable).to.include('  lasts  2026-11-28T16:22:40Z, 4 min ago\n');
    expect(stable).to.include('Bearer [secret:FIXED]');
  });

  const wrong: Record<string, readonly [readonly string[], string]> = {
    'no environment where there are several': [
      ['reader'],
      'A credential belongs to one environment, and there are several.\n  fix  Say which: --env staging or --env production.\n',
    ],
    'an unknown environment': [
      ['reader', '--env', 'stagin'],
      'There is no environment "stagin".\n  fix  Did you mean "staging"?\n',
    ],
    'an unknown credential': [
      ['raeder', '--env', 'staging'],
      'There is no credential "raeder" in environment "staging".\n  fix  Did you mean "reader"?\n',
    ],
  };
  for (const [what, [argv, stderr]] of Object.entries(wrong)) {
    it(`takes ${what} for wrong input, exit 2`, async () => {
      const ended = await token('http://127.0.0.1:1', argv);
      expect([ended.code, ended.stdout, ended.stderr]).to.deep.equal([2, '', stderr]);
    });
  }

  it('has a help text', async () => {
    const { code, stdout } = await token('http://127.0.0.1:1', ['--help']);
    expect(code).to.equal(0);
    expectGolden('token/help.txt', stdout);
  });
});
