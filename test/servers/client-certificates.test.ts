/** Client certificates at nginx and haproxy, one for each host, replayed by the program. */
import { expect } from 'chai';
import { type Authority, createAuthority, type Identity } from '../support/certificates.ts';
import { why401 } from '../support/command.ts';
import { type Daemon, freePort } from '../support/daemon.ts';
import { startHaproxy } from '../support/haproxy.ts';
import { startNginx } from '../support/nginx.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { requireProgram } from '../support/require.ts';

const [nginxOrigin, haproxyOrigin] = ['https://a.example.test', 'https://b.example.test'];

interface Report {
  readonly scenarios: readonly {
    readonly steps: readonly {
      readonly status: string;
      readonly findings: readonly { readonly cause: string; readonly certainty: string }[];
    }[];
  }[];
}

describe('client certificates', () => {
  let origins: Origins;
  let clients: Authority;
  const servers: Daemon[] = [];

  before(async function () {
    const [nginx, haproxy] = [requireProgram(this, 'nginx'), requireProgram(this, 'haproxy')];
    origins = await startOrigins();
    clients = await createAuthority('Clients');
    await origins.serve('http://behind.example.test', ({ headers }, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ user: headers.find(([name]) => name.toLowerCase() === 'x-user')?.[1] }));
    });
    const behind = origins.transport.connectTo.get('behind.example.test:80');
    const [a, b] = [await freePort(), await freePort()];
    origins.map(nginxOrigin, `127.0.0.1:${a}`);
    origins.map(haproxyOrigin, `127.0.0.1:${b}`);
    const [ofA, ofB] = [
      await origins.authority.issue(['a.example.test']),
      await origins.authority.issue(['b.example.test']),
    ];
    servers.push(
      await startNginx({
        program: nginx,
        ports: [a],
        files: { 'a.pem': ofA.cert, 'a.key': ofA.key, 'ca.pem': clients.ca },
        http: `server {
  listen 127.0.0.1:${a} ssl;
  ssl_certificate {folder}/a.pem;
  ssl_certificate_key {folder}/a.key;
  ssl_client_certificate {folder}/ca.pem;
  ssl_verify_client on;
  location / { proxy_set_header X-User $ssl_client_s_dn; proxy_pass http://${behind}; }
}`,
      }),
      await startHaproxy({
        program: haproxy,
        ports: [b],
        files: { 'b.pem': `${ofB.cert}\n${ofB.key}`, 'ca.pem': clients.ca },
        configuration: `frontend f
  bind 127.0.0.1:${b} ssl crt {folder}/b.pem ca-file {folder}/ca.pem verify required
  http-request set-header X-User CN=%[ssl_c_s_dn(cn)]
  default_backend w
backend w
  server s ${behind}
`,
      }),
    );
  });
  after(async () => {
    for (const each of servers) await each.stop();
    await origins?.close();
  });

  /** Status and first finding at nginx and at haproxy, who ask for ann and bob. */
  async function run(tls: object, identities: Readonly<Record<string, Identity>>): Promise<string[]> {
    const files = Object.fromEntries(
      Object.entries(identities).flatMap(([name, { cert, key }]) => [
        [`${name}.pem`, cert],
        [`${name}.key`, key],
      ]),
    );
    const step = (GET: string, user: string): string =>
      JSON.stringify({ steps: [{ GET, expect: { status: 200, json: { '$.user': `CN=${user}` } } }] });
    const { written } = await why401(['run', '--reporter', 'json=report.json'], {
      files: {
        ...files,
        'ca.pem': origins.authority.ca,
        'why401.yml': JSON.stringify({
          environments: {
            staging: {
              origins: { a: nginxOrigin, b: haproxyOrigin },
              tls: { ca: 'ca.pem', ...tls },
              connect_to: Object.fromEntries(origins.transport.connectTo),
            },
          },
        }),
        'a.yml': step('a:/', 'ann'),
        'b.yml': step('b:/', 'bob'),
      },
    });
    const { scenarios } = JSON.parse(written['report.json'] ?? '{}') as Report;
    return scenarios.flatMap(({ steps }) =>
      steps.map(({ status, findings: [first] }) =>
        first ? `${status} ${first.cause} ${first.certainty}` : status,
      ),
    );
  }
  const of = (name: string): object => ({ cert: `${name}.pem`, key: `${name}.key` });

  it('are chosen by host', async () => {
    const identities = { ann: await clients.issue(['ann']), bob: await clients.issue(['bob']) };
    const hosts = { 'a.example.test': of('ann'), 'b.example.test': of('bob') };
    expect(await run({ hosts }, identities)).to.deep.equal(['passed', 'passed']);
    expect(await run({ ...of('ann'), hosts: { 'b.example.test:443': of('bob') } }, identities)).to.deep.equal(
      ['passed', 'passed'],
    );
  });

  it('are missed where there is none', async () => {
    expect(await run({}, {})).to.deep.equal([
      'failed client-cert-missing possible',
      'errored client-cert-missing certain',
    ]);
  });

  it('are refused where another authority made them', async () => {
    const others = await createAuthority('Others');
    expect(await run(of('eve'), { eve: await others.issue(['eve']) })).to.deep.equal([
      'failed client-cert-invalid certain',
      'errored client-cert-invalid likely',
    ]);
  });
});
