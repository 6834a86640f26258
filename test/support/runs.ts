/** Runs made by hand, as the events that reporters hear. */
import type {
  Check,
  CredentialUse,
  EnvironmentRef,
  Exchange,
  Finding,
  Hop,
  JobResult,
  ProblemData,
  RawField,
  RunEvent,
  Source,
  StepResult,
  StepStatus,
  TransportFailure,
} from '../../src/model.ts';

/** 2026-03-01T09:30:00.000Z */
const start = Date.UTC(2026, 2, 1, 9, 30);
export const secretToken = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyZWFkZXIifQ.c2lnbmF0dXJlLW9mLXJlYWRlcg';

export function source(file: string, line: number, column = 5): Source {
  return { file, line, column };
}

interface HopParts {
  readonly method?: string;
  readonly url: string;
  readonly sent?: readonly RawField[];
  readonly status?: number;
  readonly headers?: readonly RawField[];
  readonly body?: string;
  readonly failure?: TransportFailure;
  readonly lost?: Hop['lost'];
  readonly dropped?: Hop['dropped'];
  readonly total?: number;
}

function hop(index: number, parts: HopParts): Hop {
  const content = Buffer.from(parts.body ?? '');
  const total = parts.total ?? 12.3456;
  const response =
    parts.status === undefined
      ? null
      : {
          status: parts.status,
          statusText: '',
          httpVersion: '1.1',
          headers: parts.headers ?? [],
          body: {
            content,
            bytes: content.length,
            sha256: 'a'.repeat(64),
            truncated: false,
            decodeError: null,
          },
        };
  return {
    index,
    request: {
      method: parts.method ?? 'GET',
      url: parts.url,
      headers: [['Host', parts.url.split('/')[2] ?? ''], ...(parts.sent ?? [])],
      sources: [['transport'], ...(parts.sent ?? []).map(() => ['credential reader'] as const)],
      body: null,
      httpVersion: '1.1',
    },
    response,
    failure: parts.failure ?? null,
    ...(parts.lost ? { lost: parts.lost } : {}),
    dropped: parts.dropped ?? [],
    cookies: { sent: [], set: [], refused: [] },
    tls: parts.url.startsWith('https:') && response ? tls : null,
    remote: response ? '192.0.2.10:443' : null,
    timings: { connect: response ? 3.5 : null, head: response ? total - 1 : null, total },
    clock: { sent: start, received: start + total },
  };
}

const tls: Hop['tls'] = {
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  subject: 'CN=api.example.test',
  issuer: 'CN=Example CA',
  names: ['api.example.test'],
  notBefore: Date.UTC(2026, 0, 1),
  notAfter: Date.UTC(2027, 0, 1),
  verified: true,
};

export function exchange(
  environment: string,
  hops: readonly HopParts[],
  parts: Partial<Exchange> = {},
): Exchange {
  return {
    role: 'resource',
    attempt: 1,
    environment,
    hops: hops.map((each, index) => hop(index + 1, each)),
    credentials: [reader],
    stopped: null,
    ...parts,
  };
}

const reader: CredentialUse = {
  name: 'reader',
  type: 'bearer',
  field: 'authorization',
  scheme: 'Bearer',
  fingerprint: '1',
  token: null,
  obtained: null,
};
const bearer: readonly RawField[] = [['Authorization', 'Bearer [secret:reader]']];

export function step(
  name: string,
  line: number,
  status: StepStatus,
  parts: Partial<StepResult> = {},
): StepResult {
  return {
    name,
    credential: 'reader',
    source: source('specs/orders.yml', line),
    status,
    passedAfter: null,
    attempts: status === 'skipped' ? 0 : 1,
    duration: status === 'skipped' ? 0 : 40.25,
    exchanges: [],
    checks: [],
    findings: [],
    reason: null,
    ...parts,
  };
}

function statusCheck(line: number, expected: string, actual: string): Check {
  const at = source('specs/orders.yml', line, 15);
  return { kind: 'status', subject: '', passed: expected === actual, expected, actual, source: at };
}

export function finding(environment: string, parts: Partial<Finding>): Finding {
  return {
    cause: 'unknown',
    check: null,
    environment,
    severity: 'error',
    expected: false,
    certainty: 'likely',
    summary: '',
    hop: null,
    evidence: [],
    experiments: [],
    fix: '',
    fixSource: null,
    references: [],
    alternatives: [],
    ...parts,
  };
}

export function job(
  index: number,
  name: string,
  environment: string,
  steps: readonly StepResult[],
  tags: readonly string[] = [],
): JobResult {
  const has = (status: StepStatus): boolean => steps.some((each) => each.status === status);
  const status = has('failed') ? 'failed' : has('errored') ? 'errored' : has('passed') ? 'passed' : 'skipped';
  return {
    index,
    file: 'specs/orders.yml',
    name,
    environment,
    tags,
    source: source('specs/orders.yml', 3, 3),
    status,
    steps,
  };
}

export function events(
  jobs: readonly JobResult[],
  environments: readonly EnvironmentRef[],
  end: Partial<Extract<RunEvent, { type: 'run-finished' }>> = {},
): readonly RunEvent[] {
  const steps = jobs.flatMap((each) => each.steps);
  const count = (status: StepStatus): number => steps.filter((each) => each.status === status).length;
  const summary = {
    passed: count('passed'),
    failed: count('failed'),
    errored: count('errored'),
    skipped: count('skipped'),
    warnings: steps.flatMap(({ findings }) => findings).filter(({ severity }) => severity === 'warning')
      .length,
  };
  const running = jobs.flatMap((each): RunEvent[] => [
    { type: 'job-started', job: each },
    ...each.steps.map(
      (one): RunEvent => ({ type: 'step-finished', job: each, step: { ...one, findings: [] } }),
    ),
  ]);
  const exitCode = summary.failed > 0 ? 1 : summary.errored > 0 ? 3 : 0;
  return [
    { type: 'run-started', started: start, version: '0.1.0', environments, jobs: jobs.length },
    ...running,
    ...jobs.toReversed().map((each): RunEvent => ({ type: 'job-finished', job: each })),
    { type: 'run-finished', duration: 1234.5, summary, findings: [], problems: [], exitCode, ...end },
  ];
}

export const secure = (...names: string[]): EnvironmentRef[] =>
  names.map((name) => ({ name, insecure: false }));

function listed(environment: string, line: number): StepResult {
  const url = `https://api.${environment}.example.test/orders`;
  const ok: HopParts = {
    url,
    sent: bearer,
    status: 200,
    headers: [
      ['Content-Type', 'application/json'],
      ['Server', 'nginx'],
    ],
    body: '{"orders":[]}',
  };
  return step('list orders', line, 'passed', {
    exchanges: [exchange(environment, [ok])],
    checks: [statusCheck(line + 2, '200', '200')],
  });
}

/** All as expected, one step after its token was renewed. */
export const passing: readonly RunEvent[] = events(
  [
    job(
      0,
      'orders can be read',
      'staging',
      [
        listed('staging', 14),
        { ...listed('staging', 20), name: 'read one order', passedAfter: 'renewal', attempts: 2 },
      ],
      ['smoke'],
    ),
  ],
  secure('staging'),
);

const http = 'http://api.example.test/orders';
const https = 'https://api.example.test/orders';
const challenge: RawField = [
  'WWW-Authenticate',
  'Bearer realm="orders", error="invalid_request", error_description="No token in the request"',
];
const redirected: readonly HopParts[] = [
  {
    url: http,
    sent: bearer,
    status: 301,
    headers: [
      ['Location', https],
      ['Server', 'nginx/1.24.0'],
    ],
  },
  {
    url: https,
    status: 401,
    headers: [challenge, ['Server', 'nginx/1.24.0'], ['Content-Type', 'application/json']],
    body: '{"error":"unauthorized"}\n',
    dropped: [{ header: 'authorization', rule: 'origin-changed' }],
    total: 8.1,
  },
];
const droppedFinding = finding('production', {
  cause: 'credentials-dropped-on-redirect',
  certainty: 'proven',
  summary:
    'The authorization header was sent to http://api.example.test and not to https://api.example.test, where a 301 redirect led: the origin changed (scheme, host or port).',
  hop: 2,
  evidence: [
    { hop: 2, field: 'answer', seen: '401 invalid_request No token in the request' },
    { hop: 1, field: 'authorization', seen: 'sent to http://api.example.test' },
    {
      hop: 2,
      field: 'authorization',
      seen: 'not sent to https://api.example.test: the origin changed (scheme, host or port)',
    },
    { hop: null, field: `${https} called directly`, seen: '200 with the credential' },
  ],
  experiments: [
    {
      id: 'final-url-directly',
      class: 'A0',
      predicted: 'accepted',
      observed: '200 with the credential',
      agrees: true,
      exchange: 1,
    },
    {
      id: 'repeat-baseline',
      class: 'A0',
      predicted: 'the same refusal',
      observed: '401, the same answer from the same address',
      agrees: true,
      exchange: 2,
    },
  ],
  fix: 'Call https://api.example.test directly: set environments.production.origins.api to "https://api.example.test", or let http://api.example.test forward the request instead of redirecting it.',
  fixSource: source('why401.yml', 21, 11),
  references: ['RFC 9110 section 15.4', 'Fetch standard, HTTP-redirect fetch'],
});

function droppedStep(name: string, line: number): StepResult {
  const direct: HopParts = { url: https, sent: bearer, status: 200, body: '{"orders":[]}' };
  return step(name, line, 'failed', {
    exchanges: [
      exchange('production', redirected),
      exchange('production', [direct], { role: 'experiment' }),
      exchange('production', redirected, { role: 'experiment' }),
    ],
    checks: [
      statusCheck(line + 2, '200', '401'),
      {
        kind: 'json',
        subject: '$.orders[0].id',
        passed: false,
        expected: 'matches ^[0-9]+$',
        actual: 'absent',
        source: source('specs/orders.yml', line + 4, 9),
      },
    ],
    findings: [droppedFinding],
  });
}

const after = { reason: 'an earlier step failed' };

/** Authorization dropped on a redirect in production only; twice, so that it is told once. */
export const dropped: readonly RunEvent[] = events(
  [
    job(0, 'orders can be read', 'staging', [listed('staging', 14), listed('staging', 20)]),
    job(1, 'orders can be read', 'production', [
      droppedStep('list orders', 14),
      step('read one order', 20, 'skipped', after),
    ]),
    job(2, 'orders can be exported', 'staging', [listed('staging', 31)]),
    job(3, 'orders can be exported', 'production', [droppedStep('export orders', 31)]),
  ],
  secure('staging', 'production'),
);

const refused: TransportFailure = {
  phase: 'connect',
  code: 'ECONNREFUSED',
  cause: 'unreachable',
  message: 'Nothing listens at 192.0.2.10:443.',
};

/** No answer at all, in an environment whose certificates are not checked; then a scenario that was not begun. */
export const errored: readonly RunEvent[] = events(
  [
    job(0, 'orders can be read', 'staging', [
      step('list orders', 14, 'errored', {
        attempts: 3,
        exchanges: [
          exchange(
            'staging',
            [
              {
                url: 'https://api.staging.example.test/orders?page=1&per_page=100&include=customer,items,shipping',
                sent: bearer,
                failure: refused,
                lost: [{ code: 'ECONNRESET', remote: '192.0.2.10:443', total: 3 }],
                total: 2.5,
              },
            ],
            { attempt: 3 },
          ),
        ],
        findings: [
          finding('staging', {
            cause: 'unreachable',
            certainty: 'certain',
            summary: 'Nothing listens at api.staging.example.test:443.',
            hop: 1,
            evidence: [{ hop: 1, field: 'connect', seen: 'ECONNREFUSED from 192.0.2.10:443' }],
            fix: 'Start the service, or correct environments.staging.origins.api.',
            fixSource: source('why401.yml', 12, 11),
          }),
        ],
      }),
      step('read one order', 20, 'skipped', after),
    ]),
    job(1, 'tokens can be had', 'staging', [
      step('get a token', 40, 'errored', { exchanges: [exchange('staging', [], { role: 'token' })] }),
    ]),
    job(2, 'orders can be exported', 'staging', [
      step('export orders', 31, 'skipped', { reason: 'the run was ended' }),
    ]),
  ],
  [{ name: 'staging', insecure: true }],
);

/** Wrong input: nothing was sent, no run started. */
export const problemsOnly: readonly RunEvent[] = [
  {
    type: 'run-finished',
    duration: 0,
    summary: { passed: 0, failed: 0, errored: 0, skipped: 0, warnings: 0 },
    findings: [],
    problems: problems(),
    exitCode: 2,
  },
];
function problems(): ProblemData[] {
  return [
    {
      code: 'UNKNOWN_KEY',
      message: 'There is no key "expects" in a step.',
      source: source('specs/orders.yml', 16, 7),
      line: '      expects: { status: 200 }',
      fix: 'Did you mean "expect"?',
    },
    {
      code: 'UNKNOWN_ENVIRONMENT',
      message: 'There is no environment "stagign".',
      source: null,
      line: null,
      fix: 'There are: staging, production.',
    },
  ];
}

const hostileText =
  'bad \u001b[31mred\u001b[0m ]]> ::error::owned <script>alert(1)</script>\r\n::stop-commands::x\u0000 \u202eevil [a](javascript:x) | `tick` %0A &amp; ##vso[task.setvariable variable=x]y ##[add-mask]z';

/** A server that attacks whatever shows its words, and an echo of the secret. */
export const hostile: readonly RunEvent[] = events(
  [
    job(0, 'hostile ]]> <name> | ::warning::x', 'staging', [
      step('step with "quotes", a: colon\nand a line', 14, 'failed', {
        exchanges: [
          exchange('staging', [
            {
              url: 'https://api.example.test/%1B',
              sent: bearer,
              status: 401,
              headers: [
                ['WWW-Authenticate', `Bearer error_description="${hostileText}"`],
                ['Server', `x\u001b]0;owned\u0007 ${secretToken}`],
              ],
              body: `${hostileText} ${secretToken} \u0001`,
            },
          ]),
        ],
        checks: [
          statusCheck(16, '200', '401'),
          {
            kind: 'body',
            subject: '',
            passed: false,
            expected: 'contains "orders"',
            actual: `"${hostileText} ${secretToken}"`,
            source: source('specs/orders.yml', 18),
          },
        ],
        findings: [
          finding('staging', {
            cause: 'token-invalid-unspecified',
            certainty: 'possible',
            summary: `The server says: ${hostileText} for ${secretToken}.`,
            hop: 1,
            evidence: [{ hop: 1, field: 'error_description', seen: hostileText }],
            fix: 'Ask for a new token.',
            alternatives: [{ cause: 'token-expired', why_not: 'the token has no exp that could be read' }],
          }),
          finding('staging', {
            cause: null,
            check: 'www-authenticate-required',
            severity: 'error',
            certainty: 'certain',
            summary: `The challenge is malformed: ${hostileText}.`,
            fix: 'Send a challenge as RFC 9110 section 11.6.1 says.',
          }),
          finding('staging', {
            cause: null,
            check: 'cookie-without-secure',
            severity: 'warning',
            certainty: 'certain',
            summary: 'The cookie "sid" is set without Secure over https.',
            fix: 'Add Secure.',
          }),
        ],
      }),
    ]),
  ],
  secure('staging'),
  {
    findings: [
      finding('staging', {
        cause: 'clock-skew',
        severity: 'warning',
        certainty: 'certain',
        summary: 'The clock of https://api.example.test is 95 s behind.',
      }),
    ],
  },
);

/** A circle of redirects, in an environment and a scenario with wide names. */
export const stopped: readonly RunEvent[] = events(
  ['ステージング', 'production'].map((environment, index) =>
    job(index, index === 0 ? '注文を読む 📦' : 'orders can be listed', environment, [
      step('follow', 14, 'failed', {
        exchanges: [
          exchange(
            environment,
            [1, 2].map(() => ({
              url: http,
              sent: bearer,
              status: 302,
              headers: [['Location', http]] as const,
            })),
            { stopped: { reason: 'loop', location: null } },
          ),
        ],
        checks: [statusCheck(16, '200', '302')],
      }),
    ]),
  ),
  secure('ステージング', 'production'),
);

export const runs: Readonly<Record<string, readonly RunEvent[]>> = {
  passing,
  dropped,
  errored,
  problems: problemsOnly,
  hostile,
  stopped,
};
