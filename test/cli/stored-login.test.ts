/** `why401 login` once, then runs that start from the vault. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { interactionPolicy } from 'oidc-provider';
import { open } from '../../src/cli/vault-box.ts';
import type { Clock } from '../../src/doors.ts';
import { closeServers, serve, serveRaw } from '../credential/support.ts';
import { logIn } from '../support/browser.ts';
import { type Ended, why401 } from '../support/command.ts';
import { createOidc, type OidcServer } from '../support/oidc-server.ts';
import { systemClock } from '../support/origins.ts';

const key = 'cd'.repeat(32);
const grants = 'urn:ietf:params:oauth:grant-type';

function policy(): interactionPolicy.DefaultPolicy {
  const base = interactionPolicy.base();
  base.get('consent')?.checks.remove('native_client_prompt');
  return base;
}

describe('runs that start from a stored login', function () {
  this.timeout(20_000);
  let home: string;
  let oidc: OidcServer;
  let project: string;
  /** Grant and refresh token of each token request that was granted. */
  let granted: string[];

  async function start(grant: string): Promise<void> {
    const { origin } = await serveRaw(() => (request, response) => oidc.listener(request, response));
    oidc = await createOidc({
      issuer: origin,
      clients: [
        {
          client_id: 'cli',
          application_type: 'native',
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'refresh_token', `${grants}:device_code`],
          response_types: ['code'],
          redirect_uris: ['http://127.0.0.1/callback'],
        },
      ],
      configuration: {
        features: { deviceFlow: { enabled: true } },
        interactions: { policy: policy(), url: (_context, { uid }) => `/interaction/${uid}` },
      },
    });
    oidc.provider.on('grant.success', ({ oidc: { params } }) => {
      granted.push([params?.['grant_type'], params?.['refresh_token'] ?? ''].join(' ').trim());
    });
    const api = await serve(async ({ headers }, response) => {
      const token = await oidc.provider.AccessToken.find((headers.authorization ?? '').slice(7));
      response.writeHead(token?.accountId === 'ann' ? 200 : 401).end();
    });
    project = `environments:
  staging:
    protected: false
    origins: {api: "${api.origin}"}
    issuers: {main: "${origin}"}
    clients: {cli: {client_id: cli, redirect_uris: ["http://127.0.0.1/callback"]}}
credentials:
  ann: {type: oauth2, grant_type: ${grant}, scope: "openid offline_access orders:read", store: true}
`;
  }
  beforeEach(() => {
    granted = [];
    home = mkdtempSync(join(tmpdir(), 'why401-stored-'));
  });
  afterEach(async () => {
    await closeServers();
    rmSync(home, { recursive: true, force: true });
  });

  const command = (argv: readonly string[], more: object = {}): Promise<Ended> =>
    why401(argv, {
      files: {
        'why401.yml': project,
        'orders.yml': 'credential: ann\nsteps: [{GET: /orders, expect: {status: 200}}]\n',
      },
      env: { HOME: home, WHY401_VAULT_KEY: key },
      ...more,
    });

  function vault(): { readonly text: string; readonly token: string } {
    const text = readFileSync(join(home, '.local/state/why401/vault.json'), 'utf8');
    const found = open(text, Buffer.from(key, 'hex'));
    if (!('entries' in found)) throw new Error(found.problem);
    return { text, token: [...found.entries.values()][0] ?? '' };
  }

  async function login(): Promise<void> {
    let all = '';
    let went: Promise<unknown> | null = null;
    const heard = (text: string): void => {
      all += text;
      const url = /http:\S+response_type=\S+(?=\n)/.exec(all)?.[0];
      if (url !== undefined) went ??= logIn(url);
    };
    const { code, stderr } = await command(['login', 'ann', '--env', 'staging'], { heard });
    await went;
    expect([code, stderr]).to.deep.equal([0, '']);
  }

  it('use each refresh token once, and leave its successor, encrypted', async () => {
    await start('authorization_code');
    await login();
    const kept = [vault()];
    for (let run = 0; run < 2; run += 1) {
      const { code, stdout, stderr } = await command(['run']);
      expect([code, stderr]).to.deep.equal([0, '']);
      kept.push(vault());
      for (const { token } of kept) expect(stdout).to.not.include(token);
    }
    const [first, second, third] = kept.map(({ token }) => token);
    expect(granted).to.deep.equal([
      'authorization_code',
      `refresh_token ${first}`,
      `refresh_token ${second}`,
    ]);
    expect(new Set([first, second, third]).size).to.equal(3);
    for (const { text, token } of kept) expect(text).to.not.include(token);
  });

  it('show with --verbose how the token was got, and none of it', async () => {
    await start('authorization_code');
    await login();
    const { stdout } = await command(['run', '--verbose']);
    const lines = stdout.match(/^ {2}(?:metadata|token|resource|hop 1 {2}\S+ http:\S+:\d+\S* {2}\d+)/gm);
    expect(lines?.map((line) => line.trim().replace(/http:\/\/127[^/]+/, ''))).to.deep.equal([
      'metadata',
      'hop 1  GET /.well-known/openid-configuration  200',
      'token',
      'hop 1  POST /token  200',
      'metadata',
      'hop 1  GET /jwks  200',
      'resource',
      'hop 1  GET /orders  200',
    ]);
    expect(stdout).to.include('> Authorization: Bearer [secret:ann]');
  });

  it('say what to do when the refresh token was withdrawn in the meantime', async () => {
    await start('authorization_code');
    await login();
    await oidc.revokeRefreshToken(vault().token);
    const { code, stdout } = await command(['run', '--env', 'staging']);
    expect(code).to.equal(1);
    expect(stdout.replace(/:\d{4,5}\b/g, ':PORT')).to.include(
      `  The authorization server http://127.0.0.1:PORT answered 400 (invalid_grant: grant request is
  invalid): the refresh token of credential "ann" has expired.
`,
    );
    expect(stdout).to.include(
      '  fix    Log in again, which stores a new one: why401 login ann --env staging.\n         why401.yml:8:106\n',
    );
    expect(granted).to.deep.equal(['authorization_code']);
  });

  it('say what to do when nobody has logged in', async () => {
    await start('authorization_code');
    const { code, stdout } = await command(['run']);
    expect([code, stdout.replace(/\d+ ms/g, 'N ms')]).to.deep.equal([
      3,
      `! orders  staging  1 step, N ms  expected a token for ann

ERROR  orders.yml:2:9  GET /orders  (staging)   expected a token for ann

  The credential "ann" has no login, and no refresh token of it is stored: run "why401 login ann
  --env staging" once.

1 errored in N ms
`,
    ]);
  });

  it('ask a person by the device flow the first time only', async () => {
    await start('device_code');
    let all = '';
    let asked: Promise<unknown> | null = null;
    const clock: Clock = {
      ...systemClock,
      async sleep(ms, signal) {
        if (ms > 60_000) return systemClock.sleep(ms, signal);
        asked ??= logIn(/http:\S+user_code=\S+/.exec(all)?.[0] ?? '');
        await asked;
      },
    };
    const person = {
      clock,
      terminal: true,
      told: (text: string): void => {
        all += text;
      },
    };
    const first = await command(['run'], person);
    expect([first.code, vault().text.includes(vault().token)]).to.deep.equal([0, false]);
    // The line of progress is wiped away before.
    expect(first.stderr.split('\n')[0]?.replace(/[A-Z]{4}-[A-Z]{4}/, 'AAAA-AAAA')).to.equal(
      '\r\u001b[2Kwhy401: Credential "ann" (staging) needs a person. Open this address in any browser, and enter the code AAAA-AAAA:',
    );
    const token = vault().token;
    const second = await command(['run']);
    expect([second.code, second.stderr]).to.deep.equal([0, '']);
    expect(granted).to.deep.equal([`${grants}:device_code`, `refresh_token ${token}`]);
  });
});
