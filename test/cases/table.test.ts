/**
 * The case table. `WHY401_CASES=nginx,koa-jwt` runs those whose id contains one of them; `WHY401_VERBOSE=1` prints what was found.
 * A case fails its test only for what must never be; how many are right is a matter of the whole table.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { findProgram } from '../support/require.ts';
import type { Case } from './case.ts';
import { type Measured, measure } from './measure.ts';
import { missedBars, type Row, serversOf, summarise } from './summary.ts';

/** Each exports `cases`. */
const modules: readonly string[] = [
  'jwt',
  'servers',
  'authorization',
  'sessions',
  'signed',
  'signed-after',
  'providers',
  'jwt-after',
  'servers-after',
  'authorization-after',
  'mixed-after',
  'headers',
  'redirects-after',
];
const paths = modules.map((name) => fileURLToPath(new URL(`./${name}/cases.js`, import.meta.url)));
const loaded = await Promise.all(
  paths.map(async (path) =>
    existsSync(path) ? ((await import(path)) as { readonly cases: readonly Case[] }).cases : null,
  ),
);
const cases = loaded.flatMap((list) => list ?? []);
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
  const measured = inAdvance(chosen);
  for (const [index, one] of chosen.entries())
    it(one.id, async function () {
      const missing = one.needs.filter((need) => !isThere(need));
      if (missing.length > 0 && process.env['CI']) throw new Error(`not installed: ${missing.join(', ')}`);
      if (missing.length > 0) this.skip();
      const { judgement, answer, consoles } = await measured(index);
      answers.set(one.id, answer);
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
    if (rows.length === 0) return;
    process.stdout.write(`\n${summarise(rows)}\n`);
  });

  it('clears its bars', function () {
    if (rows.length < cases.length || loaded.includes(null)) return this.skip();
    const middlewares = serversOf(rows.filter((row) => isJwt(row.case.id))).length;
    expect(missedBars(rows, middlewares)).to.deep.equal([]);
  });
});

/** Cases that begin before it is their turn. */
const most = 2;

/**
 * Measures the cases in their order; those that start programs, which take their time, in advance. The others play
 * providers with one nock for the whole process, and run alone.
 */
function inAdvance(list: readonly Case[]): (index: number) => Promise<Measured> {
  const begun = new Map<number, Promise<Measured>>();
  const begin = (index: number): Promise<Measured> | undefined => {
    const one = list[index];
    if (!one) return undefined;
    const known = begun.get(index);
    if (known) return known;
    const measuring = measure(one);
    // Whoever waits for it hears of it.
    measuring.catch(() => undefined);
    begun.set(index, measuring);
    return measuring;
  };
  const startsPrograms = (index: number): boolean => {
    const needs = list[index]?.needs ?? [];
    return needs.length > 0 && needs.every(isThere);
  };
  return async (index) => {
    const measuring = begin(index);
    for (let next = index; next <= index + most && startsPrograms(next); next += 1) begin(next);
    if (!measuring) throw new Error('there is no such case');
    return measuring;
  };
}

const jwt = new Set((loaded[0] ?? []).map(({ id }) => id));
function isJwt(id: string): boolean {
  return jwt.has(id);
}

/** By the name of a need: whether it is installed. */
const known = new Map<string, boolean>();
function isThere(need: string): boolean {
  const found = known.get(need) ?? look(need);
  known.set(need, found);
  return found;
}
function look(need: string): boolean {
  const [program = '', module] = need.split(':');
  const path = program.startsWith('/') ? (existsSync(program) ? program : null) : findProgram(program);
  if (path === null || module === undefined) return path !== null;
  return spawnSync(path, ['-c', `import ${module}`]).status === 0;
}
