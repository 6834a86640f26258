/** The examples of docs/faults.md, run against servers that are right, and against servers that take anything. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { JsonMap } from '../../src/model.ts';
import { root } from '../architecture/source-files.ts';
import { type Ended, why401 } from '../support/command.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { accessToken, type Site, serveSite } from './guarded-site.ts';

const text = readFileSync(new URL('docs/faults.md', root), 'utf8');
const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => parse(block) as JsonMap);
const [project = {}] = blocks.filter((block) => 'environments' in block);
const scenarios = blocks.filter((block) => 'steps' in block);
const pem = (): string =>
  String(
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
  );
const secrets = {
  STAGING_WEB_SECRET: 'the-secret-of-staging',
  WEB_SECRET: 'the-secret-of-production',
  STAGING_ROBOT_KEY: pem(),
  ROBOT_KEY: pem(),
};
const site = (name: 'staging' | 'production', blind: boolean): Site => {
  const inner = name === 'staging';
  return {
    api: inner ? 'https://api.staging.example.com' : 'https://api.example.com',
    login: inner ? 'https://login.staging.example.com' : 'https://login.example.com',
    secrets: inner
      ? new Map([['web-staging', secrets.STAGING_WEB_SECRET]])
      : new Map([['web', secrets.WEB_SECRET]]),
    keys: new Map([
      [
        inner ? 'robot-staging' : 'robot',
        createPublicKey(inner ? secrets.STAGING_ROBOT_KEY : secrets.ROBOT_KEY),
      ],
    ]),
    blind,
  };
};

interface Report {
  readonly problems?: readonly { readonly message: string }[];
  readonly scenarios: readonly {
    readonly environment: string;
    readonly steps: readonly {
      readonly status: string;
      readonly findings: readonly { readonly cause: string | null; readonly certainty: string }[];
    }[];
  }[];
}

describe('docs/faults.md', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  async function run(steps: readonly unknown[], blind: boolean): Promise<Ended & { report: Report }> {
    const sites = [site('staging', blind), site('production', blind)];
    for (const each of sites) await serveSite(origins, each);
    const reached = { tls: { ca: 'ca.pem' }, connect_to: Object.fromEntries(origins.transport.connectTo) };
    const environments = Object.entries(project['environments'] as Record<string, JsonMap>);
    const expired = await accessToken(site('staging', blind), 'orders:read', null, 1_700_000_000);
    const ended = await why401(['run', '--reporter', 'json'], {
      files: {
        'why401.yml': JSON.stringify({
          ...project,
          environments: Object.fromEntries(environments.map(([name, map]) => [name, { ...map, ...reached }])),
        }),
        'a.yml': JSON.stringify({ steps }),
        'ca.pem': origins.authority.ca,
      },
      env: { ...secrets, EXPIRED_TOKEN: expired },
    });
    return { ...ended, report: JSON.parse(ended.stdout) as Report };
  }
  const told = ({ report }: { report: Report }): string[] =>
    report.scenarios.flatMap(({ environment, steps }) =>
      steps.map(({ status, findings }) => {
        const [first] = findings.filter(({ cause }) => cause !== null);
        return [environment, status, ...(first ? [first.cause, first.certainty] : [])].join(' ');
      }),
    );

  it('has examples', () => {
    expect(scenarios.map(({ steps }) => (steps as unknown[]).length)).to.deep.equal([4, 2, 1, 2]);
  });

  for (const [index, { steps }] of scenarios.entries()) {
    const list = steps as JsonMap[];
    it(`passes with example ${index + 1} where servers are right`, async () => {
      const ended = await run(list, false);
      const seen = told(ended).map((each) => each.split(' ')[1]);
      expect([ended.code, new Set(seen)], ended.stdout).to.deep.equal([0, new Set(['passed'])]);
    });

    it(`tells of each step of example ${index + 1} where servers take anything`, async () => {
      for (const step of list) {
        const ended = await run([step], true);
        const { only = ['staging', 'production'] } = step as { only?: string[] };
        expect([ended.code, told(ended).sort()], ended.stdout).to.deep.equal([
          1,
          only.map((name) => `${name} failed fault-accepted certain`).sort(),
        ]);
      }
    });
  }

  it('wants "writes: true" of the steps that have it, in protected environments only', async () => {
    for (const { steps } of scenarios) {
      const list = steps as JsonMap[];
      const without = list.map(({ writes: _, ...step }) => step);
      const { code, report } = await run(without, false);
      const count = list.filter((step) => step['writes'] === true).length;
      expect([code, report.problems?.length], JSON.stringify(report.problems)).to.deep.equal([2, count]);
      for (const { message } of report.problems ?? []) expect(message).to.include('production');
    }
  });
});
