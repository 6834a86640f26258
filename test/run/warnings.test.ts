import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { replay } from '../support/replay.ts';

const api = 'https://api.example.test';
const project: JsonMap = {
  environments: { production: { origins: { api } } },
  credentials: { reader: { type: 'bearer', token: '${secret.TOKEN}' } },
};
const secrets = { TOKEN: 'a-secret-token-of-the-reader' };

describe('warnings of a run', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
    await origins.serve(api, (request, response) => {
      const given = request.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? null;
      if (request.url === '/private') response.writeHead(401, { 'content-type': 'application/json' });
      else response.writeHead(200, { 'content-type': 'application/json', 'www-authenticate': 'Basic' });
      response.end(JSON.stringify(request.url === '/echo' ? { given } : {}));
    });
  });
  afterEach(() => origins.close());

  const step = (path: string, expect: JsonMap): JsonMap => ({ GET: path, expect });
  const told = async (steps: readonly JsonMap[], credential = 'none') => {
    const scenarios = { 'a.yml': { ...(credential === 'none' ? {} : { credential }), steps: [...steps] } };
    const { jobs, finished } = await replay({ origins, project, secrets, scenarios });
    const findings = jobs.flatMap((job) => job.steps).map((each) => each.findings);
    return {
      exitCode: finished.exitCode,
      warnings: finished.summary.warnings,
      steps: findings.map((each) =>
        each.map(({ cause, check, severity, expected }) => [cause ?? check, severity, expected]),
      ),
      run: finished.findings.map(({ check }) => check),
      text: JSON.stringify([findings, finished]),
    };
  };

  it('stand beside the step that passes, and leave the exit code alone', async () => {
    const { text: _, ...rest } = await told([step('/private', { status: 401 })]);
    expect(rest).to.deep.equal({
      exitCode: 0,
      warnings: 1,
      steps: [[['http-401-no-www-authenticate', 'warning', false]]],
      run: [],
    });
  });

  it('can be expected, by cause or by check', async () => {
    const { exitCode, warnings, steps } = await told([
      step('/private', { status: 401, warns: 'http-401-no-www-authenticate' }),
    ]);
    expect({ exitCode, warnings, steps }).to.deep.equal({
      exitCode: 0,
      warnings: 0,
      steps: [[['http-401-no-www-authenticate', 'info', true]]],
    });
  });

  it('can be expected of the quiet checks, which the run then leaves out', async () => {
    const { exitCode, steps, run } = await told([step('/orders', { status: 200, warns: 'basic-realm' })]);
    expect({ exitCode, steps }).to.deep.equal({ exitCode: 0, steps: [[['basic-realm', 'info', true]]] });
    expect(run).to.include('http-www-authenticate-on-200');
    expect(run).not.to.include('basic-realm');
  });

  it('fail the step that expects one in vain', async () => {
    const { exitCode } = await told([step('/orders', { status: 200, warns: 'clock-skew' })]);
    expect(exitCode).to.equal(1);
  });

  it('name the credential that comes back and do not show it', async () => {
    const { steps, text } = await told([step('/echo', { status: 200 })], 'reader');
    expect(steps).to.deep.equal([[['credential-echoed', 'warning', false]]]);
    expect(text).not.to.include(secrets.TOKEN);
  });
});
