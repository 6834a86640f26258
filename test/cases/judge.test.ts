import { expect } from 'chai';
import type { Received } from './case.ts';
import { type Judgement, judge, type Run, type Truth } from './judge.ts';
import { readPolicy } from './policy.ts';
import type { ReportedExchange, ReportedFinding, ReportedStep } from './report.ts';

const api = 'https://api.example.test';
const project = `
environments:
  production: {origins: {api: "${api}"}, issuers: {main: "https://login.example.test"}}
  staging: {protected: false, origins: {api: "https://api.staging.example.test"}}
`;

function exchange(status: number, role = 'resource', url = `${api}/orders`, excerpt = ''): ReportedExchange {
  return {
    role,
    hops: [{ request: { method: 'GET', url }, response: { status, headers: [], body: { excerpt } } }],
  };
}
function got(parts: Partial<Received> = {}): Received {
  return { origin: api, method: 'GET', path: '/orders', credentials: ['authorization'], ...parts };
}
function finding(parts: Partial<ReportedFinding> = {}): ReportedFinding {
  return {
    cause: 'token-expired',
    environment: 'production',
    severity: 'error',
    certainty: 'certain',
    summary: 'The token ended 4 minutes ago.',
    hop: 1,
    evidence: [{ hop: 1, field: 'exp', seen: '2026-01-01' }],
    experiments: [],
    fix: 'Get a new one.',
    alternatives: [],
    ...parts,
  };
}
function step(parts: Partial<ReportedStep> = {}): ReportedStep {
  return {
    name: 'list orders',
    credential: 'reader',
    status: 'failed',
    exchanges: [exchange(401)],
    findings: [finding()],
    ...parts,
  };
}
function run(steps: readonly ReportedStep[], received: readonly Received[] = [got()]): Run {
  return {
    report: { scenarios: [{ environment: 'production', steps }], problems: [], findings: [] },
    received,
    policy: readPolicy(project),
  };
}
const passing = step({ status: 'passed', exchanges: [exchange(200)], findings: [] });
const truth: Truth = { causes: ['token-expired'], decisive: ['2026-01-01'], hop: 1 };

function verdict(changes: Partial<Truth>, failing: Run, healed: Run = run([passing])): Judgement {
  return judge({ ...truth, ...changes }, failing, healed);
}
function findings(...list: readonly Partial<ReportedFinding>[]): Run {
  return run([step({ findings: list.map(finding) })]);
}
function alternatives(...causes: readonly string[]): ReportedFinding['alternatives'] {
  return causes.map((cause) => ({ cause }));
}
const unlike = { wrongAndCertain: false, trespassed: false, healed: true, sure: true };

describe('judge', () => {
  it('is right where the true cause, its values and its hop are said first', () => {
    expect(verdict({}, findings({}))).to.deep.equal({
      ...unlike,
      verdict: 'right',
      said: 'token-expired certain',
      reasons: [],
    });
  });

  it('wants the decisive value, the hop and, among several causes, the one that is so', () => {
    const reasonsOf = (changes: Partial<Truth>, said: Partial<ReportedFinding>): readonly string[] =>
      verdict(changes, findings({ certainty: 'likely', ...said })).reasons;
    expect(reasonsOf({ decisive: ['kid-7'] }, {})).to.deep.equal(['does not show kid-7']);
    expect(reasonsOf({ hop: 2 }, {})).to.deep.equal(['names hop 1, it is hop 2']);
    const several = ['token-revoked', 'token-expired'];
    expect(reasonsOf({ causes: several }, {})).to.deep.equal(['does not name token-revoked, which is so']);
    expect(reasonsOf({ causes: several }, { alternatives: alternatives('token-revoked') })).to.deep.equal([]);
  });

  it('is undecided where a true cause is among three candidates, and wrong among more', () => {
    const among = (...others: readonly string[]): string =>
      verdict(
        {},
        findings({ cause: 'token-revoked', certainty: 'likely', alternatives: alternatives(...others) }),
      ).verdict;
    expect(among('key-unknown', 'token-expired')).to.equal('undecided');
    expect(among('key-unknown', 'token-unknown', 'token-expired')).to.equal('wrong');
    expect(among('key-unknown')).to.equal('wrong');
  });

  it('is wrong where nothing is found', () => {
    expect(verdict({}, run([step({ findings: [] })]))).to.deep.equal({
      ...unlike,
      sure: false,
      verdict: 'wrong',
      said: 'nothing',
      reasons: ['nothing was found'],
    });
  });

  it('reads a warning where no step failed', () => {
    const failing = run([{ ...passing, findings: [finding({ severity: 'warning' })] }]);
    expect(verdict({}, failing).verdict).to.equal('right');
  });
});

describe('wrong and certain', () => {
  const wrong = (
    changes: Partial<Truth>,
    failing: Run,
    healed?: Run,
  ): readonly [boolean, readonly string[]] => {
    const { wrongAndCertain, reasons } = verdict(changes, failing, healed);
    return [wrongAndCertain, reasons];
  };

  it('is any finding that is certain and not so, not only the first', () => {
    expect(wrong({}, findings({}, { cause: 'clock-skew', certainty: 'proven' }))).to.deep.equal([
      true,
      ['says clock-skew (proven), which is not so'],
    ]);
  });

  it('is not what is true besides, nor what is only likely', () => {
    expect(wrong({ beside: ['clock-skew'] }, findings({}, { cause: 'clock-skew' }))).to.deep.equal([
      false,
      [],
    ]);
    expect(wrong({}, findings({}, { cause: 'clock-skew', certainty: 'likely' }))).to.deep.equal([false, []]);
  });

  it('is certainty where several causes cannot be told apart', () => {
    const failing = findings({ alternatives: alternatives('token-revoked') });
    expect(wrong({ causes: ['token-revoked', 'token-expired'] }, failing)).to.deep.equal([
      true,
      ['says token-expired (certain), where nobody can know'],
    ]);
  });

  it('is certainty where only the word of the server shows it', () => {
    expect(wrong({ onlyTold: true }, findings({}))).to.deep.equal([
      true,
      ['says token-expired (certain), where nobody can know'],
    ]);
  });

  it('is what is certain of a healed run', () => {
    const healed = run([{ ...passing, findings: [finding({ cause: 'clock-skew', severity: 'warning' })] }]);
    expect(wrong({}, findings({}), healed)).to.deep.equal([
      true,
      ['healed: says clock-skew (certain), which is not so'],
    ]);
  });

  it('is an experiment that no server saw', () => {
    const experiments = [{ id: 'repeat-baseline', class: 'A0', observed: 'the same', exchange: 1 }] as const;
    const exchanges = [exchange(401), exchange(401, 'experiment')];
    const steps = [step({ exchanges, findings: [finding({ experiments })] })];
    expect(wrong({}, run(steps, [got(), got()]))).to.deep.equal([false, []]);
    expect(wrong({}, run(steps))).to.deep.equal([
      true,
      ['reports the experiment repeat-baseline, which no server saw'],
    ]);
  });
});

describe('a healed run', () => {
  it('passes, and has no finding that is an error', () => {
    const healed = run([step({ findings: [finding({ certainty: 'possible' })] })]);
    const { verdict: word, healed: good, reasons } = verdict({}, findings({}), healed);
    expect([word, good, reasons]).to.deep.equal([
      'wrong',
      false,
      ['healed: list orders is failed', 'healed: still says token-expired (possible)'],
    ]);
  });
});

describe('a trespass', () => {
  const reasonsOf = (failing: Run): readonly string[] => {
    const { verdict: word, trespassed, reasons } = verdict({}, failing);
    expect([word, trespassed]).to.deep.equal(reasons.length > 0 ? ['wrong', true] : ['right', false]);
    return reasons;
  };

  it('is a request that the report does not show', () => {
    expect(reasonsOf(run([step()], [got(), got({ path: '/orders?page=2' })]))).to.deep.equal([
      `sent GET ${api}/orders 2 times, reports 1`,
    ]);
  });

  it('is a credential at an origin that is not bound', () => {
    const elsewhere = 'https://other.example.test';
    const failing = (credentials: readonly string[]): Run =>
      run(
        [step({ exchanges: [exchange(302), exchange(401, 'resource', `${elsewhere}/orders`)] })],
        [got(), got({ origin: elsewhere, credentials })],
      );
    expect(reasonsOf(failing(['authorization']))).to.deep.equal([
      `sent authorization to ${elsewhere}, which is not bound`,
    ]);
    expect(reasonsOf(failing([]))).to.deep.equal([]);
  });

  it('is an experiment of a class that the environment does not allow', () => {
    const experiments = [{ id: 'garbage', class: 'A', observed: 'the same', exchange: 1 }] as const;
    const exchanges = [exchange(401), exchange(401, 'experiment')];
    const sent = (environment: string): Run =>
      run([step({ exchanges, findings: [finding({ environment, experiments })] })], [got(), got()]);
    expect(reasonsOf(sent('staging'))).to.deep.equal([]);
    expect(reasonsOf(sent('production'))).to.deep.equal([
      'sent the experiment garbage of class A, which production forbids',
    ]);
  });

  it('is a second attempt with a client that was refused', () => {
    const url = 'https://login.example.test/token';
    const refused = exchange(401, 'token', url, '{"error":"invalid_client"}');
    const asked = got({ origin: 'https://login.example.test', path: '/token' });
    expect(reasonsOf(run([step({ exchanges: [refused] })], [asked]))).to.deep.equal([]);
    expect(reasonsOf(run([step({ exchanges: [refused, refused] })], [asked, asked]))).to.deep.equal([
      'tried reader in production 2 times although it was refused',
    ]);
  });
});
