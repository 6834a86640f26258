import { expect } from 'chai';
import { describe, it } from 'mocha';
import { validateExpect } from '../../src/check/validate.ts';
import type { CaptureSpec, Expect } from '../../src/model.ts';

const words =
  'equals, not, matches, contains, starts_with, ends_with, one_of, type, gt, gte, lt, lte, length, exists, each, any, none';

describe('validateExpect', () => {
  const table: [Expect, [string, string | number][]][] = [
    [{ status: 200 }, []],
    [{ status: [200, '2xx', '404', { gt: 3 }, '${status}'] }, []],
    [{ status: 'ok' }, [['"ok" is no status: write 200, 2xx or [200, 204]', 'status']]],
    [{ status: [200, 20] }, [['"20" is no status: write 200, 2xx or [200, 204]', 1]]],
    [{ status: [] }, [['"status" names no status', 'status']]],
    [
      { headers: { a: { matches: '(a' }, b: { matches: '${p}(' }, c: { not: { matches: '[' } } } },
      [
        ['"(a" is no regular expression: missing closing ): "(a"', 'matches'],
        ['"[" is no regular expression: missing closing ]: "["', 'matches'],
      ],
    ],
    [
      { headers: { a: { matchs: 'x' }, b: {} } },
      [
        [`"matchs" is no matcher: write one of ${words}`, 'matchs'],
        ['a matcher must not be empty', 'b'],
      ],
    ],
    [
      { json: { '$.a': { matchs: 'x' }, '$.b[': 1, '$.${x}[': 1 } },
      [['"$.b[" is no JSONPath: the end is not expected at character 5', '$.b[']],
    ],
    [
      { json: { '$.a': { each: { type: 'int' }, any: { type: ['string', 'x'] }, type: [] } } },
      [
        ['"int" is no type: write one of string, number, integer, boolean, null, array, object', 'type'],
        ['"x" is no type: write one of string, number, integer, boolean, null, array, object', 'type'],
        ['"" is no type: write one of string, number, integer, boolean, null, array, object', 'type'],
      ],
    ],
    [
      { json: { '$.a': { one_of: [], exists: 'yes', starts_with: [1], gt: true, matches: 1 } } },
      [
        ['"one_of" needs a list of at least one value', 'one_of'],
        ['"exists" needs true or false', 'exists'],
        ['"starts_with" needs a text', 'starts_with'],
        ['"gt" needs a number or a text', 'gt'],
        ['a regular expression is a text', 'matches'],
      ],
    ],
    [{ duration: 800 }, [['"800" is no duration: write 800ms, 3s, 5m, 1h or 7d', 'duration']]],
    [{ duration: { lt: '1s', gt: '1 s' } }, [['"1 s" is no duration: write 800ms, 3s, 5m, 1h or 7d', 'gt']]],
    [
      { duration: '${limit}', clock: { skew: '30s' }, token: { lifetime: { lte: '${x}' }, n: { gt: 5 } } },
      [],
    ],
    [
      { clock: { skew: 30 }, token: { lifetime: '1x' } },
      [
        ['"1x" is no duration: write 800ms, 3s, 5m, 1h or 7d', 'lifetime'],
        ['"30" is no duration: write 800ms, 3s, 5m, 1h or 7d', 'skew'],
      ],
    ],
    [
      { body: { length: { lt: '2mb' } } },
      [['"2mb" is neither a count nor a size: write 10, 10kB, 2MB or 1MiB', 'lt']],
    ],
    [{ body: { length: '2MB' } }, []],
    [{ tls: { days_left: { gt: '14' } } }, [['"gt" needs a number', 'gt']]],
    [{ challenge: { exists: false } }, []],
    [
      { challenge: { scheme: { one_off: ['a'] } } },
      [[`"one_off" is no matcher: write one of ${words}`, 'one_off']],
    ],
    [
      {
        redirects: {
          count: { gt: 'a' },
          status: [301, 'x'],
          location: ['/a', { matches: '(' }],
          keeps: ['a'],
        },
      },
      [
        ['"gt" needs a number', 'gt'],
        ['"x" is no status: write 200, 2xx or [200, 204]', 1],
        ['"(" is no regular expression: missing closing ): "("', 'matches'],
      ],
    ],
    [
      {
        redirects: {
          to: { hots: 'a', path: { matches: '(' }, exists: true },
          drops: { authorization: { gt: 'x' } },
          location: [
            { query: 'a=b', scheme: 'https://', port: { gt: 'a' } },
            { query: { type: 'x', state: { exists: 1 } }, fragment: { token: { length: 'x' } } },
            {},
            { nonsense: 1 },
          ],
        },
      },
      [
        ['"hots" is no part of an address: did you mean "host"?', 'hots'],
        ['"(" is no regular expression: missing closing ): "("', 'matches'],
        [
          '"exists" is a matcher: write it alone, or below one of scheme, origin, host, port, path, query, fragment',
          'exists',
        ],
        ['"gt" needs a number', 'gt'],
        [
          '"query" is a map from the name of a parameter to its value: write {state: {exists: true}}',
          'query',
        ],
        ['"https://" is no scheme: write "https"', 'scheme'],
        ['"gt" needs a number', 'gt'],
        ['"exists" needs true or false', 'exists'],
        ['"x" is neither a count nor a size: write 10, 10kB, 2MB or 1MiB', 'length'],
        ['a matcher must not be empty', 2],
        [
          '"nonsense" is no part of an address: write one of scheme, origin, host, port, path, query, fragment',
          'nonsense',
        ],
      ],
    ],
    [{ redirects: { to: { path: '/a' }, drops: ['a'], location: { query: { state: '${run.id}' } } } }, []],
    [
      { cookies: { a: { secure: true, path: { matches: '(' } } } },
      [['"(" is no regular expression: missing closing ): "("', 'matches']],
    ],
  ];
  for (const [given, faults] of table) {
    it(`holds ${JSON.stringify(given)} for ${faults.length === 0 ? 'right' : 'wrong'}`, () => {
      expect(validateExpect(given, {}).map(({ message, key }) => [message, key])).to.deep.equal(faults);
    });
  }

  it('names the container of what is wrong', () => {
    const matcher = { type: 'int' };
    expect(validateExpect({ json: { '$.a': matcher } }, {})[0]?.container).to.equal(matcher);
  });

  it('looks at captures', () => {
    const capture: Record<string, CaptureSpec> = {
      a: '$.a',
      b: 'a.b',
      c: { json: '$[' },
      d: { header: 'x', matches: '(' },
      e: { body: { matches: ')' } },
      f: { html: 'a > b' },
      g: { html: 'input[name="a b"]' },
      h: { location: true },
      i: { cookie: 'sid' },
    };
    expect(validateExpect({}, capture).map(({ message, key }) => [message, key])).to.deep.equal([
      ['"a.b" is no JSONPath: a JSONPath begins with "$"', 'b'],
      ['"$[" is no JSONPath: the end is not expected at character 3', 'json'],
      ['"(" is no regular expression: missing closing ): "("', 'matches'],
      ['")" is no regular expression: unexpected ): ")"', 'matches'],
      ['">" is not understood: use tag, #id, .class, [name=value] and descendants', 'html'],
    ]);
  });
});
