/** Credentials of several kinds in one step: each covers what those before it made. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { type Site, serveSite } from '../docs/guarded-site.ts';
import { type Ended, why401 } from '../support/command.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { fieldOf, isMessageSigned, isSigV4Signed } from '../support/verifiers.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const secrets = {
  WEB: 'the-secret-of-web',
  GATEWAY: 'the-gateway-key-1',
  KEY: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  CLOUD: 'the-secret-access-key',
};
const site: Site = {
  api: 'https://token.example.test',
  login: 'https://login.example.test',
  secrets: new Map([['web', secrets.WEB]]),
  keys: new Map(),
  blind: false,
};
const api = 'https://api.example.test';
const signer = (components: readonly string[]): JsonMap => ({
  type: 'http_signature',
  key_id: 'k',
  key: '${secret.KEY}',
  components: [...components],
});
const credentials: JsonMap = {
  gateway: { type: 'api_key', name: 'X-Gateway-Key', value: '${secret.GATEWAY}' },
  bound: {
    type: 'oauth2',
    grant_type: 'client_credentials',
    client: 'web',
    scope: 'orders:read',
    dpop: true,
  },
  cloud: {
    type: 'aws_sigv4',
    access_key_id: 'AKID',
    secret_access_key: '${secret.CLOUD}',
    region: 'eu-central-1',
    service: 'execute-api',
  },
  hook: { type: 'hmac', key: '${secret.GATEWAY}', header: 'X-Sig', over: '${method} ${header.dpop:-none}' },
  legacy: { type: 'digest', username: 'ci', password: '${secret.GATEWAY}' },
  partner: signer(['@method', '@target-uri', 'authorization', 'dpop', 'x-gateway-key']),
  both: signer(['authorization', 'x-amz-date', 'x-sig']),
  header: signer(['authorization']),
};

describe('several credentials in one step', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
    await serveSite(origins, site);
  });
  afterEach(() => origins.close());

  async function run(names: readonly string[], command = 'run'): Promise<Ended> {
    return why401([command, '--verbose'].slice(0, command === 'run' ? 2 : 1), {
      files: {
        'why401.yml': JSON.stringify({
          environments: {
            staging: {
              origins: { api },
              issuers: { main: site.login },
              clients: { web: { client_id: 'web', client_secret: '${secret.WEB}' } },
              tls: { ca: 'ca.pem' },
              connect_to: Object.fromEntries(origins.transport.connectTo),
            },
          },
          credentials,
        }),
        'a.yml': JSON.stringify({ credential: names, steps: [{ GET: '/orders' }] }),
        'ca.pem': origins.authority.ca,
      },
      env: secrets,
    });
  }
  const spki = String(publicKey.export({ type: 'spki', format: 'pem' }));

  it('is signed over the token and the proof that are sent, in whatever order they are written', async () => {
    await origins.serve(api, async (request, response) => {
      const right =
        (await isMessageSigned(request, spki, 'ecdsa-p256-sha256')) &&
        fieldOf(request, 'signature-input').startsWith(
          'sig1=("@method" "@target-uri" "authorization" "dpop" "x-gateway-key")',
        ) &&
        /^DPoP [\w-]+\.[\w-]+\.[\w-]+$/.test(fieldOf(request, 'authorization')) &&
        fieldOf(request, 'x-gateway-key') === secrets.GATEWAY;
      response.writeHead(right ? 200 : 401).end();
    });
    for (const names of [
      ['gateway', 'bound', 'partner'],
      ['partner', 'bound', 'gateway'],
      ['bound', 'partner', 'gateway'],
    ]) {
      const { code, stdout } = await run(names);
      expect(code, stdout).to.equal(0);
    }
  });

  it('is signed over what another signature put into Authorization', async () => {
    await origins.serve(api, async (request, response) => {
      const names = /SignedHeaders=([^,]+)/.exec(fieldOf(request, 'authorization'))?.[1]?.split(';') ?? [];
      const right =
        isSigV4Signed(request, secrets.CLOUD) &&
        names.includes('x-sig') &&
        (await isMessageSigned(request, spki, 'ecdsa-p256-sha256'));
      response.writeHead(right ? 200 : 403).end();
    });
    for (const names of [
      ['both', 'cloud', 'hook'],
      ['hook', 'cloud', 'both'],
    ]) {
      const { code, stdout } = await run(names);
      expect(code, stdout).to.equal(0);
    }
  });

  it('is signed over the answer to a challenge', async () => {
    await origins.serve(api, async (request, response) => {
      const field = fieldOf(request, 'authorization');
      const right = field !== '' && (await isMessageSigned(request, spki, 'ecdsa-p256-sha256'));
      const covered = fieldOf(request, 'signature-input').startsWith('sig1=("authorization")');
      response
        .writeHead(right && covered ? 200 : 401, {
          'www-authenticate': 'Digest realm="r", nonce="n", qop="auth"',
        })
        .end();
    });
    const { code, stdout } = await run(['header', 'legacy']);
    expect(code, stdout).to.equal(0);
  });

  it('is a problem where two would set the same header', async () => {
    for (const [names, header] of [
      [['bound', 'cloud'], 'authorization'],
      [['cloud', 'legacy'], 'authorization'],
      [['partner', 'both'], 'signature'],
    ] as const) {
      const { code, stdout, stderr } = await run(names, 'lint');
      const told = `The header "${header}" would come from the credential "${names[0]}" and from the credential "${names[1]}".`;
      expect([code, `${stdout}${stderr}`.includes(told)]).to.deep.equal([2, true]);
    }
  });

  it('is told where nobody sets what is to be signed', async () => {
    const { code, stdout } = await run(['partner', 'gateway']);
    expect(code).to.equal(1);
    expect(stdout).to.include(
      'The credential "partner" signs authorization, which the request does not have.',
    );
  });
});
