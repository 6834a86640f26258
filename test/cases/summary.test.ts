import { expect } from 'chai';
import type { Judgement } from './judge.ts';
import { missedBars, type Row, summarise } from './summary.ts';

const good: Judgement = {
  verdict: 'right',
  wrongAndCertain: false,
  trespassed: false,
  healed: true,
  sure: true,
  said: 'token-expired certain',
  reasons: [],
};
function row(
  id: string,
  changes: Partial<Judgement> = {},
  written: Row['case']['written'] = 'with the rules',
  twin: string | null = null,
): Row {
  return {
    case: { id, servers: [id.split('/')[0] ?? ''], causes: ['token-expired'], twin, written },
    judgement: { ...good, ...changes },
  };
}
/** A hundred, a fifth of them with twins; the first are as said. */
function whole(...first: readonly Row[]): readonly Row[] {
  const plain = Array.from({ length: 80 - first.length }, (_none, index) => row(`koa/${index}`));
  const twins = Array.from({ length: 20 }, (_none, index) => {
    return row(`koa/twin-${index}`, {}, 'with the rules', `koa/twin-of-${index}`);
  });
  return [...first, ...plain, ...twins];
}

describe('summarise', () => {
  it('counts all, by when they were written, and by server, and lists what is not right', () => {
    const rows = [
      row('koa/expired'),
      row(
        'hapi/expired',
        { verdict: 'wrong', wrongAndCertain: true, reasons: ['says clock-skew'] },
        'after the rules',
      ),
      row('koa/revoked', { verdict: 'undecided', sure: false, reasons: ['does not show kid'] }),
    ];
    const lines = summarise(rows)
      .split('\n')
      .map((line) => line.replace(/ +/g, ' '));
    expect(lines.slice(1)).to.deep.equal([
      'all 3 33 % 1 1 1 100 % (1 of 1) 100 % (1 of 1)',
      'written with the rules 2 50 % 1 0 0 100 % (1 of 1) 100 % (1 of 1)',
      'written after the rules 1 0 % 0 1 1 0 % (0 of 0) 0 % (0 of 0)',
      'hapi 1 0 % 0 1 1 0 % (0 of 0) 0 % (0 of 0)',
      'koa 2 50 % 1 0 0 100 % (1 of 1) 100 % (1 of 1)',
      '',
      'wanted: right 85 %, certain or proven of right and knowable 60 %',
      '',
      'undecided koa/revoked: does not show kid',
      'wrong-and-certain hapi/expired: says clock-skew',
      '',
    ]);
  });
});

describe('the bars', () => {
  it('are cleared by a table in which all is right', () => {
    expect(missedBars(whole(), 7)).to.deep.equal([]);
  });

  it('want enough cases, twins and middlewares', () => {
    expect(missedBars([row('koa/expired', {}, 'with the rules', 'koa/revoked')], 6)).to.deep.equal([
      'cases: 1, at least 80 wanted',
      'twins: 1, at least 20 wanted',
      'middlewares: 6, at least 7 wanted',
      'certain or proven of the knowable: 0, at least 0.6 wanted',
    ]);
  });

  it('bear some that are not right or not sure, and nothing that is wrong and certain, trespasses or does not heal', () => {
    const many = (count: number, changes: Partial<Judgement>): Row[] =>
      Array.from({ length: count }, (_none, index) => row(`hapi/${index}`, changes));
    expect(missedBars(whole(...many(15, { verdict: 'wrong' })), 7)).to.deep.equal([]);
    expect(missedBars(whole(...many(16, { verdict: 'wrong' })), 7)).to.deep.equal([
      'right: 0.84, at least 0.85 wanted',
    ]);
    expect(missedBars(whole(...many(32, { sure: false })), 7)).to.deep.equal([]);
    expect(missedBars(whole(...many(33, { sure: false })), 7)).to.deep.equal([
      'certain or proven of the knowable: 0.588, at least 0.6 wanted',
    ]);
    const fatal = many(1, { wrongAndCertain: true, trespassed: true, healed: false });
    expect(missedBars(whole(...fatal), 7)).to.deep.equal([
      'hapi/0 trespassed',
      'hapi/0 is not healed',
      'wrong-and-certain: 1, none wanted',
    ]);
  });
});
