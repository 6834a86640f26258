/** Comparisons made by hand, as the events that reporters hear. */
import type { Comparison, Difference, Finding, LeftOut, Observed, RunEvent } from '../../src/model.ts';
import { events, exchange, finding, job, secure, source, step } from './runs.ts';

function difference(
  what: string,
  staging: string,
  production: string,
  parts: Partial<Difference> = {},
): Difference {
  return {
    what,
    environments: { staging, production },
    cause: null,
    check: what.replace(/\[.*/s, ''),
    severity: 'info',
    expected: null,
    ...parts,
  };
}

function drift(row: Difference, parts: Partial<Finding>): Finding {
  const { staging = '', production = '' } = row.environments;
  return finding('staging, production', {
    cause: row.cause,
    check: row.check,
    severity: row.severity,
    certainty: 'possible',
    evidence: [
      { hop: null, field: 'staging', seen: staging },
      { hop: null, field: 'production', seen: production },
    ],
    ...parts,
  });
}

const observed: readonly Observed[] = ['staging', 'production'].map((environment) => ({
  environment,
  observations: [
    {
      kind: 'token.lifetime',
      of: 'reader',
      value: environment === 'staging' ? 3600 : 300,
      seen: environment === 'staging' ? '1 h' : '5 min',
      source: source('specs/why401.yml', 40),
    },
  ],
}));

function compared(
  environments: readonly ReturnType<typeof looked>[],
  comparison: Partial<Comparison>,
  findings: readonly Finding[],
  exitCode: 0 | 1,
): readonly RunEvent[] {
  return events(environments, secure('staging', 'production'), {
    findings,
    exitCode,
    comparison: { differences: [], observed, left: [], ...comparison },
  });
}

/** What was tried in one environment. */
function looked(index: number, environment: string, issuer: string, findings: readonly Finding[] = []) {
  const url = `${issuer}/.well-known/openid-configuration`;
  const parts = {
    credential: null,
    source: source('specs/why401.yml', 9 + index * 20, 13),
    exchanges: [
      exchange(environment, [{ url, status: 200, body: '{}' }], { role: 'metadata', credentials: [] }),
    ],
  };
  const failed = findings.some(({ severity }) => severity === 'error');
  const steps = [
    step('metadata of issuer main', 9 + index * 20, failed ? 'failed' : 'passed', { ...parts, findings }),
    step('keys of issuer main', 9 + index * 20, 'passed', parts),
  ];
  return {
    ...job(index, 'compare', environment, steps),
    file: 'specs/why401.yml',
    source: source('specs/why401.yml', 6 + index * 20, 3),
  };
}

const left: readonly LeftOut[] = [
  {
    environment: 'production',
    what: 'tokens of the credentials',
    why: 'production is protected',
    fix: 'Write --scenarios to have them replayed.',
  },
  {
    environment: 'production',
    what: 'secrets of the clients',
    why: 'production is protected',
    fix: 'Write --scenarios to have them replayed.',
  },
  {
    environment: 'staging',
    what: 'client certificates',
    why: 'anonymous requests carry none',
    fix: 'Use a scenario.',
  },
];

/** Nothing differs that matters. */
const well = compared(
  [
    looked(0, 'staging', 'https://login.staging.example.test'),
    looked(1, 'production', 'https://login.example.test'),
  ],
  {},
  [],
  0,
);

const lifetime = difference('token.lifetime[reader]', '1 h', '5 min', {
  cause: 'token-lifetime-wrong',
  check: null,
  severity: 'warning',
});
const scope = difference('issuer.scope[main orders:read]', 'offered', 'not offered', {
  cause: 'scope-unknown',
  check: null,
  severity: 'error',
});
const method = difference(
  'issuer.auth-method[main]',
  'client_secret_basic, client_secret_post, private_key_jwt, tls_client_auth',
  'client_secret_post',
  {},
);
const skew = difference('clock.skew[api]', '0 s', '42 s', { check: 'clock.skew', severity: 'warning' });

/** Drift of all severities, declared differences, things left out. */
const drifted = compared(
  [
    looked(0, 'staging', 'https://login.staging.example.test'),
    looked(1, 'production', 'https://login.example.test', [
      finding('production', {
        cause: 'issuer-mismatch',
        certainty: 'certain',
        summary:
          'The metadata at https://login.example.test states the issuer https://login.staging.example.test.',
        evidence: [{ hop: 1, field: 'issuer', seen: 'https://login.staging.example.test' }],
        fix: 'Let the authorization server state its own address.',
        fixSource: source('specs/why401.yml', 29, 13),
        references: ['RFC 8414 section 3.3'],
      }),
    ]),
  ],
  {
    differences: [
      method,
      lifetime,
      difference('token.aud[reader]', '${origin.api}', '${origin.api}/'),
      scope,
      skew,
      difference('token.lifetime[partner]', '1 h', '24 h', {
        cause: 'token-lifetime-wrong',
        check: null,
        severity: 'warning',
        expected: 'the partner renews by hand in production',
      }),
    ],
    left,
  },
  [
    drift(lifetime, {
      summary: 'The lifetime of access tokens of reader differs: 1 h in staging, 5 min in production.',
      fix: 'Set the same lifetime at both authorization servers, or declare the difference.',
      fixSource: source('specs/why401.yml', 40),
    }),
    drift(scope, {
      summary:
        'The scope orders:read, which the credential reader asks for, is offered in staging and not in production.',
      certainty: 'likely',
      fix: 'Add the scope at the authorization server of production.',
      fixSource: source('specs/why401.yml', 41),
      references: ['RFC 6749 section 3.3'],
    }),
    drift(skew, {
      summary: 'The clock of api differs: 0 s in staging, 42 s in production.',
      fix: 'Set the clock by NTP.',
    }),
  ],
  1,
);

const evil = '\u001b[31m::error::x\n##[error]y </failure>]]> | <b>`z`</b> [a](javascript:x) \u202e';
const words = difference(`challenge.scheme[${evil}]`, evil, 'Bearer', {
  cause: 'scheme-mismatch',
  check: null,
  severity: 'error',
});
/** A server, and a file, that want to write into our reports. */
const hostile = compared(
  [
    looked(0, 'staging', 'https://login.staging.example.test'),
    looked(1, 'production', 'https://login.example.test'),
  ],
  {
    differences: [
      words,
      difference(evil, evil, evil),
      difference('token.lifetime[reader]', evil, '1 h', { severity: 'warning', expected: evil }),
    ],
    left: [{ environment: evil, what: evil, why: evil, fix: evil }],
  },
  [drift(words, { summary: evil, fix: evil, fixSource: source(evil, 3) })],
  1,
);

export const comparisons: Readonly<Record<'well' | 'drifted' | 'hostile', readonly RunEvent[]>> = {
  well,
  drifted,
  hostile,
};
