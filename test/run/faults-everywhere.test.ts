/** Each fault of each credential that is no oauth2, against a server that is right and one that takes anything. */
import { expect } from 'chai';
import type { FaultKind, JsonMap } from '../../src/model.ts';
import { type Page, pages, reaching, serveIdToken } from '../docs/credential-servers.ts';
import { type Ended, why401 } from '../support/command.ts';
import { type Origins, startOrigins } from '../support/origins.ts';

const token = ['missing', 'malformed_header', 'malformed_token', 'wrong_scheme', 'duplicate'] as const;
const jwt = [...token, 'tampered_signature', 'alg_none'] as const;
const signing = ['missing', 'malformed_header', 'tampered_signature', 'duplicate'] as const;
const faultsOf: Readonly<Record<string, readonly FaultKind[]>> = {
  bearer: token,
  basic: ['missing', 'malformed_header', 'wrong_scheme', 'duplicate'],
  digest: signing,
  'api-key': ['missing', 'malformed_header', 'duplicate'],
  hmac: signing,
  'self-signed-jwt': [...jwt, 'wrong_audience', 'expired'],
  'aws-sigv4': signing,
  // Two equal members of a dictionary field are one (RFC 9651 section 3.2).
  'http-signature': ['missing', 'malformed_header', 'tampered_signature'],
  session: ['missing'],
  'ci-oidc': jwt,
  command: token,
};

describe('faults of credentials', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  /** One step for each fault. */
  async function run(page: Page, faults: readonly FaultKind[], writes = true): Promise<Ended> {
    const { project, scenario } = reaching(page, origins);
    const [step = {}] = scenario['steps'] as JsonMap[];
    const name = page.file === 'ci-oidc' ? 'job' : scenario['credential'];
    const { expect: _, ...request } = step;
    const steps = faults.map((fault) => ({
      ...request,
      name: fault,
      ...(writes ? { writes: true } : {}),
      credential: { name, fault },
      expect: { status: [400, page.refusal] },
    }));
    const files = {
      'why401.yml': JSON.stringify(project),
      'a.yml': JSON.stringify({ steps }),
      'ca.pem': origins.authority.ca,
      ...page.files,
    };
    return why401(['run', '--reporter', 'json'], { files, env: page.env ?? {} });
  }

  /** `status cause certainty` of each step, by fault; findings of standards checks have no cause. */
  function told({ stdout }: Ended): string[] {
    const { scenarios } = JSON.parse(stdout) as {
      scenarios: {
        steps: { name: string; status: string; findings: { cause: string | null; certainty: string }[] }[];
      }[];
    };
    return scenarios.flatMap(({ steps }) =>
      steps.map(({ name, status, findings }) => {
        const [first] = findings.filter(({ cause }) => cause !== null);
        return [name, status, ...(first ? [first.cause, first.certainty] : [])].join(' ');
      }),
    );
  }

  for (const page of pages) {
    const faults = faultsOf[page.file] ?? [];

    it(`of ${page.file} are refused by a server that is right`, async () => {
      await (page.file === 'ci-oidc' ? serveIdToken(origins) : page.serve(origins));
      const ended = await run(page, faults);
      expect([ended.code, told(ended)], ended.stderr).to.deep.equal([
        0,
        faults.map((fault) => `${fault} passed`),
      ]);
    });

    it(`of ${page.file} are told of a server that takes anything`, async () => {
      await serveAnything(page, origins);
      for (const fault of faults) {
        const ended = await run(page, [fault]);
        expect([ended.code, told(ended)]).to.deep.equal([1, [`${fault} failed fault-accepted certain`]]);
      }
    });
  }
});

/** The servers of the page, but for the one that judges: it says 200 to everything. */
async function serveAnything(page: Page, origins: Origins): Promise<void> {
  await (page.file === 'ci-oidc' ? serveIdToken(origins) : page.serve(origins));
  const { project } = reaching(page, origins);
  const { staging = {} } = project['environments'] as Record<string, JsonMap>;
  const [judge = ''] = Object.values(staging['origins'] as Record<string, string>);
  await origins.serve(judge, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{}');
  });
}
