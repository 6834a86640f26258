import { expect } from 'chai';
import { why401 } from '../support/command.ts';

const project = `environments:
  staging:
    protected: false
    origins: {api: https://api.staging.example.test}
  production:
    origins: {api: https://api.example.test}
    issuers: {main: https://login.example.test}
    clients:
      web: {client_id: web, client_secret: "\${secret.WEB_SECRET}", redirect_uris: [https://app.example.test/cb]}
credentials:
  reader: {type: bearer, token: "\${secret.READER_TOKEN}"}
  key: {type: api_key, in: header, name: Authorization, value: "\${secret.KEY}"}
`;

async function problems(
  scenario: string,
  argv: readonly string[] = ['run'],
  env: Record<string, string> = {},
) {
  const ended = await why401(argv, { files: { 'specs/why401.yml': project, 'specs/a.yml': scenario }, env });
  return { code: ended.code, text: (ended.stdout + ended.stderr).trimEnd() };
}

describe('wrong input', () => {
  it('is told all at once, with place, caret and fix, and exit 2', async () => {
    const scenario = `credential: raeder
steps:
  - GET: /orders/\${ordr}
  - GET: aip:/orders
  - POST: /orders
    only: [produktion]
`;
    expect(await problems(scenario)).to.deep.equal({
      code: 2,
      text: `specs/a.yml:1:13: There is no credential "raeder" in environment "staging".
   1 | credential: raeder
     |             ^
  fix  Did you mean "reader"?

specs/a.yml:3:10: Nothing is named "ordr" here.
   3 |   - GET: /orders/\${ordr}
     |          ^
  fix  Define it under variables:, pass --var ordr=..., or capture it in an earlier step.

specs/a.yml:4:10: There is no origin "aip" in environment "staging".
   4 |   - GET: aip:/orders
     |          ^
  fix  Did you mean "api"?

specs/a.yml:6:12: There is no environment "produktion".
   6 |     only: [produktion]
     |            ^
  fix  Did you mean "production"?

Nothing was sent: 4 problems.`,
    });
  });

  it('is told on stderr once where no report for people is', async () => {
    const files = { 'specs/why401.yml': project, 'specs/a.yml': 'credential: raeder\nsteps: [{GET: /}]\n' };
    const told = `specs/a.yml:1:13: There is no credential "raeder" in environment "staging".
   1 | credential: raeder
     |             ^
  fix  Did you mean "reader"?
`;
    const ends = await Promise.all(
      ['json=r.json', 'junit=r.xml', 'console'].map(async (reporter) => {
        const { code, stdout, stderr } = await why401(['run', '--reporter', reporter], { files });
        return [code, stdout === '', stderr];
      }),
    );
    expect(ends).to.deep.equal([
      [2, true, told],
      [2, true, told],
      [2, false, ''],
    ]);
  });

  const texts: Record<
    string,
    { scenario: string; argv?: string[]; env?: Record<string, string>; says: RegExp }
  > = {
    'an unsafe method in a protected environment': {
      scenario: 'steps: [{POST: /orders}]',
      says: /^specs\/a\.yml:1:\d+: POST could change "production", which is protected\./,
    },
    'a secret that is not set': {
      scenario: 'credential: reader\nsteps: [{GET: /}]',
      says: /The secret "READER_TOKEN" is not set\..*\n.*\n.*\n {2}fix {2}Set the environment variable READER_TOKEN/,
    },
    'two sources of one header': {
      scenario: 'credential: [reader, key]\nsteps: [{GET: /}]',
      env: { READER_TOKEN: 'a-token', KEY: 'a-key' },
      says: /The header "authorization" would come from the credential "reader" and from the credential "key"\./,
    },
    'userinfo in a URL': {
      scenario: "steps: [{GET: 'https://u:p@api.example.test/'}]",
      says: /A user name or password does not belong into a URL\./,
    },
    'a Host header on https': {
      scenario: 'steps: [{GET: /, headers: {host: x}}]',
      says: /A Host header would change SNI/,
    },
    'a list for Authorization': {
      scenario: 'steps: [{GET: /, headers: {authorization: [a, b]}}]',
      says: /authorization may stand once/,
    },
    'an unknown key': { scenario: 'steps: [{GET: /, expct: {status: 200}}]', says: /"expct"/ },
    'a key of a later release': { scenario: 'data: []\nsteps: [{GET: /}]', says: /data/ },
    'an unknown warning': {
      scenario: 'steps: [{GET: /, expect: {warns: basic-relm}}]',
      says: /There is no cause or standards check "basic-relm"\.[\s\S]*Did you mean "basic-realm"\?/,
    },
    'an unknown cause': {
      scenario: 'steps: [{GET: /, expect: {cause: token-expird}}]',
      says: /There is no cause "token-expird"\.[\s\S]*Did you mean "token-expired"\?/,
    },
    'a pattern that is none': {
      scenario: "steps: [{GET: /, expect: {body: {matches: '('}}}]",
      says: /^specs\/a\.yml:1:\d+: /,
    },
    'an unknown client': {
      scenario: 'steps: [{authorize: {client: wbe}}]',
      argv: ['run', '--env', 'production'],
      says: /There is no client "wbe" in environment "production"\.[\s\S]*Did you mean "web"\?/,
    },
    'an unknown environment': {
      scenario: 'steps: [{GET: /}]',
      argv: ['run', '--env', 'prod'],
      says: /There is no environment "prod"\./,
    },
    'nothing selected': {
      scenario: 'steps: [{GET: /}]',
      argv: ['run', '--tag', 'nothing'],
      says: /No scenario is selected/,
    },
    'no environment, where a variable of the shell was empty': {
      scenario: 'steps: [{GET: /}]',
      argv: ['run', '--env', ''],
      says: /^There is no environment ""\.\n {2}fix {2}There are: staging, production\./,
    },
    'a number that is none': {
      scenario: 'steps: [{GET: /}]',
      argv: ['run', '--jobs', '0'],
      says: /^error: option '--jobs <n>' argument '0' is invalid\. It takes a whole number from 1\.$/,
    },
    'a folder for a file': {
      scenario: 'steps: [{GET: /}]',
      argv: ['run', '--config', 'specs'],
      says: /^--config names a file, and "specs" is a folder\.\n {2}fix {2}Write --config specs\/why401\.yml$/m,
    },
    'a variable without a value': {
      scenario: 'steps: [{GET: /}]',
      argv: ['run', '--var', 'tenant'],
      says: /^--var takes name=value, not "tenant"\.\n {2}fix {2}Write --var tenant=acme/,
    },
    'an address that is none': {
      scenario: "steps: [{GET: 'http://[::1/'}]",
      says: /^specs\/a\.yml:1:15: "http:\/\/\[::1\/" is no target\./,
    },
    'a member of all objects': {
      scenario: "steps: [{GET: '/${env.constructor}'}]",
      says: /Nothing is named "env\.constructor" here\./,
    },
    'a time that no date has': {
      scenario: "steps: [{GET: '/${now-999999999999d.iso}'}]",
      says: /Nothing is named "now-999999999999d\.iso" here\./,
    },
    'a template without an end': {
      scenario: "steps: [{GET: '/${x'}]",
      says: /"\$\{" has no "\}"\n.*\n.*\n {2}fix {2}Write "\$\{name\}" for a value, and "\$\$\{"/,
    },
    'a variable that is made of a secret that is not set': {
      scenario: 'variables: {a: "${b}", b: "${secret.NONE}"}\nsteps: [{GET: "/${a}"}]',
      says: /^specs\/a\.yml:2:15: The secret "NONE" is not set\./,
    },
    'a variable that is made of nothing': {
      scenario: 'variables: {a: "${b}", b: "${none}"}\nsteps: [{GET: "/${a}"}]',
      says: /^specs\/a\.yml:2:15: Nothing is named "none" here: "a" is made of it\./,
    },
    'variables in a circle': {
      scenario: 'variables: {a: "${b}", b: "${a}"}\nsteps: [{GET: "/${a}", only: [staging]}]',
      says: /^specs\/a\.yml:2:15: The variable "a" has no value: it is made of itself, by a, b, a\./,
    },
    'variables that double': {
      scenario: `variables: {${Array.from({ length: 15 }, (_, at) => `v${at}: "\${v${at + 1}}\${v${at + 1}}${'x'.repeat(500)}"`).join(', ')}, v15: y}\nsteps: [{GET: "/\${v0}"}]`,
      says: /The variable "v0" has no value: it is longer than 10 MB\./,
    },
    'variables of variables without an end': {
      scenario: `variables: {${Array.from({ length: 9000 }, (_, at) => `v${at}: "\${v${at + 1}}"`).join(', ')}, v9000: y}\nsteps: [{GET: "/\${v0}"}]`,
      says: /The variable "v20" has no value: it stands more than 20 variables deep\./,
    },
    'a JSONPath without an end': {
      scenario: `steps: [{GET: /, expect: {json: {'$[?${'@.a&&'.repeat(50_000)}@.a]': 1}}}]`,
      says: /^specs\/a\.yml:1:\d+: .{400,1000} is no JSONPath: it has more than 2000 characters$/m,
    },
    'an empty file': { scenario: '', says: /specs\/a\.yml/ },
    'a duration without unit': {
      scenario: 'steps: [{GET: /}]',
      argv: ['run', '--timeout', '30'],
      says: /--timeout takes a duration, not "30"\./,
    },
    'an unknown reporter': {
      scenario: 'steps: [{GET: /}]',
      argv: ['run', '--reporter', 'xml'],
      says: /There is no reporter "xml"\./,
    },
    'a reporter that cannot write': {
      scenario: 'steps: [{GET: /}]',
      argv: ['run', '--reporter', 'json=specs/a.yml/x.json'],
      says: /cannot be written/,
    },
    'a path that does not exist': {
      scenario: 'steps: [{GET: /}]',
      argv: ['run', 'nowhere.yml'],
      says: /nowhere\.yml/,
    },
  };
  for (const [name, given] of Object.entries(texts)) {
    it(`is ${name}`, async () => {
      const ended = await problems(given.scenario, given.argv, given.env);
      expect(ended.code).to.equal(2);
      expect(ended.text).to.match(given.says);
      expect(ended.text).to.not.match(/must (be|have|NOT)|instancePath|schemaPath/);
    });
  }

  it('is written to JSON and JUnit all the same', async () => {
    const ended = await why401(['run', '--reporter', 'json=r.json', '--reporter', 'junit=r.xml'], {
      files: { 'specs/why401.yml': project, 'specs/a.yml': 'steps: [{POST: /orders}]\n' },
    });
    expect(ended.code).to.equal(2);
    const report = JSON.parse(ended.written['r.json'] ?? '') as { problems: { code: string }[] };
    expect(report.problems.map(({ code }) => code)).to.deep.equal(['UNSAFE_METHOD']);
    expect(ended.written['r.xml']).to.include('UNSAFE_METHOD');
  });
});

describe('lint and list', () => {
  const files = {
    'specs/why401.yml': project,
    'specs/a.yml':
      'name: orders\ntags: [smoke]\ncredential: reader\nsteps:\n  - GET: /orders\n  - name: one\n    GET: /orders/1\n    only: [staging]\n',
  };

  it('need no secrets', async () => {
    expect(await why401(['lint'], { files })).to.deep.equal({
      code: 0,
      stdout: '1 scenario file and why401.yml are well-formed: 2 jobs in staging, production.\n',
      stderr: '',
      written: {},
    });
  });

  it('need none for variables that are made of secrets', async () => {
    const scenario = 'variables: {a: "x-${secret.NONE}", b: "${env.NONE}"}\nsteps: [{GET: "/${a}/${b}"}]\n';
    const { code, stderr } = await why401(['lint'], { files: { ...files, 'specs/a.yml': scenario } });
    expect([code, stderr]).to.deep.equal([0, '']);
  });

  it('show what run would replay', async () => {
    expect((await why401(['list'], { files })).stdout).to.equal(
      'orders  (specs/a.yml)  #smoke\n  staging\n    5  GET /orders\n    6  one\n  production\n    5  GET /orders\n',
    );
  });
});
