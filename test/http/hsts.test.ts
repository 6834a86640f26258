import { expect } from 'chai';
import { type HstsAnswer, hstsFor, parseHsts } from '../../src/http/hsts.ts';

describe('parseHsts', () => {
  const rows: readonly [value: string, maxAge: number | null, includeSubDomains?: boolean][] = [
    ['max-age=31536000', 31_536_000, false],
    ['MAX-AGE="60" ; includeSubDomains; preload', 60, true],
    ['includeSubDomains;max-age=0;', 0, true],
    ['max-age = 5', 5, false],
    ['includeSubDomains', null],
    ['max-age=', null],
    ['max-age=-1', null],
    ['max-age=1; max-age=2', null],
    ['', null],
  ];
  for (const [value, maxAge, includeSubDomains] of rows) {
    it(`reads "${value}"`, () => {
      expect(parseHsts(value)).to.deep.equal(maxAge === null ? null : { maxAge, includeSubDomains });
    });
  }
});

describe('hstsFor', () => {
  const answer = (url: string, ...values: string[]): HstsAnswer => ({
    url: new URL(url),
    at: 1000,
    values,
    verified: true,
  });
  const host = (url: string, before: readonly HstsAnswer[], now = 2000): string | null =>
    hstsFor(new URL(url), now, before)?.host ?? null;
  const long = 'max-age=60; includeSubDomains';

  it('knows the host and what is below it, while it lasts', () => {
    const before = [answer('https://a.test/', long), answer('https://b.test./', 'max-age=60')];
    expect([
      host('http://a.test/', before),
      host('http://a.test:8080/', before),
      host('http://x.a.test/', before),
      host('http://b.test/', before),
      host('http://x.b.test/', before),
      host('http://xa.test/', before),
      host('https://a.test/', before),
      host('http://a.test/', before, 61_000),
    ]).to.deep.equal(['a.test', 'a.test', 'a.test', 'b.test', null, null, null, null]);
  });

  it('takes note of what browsers take note of', () => {
    expect([
      host('http://a.test/', [answer('http://a.test/', long)]),
      host('http://a.test/', [{ ...answer('https://a.test/', long), verified: false }]),
      host('http://192.0.2.1/', [answer('https://192.0.2.1/', long)]),
      host('http://[::1]/', [answer('https://[::1]/', long)]),
      host('http://a.test/', [answer('https://a.test/', 'nonsense', long)]),
      host('http://a.test/', [answer('https://a.test/', long), answer('https://a.test/', 'max-age=0')]),
      host('http://a.test/', [answer('https://a.test/', long), answer('https://a.test/')]),
    ]).to.deep.equal([null, null, null, null, null, null, 'a.test']);
  });
});
