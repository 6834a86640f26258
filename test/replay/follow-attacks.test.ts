/** Chains that lead credentials astray, with every client of `redirect.as`; what servers have received decides. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { Signer } from '../../src/credential/signer.ts';
import { clientNames } from '../../src/http/client-names.ts';
import type { Field } from '../../src/model.ts';
import type { FollowRequest } from '../../src/replay/follow.ts';
import { createJar } from '../../src/replay/jar.ts';
import { Secret } from '../../src/secret.ts';
import { type Chains, startChains } from './chains.ts';

const api = 'https://api.example.test';
const bound = [api, 'http://old.example.test', 'https://other.example.test:8443'];
/** None of them is bound, however near it looks. */
const strangers = [
  'http://api.example.test',
  'https://old.example.test',
  'https://api.example.test:8443',
  'https://api.example.test.',
  'https://sibling.example.test',
  'https://example.test',
  'https://api.example.test.evil.test',
  'https://xn--pi-6kc.example.test',
  'http://evil.test',
];
const secret = 'k3y-of-nobody-else';
const named = (name: string): Secret => Secret.named(name, `${secret}-${name}`);
const headers: readonly Field[] = [
  ['User-Agent', named('agent'), ['environment']],
  ['Accept', named('accept'), ['environment']],
  ['X-Env', named('environment'), ['environment']],
  ['Authorization', named('token'), ['credential reader']],
  ['X-Api-Key', named('key'), ['credential key']],
  ['X-Step', Secret.join(['a ', named('step'), ' b']), ['step']],
  ['Proxy-Authorization', named('proxy'), ['step']],
  ['Cookie', Secret.join(['own=', named('cookie')]), ['step']],
  ['Content-Type', 'text/plain', ['step']],
];
const signer: Signer = {
  fields: ['signature', 'dpop', 'x-amz-date', 'authorization'],
  sign: async () => [
    ['Signature', `${secret}-signature`],
    ['DPoP', `${secret}-proof`],
    ['X-Amz-Date', `${secret}-date`],
    ['Authorization', named('digest')],
  ],
  challenged: () => false,
};
const clients: readonly (string | undefined)[] = [undefined, ...clientNames()];

describe('follow, led astray', () => {
  let chains: Chains;
  /** What each origin answers, in turn; then 200. */
  let answers: (readonly [status: number, location: string])[];

  before(async () => {
    chains = await startChains();
    for (const origin of [...bound, ...strangers]) {
      await chains.origins.serve(origin, (_request, response) => {
        const [status, location] = answers.shift() ?? [200, ''];
        const fields = [
          ...(status === 200 ? [] : ['Location', location]),
          ...['Set-Cookie', `jar=${secret}-jar; Path=/`],
        ];
        response.writeHead(status, fields);
        response.end();
      });
    }
  });
  after(() => chains.close());

  /** Requests at strangers that carry a secret, as they were received. */
  async function leaks(
    as: string | undefined,
    method: string,
    steps: readonly (readonly [status: number, location: string])[],
    changes: Partial<FollowRequest> = {},
  ): Promise<string[]> {
    answers = [...steps];
    chains.origins.received.length = 0;
    const jar = createJar(() => Date.now());
    await jar.store(new URL(api), [`sid=${secret}-session; Path=/; Secure`]);
    const { hops } = await chains.go(`${api}/start?key=${secret}-query`, {
      method,
      headers,
      sensitive: new Set(['x-api-key']),
      body: method === 'GET' ? null : Buffer.from(`body ${secret}-body`),
      redirect: { follow: true, max: 20, ...(as === undefined ? {} : { as }) },
      bound: (origin) => bound.includes(origin),
      jar,
      signers: [signer],
      ...changes,
    });
    expect(hops.every(({ index }, at) => index === at + 1)).to.equal(true);
    // What a jar sends it decides itself: cookies know no ports (RFC 6265bis section 8.5).
    const own = new RegExp(`(?:jar|sid)=${secret}-(?:jar|session)`, 'g');
    const sid = new RegExp(`sid=${secret}`);
    return chains.origins.received
      .filter(({ origin }) => strangers.includes(origin))
      .map((request) => ({ request, text: JSON.stringify(request).replace(own, '') }))
      .filter(
        ({ request, text }) =>
          text.includes(secret) || (sid.test(JSON.stringify(request)) && request.origin !== `${api}:8443`),
      )
      .map(
        ({ request }) =>
          `${as}: ${request.method} ${request.origin}${request.url} ${JSON.stringify(request)}`,
      );
  }

  it('sends no secret to a stranger, nor back there by way of another', async () => {
    const found: string[] = [];
    for (const [index, as] of clients.entries()) {
      for (const stranger of strangers.filter((_, at) => at % 3 === index % 3)) {
        const chain = [
          [302, `${stranger}/1`],
          [302, `${stranger}/2`],
          [302, `${api}/3`],
          [302, `${stranger}/4`],
        ] as const;
        found.push(...(await leaks(as, 'GET', chain)));
      }
    }
    expect(found.slice(0, 3)).to.deep.equal([]);
  });

  it('takes no body up again at a stranger, where a client sends its first body once more', async () => {
    const found: string[] = [];
    for (const as of clients) {
      const chain = [
        [303, 'http://evil.test/1'],
        [307, 'http://evil.test/2'],
        [308, '/3'],
      ] as const;
      found.push(...(await leaks(as, 'POST', chain)));
      found.push(...(await leaks(as, 'PUT', [[307, 'http://evil.test/1']])));
    }
    expect(found.slice(0, 3)).to.deep.equal([]);
  });

  it('holds for references of every form', async () => {
    const references = [
      '//evil.test/x',
      '\\\\evil.test/x',
      '/\\evil.test/x',
      'http:\\\\evil.test\\x',
      'http:/evil.test/x',
      'http:evil.test',
      'https://api.example.test@evil.test/',
      'http://api.example.test\\@evil.test/',
      'http://evil.test#@api.example.test/',
      'http://evil.test?@api.example.test/',
      'http://evil.test;.api.example.test/',
      'https://api.example.test%2eevil.test/',
      'https://api.example.test%00.evil.test/',
      'https://api.example.test\u00a0.evil.test/',
      'https://api。example。test./',
      'https://аpi.example.test/',
      'HTTPS://API.EXAMPLE.TEST:8443/',
      'http://[::1]:1/',
      'http://[::ffff:127.0.0.1]:1/',
      'http://127.1:1/',
      'javascript:alert(1)',
      'http://evil.test:80:80/',
      '///evil.test/x',
      '\t//evil.test/x',
      'ht\ttp://evil.test/x',
      'http://evil.test/%0d%0aX: y',
      'https://-\u00ad/',
    ];
    const found: string[] = [];
    for (const as of [undefined, 'curl-location-trusted', 'axios', 'python-requests', 'java-17']) {
      for (const reference of references) {
        const sent = Buffer.from(reference, 'utf8').toString('latin1');
        found.push(...(await leaks(as, 'GET', [[302, sent]])));
      }
    }
    expect(found.slice(0, 3)).to.deep.equal([]);
  });

  it('holds for chains that nobody thought of', async () => {
    const place = fc.constantFrom(...bound, ...strangers);
    const location = fc.oneof(
      fc.tuple(place, fc.webPath()).map(([origin, path]) => `${origin}/${path}`),
      fc.constantFrom('/y', '', '?q', '//evil.test/z', './', '#f'),
    );
    const step = fc.tuple(fc.constantFrom(300, 301, 302, 303, 304, 305, 307, 308), location);
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 7 }),
        fc.constantFrom(...clients),
        fc.constantFrom('GET', 'POST', 'PUT', 'HEAD'),
        async (chain, as, method) => {
          const ascii = chain.map(([status, to]) => [status, encodeURI(to)] as const);
          expect(await leaks(as, method, ascii)).to.deep.equal([]);
        },
      ),
      { numRuns: 40 },
    );
  });
});
