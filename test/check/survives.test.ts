import { expect } from 'chai';
import type { ClientVerdict, Exchange } from '../../src/model.ts';
import { exchange, judged, outcome } from './exchange.ts';

const sent = [['Authorization', 'Bearer [secret:reader]']] as const;
const first = 'http://api.example.test/orders';
const location = 'https://api.example.test/orders';

function verdict(client: string, parts: Partial<ClientVerdict> = {}): ClientVerdict {
  return { client, header: 'authorization', verdict: 'kept', hop: null, rule: null, ...parts };
}

const chain: Exchange = {
  ...exchange([
    { url: first, sent, status: 301, headers: [['Location', location]] },
    { url: location, status: 200 },
  ]),
  clients: [
    verdict('go'),
    verdict('curl', { verdict: 'lost', hop: 2, rule: 'the scheme changed' }),
    verdict('java-17', { verdict: 'leaked', hop: 2, rule: 'sent in clear after https' }),
    verdict('got', { rule: 'not known beyond hop 2, which gets POST' }),
    verdict('go', { header: 'x-api-key' }),
  ],
};

async function rows(
  survives: Record<string, string | string[]>,
  given: Exchange = chain,
): Promise<unknown[]> {
  return (await judged({ redirects: { survives } }, outcome(given))).map(([, ...row]) => row);
}

describe('check of what survives redirects', () => {
  it('is one check for each header and client', async () => {
    expect(await rows({ Authorization: ['go', 'curl', 'java-17'] })).to.deep.equal([
      ['survives Authorization go', true, 'kept', 'kept'],
      ['survives Authorization curl', false, 'kept', 'lost at hop 2: the scheme changed'],
      ['survives Authorization java-17', false, 'kept', 'leaked at hop 2: sent in clear after https'],
    ]);
  });

  it('passes nothing of which the end is not known', async () => {
    expect(await rows({ authorization: 'got' })).to.deep.equal([
      ['survives authorization got', false, 'kept', 'kept: not known beyond hop 2, which gets POST'],
    ]);
  });

  it('fails for a header that hop 1 did not carry', async () => {
    expect(await rows({ 'x-api-key': 'go' })).to.deep.equal([
      ['survives x-api-key go', false, 'kept', 'not sent on hop 1'],
    ]);
  });

  it('is kept where there was no redirect', async () => {
    expect(await rows({ authorization: 'curl' }, exchange([{ sent }]))).to.deep.equal([
      ['survives authorization curl', true, 'kept', 'kept'],
    ]);
  });
});
