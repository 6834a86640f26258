import { expect } from 'chai';
import { hopTable } from '../../src/report/console-hops.ts';
import { createStyle } from '../../src/report/console-style.ts';
import { columns } from '../../src/report/text.ts';
import { expectGolden } from '../support/golden.ts';
import { chainOf } from '../support/hops.ts';
import { memorySink } from './output.ts';

const bearer = ['Authorization: Bearer [secret:writer]', 'credential writer'] as const;
const defaults = [
  ['User-Agent: why401/0.1.0', 'why401'],
  ['Accept: */*', 'why401'],
] as const;
const writer = [{ ...chainOf([]).credentials[0], name: 'writer', field: 'authorization' }] as never;
const chains = {
  one: chainOf([{ url: 'https://api.example.test/orders', sent: [...defaults, bearer], status: 200 }], {
    credentials: writer,
  }),
  scheme: chainOf(
    [
      {
        url: 'http://api.example.test/orders',
        sent: [...defaults, bearer],
        status: 301,
        headers: [['Location', 'https://api.example.test/orders']],
      },
      {
        url: 'https://api.example.test/orders',
        sent: defaults,
        status: 401,
        dropped: [{ header: 'authorization', rule: 'origin-changed' }],
      },
    ],
    { credentials: writer },
  ),
  long: chainOf(
    [
      {
        method: 'POST',
        url: 'http://api.example.test:8080/v1/orders?page=1&per_page=100&include=customer,items,shipping&sort=-created',
        sent: [
          ...defaults,
          ['X-Trace: 42', 'step'],
          bearer,
          ['DPoP: [secret:writer proof]', 'credential writer'],
          ['Cookie: lang=de', 'step'],
          ['Content-Type: application/json', 'why401'],
        ],
        body: 36,
        status: 302,
        headers: [
          ['Location', '/v1/orders/'],
          ['Set-Cookie', 'sid=[secret:sid]; Path=/'],
        ],
        cookies: {
          set: ['sid'],
          refused: [
            {
              name: 'other',
              rule: 'domain-mismatch',
              section: 'RFC 6265bis section 5.7',
              reason: 'Its Domain is not that of the host (RFC 6265bis section 5.7).',
            },
          ],
        },
      },
      {
        url: 'http://api.example.test:8080/v1/orders/',
        sent: [
          ...defaults,
          ['X-Trace: 42', 'step'],
          bearer,
          ['DPoP: [secret:writer proof]', 'credential writer'],
          ['Cookie: lang=de; sid=[secret:sid]', 'step', 'jar'],
        ],
        changed: ['dpop', 'cookie'],
        dropped: [{ header: 'content-type', rule: 'method-changed' }],
        status: 307,
        headers: [['Location', 'https://www.example.test/v1/orders/']],
      },
      {
        url: 'https://www.example.test/v1/orders/',
        sent: [...defaults, ['X-Trace: 42', 'step']],
        dropped: [
          { header: 'authorization', rule: 'origin-changed' },
          { header: 'cookie', rule: 'origin-changed' },
          { header: 'dpop', rule: 'origin-changed' },
        ],
        status: 401,
        headers: [['WWW-Authenticate', 'Bearer realm="orders"']],
      },
    ],
    { credentials: writer },
  ),
};

describe('hop table', () => {
  for (const [name, chain] of Object.entries(chains)) {
    for (const width of [80, 120]) {
      it(`shows the chain "${name}" in ${width} columns`, () => {
        const lines = hopTable(chain, createStyle(memorySink({ width })), false);
        expectGolden(`report/hops-${name}-${width}.txt`, `${lines.join('\n')}\n`);
        expect(lines.filter((line) => columns(line) > width)).to.deep.equal([]);
      });
    }
  }

  it('says at each field of the request who put it there', () => {
    const lines = hopTable(chains.long, createStyle(memorySink({ width: 80 })), true);
    expectGolden('report/hops-long-headers.txt', `${lines.join('\n')}\n`);
  });

  it('paints the hop that lost a credential, and the way to it', () => {
    const lines = hopTable(chains.scheme, createStyle(memorySink({ width: 120, color: true })), false);
    const yellow = (text: string): string => `\u001b[33m${text}\u001b[39m`;
    expect(lines[1]).to.equal(`    ${yellow('↓')}    ${yellow('http → https')}`);
    expect(lines[2]).to.include(yellow('dropped authorization (origin changed)'));
  });
});
