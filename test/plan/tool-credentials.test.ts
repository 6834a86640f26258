import { expect } from 'chai';
import { why401 } from '../support/command.ts';

async function problems(credential: string, env: Record<string, string> = {}, command = 'run') {
  const files = {
    'specs/why401.yml': `environments: {staging: {origins: {api: "http://127.0.0.1:1"}}}\ncredentials:\n  tool: ${credential}\n`,
    'specs/a.yml': 'credential: tool\nsteps: [{GET: /}]\n',
  };
  const { code, stdout, stderr } = await why401([command], { files, env });
  return { code, text: stdout + stderr };
}
const told = async (...given: Parameters<typeof problems>): Promise<string[]> => {
  const { code, text } = await problems(...given);
  expect(code).to.equal(2);
  return text.split('\n').filter((line) => /^specs|^ {2}fix/.test(line));
};

describe('the plan of a command', () => {
  const secret = '{type: command, command: [vault, read, "-token=${secret.VAULT}"]}';
  const wanted = [
    'specs/why401.yml:3:48: Argument 3 of the command of credential "tool" holds a secret: whoever lists processes sees it.',
    '  fix  Pass it by an environment variable: env: {NAME: "${secret.X}"}, and let the program read that.',
  ];
  it('has no secret among its arguments', async () => {
    expect(await told(secret, { VAULT: 'abcdef' })).to.deep.equal(wanted);
  });
  it('has none when lint looks at it, without secrets', async () => {
    const files = {
      'specs/why401.yml': `environments: {staging: {origins: {api: "http://127.0.0.1:1"}}}\ncredentials:\n  tool: ${secret}\n`,
      'specs/a.yml': 'credential: tool\nsteps: [{GET: /}]\n',
    };
    const { code, stderr } = await why401(['lint'], { files });
    expect([code, stderr.split('\n')[0]]).to.deep.equal([2, wanted[0]]);
  });
  it('has a program', async () => {
    expect(await told('{type: command}')).to.deep.equal([
      'specs/why401.yml:3:9: Credential "tool" has no "command" in environment "staging".',
      '  fix  Add "command" to the credential, or to environments.staging.credentials.tool.',
    ]);
    expect(await told('{type: command, command: [""]}')).to.deep.equal([
      'specs/why401.yml:3:34: The command of credential "tool" begins with an empty text.',
      '  fix  Write the program first: command: [PROGRAM, ARGUMENT].',
    ]);
  });
});

describe('the plan of a ci_oidc', () => {
  const where = 'specs/why401.yml:3:9: Credential "tool" has no ID token: ';
  const table: readonly (readonly [string, Record<string, string>, string, string])[] = [
    [
      '{type: ci_oidc}',
      {},
      'this is no job of GitHub Actions.',
      'Run it there, with permissions: {id-token: write}, or give environments.staging.credentials.tool another type.',
    ],
    [
      '{type: ci_oidc}',
      { GITHUB_ACTIONS: 'true' },
      'this job may not ask for an ID token.',
      'Add to the job in the workflow: permissions: {contents: read, id-token: write}. Pull requests from forks never have it.',
    ],
    [
      '{type: ci_oidc}',
      {
        ACTIONS_ID_TOKEN_REQUEST_URL: 'http://pipelines.example.test',
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'abcdef',
      },
      'ACTIONS_ID_TOKEN_REQUEST_URL is not an https address.',
      'The CI system sets it; do not set it yourself.',
    ],
    [
      '{type: ci_oidc}',
      { GITLAB_CI: 'true' },
      'the variable WHY401_ID_TOKEN is not set in this job.',
      'Add to the job in .gitlab-ci.yml: id_tokens: {WHY401_ID_TOKEN: {aud: https://api.example.com}}',
    ],
    [
      '{type: ci_oidc, provider: gitlab, variable: MY_TOKEN, audience: "https://a.test"}',
      {},
      'this is no job of GitLab CI, and the variable MY_TOKEN is not set.',
      'Add to the job in .gitlab-ci.yml: id_tokens: {MY_TOKEN: {aud: https://a.test}}',
    ],
  ];
  for (const [credential, env, why, fix] of table) {
    it(`of ${credential} with ${Object.keys(env).join(', ') || 'nothing'} set: ${why}`, async () => {
      expect(await told(credential, env)).to.deep.equal([`${where}${why}`, `  fix  ${fix}`]);
    });
  }

  it('needs nothing of it for lint and list', async () => {
    expect((await problems('{type: ci_oidc}', {}, 'lint')).code).to.equal(0);
    expect((await problems('{type: ci_oidc}', {}, 'list')).code).to.equal(0);
  });

  it('has a variable only for gitlab', async () => {
    const env = { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://a.test', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'abcdef' };
    expect(await told('{type: ci_oidc, provider: github, variable: X}', env)).to.deep.equal([
      'specs/why401.yml:3:53: Credential "tool" names a variable, which only gitlab has.',
      '  fix  Take "variable" away, or write provider: gitlab.',
    ]);
  });
});
