import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
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
      'error client-unknown certain (production) Environment production has no client "web", and a scenario or a credential needs it (specs/why401.yml:25:66); staging has it.',
    ],
  },
  'a client that a credential names, under another name': {
    change: [['      web: {client_id: web-production', '      webb: {client_id: web-production']],
    told: [
      'error client-unknown certain (production) Environment production has no client "web", and a scenario or a credential needs it (specs/why401.yml:26:66); staging has it. It has "webb", which staging has not.',
    ],
  },
  'an origin that a step names': {
    change: [['      billing: https://billing.example.test\n', '']],
    told: [
      'error unresolved-variable certain (production) Environment production has no origin "billing", and a scenario or a credential needs it (specs/a.yml:5:10); staging has it.',
    ],
  },
  'an issuer that a client names': {
    change: [
      ['issuers: {main: https://login.example.test}', 'issuers: {mian: https://login.example.test}'],
      ['ci: {client_id: ci-production,', 'ci: {client_id: ci-production, issuer: main,'],
    ],
    told: [
      'error unresolved-variable certain (production) Environment production has no issuer "main", and a scenario or a credential needs it (specs/why401.yml:21:46); staging has it. It has "mian", which staging has not.',
    ],
  },
  'a part of a credential': {
    change: [['    credentials: {partner: {token: "${secret.PRODUCTION_PARTNER}"}}\n', '']],
    told: [
      'error credentials-missing certain (production) The credential partner has no token in production; in staging it has one.',
    ],
  },
  'a variable that a step takes': {
    change: [['variables: {tenant: acme, region: east}', 'variables: {region: east}']],
    told: [
      'error unresolved-variable certain (production) Environment production has no variable "tenant", and a scenario or a credential needs it (specs/a.yml:4:10); staging has it.',
    ],
  },
  'a header under a name that is nearly the same': {
    change: [
      [
        'variables: {tenant: acme, region: east}\n    headers: {x-tenant: acme}',
        'variables: {tenant: acme, region: east}\n    headers: {x-tennant: acme}',
      ],
    ],
    told: [
      'warning file.header possible (production) Environment production has no header field "x-tenant"; staging has it. It has "x-tennant", which staging has not.',
    ],
  },
  'a scope that is not asked for': {
    change: [
      [
        'credentials: {partner: {token: "${secret.PRODUCTION_PARTNER}"}}',
        'credentials: {partner: {token: "${secret.PRODUCTION_PARTNER}"}, writer: {scope: orders:read}}',
      ],
    ],
    told: [
      'warning scope-missing possible (production) The credential writer does not ask for the scope orders:write in production, as it does in staging.',
    ],
  },
  'a confidential client that is public by oversight': {
    change: [[', client_secret: "${secret.PRODUCTION_CI}"', '']],
    told: [
      'warning client-auth-method-wrong possible (production) The client ci has no client_secret in production; in staging it has one.',
    ],
  },
  'a resource that is not asked for': {
    change: [
      [
        'credentials: {partner: {token: "${secret.PRODUCTION_PARTNER}"}}',
        'credentials: {partner: {token: "${secret.PRODUCTION_PARTNER}"}, reader: {resource: null}}',
      ],
    ],
    told: [
      'warning audience-mismatch possible (production) The credential reader has no resource in production; in staging it has one.',
    ],
  },
  'a secret of the other environment': {
    change: [['${secret.PRODUCTION_CI}', '${secret.STAGING_CI}']],
    told: [
      'warning environment-mixup likely (production) clients.ci.client_secret of production takes the secret STAGING_CI, which is called after staging.',
    ],
  },
  'one secret for two registrations': {
    change: [
      ['${secret.PRODUCTION_CI}', '${secret.CI}'],
      ['${secret.STAGING_CI}', '${secret.CI}'],
    ],
    told: [
      'warning environment-mixup possible (production) The client ci has one secret, CI, in staging and production, where it is registered as ci-staging and as ci-production.',
    ],
  },
  'a client_id of the other environment': {
    change: [['ci-production', 'ci-staging']],
    told: [
      'warning environment-mixup likely (production) The client ci of production has the client_id ci-staging, which is called after staging.',
    ],
  },
  'one client_id at two servers': {
    change: [
      ['ci-production', '0oa1b2c3d4e5f6g7h8i9'],
      ['ci-staging', '0oa1b2c3d4e5f6g7h8i9'],
    ],
    told: [
      'warning environment-mixup possible (staging, production) Client ci has the same client_id in staging and production, at different authorization servers: 0oa1b2c3d4e5f6g7h8i9.',
    ],
  },
  'a host of the other environment in a variable': {
    change: [['region: east', 'region: east, hook: https://api.staging.example.test/hook']],
    told: [
      'warning environment-mixup likely (production) variables.hook of production names https://api.staging.example.test, which belongs to staging.',
    ],
  },
  'an origin of the other environment': {
    change: [['billing: https://billing.example.test', 'billing: https://billing.staging.example.test']],
    told: [
      'warning environment-mixup likely (production) The origin billing of production is https://billing.staging.example.test, the same as in staging and called after it.',
    ],
  },
  'an issuer without TLS': {
    change: [['{main: https://login.example.test}', '{main: http://login.example.test}']],
    told: [
      'warning endpoint-wrong likely (production) The issuer main is http://login.example.test in production, and https in staging.',
    ],
  },
  'an origin on this machine': {
    change: [['billing: https://billing.example.test', 'billing: http://localhost:8080']],
    told: [
      'warning endpoint-wrong possible (production) The origin billing of production is localhost:8080, which only this network knows; its other hosts are public.',
    ],
  },
  'production that is not protected': {
    change: [['  production:\n', '  production:\n    protected: false\n']],
    told: [
      'warning file.protected likely (production) production says "protected: false": scenarios and experiments may change things there.',
    ],
  },
  'production whose certificates are not checked': {
    change: [['  production:\n', '  production:\n    tls: {insecure: true}\n']],
    told: [
      'warning file.insecure likely (production) production says "insecure: true": no certificate is checked there.',
    ],
  },
  'connections that lead to the other environment': {
    change: [
      [
        '  production:\n',
        '  production:\n    connect_to: {"api.example.test:443": "api.staging.example.test:443"}\n',
      ],
    ],
    told: [
      'error environment-mixup likely (production) connect_to.api.example.test:443 of production names api.staging.example.test, which belongs to staging.',
    ],
  },
  'a client of which nothing is said there': {
    change: [
      [
        '      ci: {client_id: ci-staging,',
        '      batch: {client_id: batch, token_endpoint_auth_method: none}\n      ci: {client_id: ci-staging,',
      ],
    ],
    told: [
      'warning client-unknown possible (production) Environment production has no client "batch"; staging has it.',
    ],
  },
  'a variable that nothing takes': {
    change: [['region: west', 'region: west, leftover: x']],
    told: [
      'warning unresolved-variable possible (production) Environment production has no variable "leftover"; staging has it.',
    ],
  },
  'a credential that nobody uses': {
    change: [
      [
        'credentials: {partner: {token: "${secret.STAGING_PARTNER}"}}',
        'credentials: {partner: {token: "${secret.STAGING_PARTNER}"}, hook: {type: bearer, token: "${secret.HOOK}"}}',
      ],
    ],
    told: [
      'warning credentials-missing possible (production) Environment production has no credential "hook"; staging has it.',
    ],
  },
  'a callback that is nearly the same': {
    change: [['https://app.example.test/cb', 'https://app.example.test/cb/']],
    told: [
      'warning redirect-uri-mismatch possible (staging, production) The list of redirect URIs of web differs: https://app.staging.example.test/cb in staging, https://app.example.test/cb/ (not as in staging: a slash at the end) in production.',
    ],
  },
  'a callback that one has more': {
    change: [
      [
        'https://app.staging.example.test/cb',
        'https://app.staging.example.test/cb, https://app.staging.example.test/silent',
      ],
    ],
    told: [
      'warning redirect-uri-mismatch possible (staging, production) The list of redirect URIs of web differs: https://app.staging.example.test/silent (not in production) in staging, https://app.example.test/cb in production.',
    ],
  },
  'a variable in the settings of the environment': {
    change: [
      [
        'variables: {tenant: acme, region: east}\n    headers: {x-tenant: acme}',
        'variables: {tenant: acme}\n    headers: {x-tenant: "${region}"}',
      ],
    ],
    told: [
      'error unresolved-variable certain (production) Environment production has no variable "region", and a scenario or a credential needs it (specs/why401.yml:24:25); staging has it.',
    ],
  },
};

/** Files that look odd and are as they are meant to be. */
const healthy: Readonly<Record<string, { readonly project: string; readonly scenarios?: string }>> = {
  'one that extends the other, with a door and an origin of its own': {
    project: `${project.replace('credentials:\n  reader', '  canary:\n    extends: production\n    origins: {canary: "https://canary.example.test"}\n    variables: {weight: 5}\n    connect_to: {"api.example.test:443": "canary.internal:8443"}\ncredentials:\n  reader')}`,
  },
  'a client, a credential and a variable for what is tested in staging only': {
    project: project
      .replace(
        '      ci: {client_id: ci-staging',
        '      admin: {client_id: admin-staging, client_secret: "${secret.STAGING_ADMIN}"}\n      ci: {client_id: ci-staging',
      )
      .replace('region: west', 'region: west, debug: on')
      .replace(
        '{partner: {token: "${secret.STAGING_PARTNER}"}}',
        '{partner: {token: "${secret.STAGING_PARTNER}"}, admin: {type: oauth2, grant_type: client_credentials, client: admin}}',
      ),
    scenarios: `${scenario}  - name: admin\n    GET: /admin/\${debug}\n    credential: admin\n    only: [staging]\n`,
  },
  'one authorization server with clients for both': {
    project: project.replace('https://login.staging.example.test', 'https://login.example.test'),
  },
  'scopes and parameters of servers of different make': {
    project: project
      .replace(', scope: orders:read, resource: "${origin.api}"', '')
      .replace(
        '{partner: {token: "${secret.STAGING_PARTNER}"}}',
        '{partner: {token: "${secret.STAGING_PARTNER}"}, reader: {scope: "orders:read offline_access", audience: orders}}',
      )
      .replace(
        '{partner: {token: "${secret.PRODUCTION_PARTNER}"}}',
        '{partner: {token: "${secret.PRODUCTION_PARTNER}"}, reader: {scope: "api://6f1c/.default"}}',
      ),
  },
  'a public client where the other one has a secret, said so': {
    project: project
      .replace(', client_secret: "${secret.PRODUCTION_CI}"', ', token_endpoint_auth_method: none')
      .replace(
        'writer: {type: oauth2, grant_type: client_credentials, client: ci, scope: "orders:read orders:write"}',
        'writer: {type: bearer, token: "${secret.WRITER}"}',
      ),
  },
  'staging on the machine of the developer': {
    project: project.replaceAll(/https:\/\/[a-z]+\.staging\.example\.test/g, 'http://localhost:8080'),
  },
  'hosts in a domain that production has as a whole': {
    project: project
      .replace('billing: https://billing.staging.example.test', 'billing: https://billing.example.org')
      .replace('region: west', 'region: west, page: "https://help.staging.example.test/"')
      .replace('region: east', 'region: east, page: "https://help.example.test/"'),
  },
  'a staging without TLS': {
    project: project
      .replaceAll(/https:\/\/(api|billing)\.staging/g, 'http://$1.staging')
      .replace('main: https://login.staging.example.test', 'main: https://login.example.test'),
  },
  'secrets whose words have several meanings': {
    project: project
      .replaceAll('staging:', 'test:')
      .replaceAll('STAGING_PARTNER', 'TEST_USER_TOKEN')
      .replaceAll('PRODUCTION_PARTNER', 'TEST_USER_TOKEN')
      .replaceAll('STAGING', 'A'),
  },
  'a callback on the machine of the user': {
    project: project.replace(
      'https://app.staging.example.test/cb',
      'https://app.staging.example.test/cb, "http://127.0.0.1:8400/cb"',
    ),
  },
  'a gate before staging that wants a header': {
    project: project.replace('headers: {x-tenant: acme}', 'headers: {x-tenant: acme, x-gate: open}'),
  },
  'more in production than in staging': {
    project: project
      .replace('region: east', 'region: east, shard: 7')
      .replace(
        '      ci: {client_id: ci-production',
        '      batch: {client_id: batch, token_endpoint_auth_method: none}\n      ci: {client_id: ci-production',
      ),
  },
  'addresses from the environment of the process': {
    project: project
      .replace('api: https://api.example.test', 'api: "${env.API}"')
      .replace('tenant: acme, region: east', 'tenant: "${env.TENANT}", region: east'),
  },
  'no scenarios': { project, scenarios: '' },
};

describe('compare --offline', () => {
  it('tells nothing of two healthy environments', async () => {
    expect(await compare(project)).to.deep.equal({ code: 0, problems: [], rows: [], told: [] });
  });

  for (const [name, { project: text, scenarios }] of Object.entries(healthy)) {
    it(`tells nothing of ${name}`, async () => {
      if (name !== 'no scenarios') expect(`${text}${scenarios}`).not.to.equal(`${project}undefined`);
      expect(
        await compare(
          text,
          ['--offline', '--env', text.includes('  test:') ? 'test,production' : allOf(text)],
          scenarios,
        ),
      ).to.deep.equal({ code: 0, problems: [], rows: [], told: [] });
    });
  }

  for (const [name, { change, told }] of Object.entries(drifts)) {
    it(`tells of ${name}`, async () => {
      const compared = await compare(changed(change));
      expect(compared.told).to.deep.equal(told);
      expect(compared.code).to.equal(told.some((line) => line.startsWith('error')) ? 1 : 0);
      expect(compared.rows.length).to.equal(told.length);
    });
  }

  it('tells what is declared as expected, and what is declared and does not differ', async () => {
    const declared = `${changed([[productionWeb, '']])}compare:
  differs:
    - {what: 'file.client[web]', reason: production has no web application yet}
    - {what: 'file.scheme', reason: staging had no TLS}
`;
    expect((await compare(declared)).told).to.deep.equal([
      'warning declared-difference-stale certain (staging, production) compare.differs says that file.scheme differs between staging and production, and it does not.',
    ]);
  });

  it('tells nothing of one client_id at both servers that is declared', async () => {
    const differs = "compare: {differs: [{what: 'client.id[web]', reason: one name everywhere}]}\n";
    const same = project.replace('web-staging', '0oa1f9k2').replace('web-production', '0oa1f9k2');
    expect((await compare(same)).told).to.deep.equal([
      'warning environment-mixup possible (staging, production) Client web has the same client_id in staging and production, at different authorization servers: 0oa1f9k2.',
    ]);
    expect((await compare(`${same}${differs}`)).told).to.deep.equal([]);
  });

  it('takes no secret, no certificate and no connection', async () => {
    let connections = 0;
    const server = createServer(() => {
      connections += 1;
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const text = changed([
      ['api: https://api.example.test', `api: http://127.0.0.1:${port}`],
      ['  production:\n', '  production:\n    tls: {ca: nowhere.pem, cert: nowhere.pem, key: nowhere.key}\n'],
    ]);
    expect(await compare(text.replaceAll('https://', 'http://'))).to.deep.include({ code: 0, problems: [] });
    server.close();
    expect(connections).to.equal(0);
  });
});

function allOf(text: string): string {
  return text.includes('  canary:') ? 'staging,production,canary' : 'staging,production';
}
