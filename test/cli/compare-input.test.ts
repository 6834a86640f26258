import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { why401 } from '../support/command.ts';

const project = `environments:
  staging:
    protected: false
    origins: {api: "https://api.staging.example.test"}
    issuers: {main: "https://login.staging.example.test"}
    clients: {web: {client_id: web-staging, client_secret: "\${secret.STAGING_WEB}"}}
  production:
    origins: {api: "https://api.example.test"}
    issuers: {main: "https://login.example.test"}
  canary:
    extends: production
    default: false
credentials:
  reader: {type: oauth2, grant_type: client_credentials, client: web}
`;
const files = { 'specs/why401.yml': project, 'specs/a.yml': 'credential: reader\nsteps: [{GET: /}]\n' };

async function told(argv: readonly string[], env: Record<string, string> = {}) {
  const ended = await why401(['compare', ...argv, '--reporter', 'json=r.json'], { files, env });
  const text = ended.written['r.json'];
  const report = JSON.parse(text ?? '{"problems": [], "findings": []}') as {
    problems: { code: string; message: string; fix: string | null }[];
    findings: { cause: string | null; environment: string }[];
  };
  return { ...ended, ...report };
}

describe('compare: wrong input', () => {
  const wrong: Readonly<Record<string, readonly [argv: readonly string[], message: string, fix: string]>> = {
    'an unknown environment': [
      ['--env', 'staging,produktion'],
      'There is no environment "produktion".',
      'Did you mean "production"?',
    ],
    'one environment without a past': [
      ['--env', 'staging', '--offline'],
      'There is nothing to hold "staging" beside.',
      'Name another one: --env staging,production. To compare it with its own past, name a report of an earlier compare: --baseline FILE. A first one is written with --reporter json=FILE.',
    ],
    'one environment twice': [
      ['--env', 'staging,staging'],
      '--env names "staging" twice.',
      'Name two that are to be held side by side: --env staging,production',
    ],
    '--offline with --scenarios': [
      ['--offline', '--scenarios'],
      '--scenarios has requests sent, and --offline has nothing sent.',
      'Leave one of the two out.',
    ],
    'no time': [
      ['--offline', '--timeout', '0s'],
      '--timeout takes a duration above 0, not "0s".',
      'Write a number with a unit: 800ms, 30s, 5m.',
    ],
    'a deadline without unit': [
      ['--offline', '--deadline', '5'],
      '--deadline takes a duration, not "5".',
      'Write a number with a unit: 800ms, 30s, 5m.',
    ],
    'a filter that selects nothing': [
      ['--offline', '--grep', 'nothing'],
      'No scenario is selected.',
      'Check the paths, --env, --tag and --grep, and "only" in the files; without them all are taken.',
    ],
  };
  for (const [name, [argv, message, fix]] of Object.entries(wrong)) {
    it(`is ${name}`, async () => {
      const { code, problems } = await told(argv);
      expect(code).to.equal(2);
      expect(problems.map((each) => [each.message, each.fix])).to.deep.include([message, fix]);
    });
  }

  it('is a dotenv file that cannot be read, and a report that cannot be written', async () => {
    expect((await told(['--env-file', 'nowhere'])).code).to.equal(2);
    const ended = await why401(['compare', '--offline', '--reporter', 'json=specs/why401.yml'], { files });
    expect([ended.code, ended.stderr]).to.deep.equal([2, ended.stderr]);
    expect(ended.stderr).to.include(
      'The report "specs/why401.yml" would be written over something that is no report of why401.',
    );
  });

  it('is a secret that is not set, told beside what the shape shows', async () => {
    const { code, problems, findings } = await told(['--env', 'staging,production']);
    expect(code).to.equal(2);
    expect(problems.map((each) => each.code)).to.deep.equal(['SECRET_MISSING']);
    expect(findings.map(({ cause, environment }) => `${cause} ${environment}`)).to.deep.equal([
      'client-unknown production',
    ]);
  });

  it('is not what one environment lacks, nor an environment outside of "all"', async () => {
    const { code, problems, findings } = await told(['--offline']);
    expect(code).to.equal(1);
    expect(problems).to.deep.equal([]);
    expect(findings.map(({ cause, environment }) => `${cause} ${environment}`)).to.deep.equal([
      'client-unknown production',
    ]);
  });
});

describe('compare', () => {
  it('writes what was seen when it is interrupted', async () => {
    const stop = new AbortController();
    const server = createServer(() => stop.abort());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const here = (name: string): string =>
      `  ${name}: {origins: {api: "http://127.0.0.1:${port}"}, issuers: {main: "http://127.0.0.1:${port}/${name}"}}\n`;
    const ended = await why401(['compare', '--reporter', 'json=r.json', '--reporter', 'console'], {
      files: { 'specs/why401.yml': `environments:\n${here('one')}${here('two')}` },
      signal: stop.signal,
    });
    server.closeAllConnections();
    server.close();
    const report = JSON.parse(ended.written['r.json'] ?? '') as {
      environments: string[];
      scenarios: unknown[];
    };
    expect(ended.code).to.equal(130);
    expect(report.environments).to.deep.equal(['one', 'two']);
    expect(report.scenarios.length).to.equal(2);
    expect(ended.stdout).to.match(/, interrupted\n$/);
  });
});
