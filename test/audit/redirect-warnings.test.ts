/** Chains that pass here, and what other clients would have made of them. */
import { expect } from 'chai';
import { createKnown } from '../../src/audit/known.ts';
import { Seen } from '../../src/audit/seen.ts';
import { redirects } from '../../src/audit/warnings/redirects.ts';
import type { ClientVerdict, Step } from '../../src/model.ts';
import { production } from '../diagnose/subjects.ts';
import { exchangeOf } from './hops.ts';

const api = 'https://api.example.test';
const entry = 'http://api.example.test';
const environment = {
  ...production,
  origins: new Map([
    ['api', api],
    ['entry', entry],
  ]),
};

function verdict(client: string, parts: Partial<ClientVerdict>): ClientVerdict {
  return { client, header: 'authorization', verdict: 'lost', hop: 2, rule: 'the scheme changed', ...parts };
}

/** `cause: summary` and the fix of what is told; two steps' worth of hops of one exchange. */
function told(from: string, to: string, clients: readonly ClientVerdict[]): string[] {
  const exchange = {
    ...exchangeOf({
      url: from,
      sent: { Authorization: 'Bearer [secret:reader]' },
      status: 301,
      headers: { Location: to },
      next: { url: to },
      remote: '127.0.0.1:443',
    }),
    clients,
  };
  const known = createKnown([environment]);
  const hops = exchange.hops.map((hop) => new Seen(environment, exchange, hop, known));
  const passed = { environment, step: {} as Step, hops, redact: (text: string) => text };
  return redirects(passed).map(({ finding }) => `${finding.cause}: ${finding.summary} ${finding.fix}`);
}

describe('warnings of redirects', () => {
  it('tell what is lost between the own origins, once for a chain', () => {
    const clients = [verdict('fetch', {}), verdict('go', { verdict: 'kept', hop: null, rule: null })];
    expect(told(`${entry}/orders`, `${api}/orders`, clients)).to.deep.equal([
      `credentials-dropped-on-redirect: The 301 redirect from ${entry} to ${api} makes clients lose authorization (the scheme changed): fetch; likely the server takes https only and sends plain http there. Ask for ${api}/orders at once: write api:/orders in the step, or set environments.production.origins.entry to "${api}".`,
    ]);
  });

  it('tell a leak before a loss, and never the plain address as the one to use', () => {
    const clients = [
      verdict('fetch', {}),
      verdict('got-14', { verdict: 'leaked', rule: 'sent in clear after https' }),
    ];
    const [first = '', ...more] = told(`${api}/orders`, `${entry}/orders/`, clients);
    expect(more).to.deep.equal([]);
    expect(first).to.include(
      `credential-leak-on-redirect: The 301 redirect from ${api} to ${entry} makes clients leak`,
    );
    expect(first).to.include(`Ask for ${api}/orders/, which needs no redirect.`);
  });

  it('say nothing of a redirect within one origin, of a login, of a foreign site without a leak, of who was told to leak', () => {
    const lost = [verdict('dotnet', { rule: 'sent on no redirect' })];
    expect(told(`${api}/orders`, `${api}/orders/`, lost)).to.deep.equal([]);
    expect(told(`${api}/orders`, `${entry}/login`, [verdict('fetch', {})])).to.deep.equal([]);
    expect(told(`${api}/orders`, 'https://files.example.net/1', [verdict('fetch', {})])).to.deep.equal([]);
    const trusted = [verdict('curl-location-trusted', { verdict: 'leaked', rule: 'x' })];
    expect(told(`${api}/orders`, 'https://files.example.net/1', trusted)).to.deep.equal([]);
    expect(told(`${api}/orders`, `${entry}/orders`, [])).to.deep.equal([]);
  });
});
