import { expect } from 'chai';
import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import type { Job, JsonMap } from '../../src/model.ts';
import { type Plan, plan } from '../../src/plan/plan.ts';
import { jobsOf } from '../../src/plan/shards.ts';

const project: JsonMap = {
  environments: {
    staging: {
      protected: false,
      origins: { api: 'https://api.staging.example.test' },
      issuers: {
        main: {
          issuer: 'https://login.example.test',
          discovery: 'none',
          metadata: { token_endpoint: 'https://tokens.example.test/t' },
        },
      },
      clients: { web: { client_id: 'web', client_secret: '${secret.S}' } },
      credentials: { legacy: { password: '${secret.P}' } },
    },
    production: {
      protected: false,
      origins: { api: 'https://api.example.test' },
      issuers: {
        main: {
          issuer: 'https://login.example.test',
          discovery: 'none',
          metadata: { token_endpoint: 'https://tokens.example.test/t' },
        },
      },
      clients: { web: { client_id: 'web', client_secret: '${secret.S}' } },
      credentials: { legacy: { password: '${secret.Q}' } },
    },
  },
  credentials: {
    legacy: { type: 'basic', username: 'ci' },
    machine: { type: 'oauth2', grant_type: 'client_credentials', client: 'web' },
    rotating: { type: 'oauth2', grant_type: 'refresh_token', client: 'web', refresh_token: '${secret.R}' },
    same: {
      type: 'oauth2',
      grant_type: 'refresh_token',
      client: 'web',
      refresh_token: '${secret.R}',
      scope: 'x',
    },
    exchanged: {
      type: 'oauth2',
      grant_type: 'token_exchange',
      client: 'web',
      subject_token: { credential: 'rotating' },
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    },
    key: { type: 'bearer', token: '${secret.K}' },
  },
  variables: { from: 'the project' },
};

function planned(
  scenarios: Readonly<Record<string, JsonMap>>,
  environments: readonly string[] = ['staging'],
  offline = false,
): Plan {
  const context = {
    root: '/',
    project,
    lookups: { env: () => undefined, secret: (name: string) => (offline ? undefined : `value of ${name}`) },
    given: { from: 'the command line' },
    random: { uuid: () => 'u' },
    now: () => 0,
    offline,
  };
  const sources = Object.entries(scenarios).map(([file, value]) => ({ file, value }));
  return plan(context, sources, { environments, tags: [], grep: null, timeout: 1000, retries: 0 });
}
const told = ({ problems }: Plan): string[] => problems.map(({ code, message }) => `${code} ${message}`);

describe('a row of data', () => {
  it('makes a job of its own, whose name tells which', () => {
    const made = planned(
      {
        'a.yml': {
          name: 'a',
          data: [{ name: 'ann', id: 1 }, { name: 'bob' }, { name: 'ann' }, { id: 4 }],
          in: { production: { data: [{ name: 'bob' }] } },
          steps: [{ GET: '/' }],
        },
        'b.yml': { steps: [{ GET: '/' }] },
      },
      [],
    );
    expect(made.problems).to.deep.equal([]);
    expect(
      made.jobs.map(({ index, name, environment, row }) => [
        index,
        name,
        environment.name,
        row?.number,
        row?.name,
      ]),
    ).to.deep.equal([
      [0, 'a [row 1: ann]', 'staging', 1, 'ann'],
      [1, 'a [bob]', 'staging', 2, 'bob'],
      [2, 'a [row 3: ann]', 'staging', 3, 'ann'],
      [3, 'a [row 4]', 'staging', 4, null],
      [4, 'a [bob]', 'production', 1, 'bob'],
      [5, 'b', 'staging', undefined, undefined],
      [6, 'b', 'production', undefined, undefined],
    ]);
  });

  it('gives what a name stands for; a name that no row and nothing else has is told once', () => {
    const made = planned({
      'a.yml': {
        data: [{ id: 1 }, { id: 2 }, { other: 3 }],
        steps: [{ GET: '/${id}/${from}' }, { GET: '/${none}' }],
      },
    });
    expect(told(made)).to.deep.equal([
      'UNRESOLVED_VARIABLE Nothing is named "none" here, in row 1 of the data.',
      'UNRESOLVED_VARIABLE Nothing is named "id" here, in row 3 of the data.',
    ]);
  });

  it('leads a request to origins of the environment and its issuers only', () => {
    const urls = [
      'https://api.staging.example.test/x',
      '/x',
      'api:/x',
      'https://login.example.test/x',
      'https://tokens.example.test/x',
      'https://api.example.test/x',
      'https://evil.example.test/',
      'http://api.staging.example.test/',
      'https://api.staging.example.test:444/',
      'https://api.staging.example.test@evil.example.test/',
      'https://api.staging.example.test.evil.example.test/',
      'https:\\\\other.example.test/',
      'file:///etc/passwd',
      'gopher://x',
      '${secret.K}',
      'x',
      '',
    ];
    expect(
      told(planned({ 'a.yml': { data: urls.map((url) => ({ url })), steps: [{ GET: '${url}' }] } })),
    ).to.deep.equal([
      'ORIGIN_UNBOUND https://api.example.test, to which the data leads, is no origin of environment "staging".',
      'ORIGIN_UNBOUND https://evil.example.test, to which the data leads, is no origin of environment "staging".',
      'ORIGIN_UNBOUND http://api.staging.example.test, to which the data leads, is no origin of environment "staging".',
      'ORIGIN_UNBOUND https://api.staging.example.test:444, to which the data leads, is no origin of environment "staging".',
      'USERINFO_IN_URL A user name or password does not belong into a URL.',
      'ORIGIN_UNBOUND https://api.staging.example.test.evil.example.test, to which the data leads, is no origin of environment "staging".',
      'ORIGIN_UNBOUND https://other.example.test, to which the data leads, is no origin of environment "staging".',
      'TARGET_INVALID "file:///etc/passwd", of the data, is no target.',
      'TARGET_INVALID "gopher://x", of the data, is no target.',
      'TARGET_INVALID "${secret.K}", of the data, is no target.',
      'TARGET_INVALID "x", of the data, is no target.',
      'TARGET_INVALID "", of the data, is no target.',
    ]);
  });

  it('is a host or a path of a target neither, and no way around by a variable or beside a capture', () => {
    const steps = (target: string) => [{ GET: '/', capture: { seen: '$.id' } }, { GET: target }];
    const evil = {
      data: [{ host: 'evil.example.test', base: 'https://evil.example.test' }],
      variables: { at: '${base}/x' },
    };
    const messages = ['https://${host}/${seen}', 'https://api.example.test.${host}/', '${base}', '${at}'].map(
      (target) =>
        told(planned({ 'a.yml': { ...evil, steps: steps(target) } })).map((each) => each.split(',')[0]),
    );
    expect(messages).to.deep.equal([
      ['ORIGIN_UNBOUND https://evil.example.test'],
      ['ORIGIN_UNBOUND https://api.example.test.evil.example.test'],
      ['ORIGIN_UNBOUND https://evil.example.test'],
      ['ORIGIN_UNBOUND https://evil.example.test'],
    ]);
  });

  it('ends no line of the head of a request; of many mistakes the first are told', () => {
    const step: JsonMap = {
      GET: '/',
      headers: { 'x-a': '${v}', 'x-b': ['1', 'a ${v}'] },
      cookies: { c: '${w}' },
      query: { q: '${v}' },
    };
    const data = [
      { v: 'a\r\nx-evil: 1', w: '1' },
      { v: '1', w: 'a\0' },
      { v: 'fine', w: 'fine' },
    ];
    expect(told(planned({ 'a.yml': { data, steps: [step] } }))).to.deep.equal([
      'HEADER_VALUE_INVALID The value of the header x-a would hold a line break: column "v" of row 1 has one.',
      'HEADER_VALUE_INVALID The value of the header x-b would hold a line break: column "v" of row 1 has one.',
      'HEADER_VALUE_INVALID The value of the cookie c would hold a line break: column "w" of row 2 has one.',
    ]);
    const many = Array.from({ length: 500 }, () => ({ v: '\n', w: '' }));
    expect(told(planned({ 'a.yml': { data: many, steps: [step] } }))).to.have.length(20);
  });
});

describe('a shard', () => {
  const shards = (jobs: readonly Job[], total: number): Job[][] =>
    Array.from({ length: total }, (_, at) => jobsOf(jobs, { index: at + 1, total }));
  const names = (cut: readonly (readonly Job[])[]): string[][] =>
    cut.map((jobs) => jobs.map(({ name }) => name));

  it('has its part of the jobs, balanced by steps, in the order of the plan', () => {
    const steps = (count: number) => Array.from({ length: count }, () => ({ GET: '/' }));
    const { jobs } = planned({
      'a.yml': { steps: steps(1) },
      'b.yml': { steps: steps(4) },
      'c.yml': { data: [{ n: 1 }, { n: 2 }, { n: 3 }], steps: steps(1) },
    });
    expect(names(shards(jobs, 2))).to.deep.equal([['b'], ['a', 'c [row 1]', 'c [row 2]', 'c [row 3]']]);
    expect(names(shards(jobs, 1))).to.deep.equal([['a', 'b', 'c [row 1]', 'c [row 2]', 'c [row 3]']]);
    expect(names(shards(jobs, 7)).map((each) => each.length)).to.deep.equal([1, 1, 1, 1, 1, 0, 0]);
    expect(shards([], 2)).to.deep.equal([[], []]);
  });

  it('keeps together what shares a password or a refresh token, also of other names and environments', () => {
    const scenarios: Record<string, JsonMap> = {
      'b1.yml': { credential: 'legacy', steps: [{ GET: '/' }] },
      'b2.yml': { steps: [{ GET: '/', credential: ['legacy'] }] },
      'r1.yml': { credential: 'rotating', steps: [{ GET: '/' }] },
      'r2.yml': { steps: [{ token: 'same' }] },
      'r3.yml': { credential: 'exchanged', steps: [{ GET: '/' }] },
      'm1.yml': { credential: 'machine', steps: [{ GET: '/' }] },
      'm2.yml': { credential: 'machine', steps: [{ GET: '/' }] },
      'o.yml': {
        only: ['staging'],
        steps: [
          {
            GET: '/',
            credential: { name: 'legacy', fault: { other_environment: 'production' } },
            expect: { status: 401 },
          },
        ],
      },
    };
    const made = planned(scenarios, []);
    const of = ({ jobs }: Plan) =>
      shards(jobs, 20)
        .filter((each) => each.length > 0)
        .map((each) => each.map(({ name, environment }) => `${name} ${environment.name}`));
    // The refresh token is the same in both environments, the password is not, and one job sends both passwords.
    expect([made.problems.map(({ message }) => message), of(made)]).to.deep.equal([
      [],
      [
        ['r1 staging', 'r1 production', 'r2 staging', 'r2 production', 'r3 staging', 'r3 production'],
        ['b1 staging', 'b1 production', 'b2 staging', 'b2 production', 'o staging'],
        ['m1 staging'],
        ['m1 production'],
        ['m2 staging'],
        ['m2 production'],
      ],
    ]);
    const { o: _, ...rest } = Object.fromEntries(
      Object.entries(scenarios).map(([file, value]) => [file.split('.')[0], value]),
    );
    expect(of(planned(rest as Record<string, JsonMap>, [])).map((each) => each[0])).to.include.members([
      'b1 staging',
      'b1 production',
    ]);
    // `list` needs no secret, and cuts alike.
    expect(of(planned(scenarios, [], true))).to.deep.equal(of(made));
  });

  it('loses no job and has none twice, however many there are and whatever they share', () => {
    const job = record({
      file: constantFrom('a', 'b'),
      steps: array(constantFrom({}), { maxLength: 5 }),
      attempts: array(constantFrom('p', 'q', 'r', 's'), { maxLength: 2 }),
    });
    assert(
      property(array(job, { maxLength: 40 }), integer({ min: 1, max: 12 }), (written, total) => {
        const jobs = written.map((each, index) => ({ ...each, index })) as unknown as Job[];
        const cut = shards(jobs, total);
        expect(
          cut
            .flat()
            .map(({ index }) => index)
            .sort((a, b) => a - b),
        ).to.deep.equal(jobs.map(({ index }) => index));
        for (const each of cut)
          expect(each.map(({ index }) => index)).to.deep.equal(
            each.map(({ index }) => index).sort((a, b) => a - b),
          );
        for (const key of ['p', 'q', 'r', 's'])
          expect(
            cut.filter((each) => each.some(({ attempts }) => attempts?.includes(key))).length,
          ).to.be.lessThan(2);
        const weights = cut.map((each) =>
          each.reduce((sum, { steps }) => sum + Math.max(1, steps.length), 0),
        );
        const free = jobs.every(({ attempts }) => attempts?.length === 0);
        if (free) expect(Math.max(...weights) - Math.min(...weights)).to.be.lessThan(6);
      }),
      { seed: 401, numRuns: Number(process.env['WHY401_FUZZ'] ?? 300) },
    );
  });
});
