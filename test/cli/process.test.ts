/** The real binary: what only a process has. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

const bin = resolve('build/src/cli/main.js');

describe('the why401 process', () => {
  let cwd: string;
  let server: Server;
  let asked: () => void;
  let arrived: Promise<void>;

  beforeEach(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'why401-process-'));
    arrived = new Promise((done) => {
      asked = done;
    });
    server = createServer((request, response) => {
      if (request.url === '/slow') asked();
      else response.end('{}');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    mkdirSync(join(cwd, 'specs'));
    writeFileSync(
      join(cwd, 'specs/why401.yml'),
      `environments: {local: {origins: {api: "http://127.0.0.1:${port}"}}}\n`,
    );
    writeFileSync(join(cwd, 'specs/a.yml'), 'steps: [{GET: /}, {GET: /slow}, {GET: /}]\n');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
    rmSync(cwd, { recursive: true, force: true });
  });

  function start(argv: readonly string[]) {
    const child = spawn(process.execPath, [bin, ...argv], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((done) =>
      child.on('close', (code) => done({ code, stdout, stderr })),
    );
    return { child, ended };
  }

  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await start(['--version']).ended).to.deep.equal({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('notes before a run what has ended, and a grant that must not be used', async () => {
    const { port } = server.address() as AddressInfo;
    const claims = Buffer.from('{"exp":1000000000}').toString('base64url');
    const old = `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.${claims}.c2lnbmF0dXJl`;
    const origin = `http://127.0.0.1:${port}`;
    const project = {
      environments: {
        local: {
          origins: { api: origin },
          issuers: {
            main: { issuer: origin, discovery: 'none', metadata: { token_endpoint: `${origin}/token` } },
          },
          clients: { web: { client_id: 'web' } },
        },
      },
      credentials: {
        old: { type: 'bearer', token: old },
        ann: { type: 'oauth2', grant_type: 'password', username: 'ann', password: 'correct horse' },
      },
    };
    writeFileSync(join(cwd, 'specs/why401.yml'), JSON.stringify(project));
    writeFileSync(
      join(cwd, 'specs/a.yml'),
      'steps: [{GET: /, credential: old}, {GET: /, credential: ann}]\n',
    );
    const { stderr } = await start(['run']).ended;
    expect(stderr.replace(/\d+ d ago/, 'N d ago').split('\n')).to.deep.equal([
      'why401: local: the token of credential "old" ended N d ago.',
      'why401: grant_type password ("ann") must not be used (RFC 9700 section 2.4): it is going away; use client_credentials, or authorization_code with a login.',
      '',
    ]);
    expect((await start(['lint']).ended).stderr).to.not.match(/^why401: /m);
  });

  it('writes the report of what ran when it is interrupted, and exits 130', async () => {
    const { child, ended } = start(['run', '--reporter', 'json=r.json', '--reporter', 'jsonl=r.jsonl']);
    await arrived;
    child.kill('SIGINT');
    expect((await ended).code).to.equal(130);
    const report = JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8')) as {
      scenarios: { steps: { status: string }[] }[];
    };
    expect(report.scenarios[0]?.steps.map(({ status }) => status)).to.deep.equal([
      'passed',
      'errored',
      'skipped',
    ]);
    expect(statSync(join(cwd, 'r.json')).mode & 0o777).to.equal(0o600);
    const lines = readFileSync(join(cwd, 'r.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(lines[0]?.type).to.equal('run');
    expect(lines.at(-1)?.type).to.equal('end');
  });

  it('leaves every finished step in the JSONL when it is killed', async () => {
    const { child, ended } = start(['run', '--reporter', 'jsonl=r.jsonl']);
    await arrived;
    child.kill('SIGKILL');
    await ended;
    const lines = readFileSync(join(cwd, 'r.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(lines.map(({ type }) => type)).to.deep.equal(['run', 'job', 'step']);
  });

  it('says how it is used, and exits 2 for what it does not know', async () => {
    const help = await start(['--help']).ended;
    expect([help.code, help.stdout.split('\n')[0]]).to.deep.equal([0, 'Usage: why401 [options] [command]']);
    expect((await start(['run', '--nonsense']).ended).code).to.equal(2);
  });

  it('ends without a stack when the reader of its output has gone', async () => {
    const { child, ended } = start(['schema', 'project']);
    child.stdout.destroy();
    const { stderr } = await ended;
    expect(stderr).to.equal('');
  });
});
