/** Whatever is written about redirects, cookies and echo endpoints: a Problem, or a result, and never a bug. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { why401 } from '../support/command.ts';

const words = [
  'authorization',
  'curl',
  'axios',
  'fetch',
  'GET',
  '',
  '*',
  '__proto__',
  'constructor',
  'toString',
  '${secret.TOKEN}',
  '${vars.none}',
  '${',
  '$',
  '302',
  '3xx',
  '5s',
  '-1',
  '/x',
  '//x',
  'api:/x',
  'nobody:/x',
  'https://-\u00ad/',
  'https://api。example',
  'http://[',
  'http://a:b@c/',
  'javascript:x',
  '\u0000',
  '\ud800',
  'true',
  'null',
  'x'.repeat(300),
  '1e999',
];
const keys = [
  'count',
  'to',
  'status',
  'keeps',
  'drops',
  'survives',
  'location',
  'path',
  'query',
  'host',
  'port',
  'scheme',
  'fragment',
  'origin',
  'follow',
  'max',
  'as',
  'sid',
  'value',
  'secure',
  'domain',
  'max-age',
  'lifetime',
  'stored',
  'host-only',
  'equals',
  'matches',
  'contains',
  'not',
  'gt',
  'lt',
  'exists',
  'any',
  'all',
  'length',
  'type',
  '__proto__',
  'constructor',
];
const leaf = fc.oneof(
  fc.constantFrom(...words),
  fc.constantFrom(0, 1, -1, 1.5, 2 ** 53, -0, 302, null, true, false),
  fc.constantFrom('(a+)+$', '[', '^/x$', '{"a":1}'),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.constantFrom(...words)), tie('value'), {
      maxKeys: 4,
    }),
  ),
}));
/** Near to what is right, so that it gets far. */
const map = fc.dictionary(fc.constantFrom(...keys), value, { minKeys: 1, maxKeys: 4 });

describe('what is written about redirects and cookies', () => {
  let server: Server;
  let origin: string;
  before(async () => {
    server = createServer((request, response) => {
      if (request.url === '/end')
        response.writeHead(200, { 'set-cookie': 'sid=abcdefgh; Max-Age=5; Path=/' });
      else
        response.writeHead(302, {
          location: '/end?a=b#c',
          'set-cookie': ['sid=abcdefgh; Secure', '__proto__=abcdefgh'],
        });
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function codeOf(environment: object, step: object): Promise<number> {
    const files = {
      'why401.yml': JSON.stringify({
        environments: { staging: { protected: false, origins: { api: origin }, ...environment } },
        credentials: { reader: { type: 'bearer', token: '${secret.TOKEN}' } },
      }),
      'a.yml': JSON.stringify({ credential: 'reader', steps: [{ GET: '/1', timeout: '5s', ...step }] }),
    };
    const { code, stdout, stderr } = await why401(['run', '--no-experiments'], {
      files,
      env: { TOKEN: 'a-token-of-reader' },
    });
    expect([0, 1, 2, 3], `${stdout}${stderr}`).to.include(code);
    if (code === 2) expect(stdout + stderr).to.match(/\S/);
    return code;
  }

  const parts: readonly (readonly [
    name: string,
    runs: number,
    make: (given: unknown) => readonly [object, object],
  ])[] = [
    ['redirect', 20, (redirect) => [{}, { redirect }]],
    ['expect.status', 20, (status) => [{}, { expect: { status } }]],
    ['echo', 20, (echo) => [{ echo }, {}]],
    ['expect.redirects', 40, (redirects) => [{}, { expect: { redirects } }]],
    ['survives', 20, (survives) => [{}, { expect: { redirects: { survives } } }]],
    ['to and location', 25, (address) => [{}, { expect: { redirects: { to: address, location: address } } }]],
    ['expect.cookies', 25, (cookies) => [{}, { expect: { cookies } }]],
    ['cookies.sid', 25, (sid) => [{}, { expect: { cookies: { sid } } }]],
  ];
  for (const [name, numRuns, make] of parts)
    it(`${name}: any value`, async () => {
      const codes = new Set<number>();
      await fc.assert(
        fc.asyncProperty(
          fc.oneof({ arbitrary: map, weight: 3 }, { arbitrary: value, weight: 1 }),
          async (given) => {
            codes.add(await codeOf(...make(given)));
          },
        ),
        { numRuns, examples: [[{ type: {} }], [{ lifetime: [{}] }], [{ gt: 0 }]] },
      );
      expect(codes.has(2)).to.equal(true);
    });
});
