import { expect } from 'chai';
import { readStorageState } from '../../../src/credential/login/storage-state.ts';
import { environmentOf } from '../support.ts';

const environment = environmentOf('staging', {
  origins: new Map([
    ['api', 'https://api.example.test'],
    ['app', 'https://app.example.test'],
  ]),
});
const now = Date.parse('2026-03-01T00:00:00Z');
const cookie = {
  name: 'sid',
  value: 'a-session-of-ann',
  domain: 'app.example.test',
  path: '/',
  expires: -1,
  httpOnly: true,
  secure: true,
  sameSite: 'Lax',
};
const read = (value: unknown) =>
  readStorageState(typeof value === 'string' ? value : JSON.stringify(value), environment, now);

describe('a storage state', () => {
  it('gives the cookies for the environment, and tells which are over', () => {
    const state = read({
      cookies: [
        cookie,
        {
          ...cookie,
          name: 'wide',
          domain: '.example.test',
          expires: now / 1000 + 60.5,
          httpOnly: false,
          secure: false,
        },
        { ...cookie, name: 'old', expires: now / 1000 },
        { ...cookie, domain: 'example.test' },
        { ...cookie, domain: '.other.test' },
      ],
      origins: [{ origin: 'https://app.example.test', localStorage: [{ name: 'a', value: 'b' }] }],
    });
    const { sameSite, expires, ...saved } = cookie;
    expect([sameSite, expires]).to.deep.equal(['Lax', -1]);
    expect(state).to.deep.equal({
      cookies: [
        { ...saved, hostOnly: true, expires: null },
        {
          ...saved,
          name: 'wide',
          domain: 'example.test',
          hostOnly: false,
          expires: now + 60_500,
          httpOnly: false,
          secure: false,
        },
      ],
      expired: ['old (2026-03-01T00:00:00.000Z)'],
    });
  });

  for (const [value, problem] of [
    ['{', /^is not JSON$/],
    ['[]', /^has no list "cookies", as storageState of Playwright writes it$/],
    [{ cookies: [cookie, 1] }, /^has a cookie \(2 of 2\) that is no object$/],
    [{ cookies: [{ ...cookie, value: 1 }] }, /^has a cookie \(1 of 1\) that has no text as "value"$/],
    [{ cookies: [{ ...cookie, expires: 'x' }] }, /^has a cookie \(1 of 1\) that has no number as "expires"/],
    [{ cookies: [{ ...cookie, domain: '' }] }, /^has a cookie \(1 of 1\) that has an empty name or domain$/],
    [{ cookies: [] }, /^holds no cookie for an origin of environment "staging"$/],
    [
      { cookies: [{ ...cookie, domain: '.other.test' }] },
      /^holds no cookie for an origin of environment "staging", only for \.other\.test$/,
    ],
    [
      { cookies: [{ ...cookie, expires: 1_700_000_000 }] },
      /^holds only cookies that are over: sid \(2023-11-14T22:13:20\.000Z\)$/,
    ],
  ] as const) {
    it(`${String(problem).replace(/[\\/^$]/g, '')}`, () => {
      const state = read(value);
      expect('problem' in state ? state.problem : 'none').to.match(problem);
    });
  }
});
