import { expect } from 'chai';
import fc from 'fast-check';
import type { Signer } from '../../src/credential/signer.ts';
import { clientNames } from '../../src/http/client-names.ts';
import type { RawField, RedirectSpec } from '../../src/model.ts';
import { Secret } from '../../src/secret.ts';
import { type Chains, startChains } from './chains.ts';

const a = 'http://a.example.test';
const b = 'http://b.example.test';
const secure = 'https://a.example.test';
const foreign = 'http://c.elsewhere.test';
const headers = [
  ['Accept', '*/*'],
  ['Authorization', Secret.named('reader', 'token-value')],
  ['X-Plain', '1'],
] as const;

function as(name: string): { readonly redirect: RedirectSpec; readonly headers: typeof headers } {
  return { redirect: { follow: true, max: 20, as: name }, headers };
}

describe('follow, as another client', () => {
  let chains: Chains;

  beforeEach(async () => {
    chains = await startChains();
  });
  afterEach(() => chains.close());

  /** Origins, and whether the token arrived. */
  const arrived = (): string[] => chains.arrived('authorization', 'x-plain');

  it('takes the token up again where curl does: back at the first origin', async () => {
    await chains.serve(a, { '/1': `302 ${b}/2` });
    await chains.serve(b, { '/2': `302 ${a}/3` });
    const { hops, stopped } = await chains.go(`${a}/1`, as('curl'));
    expect(arrived()).to.deep.equal([
      `GET ${a}/1 | Authorization: token-value | X-Plain: 1`,
      `GET ${b}/2 | X-Plain: 1`,
      `GET ${a}/3 | Authorization: token-value | X-Plain: 1`,
    ]);
    expect([hops.map(({ dropped }) => dropped), stopped]).to.deep.equal([
      [[], [{ header: 'authorization', rule: 'host-changed', client: 'curl' }], []],
      null,
    ]);
  });

  it('keeps the token from http to https as requests does, and loses it on another port', async () => {
    await chains.serve(a, { '/1': `301 ${secure}/2` });
    await chains.serve(secure, { '/2': `302 ${secure}:8443/3` });
    await chains.serve(`${secure}:8443`, {});
    const { hops } = await chains.go(`${a}/1`, as('python-requests'));
    expect(arrived()).to.deep.equal([
      `GET ${a}/1 | Authorization: token-value | X-Plain: 1`,
      `GET ${secure}/2 | Authorization: token-value | X-Plain: 1`,
      `GET ${secure}:8443/3 | X-Plain: 1`,
    ]);
    expect(hops[2]?.dropped).to.deep.equal([
      { header: 'authorization', rule: 'port-changed', client: 'python-requests' },
    ]);
  });

  it('withholds what Java 17 would send to a foreign origin, and goes on with it at home', async () => {
    await chains.serve(a, { '/1': `302 ${foreign}/2` });
    await chains.serve(foreign, { '/2': `302 ${b}/3` });
    await chains.serve(b, {});
    const { hops } = await chains.go(`${a}/1`, as('java-17'));
    expect(arrived()).to.deep.equal([
      `GET ${a}/1 | Authorization: token-value | X-Plain: 1`,
      `GET ${foreign}/2 | X-Plain: 1`,
      `GET ${b}/3 | Authorization: token-value | X-Plain: 1`,
    ]);
    expect(hops.map(({ dropped }) => dropped)).to.deep.equal([
      [],
      [{ header: 'authorization', rule: 'origin-unbound', client: 'java-17' }],
      [],
    ]);
  });

  it('takes no body and no cookie set by hand to a foreign origin', async () => {
    await chains.serve(a, { '/1': `307 ${foreign}/2`, '/2': `302 ${foreign}/2` });
    await chains.serve(foreign, {});
    const trusted = as('curl-location-trusted');
    const post = await chains.go(`${a}/1`, { ...trusted, method: 'POST', body: Buffer.from('x') });
    const get = await chains.go(`${a}/2`, { ...trusted, headers: [['Cookie', 'own=1']] });
    expect([post.stopped, post.hops.length, get.hops[1]?.dropped]).to.deep.equal([
      { reason: 'body-withheld', location: `${foreign}/2` },
      1,
      [{ header: 'cookie', rule: 'origin-unbound', client: 'curl-location-trusted' }],
    ]);
    expect(chains.arrived('cookie').at(-1)).to.equal(`GET ${foreign}/2`);
  });

  it('keeps the PUT of a 302 and its Content-Type without the body as curl does, and makes a GET of it as requests does', async () => {
    await chains.serve(a, { '/1': '302 /2' });
    const put = { method: 'PUT', body: Buffer.from('x'), headers: [['Content-Type', 'text/plain']] as const };
    const curl = await chains.go(`${a}/1`, { ...as('curl'), ...put });
    const requests = await chains.go(`${a}/1`, { ...as('python-requests'), ...put });
    const gone = [{ header: 'content-type', rule: 'method-changed', client: 'python-requests' }];
    expect(chains.origins.received.map(({ method, url, body }) => [method, url, body])).to.deep.equal([
      ['PUT', '/1', 'x'],
      ['PUT', '/2', ''],
      ['PUT', '/1', 'x'],
      ['GET', '/2', ''],
    ]);
    expect([curl.hops[1]?.dropped, requests.hops[1]?.dropped]).to.deep.equal([[], gone]);
    expect(chains.arrived('content-type')).to.deep.equal([
      `PUT ${a}/1 | Content-Type: text/plain`,
      `PUT ${a}/2 | Content-Type: text/plain`,
      `PUT ${a}/1 | Content-Type: text/plain`,
      `GET ${a}/2`,
    ]);
  });

  it('does not follow where the client does not, and says why', async () => {
    await chains.serve(secure, { '/1': `302 ${a}/2` });
    await chains.serve(a, {});
    const java = await chains.go(`${secure}/1`, as('java-17'));
    expect([java.hops.length, java.stopped]).to.deep.equal([
      1,
      {
        reason: 'client',
        location: `${a}/2`,
        client: { name: 'java-17', why: 'it leads from https to http' },
      },
    ]);
  });

  it('follows a 300 and a 304 as clients do that follow every 3xx, and neither as fetch', async () => {
    await chains.serve(a, { '/1': '300 /2', '/3': '304 /2' });
    const counts: number[] = [];
    for (const name of ['axios', 'fetch']) {
      for (const path of ['/1', '/3']) counts.push((await chains.go(`${a}${path}`, as(name))).hops.length);
    }
    expect(counts).to.deep.equal([2, 2, 1, 1]);
  });

  it('refuses what we refuse: another scheme, a user name, a metadata address', async () => {
    await chains.serve(a, { '/1': `302 http://joe@b.example.test/`, '/2': '302 http://169.254.169.254/' });
    const [user, metadata] = [await chains.go(`${a}/1`, as('curl')), await chains.go(`${a}/2`, as('curl'))];
    expect([user.stopped?.reason, metadata.stopped?.reason, chains.origins.received.length]).to.deep.equal([
      'userinfo',
      'metadata-address',
      2,
    ]);
  });

  it('ends at the limit of the step', async () => {
    await chains.serve(a, { '/1': '302 /2', '/2': '302 /3' });
    const { hops, stopped } = await chains.go(`${a}/1`, { redirect: { follow: true, max: 1, as: 'curl' } });
    expect([hops.length, stopped]).to.deep.equal([2, { reason: 'limit', location: '/3' }]);
  });

  it('carries the signature of the first hop on, and signs nothing again', async () => {
    await chains.serve(a, { '/1': '302 /2' });
    let signed = 0;
    const signer: Signer = {
      fields: ['x-signature'],
      sign: async ({ url }) => {
        signed += 1;
        return [['X-Signature', `${signed} ${url.pathname}`]];
      },
      challenged: () => false,
    };
    const { hops } = await chains.go(`${a}/1`, { ...as('curl'), signers: [signer] });
    expect(chains.arrived('x-signature')).to.deep.equal([
      `GET ${a}/1 | X-Signature: 1 /1`,
      `GET ${a}/2 | X-Signature: 1 /1`,
    ]);
    expect([signed, hops[1]?.dropped]).to.deep.equal([1, []]);
  });

  it('sends nothing secret and no body to an origin that is not bound, whoever is replayed, whatever the chain', async () => {
    const origin = fc.constantFrom(
      'http://a.test',
      'https://a.test',
      'http://b.a.test',
      'http://evil.test',
      'http://a.test:81',
    );
    const location = fc.oneof(
      origin.map((start) => `${start}/x`),
      fc.constantFrom('/y', '', '//evil.test/z', 'http://a.test@evil.test/', '?q'),
      fc.string({ unit: 'binary' }),
    );
    const hop = fc.record({ status: fc.integer({ min: 300, max: 310 }), location });
    await fc.assert(
      fc.asyncProperty(
        fc.array(hop, { maxLength: 6 }),
        fc.constantFrom(...clientNames()),
        fc.constantFrom('GET', 'POST', 'PUT'),
        async (chain, name, method) => {
          const sends = await chains.played(
            {
              ...as(name),
              method,
              body: method === 'GET' ? null : Buffer.from('x'),
              bound: (bound) => bound === 'http://a.test' || bound === 'https://a.test',
            },
            chain.map(({ status, location: value }) => ({
              status,
              headers: [['Location', value] satisfies RawField],
            })),
          );
          for (const { url, names, hasBody } of sends) {
            if (url.hostname === 'a.test' && url.port === '') continue;
            expect([url.href, names.includes('authorization'), hasBody]).to.deep.equal([
              url.href,
              false,
              false,
            ]);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
