/**
 * What is sent to protected environments, and how often a credential that was refused: commands, options, types of
 * credentials and ways of failing, all judged by the logs of the servers.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Clock } from '../../src/doors.ts';
import { createAuthority, type Identity } from '../support/certificates.ts';
import { type Ended, why401 } from '../support/command.ts';
import { systemClock } from '../support/origins.ts';

/** One request as a server had it. */
interface Entry {
  readonly server: 'protected' | 'open';
  readonly method: string;
  readonly path: string;
  /** The credential whose value it carried, or null. */
  readonly carried: string | null;
}
type Answer = (response: ServerResponse) => void;

const answer =
  (status: number, headers: Readonly<Record<string, string>> = {}, body = '{}'): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  };
const digest = { 'www-authenticate': 'Digest realm="a", nonce="n1", qop="auth", algorithm=SHA-256' };
const locked = '{"error":"invalid_grant","error_description":"The account is locked: too many attempts"}';
const reset: Answer = (response) => response.socket?.destroy();
/** By the first part of the path. */
const answers: Readonly<Record<string, Answer>> = {
  bearer: answer(401, { 'www-authenticate': 'Bearer realm="a", error="invalid_token"' }),
  basic: answer(401, { 'www-authenticate': 'Basic realm="a"' }),
  digest: answer(401, digest),
  none: answer(401),
  barred: answer(403, {}, locked),
  lock: answer(401, { 'www-authenticate': 'Basic realm="a"' }, locked),
  dlock: answer(401, digest, locked),
  forbidden: answer(403),
  limit: answer(429, { 'retry-after': '1' }),
  broken: answer(500),
  reset,
  fine: answer(200),
  invalid_client: answer(401, {}, '{"error":"invalid_client"}'),
  invalid_grant: answer(400, {}, '{"error":"invalid_grant"}'),
  token_lock: answer(400, {}, locked),
};

/** Name `TYPE-KIND` to why its password or secret may be sent once only; null: it may be sent again. */
const credentials: Readonly<Record<string, string | null>> = {
  ...{ 'bearer-bearer': null, 'bearer-forbidden': null, 'bearer-limit': null, 'bearer-broken': null },
  ...{ 'bearer-reset': null, 'api_key-none': null, 'api_key-forbidden': null, 'basic-forbidden': null },
  ...{ 'basic-limit': null, 'basic-broken': null, 'basic-reset': null },
  'basic-basic': '401 that asks for Basic again',
  'basic-none': '401 that asks for nothing',
  'basic-lock': 'a lock text',
  'basic-barred': 'a lock text at 403',
  'digest-digest': '401 that asks for Digest again',
  'digest-dlock': 'a lock text',
  'oauth2-invalid_client': 'invalid_client',
  'oauth2-invalid_grant': 'invalid_grant',
  'oauth2-token_lock': 'a lock text',
  ...{ 'oauth2-limit': null, 'oauth2-broken': null, 'oauth2-reset': null },
  'session-wrong': 'the login page again',
  'code-wrong': 'the login page again',
  'refresh-invalid_grant': 'invalid_grant',
  'password-invalid_grant': 'invalid_grant',
  'mtls-invalid_client': 'invalid_client for a certificate',
};
/** Needs a person: a run sends nothing of it. */
const device = 'device-invalid_grant';
const names = [...Object.keys(credentials), device];
const granted = names.filter((name) => /^(?:oauth2|code|refresh|password|mtls|device)-/.test(name));
const kindOf = (name: string): string => name.slice(name.indexOf('-') + 1);
const variable = (name: string): string => `S_${name.replace('-', '_').toUpperCase()}`;
const secretOf = (name: string): string => `value-of-${name}-00`;
const env = Object.fromEntries(names.map((name) => [variable(name), secretOf(name)]));

function credentialOf(name: string): object {
  const secret = `\${secret.${variable(name)}}`;
  const type = name.slice(0, name.indexOf('-'));
  if (type === 'bearer') return { type, token: secret };
  if (type === 'api_key') return { type, in: 'header', name: 'X-Key', value: secret };
  if (type === 'basic' || type === 'digest') return { type, username: name, password: secret };
  const submit = { submit: { fields: { username: name, password: secret } } };
  const grant = { type: 'oauth2', client: name };
  switch (type) {
    case 'session':
      return { type, login: [{ GET: 'api:/login' }, submit] };
    case 'code':
      return { ...grant, grant_type: 'authorization_code', login: [submit] };
    case 'refresh':
      return { ...grant, grant_type: 'refresh_token', refresh_token: secret };
    case 'password':
      return { ...grant, grant_type: 'password', username: name, password: secret };
    case 'device':
      return { ...grant, grant_type: 'device_code', store: true };
    default:
      return { ...grant, grant_type: 'client_credentials' };
  }
}

function clientOf(name: string): object {
  const client = {
    issuer: name.replace('-', '_'),
    client_id: name,
    redirect_uris: ['https://app.example.test/cb'],
  };
  if (name.startsWith('oauth2')) return { ...client, client_secret: `\${secret.${variable(name)}}` };
  return { ...client, token_endpoint_auth_method: name.startsWith('mtls') ? 'tls_client_auth' : 'none' };
}

/** Only what ends a command takes its time. */
const clock: Clock = {
  ...systemClock,
  sleep: async (ms, signal) => (ms > 60_000 ? systemClock.sleep(ms, signal) : undefined),
};

describe('protected environments and refused credentials', function () {
  this.timeout(60_000);
  const log: Entry[] = [];
  const servers: Server[] = [];
  const origins: Record<string, string> = {};
  let certificate: Identity;

  before(async () => {
    certificate = await (await createAuthority()).issue(['ci.example.test']);
    for (const name of ['protected', 'open'] as const) {
      const server = createServer((request, response) => void answered(name, request, response));
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      origins[name] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }
  });
  after(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  async function answered(server: Entry['server'], request: IncomingMessage, response: ServerResponse) {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method = '', url: path = '', headers } = request;
    const [, basic = ''] = /^Basic (.*)/.exec(headers.authorization ?? '') ?? [];
    const head = `${JSON.stringify(headers)}${decodeURIComponent(Buffer.from(basic, 'base64').toString('latin1'))}`;
    // The password of Digest is not on the wire: its user is. Nor is a certificate, nor what a device has.
    const digestUser = /username="([^"]+)"/.exec(headers.authorization ?? '')?.[1];
    const client = /client_id=((?:mtls|device)-\w+)/.exec(body)?.[1];
    const carried =
      digestUser ?? client ?? names.find((each) => `${head}${body}`.includes(secretOf(each))) ?? null;
    log.push({ server, method, path, carried });
    if (/^\/login\b/.test(path))
      return answer(
        200,
        { 'content-type': 'text/html' },
        '<form method=post action=/login><input name=username><input name=password type=password></form>',
      )(response);
    if (path.endsWith('/device'))
      return answer(
        200,
        {},
        '{"device_code":"of-the-device","user_code":"AB","verification_uri":"https://login.example.test/","expires_in":60}',
      )(response);
    return (answers[path.split('/')[1] ?? ''] ?? answers['fine'])?.(response);
  }

  function files(experiments: object | null = null): Record<string, string> {
    const environment = (origin: string, isProtected: boolean): object => ({
      protected: isProtected,
      ...(experiments ? { experiments } : {}),
      origins: { api: origin },
      tls: { cert: 'client.pem', key: 'client.key' },
      issuers: Object.fromEntries(
        granted.map((name) => [
          name.replace('-', '_'),
          {
            issuer: `${origin}/${kindOf(name)}`,
            discovery: 'none',
            metadata: {
              token_endpoint: `${origin}/${kindOf(name)}/token`,
              authorization_endpoint: `${origin}/login`,
              device_authorization_endpoint: `${origin}/${kindOf(name)}/device`,
            },
          },
        ]),
      ),
      clients: Object.fromEntries(granted.map((name) => [name, clientOf(name)])),
    });
    const project = {
      environments: {
        production: environment(origins['protected'] ?? '', true),
        twin: environment(origins['protected'] ?? '', true),
        staging: environment(origins['open'] ?? '', false),
      },
      credentials: Object.fromEntries(names.map((name) => [name, credentialOf(name)])),
    };
    const scenarios = names.flatMap((name): [string, string][] => {
      const path = granted.includes(name) || name.startsWith('session') ? 'fine' : kindOf(name);
      const step = { GET: `/${path}/orders` };
      const rows = { data: [{ row: '1' }, { row: '2' }], steps: [{ ...step, query: { row: '${row}' } }] };
      const first = credentials[name] === null ? { steps: [step] } : rows;
      return [
        [`specs/${name}-1.yml`, JSON.stringify({ credential: name, ...first })],
        [`specs/${name}-2.yml`, JSON.stringify({ credential: name, steps: [step] })],
      ];
    });
    const writes = {
      steps: [
        { POST: '/fine/write', writes: true },
        { POST: '/broken/write', writes: true, expect: { status: 500 } },
        { POST: '/reset/write', writes: true },
      ],
    };
    return {
      'specs/why401.yml': JSON.stringify(project),
      ...Object.fromEntries(scenarios),
      'specs/write.yml': JSON.stringify(writes),
      'specs/client.pem': certificate.cert,
      'specs/client.key': certificate.key,
    };
  }

  async function logged(
    argv: readonly string[],
    experiments: object | null = null,
    more: Readonly<Record<string, string>> = {},
  ): Promise<{ ended: Ended; entries: Entry[]; report: Report | null }> {
    log.length = 0;
    const ended = await why401(argv, { files: { ...files(experiments), ...more }, env, clock });
    expect([0, 1, 2, 3], ended.stdout + ended.stderr).to.include(ended.code);
    const text = ended.written['report.json'];
    return { ended, entries: [...log], report: text === undefined ? null : (JSON.parse(text) as Report) };
  }

  /** Unsafe requests to protected servers that are no request of a configured token, login, or step that writes. */
  const unsafe = (entries: readonly Entry[]): Entry[] =>
    entries.filter(
      ({ server, method, path }) =>
        server === 'protected' &&
        !/^(GET|HEAD|OPTIONS)$/.test(method) &&
        !/\/token$|^\/login$|\/write$/.test(path),
    );
  const written = (entries: readonly Entry[], server: Entry['server']): string[] =>
    entries
      .filter((each) => each.server === server && each.path.endsWith('/write'))
      .map(({ method, path }) => `${method} ${path}`)
      .sort();
  /** How often each credential that may be sent once was sent. */
  const sentTwice = (entries: readonly Entry[], server: Entry['server']): string[] =>
    Object.entries(credentials).flatMap(([name, once]) => {
      const count = entries.filter((each) => each.server === server && each.carried === name).length;
      return once !== null && count > 1 ? [`${name} (${once}): ${count} times`] : [];
    });
  const classes = (report: Report | null, protectedOnly: boolean): string[] =>
    [
      ...new Set(
        (report?.scenarios ?? [])
          .filter(({ environment }) => !protectedOnly || environment !== 'staging')
          .flatMap(({ steps }) =>
            steps.flatMap(({ findings }) =>
              findings.flatMap(({ experiments }) => experiments.map((each) => each.class)),
            ),
          ),
      ),
    ].sort();

  it('run with retries, fifty jobs and experiments: each refused credential once, no write but those that say so', async () => {
    const argv = [
      'run',
      '--retries',
      '3',
      '--jobs',
      '50',
      '--strict',
      '--verbose',
      '--reporter',
      'json=report.json',
      '--reporter',
      'console',
    ];
    const { entries, report, ended } = await logged(argv);
    expect(ended.code).to.equal(1);
    expect(unsafe(entries)).to.deep.equal([]);
    expect(sentTwice(entries, 'protected')).to.deep.equal([]);
    expect(sentTwice(entries, 'open')).to.deep.equal([]);
    // Each of them was sent at all, or the lines above say nothing.
    const carried = new Set(
      entries.filter(({ server }) => server === 'protected').map((each) => each.carried),
    );
    expect(names.filter((name) => !carried.has(name))).to.deep.equal([device]);
    // What changes something is not sent again, whether it was answered or not.
    const once = ['POST /broken/write', 'POST /fine/write', 'POST /reset/write'];
    expect([written(entries, 'protected'), written(entries, 'open')]).to.deep.equal([
      once.flatMap((each) => [each, each]),
      once,
    ]);
    // A 429 and a lock text end all experiments of a run.
    expect(classes(report, false)).to.deep.equal([]);
  });

  it('run without experiments sends each request as often as the steps and retries say', async () => {
    const { entries } = await logged([
      'run',
      '--no-experiments',
      '--env',
      'production',
      '--jobs',
      '50',
      '--retries',
      '1',
    ]);
    const counts = new Map<string, number>();
    for (const { carried, path } of entries)
      if (!path.endsWith('/write')) counts.set(`${carried}`, (counts.get(`${carried}`) ?? 0) + 1);
    expect(unsafe(entries)).to.deep.equal([]);
    const isReset = (name: string): boolean => /^(?:basic|bearer)-reset$/.test(name);
    const seen = names.filter((name) => !isReset(name)).map((name) => [name, counts.get(name) ?? 0]);
    // One request for both jobs, or one for each.
    const times = (name: string): number =>
      name === device ? 0 : credentials[name] !== null || name.startsWith('oauth2') ? 1 : 2;
    expect(seen).to.deep.equal(seen.map(([name]) => [name, times(`${name}`)]));
    // Those without an answer are tried again, each of the two once more where an idle connection took it along.
    for (const name of names.filter(isReset)) expect(counts.get(name), name).to.be.within(4, 8);
  });

  /** Experiments that send the request as it was but for one thing. */
  const named = [
    'accept-json',
    'other-user-agent',
    'random-path',
    'final-url-directly',
    'scheme-case',
    'other-scheme',
  ];
  const policies: readonly (readonly [string, object | null, readonly string[]])[] = [
    ['what is allowed by default', null, ['A0']],
    ['nothing, by a budget of 0', { allow: ['A0', 'A', 'B'], budget: 0 }, []],
    ['A0 and A', { allow: ['A0', 'A'] }, ['A', 'A0']],
    ['what is named, which sends no password again', { allow: ['A', ...named] }, ['A', 'A0', 'C']],
  ];
  for (const [name, experiments, allowed] of policies) {
    it(`run tries ${name} in protected environments, whatever is allowed elsewhere`, async () => {
      const some = [
        'bearer-bearer',
        'bearer-forbidden',
        'basic-basic',
        'digest-digest',
        'api_key-none',
        'oauth2-invalid_client',
      ];
      const paths = some.flatMap((each) => [`specs/${each}-1.yml`, `specs/${each}-2.yml`]);
      const argv = ['run', ...paths, '--retries', '2', '--jobs', '50', '--reporter', 'json=report.json'];
      const { entries, report } = await logged(argv, experiments);
      expect(unsafe(entries)).to.deep.equal([]);
      expect(sentTwice(entries, 'protected')).to.deep.equal([]);
      expect(sentTwice(entries, 'open')).to.deep.equal([]);
      expect(classes(report, true)).to.deep.equal(allowed);
      if (experiments === null) expect(classes(report, false)).to.include('A');
    });
  }

  it('run in shards, one after the other: what counts against an account is sent by one of them', async () => {
    const bound = /^(?:basic|digest|session|code|password|refresh)-/;
    const some = Object.keys(credentials).filter((name) => credentials[name] !== null);
    const all: Entry[] = [];
    for (const shard of ['1/2', '2/2']) {
      const paths = some.flatMap((name) => [`specs/${name}-1.yml`, `specs/${name}-2.yml`]);
      const { entries } = await logged([
        'run',
        ...paths,
        '--no-experiments',
        '--shard',
        shard,
        '--retries',
        '1',
      ]);
      expect(unsafe(entries)).to.deep.equal([]);
      // Each part by itself: also of what may be in several.
      for (const server of ['protected', 'open'] as const)
        expect(sentTwice(entries, server)).to.deep.equal([]);
      all.push(...entries);
    }
    for (const server of ['protected', 'open'] as const)
      expect(sentTwice(all, server).filter((line) => bound.test(line))).to.deep.equal([]);
    // What is left to chance above: all jobs of one are in the first part, and nothing is left for the other.
    for (const name of some.filter((each) => bound.test(each))) {
      const paths = [`specs/${name}-1.yml`, `specs/${name}-2.yml`];
      const { entries } = await logged(['run', ...paths, '--shard', '2/2']);
      expect(entries, name).to.deep.equal([]);
    }
    const carried = new Set(all.map((each) => each.carried));
    expect(some.filter((name) => !carried.has(name))).to.deep.equal([]);
  });

  for (const more of [[], ['--scenarios']]) {
    it(`compare ${more.join(' ')}: as run`, async () => {
      const { entries } = await logged(['compare', ...more]);
      expect(unsafe(entries)).to.deep.equal([]);
      expect(sentTwice(entries, 'protected')).to.deep.equal([]);
      expect(sentTwice(entries, 'open')).to.deep.equal([]);
      if (more.length === 0) expect(written(entries, 'protected')).to.deep.equal([]);
    });
  }

  it('lint, list and report send nothing; token and login send what the token takes, once', async () => {
    const { ended } = await logged(['run', 'specs/write.yml', '--reporter', 'json=report.json']);
    const recorded = { 'recorded.json': ended.written['report.json'] ?? '' };
    const silent = [
      ['lint'],
      ['lint', '--scan', 'specs'],
      ['list'],
      ['compare', '--offline'],
      ['report', 'recorded.json'],
    ];
    for (const argv of silent)
      expect((await logged(argv, null, recorded)).entries, argv.join(' ')).to.deep.equal([]);
    const person = await logged(['login', device, '--env', 'production']);
    expect(person.entries.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      'POST /invalid_grant/device',
      'POST /invalid_grant/token',
    ]);
    for (const name of ['oauth2-invalid_client', 'refresh-invalid_grant', 'session-wrong', 'code-wrong']) {
      const { entries } = await logged(['token', name, '--env', 'production']);
      expect(unsafe(entries)).to.deep.equal([]);
      expect(entries.filter(({ carried }) => carried !== null).length, name).to.be.at.most(1);
    }
  });
});

interface Report {
  readonly scenarios: readonly {
    readonly environment: string;
    readonly steps: readonly {
      readonly findings: readonly { readonly experiments: readonly { readonly class: string }[] }[];
    }[];
  }[];
}
