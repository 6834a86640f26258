import { expect } from 'chai';
import type { Clock } from '../../src/doors.ts';
import { jwt, made } from '../scan/made.ts';
import { why401 } from '../support/command.ts';

const now = Date.parse('2026-06-01T00:00:00Z');
const clock: Clock = { now: () => now, monotonic: () => 0, sleep: async () => {} };
const seconds = (date: string): number => Date.parse(date) / 1000;
const project = `environments:
  staging:
    protected: false
    origins: {api: https://api.staging.example.test}
    issuers: {main: https://login.staging.example.test}
    clients: {web: {client_id: web-staging, client_secret: "\${secret.STAGING_SECRET}"}}
  production:
    origins: {api: https://api.example.test}
    issuers: {main: https://login.example.test}
    clients: {web: {client_id: web-production, client_secret: "\${secret.PRODUCTION_SECRET}"}}
`;
const ofProduction = jwt({
  iss: 'https://login.example.test',
  aud: 'https://api.example.test',
  exp: seconds('2026-06-11'),
});
const over = jwt({ iss: 'https://login.staging.example.test', exp: seconds('2026-05-01') });
const later = jwt({ iss: 'https://login.example.test', nbf: seconds('2026-06-03') });
const stranger = jwt({ iss: 'https://login.other.test' });
const secret = made('<alnum:32>').text;

/** `file:line:column: message` of each finding. */
async function scan(files: Record<string, string>, more: readonly string[] = [], env = {}) {
  const ended = await why401(['lint', ...more, '--scan', ...Object.keys(files)], {
    files: { 'specs/why401.yml': project, 'specs/a.yml': 'steps: [{GET: /}]\n', ...files },
    env,
    clock,
  });
  const text = ended.stdout + ended.stderr;
  for (const value of [ofProduction, over, later, stranger, secret])
    expect(text).to.not.include(value.slice(-40));
  return { ...ended, told: [...ended.stdout.matchAll(/^\S+:\d+:\d+: .*$/gm)].map(([line]) => line) };
}

describe('lint --scan', () => {
  it('says what is over, not yet valid, or of nobody', async () => {
    const { code, told, stdout } = await scan({ 'a.sh': `A=${over}\nB=${later}\nC=${stranger}\n` });
    expect(told).to.deep.equal([
      'a.sh:1:3: A JSON Web Token in plain text: iss https://login.staging.example.test; over since 2026-05-01 00:00 UTC (31 days ago); it is staging\'s: its iss is "https://login.staging.example.test".',
      'a.sh:2:3: A JSON Web Token in plain text: iss https://login.example.test; not valid before 2026-06-03 00:00 UTC (in 2 days); it is production\'s: its iss is "https://login.example.test".',
      'a.sh:3:3: A JSON Web Token in plain text: iss https://login.other.test, which is the issuer of no environment; it names no end.',
    ]);
    expect([code, stdout.split('\n').at(-3)]).to.deep.equal([1, '3 credentials in 1 of 1 file: 3 stale.']);
  });

  it('says what belongs to the other environment, and by what', async () => {
    const { told } = await scan(
      {
        'staging.env': `TOKEN=${ofProduction}\n`,
        'a.env': `STAGING_TOKEN=${ofProduction}\n`,
        'a.sh': `curl https://api.staging.example.test -H "Authorization: Bearer ${ofProduction}"\n`,
        'b.yml': `client_id: web-production\nurl: https://api.staging.example.test\n`,
        'stage.txt': `here: ${secret}\n`,
      },
      [],
      { PRODUCTION_SECRET: secret },
    );
    expect(told.map((line) => line.replace(/^(\S+) .* stands in a place/, '$1'))).to.deep.equal([
      'staging.env:1:7: of staging: the file is called "staging.env".',
      'a.env:1:15: of staging: the name is "STAGING_TOKEN".',
      'a.sh:1:65: of staging: api.staging.example.test stands beside it.',
      'b.yml:1:12: of staging: api.staging.example.test stands beside it.',
      'stage.txt:1:7: of staging: the file is called "stage.txt".',
    ]);
  });

  it('masks the line, and says nothing of what is in its own place', async () => {
    const { stdout } = await scan({ 'prod.env': `TOKEN=${ofProduction.slice(0, 0)}${secret} # x\n` });
    expect(stdout).to.equal(`prod.env:1:7: A token in plain text ("TOKEN").
   1 | TOKEN=${'*'.repeat(32)} # x
     |       ^
  fix  Read it from the environment or a secret store, and renew it: it is known to all who can read the file.

1 credential in 1 of 1 file.
What is no secret can say so: a comment "why401: public" in its line, or in the line above.
`);
  });

  it('is JSON without values', async () => {
    const { stdout } = await scan({ 'staging.env': `TOKEN=${ofProduction}\n` }, ['--json']);
    const [finding] = JSON.parse(stdout).findings;
    expect(finding).to.deep.include({
      code: 'FOREIGN_CREDENTIAL',
      source: { file: 'staging.env', line: 1, column: 7 },
      kind: 'jwt',
      name: 'TOKEN',
      belongs_to: ['production'],
      stands_in: ['staging'],
    });
  });

  it('ends with 0 where there is nothing, and with 2 where there is no such path', async () => {
    expect((await scan({ 'a.sh': 'echo\n' })).code).to.equal(0);
    const { code, stderr } = await why401(['lint', '--scan', 'nowhere'], { files: {} });
    expect([code, stderr]).to.deep.equal([
      2,
      'There is no file or folder "nowhere".\n  fix  Check the path: it is relative to the working directory.\n',
    ]);
  });

  it('works without a project file', async () => {
    const { code, stdout, stderr } = await why401(['lint', '--scan', 'a'], {
      files: {
        'a/b/prod.env': `TOKEN=${over}\n`,
        'a/node_modules/x.env': `TOKEN=${over}\n`,
        'a/.git/x.env': `TOKEN=${over}\n`,
      },
      clock,
    });
    expect([code, stderr]).to.deep.equal([
      1,
      'why401: There is no why401.yml: nothing is said of environments.\n',
    ]);
    expect(stdout)
      .to.match(/^a\/b\/prod\.env:1:7: [^\n]*over since/)
      .and.include('1 credential in 1 of 1 file: 1 stale.');
  });
});

describe('lint', () => {
  it('tells secrets in plain text, and prints none', async () => {
    const scenario = `steps:
  - GET: /
    headers: {authorization: Bearer ${secret}, x-api-key: "\${secret.KEY}"}
  - GET: /
    headers: {authorization: Bearer ${secret}}
    expect: {status: 401}
  - GET: /
    query: {api_key: ${secret}} # why401: public
`;
    const files = {
      'why401.yml': project
        .replace('"${secret.STAGING_SECRET}"', 'hunter2-of-web')
        .replace('"${secret.PRODUCTION_SECRET}"', 'changeme'),
      'a.yml': scenario,
    };
    const { code, stdout, stderr } = await why401(['lint'], { files, clock });
    const text = stdout + stderr;
    expect(text).to.not.include(secret).and.not.include('hunter2-of-web');
    expect([...text.matchAll(/^\S+:\d+:\d+: .*$|Write "[^"]*"/gm)].map(([line]) => line)).to.deep.equal([
      'a.yml:3:30: A token stands in plain text at "authorization".',
      'Write "${secret.A_AUTHORIZATION}"',
      'why401.yml:6:60: A token stands in plain text at "client_secret".',
      'Write "${secret.STAGING_WEB_CLIENT_SECRET}"',
    ]);
    expect(code).to.equal(2);
  });

  it('is not alone in hiding them: no command shows one where something else is wrong beside it', async () => {
    const files = {
      'specs/why401.yml': `environments:
  staging:
    origins: {api: "https://ann:hunter2pass@api.example.com"}
credentials:
  app: {type: bearer, token: Zx8q4Kf2TnWv9pLr7mBd3cHy, schema: none}
`,
      'specs/a.yml': 'steps: [{GET: /}]\n',
    };
    const commands = [
      'lint',
      'list',
      'run',
      'run --reporter json',
      'run --reporter junit',
      'compare --offline',
    ];
    const shown = await Promise.all(
      commands.map(async (command) => {
        const { code, stdout, stderr } = await why401(command.split(' '), { files });
        const text = stdout + stderr;
        return [code, /hunter2|Zx8q4/.test(text), text.includes('https://ann:***********@api.example.com')];
      }),
    );
    expect(shown).to.deep.equal(commands.map(() => [2, false, true]));
  });
});
