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
});
