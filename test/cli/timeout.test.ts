import { expect } from 'chai';
import { closeServers, serve } from '../credential/support.ts';
import { why401 } from '../support/command.ts';

describe('--timeout', () => {
  afterEach(closeServers);

  it('holds for token requests too', async () => {
    const silent = await serve();
    const ended = await why401(['run', '--timeout', '200ms', '--reporter', 'json=report.json'], {
      files: {
        'why401.yml': JSON.stringify({
          environments: {
            staging: {
              origins: { api: 'https://api.example.test' },
              issuers: {
                main: { issuer: silent.origin, metadata: { token_endpoint: `${silent.origin}/token` } },
              },
              clients: { cli: { client_id: 'cli' } },
            },
          },
          credentials: { reader: { type: 'oauth2', grant_type: 'client_credentials', client: 'cli' } },
        }),
        'orders.yml': JSON.stringify({ credential: 'reader', steps: [{ GET: '/orders' }] }),
      },
    });
    const [scenario] = JSON.parse(ended.written['report.json'] ?? '{}').scenarios;
    const [exchange] = scenario.steps[0].exchanges;
    expect([ended.code, exchange.role, exchange.hops[0].failure.code]).to.deep.equal([
      3,
      'token',
      'TOTAL_TIMEOUT',
    ]);
  });
});
