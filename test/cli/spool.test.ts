import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { openSpool } from '../../src/cli/spool.ts';
import { systemRandom } from '../support/replay.ts';

describe('a file for what is put aside', () => {
  it('has no name while it is open, and gives back what was written', function () {
    // There a file that is open keeps its name.
    if (process.platform === 'win32') this.skip();
    const token = systemRandom.token(16);
    const spool = openSpool({ ...systemRandom, token: () => token });
    spool.append(Buffer.from('one'));
    spool.append(Buffer.from('two'));
    const left = readdirSync(tmpdir()).filter((name) => name.includes(token));
    expect(left).to.deep.equal([]);
    expect(Buffer.from(spool.read(2, 3)).toString()).to.equal('etw');
    expect(() => spool.read(4, 3)).to.throw('not there any more');
    spool.close();
  });
});
