import { expect } from 'chai';
import { type Ended, why401 } from '../support/command.ts';
import { type Origins, startOrigins } from '../support/origins.ts';

const login = 'https://login.example.test';
const api = 'https://api.example.test';

describe('compare --baseline', () => {
  let origins: Origins;
  let scopes = ['orders:read', 'orders:write'];

  before(async () => {
    origins = await startOrigins();
    await origins.serve(api, (_, response) => void response.writeHead(401).end());
    await origins.serve(login, ({ url }, response) => {
      const isMetadata = url === '/.well-known/openid-configuration';
      const metadata = {
        issuer: login,
        authorization_endpoint: `${login}/authorize`,
        token_endpoint: `${login}/token`,
        jwks_uri: `${login}/keys`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        scopes_supported: scopes,
      };
      response.writeHead(isMetadata ? 200 : 404, { 'content-type': 'application/json' });
      response.end(isMetadata ? JSON.stringify(metadata) : '{}');
    });
  });
  after(() => origins.close());

  /** Runs compare with these further files. */
  function compare(argv: readonly string[], files: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const production = {
      origins: { api },
      issuers: { main: login },
      tls: { ca: 'ca.pem' },
      connect_to: Object.fromEntries(origins.transport.connectTo),
    };
    const staging = { extends: 'production' };
    const project = JSON.stringify({ environments: { production, staging } });
    return why401(['compare', ...argv], {
      files: { 'specs/why401.yml': project, 'specs/ca.pem': origins.authority.ca, ...files },
    });
  }

  const both = ['--env', 'production,staging'];
  const one = ['--env', 'production'];

  interface Report {
    readonly comparison: readonly { what: string; environments: Record<string, string> }[];
    readonly findings: readonly { check: string; summary: string }[];
    readonly left_out: readonly unknown[];
  }
  function reported({ written }: Ended): Report {
    return JSON.parse(written['now.json'] ?? '') as Report;
  }

  for (const format of ['json', 'jsonl']) {
    it(`finds no difference from its own report (${format})`, async () => {
      const first = await compare([...both, '--reporter', `${format}=first.out`]);
      const past = { 'first.out': first.written['first.out'] ?? '' };
      const second = await compare([...one, '--baseline', 'first.out', '--reporter', 'json=now.json'], past);
      const { comparison, findings, left_out } = reported(second);
      expect([comparison, findings, left_out]).to.deep.equal([[], [], []]);
      // What a comparison with the past writes is a past, too.
      const third = await compare([...one, '--baseline', 'now.json', '--reporter', 'json=now.json'], {
        'now.json': second.written['now.json'] ?? '',
      });
      expect(reported(third).comparison).to.deep.equal([]);
    });
  }

  it('takes one environment alone where its report is kept', async () => {
    const alone = await compare(one);
    expect([
      alone.code,
      alone.stdout.includes('There is nothing to hold "production" beside.'),
    ]).to.deep.equal([2, true]);
    const kept = await compare([...one, '--reporter', 'json=now.json']);
    expect(reported(kept).comparison).to.deep.equal([]);
    const ended = await compare([...one, '--baseline', 'past.json', '--reporter', 'json=now.json'], {
      'past.json': kept.written['now.json'] ?? '',
    });
    expect(reported(ended).comparison).to.deep.equal([]);
  });

  it('tells what changed', async () => {
    const first = await compare([...both, '--reporter', 'json=first.json']);
    scopes = ['orders:read'];
    try {
      const files = { 'first.json': first.written['first.json'] ?? '' };
      const ended = await compare([...one, '--baseline', 'first.json', '--reporter', 'json=now.json'], files);
      const { started } = JSON.parse(files['first.json']) as { started: string };
      const column = `production, ${started.replace(/\.\d+Z$/, 'Z')}`;
      expect(
        reported(ended).comparison.map(({ what, environments }) => [what, Object.keys(environments)]),
      ).to.deep.equal([['issuer.scopes_supported[main]', [column, 'production']]]);
    } finally {
      scopes = ['orders:read', 'orders:write'];
    }
  });

  const usable = { schema: 'why401.report/1', started: '2026-11-20T10:00:00.123Z', observed: [] };
  const seen = { kind: 'issuer.scopes_supported', of: 'main', value: null };
  const written = (report: object): string => JSON.stringify(report);
  const observed = written({ ...usable, observed: [{ environment: 'live', observations: [seen] }] });
  const refused: readonly (readonly [string, string | null, string])[] = [
    ['is missing', null, 'The baseline "past.json" cannot be read: there is no such file.'],
    ['is empty', '', 'The baseline "past.json" is empty.'],
    ['is no JSON', 'hello', 'The baseline "past.json" is no JSON, or only the beginning of one.'],
    ['is cut', observed.slice(0, -5), 'The baseline "past.json" is no JSON, or only the beginning of one'],
    ['is a list', '[]', 'The baseline "past.json" is no report of why401.'],
    ['is null', 'null', 'The baseline "past.json" is no report of why401.'],
    ['is another report', '{"schema": "x"}', 'The baseline "past.json" is no report of why401.'],
    [
      'is of another version',
      written({ ...usable, schema: 'why401.report/2' }),
      'The baseline "past.json" has the form why401.report/2; this version of why401 reads why401.report/1.',
    ],
    [
      'is of a run',
      written({ ...usable, observed: undefined }),
      'The baseline "past.json" holds no observations: it is not the report of a comparison.',
    ],
    [
      'has no beginning',
      written({ ...usable, started: null }),
      'The baseline "past.json" holds no observations: it is not the report of a comparison.',
    ],
    [
      'has a beginning that cannot be printed',
      written({ ...usable, started: { toString: 1 } }),
      'The baseline "past.json" holds no observations: it is not the report of a comparison.',
    ],
    ['observed nothing', written(usable), 'The baseline "past.json" has no observations of "production".'],
    ['has another environment', observed, 'The baseline "past.json" has no observations of "production".'],
    [
      'is made of lines without an end',
      `${written({ ...usable, type: 'run' })}\n${written({ type: 'step' })}\n`,
      'The baseline "past.json" is no JSON, or only the beginning of one',
    ],
  ];
  it('quotes nothing of a file that is no report, which may hold a secret', async () => {
    const ended = await compare([...one, '--baseline', 'past.json'], { 'past.json': 'swordfish-7' });
    expect(ended.code).to.equal(2);
    expect(ended.stdout).to.include('The baseline "past.json" is no JSON');
    expect(ended.stdout + ended.stderr).not.to.include('sword');
  });

  for (const [name, text, message] of refused) {
    it(`refuses a file that ${name}`, async () => {
      const files: Record<string, string> = text === null ? {} : { 'past.json': text };
      const ended = await compare([...one, '--baseline', 'past.json'], files);
      expect(ended.code).to.equal(2);
      expect(ended.stdout).to.include(message);
      expect(ended.stdout).to.include('Nothing was sent: 1 problem.');
    });
  }

  it('refuses a folder', async () => {
    const { code, stdout } = await compare([...one, '--baseline', 'specs']);
    expect([code, stdout.includes('cannot be read: it is a folder.')]).to.deep.equal([2, true]);
  });

  it('refuses what is no file and never ends', async () => {
    const { code, stdout } = await compare([...one, '--baseline', '/dev/zero']);
    expect([
      code,
      stdout.includes('cannot be read: it is no file but a pipe, a socket or a device.'),
    ]).to.deep.equal([2, true]);
  });

  it('takes no text for a time, and nothing that has no end', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const observed = [{ environment: 'production', observations: [seen, { ...seen, value: 'DEEP' }] }];
    const text = written({ ...usable, started: 'Fri, 20 Nov 2026 10:00:00 GMT (::error::x)', observed });
    const ended = await compare([...one, '--baseline', 'past.json', '--reporter', 'json=now.json'], {
      'past.json': text.replace('"DEEP"', deep),
    });
    expect(reported(ended).comparison.map(({ environments }) => environments)).to.deep.equal([
      { 'production, 2026-11-20T10:00:00Z': 'none', production: 'orders:read, orders:write' },
    ]);
  });

  it('reads on where observations were changed by hand', async () => {
    const list = [
      1,
      null,
      { kind: 1 },
      { kind: 'issuer.scopes_supported', of: 'main' },
      { ...seen, kind: 'x.y' },
    ];
    const report = { ...usable, observed: [7, { environment: 'production', observations: list }] };
    const ended = await compare([...one, '--baseline', 'past.json', '--reporter', 'json=now.json'], {
      'past.json': `\ufeff${written(report)}`,
    });
    expect(reported(ended).comparison.map(({ environments }) => environments)).to.deep.include({
      'production, 2026-11-20T10:00:00Z': 'none',
      production: 'orders:read, orders:write',
    });
  });
});
