import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startLab } from '../../fixtures/lab/lab.ts';
import { cli } from '../../src/cli/cli.ts';
import { processWorld } from '../../src/cli/world.ts';

interface Finding {
  readonly check: string | null;
  readonly environment: string;
  readonly severity: string;
}
interface Report {
  readonly summary: { readonly warnings: number };
  readonly findings: readonly Finding[];
  readonly scenarios: readonly {
    readonly steps: readonly { readonly findings: readonly Finding[] }[];
  }[];
}

describe('the audit of the lab', () => {
  it('finds nothing that matters where no fault is', async () => {
    const { findings, scenarios, summary } = await report('none');
    expect(findings.filter(({ severity }) => severity !== 'info')).to.deep.equal([]);
    expect(scenarios.flatMap(({ steps }) => steps.flatMap((step) => step.findings))).to.deep.equal([]);
    expect(summary.warnings).to.equal(0);
  });

  it('finds in production alone what the faults break of the standards', async () => {
    const { findings } = await report('all');
    const failed = findings.filter(({ severity }) => severity === 'warning');
    expect([...new Set(failed.map(({ environment }) => environment))]).to.deep.equal(['production']);
    expect(failed.map(({ check }) => check)).to.have.members([
      'http-401-no-www-authenticate',
      'http-challenge-scheme-known',
      'http-content-type',
      'http-redirect-cross-origin',
      'issuer-token',
      'token-scope-differs',
    ]);
  });
});

async function report(faults: 'none' | 'all'): Promise<Report> {
  const lab = await startLab({ faults });
  const folder = mkdtempSync(join(tmpdir(), 'why401-lab-'));
  try {
    const file = join(folder, 'report.json');
    const world = { ...processWorld(new AbortController().signal), env: lab.env };
    await cli(['run', '--config', 'specs/why401.yml', '--reporter', `json=${file}`], world);
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } finally {
    await lab.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
