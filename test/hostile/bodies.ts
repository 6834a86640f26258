/** Bodies that are larger, deeper or other than they say, and what users ask of them. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { JsonMap } from '../../src/model.ts';
import { answer, bytes, type Case, head, html, json } from './script.ts';

/** Sizes of the large ones: `WHY401_HOSTILE=big`. */
const big = process.env['WHY401_HOSTILE'] === 'big';
const megabytes = (small: number, large: number): number => (big ? large : small) * 1_000_000;

const nothing = Buffer.alloc(megabytes(5, 1000));
const coded = (coding: string): string => `Content-Encoding: ${coding}`;
const expects = (expect: JsonMap, more: JsonMap = {}): { readonly step: JsonMap } => ({
  step: { expect: { status: 200, ...expect }, ...more },
});
const captures = (capture: JsonMap): { readonly step: JsonMap } => ({
  step: { expect: { status: 200 }, capture },
});
const hasA = expects({ json: { '$.a': 1 } });

const bomb = gzipSync(nothing);
const small = Buffer.from('{"a":1}');
const layers = (count: number): Buffer => {
  let body = small;
  for (let left = count; left > 0; left -= 1) body = gzipSync(body);
  return body;
};

export const codings: readonly Case[] = [
  {
    name: 'is a gzip bomb',
    acts: [answer(bomb, [coded('gzip'), json])],
    ...hasA,
    ends: 'failed; json only the first 1000000 of 1000000 bytes were kept',
  },
  {
    name: 'is a gzip bomb of which only the status counts',
    acts: [answer(bomb, [coded('gzip')])],
    ends: 'passed',
  },
  {
    name: 'is a deflate bomb',
    acts: [answer(deflateSync(nothing), [coded('deflate'), json])],
    ...hasA,
    ends: 'failed; json only the first 1000000 of 1000000 bytes were kept',
  },
  {
    name: 'is a brotli bomb',
    acts: [answer(brotliCompressSync(nothing, { params: { 0: 0, 1: 1 } }), [coded('br'), json])],
    ...hasA,
    ends: 'failed; json only the first 1000000 of 1000000 bytes were kept',
  },
  {
    name: 'is a gzip bomb in a gzip bomb',
    acts: [answer(gzipSync(bomb), [coded('gzip, gzip'), json])],
    ...hasA,
    ends: 'failed; json only the first 1000000 of 1000000 bytes were kept',
  },
  { name: 'is coded twice', acts: [answer(layers(2), [coded('gzip, gzip'), json])], ...hasA, ends: 'passed' },
  {
    name: 'is coded five times',
    acts: [answer(layers(5), [coded(Array(5).fill('gzip').join(', ')), json])],
    ...hasA,
    ends: 'passed',
  },
  {
    name: 'is coded a thousand times',
    acts: [answer(layers(40), [coded(Array(1000).fill('gzip').join(', ')), json])],
    ...hasA,
    ends: 'failed; body-encoding-wrong likely; json the body cannot be decoded: It has 1000 content codings; mor',
  },
  {
    name: 'is coded in ten thousand lines',
    acts: [answer(small, [...Array(8000).fill(coded('br')), json])],
    ...hasA,
    ends: 'failed; body-encoding-wrong likely; answer It has 8000 content codings; more than 5 are not undone.',
  },
  {
    name: 'is gzip that is none',
    acts: [answer(small, [coded('gzip'), json])],
    ends: 'failed; body-encoding-wrong certain; answer The bytes are not a valid gzip stream (Z_DATA_ERROR).',
  },
  {
    name: 'is gzip that is cut',
    acts: [
      answer(
        gzipSync(Buffer.from(JSON.stringify({ a: Array.from({ length: 999 }, (_, at) => at) }))).subarray(
          0,
          -20,
        ),
        [coded('gzip'), json],
      ),
    ],
    ends: 'failed; body-truncated likely; answer The gzip stream ends before its end marker (Z_BUF_ERROR).',
  },
  {
    name: 'is gzip with more behind it',
    acts: [answer(Buffer.concat([gzipSync(small), Buffer.from('more')]), [coded('gzip'), json])],
    ...hasA,
    ends: 'failed; body-encoding-wrong certain; json the body is empty',
  },
  { name: 'is coded in an unknown way', acts: [answer(small, [coded('x-own'), json])], ends: 'passed' },
  {
    name: 'has a coding of prototypes',
    acts: [answer(small, [coded('__proto__, constructor, toString'), json])],
    ends: 'passed',
  },
  { name: 'is coded and has no body', acts: [answer('', [coded('gzip')])], ends: 'passed' },
];

const flat = (value: unknown): Buffer => answer(JSON.stringify(value), [json]);
const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const maps = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const deep = big ? 1_000_000 : 10_000;
/** Of JSON that nests too deeply, or is larger than is kept and so not read at all. */
const notRead = (begins: string, bytes: number): string =>
  bytes > 1_000_000
    ? `failed; json only the first 1000000 of ${bytes} bytes were kept`
    : `failed; body-not-json likely; json the body is not JSON: application/json, begins "${begins}`;
const wide = JSON.stringify({
  a: Array.from({ length: big ? 30_000 : 3_000 }, (_, at) => ({ b: at, c: { b: at } })),
});
const victim = `${'a'.repeat(big ? 900_000 : 90_000)}!`;

export const documents: readonly Case[] = [
  {
    name: 'nests lists',
    acts: [answer(nested(deep), [json])],
    ...expects({ json: { '$[0][0]': { exists: true } } }),
    ends: notRead('[[[[[[[[[[[[', 2 * deep),
  },
  {
    name: 'nests maps',
    acts: [answer(maps(deep), [json])],
    ...expects({ json: { '$.a.a': { type: 'object' } } }),
    ends: notRead('{"a":{"a":{"', 6 * deep + 1),
  },
  {
    name: 'nests maps, of which all are looked for',
    acts: [answer(maps(900), [json])],
    ...expects({ json: { '$..a': { length: 900 } } }),
    ends: 'passed',
  },
  {
    name: 'nests maps, of which all are captured',
    acts: [answer(maps(900), [json])],
    ...captures({ all: '$..a' }),
    ends: 'passed',
  },
  {
    name: 'nests lists and is compared',
    acts: [answer(nested(5000), [json])],
    ...expects({ json: { $: [] } }),
    ends: 'failed; body-not-json likely; json the body is not JSON: application/json, begins "[[[[[[[[[[[[',
  },
  {
    name: 'nests lists with a large number',
    acts: [answer(`${'['.repeat(5000)}12345678901234567890${']'.repeat(5000)}`, [json])],
    ...expects({ json: { $: { type: 'array' } } }),
    ends: 'failed; body-not-json likely; json the body is not JSON: application/json, begins "[[[[[[[[[[[[',
  },
  {
    name: 'nests lists and has a schema',
    acts: [answer(nested(5000), [json])],
    ...expects({
      schema: { $ref: '#/$defs/list', $defs: { list: { type: 'array', items: { $ref: '#/$defs/list' } } } },
    }),
    ends: 'failed; body-not-json likely; schema the body is not JSON: application/json, begins "[[[[[[[[[[[[',
  },
  {
    name: 'never closes its lists',
    acts: [answer('['.repeat(deep), [json])],
    ...hasA,
    ends: 'failed; body-not-json likely; json the body is not JSON: application/json, begins "[[[[[[[[[[[[',
  },
  { name: 'names one member twice', acts: [answer('{"a":2,"a":1}', [json])], ...hasA, ends: 'passed' },
  {
    name: 'names prototypes',
    acts: [
      answer('{"__proto__":{"polluted":1,"a":1},"constructor":{"prototype":{"polluted":1}},"a":1}', [json]),
    ],
    ...expects(
      {
        json: {
          '$.a': 1,
          '$.__proto__.polluted': 1,
          '$.constructor.prototype.polluted': 1,
          '$.polluted': { exists: false },
          '$.toString': { exists: false },
        },
      },
      { capture: { constructor: '$.constructor', ['__proto__']: '$.__proto__', a: '$.a' } },
    ),
    ends: 'passed',
  },
  {
    name: 'names prototypes and large numbers',
    acts: [answer('{"__proto__":{"polluted":12345678901234567890},"a":1}', [json])],
    ...expects({
      json: { '$.a': 1, '$.polluted': { exists: false }, '$.__proto__.polluted': { exists: true } },
    }),
    ends: 'passed',
  },
  {
    name: 'has members that no schema allows',
    acts: [answer('{"__proto__":1,"a":1}', [json])],
    ...expects({
      schema: { type: 'object', properties: { a: { type: 'integer' } }, additionalProperties: false },
    }),
    ends: 'failed; schema {"__proto__":1,"a":1}',
  },
  {
    name: 'lacks a member that all objects have',
    acts: [flat({ a: 1 })],
    ...expects({ schema: { type: 'object', required: ['toString'] } }),
    ends: 'passed',
  },
  {
    name: 'has numbers beyond all',
    acts: [answer('{"a":1e999,"b":-1e999,"c":0.00000000000000000000000000000000001e-400}', [json])],
    ...expects({ json: { '$.a': { type: 'number' }, '$.b': { lt: 0 } } }),
    ends: 'passed',
  },
  {
    name: 'has a number of a million digits',
    acts: [answer(`{"a":${'9'.repeat(900_000)}}`, [json])],
    ...expects({ json: { '$.a': { gt: 1 } } }),
    ends: 'passed',
  },
  {
    name: 'has a string of 900 kB',
    acts: [flat({ a: 'x'.repeat(900_000) })],
    ...expects({ json: { '$.a': { length: 900_000 } } }),
    ends: 'passed',
  },
  {
    name: 'has 100,000 members',
    acts: [answer(`{${Array.from({ length: 60_000 }, (_, at) => `"m${at}":1`).join(',')}}`, [json])],
    ...expects({ json: { '$.m59999': 1 } }),
    ends: 'passed',
  },
  {
    name: 'has lone surrogates',
    acts: [answer('{"a":"\\ud800","\\udfff":1}', [json])],
    ...expects({ json: { '$.a': 'x' } }),
    ends: 'failed; json "\\ud800"',
  },
  {
    name: 'has half a surrogate pair that goes into the next request',
    acts: [answer('{"a":"\\ud800"}', [json])],
    steps: [
      { GET: '{case}', capture: { half: '$.a' } },
      {
        name: 'with it',
        POST: '/ok/${half}',
        query: { '${half}': '${half}', half: 'x${half}' },
        body: { form: { half: '${half}' } },
      },
    ],
    ends: 'passed',
  },
  {
    name: 'has a NUL',
    acts: [answer('{"a":"\\u0000"}', [json])],
    ...expects({ json: { '$.a': 'x' } }),
    ends: 'failed; json "\\u0000"',
  },
  {
    name: 'is larger than is kept',
    acts: [flat({ a: 'x'.repeat(1_500_000) })],
    ...hasA,
    ends: 'failed; json only the first 1000000 of 1500008 bytes were kept',
  },
  {
    name: 'is invalid UTF-8',
    acts: [answer(bytes('{"a":"\xff\xfe\x80"}'), [json])],
    ...hasA,
    ends: 'failed; json "���"',
  },
  {
    name: 'is UTF-16',
    acts: [answer(Buffer.from('\ufeff{"a":1}', 'utf16le'), [json])],
    ...hasA,
    ends: 'failed; body-not-json likely; json the body is not JSON: application/json, begins "��{\\u0000"\\u',
  },
  {
    name: 'is UTF-16 and says so',
    acts: [answer(Buffer.from('\ufeff{"a":1}', 'utf16le'), [`${json}; charset=utf-16`])],
    ...hasA,
    ends: 'passed',
  },
  { name: 'begins with a byte order mark', acts: [answer('\ufeff{"a":1}', [json])], ...hasA, ends: 'passed' },
  {
    name: 'has a charset that nobody knows',
    acts: [answer('{"a":1}', [`${json}; charset=x-own`])],
    ...hasA,
    ends: 'passed',
  },
  {
    name: 'has a charset without end',
    acts: [answer('{"a":1}', [`${json}; charset="${'u'.repeat(100_000)}`])],
    ...hasA,
    ends: 'passed',
  },
  {
    name: 'is HTML and says JSON',
    acts: [answer('<html>hello', [json])],
    ...hasA,
    ends: 'failed; body-not-json likely; json the body is not JSON: application/json, begins "<html>hello"',
  },
  {
    name: 'is a picture and says JSON',
    acts: [answer(bytes('\x89PNG\r\n\x1a\n\0\0\0'), [json])],
    ...hasA,
    ends: 'failed; body-not-json likely; json the body is not JSON: application/json, begins "�PNG\\u000d\\u',
  },
];

/** What is shown of each of the members below. */
const noFormat = ['a:/@.-%41[1', '1:', 'a@', 'a.'].map((part) => `schema "${part.repeat(30).slice(0, 59)}`);

export const patterns: readonly Case[] = [
  {
    name: 'meets a pattern that backtracks',
    acts: [answer(victim)],
    ...expects({ body: { matches: '^(a+)+$' } }),
    ends: 'failed; body "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  },
  {
    name: 'meets alternatives that backtrack',
    acts: [answer(victim)],
    ...expects({ body: { matches: '^(a|a|aa)+$' } }),
    ends: 'failed; body "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  },
  {
    name: 'meets a capture that backtracks',
    acts: [answer(victim)],
    ...captures({ all: { body: { matches: '^((a*)*)*b' } } }),
    ends: 'failed; capture the body does not match',
  },
  {
    name: 'meets a header pattern that backtracks',
    acts: [answer('', [`X-Note: ${'a'.repeat(50_000)}!`])],
    ...expects({ headers: { 'x-note': { matches: '^(a+)+$' } } }),
    ends: 'failed; headers "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  },
  {
    name: 'meets a schema that backtracks',
    acts: [flat({ a: victim })],
    ...expects({ schema: { properties: { a: { pattern: '^(a+)+$' } } } }),
    ends: 'failed; schema "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  },
  {
    name: 'meets a schema whose names backtrack',
    acts: [flat({ [victim]: 1 })],
    ...expects({
      schema: { patternProperties: { '^(a+)+$': { type: 'string' } }, propertyNames: { pattern: '^(a+)+$' } },
    }),
    ends: 'failed; schema {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, schema {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  },
  ...['email', 'uri', 'hostname', 'date-time', 'duration', 'regex'].map(
    (format): Case => ({
      name: `meets format ${format}`,
      acts: [
        flat({
          a: `${'a:/@.-%41[1'.repeat(3_000)}\n`,
          b: `${'1:'.repeat(20_000)}:`,
          c: `${'a@'.repeat(20_000)}`,
          d: `${'a.'.repeat(20_000)}`,
        }),
      ],
      ...expects({ schema: { additionalProperties: { format } } }),
      ends: `failed; ${(format === 'regex' ? noFormat.slice(0, 1) : noFormat).join(', ')}`,
    }),
  ),
  {
    name: 'meets a schema of unique items',
    acts: [flat({ a: Array.from({ length: big ? 20_000 : 1_000 }, (_, at) => ({ b: at })) })],
    ...expects({ schema: { properties: { a: { uniqueItems: true } } } }),
    ends: 'passed',
  },
  {
    name: 'meets a schema of unique items, of which two are the same',
    acts: [answer('[{"a":1,"b":[2]},{"a":"1","b":[2]},{"b":[2.0],"a":1}]', [json])],
    ...expects({ schema: { uniqueItems: true } }),
    ends: 'failed; schema [{"a":1,"b":[2]},{"a":"1","b":[2]},{"b":[2],"a":1}]',
  },
  {
    name: 'meets a filter that matches by pattern',
    acts: [flat({ a: Array.from({ length: 1000 }, () => `${'a'.repeat(200)}!`) })],
    ...expects({ json: { "$.a[?match(@, '(a+)+')]": { exists: false } } }),
    ends: 'passed',
  },
  {
    name: 'meets a filter over all that is wide',
    acts: [answer(wide, [json])],
    ...expects({ json: { '$..[?@.b == 5].b': { exists: true } } }),
    ends: 'passed',
  },
  {
    name: 'meets a filter within a filter',
    acts: [answer(wide, [json])],
    ...expects({ json: { '$..[?count($..b) > 1]': { exists: true } } }),
    ends: 'failed; json "$..[?count($..b) > 1]": it was ended after 10 million steps',
  },
  {
    name: 'meets a path that selects all again and again',
    acts: [answer(wide, [json])],
    ...expects({ json: { '$.a[*,*][*,*][*,*][*,*]': { exists: true } } }),
    ends: 'failed; json absent',
  },
];

const tags = (count: number): string => '<div>'.repeat(count);
export const pages: readonly Case[] = [
  {
    name: 'nests a hundred thousand elements',
    acts: [answer(`${tags(20_000)}<input name=csrf value=token-of-the-page>`, [html])],
    ...captures({ csrf: { html: 'input[name=csrf]' } }),
    ends: 'passed',
  },
  {
    name: 'never closes a tag',
    acts: [answer(`<input name=csrf ${'a=b '.repeat(200_000)}`, [html])],
    ...captures({ csrf: { html: 'input[name=csrf]' } }),
    ends: 'failed; capture <input> has no value: name an attribute',
  },
  {
    name: 'never closes a comment',
    acts: [answer('<!--'.repeat(200_000), [html])],
    ...captures({ csrf: { html: 'input' } }),
    ends: 'failed; capture no element was found',
  },
  {
    name: 'never closes a script',
    acts: [answer('<script>'.repeat(100_000), [html])],
    ...captures({ csrf: { html: 'input' } }),
    ends: 'failed; capture no element was found',
  },
  {
    name: 'is of brackets',
    acts: [answer('<'.repeat(900_000), [html])],
    ...captures({ csrf: { html: 'form input' } }),
    ends: 'failed; capture no element was found',
  },
  {
    name: 'has quotes without end',
    acts: [answer('<a b="'.repeat(150_000), [html])],
    ...captures({ csrf: { html: 'form input' } }),
    ends: 'failed; capture no element was found',
  },
  {
    name: 'is a login page of many forms',
    acts: [answer(`<form method=post><input type=password name=p></form>`.repeat(15_000), [html])],
    ends: 'passed',
  },
  {
    name: 'refreshes to itself',
    acts: [answer('<meta http-equiv=refresh content="0;url={case}">'.repeat(10_000), [html])],
    ends: 'passed; redirect-unexpected likely warning',
  },
  {
    name: 'has a title without end',
    acts: [answer(`<title>${'x'.repeat(900_000)}`, [html], '403 Forbidden')],
    ends: 'failed; edge-blocked possible; status 403',
  },
  {
    name: 'refuses with a large page',
    acts: [answer(`<html><body>${'<p>Access denied & "blocked" '.repeat(30_000)}`, [html], '403 Forbidden')],
    ends: 'failed; edge-blocked possible; status 403',
  },
  {
    name: 'refuses with deep JSON',
    acts: [answer(nested(deep), [json], '401 Unauthorized')],
    ends: 'failed; credentials-stripped-by-proxy possible; status 401',
  },
  {
    name: 'refuses with wide JSON',
    acts: [answer(wide, [json], '401 Unauthorized')],
    ends: 'failed; credentials-stripped-by-proxy possible; status 401',
  },
  {
    name: 'fails with XML entities',
    acts: [
      answer(
        `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>`,
        ['Content-Type: application/xml'],
        '500 Oops',
      ),
    ],
    ends: 'failed; status 500',
  },
  {
    name: 'refuses with half a head of HTML',
    acts: [head(['Content-Length: 500000', html], '401 Unauthorized'), '<html>', 'FIN'],
    ends: 'errored CLOSED; body-truncated certain; The body from it was cut',
  },
];
