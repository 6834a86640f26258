import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { expect } from 'chai';
import { faults } from '../../fixtures/lab/faults.ts';
import { type Lab, startLab } from '../../fixtures/lab/lab.ts';
import type { EnvironmentName } from '../../fixtures/lab/settings.ts';
import { fingerprint } from '../../fixtures/lab/site.ts';
import { type Answer, authorize, bearer, call, requestToken } from './support.ts';

/** One call for each fault, on which it shows. */
const calls: Readonly<Record<string, (lab: Lab, environment: EnvironmentName) => Promise<Answer>>> = {
  'credentials-dropped-on-redirect': async (lab, at) =>
    call(lab, at, 'entry', '/orders', { headers: await bearer(lab, at, 'ci', 'orders:read') }),
  'token-expired': (lab, at) => call(lab, at, 'api', '/orders', { headers: fromCi(lab, at, 'PARTNER') }),
  'environment-mixup': (lab, at) => call(lab, at, 'api', '/orders', { headers: fromCi(lab, at, 'MONITOR') }),
  'audience-mismatch': async (lab, at) =>
    call(lab, at, 'billing', '/invoices', {
      headers: await bearer(lab, at, 'ci', 'invoices:read', 'billing'),
    }),
  'client-unknown': (lab, at) => requestToken(lab, at, 'exporter', 'orders:read'),
  'client-secret-wrong': (lab, at) => requestToken(lab, at, 'auditor', 'audit:read'),
  'redirect-uri-mismatch': (lab, at) => authorize(lab, at, 'web'),
  'scope-missing': async (lab, at) =>
    call(lab, at, 'api', '/orders', {
      method: 'POST',
      headers: {
        ...(await bearer(lab, at, 'writer', 'orders:read orders:write')),
        'content-type': 'application/json',
      },
      body: '{"item":"paper","quantity":1}',
    }),
  'basic-shadow': async (lab, at) =>
    call(lab, at, 'reports', '/reports/2026-10', { headers: await bearer(lab, at, 'ci', 'reports:read') }),
  'edge-blocked': async (lab, at) =>
    call(lab, at, 'search', '/search?item=ink', {
      headers: {
        ...(await bearer(lab, at, 'ci', 'orders:read')),
        'x-gateway-key': lab.env[`${at.toUpperCase()}_GATEWAY_KEY`] ?? '',
        'user-agent': 'why401/0.1.0',
      },
    }),
};

function fromCi(lab: Lab, environment: EnvironmentName, token: string): Record<string, string> {
  return { authorization: `Bearer ${lab.env[`${environment.toUpperCase()}_${token}_TOKEN`]}` };
}

/** Status, challenge or Location, and what the body begins with or holds, when faulty. */
const refusals: Readonly<Record<string, readonly [status: number, header: string | null, body: RegExp]>> = {
  'credentials-dropped-on-redirect': [301, 'https://api.example.test/orders', /Moved Permanently/],
  'token-expired': [
    401,
    `Bearer realm="api", error="invalid_token", error_description="'exp' claim timestamp check failed"`,
    /<pre>Unauthorized<\/pre>/,
  ],
  'environment-mixup': [
    401,
    'Bearer realm="api", error="invalid_token", error_description="no applicable key found in the JSON Web Key Set"',
    /<pre>Unauthorized<\/pre>/,
  ],
  'audience-mismatch': [401, null, /"Authorization token is invalid: The aud claim value is not allowed\."/],
  'client-unknown': [
    401,
    'Basic realm="https://login.example.test", error="invalid_client", error_description="client authentication failed"',
    /"invalid_client"/,
  ],
  'client-secret-wrong': [
    401,
    'Basic realm="https://login.example.test", error="invalid_client", error_description="client authentication failed"',
    /"invalid_client"/,
  ],
  'redirect-uri-mismatch': [400, null, /invalid_redirect_uri/],
  'scope-missing': [
    403,
    'Bearer realm="api", error="insufficient_scope", error_description="Insufficient Scope", scope="orders:write"',
    /<pre>Forbidden<\/pre>/,
  ],
  'basic-shadow': [401, 'Basic realm="Operations"', /^$/],
  'edge-blocked': [403, null, /Request blocked[\s\S]*Your IP: 127\.0\.0\.1[\s\S]*Reference ID: [0-9a-f]{64}/],
};

const passes: Readonly<Record<string, number>> = { 'scope-missing': 201, 'redirect-uri-mismatch': 303 };

describe('startLab', () => {
  let faulty: Lab;
  let healed: Lab;
  before(async () => {
    [faulty, healed] = await Promise.all([startLab(), startLab({ faults: 'none' })]);
  });
  after(() => Promise.all([faulty.close(), healed.close()]));

  it('has a call for each fault', () => {
    expect(faults.map(({ id }) => id))
      .to.have.members(Object.keys(calls))
      .and.to.have.members(Object.keys(refusals));
  });

  for (const [id, make] of Object.entries(calls)) {
    it(`shows ${id} in production, and nowhere else`, async () => {
      const [status, header, body] = refusals[id] ?? [0, null, /^$/];
      const refused = await make(faulty, 'production');
      expect([refused.status, refused.challenge ?? refused.location]).to.deep.equal([status, header]);
      expect(refused.body).to.match(body);
      const others = [
        await make(faulty, 'staging'),
        await make(healed, 'staging'),
        await make(healed, 'production'),
      ];
      const pass = passes[id] ?? 200;
      expect(others.map((answer) => answer.status)).to.deep.equal([pass, pass, pass]);
      expect(others.map(({ challenge }) => challenge)).to.deep.equal([null, null, null]);
    });
  }

  it('asks for a Bearer token where none is sent', async () => {
    const answer = await call(faulty, 'production', 'api', '/orders');
    expect([answer.status, answer.challenge]).to.deep.equal([401, 'Bearer realm="api"']);
  });

  it('tells an unknown client from a wrong secret at the authorization endpoint', async () => {
    expect((await authorize(faulty, 'production', 'exporter')).body).to.contain('invalid_client');
    expect((await authorize(faulty, 'production', 'auditor')).body).not.to.contain('invalid_client');
  });

  it('sends the code of an accepted redirect_uri to nobody', async () => {
    const { location } = await authorize(healed, 'production', 'web');
    const callback = new URL(location ?? '');
    expect([callback.origin + callback.pathname, callback.searchParams.get('error')]).to.deep.equal([
      'https://app.example.test/callback',
      'login_required',
    ]);
  });

  it('logs what arrived where, without the credential', async () => {
    const before = healed.log.length;
    const headers = { 'X-First': '1', Authorization: 'Bearer abc' };
    await call(healed, 'production', 'reports', '/reports/2026-10?x=1', { headers });
    const entries = healed.log.slice(before);
    expect(entries.map(({ server }) => server)).to.deep.equal(['production/reports', 'production/inside']);
    expect(entries[0]).to.deep.equal({
      server: 'production/reports',
      scheme: 'https',
      method: 'GET',
      url: '/reports/2026-10?x=1',
      host: 'reports.example.test',
      headers: ['host', 'X-First', 'Authorization', 'Connection'],
      authorization: { scheme: 'Bearer', fingerprint: fingerprint('abc') },
    });
    expect(JSON.stringify(healed.log)).not.to.contain('Bearer abc');
  });

  it('listens on 127.0.0.1 only', async () => {
    const own = Object.values(networkInterfaces())
      .flat()
      .find((each) => each?.family === 'IPv4' && !each.internal);
    const addresses = ['127.0.0.2', ...(own ? [own.address] : [])];
    const ports = Object.entries(healed.env).filter(([name]) => /^LAB_.*_PORT$/.test(name));
    expect(ports).to.have.length(12);
    const attempts = ports.flatMap(([, port]) => addresses.map((host) => refusesTcp(host, Number(port))));
    expect(await Promise.all(attempts)).to.deep.equal(attempts.map(() => 'ECONNREFUSED'));
  });
});

describe('Lab.close', () => {
  it('ends all listeners and connections, and removes its files', async () => {
    const lab = await startLab({ faults: 'none' });
    const ca = lab.env['LAB_CA'] ?? '';
    expect(statSync(ca).mode & 0o777).to.equal(0o600);
    const open = connect(Number(lab.env['LAB_PRODUCTION_ENTRY_PORT']), '127.0.0.1');
    await once(open, 'connect');
    const closed = once(
      open.resume().on('error', () => {}),
      'close',
    );
    await lab.close();
    await closed;
    expect(existsSync(ca)).to.equal(false);
    const ports = Object.entries(lab.env).filter(([name]) => /^LAB_.*_PORT$/.test(name));
    const attempts = ports.map(([, port]) => refusesTcp('127.0.0.1', Number(port)));
    expect(await Promise.all(attempts)).to.deep.equal(attempts.map(() => 'ECONNREFUSED'));
  });
});

function refusesTcp(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => {
      socket.destroy();
      resolve('connected');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
}
