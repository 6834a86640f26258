import { expect } from 'chai';
import {
  authorizationFaults,
  basicFaults,
  pairFaults,
  valueFaults,
} from '../../src/http/credential-shape.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('valueFaults', () => {
  const rows: readonly [string, string[]][] = [
    ['eyJhbGciOiJub25lIn0.e30.', []],
    ['abc+/=', []],
    ['', ['empty']],
    ['  ', ['empty']],
    ['undefined', ['placeholder']],
    ['null', ['placeholder']],
    ['[object Object]', ['placeholder']],
    ['"undefined"', ['placeholder']],
    [`\${TOKEN}`, ['template']],
    ['{{token}}', ['template']],
    ['Bearer {{token}}', ['template']],
    ['%TOKEN%', ['template']],
    ['$TOKEN', ['template']],
    ['<your token>', ['template']],
    ['your-access-token-here', ['template']],
    ['"abc"', ['quoted']],
    ['abc"', ['quoted']],
    ['Bearer abc', ['scheme-repeated']],
    ['bearer: abc', ['scheme-repeated']],
    ['abc\n', ['line-break', 'outer-space']],
    [' abc', ['outer-space']],
    ['ab c', ['inner-space']],
    ['abc%2Bd', ['percent-encoded']],
    ['{"access_token":"abc","token_type":"Bearer"}', ['document']],
    ['[{"token":"abc"}]', ['document']],
    ['<html><body>login</body></html>', ['document']],
    ['{abc}', []],
    ['abcé', ['not-ascii']],
  ];
  for (const [value, expected] of rows) {
    it(`finds ${expected.join(', ') || 'nothing'} in ${JSON.stringify(value)}`, () => {
      expect(valueFaults(value).map(({ fault }) => fault)).to.deep.equal(expected);
    });
  }

  it('quotes no part of the value', () => {
    for (const value of [
      '"s3cretvalue"',
      'my-s3cretvalue-token',
      `\${s3cretvalue}`,
      'Bearer s3cretvalue',
      '$s3cretvalue',
    ])
      expect(JSON.stringify(valueFaults(value))).not.to.contain('s3cretvalue');
  });

  it('is quick with anything', () => {
    for (const part of ['${', '{{', '<%=', '"', ' ', '%2', '$(a', '<a'])
      expect(() => valueFaults(part.repeat(100_000))).not.to.throw();
  });
});

describe('basicFaults', () => {
  const rows: readonly [string, string[]][] = [
    [base64('user:pass'), []],
    [base64('user:'), ['empty']],
    [base64('undefined:undefined'), ['placeholder', 'placeholder']],
    [base64('user'), ['not-a-pair']],
    ['user:pass', ['not-a-pair']],
    ['eyJhbGciOiJub25lIn0.e30.', ['token-in-basic']],
    ['Bearer abc', ['token-in-basic']],
    ['', ['empty']],
  ];
  for (const [value, expected] of rows) {
    it(`finds ${expected.join(', ') || 'nothing'} in ${value}`, () => {
      expect(basicFaults(value).map(({ fault }) => fault)).to.deep.equal(expected);
    });
  }
});

describe('pairFaults', () => {
  it('names the half that is odd', () => {
    expect(pairFaults('user ', 'pässword')).to.deep.equal([
      { fault: 'outer-space', seen: 'white space stands at an end of the user name' },
      { fault: 'not-ascii', seen: 'the password holds characters outside of US-ASCII' },
    ]);
  });
});

describe('authorizationFaults', () => {
  const rows: readonly [string, string[]][] = [
    ['Bearer [secret:reader]', []],
    ['Basic [secret:reader]', []],
    ['Bearer Bearer [secret:reader]', ['scheme-repeated']],
    ['Bearer undefined', ['placeholder']],
    ['Bearer  [secret:reader]', ['outer-space']],
    ['Bearer ', ['empty']],
    ['Bearer', ['empty']],
    ['Digest username="a"', []],
  ];
  for (const [value, expected] of rows) {
    it(`finds ${expected.join(', ') || 'nothing'} in ${JSON.stringify(value)}`, () => {
      expect(authorizationFaults(value).map(({ fault }) => fault)).to.deep.equal(expected);
    });
  }
});
