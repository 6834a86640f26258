import { expect } from 'chai';
import { processWorld } from '../../src/cli/world.ts';

describe('the clock of the process', () => {
  it('sleeps longer than a timer can, and wakes when the run is ended', async () => {
    const stop = new AbortController();
    const { clock } = processWorld(stop.signal);
    let woken = false;
    const sleeping = clock.sleep(2 ** 40, stop.signal).then(() => {
      woken = true;
    });
    await clock.sleep(50);
    expect(woken).to.equal(false);
    stop.abort();
    await sleeping;
    expect(woken).to.equal(true);
  });
});
