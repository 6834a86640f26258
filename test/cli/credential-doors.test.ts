import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { closeServers, json, serve } from '../credential/support.ts';
import { why401 } from '../support/command.ts';

const scenario = 'credential: tool\nsteps:\n  - GET: /\n  - GET: /\n';

describe('a run opens doors for its credentials', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'why401-doors-'));
  });
  afterEach(async () => {
    await closeServers();
    rmSync(home, { recursive: true, force: true });
  });

  const files = (origin: string, credential: string): Record<string, string> => ({
    'specs/why401.yml': `environments:
  local:
    origins: {api: "${origin}"}
    issuers: {main: "${origin}"}
    clients: {cli: {client_id: cli}}
credentials:
  tool: ${credential}
`,
    'specs/a.yml': scenario,
  });

  it('to programs: one call for all steps, with the environment of the run and its secrets', async () => {
    const server = await serve((_request, response) => json(response, 200, {}));
    const program =
      'console.log("token-" + process.env.HELPER + "-" + process.env.GIVEN + "-" + process.pid)';
    const credential = `{type: command, command: ["${process.execPath}", -e, '${program}'], env: {HELPER: "\${secret.HELPER}"}}`;
    const ended = await why401(['run', '--reporter', 'json'], {
      files: files(server.origin, credential),
      env: { HELPER: 'helper-secret', GIVEN: 'given' },
    });
    const sent = server.seen.map(({ headers }) => headers.authorization);
    expect([ended.code, new Set(sent).size, sent.length]).to.deep.equal([0, 1, 2]);
    expect(sent[0]).to.match(/^Bearer token-helper-secret-given-\d+$/);
    expect(ended.stdout).to.include('Bearer [secret:tool]').and.not.include('helper-secret');
  });

  it('to the vault, before anything is sent', async () => {
    const server = await serve((_request, response) => json(response, 200, {}));
    const folder = join(home, '.local/state/why401');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, 'vault.json'), 'not ours');
    const ended = await why401(['run', '--reporter', 'json'], {
      files: files(server.origin, '{type: oauth2, grant_type: refresh_token, client: cli, store: true}'),
      env: { HOME: home, WHY401_VAULT_KEY: 'ab'.repeat(32) },
    });
    const { problems } = JSON.parse(ended.stdout) as { problems: { code: string }[] };
    expect([ended.code, problems.map(({ code }) => code), server.seen]).to.deep.equal([
      2,
      ['VAULT_UNREADABLE'],
      [],
    ]);
  });

  it('to the ID token service of a job, which is named where nothing listens there', async () => {
    const server = await serve((_request, response) => json(response, 200, {}));
    const ended = await why401(['run'], {
      files: files(server.origin, '{type: ci_oidc}'),
      env: {
        ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:1/token',
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'a-request-token',
      },
    });
    expect([ended.code, server.seen]).to.deep.equal([3, []]);
    expect(ended.stdout.replace(/\s+/g, ' ')).to.include(
      'correct the port 1 in the address of the ID token service of this job',
    );
  });

  it('to no vault where nothing is stored', async () => {
    const server = await serve((_request, response) => json(response, 200, {}));
    await why401(['run'], {
      files: files(server.origin, '{type: bearer, token: abcdef}'),
      env: { HOME: '/nonexistent', WHY401_VAULT_KEY: 'no key' },
    }).then(({ code }) => expect(code).to.equal(0));
  });
});
