import { expect } from 'chai';
import { createAuthority } from '../support/certificates.ts';
import type { OriginOptions } from '../support/origins.ts';
import { findings, type Pair, startPair, told } from './pair.ts';

const day = 86_400_000;
const production = 'api.production.example.test';

describe('a comparison of clocks and certificates', () => {
  let pair: Pair | null = null;
  afterEach(async () => {
    await pair?.close();
    pair = null;
  });
  const start = async (options: Parameters<typeof startPair>[0] = {}): Promise<Pair> => {
    pair = await startPair(options);
    return pair;
  };
  const until = async (days: number, names: readonly string[] = [production]): Promise<OriginOptions> => {
    const authority = await createAuthority();
    const notAfter = new Date(Date.now() + days * day + day / 2);
    return { identity: await authority.issue(names, { notAfter }) };
  };

  it('warns of a certificate that ends soon', async () => {
    const { compare } = await start({ production: await until(9) });
    const replayed = await compare();
    expect(findings(replayed)).to.deep.equal([
      'production: clock and TLS of api: tls-expired likely warning',
    ]);
    const summaries = replayed.jobs.flatMap(({ steps }) =>
      steps.flatMap((step) => step.findings.map(({ summary }) => summary)),
    );
    expect(summaries).to.deep.equal([
      'The certificate of api (https://api.production.example.test) ends in 9 days.',
    ]);
    expect(told(replayed)).to.deep.equal([
      ['tls.days_left[api] info tls-expired', { staging: '29 days', production: '9 days' }],
    ]);
    expect(replayed.finished.exitCode).to.equal(0);
  });

  it('says of a certificate that is over what a run says, once for each request', async () => {
    const { compare } = await start({ production: await until(-2) });
    const replayed = await compare();
    const step = (name: string): string =>
      `production: ${name} without credential: tls-expired certain error`;
    expect(findings(replayed)).to.deep.equal([step('GET /orders?page=1'), step('GET entry:/orders')]);
    expect(replayed.jobs[1]?.status).to.equal('errored');
    expect(replayed.finished.exitCode).to.equal(3);
  });

  it('says of a server with TLS 1.1 only what a run says', async () => {
    const tls = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const { compare } = await start({ production: { tls } });
    const replayed = await compare();
    const step = (name: string): string =>
      `production: ${name} without credential: tls-protocol likely error`;
    expect(findings(replayed)).to.deep.equal([step('GET /orders?page=1'), step('GET entry:/orders')]);
    expect(replayed.finished.exitCode).to.equal(3);
  });

  it('shows another version of TLS, a wildcard, and one certificate for both, and wakes nobody', async () => {
    const authority = await createAuthority();
    const identity = await authority.issue(['*.staging.example.test', '*.production.example.test']);
    const { compare } = await start({
      staging: { identity },
      production: { identity, tls: { maxVersion: 'TLSv1.2' } },
    });
    const replayed = await compare();
    expect(findings(replayed)).to.deep.equal([]);
    expect(told(replayed)).to.deep.equal([
      ['tls.protocol[api] info tls-protocol', { staging: 'TLSv1.3', production: 'TLSv1.2' }],
      [
        'tls.certificate[api] info tls.certificate',
        { staging: 'CN=*.staging.example.test', production: 'CN=*.staging.example.test' },
      ],
    ]);
  });

  it('warns of a clock that is wrong, once', async () => {
    const { compare, production: site } = await start();
    site.fields['date'] = new Date(Date.now() - 600_000).toUTCString();
    const replayed = await compare();
    expect(findings(replayed)).to.deep.equal(['production: clock and TLS of api: clock-skew likely warning']);
    expect(told(replayed)).to.deep.equal([
      ['clock.skew[api] info clock-skew', { staging: 'in step with ours', production: '10 min behind' }],
    ]);
  });

  it('takes no date of a cache for a clock', async () => {
    const { compare, production: site } = await start();
    site.fields['date'] = new Date(Date.now() - 600_000).toUTCString();
    site.fields['age'] = '600';
    const replayed = await compare();
    expect(findings(replayed)).to.deep.equal([]);
    expect(told(replayed)).to.deep.equal([]);
  });

  it('asks for the first page where no scenario goes, without anything', async () => {
    const { compare, origins, project } = await start();
    await origins.serve('https://shop.staging.example.test', (_, response) => void response.end());
    project['shop'] = true;
    const replayed = await compare();
    expect(findings(replayed)).to.deep.equal([
      'production: clock and TLS of shop: dns-failure certain error',
    ]);
    expect(
      origins.received
        .filter(({ origin }) => origin.includes('shop'))
        .map(({ method, url, headers }) => [method, url, headers.map(([name]) => name.toLowerCase()).sort()]),
    ).to.deep.equal([['HEAD', '/', ['connection', 'host', 'user-agent']]]);
  });
});
