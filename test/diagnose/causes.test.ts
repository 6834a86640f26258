import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Cause, causeOf, causes } from '../../src/diagnose/vocabulary.ts';
import { vocabularyPage } from '../../src/diagnose/vocabulary-page.ts';
import { sharedFile } from '../report/shared-file.ts';

const page = fileURLToPath(new URL('../../../docs/causes.md', import.meta.url));
const texts = (cause: Cause): string[] => [
  cause.id,
  cause.group,
  cause.title,
  cause.meaning,
  cause.evidence,
  cause.fix,
  ...cause.references,
  ...cause.tell_apart.map(({ how }) => how),
];

describe('causes', () => {
  const ids = causes().map(({ id }) => id);

  it('are those of the taxonomy', function () {
    const file = sharedFile('knowledge/taxonomy.json');
    if (file === null) return this.skip();
    const known = (JSON.parse(readFileSync(file, 'utf8')) as { id: string }[]).map(({ id }) => id);
    // The taxonomy is of refusals; that a wrong credential is accepted is none.
    expect(ids.filter((id) => id !== 'fault-accepted').sort()).to.deep.equal([...known].sort());
  });

  it('have ids of their own, each group in one place', () => {
    expect(ids).to.deep.equal([...new Set(ids)]);
    const groups = causes().map(({ group }) => group);
    const runs = groups.filter((group, index) => group !== groups[index - 1]);
    expect(runs).to.deep.equal([...new Set(groups)]);
    expect(ids.filter((id) => !/^[a-z]+(-[a-z]+)*$/.test(id))).to.deep.equal([]);
  });

  it('tell apart from other causes that exist, each once', () => {
    const wrong = causes().flatMap(({ id, tell_apart }) => {
      const others = tell_apart.map(({ cause }) => cause);
      const bad = others.filter(
        (other, index) => other === id || !ids.includes(other) || others.indexOf(other) !== index,
      );
      return bad.map((other) => `${id}: ${other}`);
    });
    expect(wrong).to.deep.equal([]);
    expect(
      causes().filter(({ id, tell_apart }) => tell_apart.length === 0 && id !== 'unknown'),
    ).to.deep.equal([]);
  });

  it('have no empty text, and whole sentences', () => {
    const wrong = causes().flatMap((cause) => [
      ...texts(cause).filter(
        (text) => typeof text !== 'string' || text.trim() === '' || /\s{2}|\n/.test(text),
      ),
      ...[
        cause.title,
        cause.meaning,
        cause.evidence,
        cause.fix,
        ...cause.tell_apart.map(({ how }) => how),
      ].filter((text) => !/^\S.*\.$/.test(text)),
    ]);
    expect(wrong).to.deep.equal([]);
  });

  it('have titles that fit on a line or two', () => {
    expect(causes().filter(({ title }) => title.length > 105 || /\. \S/.test(title))).to.deep.equal([]);
  });

  it('name sections of RFCs, or the title of another text with its section', () => {
    const form = /^(?:RFC \d{4}|Fetch standard|OpenID Connect Core 1\.0) section [\dA-Z][\d.]*$/;
    expect(causes().flatMap(({ references }) => references.filter((text) => !form.test(text)))).to.deep.equal(
      [],
    );
  });

  it('are found by id', () => {
    expect(causeOf('token-expired')?.group).to.equal('token validity');
    expect(causeOf('nothing')).to.equal(null);
  });
});

describe('docs/causes.md', () => {
  const text = readFileSync(page, 'utf8');

  it('is what the build makes of the vocabulary', () => {
    expect(text).to.equal(vocabularyPage(causes()));
  });

  it('has no link that leads nowhere', () => {
    const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map((match) =>
      (match[1] ?? '').toLowerCase().replaceAll(' ', '-'),
    );
    const links = [...text.matchAll(/\]\(#([^)]*)\)/g)].map((match) => match[1] ?? '');
    expect(links.length).to.be.greaterThan(300);
    expect(links.filter((link) => anchors.filter((anchor) => anchor === link).length !== 1)).to.deep.equal(
      [],
    );
  });
});
