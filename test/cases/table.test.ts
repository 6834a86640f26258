/**
 * The case table. `WHY401_CASES=nginx,koa-jwt` runs those whose id contains one of them; `WHY401_VERBOSE=1` prints what was found.
 * A case fails its test only for what must never be; how many are right is a matter of the whole table.
 */
import { expect } from 'chai';
import { cases, isThere, loaded } from './list.ts';
import { missedBars, type Row, serversOf, summarise } from './summary.ts';
import { measureInTwo } from './two.ts';

const wanted = process.env['WHY401_CASES'] ?? '';

describe('the case table', function () {
  // Servers in other languages start in seconds, on a machine that is busy in more.
  this.timeout(60_000);
  const rows: Row[] = [];
  const answers = new Map<string, string>();

  it('has ids that occur once, and twins that exist', () => {
    const ids = cases.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).to.deep.equal([]);
    const lone = cases.filter(({ twin }) => twin !== null && !ids.includes(twin)).map(({ id }) => id);
    expect(lone).to.deep.equal([]);
  });

  const chosen = cases.filter(({ id }) => wanted.split(',').some((part) => id.includes(part)));
  const measured = measureInTwo(chosen);
  for (const [index, one] of chosen.entries())
    it(one.id, async function () {
      const missing = one.needs.filter((need) => !isThere(need));
      if (missing.length > 0 && process.env['CI']) throw new Error(`not installed: ${missing.join(', ')}`);
      if (missing.length > 0) this.skip();
      const { judgement, answer, consoles } = await measured.of(index);
      answers.set(one.id, answer.replace(stack, ''));
      rows.push({ case: one, judgement });
      if (this.test) this.test.title += ` (${judgement.verdict}: ${judgement.said})`;
      if (process.env['WHY401_VERBOSE']) process.stdout.write(`${consoles.join('\n--- healed\n')}\n`);
      const { wrongAndCertain, trespassed, healed, reasons } = judgement;
      expect({ wrongAndCertain, trespassed, healed }, reasons.join('; ')).to.deep.equal({
        wrongAndCertain: false,
        trespassed: false,
        healed: true,
      });
    });

  it('has twins that answer alike for another cause', () => {
    const unlike = cases.flatMap(({ id, twin, causes }) => {
      const [own, other] = [answers.get(id), answers.get(twin ?? '')];
      const same = cases.find((each) => each.id === twin)?.causes[0] === causes[0];
      if (same) return [`${id} and ${twin}: the same cause`];
      return own === undefined || other === undefined || own === other
        ? []
        : [`${id}: ${own}; ${twin}: ${other}`];
    });
    expect(unlike).to.deep.equal([]);
  });

  after('counts', () => {
    measured.close();
    if (rows.length === 0) return;
    process.stdout.write(`\n${summarise(rows)}\n`);
  });

  it('clears its bars', function () {
    if (rows.length < cases.length || loaded.includes(null)) return this.skip();
    const middlewares = serversOf(rows.filter((row) => isJwt(row.case.id))).length;
    expect(missedBars(rows, middlewares)).to.deep.equal([]);
  });
});

/** How deep it goes depends on the process. */
const stack = /<br> &nbsp; &nbsp;at [^<]*/g;
const jwt = new Set((loaded[0] ?? []).map(({ id }) => id));
function isJwt(id: string): boolean {
  return jwt.has(id);
}
