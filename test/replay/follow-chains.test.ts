import { expect } from 'chai';
import fc from 'fast-check';
import type { RawField } from '../../src/model.ts';
import { createJar } from '../../src/replay/jar.ts';
import { createSend, type Sender } from '../../src/replay/send.ts';
import { createRedactor, Secret } from '../../src/secret.ts';
import { systemClock } from '../support/origins.ts';
import { type Chains, startChains } from './chains.ts';

const a = 'http://a.example.test';
const b = 'http://b.example.test';
const bearer = Secret.named('reader', 'token-value');
const withToken = { headers: [['Authorization', bearer]] as const };

describe('follow, chains', () => {
  let chains: Chains;

  beforeEach(async () => {
    chains = await startChains();
  });
  afterEach(() => chains.close());

  it('goes from http to https and back without the token', async () => {
    const secure = 'https://a.example.test';
    await chains.serve(a, { '/1': `301 ${secure}/2`, '/3': '200' });
    await chains.serve(secure, { '/2': `302 ${a}/3` });
    const { hops, stopped } = await chains.go(`${a}/1`, withToken);
    expect(chains.arrived('authorization')).to.deep.equal([
      `GET ${a}/1 | Authorization: token-value`,
      `GET ${secure}/2`,
      `GET ${a}/3`,
    ]);
    expect([hops.map(({ dropped }) => dropped), stopped]).to.deep.equal([
      [
        [],
        [{ header: 'authorization', rule: 'origin-changed' }],
        [{ header: 'authorization', rule: 'dropped-earlier' }],
      ],
      null,
    ]);
  });

  it('takes a trailing dot for another origin, an explicit default port for none', async () => {
    await chains.serve(a, { '/1': '302 http://a.example.test:80/2', '/2': '302 http://A.example.test./3' });
    await chains.serve('http://a.example.test.', {});
    await chains.go(`${a}/1`, withToken);
    expect(chains.arrived('authorization', 'host')).to.deep.equal([
      `GET ${a}/1 | host: a.example.test | Authorization: token-value`,
      `GET ${a}/2 | host: a.example.test | Authorization: token-value`,
      'GET http://a.example.test./3 | host: a.example.test.',
    ]);
  });

  it('sends bytes of a Location back as they came', async () => {
    await chains.serve(a, { '/1': '302 /\u00e9\u00c3\u00a0' });
    await chains.go(`${a}/1`);
    expect(chains.arrived()).to.deep.equal([`GET ${a}/1`, `GET ${a}/%E9%C3%A0`]);
  });

  it('turns no HEAD into GET, and gives PUT to 303 as GET without its body and its fields', async () => {
    await chains.serve(a, { '/1': '303 /2' });
    await chains.go(`${a}/1`, { method: 'HEAD' });
    const put = await chains.go(`${a}/1`, {
      method: 'PUT',
      body: Buffer.from('{}'),
      headers: [
        ['Content-Type', 'application/json'],
        ['Content-Language', 'en'],
        ['X-Plain', '1'],
      ],
    });
    expect(chains.arrived('content-type', 'content-language', 'content-length', 'x-plain')).to.deep.equal([
      `HEAD ${a}/1`,
      `HEAD ${a}/2`,
      `PUT ${a}/1 | Content-Type: application/json | Content-Language: en | X-Plain: 1 | content-length: 2`,
      `GET ${a}/2 | X-Plain: 1`,
    ]);
    expect(put.hops[1]?.dropped).to.deep.equal([
      { header: 'content-type', rule: 'method-changed' },
      { header: 'content-language', rule: 'method-changed' },
    ]);
  });

  it('sends a body again to another origin that is bound, and to the origin that the step names', async () => {
    const foreign = 'http://c.elsewhere.test';
    await chains.serve(a, { '/1': `308 ${b}/2` });
    await chains.serve(b, {});
    await chains.serve(foreign, { '/1': '307 /2' });
    const post = { method: 'POST', body: Buffer.from('x=1') };
    await chains.go(`${a}/1`, post);
    await chains.go(`${foreign}/1`, post);
    expect(chains.origins.received.map(({ origin, url, body }) => `${origin}${url} ${body}`)).to.deep.equal([
      `${a}/1 x=1`,
      `${b}/2 x=1`,
      `${foreign}/1 x=1`,
      `${foreign}/2 x=1`,
    ]);
  });

  it('sees a circle of two origins when it begins anew without the token', async () => {
    await chains.serve(a, { '/1': `302 ${b}/2` });
    await chains.serve(b, { '/2': `302 ${a}/1` });
    const { hops, stopped } = await chains.go(`${a}/1`, withToken);
    expect([hops.map(({ request }) => request.url), stopped]).to.deep.equal([
      [`${a}/1`, `${b}/2`, `${a}/1`],
      { reason: 'loop', location: `${b}/2` },
    ]);
  });

  it('takes the same URL with another method for another request', async () => {
    await chains.serve(a, { '/1': '303 /1' });
    const { hops, stopped } = await chains.go(`${a}/1`, { method: 'POST', body: Buffer.from('x') });
    expect([hops.map(({ request }) => request.method), stopped]).to.deep.equal([
      ['POST', 'GET'],
      { reason: 'loop', location: `${a}/1` },
    ]);
  });

  it('stores cookies on each redirect, refused ones too, and sends them where they belong', async () => {
    await chains.serve(a, { '/1': '302 /2' }, ['s=1; Path=/', 'far=1; Domain=b.example.test']);
    const { hops } = await chains.go(`${a}/1`, { jar: createJar(() => 0) });
    expect(
      hops.map(({ cookies }) => [cookies.sent, cookies.set, cookies.refused.map(({ name }) => name)]),
    ).to.deep.equal([
      [[], ['s'], ['far']],
      [['s'], ['s'], ['far']],
    ]);
  });

  it('tells what becomes of a Location of 100 kB', async () => {
    const long = `/${'x'.repeat(100_000)}`;
    await chains.serve(a, { '/1': `302 ${long}` });
    const { hops, stopped } = await chains.go(`${a}/1`);
    expect([
      hops.map(({ request, response }) => [request.url.length, response?.status]),
      stopped,
    ]).to.deep.equal([
      [
        [a.length + 2, 302],
        [a.length + long.length, 431],
      ],
      null,
    ]);
  });

  it('reports port 0 as what it is: nobody there', async () => {
    await chains.serve(a, { '/1': '302 http://127.0.0.1:0/' });
    const { hops } = await chains.go(`${a}/1`, { bound: () => true });
    expect(hops[1]?.failure?.phase).to.equal('connect');
  });

  describe('metadata addresses', () => {
    const here = 'http://169.254.169.254';

    it('are asked where the environment has the origin', async () => {
      await chains.serve(a, { '/1': `302 ${here}/latest` });
      await chains.serve(here, {});
      const bound = (origin: string): boolean => origin === a || origin === here;
      const { hops } = await chains.go(`${a}/1`, { bound });
      expect(hops.map(({ request }) => request.url)).to.deep.equal([`${a}/1`, `${here}/latest`]);
    });

    it('are asked where the step names the origin, at no other port of it', async () => {
      await chains.serve(here, { '/1': '302 /2', '/2': `302 ${here}:81/` });
      const { hops, stopped } = await chains.go(`${here}/1`, { bound: () => false });
      expect([hops.length, stopped]).to.deep.equal([
        2,
        { reason: 'metadata-address', location: `${here}:81/` },
      ]);
    });

    it('are reached by no name that a redirect gives', async () => {
      const sender: Sender = createSend({
        clock: systemClock,
        redactor: createRedactor(),
        lookup: (_host, _options, callback) =>
          callback(null, [
            { address: '127.0.0.1', family: 4 },
            { address: '169.254.169.254', family: 4 },
          ]),
      });
      await chains.serve(a, { '/1': '302 http://rebound.elsewhere.test/' });
      const { hops } = await chains.go(`${a}/1`, {}, sender);
      await sender.close();
      expect(hops[1]?.failure).to.deep.equal({
        phase: 'policy',
        code: 'METADATA_ADDRESS',
        cause: 'redirect-unexpected',
        message:
          'rebound.elsewhere.test resolves to 169.254.169.254, a link-local address or the metadata service of a cloud: nothing was sent there (METADATA_ADDRESS).',
      });
    });
  });

  it('sends a credential to no other origin, and nothing again that was dropped, whatever the Locations', async () => {
    const origin = fc.constantFrom(
      'http://a.test',
      'https://a.test',
      'http://a.test.',
      'http://b.a.test',
      '//b.test',
    );
    const odd = fc.constantFrom(
      '',
      '#x',
      '?y',
      '..',
      '//',
      'http:',
      'http:z',
      '\\\\b.test',
      'http://a.test@b.test/',
      'data:,x',
      'http://%61.test/',
      'http://a.test:80/',
      'http://0/',
      'http://[::1]/',
      'ftp://a.test',
    );
    const location = fc.oneof(
      fc.tuple(origin, fc.webPath()).map((parts) => parts.join('')),
      odd,
      fc.string({ unit: 'binary' }),
      fc.webUrl(),
    );
    const hop = fc.record({
      status: fc.constantFrom(300, 301, 302, 303, 304, 307, 308),
      locations: fc.array(location, { minLength: 1, maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(hop, { maxLength: 8 }),
        fc.constantFrom('GET', 'POST'),
        async (chain, method) => {
          const sends = await chains.played(
            {
              method,
              headers: [
                ['Authorization', bearer],
                ['Content-Type', 'text/plain'],
                ['X-Plain', '1'],
              ],
              body: method === 'POST' ? Buffer.from('x') : null,
            },
            chain.map(({ status, locations }) => ({
              status,
              headers: locations.map((value): RawField => ['Location', value]),
            })),
          );
          const lost = new Set<string>();
          for (const { url, names } of sends) {
            if (url.origin !== 'http://a.test') expect(names).to.not.include('authorization');
            for (const name of lost) expect(names).to.not.include(name);
            for (const name of ['authorization', 'content-type', 'x-plain'])
              if (!names.includes(name)) lost.add(name);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
