import { expect } from 'chai';
import fc from 'fast-check';
import { decodeToken } from '../../src/credential/token.ts';
import type { TokenFacts } from '../../src/model.ts';

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const header = { alg: 'RS256', kid: 'k1' };
const claims = { iss: 'https://login.example.test', aud: 'api', exp: 1_700_000_000 };
const head = encode(header);
const payload = encode(claims);
const jwt = `${head}.${payload}.c2lnbmF0dXJl`;

const whole = { format: 'jwt', header, claims, malformed: null } as const;
const opaque = { format: 'opaque', header: null, claims: null, malformed: null } as const;

const table: readonly (readonly [string, string, Omit<TokenFacts, 'length'>])[] = [
  ['a JWT', jwt, whole],
  ['an unsecured JWT', `${encode({ alg: 'none' })}.${payload}.`, { ...whole, header: { alg: 'none' } }],
  ['an opaque token', 'ya29.a0AfB_byC', opaque],
  ['an opaque token with two dots', 'abc.def.ghi', opaque],
  ['a signed cookie', `${encode({ user: 1 })}.ZxYzAA.c2lnbmF0dXJl`, opaque],
  ['encoded JSON that is no JWT', encode({ iv: 'x', mac: 'y' }), opaque],
  [
    'a JWE',
    `${encode({ alg: 'dir', enc: 'A128GCM' })}..aaaa.bbbb.cccc`,
    { format: 'jwe', header: { alg: 'dir', enc: 'A128GCM' }, claims: null, malformed: null },
  ],
  [
    'integers beyond 2^53',
    `${head}.${encode('{"sub":12345678901234567890}')}.c2ln`,
    { ...whole, claims: { sub: 12345678901234567890n } },
  ],
  ['a missing signature', `${head}.${payload}`, { ...whole, malformed: 'It has 2 segments; a JWT has 3.' }],
  ['a segment too many', `${jwt}.x`, { ...whole, malformed: 'It has 4 segments; a JWT has 3.' }],
  [
    'very many segments',
    `${jwt}${'.'.repeat(9999)}`,
    { ...whole, malformed: 'It has more than 6 segments; a JWT has 3.' },
  ],
  ['a header alone', head, { ...whole, claims: null, malformed: 'It has 1 segment; a JWT has 3.' }],
  ['an empty signature', `${head}.${payload}.`, { ...whole, malformed: 'Its signature is empty.' }],
  [
    'a signature although alg is none',
    `${encode({ alg: 'none' })}.${payload}.c2ln`,
    { ...whole, header: { alg: 'none' }, malformed: 'It has a signature although its "alg" is "none".' },
  ],
  [
    'a signature in base64',
    `${head}.${payload}.ab+/`,
    { ...whole, malformed: 'Its signature is not base64url.' },
  ],
  [
    'a cut signature',
    `${head}.${payload}.c2lnb`,
    { ...whole, malformed: 'Its signature is cut: no base64url text has 5 characters.' },
  ],
  [
    'claims that are not base64url',
    `${head}.a*b.c2ln`,
    { ...whole, claims: null, malformed: 'Its claims are not base64url.' },
  ],
  [
    'claims with padding',
    `${head}.${encode('{"a":1}')}==.c2ln`,
    { ...whole, claims: { a: 1 }, malformed: 'Its claims are base64, not base64url.' },
  ],
  [
    'claims that are cut',
    `${head}.${payload.slice(0, 9)}.c2ln`,
    { ...whole, claims: null, malformed: 'Its claims are cut: no base64url text has 9 characters.' },
  ],
  [
    'claims that are not JSON',
    `${head}.${encode('{"a":')}.c2ln`,
    { ...whole, claims: null, malformed: 'Its claims are not JSON.' },
  ],
  [
    'claims that are a list',
    `${head}.${encode('[1]')}.c2ln`,
    { ...whole, claims: null, malformed: 'Its claims are not a JSON object.' },
  ],
  [
    'claims that are not UTF-8',
    `${head}.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.c2ln`,
    { ...whole, claims: null, malformed: 'Its claims are not UTF-8.' },
  ],
  [
    'a header that does not decode',
    `eyJ.${payload}.c2ln`,
    { ...whole, header: null, malformed: 'Its header is not JSON.' },
  ],
  [
    'a header without alg',
    `${encode({ typ: 'JWT' })}.${payload}.c2ln`,
    { ...whole, header: { typ: 'JWT' }, malformed: 'Its header names no "alg".' },
  ],
  ['quotation marks', `"${jwt}"`, { ...whole, malformed: 'It stands in quotation marks.' }],
  ['a scheme before it', `Bearer ${jwt}`, { ...whole, malformed: 'It begins with the scheme "Bearer".' }],
  [
    'a line feed behind it',
    `${jwt}\n`,
    { ...whole, malformed: `It holds a line feed at position ${jwt.length + 1}.` },
  ],
  [
    'a line feed within',
    `${jwt.slice(0, 20)}\n${jwt.slice(20)}`,
    { ...whole, malformed: 'It holds a line feed at position 21.' },
  ],
  ['white space within', 'abc def', { ...opaque, malformed: 'It holds white space at position 4.' }],
  ['a template', 'Token-${READER}', { ...opaque, malformed: 'It holds a template that was not filled in.' }],
  [
    'a template with braces',
    '{{token}}',
    { ...opaque, malformed: 'It holds a template that was not filled in.' },
  ],
  [
    'undefined',
    'undefined',
    { ...opaque, malformed: 'It is the word "undefined": a value was missing where it was made.' },
  ],
  ['null', 'null', { ...opaque, malformed: 'It is the word "null": a value was missing where it was made.' }],
  [
    'an object',
    '[object Object]',
    { ...opaque, malformed: 'It is the word "[object Object]": a value was missing where it was made.' },
  ],
  ['nothing', ' ', { ...opaque, malformed: 'It is empty.' }],
];

describe('decodeToken', () => {
  for (const [name, token, facts] of table) {
    it(`reads ${name}`, () => {
      expect(decodeToken(token)).to.deep.equal({ ...facts, length: token.length });
    });
  }

  it('does not decode claims that are nested too deeply', () => {
    const deep = `${head}.${encode(`{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)}.c2ln`;
    expect(decodeToken(deep)).to.deep.equal({
      ...whole,
      claims: null,
      malformed: 'Its claims are nested more than 64 levels deep.',
      length: deep.length,
    });
  });

  it('decodes claims of half a megabyte and leaves more alone', () => {
    const large = `${head}.${encode({ a: 'x'.repeat(500_000) })}.c2ln`;
    expect(decodeToken(large).claims).to.deep.equal({ a: 'x'.repeat(500_000) });
    const huge = `${head}.${'a'.repeat(2_000_000)}.c2ln`;
    expect(decodeToken(huge)).to.deep.equal({
      ...opaque,
      malformed: `It has ${huge.length} characters; more than 1000000 are not decoded.`,
      length: huge.length,
    });
  });

  it('never throws, and says nothing but facts of the type', () => {
    const segment = fc.oneof(fc.string(), fc.base64String(), fc.json().map(encode), fc.constant(head));
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 7 }), (segments) => {
        const token = segments.join('.');
        const facts = decodeToken(token);
        expect(facts.length).to.equal(token.length);
        expect(['jwt', 'jwe', 'opaque']).to.include(facts.format);
      }),
    );
  });
});
