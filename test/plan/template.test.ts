import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Json } from '../../src/model.ts';
import {
  type RenderedJson,
  references,
  render,
  renderAsText,
  renderJson,
  renderText,
  renderUrl,
  type Scope,
  templateFaults,
} from '../../src/plan/template.ts';
import { parseTemplate } from '../../src/plan/template-syntax.ts';
import { Secret } from '../../src/secret.ts';
import { place, placeEntry, sourceOf, writtenOf } from '../../src/source.ts';

const secret = Secret.named('X', 'p@ss/wörd');
const values: Record<string, RenderedJson> = {
  name: 'ci user',
  n: 7,
  big: 12345678901234567890n,
  yes: true,
  nothing: null,
  empty: '',
  list: [1, 'a'],
  'secret.X': secret,
  'origin.app': 'https://app.example.test',
  'issuer.main.token_endpoint': 'https://login.example.test/token',
  dots: '..',
  evil: '/../a?b#c%',
};
const scope: Scope = {
  lookup: (name) => values[name],
  written: (name) => (name === 'n' ? '007' : null),
};

/** Secrets as `value|shown`, so that whole results can be compared. */
function plain(value: unknown): unknown {
  if (value instanceof Secret) return `${value.reveal()}|${value.shown}`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

describe('parseTemplate', () => {
  const table: [string, unknown][] = [
    ['', []],
    ['plain $ {x} $x } {', ['plain $ {x} $x } {']],
    ['a${b}c', ['a', { name: 'b', default: null, offset: 1 }, 'c']],
    ['${env.X:-}', [{ name: 'env.X', default: '', offset: 0 }]],
    ['${a:-b:-$c }', [{ name: 'a', default: 'b:-$c ', offset: 0 }]],
    ['$${a} ${b}', ['${a} ', { name: 'b', default: null, offset: 6 }]],
    ['$$${a}', ['$${a}']],
    [
      '${now-7d.iso}${now+5m.unix}',
      [
        { name: 'now-7d.iso', default: null, offset: 0 },
        { name: 'now+5m.unix', default: null, offset: 13 },
      ],
    ],
    ['${clients.web-1.client_id}', [{ name: 'clients.web-1.client_id', default: null, offset: 0 }]],
    ['a ${b', { error: '"${" has no "}"', offset: 2 }],
    ['${}', { error: '"" is not a name', offset: 0 }],
    ['${a b}', { error: '"a b" is not a name', offset: 0 }],
    ['${1+1}', { error: '"1+1" is not a name', offset: 0 }],
    ['${a.}', { error: '"a." is not a name', offset: 0 }],
    ['x${a:-${b}}', { error: 'one "${" stands inside another', offset: 1 }],
  ];
  for (const [text, parsed] of table) {
    it(`reads ${JSON.stringify(text)}`, () => expect(parseTemplate(text)).to.deep.equal(parsed));
  }
});

describe('render', () => {
  const table: [string, unknown][] = [
    ['plain', { value: 'plain' }],
    ['${n}', { value: 7 }],
    ['${list}', { value: [1, 'a'] }],
    ['${yes}', { value: true }],
    ['${nothing}', { value: null }],
    ['${big}', { value: 12345678901234567890n }],
    ['n=${n} ${big} ${yes}', { value: 'n=007 12345678901234567890 true' }],
    ['${missing}', { unresolved: ['missing'] }],
    ['a${missing}b${n}${gone.x}', { unresolved: ['missing', 'gone.x'] }],
    ['a${nothing}', { unresolved: ['nothing'] }],
    ['a${list}', { unresolved: ['list'] }],
    ['${missing:-dflt}', { value: 'dflt' }],
    ['<${empty:-dflt}>', { value: '<dflt>' }],
    ['<${empty}>', { value: '<>' }],
    ['${nothing:-}', { value: '' }],
    ['${secret.X}', { value: 'p@ss/wörd|[secret:X]' }],
    ['Bearer ${secret.X}!', { value: 'Bearer p@ss/wörd!|Bearer [secret:X]!' }],
    ['$${n}', { value: '${n}' }],
    ['${n', { error: '"${" has no "}"' }],
  ];
  for (const [text, rendered] of table) {
    it(`renders ${JSON.stringify(text)}`, () => expect(plain(render(text, scope))).to.deep.equal(rendered));
  }

  it('never renders a value as a template', () => {
    expect(render('<${a}>', { lookup: () => '${b}' })).to.deep.equal({ value: '<${b}>' });
  });

  it('gives back any text whose "${" is escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', 'a', '😀', ':', '-') }), (text) => {
        const escaped = text.replace(/\$*\$\{/g, (run) => `${run.slice(0, -2)}$\${`);
        expect(renderAsText(escaped, scope)).to.deep.equal({ value: text });
      }),
    );
  });

  it('joins whatever the values are', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.stringMatching(/^[^$]*$/), fc.string())), (pairs) => {
        const text = pairs.map(([literal], index) => `${literal}\${v${index}}`).join('');
        const given = { lookup: (name: string) => pairs[Number(name.slice(1))]?.[1] };
        expect(renderAsText(text, given)).to.deep.equal({ value: pairs.flat().join('') });
      }),
    );
  });
});

describe('renderJson', () => {
  const at = (line: number) => ({ file: 'a.yml', line, column: 1 });

  it('renders deep, keeps types, and leaves secrets secret', () => {
    const given: Json = { a: ['${n}', { b: 'x${secret.X}' }], '${n}': null, c: 1.5 };
    expect(plain(renderJson(given, scope))).to.deep.equal({
      value: { a: [7, { b: 'xp@ss/wörd|x[secret:X]' }], '${n}': null, c: 1.5 },
    });
  });

  it('names every missing value once', () => {
    expect(renderJson({ a: '${x}', b: ['${y}', '${x}'] }, scope)).to.deep.equal({ unresolved: ['x', 'y'] });
    expect(renderJson(['${x'], scope)).to.deep.equal({ error: '"${" has no "}"' });
  });

  it('keeps places and what was written', () => {
    const list = ['${n}', 7];
    place(list, at(1));
    placeEntry(list, 0, at(2), at(3), '${n}');
    placeEntry(list, 1, at(4), at(5), '007');
    const rendered = renderJson({ list }, scope);
    const copy = 'value' in rendered ? (rendered.value as { list: Json[] }).list : [];
    expect(copy).to.not.equal(list);
    expect([
      copy,
      sourceOf(copy),
      sourceOf(copy, 0),
      sourceOf(copy, 1, 'key'),
      writtenOf(copy, 1),
    ]).to.deep.equal([[7, 7], at(1), at(3), at(4), '007']);
  });

  it('gives back what holds no template as it is', () => {
    const given = { a: [1, 'b'] };
    expect(renderJson(given, scope)).to.have.property('value').that.equals(given);
  });

  it('takes __proto__ for a name like any other', () => {
    const given = JSON.parse('{"__proto__":"${n}"}') as Json;
    const rendered = renderJson(given, scope) as { value: object };
    expect(Object.entries(rendered.value)).to.deep.equal([['__proto__', 7]]);
  });
});

describe('renderText', () => {
  it('takes numbers as they are written', () => {
    const map: Record<string, Json> = {
      a: 7,
      b: 1.1,
      c: true,
      d: 'x${n}',
      e: '${n}',
      f: null,
      g: ['a'],
      h: {},
      i: '${list}',
      j: '${secret.X}',
    };
    place(map, { file: 'a.yml', line: 1, column: 1 });
    const source = { file: 'a.yml', line: 1, column: 1 };
    placeEntry(map, 'a', source, source, '007');
    placeEntry(map, 'b', source, source, '1.10');
    expect(Object.keys(map).map((key) => plain(renderText(map, key, scope)))).to.deep.equal([
      { value: '007' },
      { value: '1.10' },
      { value: 'true' },
      { value: 'x007' },
      { value: '007' },
      { error: 'there is no value' },
      { error: 'a list is no text' },
      { error: 'a map is no text' },
      { unresolved: ['list'] },
      { value: 'p@ss/wörd|[secret:X]' },
    ]);
    expect(renderText(['a', 12n], 1, scope)).to.deep.equal({ value: '12' });
  });
});

describe('renderUrl', () => {
  const table: [string, unknown][] = [
    ['', { value: '' }],
    ['/orders', { value: '/orders' }],
    ['/o/${name}?q=${evil}', { value: '/o/ci%20user?q=%2F..%2Fa%3Fb%23c%25' }],
    ['/o/${n}', { value: '/o/007' }],
    ['${issuer.main.token_endpoint}', { value: 'https://login.example.test/token' }],
    ['${origin.app}/cb', { value: 'https://app.example.test/cb' }],
    ['/cb?to=${origin.app}', { value: '/cb?to=https%3A%2F%2Fapp.example.test' }],
    ['${evil}/x', { value: '%2F..%2Fa%3Fb%23c%25/x' }],
    ['/o/${secret.X}', { value: '/o/p%40ss%2Fw%C3%B6rd|/o/[secret:X]' }],
    ['/o/${dots}', { error: 'the value of "dots" is "..", which a URL leaves out' }],
    ['/o/${x}/${y:-a b}', { unresolved: ['x'] }],
    ['/o/${y:-a b}', { value: '/o/a%20b' }],
    ['/o/${', { error: '"${" has no "}"' }],
  ];
  for (const [text, rendered] of table) {
    it(`renders ${JSON.stringify(text)}`, () =>
      expect(plain(renderUrl(text, scope))).to.deep.equal(rendered));
  }

  it('keeps any value within its path segment', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        fc.pre(value !== '.' && value !== '..');
        const rendered = renderUrl('http://a.test/x/${v}/y?z', { lookup: () => value });
        const path = 'value' in rendered ? new URL(String(rendered.value)).pathname.split('/') : [];
        expect([path.length, path[1], path[3]]).to.deep.equal([4, 'x', 'y']);
        expect(decodeURIComponent(path[2] ?? '')).to.equal(value.replace(/\p{Surrogate}/gu, '\uFFFD'));
      }),
    );
  });
});

describe('references', () => {
  it('names container and key of each', () => {
    const inner = ['x', '${b:-1}'];
    const given = { a: '${a.b} ${c}', list: inner, n: 1, bad: '${' };
    expect(references(given)).to.deep.equal([
      { name: 'a.b', default: null, offset: 0, container: given, key: 'a' },
      { name: 'c', default: null, offset: 7, container: given, key: 'a' },
      { name: 'b', default: '1', offset: 0, container: inner, key: 1 },
    ]);
    expect(templateFaults(given)).to.deep.equal([
      { error: '"${" has no "}"', offset: 0, container: given, key: 'bad' },
    ]);
    expect(references('${x}')).to.deep.equal([
      { name: 'x', default: null, offset: 0, container: null, key: null },
    ]);
  });
});
