import { expect } from 'chai';
import { describe, it } from 'mocha';
import { checkFindings } from '../../src/check/findings.ts';
import type { Finding, Severity } from '../../src/model.ts';
import { row, source } from './exchange.ts';

function finding(cause: string | null, severity: Severity, check: string | null = null): Finding {
  return {
    cause,
    check,
    environment: 'staging',
    severity,
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
  };
}

describe('checkFindings', () => {
  const findings = [
    finding('token-expired', 'error'),
    finding('credentials-dropped-on-redirect', 'warning'),
    finding(null, 'warning', 'hsts-missing'),
    finding('token-expired', 'info'),
  ];

  it('holds causes and warnings against what was found', () => {
    const all = 'token-expired, credentials-dropped-on-redirect, hsts-missing';
    const warnings = 'credentials-dropped-on-redirect, hsts-missing';
    expect(
      [
        ...checkFindings({ cause: 'token-expired' }, findings, source),
        ...checkFindings({ cause: ['token-revoked', 'token-expired'] }, findings, source),
        ...checkFindings({ cause: 'scope-missing', warns: 'token-expired' }, findings, source),
        ...checkFindings({ warns: ['credentials-dropped-on-redirect', 'hsts-missing'] }, findings, source),
        ...checkFindings({ cause: 'x', warns: 'y' }, [], source),
        ...checkFindings({ status: 200 }, findings, source),
      ].map(row),
    ).to.deep.equal([
      ['cause', '', true, 'token-expired', all],
      ['cause', '', true, 'token-revoked or token-expired', all],
      ['cause', '', false, 'scope-missing', all],
      ['warns', '', false, 'token-expired', warnings],
      ['warns', '', true, 'credentials-dropped-on-redirect', warnings],
      ['warns', '', true, 'hsts-missing', warnings],
      ['cause', '', false, 'x', 'nothing was found'],
      ['warns', '', false, 'y', 'nothing was found'],
    ]);
  });
});
