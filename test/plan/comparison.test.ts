import { expect } from 'chai';
import { parseYaml } from '../../src/load/yaml.ts';
import type { DeclaredDifference, JsonMap } from '../../src/model.ts';
import { readDeclared } from '../../src/plan/comparison.ts';
import { Problems } from '../../src/problem.ts';

const kinds = ['token.lifetime', 'token.audience', 'issuer.scope'];

function read(...entries: readonly string[]): {
  declared: readonly DeclaredDifference[];
  problems: readonly string[];
} {
  const text = [
    'environments: {staging: {}, production: {}}',
    'compare:',
    '  differs:',
    ...entries.map((entry) => `    - {${entry}}`),
  ].join('\n');
  const problems = new Problems();
  const declared = readDeclared(parseYaml(text, 'why401.yml').value as JsonMap, kinds, problems);
  const told = problems.list.map(
    ({ code, message, source, fix }) => `${code} ${source?.line}:${source?.column} ${message} | ${fix}`,
  );
  return { declared, problems: told };
}

describe('compare.differs', () => {
  it('is read with its places', () => {
    expect(
      read(
        'what: token.lifetime, reason: short on purpose',
        'what: "token.lifetime[reader]", reason: r, environments: [production, staging], until: 2027-01-31',
        'what: "issuer.*", reason: r',
        'what: "*[main]", reason: r',
      ),
    ).to.deep.equal({
      declared: [
        {
          what: 'token.lifetime',
          reason: 'short on purpose',
          environments: [],
          until: null,
          source: { file: 'why401.yml', line: 4, column: 14 },
        },
        {
          what: 'token.lifetime[reader]',
          reason: 'r',
          environments: ['production', 'staging'],
          until: '2027-01-31',
          source: { file: 'why401.yml', line: 5, column: 14 },
        },
        {
          what: 'issuer.*',
          reason: 'r',
          environments: [],
          until: null,
          source: { file: 'why401.yml', line: 6, column: 14 },
        },
        {
          what: '*[main]',
          reason: 'r',
          environments: [],
          until: null,
          source: { file: 'why401.yml', line: 7, column: 14 },
        },
      ],
      problems: [],
    });
  });

  it('is nothing where there is none', () => {
    const problems = new Problems();
    expect(readDeclared({ environments: {} }, kinds, problems)).to.deep.equal([]);
    expect(problems.list).to.deep.equal([]);
  });

  it('tells all that is wrong, and where', () => {
    expect(
      read(
        'what: token.lifetme, reason: r',
        'what: "token.lifetme[reader]", reason: r',
        'what: nonsense, reason: r',
        'what: "tokens.*", reason: r',
        'what: "token.lifetime[reader", reason: r',
        'what: "token.lifetime[]", reason: r',
        'what: token.lifetime, reason: r, environments: [staging, produktion]',
        'what: token.lifetime, reason: r, environments: [staging, staging]',
        'what: token.lifetime, reason: r, until: 2027-02-30',
      ),
    ).to.deep.equal({
      declared: [],
      problems: [
        'UNKNOWN_KIND 4:14 Environments are not compared by "token.lifetme". | Did you mean "token.lifetime"?',
        'UNKNOWN_KIND 5:14 Environments are not compared by "token.lifetme". | Did you mean "token.lifetime[reader]"?',
        'UNKNOWN_KIND 6:14 Environments are not compared by "nonsense". | Write a kind of docs/compare-kinds.md, such as token.lifetime, or several with *: token.*',
        'UNKNOWN_KIND 7:14 Environments are not compared by "tokens.*". | Write a kind of docs/compare-kinds.md, such as token.lifetime, or several with *: token.*',
        'UNKNOWN_KIND 8:14 "token.lifetime[reader" is no kind, and no kind with its subject in brackets. | Write for example token.lifetime or token.lifetime[reader].',
        'UNKNOWN_KIND 9:14 "token.lifetime[]" is no kind, and no kind with its subject in brackets. | Write for example token.lifetime or token.lifetime[reader].',
        'UNKNOWN_ENVIRONMENT 10:65 There is no environment "produktion". | Did you mean "production"?',
        'ONE_ENVIRONMENT 11:55 A difference is between two environments or more. | Write all between which it is expected, or leave the key out: then it is between all.',
        'DATE_INVALID 12:48 There is no day "2027-02-30". | Write year, month and day: 2027-01-31.',
      ],
    });
  });
});
