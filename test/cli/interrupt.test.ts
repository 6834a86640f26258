/** The real program, interrupted: what it leaves behind. Nothing is waited for but what a server saw or a file says. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';

const bin = resolve('build/src/cli/main.js');

describe('the why401 process, interrupted', () => {
  let cwd: string;
  let server: Server;
  let arrived: Promise<unknown>;

  beforeEach(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'why401-interrupt-'));
    server = createServer((request, response) => {
      if (request.url === '/slow') server.emit('slow');
      else response.writeHead(request.url === '/refused' ? 401 : 200).end('{}');
    });
    arrived = once(server, 'slow');
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    mkdirSync(join(cwd, 'specs'));
    const project = {
      environments: { local: { origins: { api: origin } } },
      credentials: { program: { type: 'command', command: [join(cwd, 'token.sh')] } },
    };
    writeFileSync(join(cwd, 'specs/why401.yml'), JSON.stringify(project));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
    rmSync(cwd, { recursive: true, force: true });
  });

  function start(steps: string, argv: readonly string[], stdout: 'pipe' | number = 'pipe') {
    writeFileSync(join(cwd, 'specs/a.yml'), `steps: [${steps}]\n`);
    const child = spawn(process.execPath, [bin, ...argv], { cwd, stdio: ['ignore', stdout, 'pipe'] });
    const said = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => {
      said.stdout += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      said.stderr += chunk.toString();
    });
    const ended = once(child, 'close').then(([code]: unknown[]) => ({ code, ...said }));
    return { child, ended };
  }

  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    it(`ends as by Ctrl-C on ${signal}, with the reports of what ran`, async () => {
      const { child, ended } = start('{GET: /}, {GET: /slow}', ['run', '--reporter', 'json=out/r.json']);
      await arrived;
      child.kill(signal);
      const { code, stderr } = await ended;
      const report = JSON.parse(readFileSync(join(cwd, 'out/r.json'), 'utf8')) as {
        exit_code: number;
        summary: { passed: number };
      };
      expect([code, stderr, report.exit_code, report.summary.passed]).to.deep.equal([130, '', 130, 1]);
    });
  }

  it('ends at once on the second signal, and with it all that a program of a credential has started', async function () {
    if (!existsSync('/proc/self/stat')) this.skip();
    const started = changed(join(cwd, 'specs'), 'started');
    // Deaf to all but the last signal, and so is what it starts.
    const script = `#!/bin/sh\ntrap '' TERM INT HUP\nsleep 1000 &\necho $$ $! > pids && mv pids started\nwait\n`;
    writeFileSync(join(cwd, 'token.sh'), script, { mode: 0o755 });
    const { child, ended } = start('{GET: /, credential: program}', ['run', '--reporter', 'jsonl=r.jsonl']);
    await started;
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect((await ended).code).to.equal(130);
    const pids = readFileSync(join(cwd, 'specs/started'), 'utf8').trim().split(' ');
    // The kernel ends what is killed when it comes to it; what is not is waited for until this test fails.
    while (pids.some(isAlive)) await setImmediate();
    expect(readdirSync(cwd).sort()).to.deep.equal(['r.jsonl', 'specs', 'token.sh']);
    // Nothing was waited for, nor said of an end.
    const lines = readFileSync(join(cwd, 'r.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).to.deep.equal(['run', 'job']);
  });

  it('leaves a JSONL that can be shown when it is killed, and nothing else', async () => {
    const { child, ended } = start('{GET: /}, {GET: /refused}, {GET: /slow}', [
      'run',
      '--reporter',
      'jsonl=r.jsonl',
      '--reporter',
      'junit=r.xml',
    ]);
    // The failed step is the last that runs: another scenario is at work.
    writeFileSync(join(cwd, 'specs/b.yml'), 'steps: [{GET: /slow}]\n');
    await arrived;
    child.kill('SIGKILL');
    await ended;
    expect(readdirSync(cwd).sort()).to.deep.equal(['r.jsonl', 'r.xml', 'specs']);
    expect(readFileSync(join(cwd, 'r.xml'), 'utf8')).to.equal('');
    const shown = start('{GET: /}', ['report', 'r.jsonl']);
    const { code, stdout, stderr } = await shown.ended;
    expect([stderr, code === 1 || code === 3]).to.deep.equal(['', true]);
    expect(stdout)
      .to.include('The run did not end: ')
      .and.to.match(/before the run broke off\n$/);
  });

  it('goes on where the reader of its output has gone, and is as red as it is', async () => {
    const { child, ended } = start('{GET: /refused}', [
      'run',
      '--reporter',
      'jsonl=/dev/stdout',
      '--reporter',
      'junit=r.xml',
    ]);
    child.stdout?.destroy();
    const { code, stderr } = await ended;
    expect([code, stderr]).to.deep.equal([1, '']);
    expect(readFileSync(join(cwd, 'r.xml'), 'utf8')).to.include('failures="1"');
  });

  it('is not green where its output or a report does not fit on the disk, and says which', async function () {
    if (!existsSync('/dev/full')) this.skip();
    const full = openSync('/dev/full', 'w');
    try {
      const argv = [
        'run',
        '--reporter',
        'console',
        '--reporter',
        'json=/dev/full',
        '--reporter',
        'junit=r.xml',
      ];
      const { code, stderr } = await start('{GET: /}', argv, full).ended;
      expect([code, stderr.split('\n')]).to.deep.equal([
        3,
        [
          'why401: The report "/dev/full" cannot be written: no space is left on the device.',
          'why401: not all of the output could be written: no space is left on the device.',
          '',
        ],
      ]);
      expect(readFileSync(join(cwd, 'r.xml'), 'utf8')).to.include('failures="0"');
      expect((await start('{GET: /}', ['list'], full).ended).code).to.equal(3);
    } finally {
      closeSync(full);
    }
  });

  it('keeps whole lines only where a report may not grow any more', async () => {
    // In blocks of 512 bytes, or of 1,024.
    writeFileSync(join(cwd, 'specs/a.yml'), 'steps: [{GET: /}]\n');
    const run = `ulimit -f 1; exec "${process.execPath}" "${bin}" run --reporter jsonl=r.jsonl --reporter console`;
    const child = spawn('sh', ['-c', run], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.stdout.resume();
    const [code] = (await once(child, 'close')) as [number];
    const text = readFileSync(join(cwd, 'r.jsonl'), 'utf8');
    expect([code, stderr]).to.deep.equal([
      3,
      'why401: The report "r.jsonl" cannot be written: the file would be larger than is allowed.\n',
    ]);
    expect(text).to.match(/^(\{.*\}\n)+$/);
  });
});

/** Resolves when there is an entry of this name. */
function changed(folder: string, name: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder, () => {
      if (!existsSync(join(folder, name))) return;
      watcher.close();
      resolve();
    });
  });
}

/** One that has ended and that nobody has asked for is not. */
function isAlive(pid: string): boolean {
  try {
    const [, state] = /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
}
