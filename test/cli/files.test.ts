import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { BodySpec } from '../../src/model.ts';
import { buildBody } from '../../src/replay/request-body.ts';
import { why401 } from '../support/command.ts';

const project = `environments:
  local: {protected: false, origins: {api: http://127.0.0.1:1}}
credentials:
  sara: {type: session, storage_state: state.json}
`;

describe('files that a scenario names', () => {
  const told = async (steps: string, more: Record<string, string> = {}, command = 'lint') => {
    const files = { 'specs/why401.yml': project, 'specs/a.yml': `steps:\n${steps}`, ...more };
    const { code, stdout, stderr } = await why401([command], { files });
    return { code, text: (stdout + stderr).trimEnd() };
  };

  it('are looked at before anything is sent: each that is missing, outside or no file is told with its place', async () => {
    const steps = `  - {POST: /, body: {file: below/in.json}}
  - {POST: /, body: {file: ../out.json}}
  - {POST: /, body: {file: /etc/hostname}}
  - {POST: /, body: {multipart: {b: {file: /dev/zero}, c: {file: gone.bin}}}}
  - {POST: /, body: {file: below}}
`;
    const more = { 'specs/below/in.json': '{}', 'out.json': 'secret' };
    const text = `specs/a.yml:3:28: The file "../out.json" is not read: it lies outside of the project.
   3 |   - {POST: /, body: {file: ../out.json}}
     |                            ^
  fix  Keep it in the folder of why401.yml or below, or name its folder in why401.yml: "folders: [PATH]".

specs/a.yml:4:28: The file "/etc/hostname" is not read: it lies outside of the project.
   4 |   - {POST: /, body: {file: /etc/hostname}}
     |                            ^
  fix  Keep it in the folder of why401.yml or below, or name its folder in why401.yml: "folders: [PATH]".

specs/a.yml:5:44: The file "/dev/zero" cannot be read: it is no file but a pipe, a socket or a device.
   5 |   - {POST: /, body: {multipart: {b: {file: /dev/zero}, c: {file: gone.bin}}}}
     |                                            ^
  fix  The path is relative to why401.yml.

specs/a.yml:5:66: The file "gone.bin" cannot be read: there is no such file.
   5 |   - {POST: /, body: {multipart: {b: {file: /dev/zero}, c: {file: gone.bin}}}}
     |                                                                  ^
  fix  The path is relative to why401.yml.

specs/a.yml:6:28: The file "below" cannot be read: it is a folder.
   6 |   - {POST: /, body: {file: below}}
     |                            ^
  fix  The path is relative to why401.yml.`;
    const linted = await told(steps, more);
    expect([linted.code, linted.text === text.replaceAll('\n\n', '\n')], linted.text).to.deep.equal([
      2,
      true,
    ]);
    expect(await told(steps, more, 'run')).to.deep.equal({
      code: 2,
      text: `${text}\n\nNothing was sent: 5 problems.`,
    });
  });

  it('are confined where the scenario itself comes from elsewhere', async () => {
    const files = {
      'specs/why401.yml': project,
      'other/a.yml': 'steps: [{POST: /, body: {file: ../other/data.json}}]\n',
      'other/data.json': '{}',
    };
    const { code, stdout, stderr } = await why401(['run', 'other/a.yml'], { files });
    expect([code, (stdout + stderr).split('\n')[0]]).to.deep.equal([
      2,
      'other/a.yml:1:32: The file "../other/data.json" is not read: it lies outside of the project.',
    ]);
  });

  it('are read from further folders that why401.yml names', async () => {
    const files = {
      'specs/why401.yml': `${project}folders: [../bodies, ../shared, gone]\n`,
      'specs/a.yml': `data: {file: ../shared/rows.csv}
steps:
  - use: ../shared/steps.yml
  - {GET: /, body: {file: ../secret.json}}
  - {GET: /, body: {file: ../bodies/../secret.json}}
`,
      'shared/rows.csv': 'id\n1\n',
      'shared/steps.yml': '- {GET: /, body: {file: ../bodies/in.json}}\n',
      'bodies/in.json': '{}',
      'secret.json': '{}',
    };
    const refused = await why401(['lint'], { files });
    const at = (line: number, name: string) =>
      `specs/a.yml:${line}:27: The file "${name}" is not read: it lies outside of the project.`;
    expect([refused.code, (refused.stdout + refused.stderr).match(/^\S+:\d+:\d+: .*$/gm)]).to.deep.equal([
      2,
      [
        at(4, '../secret.json'),
        at(5, '../bodies/../secret.json'),
        'specs/why401.yml:5:33: There is no folder "gone".',
      ],
    ]);
    const fine = {
      ...files,
      'specs/why401.yml': files['specs/why401.yml'].replace(', gone', ''),
      'specs/a.yml': files['specs/a.yml'].replace(/ {2}- \{GET.*\n/g, ''),
    };
    // Nobody answers: the body was read, for the request was sent.
    const sent = await why401(['run'], { files: fine });
    expect([sent.code, sent.stdout.includes('ECONNREFUSED'), sent.stderr]).to.deep.equal([3, true, '']);
  });

  it('are no schema: a $ref leads to no file and no server', async () => {
    const schema = (ref: string): string => `  - {GET: /, expect: {schema: {$ref: "${ref}"}}}\n`;
    const { code, text } = await told(
      ['a.json', 'file:///etc/hostname', 'http://127.0.0.1:1/'].map(schema).join(''),
      {
        'specs/a.json': '{}',
      },
    );
    expect([code, text.match(/can't resolve reference/g)?.length], text).to.deep.equal([2, 3]);
  });
});

describe('a file of a body', () => {
  it('is looked at again when it is sent: what has changed since the plan leads nowhere', async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'why401-')));
    const root = join(folder, 'project');
    mkdirSync(root);
    writeFileSync(join(folder, 'secret'), 'secret');
    writeFileSync(join(root, 'huge'), '');
    truncateSync(join(root, 'huge'), 100_000_001);
    symlinkSync('../secret', join(root, 'link'));
    writeFileSync(join(root, 'fine.json'), '{"a":1}');
    const body = async (spec: BodySpec): Promise<string> => {
      const built = await buildBody(spec, { scope: { lookup: () => undefined } as never, root });
      return built === null ? '' : 'error' in built ? built.error : Buffer.from(built.bytes).toString();
    };
    const refused = 'The file "link" cannot be read: a link leads outside of the project.';
    const all = [
      await body({ file: 'link' }),
      await body({ multipart: { a: { file: 'link' } } }),
      await body({ file: 'huge' }),
      await body({ file: 'fine.json' }),
    ];
    rmSync(folder, { recursive: true });
    expect(all).to.deep.equal([
      refused,
      refused,
      'The file "huge" cannot be read: it is larger than 100 MB.',
      '{"a":1}',
    ]);
  });
});

describe('key material that why401.yml names', () => {
  it('may lie anywhere, and is a file of a size that such files have', async () => {
    const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'why401-')));
    writeFileSync(join(elsewhere, 'ca.pem'), 'no certificate');
    writeFileSync(join(elsewhere, 'large.pem'), '');
    truncateSync(join(elsewhere, 'large.pem'), 2_000_001);
    const run = async (ca: string) => {
      const files = {
        'specs/why401.yml': `environments:\n  local: {origins: {api: http://127.0.0.1:1}, tls: {ca: ${ca}}}\n`,
        'specs/a.yml': 'steps: [{GET: /}]\n',
        'ca.pem': 'no certificate',
      };
      const { stdout, stderr } = await why401(['run'], { files });
      return /specs\/why401\.yml:\S+ (The file .*)/.exec(stdout + stderr)?.[1] ?? null;
    };
    const told = [
      await run('../ca.pem'),
      await run(join(elsewhere, 'ca.pem')),
      await run(join(elsewhere, 'large.pem')),
      await run('/dev/zero'),
    ];
    rmSync(elsewhere, { recursive: true });
    expect(told.map((text) => text?.replace(elsewhere, '') ?? null)).to.deep.equal([
      null,
      null,
      'The file "/large.pem" cannot be read: it is larger than 2 MB.',
      'The file "/dev/zero" cannot be read: it is no file but a pipe, a socket or a device.',
    ]);
  });
});
