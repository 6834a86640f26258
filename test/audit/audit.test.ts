import { expect } from 'chai';
import { createAudit } from '../../src/audit/audit.ts';
import type { Environment, Exchange, StepResult } from '../../src/model.ts';
import { production, staging, step } from '../diagnose/subjects.ts';
import { exchangeOf, type HopParts } from './hops.ts';

const audit = (): ReturnType<typeof createAudit> =>
  createAudit({ environments: [staging, production], redact: (text) => text });
const hsts = { 'Strict-Transport-Security': 'max-age=1' };

function result(status: StepResult['status'], exchanges: readonly Exchange[]): StepResult {
  return {
    name: step.name,
    credential: null,
    source: step.source,
    status,
    passedAfter: null,
    attempts: 1,
    duration: 1,
    exchanges,
    checks: [],
    findings: [],
    reason: null,
  };
}

function look(
  into: ReturnType<typeof createAudit>,
  parts: HopParts,
  status: StepResult['status'] = 'passed',
  expect: { warns?: string } = {},
): ReturnType<ReturnType<typeof createAudit>['step']> {
  const environment: Environment = parts.environment ?? production;
  const exchanges = [exchangeOf({ ...parts, headers: { ...hsts, ...parts.headers } })];
  return into.step({
    environment,
    file: 'a.yml',
    step: { ...step, expect },
    result: result(status, exchanges),
  });
}

const silent: HopParts = { status: 403, headers: { 'WWW-Authenticate': 'Basic' } };
const ids = (
  findings: readonly { readonly check: string | null; readonly cause: string | null }[],
): string[] => findings.map(({ check, cause }) => check ?? cause ?? '');

describe('createAudit', () => {
  it('tells a check once for each environment and origin, with its places', () => {
    const made = audit();
    for (const path of ['b', 'a', 'a', 'd', 'c']) {
      look(made, { ...silent, url: `https://api.example.test/${path}?page=${path}` });
    }
    look(made, { ...silent, environment: staging, url: 'https://api.staging.example.test/a' });
    const realm = made.findings().filter(({ check }) => check === 'basic-realm');
    expect(realm.map(({ environment, summary }) => [environment, summary])).to.deep.equal([
      ['production', 'https://api.example.test sends a Basic challenge without realm (4 places).'],
      ['staging', 'https://api.staging.example.test sends a Basic challenge without realm.'],
    ]);
    expect(realm[0]).to.deep.equal({
      cause: null,
      check: 'basic-realm',
      environment: 'production',
      severity: 'warning',
      expected: false,
      certainty: 'certain',
      summary: 'https://api.example.test sends a Basic challenge without realm (4 places).',
      hop: null,
      evidence: ['a', 'b', 'c'].map((path) => ({
        hop: 1,
        field: `GET /${path}`,
        seen: 'sends a Basic challenge without realm',
      })),
      experiments: [],
      fix: 'Send `Basic realm="..."`.',
      fixSource: null,
      references: ['RFC 7617 section 2'],
      alternatives: [],
    });
  });

  it('warns of steps that passed only', () => {
    expect(ids(look(audit(), { status: 401 }).warnings)).to.deep.equal(['http-401-no-www-authenticate']);
    expect(ids(look(audit(), { status: 401 }, 'failed').warnings)).to.deep.equal([]);
  });

  it('does not tell again what a warning of the step told', () => {
    const passed = audit();
    look(passed, { status: 401 });
    const failed = audit();
    look(failed, { status: 401 }, 'failed');
    expect(ids(passed.findings())).to.deep.equal([]);
    expect(ids(failed.findings())).to.deep.equal(['http-401-no-www-authenticate']);
  });

  it('gives a step the checks that it expects, and keeps them out of the run', () => {
    const made = audit();
    const { named } = look(made, silent, 'passed', { warns: 'basic-realm' });
    expect(ids(named)).to.deep.equal(['basic-realm']);
    expect(ids(made.findings())).not.to.include('basic-realm');
  });

  it('does not look at experiments', () => {
    const made = audit();
    look(made, { ...silent, role: 'experiment' });
    expect(ids(made.findings())).to.deep.equal([]);
  });

  it('holds a token against the keys that the run fetched', () => {
    const made = audit();
    const keys = exchangeOf({
      role: 'metadata',
      url: 'https://login.example.test/jwks',
      headers: hsts,
      body: { keys: [{ kty: 'EC', kid: 'k2' }] },
    });
    made.exchanges(production, [keys]);
    const claims = { iss: 'https://login.example.test', aud: 'a', exp: 4_000_000_000 };
    look(made, { token: { claims } }, 'failed');
    expect(ids(made.findings())).to.include('jwks-kid-present');
  });

  it('compares what environments answer to the same step without a credential', () => {
    const made = audit();
    const bearer = { 'WWW-Authenticate': 'Bearer resource_metadata="x"' };
    look(made, {
      environment: staging,
      url: 'https://api.staging.example.test/',
      status: 401,
      headers: bearer,
    });
    look(made, { status: 401, headers: bearer });
    expect(ids(made.findings())).to.deep.equal([]);
    look(made, { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="x"' } });
    expect(made.findings().map(({ summary }) => summary)).to.deep.equal([
      'https://api.example.test answered 401 with Basic, and in staging 401 with Bearer.',
    ]);
  });
});
