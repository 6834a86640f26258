/** The whole product against the lab: the command in this process, real servers behind it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type FaultId, faults } from '../../fixtures/lab/faults.ts';
import { type Lab, startLab } from '../../fixtures/lab/lab.ts';
import { cli } from '../../src/cli/cli.ts';
import { processWorld } from '../../src/cli/world.ts';

interface Report {
  readonly summary: Record<string, number>;
  readonly scenarios: readonly {
    readonly file: string;
    readonly environment: string;
    readonly steps: readonly {
      readonly name: string;
      readonly exchanges: readonly {
        readonly hops: readonly { readonly request: { readonly method: string; readonly url: string } }[];
      }[];
      readonly findings: readonly { readonly cause: string; readonly certainty: string }[];
    }[];
  }[];
}

async function run(
  lab: Lab,
  argv: readonly string[] = [],
): Promise<{ code: number; report: Report; text: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'why401-lab-'));
  try {
    const file = join(folder, 'report.json');
    const world = { ...processWorld(new AbortController().signal), env: lab.env };
    const code = await cli(
      ['run', '--config', 'specs/why401.yml', '--reporter', `json=${file}`, ...argv],
      world,
    );
    const text = readFileSync(file, 'utf8');
    return { code, report: JSON.parse(text) as Report, text };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sentByUs(report: Report): string[] {
  const hops = report.scenarios.flatMap(({ steps }) =>
    steps.flatMap(({ exchanges }) => exchanges.flatMap((each) => each.hops)),
  );
  return hops.map(({ request }) => `${request.method} ${request.url}`).sort();
}

/** What servers of the lab send to each other is no request of ours: keys, and what a proxy forwards inside. */
function received(lab: Lab): string[] {
  const own = /^\/(\.well-known\/|jwks$)/;
  return lab.log
    .filter(
      ({ server, url, headers }) =>
        !server.endsWith('/inside') &&
        !(server.endsWith('/login') && own.test(url) && !headers.includes('User-Agent')),
    )
    .map(({ scheme, method, host, url }) => `${method} ${scheme}://${host}${url}`)
    .sort();
}

describe('a run against the lab', () => {
  it('explains every seeded fault, as surely as the evidence allows, and sends nothing that it does not report', async () => {
    const lab = await startLab({ faults: 'all' });
    try {
      const before = lab.log.length;
      const { code, report, text } = await run(lab);
      expect(code).to.equal(1);
      const found = report.scenarios.flatMap(({ environment, file, steps }) =>
        steps.flatMap(({ findings }) =>
          findings.map(({ cause, certainty }) => `${environment} ${file}: ${cause} ${certainty}`),
        ),
      );
      expect(found.sort()).to.deep.equal([
        'production specs/audit.yml: client-secret-wrong likely',
        'production specs/billing.yml: audience-mismatch likely',
        'production specs/entry.yml: credentials-dropped-on-redirect proven',
        'production specs/exports.yml: client-unknown likely',
        'production specs/monitor.yml: environment-mixup certain',
        'production specs/orders-write.yml: scope-missing likely',
        'production specs/partner.yml: token-expired certain',
        'production specs/reports.yml: basic-shadow likely',
        'production specs/search.yml: edge-blocked likely',
        'production specs/sign-in.yml: redirect-uri-mismatch certain',
      ]);
      const log = { ...lab, log: lab.log.slice(before) };
      expect(sentByUs(report)).to.deep.equal(received(log));
      const secrets = Object.entries(lab.env).filter(([name]) => /SECRET|TOKEN|KEY/.test(name));
      expect(secrets.filter(([, value]) => text.includes(value)).map(([name]) => name)).to.deep.equal([]);
    } finally {
      await lab.close();
    }
  });

  it('finds nothing when the faults are healed', async () => {
    const lab = await startLab({ faults: 'none' });
    try {
      const { code, report } = await run(lab);
      expect(code).to.equal(0);
      expect(report.summary).to.deep.equal({ passed: 30, failed: 0, errored: 0, skipped: 0, warnings: 0 });
      expect(
        report.scenarios
          .flatMap(({ steps }) => steps.flatMap(({ findings }) => findings))
          .map(({ cause }) => cause),
      ).to.deep.equal([]);
    } finally {
      await lab.close();
    }
  });

  for (const id of ['client-unknown', 'client-secret-wrong'] as FaultId[]) {
    it(`tells ${id} from its twin, whose answer is the same`, async () => {
      const lab = await startLab({ faults: [id] });
      try {
        const { report } = await run(lab, ['--env', 'production']);
        const causes = report.scenarios.flatMap(({ file, steps }) =>
          steps.flatMap(({ findings }) => findings.map(({ cause }) => `${file} ${cause}`)),
        );
        const seeded = faults.find((fault) => fault.id === id);
        expect(causes.filter((text) => !text.startsWith('specs/anonymous.yml'))).to.deep.equal([
          `${seeded?.file} ${id}`,
        ]);
      } finally {
        await lab.close();
      }
    });
  }

  it('writes no secret and no token into any report', async () => {
    const lab = await startLab({ faults: 'all' });
    const folder = mkdtempSync(join(tmpdir(), 'why401-lab-'));
    try {
      const names = ['console', 'json', 'jsonl', 'junit', 'github'];
      const reporters = names.flatMap((name) => ['--reporter', `${name}=${join(folder, name)}`]);
      await run(lab, ['--verbose', ...reporters]);
      const secrets = Object.entries(lab.env).filter(([name]) => /SECRET|TOKEN|KEY/.test(name));
      for (const name of names) {
        const text = readFileSync(join(folder, name), 'utf8');
        expect(text.length, name).to.be.greaterThan(500);
        const leaked = secrets.filter(
          ([, value]) =>
            text.includes(value) || text.includes(Buffer.from(value).toString('base64').slice(0, -4)),
        );
        expect(
          leaked.map(([secret]) => secret),
          name,
        ).to.deep.equal([]);
        expect(text.match(/eyJ[\w-]+\.eyJ[\w-]+/g), name).to.equal(null);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
      await lab.close();
    }
  });
});
