import { expect } from 'chai';
import { describe, it } from 'mocha';
import { capture } from '../../src/check/capture.ts';
import type { Outcome } from '../../src/check/outcome.ts';
import type { CaptureSpec } from '../../src/model.ts';
import { Secret } from '../../src/secret.ts';
import { exchange, jsonOutcome, outcome, row, source } from './exchange.ts';

type Specs = Readonly<Record<string, CaptureSpec>>;

/** Secrets as `value|shown`; failures as rows. */
async function captured(specs: Specs, given: Outcome): Promise<unknown> {
  const { values, failures } = await capture(specs, given);
  return { values: plain(values), failures: failures.map(row) };
}

function plain(value: unknown): unknown {
  if (value instanceof Secret) return `${value.reveal()}|${value.shown}`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

describe('capture', () => {
  it('takes values out of JSON', async () => {
    const given = jsonOutcome(
      '{"id":12345678901234567890,"orders":[{"id":1},{"id":2}],"access_token":"tok-value","code":"E42","n":null,"next":"https://a.test/?code=abcd&x=1"}',
    );
    const specs: Specs = {
      id: '$.id',
      first: { json: '$.orders[0].id' },
      all: '$.orders[*].id',
      one: '$.orders[?@.id==2].id',
      map: '$.orders[0]',
      token: '$.access_token',
      code: '$.code',
      hidden: { json: '$.id', secret: true },
      nothing: '$.n',
      whole: '$',
      next: '$.next',
    };
    const whole = {
      id: 12345678901234567890n,
      orders: [{ id: 1 }, { id: 2 }],
      access_token: 'tok-value|[secret:whole.access_token]',
      code: 'E42|[secret:whole.code]',
      n: null,
      next: 'https://a.test/?code=abcd&x=1|https://a.test/?code=[secret:whole.next]&x=1',
    };
    expect(await captured(specs, given)).to.deep.equal({
      values: {
        id: 12345678901234567890n,
        first: 1,
        all: [1, 2],
        one: 2,
        map: { id: 1 },
        token: 'tok-value|[secret:token]',
        code: 'E42|[secret:code]',
        hidden: '12345678901234567890|[secret:hidden]',
        nothing: null,
        whole,
        next: 'https://a.test/?code=abcd&x=1|https://a.test/?code=[secret:next]&x=1',
      },
      failures: [],
    });
  });

  it('makes every one of several tokens a secret', async () => {
    const given = jsonOutcome('[{"id_token":"one-token"},{"id_token":"two-token"}]');
    expect(await captured({ t: '$..id_token' }, given)).to.deep.equal({
      values: { t: ['one-token|[secret:t]', 'two-token|[secret:t]'] },
      failures: [],
    });
  });

  it('takes values out of headers and cookies, and resolves addresses', async () => {
    const given = outcome(
      exchange([
        {
          url: 'https://app.example.test/a/login?x',
          status: 302,
          headers: [['Set-Cookie', 'csrf=c5rf-value; Path=/']],
        },
        {
          url: 'https://app.example.test/a/b',
          headers: [
            ['Link', '</p?page=1>; rel="prev", <?page=3&a=b>; rel="next"'],
            ['Content-Location', '../c'],
            ['ETag', '"v1"'],
            ['Set-Cookie', 'a=1'],
            ['Set-Cookie', 'sid=s1d-value; HttpOnly'],
          ],
        },
      ]),
    );
    const specs: Specs = {
      next: { header: 'link', matches: '<([^>]+)>; rel="next"' },
      location: { header: 'content-location' },
      etag: { header: 'ETag', matches: '\\w+' },
      sid: { header: 'set-cookie', matches: '^sid=([^;]+)' },
      csrf: { cookie: 'csrf' },
    };
    expect(await captured(specs, given)).to.deep.equal({
      values: {
        next: 'https://app.example.test/a/b?page=3&a=b',
        location: 'https://app.example.test/c',
        etag: 'v1',
        sid: 's1d-value|[secret:sid]',
        csrf: 'c5rf-value|[secret:csrf]',
      },
      failures: [],
    });
  });

  it('takes parameters out of the last Location', async () => {
    const given = outcome(
      exchange([
        { status: 302, headers: [['Location', '/first?code=no']] },
        {
          url: 'https://login.test/auth',
          status: 303,
          headers: [['Location', '/cb?code=a%2Bb+c&state=s#id_token=t.t.t']],
        },
        { status: 200 },
      ]),
    );
    const specs: Specs = {
      code: { location: 'code' },
      state: { location: 'state' },
      token: { location: 'id_token' },
      all: { location: true },
      error: { location: 'error' },
    };
    expect(await captured(specs, given)).to.deep.equal({
      values: {
        code: 'a+b c|[secret:code]',
        state: 's',
        token: 't.t.t|[secret:token]',
        all:
          'https://login.test/cb?code=a%2Bb+c&state=s#id_token=t.t.t|' +
          'https://login.test/cb?code=[secret:all]&state=s#id_token=[secret:all]',
      },
      failures: [['capture', 'error', false, '{"location":"error"}', 'Location has no "error"']],
    });
  });

  it('takes values out of HTML', async () => {
    const body = `<!doctype html><!-- <input name=csrf value=wrong> --><script>"<input name=csrf value=script>"</script>
      <form id="login" class='a big' action="/do?a=1&amp;b=2"><input type=hidden name=csrf value="x&quot;&#x41;&#66;"><br>
      <textarea name=note>a &lt; <b></textarea><a href=next>n</a></form><form><input name=other></form>`;
    const given = outcome(exchange([{ url: 'https://app.test/u/v', body }]));
    const specs: Specs = {
      csrf: { html: 'form#login.big input[name=csrf]' },
      hidden: { html: '[type="hidden"]', secret: true },
      action: { html: 'form', attribute: 'action' },
      link: { html: 'form a[href]', attribute: 'href' },
      note: { html: 'textarea' },
      missing: { html: 'input#gone' },
      valueless: { html: 'a' },
      attribute: { html: 'a', attribute: 'rel' },
      outside: { html: 'a input' },
    };
    expect(await captured(specs, given)).to.deep.equal({
      values: {
        csrf: 'x"AB',
        hidden: 'x"AB|[secret:hidden]',
        action: 'https://app.test/do?a=1&b=2',
        link: 'https://app.test/u/next',
        note: 'a < <b>',
      },
      failures: [
        ['capture', 'missing', false, '{"html":"input#gone"}', 'no element was found'],
        ['capture', 'valueless', false, '{"html":"a"}', '<a> has no value: name an attribute'],
        ['capture', 'attribute', false, '{"html":"a","attribute":"rel"}', '<a> has no "rel"'],
        ['capture', 'outside', false, '{"html":"a input"}', 'no element was found'],
      ],
    });
  });

  it('is not hung by hostile HTML', async () => {
    const pieces = ['<', '<a ', '<a b="', '<!--', '</a', '<script>', '<a =', '&#', '<p>', "<a b='"];
    for (const piece of pieces) {
      const given = outcome(exchange([{ body: piece.repeat(10_000) }]));
      expect((await capture({ a: { html: 'input[name=x]' } }, given)).failures, piece).to.have.lengthOf(1);
    }
  });

  it('takes the first group out of a body', async () => {
    const given = outcome(exchange([{ body: 'id=5; id=6' }]));
    expect(
      await captured({ id: { body: { matches: 'id=(\\d)' } }, all: { body: { matches: 'id=\\d$' } } }, given),
    ).to.deep.equal({ values: { id: '5', all: 'id=6' }, failures: [] });
  });

  it('fails for what selects nothing, with its place', async () => {
    const given = jsonOutcome('{"a":1}');
    const specs: Specs = {
      a: '$.b',
      b: { header: 'x-b' },
      c: { header: 'content-type', matches: '^text' },
      d: { cookie: 'sid' },
      e: { location: 'code' },
      f: { body: { matches: '^z' } },
    };
    const { values, failures } = await capture(specs, given);
    expect(Object.keys(values)).to.deep.equal([]);
    expect(failures[0]).to.deep.equal({
      kind: 'capture',
      subject: 'a',
      passed: false,
      expected: '"$.b"',
      actual: 'nothing was selected',
      source,
    });
    expect(failures.map(({ actual }) => actual)).to.deep.equal([
      'nothing was selected',
      'no header "x-b"',
      'the header is "application/json"',
      'no cookie "sid" was set',
      'there was no Location',
      'the body does not match',
    ]);
    const text = outcome(exchange([{ body: 'hello' }]));
    expect((await capture({ a: '$.b' }, text)).failures[0]?.actual).to.equal(
      'the body is not JSON: no content-type, begins "hello"',
    );
    const unanswered = outcome(exchange([{ status: null }]));
    expect((await capture({ a: '$.b' }, unanswered)).failures[0]?.actual).to.equal('no answer');
  });
});
