import { expect } from 'chai';
import { why401 } from '../support/command.ts';

const project = `environments:
  staging:
    protected: false
    origins:
      api: https://api.staging.example.test
      billing: https://billing.staging.example.test
    issuers: {main: https://login.staging.example.test}
    clients:
      web: {client_id: web-staging, client_secret: "\${secret.STAGING_WEB}", redirect_uris: [https://app.staging.example.test/cb]}
      ci: {client_id: ci-staging, client_secret: "\${secret.STAGING_CI}"}
    credentials: {partner: {token: "\${secret.STAGING_PARTNER}"}}
    variables: {tenant: acme, region: west}
    headers: {x-tenant: acme}
  production:
    origins:
      api: https://api.example.test
      billing: https://billing.example.test
    issuers: {main: https://login.example.test}
    clients:
      web: {client_id: web-production, client_secret: "\${secret.PRODUCTION_WEB}", redirect_uris: [https://app.example.test/cb]}
      ci: {client_id: ci-production, client_secret: "\${secret.PRODUCTION_CI}"}
    credentials: {partner: {token: "\${secret.PRODUCTION_PARTNER}"}}
    variables: {tenant: acme, region: east}
    headers: {x-tenant: acme}
credentials:
  reader: {type: oauth2, grant_type: client_credentials, client: web, scope: orders:read, resource: "\${origin.api}"}
  writer: {type: oauth2, grant_type: client_credentials, client: ci, scope: "orders:read orders:write"}
  partner: {type: bearer}
`;
const scenario = `name: orders
credential: reader
steps:
  - GET: /orders/\${tenant}
  - GET: billing:/invoices
    credential: writer
  - GET: /partners
    credential: partner
`;

interface Report {
  readonly problems: readonly { readonly code: string }[];
  readonly findings: readonly {
    readonly severity: string;
    readonly cause: string | null;
    readonly check: string | null;
    readonly certainty: string;
    readonly environment: string;
    readonly summary: string;
    readonly fixSource?: unknown;
  }[];
  readonly comparison: readonly { readonly what: string; readonly severity: string }[];
}

async function compare(text: string, argv: readonly string[] = ['--offline'], scenarios = scenario) {
  const ended = await why401(['compare', ...argv, '--reporter', 'json=r.json'], {
    files: { 'specs/why401.yml': text, ...(scenarios === '' ? {} : { 'specs/a.yml': scenarios }) },
  });
  const report = JSON.parse(ended.written['r.json'] ?? '{}') as Report;
  return {
    code: ended.code,
    problems: report.problems.map(({ code }) => code),
    rows: report.comparison
      .filter(({ severity }) => severity !== 'info')
      .map(({ severity, what }) => `${severity} ${what}`),
    told: report.findings.map(
      ({ severity, cause, check, certainty, environment, summary }) =>
        `${severity} ${cause ?? check} ${certainty} (${environment}) ${summary}`,
    ),
  };
}

/** `from` must be there, or the case would test nothing. */
function changed(changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce((text, [from, to]) => {
    expect(text).to.include(from);
    return text.replace(from, to);
  }, project);
}

const productionWeb =
  '      web: {client_id: web-production, client_secret: "${secret.PRODUCTION_WEB}", redirect_uris: [https://app.example.test/cb]}\n';

interface Case {
  readonly change: readonly (readonly [from: string, to: string])[];
  readonly told: readonly string[];
}

const drifts: Readonly<Record<string, Case>> = {
  'a client that a credential names': {
    change: [[productionWeb, '']],
    told: [
      'error client-unknown certain (production) Environment production has no client "web", and a scenario or a credential needs it (specs/a.yml:1:1); staging has it.',
    ],
  },
};

describe('compare --offline', () => {
  it('tells nothing of two healthy environments', async () => {
    expect(await compare(project)).to.deep.equal({ code: 0, problems: [], rows: [], told: [] });
  });

  for (const [name, { change, told }] of Object.entries(drifts)) {
    it(`tells of ${name}`, async () => {
      expect((await compare(changed(change))).told).to.deep.equal(told);
    });
  }
});
