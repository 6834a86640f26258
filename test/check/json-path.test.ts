import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { compileJsonPath } from '../../src/check/json-path.ts';
import { parseJson } from '../../src/http/json.ts';
import type { Json } from '../../src/model.ts';

const suite = 'node_modules/jsonpath-rfc9535/src/__tests__/jsonpath-compliance-test-suite/cts.json';

interface Case {
  readonly name: string;
  readonly selector: string;
  readonly document?: Json;
  readonly result?: Json;
  readonly results?: readonly Json[];
  readonly invalid_selector?: boolean;
}

function select(path: string, text: string): Json[] | string {
  const compiled = compileJsonPath(path);
  const parsed = parseJson(text);
  if ('error' in compiled) return compiled.error;
  if ('error' in parsed) return parsed.error;
  const selected = compiled.select(parsed.value);
  return 'error' in selected ? selected.error : selected;
}

describe('compileJsonPath', () => {
  it('passes the compliance test suite of RFC 9535', async function () {
    const text = await readFile(suite, 'utf8').catch(() => null);
    if (text === null) return this.skip();
    const { tests } = JSON.parse(text) as { tests: Case[] };
    const wrong = tests.filter(({ selector, document = null, result, results, invalid_selector }) => {
      const compiled = compileJsonPath(selector);
      if ('error' in compiled || invalid_selector) return !('error' in compiled && invalid_selector);
      const selected = JSON.stringify(compiled.select(document));
      return !(results ?? [result]).some((one) => JSON.stringify(one) === selected);
    });
    expect(tests.length).to.be.greaterThan(600);
    expect(wrong.map(({ name }) => name)).to.deep.equal([]);
  });

  it('carries integers beyond 2^53', () => {
    const text = '{"a":[{"id":12345678901234567890},{"id":5}]}';
    expect(select('$.a[0].id', text)).to.deep.equal([12345678901234567890n]);
    expect(select('$.a[?@.id > 9007199254740993].id', text)).to.deep.equal([12345678901234567890n]);
    expect(select('$.a[?@.id == 12345678901234567890].id', text)).to.deep.equal([12345678901234567890n]);
    expect(select('$.a[?@.id != 5].id', text)).to.deep.equal([12345678901234567890n]);
    expect(select('$.a[?@.id <= 5].id', text)).to.deep.equal([5]);
  });

  it('is not hung by a pattern that backtracks', () => {
    const text = JSON.stringify([`${'a'.repeat(100_000)}b`]);
    expect(select('$[?search(@, "(a+)+$")]', text)).to.deep.equal([]);
    expect(select('$[?match(@, "(a|aa)+")]', text)).to.deep.equal([]);
  });

  it('goes down 1,000 levels', () => {
    const text = `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`;
    const nodes = select('$..a', text);
    expect([nodes.length, nodes.at(-1)]).to.deep.equal([1000, 1]);
  });

  it('is ended where it visits more than any body has', () => {
    const text = `${'{"a":'.repeat(900)}1${'}'.repeat(900)}`;
    const error = 'it was ended after 10 million steps in this body';
    expect(select('$..*..*..*', text)).to.equal(error);
  });

  it('tells singular paths and the name at their end', () => {
    const facts = ['$', '$.a', '$.a[0]', "$['a']['b']", '$..a', '$[*]', '$[0,1]', '$[0:1]'].map((path) => {
      const compiled = compileJsonPath(path);
      return 'error' in compiled ? compiled.error : [compiled.singular, compiled.name];
    });
    expect(facts).to.deep.equal([
      [true, null],
      [true, 'a'],
      [true, null],
      [true, 'b'],
      [false, 'a'],
      [false, null],
      [false, null],
      [false, null],
    ]);
  });

  it('says what is wrong and where', () => {
    expect(
      ['orders', '$.a b', '$[', '$[?foo(@)]', '$[?length(@)]', '$[?count(1)>1]', '$[?match(@.a)]', ''].map(
        (path) => {
          const compiled = compileJsonPath(path);
          return 'error' in compiled ? compiled.error : null;
        },
      ),
    ).to.deep.equal([
      'a JSONPath begins with "$"',
      '"b" is not expected at character 5',
      'the end is not expected at character 3',
      'there is no function "foo"',
      'length() must be compared',
      'count() takes a query',
      'match() takes 2 arguments',
      'a JSONPath begins with "$"',
    ]);
  });
});
