import { createHash, createHmac, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { jwtVerify } from 'jose';
import type { Json, JsonMap } from '../../src/model.ts';
import { type Origins, type Received, startOrigins } from '../support/origins.ts';
import { type Replayed, replay } from '../support/replay.ts';

const api = 'https://api.example.test';
const secrets = {
  HOOK_KEY: randomBytes(18).toString('base64url'),
  PASSWORD: randomBytes(18).toString('base64url'),
  JWT_KEY: randomBytes(32).toString('base64url'),
};
const project: JsonMap = {
  environments: { staging: { protected: false, origins: { api } } },
  credentials: {
    hook: {
      type: 'hmac',
      key: '${secret.HOOK_KEY}',
      over: '${timestamp}.${body}',
      header: 'x-signature',
      value: 't=${timestamp},v1=${signature}',
    },
    legacy: { type: 'digest', username: 'ci', password: '${secret.PASSWORD}' },
    own: { type: 'self_signed_jwt', alg: 'HS256', key: '${secret.JWT_KEY}', claims: { iss: 'ci', aud: api } },
  },
};
const fieldOf = (request: Received, name: string): string | null =>
  request.headers.find(([field]) => field.toLowerCase() === name)?.[1] ?? null;

/** null: accepted. */
type Refuse = (request: Received) => Promise<string | null> | string | null;

const byHmac: Refuse = (request) => {
  const [, time = '', signature = ''] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(fieldOf(request, 'x-signature') ?? '') ?? [];
  const right = createHmac('sha256', secrets.HOOK_KEY).update(`${time}.${request.body}`).digest('hex');
  return signature === right ? null : 'Signature';
};
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const byDigest: Refuse = (request) => {
  const challenge = 'Digest realm="api", nonce="n1", algorithm=SHA-256, qop="auth"';
  const field = fieldOf(request, 'authorization') ?? '';
  const of = (name: string): string => new RegExp(`\\b${name}="?([^",]+)`).exec(field)?.[1] ?? '';
  const right = hash(
    [
      hash(`ci:api:${secrets.PASSWORD}`),
      of('nonce'),
      of('nc'),
      of('cnonce'),
      'auth',
      hash(`${request.method}:${request.url}`),
    ].join(':'),
  );
  return of('response') === right ? null : challenge;
};
const byJwt: Refuse = async (request) => {
  const token = /^Bearer (\S+)$/.exec(fieldOf(request, 'authorization') ?? '')?.[1] ?? '';
  const key = new TextEncoder().encode(secrets.JWT_KEY);
  return jwtVerify(token, key, { issuer: 'ci', audience: api }).then(
    () => null,
    (error: { code: string; claim?: string }) =>
      `Bearer error="invalid_token", error_description="${error.claim ?? error.code}"`,
  );
};

describe('faults of credentials that sign', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  /** One step for each fault, then a sound one; the challenge of each last answer. */
  async function refusals(
    name: string,
    faults: readonly Json[],
    refuse: Refuse,
  ): Promise<[string, Replayed]> {
    await origins.serve(api, async (request, response) => {
      const challenge = await refuse(request);
      response.writeHead(
        challenge === null ? 200 : 401,
        challenge === null ? {} : { 'www-authenticate': challenge },
      );
      response.end('{}');
    });
    const step = { POST: '/orders', body: { text: 'seven' } };
    const steps = [
      ...faults.map((fault) => ({ ...step, credential: { name, fault }, expect: { status: 401 } })),
      { ...step, credential: name },
    ];
    const replayed = await replay({
      origins,
      project,
      secrets,
      scenarios: { 'a.yml': { steps: steps as Json[] } },
    });
    return [replayed.jobs.flatMap(({ steps: done }) => done.map(({ status }) => status)).join(' '), replayed];
  }

  it('are told from a sound one by a server that checks an HMAC', async () => {
    const [told, { events }] = await refusals(
      'hook',
      ['missing', 'malformed_header', 'tampered_signature'],
      byHmac,
    );
    expect(told).to.equal('passed passed passed passed');
    const sent = origins.received.map((request) => fieldOf(request, 'x-signature'));
    expect(sent.slice(0, 2)).to.deep.equal([null, '']);
    const written = JSON.stringify(events);
    for (const field of sent.slice(2)) expect(written).not.to.include(field?.slice(-64));
  });

  it('are told from a sound one by a server that asks for Digest, which is not locked out', async () => {
    const [told] = await refusals('legacy', ['tampered_signature', 'malformed_header'], byDigest);
    expect(told).to.equal('passed passed passed');
  });

  it('are another audience and an end in the past for a JWT that is signed here', async () => {
    const [told, { jobs }] = await refusals(
      'own',
      ['wrong_audience', 'expired', 'tampered_signature', 'alg_none'],
      byJwt,
    );
    expect(told).to.equal('passed passed passed passed passed');
    const said = jobs[0]?.steps.map(({ exchanges }) =>
      exchanges
        .at(-1)
        ?.hops[0]?.response?.headers.find(([name]) => name.toLowerCase() === 'www-authenticate')?.[1]
        ?.replace(/.*description=/, ''),
    );
    expect(said?.slice(0, 3)).to.deep.equal(['"aud"', '"exp"', '"ERR_JWS_SIGNATURE_VERIFICATION_FAILED"']);
  });
});
