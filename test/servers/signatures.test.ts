/** Signed requests of the program at servers that verify them. */
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import jsonwebtoken from 'jsonwebtoken';
import { type Ended, why401 } from '../support/command.ts';
import { type Origins, type Received, startOrigins } from '../support/origins.ts';
import { isSignedAsSdk } from '../support/sigv4.ts';
import { fieldOf, isMessageSigned, isSigV4Signed } from '../support/verifiers.ts';

const api = 'https://api.example.test';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const ecPem = ec.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const ecPublic = ec.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const secret = 'shared-secret-0123456789-abcdefghij';

describe('servers that verify signatures', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  /** `/moved` leads to `/orders`; everything else is there for who signs. */
  async function serve(verify: (request: Received) => boolean | Promise<boolean>): Promise<void> {
    await origins.serve(api, async (request, response) => {
      const good = await verify(request);
      if (good && request.url === '/moved') response.writeHead(307, { location: '/orders?from=moved' });
      else response.writeHead(good ? 200 : 401, { 'content-type': 'application/json' });
      response.end('{}');
    });
  }

  const steps = [
    { GET: '/orders', query: { a: 'b c/d', z: '\u00e4' }, expect: { status: 200 } },
    { POST: '/orders', body: { json: { id: 7, text: '\u00e4' } }, expect: { status: 200 } },
    { POST: '/moved', body: { json: { id: 8 } }, redirect: { follow: true }, expect: { status: 200 } },
    { DELETE: '/orders/a%20b', headers: { 'X-Tenant': 'one' }, expect: { status: 200 } },
  ];

  function run(
    credential: object,
    env: Record<string, string>,
    also: readonly object[] = steps,
  ): Promise<Ended> {
    return why401(['run', '--verbose', '--reporter', 'console', '--reporter', 'json=report.json'], {
      files: {
        'why401.yml': JSON.stringify({
          environments: {
            staging: {
              protected: false,
              origins: { api },
              connect_to: Object.fromEntries(origins.transport.connectTo),
              tls: { ca: 'ca.pem' },
            },
          },
          credentials: { signer: credential },
        }),
        'orders.yml': JSON.stringify({ credential: 'signer', steps: also }),
        'ca.pem': origins.authority.ca,
      },
      env,
    });
  }

  /** Exit code, what arrived, and whether a secret or a signature is shown. */
  async function outcome(ended: Ended, secrets: readonly string[]): Promise<object> {
    const shown = `${ended.stdout}${ended.stderr}${ended.written['report.json']}`;
    return {
      code: ended.code,
      arrived: origins.received.map(({ method, url }) => `${method} ${url}`),
      shown: secrets.filter((each) => each === '' || shown.includes(each)),
    };
  }
  const good = {
    code: 0,
    arrived: [
      'GET /orders?a=b%20c%2Fd&z=%C3%A4',
      'POST /orders',
      'POST /moved',
      'POST /orders?from=moved',
      'DELETE /orders/a%20b',
    ],
    shown: [],
  };
  const signatures = (name: string, pattern: RegExp): string[] =>
    origins.received.map((request) => pattern.exec(fieldOf(request, name))?.[1] ?? '');

  for (const [alg, key, publicKey] of [
    ['rsa-v1_5-sha256', pem, publicPem],
    ['rsa-pss-sha512', pem, publicPem],
    ['ecdsa-p256-sha256', ecPem, ecPublic],
  ] as const) {
    it(`http_signature by ${alg}, with a content digest`, async () => {
      await serve((request) => isMessageSigned(request, publicKey, alg));
      const credential = {
        type: 'http_signature',
        key_id: 'k',
        key: '${secret.SIGNING_KEY}',
        alg,
        components: [
          '@method',
          '@target-uri',
          '@authority',
          '@path',
          '@query',
          'content-digest',
          'content-length',
        ],
        lifetime: '5m',
        nonce: true,
      };
      const bodies = steps.filter(({ POST }) => POST !== undefined);
      const ended = await run(credential, { SIGNING_KEY: key }, bodies);
      expect(await outcome(ended, signatures('signature', /:(.*):/))).to.deep.equal({
        ...good,
        arrived: ['POST /orders', 'POST /moved', 'POST /orders?from=moved'],
      });
      expect(ended.stdout).to.include('Signature: sig1=:[secret:signer signature]:');
    });
  }

  it('http_signature with what is signed by default', async () => {
    await serve((request) => isMessageSigned(request, ecPublic, 'ecdsa-p256-sha256'));
    const ended = await run({ type: 'http_signature', key_id: 'k', key: '${secret.KEY}' }, { KEY: ecPem });
    expect(await outcome(ended, signatures('signature', /:(.*):/))).to.deep.equal(good);
  });

  for (const service of ['execute-api', 's3']) {
    it(`aws_sigv4 for ${service}`, async () => {
      // By its documentation, and by the SDK's own signer.
      await serve(
        async (request) => isSigV4Signed(request, secret) && (await isSignedAsSdk(request, secret)),
      );
      const credential = {
        type: 'aws_sigv4',
        access_key_id: '${env.KEY_ID}',
        secret_access_key: '${secret.KEY}',
        session_token: '${secret.SESSION}',
        region: 'eu-central-1',
        service,
      };
      const ended = await run(credential, { KEY_ID: 'KEYID0123', KEY: secret, SESSION: 'session-0123456' });
      const hidden = [...signatures('authorization', /Signature=(\w+)/), 'session-0123456'];
      expect(await outcome(ended, hidden)).to.deep.equal(good);
      expect(ended.stdout).to.include('Signature=[secret:signer signature]');
    });
  }

  it('hmac over time, method, target and body', async () => {
    await serve((request) => {
      const [, time, signature] = /^t=(\d+),v1=(\w+)$/.exec(fieldOf(request, 'x-signature')) ?? [];
      const text = `${time}.${request.method}.${api}${request.url}.${request.body}`;
      return createHmac('sha256', secret).update(text).digest('hex') === signature;
    });
    const credential = {
      type: 'hmac',
      key: '${secret.KEY}',
      over: '${timestamp}.${method}.${url}.${body}',
      header: 'X-Signature',
      value: 't=${timestamp},v1=${signature}',
    };
    const ended = await run(credential, { KEY: secret });
    expect(await outcome(ended, signatures('x-signature', /v1=(\w+)/))).to.deep.equal(good);
  });

  it('self_signed_jwt, one token for the run', async () => {
    const tokens = new Set<string>();
    await serve((request) => {
      const token = fieldOf(request, 'authorization').slice('Bearer '.length);
      tokens.add(token);
      const options = { algorithms: ['RS256' as const], audience: 'orders', issuer: 'ci' };
      return Boolean(jsonwebtoken.verify(token, publicPem, options));
    });
    const credential = {
      type: 'self_signed_jwt',
      alg: 'RS256',
      key: '${secret.KEY}',
      claims: { iss: 'ci', aud: '${env.AUDIENCE}', context: { roles: ['reader'] } },
    };
    const ended = await run(credential, { KEY: pem, AUDIENCE: 'orders' });
    expect(await outcome(ended, [...tokens])).to.deep.equal(good);
    expect(tokens.size).to.equal(1);
  });

  it('are not reached where what is signed is not there', async () => {
    await serve(() => true);
    const credential = { type: 'http_signature', key_id: 'k', key: '${secret.KEY}', components: ['date'] };
    const ended = await run(credential, { KEY: ecPem }, steps.slice(0, 1));
    expect([ended.code, origins.received]).to.deep.equal([1, []]);
    expect(ended.stdout).to.include('The credential "signer" signs date, which the request does not have.');
  });
});
