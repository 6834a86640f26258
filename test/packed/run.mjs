/**
 * The packed install: a scenario of its own against a server of its own, run by the installed program.
 * Usage: node run.mjs FOLDER, where FOLDER has the package in its node_modules.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkContents } from './contents.mjs';

const folder = process.argv[2];
const token = 'a-token-of-the-packed-install';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const files = checkContents(join(folder, 'node_modules', 'why401'), repository);

const server = createServer((request, response) => {
  const right = request.headers.authorization === `Bearer ${token}`;
  response.writeHead(right ? 200 : 401, {
    'content-type': 'application/json',
    ...(right ? {} : { 'www-authenticate': 'Bearer realm="orders"' }),
  });
  response.end(right ? '{"orders":[{"id":7}]}' : '{}');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

mkdirSync(join(folder, 'specs'), { recursive: true });
writeFileSync(
  join(folder, 'specs', 'why401.yml'),
  `environments:
  local:
    protected: false
    origins: {api: "${origin}"}
credentials:
  reader: {type: bearer, token: "\${secret.READER_TOKEN}"}
`,
);
writeFileSync(
  join(folder, 'specs', 'orders.yml'),
  `name: orders can be read
credential: reader
steps:
  - GET: /orders
    expect: {status: 200, json: {"$.orders[0].id": 7}}
`,
);

const program = join(folder, 'node_modules', '.bin', 'why401');
function why401(args, secret) {
  return new Promise((resolve) => {
    const env = { ...process.env, READER_TOKEN: secret, NO_COLOR: '1' };
    const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.once('close', (code) => resolve({ code, output }));
  });
}

try {
  const { version } = JSON.parse(readFileSync(join(folder, 'node_modules', 'why401', 'package.json'), 'utf8'));
  assert.deepEqual(await why401(['--version'], token), { code: 0, output: `${version}\n` });
  assert.equal((await why401(['lint'], token)).code, 0);
  const passed = await why401(['run', '--reporter', 'console', '--reporter', 'json=passed.json'], token);
  assert.equal(passed.code, 0, passed.output);
  const report = JSON.parse(readFileSync(join(folder, 'passed.json'), 'utf8'));
  assert.deepEqual(report.summary, { passed: 1, failed: 0, errored: 0, skipped: 0, warnings: 0 });
  const failed = await why401(['run'], 'another-token-that-is-refused');
  assert.equal(failed.code, 1, failed.output);
  assert.ok(!failed.output.includes('another-token-that-is-refused'), 'a secret is shown');
  process.stdout.write(`packed install: ${version}, ${files} files, replays a scenario, and fails where it should\n`);
} finally {
  server.close();
  server.closeAllConnections();
}
