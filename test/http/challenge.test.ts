import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import { type Challenge, parseChallenges } from '../../src/http/challenge.ts';

/** Scheme, parameters, token68 and problems, for short tables. */
function parts(challenge: Challenge): unknown[] {
  return [
    challenge.scheme,
    Object.fromEntries(challenge.parameters),
    challenge.token68,
    ...challenge.problems,
  ];
}

describe('parseChallenges', () => {
  const rows: readonly [what: string, values: string[], expected: unknown[][]][] = [
    ['nothing', [], []],
    ['an empty field', ['', ' , ,'], []],
    ['a scheme alone', ['Negotiate'], [['Negotiate', {}, null]]],
    ['token68', ['Negotiate abc+/=='], [['Negotiate', {}, 'abc+/==']]],
    [
      'names in any case, values as they are',
      ['BEARER ReAlM="A b", error=invalid_token'],
      [['BEARER', { realm: 'A b', error: 'invalid_token' }, null]],
    ],
    [
      'quoted pairs and commas in quotation marks',
      ['Basic realm="a \\"b\\", c=\\\\d"'],
      [['Basic', { realm: 'a "b", c=\\d' }, null]],
    ],
    ['space around the equals sign', ['Basic realm = "x"'], [['Basic', { realm: 'x' }, null]]],
    [
      'several challenges in one field and in several',
      ['Bearer, DPoP algs="ES256 PS256"', 'Basic realm="x", Negotiate'],
      [
        ['Bearer', {}, null],
        ['DPoP', { algs: 'ES256 PS256' }, null],
        ['Basic', { realm: 'x' }, null],
        ['Negotiate', {}, null],
      ],
    ],
    [
      'no commas between parameters',
      ['Bearer scope="" error="invalid_token" error_description="the token has expired"'],
      [
        [
          'Bearer',
          { scope: '', error: 'invalid_token', error_description: 'the token has expired' },
          null,
          'A comma is missing before "error".',
          'A comma is missing before "error_description".',
        ],
      ],
    ],
    [
      'no scheme at all',
      ['error="invalid_token", error_description="x"'],
      [
        [
          '',
          { error: 'invalid_token', error_description: 'x' },
          null,
          'There is no authentication scheme before the first parameter.',
        ],
      ],
    ],
    [
      'a repeated parameter',
      ['Basic realm="a", Realm="b"'],
      [['Basic', { realm: 'a' }, null, 'The parameter "realm" is repeated; the first value is used.']],
    ],
    [
      'a value without the quotation marks that it needs',
      ['Bearer authorization_uri=https://login.example.com/x, error=a'],
      [
        [
          'Bearer',
          { authorization_uri: 'https://login.example.com/x', error: 'a' },
          null,
          'The value of "authorization_uri" needs quotation marks.',
        ],
      ],
    ],
    [
      'an open quotation mark',
      ['Basic realm="abc\\'],
      [['Basic', { realm: 'abc\\' }, null, 'The quotation mark of "realm" is not closed.']],
    ],
    [
      'a challenge without a comma before it',
      ['Basic realm="a" Bearer error="b"'],
      [
        ['Basic', { realm: 'a' }, null, 'A comma is missing before "Bearer".'],
        ['Bearer', { error: 'b' }, null],
      ],
    ],
    [
      'the parameters of RFC 9728, 9470 and 9449',
      [
        'Bearer resource_metadata="https://api.example.test/.well-known/oauth-protected-resource"',
        'Bearer error="insufficient_user_authentication", acr_values="gold", max_age=5',
        'DPoP algs="ES256 PS256", error="use_dpop_nonce"',
      ],
      [
        [
          'Bearer',
          { resource_metadata: 'https://api.example.test/.well-known/oauth-protected-resource' },
          null,
        ],
        ['Bearer', { error: 'insufficient_user_authentication', acr_values: 'gold', max_age: '5' }, null],
        ['DPoP', { algs: 'ES256 PS256', error: 'use_dpop_nonce' }, null],
      ],
    ],
    [
      'a value of several words without quotation marks',
      ['Bearer error=invalid_token, error_description=The token has expired, realm=x'],
      [
        [
          'Bearer',
          { error: 'invalid_token', error_description: 'The token has expired', realm: 'x' },
          null,
          'The value of "error_description" needs quotation marks.',
        ],
      ],
    ],
    [
      'a challenge after an unquoted value without a comma',
      ['Bearer error=invalid_token Basic realm="x"'],
      [
        ['Bearer', { error: 'invalid_token' }, null, 'A comma is missing before "Basic".'],
        ['Basic', { realm: 'x' }, null],
      ],
    ],
    [
      'single and escaped quotation marks',
      ['Bearer realm=\'the api\', error=\\"invalid_token\\"'],
      [
        [
          'Bearer',
          { realm: 'the api', error: 'invalid_token' },
          null,
          'The value of "realm" stands in single quotation marks.',
          'The value of "error" stands in escaped quotation marks.',
        ],
      ],
    ],
    [
      'an apostrophe',
      ['Bearer realm=\'s-gravenhage, error="x"'],
      [['Bearer', { realm: "'s-gravenhage", error: 'x' }, null]],
    ],
    [
      'semicolons in the place of commas',
      ['Bearer realm="a"; error=invalid_token; scope="b"'],
      [
        [
          'Bearer',
          { realm: 'a', error: 'invalid_token', scope: 'b' },
          null,
          'A semicolon stands where a comma belongs.',
          'A semicolon stands where a comma belongs.',
        ],
      ],
    ],
    [
      'a comma between scheme and parameters, and none with a space',
      ['Bearer,error="a",scope="b c"'],
      [['Bearer', { error: 'a', scope: 'b c' }, null]],
    ],
    [
      'an empty parameter and an empty value',
      ['Bearer scope="", realm='],
      [['Bearer', { realm: '', scope: '' }, null, 'The parameter "realm" has no value.']],
    ],
    [
      'junk beside a good challenge',
      ['Basic realm="a", {"x"}, Bearer error="b"'],
      [
        ['Basic', { realm: 'a' }, null, '"{"x"}" is neither a scheme nor a parameter.'],
        ['Bearer', { error: 'b' }, null],
      ],
    ],
  ];
  for (const [what, values, expected] of rows) {
    it(`reads ${what}`, () => {
      expect(parseChallenges(values).map(parts)).to.deep.equal(expected);
    });
  }

  it('reads 100,000 of anything', () => {
    const count = 100_000;
    for (const part of [
      'a=b, ',
      'a="b" ',
      'a, ',
      'a ',
      'a=',
      '"',
      'x="\\',
      '= ',
      '\t',
      ';',
      "a='",
      'a=\\"',
      "a=' ",
      'a=b;',
      'a=b ',
    ]) {
      parseChallenges([`Bearer ${part.repeat(count)}`]);
    }
    const many = Array.from({ length: count }, (_, index) => `p${index}=v`).join(', ');
    expect(parseChallenges([`Bearer ${many}`])[0]?.parameters.size).to.equal(count);
  });

  it('agrees with the collected cases, and survives those outside the grammar', function () {
    const file = sharedFile('vectors/challenges/www-authenticate.json');
    if (file === null) return this.skip();
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: VectorCase[] };
    const wrong: unknown[] = [];
    for (const { id, input, expected, tolerant } of cases) {
      const read = parseChallenges(input);
      if (tolerant || expected === null) {
        // A scheme and a token68 are within the grammar, whatever that client makes of them.
        const clean = read.every(({ problems, token68 }) => problems.length === 0 && token68 === null);
        if (expected !== null && clean) wrong.push(`${id}: no problem`);
        continue;
      }
      const seen = read.map(({ scheme, parameters, token68 }) => ({
        scheme: scheme.toLowerCase(),
        params: Object.fromEntries(parameters),
        ...(token68 === null ? {} : { token68 }),
      }));
      const wanted = expected.map(({ scheme, params, token68 }) => ({
        scheme: scheme.toLowerCase(),
        params: Object.fromEntries(
          Object.entries(params ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
        ),
        ...(token68 ? { token68 } : {}),
      }));
      if (!isDeepStrictEqual(seen, wanted)) wrong.push({ id, input, seen, wanted });
    }
    expect(wrong).to.deep.equal([]);
  });
});

interface VectorCase {
  readonly id: string;
  readonly input: string[];
  readonly expected:
    | { readonly scheme: string; readonly params?: Record<string, string>; readonly token68?: string }[]
    | null;
  readonly tolerant?: boolean;
}

function sharedFile(path: string): string | null {
  for (let at = process.cwd(); ; at = dirname(at)) {
    if (existsSync(join(at, 'shared/DESIGN.md'))) return join(at, 'shared', path);
    if (at === dirname(at)) return null;
  }
}
