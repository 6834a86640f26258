import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { parse } from 'yaml';
import { kinds } from '../../src/compare/kind.ts';
import { kindPage } from '../../src/compare/kind-page.ts';
import { compileKinds, type KindFile } from '../../src/compare/kind-source.ts';
import { sourceFiles } from '../architecture/source-files.ts';
import { kinds as examples } from './kinds.ts';

const folder = new URL('../../../src/compare/kinds/', import.meta.url);

function files(): KindFile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yml'))
    .sort()
    .map((file) => parse(readFileSync(new URL(file, folder), 'utf8')) as KindFile);
}

describe('kinds', () => {
  const texts = sourceFiles().map(({ text }) => text);
  const all = files().flatMap((file) => file.kinds);

  it('are what the build makes of their files', () => {
    expect([...kinds().values()]).to.deep.equal(all);
  });

  it('are all observed somewhere', () => {
    // Whole, or with its area put before it: `client.${name}`.
    const isIn = (text: string, id: string): boolean => {
      const [area = '', ...name] = id.split('.');
      const rest = name.join('.');
      return (
        text.includes(`'${id}'`) ||
        (text.includes(`\`${area}.\${`) && (text.includes(`'${rest}'`) || text.includes(` ${rest}: `)))
      );
    };
    const unused = all.filter(({ id }) => !texts.some((text) => isIn(text, id)));
    expect(unused.map(({ id }) => id)).to.deep.equal([]);
  });

  it('that are observed are all there', () => {
    const areas = [...new Set(all.map(({ id }) => id.split('.')[0]))].join('|');
    const observed = new RegExp(`(?:kind: |note\\(\\s*)'((?:${areas})\\.[a-z0-9_]+)'`, 'g');
    const named = texts.flatMap((text) => [...text.matchAll(observed)].map(([, id = '']) => id));
    expect(named).to.not.be.empty;
    expect(named.filter((id) => !kinds().has(id))).to.deep.equal([]);
  });

  it('are said in full on their page', () => {
    const page = readFileSync(new URL('../../../docs/compare-kinds.md', import.meta.url), 'utf8');
    expect(page).to.equal(kindPage(files()));
    for (const { id } of all) expect(page).to.include(`### ${id}\n`);
  });
});

describe('files of kinds', () => {
  const [plain] = examples.values();
  const causes = new Set(['scope-unknown']);
  const compile = (...list: readonly object[]): (() => unknown) => {
    const made = list.map((each) => ({ ...plain, ...each })) as KindFile['kinds'];
    return () => compileKinds([{ area: 'Things', kinds: made }], causes);
  };

  it('are refused where they say nothing', () => {
    expect(compile({ cause: 'scope-unknown' })).to.not.throw();
    expect(compile({}, {})).to.throw('Kinds that cannot be used: x.plain stands twice.');
    expect(compile({ cause: 'nope' })).to.throw('x.plain: no cause "nope" is known.');
    expect(compile({ rule: 'shown' })).to.throw('x.plain: what is only shown has the severity info.');
    expect(compile({ says: { shared: 'A.' } })).to.throw('x.plain: says.shared is never said.');
    expect(compile({ rule: 'distinct', says: { odd: 'A.' } })).to.throw('x.plain: says.odd is never said.');
    expect(compile({ says: { differs: '{value}.' } })).to.throw('x.plain: differs has no {value}.');
    expect(compile({ fix: '{oops}.' })).to.throw('x.plain: fix has no {oops}.');
  });

  it('have a schema', () => {
    const schema = JSON.parse(readFileSync(new URL('schema.json', folder), 'utf8')) as object;
    const valid = new Ajv2020().compile(schema);
    const file = (kind: object): object => ({ area: 'Things', kinds: [{ ...plain, ...kind }] });
    expect(valid(file({}))).to.equal(true);
    expect(
      [{ id: 'Plain' }, { title: 'The thing.' }, { fix: 'Mend it' }, { rule: 'same' }, { more: 1 }].filter(
        (kind) => valid(file(kind)),
      ),
    ).to.deep.equal([]);
  });
});
