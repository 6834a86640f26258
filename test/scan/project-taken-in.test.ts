import { expect } from 'chai';
import { why401 } from '../support/command.ts';

describe('a secret in plain text', () => {
  it('is told once where it stands, also in steps that several scenarios use; data files are left to --scan', async () => {
    // Put together here, so that no file of ours holds one.
    const token = ['glpat', 'x7Kq2mVb9TzR4wYc1LpD'].join('-');
    const { code, stderr } = await why401(['lint'], {
      files: {
        'why401.yml': 'environments: {a: {origins: {api: https://api.example.test}}}\n',
        'a.yml': `data: {file: r.csv}\nsteps: [{use: shared.yml}, {GET: "/\${token}"}]\n`,
        'b.yml': `data: [{token: ${token}}]\nsteps: [{use: shared.yml}]\n`,
        'r.csv': `token\n${token}\n`,
        'shared.yml': `- GET: /\n  headers: {private-token: ${token}}\n`,
      },
    });
    const told = stderr.split('\n').filter((line) => /^\S+:\d+:\d+: |^ {2}fix/.test(line));
    expect([code, told.map((line) => line.replace(/: A .*|, and set.*/, ''))]).to.deep.equal([
      2,
      [
        'b.yml:1:16',
        '  fix  Rows read no secret: take it out, and write "${secret.B_DATA_TOKEN}" in a step',
        'shared.yml:2:28',
        '  fix  Write "${secret.SHARED_PRIVATE_TOKEN}"',
      ],
    ]);
    expect(stderr).not.to.include(token);
  });

  it('is told of a cookie that keeps somebody signed in, and of no other', async () => {
    const id = ['5733801f86e9bc0b', '7636bb17659b7cfb'].join('');
    const { code, stderr } = await why401(['lint'], {
      files: {
        'why401.yml': 'environments: {a: {origins: {api: https://api.example.test}}}\n',
        'a.yml': `steps: [{GET: /, cookies: {session: ${id}, theme: dark, visit: ${id}}}]\n`,
      },
    });
    expect([code, stderr.split('\n').filter((line) => line.startsWith('a.yml'))]).to.deep.equal([
      2,
      ['a.yml:1:37: The cookie "session" stands in plain text at "session".'],
    ]);
    expect(stderr).not.to.include(id);
  });
});

describe('a secret in a line where something else is wrong', () => {
  const key = ['Qz79936d9f2b2ac4', '3e56b1c0d8K9'].join('');
  const password = ['hunter2', 'Of-Ann9'].join('-');
  const told: Readonly<Record<string, readonly [yaml: string, shown: string, secret: string]>> = {
    'a quotation mark that is not closed': [
      `steps:\n  - GET: /a\n    headers: {x-api-key: "${key}\n`,
      `   3 |     headers: {x-api-key: "${'*'.repeat(key.length)}`,
      key,
    ],
    'a quotation mark that is closed by the next one': [
      `steps:\n  - GET: /a\n    headers: {x-api-key: "${key}, accept: "x"}\n`,
      `   3 |     headers: {x-api-key: "${'*'.repeat(key.length)}, accept: "x"}`,
      key,
    ],
    'a name with a typing mistake': [
      `credential: {name: k, fualt: missing}\nsteps: [{GET: /}]\n`,
      '   2 |   k: {type: basic, username: ann, pasword: "***************"}',
      password,
    ],
  };
  for (const [name, [yaml, shown, secret]] of Object.entries(told)) {
    it(`is stars: ${name}`, async () => {
      const wrong = shown.includes('pasword')
        ? `  k: {type: basic, username: ann, pasword: "${password}"}`
        : '  {}';
      for (const argv of [['lint'], ['run'], ['list']]) {
        const { code, stdout, stderr } = await why401(argv, {
          files: {
            'why401.yml': `credentials:\n${wrong}\nenvironments: {a: {origins: {api: https://api.example.test}}}\n`,
            'a.yml': yaml,
          },
        });
        expect(code).to.equal(2);
        expect((stdout + stderr).split('\n')).to.include(shown);
        expect(stdout + stderr).not.to.include(secret);
      }
    });
  }

  it('is not repeated where it is the value of an unknown option', async () => {
    const { code, stderr } = await why401(['run', `--token=${key}`], { files: {} });
    expect([code, stderr.split('\n')[0]]).to.deep.equal([2, "error: unknown option '--token'"]);
  });
});
