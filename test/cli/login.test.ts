import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { interactionPolicy } from 'oidc-provider';
import { open } from '../../src/cli/vault-box.ts';
import type { Clock } from '../../src/doors.ts';
import { closeServers, json, serve, serveRaw } from '../credential/support.ts';
import { logIn } from '../support/browser.ts';
import { type Ended, why401 } from '../support/command.ts';
import { expectGolden } from '../support/golden.ts';
import { createOidc, type OidcServer } from '../support/oidc-server.ts';
import { systemClock } from '../support/origins.ts';

const key = 'ab'.repeat(32);

/** Consent is given beforehand, to programs on a person's machine as well. */
function policy(): interactionPolicy.DefaultPolicy {
  const base = interactionPolicy.base();
  base.get('consent')?.checks.remove('native_client_prompt');
  return base;
}

function project(
  issuer: string,
  credential = 'grant_type: authorization_code, store: true',
  uris = 'http://127.0.0.1/callback',
): string {
  return `environments:
  staging:
    origins: {api: https://api.staging.example.test}
    issuers: {main: "${issuer}"}
    clients: {cli: {client_id: cli, redirect_uris: ["https://app.example.test/cb", "${uris}"]}}
credentials:
  ann: {type: oauth2, client: cli, scope: "openid offline_access orders:read", ${credential}}
  legacy: {type: basic, username: ci, password: "${'$'}{secret.LEGACY:-none}"}
`;
}

describe('why401 login', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'why401-login-'));
  });
  afterEach(async () => {
    await closeServers();
    rmSync(home, { recursive: true, force: true });
  });

  interface Given {
    readonly argv?: readonly string[];
    readonly heard?: (text: string) => void;
    readonly clock?: Clock;
    readonly signal?: AbortSignal;
  }
  const run = (files: string, given: Given = {}): Promise<Ended> =>
    why401(['login', 'ann', ...(given.argv ?? [])], {
      ...given,
      files: { 'specs/why401.yml': files },
      env: { HOME: home, WHY401_VAULT_KEY: key },
    });

  /** What is in the vault. */
  function kept(): Record<string, string> {
    const text = readFileSync(join(home, '.local/state/why401/vault.json'), 'utf8');
    const found = open(text, Buffer.from(key, 'hex'));
    if (!('entries' in found)) throw new Error(found.problem);
    return Object.fromEntries(found.entries);
  }

  async function oidc(): Promise<{
    readonly origin: string;
    readonly seen: readonly string[];
    readonly server: OidcServer;
  }> {
    let server: OidcServer | null = null;
    const { origin, seen } = await serveRaw(() => (request, response) => server?.listener(request, response));
    server = await createOidc({
      issuer: origin,
      clients: [
        {
          client_id: 'cli',
          application_type: 'native',
          token_endpoint_auth_method: 'none',
          grant_types: [
            'authorization_code',
            'refresh_token',
            'urn:ietf:params:oauth:grant-type:device_code',
          ],
          response_types: ['code'],
          redirect_uris: ['http://127.0.0.1/callback'],
        },
      ],
      configuration: {
        features: { deviceFlow: { enabled: true } },
        interactions: { policy: policy(), url: (_context, { uid }) => `/interaction/${uid}` },
      },
    });
    return { origin, seen, server };
  }

  /** A person who opens what is printed. */
  function person(pattern: RegExp) {
    let all = '';
    let went: ReturnType<typeof logIn> | null = null;
    return {
      heard(text: string) {
        all += text;
        const url = pattern.exec(all)?.[0];
        if (url !== undefined && went === null) went = logIn(url);
      },
      page: async () => went,
    };
  }

  it('sends a person to the authorization server, and keeps the refresh token encrypted', async () => {
    const { origin, seen, server } = await oidc();
    const { heard, page } = person(/http:\S+response_type=\S+(?=\n)/);
    const { code, stdout, stderr } = await run(project(origin), { heard });
    expect([code, stderr]).to.deep.equal([0, '']);
    const stable = stdout
      .replaceAll(origin, 'http://127.0.0.1:PORT')
      .replace(/(?<=state=|nonce=|code_challenge=)[\w-]{22,43}/g, 'RANDOM')
      .replace(/127\.0\.0\.1(:|%3A)\d+/g, '127.0.0.1$1PORT')
      .replaceAll(home, '~');
    expectGolden('login/stored.txt', stable);
    expect(await page()).to.deep.include({ status: 200 });
    expect((await page())?.text).to.equal(
      '<!doctype html><meta charset="utf-8"><title>why401</title><p>why401 has the answer. Go back to the terminal; this window can be closed.</p>\n',
    );
    const [[name = '', token = ''] = []] = Object.entries(kept());
    expect(JSON.parse(name)).to.deep.equal([origin, 'cli', 'staging', 'ann']);
    expect(await server.provider.RefreshToken.find(token)).to.include({ clientId: 'cli', accountId: 'ann' });
    expect(stdout + stderr).to.not.include(token);
    expect(seen.filter((each) => each.startsWith('POST /token'))).to.deep.equal(['POST /token']);
  });

  it('lets a person confirm a code on another device', async () => {
    const { origin, server } = await oidc();
    let asked: ReturnType<typeof logIn> | null = null;
    let all = '';
    const heard = (text: string): void => {
      all += text;
    };
    const waits: number[] = [];
    // The person is done while the program waits for the first time.
    const clock: Clock = {
      ...systemClock,
      async sleep(ms, signal) {
        if (ms >= 300_000) return systemClock.sleep(ms, signal);
        waits.push(ms);
        asked ??= logIn(/http:\S+user_code=\S+/.exec(all)?.[0] ?? '');
        await asked;
      },
    };
    const { code, stdout, stderr } = await run(project(origin), { argv: ['--device'], heard, clock });
    expect([code, stderr]).to.deep.equal([0, '']);
    const stable = stdout
      .replaceAll(origin, 'http://127.0.0.1:PORT')
      .replace(/[A-Z]{4}-[A-Z]{4}/g, 'AAAA-AAAA')
      .replaceAll(home, '~');
    expectGolden('login/device.txt', stable);
    expect(waits).to.deep.equal([5000]);
    const [token = ''] = Object.values(kept());
    expect(await server.provider.RefreshToken.find(token)).to.include({ clientId: 'cli', accountId: 'ann' });
  });

  describe('with an authorization server of our own', () => {
    /** Metadata, and what the other endpoints answer. */
    async function authorizationServer(
      answers: Record<string, () => readonly [number, unknown]> = {},
      more: (origin: string) => object = () => ({}),
    ) {
      const made = await serve(({ url = '' }, response) => {
        const { origin } = made;
        const endpoints = {
          issuer: origin,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
          device_authorization_endpoint: `${origin}/device`,
          ...more(origin),
        };
        const [status, answer] = answers[url]?.() ?? [200, endpoints];
        json(response, status, answer);
      });
      return made;
    }
    const good = (): readonly [number, unknown] => [
      200,
      { access_token: 'access-token-1', token_type: 'Bearer', refresh_token: 'refresh-token-1' },
    ];

    /** Goes to the redirect URI as the printed address says, with these parameters. */
    function comesBack(...answers: ((asked: URLSearchParams) => Record<string, string>)[]) {
      const got: number[] = [];
      let gone = false;
      const go = async (url: URL): Promise<void> => {
        for (const answer of answers) {
          const back = new URL(url.searchParams.get('redirect_uri') ?? '');
          back.search = new URLSearchParams(answer(url.searchParams)).toString();
          got.push((await fetch(back)).status);
        }
      };
      return {
        got,
        heard(text: string) {
          const url = /http:\S+response_type=\S+/.exec(text)?.[0];
          if (url === undefined || gone) return;
          gone = true;
          void go(new URL(url));
        },
      };
    }
    const state = (asked: URLSearchParams): string => asked.get('state') ?? '';
    const say = (ended: Ended, origin: string): readonly [number, string] => [
      ended.code,
      ended.stderr.replaceAll(origin, 'ISSUER').trim(),
    ];

    it('sends the code with its verifier, once', async () => {
      const server = await authorizationServer({ '/token': good });
      let challenge = '';
      const browser = comesBack((asked) => {
        challenge = asked.get('code_challenge') ?? '';
        return { code: 'code-1', state: state(asked), iss: server.origin };
      });
      const ended = await run(project(server.origin), browser);
      expect([say(ended, server.origin), browser.got]).to.deep.equal([[0, ''], [200]]);
      const posts = server.seen
        .filter(({ method }) => method === 'POST')
        .map(({ body }) => new URLSearchParams(body));
      expect(posts).to.have.length(1);
      const form = Object.fromEntries(posts[0] ?? []);
      const { code_verifier: verifier = '', redirect_uri = '', ...rest } = form;
      expect(rest).to.deep.equal({ grant_type: 'authorization_code', code: 'code-1', client_id: 'cli' });
      expect(redirect_uri).to.match(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
      expect(Buffer.from(digest).toString('base64url')).to.equal(challenge);
      expect(Object.values(kept())).to.deep.equal(['refresh-token-1']);
    });

    it('pushes the authorization request where the server requires it', async () => {
      const server = await authorizationServer(
        { '/token': good, '/par': () => [201, { request_uri: 'urn:example:request-1', expires_in: 60 }] },
        (origin) => ({
          pushed_authorization_request_endpoint: `${origin}/par`,
          require_pushed_authorization_requests: true,
        }),
      );
      const heard = (text: string): void => {
        const url = /http:\S+request_uri=\S+/.exec(text)?.[0];
        if (url === undefined) return;
        const pushed = new URLSearchParams(server.seen.at(-1)?.body);
        const back = new URL(pushed.get('redirect_uri') ?? '');
        back.search = new URLSearchParams({ code: 'code-1', state: state(pushed) }).toString();
        void fetch(back);
      };
      const ended = await run(project(server.origin), { heard });
      expect(say(ended, server.origin)).to.deep.equal([0, '']);
      expect(ended.stdout).to.include(
        `${server.origin}/authorize?client_id=cli&request_uri=urn%3Aexample%3Arequest-1\n`,
      );
    });

    it('says that the pushed request was refused', async () => {
      const server = await authorizationServer(
        { '/par': () => [400, { error: 'invalid_request', error_description: 'no such redirect_uri' }] },
        (origin) => ({
          pushed_authorization_request_endpoint: `${origin}/par`,
          require_pushed_authorization_requests: true,
        }),
      );
      expect(say(await run(project(server.origin)), server.origin)).to.deep.equal([
        1,
        'The login failed. The pushed authorization request endpoint (ISSUER/par) answered 400 with the error invalid_request: "no such redirect_uri".',
      ]);
    });

    it('goes on waiting when something else comes', async () => {
      const server = await authorizationServer({ '/token': good });
      const browser = comesBack(
        () => ({ code: 'evil', state: 'guessed' }),
        () => ({}),
        (asked) => ({ code: 'code-1', state: state(asked) }),
      );
      const ended = await run(project(server.origin), browser);
      expect([ended.code, browser.got]).to.deep.equal([0, [400, 400, 200]]);
      expect(ended.stdout.match(/^Something came .*$/gm)).to.have.length(2);
      expect(server.seen.filter(({ method }) => method === 'POST')).to.have.length(1);
    });

    const failing: Record<
      string,
      readonly [(asked: URLSearchParams) => Record<string, string>, string, ((origin: string) => object)?]
    > = {
      'the person declines': [
        (asked) => ({ error: 'access_denied', error_description: 'no\nthanks', state: state(asked) }),
        'The login failed. The authorization server answered "access_denied": "no thanks".',
      ],
      'another issuer answers': [
        (asked) => ({ code: 'code-1', state: state(asked), iss: 'https://evil.example.test' }),
        'The login failed. The answer names the issuer "https://evil.example.test", not "ISSUER": it comes from another authorization server (RFC 9207 section 2.4).',
      ],
      'the promised issuer is missing': [
        (asked) => ({ code: 'code-1', state: state(asked) }),
        'The login failed. The answer has no iss, though the metadata of its issuer promise one (RFC 9207 section 2.4).',
        () => ({ authorization_response_iss_parameter_supported: true }),
      ],
      'there is no code': [
        (asked) => ({ state: state(asked) }),
        'The login failed. The answer of the authorization server has neither a code nor an error.',
      ],
    };
    for (const [what, [answer, message, more]] of Object.entries(failing)) {
      it(`fails where ${what}, exit 1, and sends nothing`, async () => {
        const server = await authorizationServer({ '/token': good }, more);
        const ended = await run(project(server.origin), comesBack(answer));
        expect(say(ended, server.origin)).to.deep.equal([1, message]);
        expect(server.seen.map(({ method }) => method)).to.deep.equal(['GET']);
      });
    }

    it('says that no refresh token was given', async () => {
      const server = await authorizationServer({
        '/token': () => [200, { access_token: 'access-token-1', token_type: 'Bearer' }],
      });
      const browser = comesBack((asked) => ({ code: 'code-1', state: state(asked) }));
      expect(say(await run(project(server.origin), browser), server.origin)).to.deep.equal([
        1,
        'The login failed. The login succeeded, but the token endpoint gave no refresh_token. The client may not have the grant refresh_token.',
      ]);
    });

    it('says that the code was refused', async () => {
      const server = await authorizationServer({ '/token': () => [400, { error: 'invalid_grant' }] });
      const browser = comesBack((asked) => ({ code: 'code-1', state: state(asked) }));
      expect(say(await run(project(server.origin), browser), server.origin)).to.deep.equal([
        1,
        'The login failed. The token endpoint (ISSUER/token) answered 400 with the error invalid_grant.',
      ]);
    });

    it('listens at the port that the redirect_uri names', async () => {
      const server = await authorizationServer({ '/token': good });
      const { port } = new URL((await serve()).origin);
      const uri = `http://127.0.0.1:${port}/cb`;
      const inUse = await run(project(server.origin, undefined, uri));
      expect([inUse.code, inUse.stderr]).to.deep.equal([
        2,
        `Nothing can listen at the redirect_uri ${uri}: port ${port} is in use.\n  fix  End the program that uses it, or register a redirect_uri without a port: http://127.0.0.1/callback.\n`,
      ]);
      await closeServers();
      const other = await authorizationServer({ '/token': good });
      const browser = comesBack((asked) => ({ code: asked.get('redirect_uri') ?? '', state: state(asked) }));
      expect((await run(project(other.origin, undefined, uri), browser)).code).to.equal(0);
      expect(new URLSearchParams(other.seen.at(-1)?.body).get('code')).to.equal(uri);
    });

    it('asks slower, and again, until the device is confirmed', async () => {
      const answers = [
        [400, { error: 'authorization_pending' }],
        [400, { error: 'slow_down' }],
        [400, { error: 'authorization_pending' }],
        good(),
      ] as const;
      let at = 0;
      const server = await authorizationServer({
        '/device': () => [
          200,
          {
            device_code: 'device-code-1',
            user_code: 'AB\u001b[31mCD',
            verification_uri: 'https://login.example.test/device',
            interval: 2,
          },
        ],
        '/token': () => answers[at++] ?? good(),
      });
      const waits: number[] = [];
      const clock: Clock = {
        ...systemClock,
        async sleep(ms, signal) {
          if (ms >= 300_000) return systemClock.sleep(ms, signal);
          waits.push(ms);
        },
      };
      const ended = await run(project(server.origin, 'grant_type: device_code, store: true'), { clock });
      expect([say(ended, server.origin), waits]).to.deep.equal([
        [0, ''],
        [2000, 2000, 7000, 7000],
      ]);
      expect(ended.stdout).to.include('enter the code AB [31mCD:').and.not.include('device-code-1');
      expect(server.seen.filter(({ path }) => path === '/device').map(({ body }) => body)).to.deep.equal([
        'scope=openid+offline_access+orders%3Aread&client_id=cli',
      ]);
    });

    it('says that the person declined at the device', async () => {
      const server = await authorizationServer({
        '/device': () => [
          200,
          { device_code: 'd-code-1', user_code: 'ABCD', verification_uri: 'https://a.test/' },
        ],
        '/token': () => [400, { error: 'access_denied' }],
      });
      const clock: Clock = {
        ...systemClock,
        sleep: async (ms, signal) => (ms >= 300_000 ? systemClock.sleep(ms, signal) : undefined),
      };
      const ended = await run(project(server.origin), { argv: ['--device'], clock });
      expect(say(ended, server.origin)).to.deep.equal([
        1,
        'The login failed. The token endpoint (ISSUER/token) answered 400 with the error access_denied.',
      ]);
    });

    it('ends with its time, exit 3, and when it is interrupted, exit 130', async () => {
      const server = await authorizationServer();
      const clock: Clock = { ...systemClock, sleep: async () => {} };
      const late = await run(project(server.origin), { clock, argv: ['--timeout', '1m'] });
      expect(say(late, '')[0]).to.equal(3);
      expect(late.stderr).to.equal('The login was not done within 1m. Nothing was stored.\n');
      const stop = new AbortController();
      const heard = (text: string): void => {
        if (text.startsWith('Open')) stop.abort();
      };
      const stopped = await run(project(server.origin), { heard, signal: stop.signal });
      expect([stopped.code, stopped.stderr]).to.deep.equal([
        130,
        'The login was interrupted. Nothing was stored.\n',
      ]);
    });

    it('says that nobody is there, exit 3', async () => {
      const server = await authorizationServer();
      await closeServers();
      const ended = await run(project(server.origin));
      expect(ended.code).to.equal(3);
      expect(ended.stderr).to.match(/^The login failed\. .*ECONNREFUSED/);
    });
  });

  const wrong: Record<string, readonly [string, string]> = {
    'a grant without a person': [
      project('https://login.example.test', 'grant_type: client_credentials'),
      'specs/why401.yml:7:8: Credential "ann" has the grant_type client_credentials: nobody logs in for it.\n  fix  Name one with grant_type: authorization_code, device_code or refresh_token.\n',
    ],
    'a credential that keeps nothing': [
      project('https://login.example.test', 'grant_type: device_code'),
      'specs/why401.yml:7:8: Credential "ann" does not start from a stored refresh token.\n  fix  Add store: true to the credential.\n',
    ],
    'a client without a redirect_uri on this machine': [
      project('https://login.example.test', undefined, 'https://app.example.test/other'),
      'specs/why401.yml:5:52: Client "cli" has no redirect_uri on this machine, to which a browser could come back.\n  fix  Register http://127.0.0.1/callback for it (any port, RFC 8252 section 7.3) and add it to redirect_uris, or use --device.\n',
    ],
  };
  for (const [what, [files, stderr]] of Object.entries(wrong)) {
    it(`takes ${what} for wrong input, exit 2`, async () => {
      const ended = await run(files);
      expect([ended.code, ended.stdout, ended.stderr]).to.deep.equal([2, '', stderr]);
    });
  }

  it('has a help text', async () => {
    const { code, stdout } = await run('', { argv: ['--help'] });
    expect(code).to.equal(0);
    expectGolden('login/help.txt', stdout);
  });
});
