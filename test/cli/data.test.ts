import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { why401 } from '../support/command.ts';
import { expectGolden } from '../support/golden.ts';

const project = `environments:
  staging: {protected: false, origins: {api: https://api.staging.example.test}}
  production: {origins: {api: https://api.example.test}}
credentials: {legacy: {type: basic, username: ci, password: "\${secret.P}"}}
`;

describe('rows, lists of steps and shards', () => {
  const files = {
    'specs/why401.yml': project,
    'specs/a.yml': `name: orders
data: {file: rows.csv}
in: {production: {data: [{id: 1, name: "only\\u001b[31m"}]}}
steps:
  - use: shared/log-in.yml
  - GET: /orders/\${id}
`,
    'specs/rows.csv': 'id,name\n1,acme\n2,\n',
    'specs/b.yml': 'credential: legacy\nsteps: [{GET: /b}]\n',
    'specs/c.yml': 'credential: legacy\nsteps: [{GET: /c}]\n',
    'specs/shared/log-in.yml': '- GET: /log-in\n',
  };

  it('are listed, and their mistakes are told where they are', async () => {
    const argvs: readonly (readonly string[])[] = [
      ['list'],
      ...['1/3', '2/3', '3/3'].map((shard) => ['list', '--shard', shard]),
      ...['0/3', '4/3', 'a/b', '1/3x', '-1/3', '1/99999', 'auto'].map((shard) => ['list', '--shard', shard]),
    ];
    const parts: string[] = [];
    const show = async (argv: readonly string[], given: Parameters<typeof why401>[1]): Promise<void> => {
      const { code, stdout, stderr } = await why401(argv, given);
      parts.push(`$ why401 ${argv.join(' ')}`, `${stdout}${stderr}`.trimEnd(), `exit ${code}`, '');
    };
    for (const argv of argvs) await show(argv, { files });
    const wrong = {
      ...files,
      'specs/a.yml':
        'data: {file: rows.csv}\nsteps: [{use: shared/log-in.yml}, {GET: "${url}"}, {GET: /, headers: {x-a: "${id}"}}]\n',
      'specs/rows.csv': 'id,url\n1,https://evil.example.test/\n"1\r\nx-evil: 1",/x\n',
      'specs/shared/log-in.yml': '- GET: /${nobody}\n- use: ../up.yml\n',
      'specs/up.yml': '- use: shared/log-in.yml\n',
    };
    await show(['lint'], { files: wrong });
    const { 'specs/up.yml': _, ...found } = wrong;
    await show(['lint'], { files: { ...found, 'specs/shared/log-in.yml': '- GET: /${nobody}\n' } });
    expectGolden('cli/data.txt', parts.join('\n'));
  });

  it('take the shard of a CI system only when asked to', async () => {
    const ofSystem = async (shard: string, env: Readonly<Record<string, string>>): Promise<string> => {
      const { stdout, stderr } = await why401(['list', '--shard', shard], { files, env });
      return stdout === '' ? (stderr.split('\n')[0] ?? '') : stdout;
    };
    const second = (await why401(['list', '--shard', '2/3'], { files })).stdout;
    const all = (await why401(['list'], { files, env: { CI_NODE_INDEX: '2', CI_NODE_TOTAL: '3' } })).stdout;
    expect([
      await ofSystem('auto', { CI_NODE_INDEX: '2', CI_NODE_TOTAL: '3' }),
      await ofSystem('auto', { CIRCLE_NODE_INDEX: '1', CIRCLE_NODE_TOTAL: '3' }),
      await ofSystem('auto', { BUILDKITE_PARALLEL_JOB: '1', BUILDKITE_PARALLEL_JOB_COUNT: '3' }),
      await ofSystem('auto', { SYSTEM_JOBPOSITIONINPHASE: '2', SYSTEM_TOTALJOBSINPHASE: '3' }),
      await ofSystem('auto/3', { JOB_COMPLETION_INDEX: '1' }),
      await ofSystem('auto', { JOB_COMPLETION_INDEX: '1' }),
      await ofSystem('auto', { CI_NODE_TOTAL: '1' }),
      await ofSystem('auto', { CI_NODE_INDEX: '4', CI_NODE_TOTAL: '3' }),
      await ofSystem('auto', { CI_NODE_INDEX: 'x', CI_NODE_TOTAL: '3' }),
    ]).to.deep.equal([
      ...Array(5).fill(second),
      'JOB_COMPLETION_INDEX says which shard this is, and nothing how many there are.',
      all,
      'There is no shard 4 of 3.',
      'What the CI system says is no shard: CI_NODE_INDEX=x, CI_NODE_TOTAL=3.',
    ]);
  });

  describe('that run', () => {
    let server: Server;
    before(async () => {
      server = createServer((request, response) => {
        const { searchParams } = new URL(request.url ?? '', 'http://x');
        response
          .writeHead(searchParams.get('id') === '2' ? 500 : 200)
          .end(`seen: ${request.url} ${request.headers['x-pass']}`);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });
    after(() => new Promise((resolve) => server.close(resolve)));

    it('are told apart in each report, and no secret of a row is in any', async () => {
      const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const given = {
        files: {
          'why401.yml': `environments: {staging: {protected: false, origins: {api: "${api}"}}}\n`,
          'a.yml':
            'name: a\ndata: {file: r.csv}\nsteps:\n  - GET: "/?id=${id}&p=${userPassword}"\n    headers: {x-pass: "${user-password}"}\n',
          'r.csv':
            'id,name,user-password,userPassword\n1,ann,a-password-of-ann,a-password-too\n2,,a-password-of-bob,a-password-too\n',
        },
      };
      const reporters = ['console', 'github', 'json=r.json', 'jsonl=r.jsonl', 'junit=r.xml'].flatMap(
        (each) => ['--reporter', each],
      );
      const { code, stdout, stderr, written } = await why401(
        ['run', '--no-experiments', ...reporters],
        given,
      );
      const everything = [stdout, stderr, ...Object.values(written)].join('\n');
      const report = JSON.parse(written['r.json'] ?? '');
      expect([
        code,
        everything.includes('a-password'),
        report.scenarios.map(({ name, row }: Record<string, unknown>) => [name, row]),
        [...(written['r.xml'] ?? '').matchAll(/classname="([^"]*)"/g)].map(([, name]) => name),
        (written['r.jsonl'] ?? '').match(/"row":\{"number":\d,"name":[^}]*\}/g)?.length,
        /FAIL {2}a\.yml:4:5 {2}GET \S+ {2}\(staging, row 2\)/.test(stdout),
        /::error file=a\.yml,line=4,.*\(staging%2C row 2\)/.test(stdout),
      ]).to.deep.equal([
        1,
        false,
        [
          ['a [ann]', { number: 1, name: 'ann' }],
          ['a [row 2]', { number: 2, name: null }],
        ],
        ['a [ann] (staging)', 'a [row 2] (staging)'],
        6,
        true,
        true,
      ]);
      const empty = await why401(['run', '--shard', '3/3', '--reporter', 'json=r.json'], given);
      expect([empty.code, empty.stderr, JSON.parse(empty.written['r.json'] ?? '').scenarios]).to.deep.equal([
        0,
        'why401: shard 3 of 3: 0 of 2 jobs; there is nothing to run here.\n',
        [],
      ]);
    });
  });
});
