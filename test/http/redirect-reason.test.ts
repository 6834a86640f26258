import { expect } from 'chai';
import { redirectReason } from '../../src/http/redirect-reason.ts';
import type { RawField } from '../../src/model.ts';

function reason(
  from: string,
  location: string,
  headers: readonly RawField[] = [],
): [string, ...string[]] | null {
  const found = redirectReason({
    from: new URL(from),
    to: new URL(location, from),
    status: 301,
    location,
    headers,
  });
  return found && [found.id, ...found.evidence];
}

const app = 'https://app.example.test';

describe('likely reason of a redirect', () => {
  const table: readonly (readonly [from: string, location: string, reason: readonly string[] | null])[] = [
    [
      `${app}/a`,
      'http://app.example.test/a/',
      [
        'scheme-not-forwarded',
        `${app} was asked, and the Location begins with http://app.example.test`,
        'a trailing slash was added in the same redirect',
      ],
    ],
    [
      `${app}/a`,
      'http://app.example.test:80/a',
      [
        'scheme-not-forwarded',
        `${app} was asked, and the Location begins with http://app.example.test`,
        'the Location names port 80, and port 443 was asked',
      ],
    ],
    [
      `${app}/a`,
      'http://backend:8080/a',
      [
        'scheme-not-forwarded',
        `${app} was asked, and the Location begins with http://backend:8080`,
        'the Location names port 8080, and port 443 was asked',
      ],
    ],
    [
      `${app}/a`,
      'https://10.0.0.7/a',
      ['inner-address', 'the Location names 10.0.0.7, which is no public address'],
    ],
    ['http://app.example.test/a', `${app}/a`, ['https-only', 'only the scheme changed']],
    ['https://example.test/a', 'https://www.example.test/a', ['canonical-host', 'only www. was added']],
    ['https://www.example.test/a', 'https://example.test/a', ['canonical-host', 'only www. was removed']],
    [
      'https://old.example.test/a',
      'https://new.example.test/a',
      ['canonical-host', 'the path is the same, the host is another of the same domain'],
    ],
    [`${app}/a`, `${app}:8443/a`, ['port-written', `${app} was asked, and the Location names ${app}:8443`]],
    [`${app}:8443/a`, `${app}/a`, ['port-lost', `${app}:8443 was asked, and the Location names ${app}`]],
    [`${app}/a`, '/a/', ['slash', 'a trailing slash was added']],
    [`${app}/a/`, '/a', ['slash', 'a trailing slash was removed']],
    [`${app}/api/a`, '/a/', ['prefix-lost', '/api is missing in the Location']],
    [`${app}/Orders`, '/orders', ['path-normalised', 'the two paths differ in upper and lower case only']],
    [`${app}/a%7Eb`, '/a~b', ['path-normalised', 'the two paths differ in the percent-encoding only']],
    [`${app}/a`, '/login?next=/a', ['login', 'the Location leads to /login']],
    [`${app}/a`, 'https://cdn.example.net/a', null],
    [`${app}/a`, '/b', null],
    // Moved, as likely as not.
    [`${app}/v1/orders`, '/orders', null],
  ];

  for (const [from, location, expected] of table) {
    it(`of ${from} to ${location}`, () => {
      expect(reason(from, location)).to.deep.equal(expected);
    });
  }

  it('says who wrote it, and what else speaks for it', () => {
    const headers: RawField[] = [
      ['Server', 'nginx/1.22.1'],
      ['Strict-Transport-Security', 'max-age=300'],
    ];
    expect(reason('http://app.example.test/a', `${app}/a`, headers)).to.deep.equal([
      'https-only',
      'only the scheme changed',
      'strict-transport-security: max-age=300',
      'server: nginx/1.22.1',
    ]);
  });

  it('takes any Location', () => {
    for (const path of ['/%', '/%ff', '//', `/${'a'.repeat(100_000)}`]) {
      expect(() => reason(`${app}${path === '//' ? '/' : path}`, '/x%')).not.to.throw();
    }
  });
});
