import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import type { Credential, Environment, Job, RequestStep } from '../../src/model.ts';
import { notesOf } from '../../src/run/notes.ts';
import { Secret } from '../../src/secret.ts';
import { asksOf, clientOf, environmentOf, issuerOf, oauth2Of, source } from '../credential/support.ts';
import { selfSigned } from '../support/certificates.ts';

const now = Date.UTC(2026, 2, 1);
const minute = 60_000;
const day = 86_400_000;

/** A JWT that ends so many milliseconds from now. */
function jwt(ends: number): Secret {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const { privateKey } = generateKeyPairSync('ed25519');
  const text = `${part({ alg: 'EdDSA', x: privateKey.type })}.${part({ exp: (now + ends) / 1000 })}.c2lnbmF0dXJl`;
  return Secret.named('TOKEN', text);
}
const bearer = (name: string, ends: number): Credential => ({
  type: 'bearer',
  name,
  token: jwt(ends),
  source,
  sources: {},
});

/** One step with all of them; what of it matters here. */
function jobOf(
  credentials: readonly Credential[],
  step: Partial<RequestStep> = {},
  environment: Partial<Environment> = {},
): Job {
  return {
    environment: environmentOf('staging', {
      ...environment,
      credentials: new Map(credentials.map((each) => [each.name, each])),
    }),
    steps: [{ kind: 'request', credentials: credentials.map(({ name }) => ({ name })), expect: {}, ...step }],
  } as unknown as Job;
}

describe('notes before a run', () => {
  it('tell of tokens that have ended or end soon, once', () => {
    const job = jobOf([
      bearer('old', -3 * day),
      bearer('nearly', 2 * minute),
      bearer('good', 20 * minute),
      { type: 'bearer', name: 'opaque', token: 'opaque-token', source, sources: {} },
    ]);
    expect(notesOf([job, job], now)).to.deep.equal([
      'staging: the token of credential "old" ended 3 d ago.',
      'staging: the token of credential "nearly" ends in 2 min.',
    ]);
  });

  it('tell of client certificates that end within two weeks', async () => {
    const ending = async (days: number) => ({
      ...(await selfSigned(['client.example.test'], {
        notBefore: new Date(now - 400 * day),
        notAfter: new Date(now + days * day),
      })),
    });
    const { transport } = environmentOf('staging');
    const clientCertificates = new Map([
      ['login.example.test', await ending(30)],
      ['api.example.test', await ending(-2)],
    ]);
    const reached = { ...transport, clientCertificate: await ending(5), clientCertificates };
    const bad = { ...transport, clientCertificate: { cert: 'no certificate', key: '' } };
    const jobs = [jobOf([], {}, { transport: reached }), jobOf([], {}, { transport: bad })];
    expect(notesOf(jobs, now)).to.deep.equal([
      'staging: the client certificate ends in 5 d.',
      'staging: the client certificate for api.example.test ended 2 d ago.',
    ]);
  });

  it('leave out a token that is meant to be refused', () => {
    const old = [bearer('old', -day)];
    const jobs = [
      jobOf(old, { expect: { status: 401 } }),
      jobOf(old, { credentials: [{ name: 'old', renew: false }] } as unknown as Partial<RequestStep>),
    ];
    expect(notesOf(jobs, now)).to.deep.equal([]);
  });

  it('tell of what a grant takes in, and of the password grant once a run', () => {
    const client = clientOf(issuerOf('https://login.example.test'));
    const type = 'urn:ietf:params:oauth:token-type:jwt';
    const asserting = oauth2Of(client, {
      name: 'asserting',
      grant_type: 'jwt_bearer',
      asks: asksOf({ assertion: { from: jwt(-minute), type } }),
    });
    const exchanging = oauth2Of(client, {
      name: 'exchanging',
      grant_type: 'token_exchange',
      asks: asksOf({ subject_token: { from: bearer('ci', -2 * day), type } }),
    });
    const ann = oauth2Of(client, { name: 'ann', grant_type: 'password' });
    const bob = oauth2Of(client, { name: 'bob', grant_type: 'password' });
    expect(notesOf([jobOf([asserting, exchanging, ann]), jobOf([bob])], now)).to.deep.equal([
      'staging: the assertion of credential "asserting" ended 60 s ago.',
      'staging: the token of credential "ci" ended 2 d ago.',
      'grant_type password ("ann", "bob") must not be used (RFC 9700 section 2.4): it is going away; use client_credentials, or authorization_code with a login.',
    ]);
  });
});
