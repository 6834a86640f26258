import { expect } from 'chai';
import type { Exchange, Hop, RunEvent } from '../../src/model.ts';
import { delivery } from '../../src/report/hop.ts';
import { dropped, errored } from '../support/runs.ts';

function firstExchange(events: readonly RunEvent[], environment: string): Exchange {
  for (const event of events) {
    const found =
      event.type === 'job-finished' && event.job.environment === environment
        ? event.job.steps[0]?.exchanges[0]
        : null;
    if (found && found.hops.length > 0) return found;
  }
  throw new Error('There is no such exchange.');
}

describe('delivery', () => {
  const chain = firstExchange(dropped, 'production');
  const first = chain.hops[0] as Hop;
  const second = chain.hops[1] as Hop;
  const fields = (field: string): Exchange => ({
    ...chain,
    credentials: chain.credentials.map((use) => ({ ...use, field })),
  });
  const bare = { ...first.request, headers: [] };

  const cases: readonly [what: string, exchange: Exchange, hop: Hop, expected: string[]][] = [
    ['a header that was sent', chain, first, ['authorization sent']],
    ['a header that was dropped', chain, second, ['authorization dropped: origin changed']],
    ['a header that is not there', chain, { ...first, request: bare }, ['authorization not sent']],
    [
      'a query parameter that is there',
      fields('query:key'),
      { ...first, request: { ...bare, url: 'https://a.test/?key=x' } },
      ['query parameter key sent'],
    ],
    [
      'a query parameter that is not',
      fields('query:key'),
      { ...first, request: bare },
      ['query parameter key not sent'],
    ],
    [
      'a cookie that is there',
      fields('cookie:sid'),
      { ...first, request: { ...bare, headers: [['Cookie', 'a=b; sid=x']] } },
      ['cookie sid sent'],
    ],
    [
      'a form parameter that is there',
      fields('form:assertion'),
      { ...first, request: { ...bare, body: { bytes: 9, sha256: '', excerpt: 'assertion=[secret:ci]' } } },
      ['form parameter assertion sent'],
    ],
    [
      'a form parameter without a form',
      fields('form:assertion'),
      { ...first, request: bare },
      ['form parameter assertion not sent'],
    ],
    ['no credential', { ...chain, credentials: [] }, { ...first, request: bare }, []],
    [
      'another dropped header',
      { ...chain, credentials: [] },
      { ...first, request: bare, dropped: [{ header: 'cookie', rule: 'host-changed' }] },
      ['cookie dropped: host changed'],
    ],
    [
      'a connection that never was',
      firstExchange(errored, 'staging'),
      firstExchange(errored, 'staging').hops[0] as Hop,
      ['nothing was sent'],
    ],
  ];
  for (const [what, exchange, hop, expected] of cases) {
    it(`tells ${what}`, () => {
      expect(delivery(exchange, hop)).to.deep.equal(expected);
    });
  }
});
