import { expect } from 'chai';
import type { CiOidcCredential } from '../../src/model.ts';
import { Secret } from '../../src/secret.ts';
import { bench, closeServers, environmentOf, failureOf, json, serve, source, wireOf } from './support.ts';

const staging = environmentOf('staging');
const b64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const idToken = (claims: object): string => `${b64({ alg: 'RS256' })}.${b64(claims)}.c2ln`;
const base = { type: 'ci_oidc', name: 'deployer', source, sources: {} } as const;

function github(url: string, audience: string | null = 'https://api.example.test'): CiOidcCredential {
  const request = { url, token: Secret.named('ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'request-token-1') };
  return { ...base, provider: 'github', audience, request, id_token: null };
}
function gitlab(token: string | null, audience: string | null = null): CiOidcCredential {
  const id_token = token === null ? null : Secret.named('WHY401_ID_TOKEN', token);
  return { ...base, provider: 'gitlab', audience, request: null, id_token };
}

describe('ci_oidc', () => {
  afterEach(closeServers);

  it('asks the identity service of the job, for the audience', async () => {
    const token = idToken({ exp: Math.floor(Date.now() / 1000) + 300 });
    const server = await serve((_request, response) => json(response, 200, { value: token, count: 1 }));
    const { store, performed, redactor } = bench();
    const presented = await store.present(github(`${server.origin}/token?api-version=2.0`), staging);
    expect(wireOf(presented)).to.deep.equal({ Authorization: `Bearer ${token}` });
    expect(
      server.seen.map(({ method, path, headers }) => [method, path, headers.authorization]),
    ).to.deep.equal([
      ['GET', '/token?api-version=2.0&audience=https%3A%2F%2Fapi.example.test', 'Bearer request-token-1'],
    ]);
    expect(performed.map(({ role, hops }) => [role, hops[0]?.request.headers])).to.deep.equal([
      [
        'token',
        [
          ['Accept', 'application/json'],
          ['Authorization', 'Bearer [secret:ACTIONS_ID_TOKEN_REQUEST_TOKEN]'],
        ],
      ],
    ]);
    expect(redactor.redact(token)).to.equal('[secret:deployer]');
  });

  for (const [status, times] of [
    [403, 1],
    [307, 3],
    [429, 3],
    [503, 3],
  ] as const) {
    it(`asks ${times === 1 ? 'once' : 'again'} after ${status}, and nobody else`, async () => {
      const other = await serve((_request, response) => json(response, 200, { value: idToken({}) }));
      const headers = { location: `${other.origin}/stolen` };
      const server = await serve((_request, response) => json(response, status, {}, headers));
      const { store } = bench();
      const credential = github(`${server.origin}/`);
      for (const _ of [1, 2, 3]) expect((await store.present(credential, staging)).use).to.equal(null);
      expect([server.seen.length, other.seen.length]).to.deep.equal([times, 0]);
    });
  }

  it('asks without an audience where none is written', async () => {
    const server = await serve((_request, response) => json(response, 200, { value: idToken({}) }));
    await bench().store.present(github(`${server.origin}/token`, null), staging);
    expect(server.seen.map(({ path }) => path)).to.deep.equal(['/token']);
  });

  it('asks again when the exp of the token is near', async () => {
    const exp = Math.floor(Date.now() / 1000) + 300;
    const server = await serve((_request, response) => json(response, 200, { value: idToken({ exp }) }));
    const made = bench();
    const credential = github(`${server.origin}/`);
    const counts: number[] = [];
    for (const shift of [0, 200_000, 290_000]) {
      made.shift = shift;
      await made.store.present(credential, staging);
      counts.push(server.seen.length);
    }
    expect(counts).to.deep.equal([1, 1, 2]);
  });

  const answers: Record<string, readonly [number, unknown, (origin: string) => string]> = {
    'a refusal': [
      403,
      { message: 'no id-token permission' },
      (origin) =>
        `The ID token service (${origin}/) answered 403 with application/json. It said "no id-token permission".`,
    ],
    'an answer without a value': [
      200,
      { token: 'x' },
      () => 'The ID token service answered 200 without a JSON object that has "value".',
    ],
    'a token that cannot be sent': [
      200,
      { value: 'a\nb' },
      () =>
        'The ID token service gave a token that holds U+000A at position 2, which no header field can carry.',
    ],
  };
  for (const [what, [status, value, message]] of Object.entries(answers)) {
    it(`fails at ${what}`, async () => {
      const server = await serve((_request, response) => json(response, status, value));
      const presented = await bench().store.present(github(`${server.origin}/`), staging);
      expect(failureOf(presented)).to.deep.equal({
        error: null,
        message: message(server.origin),
        shared: false,
      });
      expect(presented.exchanges).to.have.length(1);
    });
  }

  it('sends its request token to no plain http address', async () => {
    const presented = await bench().store.present(github('http://pipelines.example.test/'), staging);
    expect([failureOf(presented), presented.exchanges]).to.deep.equal([
      {
        error: null,
        message: 'The address of the ID token service is plain http to another machine.',
        shared: false,
      },
      [],
    ]);
  });

  it('takes the token of gitlab from its variable', async () => {
    const token = idToken({ aud: ['https://api.example.test'], exp: 4_000_000_000 });
    const { store, performed } = bench();
    const presented = await store.present(gitlab(token, 'https://api.example.test'), staging);
    expect(wireOf(presented)).to.deep.equal({ Authorization: `Bearer ${token}` });
    expect([presented.headers.map(String), performed]).to.deep.equal([
      ['Authorization,Bearer [secret:WHY401_ID_TOKEN]'],
      [],
    ]);
  });

  it('says where a wrong audience of gitlab is set', async () => {
    const presented = await bench().store.present(
      gitlab(idToken({ aud: 'https://other.test' }), 'https://a.test'),
      staging,
    );
    expect(failureOf(presented)).to.deep.equal({
      error: null,
      message:
        'The ID token of credential "deployer" is for "https://other.test", not for "https://a.test": its audience is set under id_tokens: in .gitlab-ci.yml.',
      shared: false,
    });
  });

  it('says that there is none', async () => {
    expect(failureOf(await bench().store.present(gitlab(null), staging))).to.deep.equal({
      error: null,
      message: 'Credential "deployer" has no ID token: this is no job of gitlab.',
      shared: false,
    });
  });
});
