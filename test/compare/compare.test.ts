import { expect } from 'chai';
import { type Compared, type CompareOptions, compareObserved } from '../../src/compare/compare.ts';
import type { DeclaredDifference, Json, Observed } from '../../src/model.ts';
import { kinds } from './kinds.ts';
import { at, declared, each, observation } from './observed.ts';

function compare(
  observed: readonly Observed[],
  declarations: readonly DeclaredDifference[] = [],
  options: CompareOptions = {},
): Compared {
  return compareObserved(observed, declarations, { kinds, ...options });
}

/** What it says of one thing. */
function told(
  kind: string,
  values: Readonly<Record<string, Json | undefined>>,
  declarations: readonly DeclaredDifference[] = [],
  options: CompareOptions = {},
): readonly string[] {
  const { differences, findings } = compare(each(kind, 'main', values), declarations, options);
  return [
    ...differences.map(
      ({ what, environments, severity, expected }) =>
        `${what} ${severity} ${Object.entries(environments)
          .map(([name, text]) => `${name}=${text}`)
          .join(' ')}${expected === null ? '' : ` expected: ${expected}`}`,
    ),
    ...findings.map(
      ({ severity, environment, summary, fixSource }) =>
        `${severity} (${environment}) ${summary} @${fixSource?.line ?? '-'}`,
    ),
  ];
}

describe('one difference of many subjects', () => {
  const observed = (names: readonly string[], odd: readonly string[] = []): readonly Observed[] =>
    ['staging', 'production'].map((environment) => ({
      environment,
      observations: names.map((of) =>
        observation('x.error', of, environment === 'staging' ? 'a' : odd.includes(of) ? 'c' : 'b'),
      ),
    }));

  it('is one finding, which names the others, and a row for each', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const { differences, findings } = compare(observed(names, ['b']));
    expect(differences.map(({ what }) => what)).to.deep.equal(names.map((name) => `x.error[${name}]`));
    expect(findings.map(({ summary, evidence }) => [summary, evidence.at(-1)])).to.deep.equal([
      [
        'The thing of a differs: a in staging, b in production.',
        { hop: null, field: 'likewise', seen: 'c, d, e, f, g and 1 more' },
      ],
      [
        'The thing of b differs: a in staging, c in production.',
        { hop: null, field: 'production', seen: 'c' },
      ],
    ]);
  });

  it('is a finding each where there are two', () => {
    expect(compare(observed(['a', 'b'])).findings.map(({ summary }) => summary)).to.deep.equal([
      'The thing of a differs: a in staging, b in production.',
      'The thing of b differs: a in staging, b in production.',
    ]);
  });
});

describe('two environments', () => {
  it('a difference as row and finding, whole', () => {
    expect(compare(each('x.error', 'main', { staging: 'a', production: 'b' }))).to.deep.equal({
      differences: [
        {
          what: 'x.error[main]',
          environments: { staging: 'a', production: 'b' },
          cause: 'scope-unknown',
          check: null,
          severity: 'error',
          expected: null,
        },
      ],
      findings: [
        {
          cause: 'scope-unknown',
          check: null,
          environment: 'staging, production',
          severity: 'error',
          expected: false,
          certainty: 'likely',
          summary: 'The thing of main differs: a in staging, b in production.',
          hop: null,
          evidence: [
            { hop: null, field: 'staging', seen: 'a (why401.yml:10:5)' },
            { hop: null, field: 'production', seen: 'b (why401.yml:20:5)' },
          ],
          experiments: [],
          fix: 'Mend it.',
          fixSource: null,
          references: [],
          alternatives: [],
        },
      ],
    });
  });

  it('the one place of the file that both come from is where the fix is made', () => {
    const observed = ['staging', 'production'].map((environment) => ({
      environment,
      observations: [observation('x.plain', '', environment, { source: at(3) })],
    }));
    expect(compare(observed).findings[0]?.fixSource).to.deep.equal(at(3));
  });

  it('what one has and the other has not', () => {
    expect(told('x.plain', { staging: 'a', production: null })).to.deep.equal([
      'x.plain[main] warning staging=a production=none',
      'warning (staging, production) The thing of main differs: a in staging, none in production. @-',
    ]);
  });

  it('what one was not asked is not compared', () => {
    expect(told('x.plain', { staging: 'a', production: undefined })).to.deep.equal([]);
    expect(told('x.own', { staging: 'a', production: undefined })).to.deep.equal([]);
  });

  it('neither has it', () => {
    expect(told('x.plain', { staging: null, production: null })).to.deep.equal([]);
    expect(told('x.own', { staging: null, production: null })).to.deep.equal([]);
  });

  it('what is only shown makes no finding', () => {
    expect(told('x.told', { staging: 'a', production: 'b' })).to.deep.equal([
      'x.told[main] info staging=a production=b',
    ]);
  });

  it('the order of members does not matter, that of lists does', () => {
    expect(told('x.plain', { a: { x: 1, y: [1] }, b: { y: [1], x: 1 } })).to.deep.equal([]);
    expect(told('x.set', { a: ['r', 'w', 'w'], b: ['w', 'r'] })).to.deep.equal([]);
    expect(told('x.plain', { a: ['r', 'w'], b: ['w', 'r'] })).to.deep.equal([
      'x.plain[main] warning a=r, w b=w, r',
      'warning (a, b) The thing of main differs: r, w in a, w, r in b. @-',
    ]);
  });

  it('of lists what one has and the other has not', () => {
    expect(told('x.set', { staging: ['r', 'w'], production: ['r', 'admin'] }).at(-1)).to.equal(
      'warning (staging, production) The list of main differs: w in staging only, admin in production only. @-',
    );
  });

  it('of maps the members that differ', () => {
    expect(
      told('x.plain', { staging: { a: 1, b: 2, c: null }, production: { a: 1, b: 3, d: 'x' } }).at(-1),
    ).to.equal(
      'warning (staging, production) The thing of main differs: b 2 in staging, 3 in production; d none in staging, x in production. @-',
    );
  });

  it('numbers within the tolerance', () => {
    expect(told('x.seconds', { staging: 3600, production: 3601 })).to.deep.equal([]);
    expect(told('x.seconds', { staging: 3600, production: 3602 })).to.have.length(2);
    expect(told('x.seconds', { staging: 3600, production: null })).to.have.length(2);
  });

  it('numbers within the factor are told only', () => {
    expect(told('x.factor', { staging: 900, production: 3600 })).to.deep.equal([
      'x.factor[main] info staging=900 production=3600',
    ]);
    expect(told('x.factor', { staging: 900, production: 3601 })).to.have.length(2);
  });

  it('integers beyond doubles', () => {
    expect(told('x.plain', { a: 9007199254740993n, b: 9007199254740992n })).to.have.length(2);
  });

  it('texts, numbers, truth and nothing are different values', () => {
    expect(told('x.plain', { a: '1', b: 1 })).to.have.length(2);
    expect(told('x.plain', { a: 'true', b: true })).to.have.length(2);
    expect(told('x.plain', { a: '', b: null })[0]).to.equal('x.plain[main] warning a="" b=none');
    expect(told('x.set', { a: [], b: null })[0]).to.equal('x.set[main] warning a=an empty list b=none');
  });

  it('the words of the kind', () => {
    expect(told('x.worded', { staging: 'a', production: 'b' }).at(-1)).to.equal(
      'warning (staging, production) Of main there is a in staging, b in production; see staging and production. @-',
    );
    expect(compare(each('x.worded', 'main', { staging: 'a', production: 'b' })).findings[0]?.fix).to.equal(
      'Mend main in staging and production.',
    );
  });

  it('braces in a value are no template', () => {
    expect(told('x.worded', { staging: '{of}', production: '$&' }).at(-1)).to.equal(
      'warning (staging, production) Of main there is {of} in staging, $& in production; see staging and production. @-',
    );
  });

  it('long lists without what all have', () => {
    const many = Array.from({ length: 60 }, (_, index) => `scope:${index}`);
    expect(told('x.set', { staging: [...many, 'w'], production: many })).to.deep.equal([
      'x.set[main] warning staging=w, and 60 that all have production=only the 60 that all have',
      'warning (staging, production) The list of main differs: w in staging only. @-',
    ]);
    expect(told('x.set', { staging: many, production: null })[0]).to.equal(
      'x.set[main] warning staging=scope:0, scope:1, scope:2, scope:3, scope:4 and 55 more production=none',
    );
  });

  it('long texts from shortly before the first difference', () => {
    const long = 'x'.repeat(500);
    expect(told('x.plain', { staging: `${long}1`, production: `${long}2` })[0]).to.equal(
      `x.plain[main] warning staging=...${'x'.repeat(20)}1 production=...${'x'.repeat(20)}2`,
    );
    expect(told('x.plain', { staging: long, production: 'y' })[0]).to.equal(
      `x.plain[main] warning staging=${'x'.repeat(157)}... production=y`,
    );
  });
});

describe('three environments and more', () => {
  it('the odd one', () => {
    expect(told('x.plain', { dev: 'a', staging: 'b', production: 'a' })).to.deep.equal([
      'x.plain[main] warning dev=a staging=b production=a',
      'warning (staging) The thing of main differs: a in dev and production, b in staging. @20',
    ]);
  });

  it('the odd one in the words of the kind', () => {
    expect(told('x.worded', { dev: 'a', staging: 'b', production: 'a' }).at(-1)).to.equal(
      'warning (staging) Staging has b for main, where dev and production have a. @20',
    );
  });

  it('no majority, no odd one', () => {
    expect(told('x.plain', { dev: 'a', staging: 'b', production: 'c' }).at(-1)).to.equal(
      'warning (dev, staging, production) The thing of main differs: a in dev, b in staging, c in production. @-',
    );
    expect(told('x.plain', { a: 1, b: 1, c: 2, d: 2 }).at(-1)).to.equal(
      'warning (a, b, c, d) The thing of main differs: 1 in a and b, 2 in c and d. @-',
    );
  });

  it('one that was not asked has no voice', () => {
    expect(told('x.plain', { dev: 'a', staging: 'b', production: undefined }).at(-1)).to.equal(
      'warning (dev, staging) The thing of main differs: a in dev, b in staging. @-',
    );
  });

  it('ten', () => {
    const names = 'abcdefghij'.split('');
    const values = Object.fromEntries(
      names.map((name) => [name, name === 'd' || name === 'g' ? ['r'] : ['r', 'w']]),
    );
    expect(told('x.set', values).at(-1)).to.equal(
      'warning (d, g) The list of main differs: w not in d or g. @40',
    );
  });

  it('differences in the order of the kinds, then by subject', () => {
    const observed = ['a', 'b'].map((environment) => ({
      environment,
      observations: [
        observation('x.set', 'z', [environment]),
        observation('x.plain', 'b', environment),
        observation('x.plain', '', environment),
        observation('x.plain', 'a', environment),
      ],
    }));
    expect(compare(observed).differences.map(({ what }) => what)).to.deep.equal([
      'x.plain',
      'x.plain[a]',
      'x.plain[b]',
      'x.set[z]',
    ]);
  });

  it('a kind that there is not is a bug of ours', () => {
    expect(() => compare(each('x.nothing', '', { a: 1, b: 2 }))).to.throw('There is no kind "x.nothing".');
  });
});

describe('what must differ', () => {
  it('the same in two', () => {
    expect(told('x.own', { staging: 'web', production: 'web' })).to.deep.equal([
      'x.own[main] error staging=web production=web',
      'error (staging, production) The id of main is the same in staging and production: web. @-',
    ]);
    expect(told('x.own', { staging: 'web-s', production: 'web-p' })).to.deep.equal([]);
  });

  it('the same in two of three', () => {
    expect(told('x.own', { dev: 'd', staging: 'web', production: 'web' })).to.deep.equal([
      'x.own[main] error dev=d staging=web production=web',
      'error (staging, production) The id of main is the same in staging and production: web. @-',
    ]);
  });

  it('two pairs are two findings of one row', () => {
    expect(told('x.own', { a: 1, b: 2, c: 1, d: 2 })).to.deep.equal([
      'x.own[main] error a=1 b=2 c=1 d=2',
      'error (a, c) The id of main is the same in a and c: 1. @-',
      'error (b, d) The id of main is the same in b and d: 2. @-',
    ]);
  });

  it('members of sets', () => {
    expect(told('x.keys', { staging: ['k1', 'k2'], production: ['k3', 'k2'] })).to.deep.equal([
      'x.keys[main] warning staging=k1, k2 production=k3, k2',
      'warning (staging, production) Staging and production sign with k2. @-',
    ]);
    expect(told('x.keys', { staging: ['k1'], production: ['k3'] })).to.deep.equal([]);
    expect(told('x.keys', { staging: [], production: [] })).to.deep.equal([]);
  });

  it('not between environments that are one system', () => {
    const same = (a: string, b: string): boolean =>
      `${a} ${b}`.includes('canary') && `${a} ${b}`.includes('production');
    expect(told('x.own', { production: 'web', canary: 'web' }, [], { same })).to.deep.equal([]);
    expect(told('x.own', { staging: 'web', production: 'web', canary: 'web' }, [], { same }).at(-1)).to.equal(
      'error (staging, production, canary) The id of main is the same in staging, production and canary: web. @-',
    );
  });
});

describe('declared differences', () => {
  const differ = { staging: 'a', production: 'b' };

  it('are rows with the reason and no findings', () => {
    for (const what of ['x.plain', 'x.plain[main]', 'x.*', '*', 'x.plain[*]', '*[main]']) {
      expect(told('x.plain', differ, [declared(what)]), what).to.deep.equal([
        'x.plain[main] warning staging=a production=b expected: on purpose',
      ]);
    }
  });

  it('not of another kind or subject', () => {
    for (const what of ['x.plain[other]', 'x.error', 'y.*']) {
      expect(told('x.plain', differ, [declared(what)], { left: [] })[1], what).to.match(
        /^warning \(staging, production\)/,
      );
    }
  });

  it('only between the environments that are named', () => {
    const pair = declared('x.plain', { environments: ['staging', 'production'] });
    expect(told('x.plain', differ, [pair])).to.have.length(1);
    expect(told('x.plain', { dev: 'a', staging: 'a', production: 'b' }, [pair])).to.deep.equal([
      'x.plain[main] warning dev=a staging=a production=b',
      'warning (production) The thing of main differs: a in dev and staging, b in production. @30',
    ]);
    const other = declared('x.plain', { environments: ['dev', 'production'], reason: 'too' });
    expect(told('x.plain', { dev: 'a', staging: 'a', production: 'b' }, [other])).to.deep.equal([
      'x.plain[main] warning dev=a staging=a production=b',
      'warning (production) The thing of main differs: a in dev and staging, b in production. @30',
    ]);
    expect(told('x.plain', { dev: 'a', staging: 'a', production: 'b' }, [pair, other])).to.deep.equal([
      'x.plain[main] warning dev=a staging=a production=b expected: too',
    ]);
  });

  it('what is shared may be declared, too', () => {
    expect(told('x.own', { staging: 1, production: 1 }, [declared('x.own')])).to.deep.equal([
      'x.own[main] error staging=1 production=1 expected: on purpose',
    ]);
  });

  it('until their day is over', () => {
    const until = declared('x.plain', { until: '2027-01-31' });
    expect(told('x.plain', differ, [until], { today: '2027-01-31' })).to.have.length(1);
    const { findings } = compare(each('x.plain', 'main', differ), [until], { today: '2027-02-01' });
    expect(findings.map(({ evidence }) => evidence.at(-1)?.seen)).to.deep.equal([
      'expected until 2027-01-31: on purpose (why401.yml:1:5)',
    ]);
  });

  it('that nothing needs are told', () => {
    const { differences, findings } = compare(each('x.plain', 'main', { staging: 'a', production: 'a' }), [
      declared('x.plain[main]'),
    ]);
    expect(differences).to.deep.equal([]);
    expect(findings).to.deep.equal([
      {
        cause: null,
        check: 'declared-difference-stale',
        environment: 'staging, production',
        severity: 'warning',
        expected: false,
        certainty: 'certain',
        summary:
          'compare.differs says that x.plain[main] differs between staging and production, and it does not.',
        hop: null,
        evidence: [{ hop: null, field: 'compare.differs', seen: 'x.plain[main]: on purpose' }],
        experiments: [],
        fix: 'Take the entry out of compare.differs.',
        fixSource: at(1),
        references: [],
        alternatives: [],
      },
    ]);
  });

  const stale = (
    values: Readonly<Record<string, Json | undefined>>,
    declaration: DeclaredDifference,
    options: CompareOptions = {},
  ): boolean =>
    told('x.plain', values, [declaration], options).some((line) => line.includes('compare.differs'));
  const equal = { staging: 'a', production: 'a' };

  it('is stale where its subject is gone', () => {
    expect(stale(equal, declared('x.plain[gone]'))).to.equal(true);
  });

  it('is not stale where it could not be observed', () => {
    expect(stale({ staging: 'a', production: undefined }, declared('x.plain'))).to.equal(false);
    expect(stale({ staging: undefined, production: undefined }, declared('x.plain'))).to.equal(false);
    expect(stale(equal, declared('x.set'))).to.equal(false);
    expect(stale(equal, declared('x.plain', { environments: ['dev', 'staging'] }))).to.equal(false);
  });

  it('is not stale where something was left out that it may be about', () => {
    const left = { environment: 'staging', what: 'w', why: 'y', fix: 'f' };
    expect(stale(equal, declared('x.plain'), { left: [left] })).to.equal(false);
    expect(stale(equal, declared('x.plain'), { left: [{ ...left, kinds: ['x.*'] }] })).to.equal(false);
    expect(stale(equal, declared('x.*'), { left: [{ ...left, kinds: ['x.set'] }] })).to.equal(false);
    expect(stale(equal, declared('x.plain'), { left: [{ ...left, kinds: ['x.set'] }] })).to.equal(true);
    expect(stale(equal, declared('x.plain'), { left: [{ ...left, environment: 'dev' }] })).to.equal(true);
  });

  it('is needed where only one of its subjects differs', () => {
    const observed = ['staging', 'production'].map((environment) => ({
      environment,
      observations: [observation('x.plain', 'a', 1), observation('x.plain', 'b', environment)],
    }));
    expect(compare(observed, [declared('x.plain')]).findings).to.deep.equal([]);
  });
});
