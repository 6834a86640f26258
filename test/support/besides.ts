/** Runs of several environments made by hand: steps beside the same step elsewhere, and matrices. */
import type { Beside, JobResult, RunEvent, StepResult, StepStatus } from '../../src/model.ts';
import { events, exchange, finding, job, secretToken, secure, source, step } from './runs.ts';

const row = (kind: string, what: string, here: string, there: string, cause = false) => ({
  kind,
  what,
  here,
  there,
  cause,
  source: cause ? source('why401.yml', 31) : null,
});

const lacking: Beside = {
  environment: 'staging',
  passed: true,
  differences: [
    row('token.scope', 'token scope', 'orders:read', 'orders:read orders:write', true),
    row(
      'challenge',
      'challenge',
      'Bearer realm="orders", error="insufficient_scope", scope="orders:write"',
      'none',
    ),
    row('status', 'answer', '403 Forbidden', '201 Created'),
    row('content-type', 'content-type', 'text/html; charset=utf-8', 'application/json; charset=utf-8'),
  ],
  says: 'The only difference to staging: token scope.',
};
const silent: Beside = {
  environment: 'staging',
  passed: true,
  differences: [row('status', 'answer', '401 Unauthorized', '200 OK')],
  says: 'Same request, same kind of token: the server differs.',
};
const both: Beside = {
  environment: 'testing',
  passed: false,
  differences: [row('status', 'answer', '403 Forbidden', '404 Not Found')],
  says: 'The answer in testing is another one: it may fail there for a cause of its own.',
};
const text = 'a|b \u001b[31mred\u001b[0m <b>::error::x\r\n##[add-mask]z';
const hostile: Beside = {
  environment: 'staging |\u202e',
  passed: true,
  differences: [
    row('header', `header x-${'long'.repeat(30)}`, text, secretToken, true),
    ...Array.from({ length: 9 }, (_, at) => row('parameter', `parameter p${at}`, 'x'.repeat(290), text)),
  ],
  says: 'scope-missing shows in: header.',
};

function failed(name: string, line: number, beside: Beside, cause: string | null): StepResult {
  const found = finding('production', {
    cause,
    summary: 'The token lacks a scope.',
    evidence: [{ hop: 1, field: 'token scope', seen: 'orders:read' }],
    fix: 'Grant it.',
  });
  const sent = { url: 'https://api.example.test/orders', status: 403 };
  return step(name, line, 'failed', {
    exchanges: [exchange('production', [sent])],
    checks: [
      {
        kind: 'status',
        subject: '',
        passed: false,
        expected: '200',
        actual: '403',
        source: source('specs/orders.yml', line + 2),
      },
    ],
    findings: cause === null ? [] : [found],
    beside,
  });
}

/** Three steps that fail alike: the second differs from the other environment in the same, the third does not. */
function again(): readonly RunEvent[] {
  const jobs = [lacking, lacking, silent].map((beside, at) => ({
    ...job(at, `orders can be placed ${at}`, 'production', [
      failed('list orders', 14 + at, beside, 'scope-missing'),
    ]),
    file: `specs/${at}.yml`,
  }));
  return events(jobs, secure('staging', 'production'));
}

const ok = (line: number): StepResult => step('list orders', line, 'passed');

function one(name: string, beside: Beside, cause: string | null): readonly RunEvent[] {
  return events(
    [
      job(0, name, 'staging', [ok(14)]),
      job(1, name, 'production', [failed('list orders', 14, beside, cause)]),
    ],
    secure('staging', 'production'),
  );
}

const eight = ['eu-staging', 'us-staging', 'eu-live', 'us-live', 'demo', 'load', 'dev', 'qa'];

function many(
  names: readonly string[],
  rows: readonly (readonly (StepStatus | null)[])[],
): readonly RunEvent[] {
  const jobs = rows.flatMap((cells, at): JobResult[] =>
    cells.flatMap((status, column): JobResult[] => {
      if (status === null) return [];
      const index = at * names.length + column;
      const steps =
        status === 'failed'
          ? [failed('list orders', 14, silent, 'audience-mismatch')]
          : [step('list orders', 14, status, status === 'skipped' ? { reason: 'the run was ended' } : {})];
      const made = job(
        index,
        `scenario number ${at + 1} of those that there are`,
        names[column] ?? '',
        steps,
      );
      return [made];
    }),
  );
  return events(jobs, secure(...names));
}

/** Two files with scenarios of the same name. */
function namesakes(): readonly RunEvent[] {
  const jobs = ['specs/a.yml', 'specs/b.yml'].flatMap((file, at) =>
    ['staging', 'production'].map((name, column) => ({
      ...job(at * 2 + column, 'orders can be read', name, [ok(14)]),
      file,
    })),
  );
  return events(jobs, secure('staging', 'production'));
}

const P = 'passed';
const F = 'failed';
export const besides: Readonly<Record<string, readonly RunEvent[]>> = {
  lacking: one('orders can be placed', lacking, 'scope-missing'),
  silent: one('orders can be placed', silent, null),
  both: one('orders can be placed', both, 'permission-missing'),
  again: again(),
  hostile: one('orders can be placed', hostile, 'scope-missing'),
};
export const matrices: Readonly<Record<string, readonly RunEvent[]>> = {
  eight: many(eight, [
    [P, P, P, F, P, P, P, P],
    [P, null, P, 'errored', 'skipped', P, P, null],
  ]),
  alike: many(
    [
      'production-of-the-north',
      'production-of-the-south',
      'production-of-the-west',
      'production-of-the-east',
    ],
    [[P, F, P, P]],
  ),
  namesakes: namesakes(),
  large: many(
    ['staging', 'production'],
    Array.from({ length: 22 }, (_, at) => (at === 7 ? [P, F] : [P, P])),
  ),
};
