import { expect } from 'chai';
import { expectGolden } from '../support/golden.ts';
import { dropped, hostile, passing, runs } from '../support/runs.ts';
import { render } from './output.ts';

describe('console reporter', () => {
  for (const width of [80, 120]) {
    for (const [name, events] of Object.entries(runs)) {
      it(`writes the run "${name}" in ${width} columns`, async () => {
        const { text } = await render('console', events, { sink: { width } });
        expectGolden(`report/console-${name}-${width}.txt`, text);
      });
    }
  }

  it('shows hops and headers of passing steps when it is verbose', async () => {
    const { text } = await render('console', passing, { verbose: true });
    expectGolden('report/console-passing-verbose.txt', text);
  });

  it('writes no escape where there is no colour', async () => {
    for (const events of Object.values(runs)) {
      const { text } = await render('console', events, { verbose: true });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      expect(text).not.to.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });

  it('begins no line with what CI systems take for a command', async () => {
    for (let width = 40; width <= 120; width += 1) {
      const { text } = await render('console', hostile, { sink: { width } });
      expect(text).not.to.match(/^\s*::|##\w*\[/m);
    }
  });

  it('adds nothing but colour on a sink with colour', async () => {
    const plain = await render('console', dropped);
    const { text } = await render('console', dropped, { sink: { color: true } });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    expect(text.replace(/\u001b\[\d+m/g, '')).to.equal(plain.text);
    expect(text).not.to.equal(plain.text);
  });

  it('rewrites one line of progress on a terminal, and leaves none of it behind', async () => {
    const plain = await render('console', passing);
    const { text } = await render('console', passing, { sink: { isTTY: true, width: 30 } });
    const lines = text.split('\r\u001b[2K');
    expect(lines.slice(0, -1)).to.deep.equal(['0/1  orders can be read (sta…']);
    expect(lines.at(-1)).to.equal((await render('console', passing, { sink: { width: 30 } })).text);
    expect(plain.text).not.to.include('0/1');
  });
});
