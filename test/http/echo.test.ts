import { expect } from 'chai';
import { readEcho } from '../../src/http/echo.ts';

const fields = [
  ['host', 'api.example.test'],
  ['x-api-key', 'k'],
];

describe('readEcho', () => {
  const forms: readonly (readonly [what: string, text: string])[] = [
    ['a member named headers', '{"args":{},"headers":{"host":"api.example.test","x-api-key":"k"}}'],
    ['a plain map', '{"host":"api.example.test","x-api-key":"k"}'],
    ['lists of values', '{"headers":{"host":["api.example.test"],"x-api-key":["k"]}}'],
    ['a member within', '{"data":{"request":{"headers":{"host":"api.example.test","x-api-key":"k"}}}}'],
    ['names and values in turn', '{"rawHeaders":["host","api.example.test","x-api-key","k"]}'],
    ['pairs', '[["host","api.example.test"],["x-api-key","k"]]'],
    [
      'maps of name and value',
      '{"headers":[{"name":"host","value":"api.example.test"},{"name":"x-api-key","value":"k"}]}',
    ],
    ['variables of CGI', 'PATH=/bin\nHTTP_HOST=api.example.test\nHTTP_X_API_KEY=k\n'],
    ['variables of CGI in JSON', '{"environ":{"HTTP_HOST":"api.example.test","HTTP_X_API_KEY":"k"}}'],
    ['the head of a request', 'GET /debug HTTP/1.1\r\nhost: api.example.test\r\nx-api-key: k\r\n\r\n'],
    ['a template whose value is empty', 'host: api.example.test\nx-api-key: k\nauthorization: \n'],
  ];
  for (const [what, text] of forms) {
    it(`reads ${what}`, () => {
      expect(readEcho(text)).to.deep.equal(fields);
    });
  }

  it('keeps each line of a name', () => {
    expect(readEcho('Host: a\nAuthorization: one\nAuthorization: two')).to.deep.equal([
      ['Host', 'a'],
      ['Authorization', 'one'],
      ['Authorization', 'two'],
    ]);
  });

  for (const text of [
    '',
    '{',
    '[]',
    'null',
    '{"orders":[{"id":7}]}',
    '{"headers":"none"}',
    '<!doctype html><p>Host: api.example.test',
    'Not found: nothing here',
    `{"a":${'{"a":'.repeat(50)}{"host":"x"}${'}'.repeat(51)}`,
  ])
    it(`reads nothing from ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(readEcho(text)).to.equal(null);
    });

  it('is bounded', () => {
    const many = Array.from({ length: 2000 }, (_, index) => `x-${index}: 1`);
    expect(readEcho(['host: a', ...many].join('\n'))).to.have.length(300);
  });
});
