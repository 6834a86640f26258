import { expect } from 'chai';
import type { Body, Exchange } from '../../src/model.ts';
import { createKeptBodies } from '../../src/run/kept-bodies.ts';
import { exchange } from '../support/runs.ts';

const large = 'x'.repeat(100_000);
const answer = (body: string): Exchange =>
  exchange('staging', [{ url: 'https://api.example.test/orders', status: 200, body }]);
const bodyOf = (each: Exchange): Body | undefined => each.hops[0]?.response?.body;

describe('bodies that were read', () => {
  it('are kept whole as far as there is room, the newest ones', () => {
    const kept = createKeptBodies(250_000);
    const exchanges = [large, 'small', large, large].map(answer);
    for (const each of exchanges) kept.add([each]);
    expect(exchanges.map((each) => [bodyOf(each)?.content.length, bodyOf(each)?.truncated])).to.deep.equal([
      [65_537, true],
      [5, false],
      [100_000, false],
      [100_000, false],
    ]);
    expect(bodyOf(exchanges[0] as Exchange)?.bytes, 'as it came').to.equal(100_000);
    expect(bodyOf(exchanges[0] as Exchange)?.content.buffer.byteLength, 'no view of it').to.equal(65_537);
  });
});
