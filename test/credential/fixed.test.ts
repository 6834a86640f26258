import { expect } from 'chai';
import type { ApiKeyCredential, BasicCredential, BearerCredential } from '../../src/model.ts';
import { Secret } from '../../src/secret.ts';
import { vectors } from './signing-support.ts';
import { bench, environmentOf, failureOf, source, wireOf } from './support.ts';

const staging = environmentOf('staging');
const base = { source, sources: {} };
const bearer = (token: string | Secret, name = 'reader'): BearerCredential => ({
  ...base,
  type: 'bearer',
  name,
  token,
});
const basic = (username: string, password: string | Secret): BasicCredential => ({
  ...base,
  type: 'basic',
  name: 'legacy',
  username,
  password,
});
const apiKey = (parts: Partial<ApiKeyCredential>): ApiKeyCredential => ({
  ...base,
  type: 'api_key',
  name: 'gateway',
  in: 'header',
  field: 'X-Gateway-Key',
  value: Secret.named('GATEWAY_KEY', 'key-0123456789'),
  ...parts,
});
const opaque = (length: number): object => ({
  format: 'opaque',
  header: null,
  claims: null,
  malformed: null,
  length,
});

describe('bearer', () => {
  it('stands in the Authorization field, shown by its name', async () => {
    const { store } = bench();
    const presentation = await store.present(bearer(Secret.named('READER_TOKEN', 'opaque-token-1')), staging);
    expect(wireOf(presentation)).to.deep.equal({ Authorization: 'Bearer opaque-token-1' });
    expect(JSON.parse(JSON.stringify(presentation))).to.deep.equal({
      headers: [['Authorization', 'Bearer [secret:READER_TOKEN]']],
      query: [],
      cookies: [],
      use: {
        name: 'reader',
        type: 'bearer',
        field: 'authorization',
        scheme: 'Bearer',
        fingerprint: presentation.use?.fingerprint,
        token: opaque(14),
        obtained: null,
      },
      exchanges: [],
      failure: null,
    });
    expect(presentation.use?.fingerprint).to.match(/^[0-9a-f]{16}$/);
  });

  it('is secret even where the file holds it in clear', async () => {
    const { store, redactor } = bench();
    const presentation = await store.present(bearer('clear-token-1'), staging);
    expect(String(presentation.headers[0]?.[1])).to.equal('Bearer [secret:reader]');
    expect(redactor.redact('got clear-token-1')).to.equal('got [secret:reader]');
  });

  it('has equal fingerprints for equal values only', async () => {
    const { store } = bench();
    const [a, b, c] = await Promise.all(
      [bearer('token-a', 'a'), bearer('token-a', 'b'), bearer('token-c', 'c')].map((one) =>
        store.present(one, staging),
      ),
    );
    expect(a?.use?.fingerprint).to.equal(b?.use?.fingerprint);
    expect(a?.use?.fingerprint).to.not.equal(c?.use?.fingerprint);
  });

  for (const [name, token, message] of [
    [
      'a line feed',
      'abc\ndef',
      'The token of credential "reader" holds U+000A at position 4, which no header field can carry.',
    ],
    [
      'a character beyond Latin-1',
      'abc\u2026',
      'The token of credential "reader" holds U+2026 at position 4, which no header field can carry.',
    ],
    ['nothing', '', 'The token of credential "reader" is empty.'],
  ] as const) {
    it(`is a failure when it holds ${name}`, async () => {
      const { store } = bench();
      const presentation = await store.present(bearer(token), staging);
      expect(failureOf(presentation)).to.deep.equal({ error: null, message, shared: false });
      expect({ ...presentation, failure: null }).to.deep.equal({
        headers: [],
        query: [],
        cookies: [],
        use: null,
        exchanges: [],
        failure: null,
      });
      expect(presentation.failure?.exchange.hops).to.deep.equal([]);
    });
  }
});

describe('basic', () => {
  it('gives every published vector', async function () {
    const { basic: cases } = vectors<{
      basic: readonly { readonly username: string; readonly password: string; readonly expected: string }[];
    }>(this, 'small-rfc-vectors.json');
    const { store } = bench();
    for (const { username, password, expected } of cases) {
      const presentation = await store.present(basic(username, password), staging);
      expect(wireOf(presentation)).to.deep.equal({ Authorization: expected });
    }
    expect(cases.length).to.be.greaterThan(5);
  });

  for (const [username, password, encoded] of [
    ['Aladdin', 'open sesame', 'QWxhZGRpbjpvcGVuIHNlc2FtZQ=='],
    ['test', '123\u00a3', 'dGVzdDoxMjPCow=='],
    ['ci', 'with:colon', 'Y2k6d2l0aDpjb2xvbg=='],
    ['', '', 'Og=='],
  ] as const) {
    it(`joins "${username}" and "${password}" in UTF-8`, async () => {
      const { store } = bench();
      const presentation = await store.present(basic(username, password), staging);
      expect(wireOf(presentation)).to.deep.equal({ Authorization: `Basic ${encoded}` });
      expect(presentation.use).to.deep.include({ field: 'authorization', scheme: 'Basic', token: null });
    });
  }

  it('teaches the redactor the password and the joined pair', async () => {
    const { store, redactor } = bench();
    const presentation = await store.present(
      basic('ci', Secret.named('CI_PASSWORD', 'hunter2-hunter2')),
      staging,
    );
    expect(String(presentation.headers[0]?.[1])).to.equal('Basic [secret:legacy]');
    const pair = Buffer.from('ci:hunter2-hunter2').toString('base64');
    expect(redactor.redact(`${pair} ci:hunter2-hunter2 hunter2-hunter2`)).to.equal(
      '[secret:legacy] [secret:legacy] [secret:CI_PASSWORD]',
    );
  });

  for (const [what, username, password] of [
    ['user name of credential "legacy" holds a colon', 'a:b', 'secret'],
    ['user name of credential "legacy" holds a control character', 'a\u0000', 'secret'],
    ['password of credential "legacy" holds a control character', 'a', 'secret\n'],
  ] as const) {
    it(`is a failure when the ${what}`, async () => {
      const { store } = bench();
      expect(failureOf(await store.present(basic(username, password), staging))).to.deep.equal({
        error: null,
        message: `The ${what}, which HTTP Basic cannot carry (RFC 7617 section 2).`,
        shared: false,
      });
    });
  }
});

describe('api_key', () => {
  const value = Secret.named('GATEWAY_KEY', 'key-0123456789');
  for (const [name, parts, places, use] of [
    [
      'a header',
      {},
      { headers: [['X-Gateway-Key', value]], query: [], cookies: [] },
      { field: 'x-gateway-key', scheme: null },
    ],
    [
      'a query parameter',
      { in: 'query', field: 'Key' },
      { headers: [], query: [['Key', value]], cookies: [] },
      { field: 'query:Key', scheme: null },
    ],
    [
      'a cookie',
      { in: 'cookie', field: 'key' },
      { headers: [], query: [], cookies: [['key', value]] },
      { field: 'cookie:key', scheme: null },
    ],
  ] as const) {
    it(`stands in ${name}`, async () => {
      const { store } = bench();
      const { headers, query, cookies, use: seen } = await store.present(apiKey(parts), staging);
      expect({ headers, query, cookies }).to.deep.equal(places);
      expect(headers.length + query.length + cookies.length).to.equal(1);
      expect(seen).to.deep.equal({
        name: 'gateway',
        type: 'api_key',
        ...use,
        fingerprint: seen?.fingerprint,
        token: opaque(14),
        obtained: null,
      });
    });
  }

  it('sees the scheme of a whole Authorization value', async () => {
    const { store, redactor } = bench();
    const { use } = await store.present(
      apiKey({ field: 'Authorization', value: 'GenieKey abc-def-123' }),
      staging,
    );
    expect(use).to.deep.include({ field: 'authorization', scheme: 'GenieKey', token: opaque(11) });
    expect(redactor.redact('abc-def-123')).to.equal('[secret:gateway]');
  });

  it('is a failure when a cookie cannot carry it', async () => {
    const { store } = bench();
    expect(failureOf(await store.present(apiKey({ in: 'cookie', value: 'a;b' }), staging))).to.deep.equal({
      error: null,
      message: 'The value of credential "gateway" holds a semicolon, which ends a cookie.',
      shared: false,
    });
  });
});
