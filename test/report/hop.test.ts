import { expect } from 'chai';
import type { Exchange } from '../../src/model.ts';
import { delivery, moves } from '../../src/report/hop.ts';
import { addedFields } from '../../src/report/hop-fields.ts';
import { chainOf, type HopParts, use } from '../support/hops.ts';

const a = 'http://a.example.test/x';
const b = 'https://b.example.test:8443/y';
const bearer = ['Authorization: Bearer [secret:reader]', 'credential reader'] as const;
const defaults = [
  ['User-Agent: why401', 'why401'],
  ['Accept: */*', 'why401'],
] as const;

function told(hops: readonly HopParts[], more: Partial<Exchange> = {}): string[][] {
  const chain = chainOf(hops, more);
  return chain.hops.map((hop) => delivery(chain, hop));
}

describe('delivery', () => {
  const none = { credentials: [] };
  const cases: readonly [what: string, actual: string[][], expected: string[][]][] = [
    [
      'a header that was sent and then dropped',
      told([
        { url: a, sent: [bearer] },
        { url: b, dropped: [{ header: 'authorization', rule: 'origin-changed' }] },
      ]),
      [['sent authorization (credential reader)'], ['dropped authorization (origin changed)']],
    ],
    [
      'a credential on each hop that carries it',
      told([
        { url: a, sent: [bearer] },
        { url: a, sent: [bearer] },
      ]),
      [['sent authorization (credential reader)'], ['sent authorization (credential reader)']],
    ],
    ['a header that is not there', told([{ url: a, sent: defaults }]), [['without authorization']]],
    [
      'what the step wrote, and no default or header of the environment',
      told([{ url: a, sent: [...defaults, ['X-Tenant: acme', 'environment'], ['X-A: 1', 'step'], bearer] }]),
      [['sent x-a (step), authorization (credential reader)']],
    ],
    [
      'a header of the environment that holds a secret',
      told([{ url: a, sent: [['X-Key: [secret:KEY]', 'environment']] }], none),
      [['sent x-key (environment)']],
    ],
    [
      'fields of one source together, and a body',
      told([
        {
          url: a,
          method: 'POST',
          body: 36,
          sent: [
            bearer,
            ['DPoP: [secret:proof]', 'credential reader'],
            ['Content-Type: text/plain', 'why401'],
          ],
        },
      ]),
      [['sent authorization, dpop (credential reader), body of 36 bytes']],
    ],
    [
      'a proof that was made anew, and cookies that an answer had set',
      told([
        { url: a, sent: [bearer, ['DPoP: [secret:proof]', 'credential reader']] },
        {
          url: a,
          changed: ['dpop'],
          sent: [
            bearer,
            ['DPoP: [secret:proof]', 'credential reader'],
            ['Cookie: sid=[secret:sid]; t=[secret:t]', 'jar'],
          ],
        },
      ]),
      [
        ['sent authorization, dpop (credential reader)'],
        [
          'sent authorization (credential reader)',
          'added cookies sid and t (jar)',
          'changed dpop (credential reader)',
        ],
      ],
    ],
    [
      'a Cookie field of two sources, and one of many cookies',
      told(
        [
          { url: a, sent: [['Cookie: lang=de', 'step']] },
          { url: a, changed: ['cookie'], sent: [['Cookie: lang=de; sid=[secret:sid]', 'step', 'jar']] },
          { url: a, changed: ['cookie'], sent: [['Cookie: a=1; b=2; c=3; d=4', 'jar']] },
        ],
        none,
      ),
      [
        ['sent cookie lang (step)'],
        ['changed cookies lang and sid (step, jar)'],
        ['changed 4 cookies (jar)'],
      ],
    ],
    [
      'cookies of the jar in the place of some that were dropped',
      told(
        [
          { url: a, sent: [['Cookie: lang=de', 'step']] },
          {
            url: b,
            changed: ['cookie'],
            sent: [['Cookie: sid=[secret:sid]', 'jar']],
            dropped: [{ header: 'cookie', rule: 'origin-changed' }],
          },
        ],
        none,
      ),
      [['sent cookie lang (step)'], ['added cookie sid (jar)', 'dropped cookie (origin changed)']],
    ],
    [
      'dropped fields by their rules',
      told(
        [
          { url: a, method: 'POST', sent: [bearer] },
          {
            url: b,
            dropped: [
              { header: 'authorization', rule: 'origin-changed' },
              { header: 'content-type', rule: 'method-changed' },
              { header: 'cookie', rule: 'origin-changed' },
            ],
          },
        ],
        {},
      ),
      [
        ['sent authorization (credential reader)'],
        ['dropped authorization, cookie (origin changed), content-type (method changed)'],
      ],
    ],
    [
      'credentials in query, form and cookie',
      told(
        [
          { url: `${a}?key=x`, body: 9, sent: [['Cookie: a=b; sid=x', 'credential sid']] },
          { url: a, sent: [['Cookie: a=b', 'jar']], changed: ['cookie'] },
        ],
        { credentials: [use('key', 'query:key'), use('ci', 'form:assertion'), use('sid', 'cookie:sid')] },
      ),
      [
        [
          'sent cookies a and sid (credential sid), query parameter key (credential key), form parameter assertion (credential ci), body of 9 bytes',
        ],
        ['changed cookie a (jar)', 'without query parameter key, form parameter assertion, cookie sid'],
      ],
    ],
    [
      'a cookie credential that was dropped',
      told([{ url: a, dropped: [{ header: 'cookie', rule: 'origin-unbound' }] }], {
        credentials: [use('sid', 'cookie:sid')],
      }),
      [['dropped cookie (not an origin of this environment)']],
    ],
    ['no credential', told([{ url: a, sent: defaults }], none), [[]]],
    [
      'a connection that never was',
      told([
        {
          url: a,
          sent: [bearer],
          failure: { phase: 'connect', code: 'ECONNREFUSED', cause: 'unreachable', message: '' },
        },
      ]),
      [['nothing was sent']],
    ],
  ];
  for (const [what, actual, expected] of cases) {
    it(`tells ${what}`, () => {
      expect(actual).to.deep.equal(expected);
    });
  }

  it('names no source where none is known', () => {
    const chain = chainOf([{ url: a, sent: [bearer, ...defaults] }]);
    const [hop] = chain.hops;
    if (!hop) throw new Error('no hop');
    const { sources: _, ...request } = hop.request;
    expect(delivery(chain, { ...hop, request })).to.deep.equal(['sent authorization']);
  });
});

describe('addedFields', () => {
  it('is all of the first hop but what the library wrote, later what is new or changed', () => {
    const chain = chainOf([
      { url: a, sent: [...defaults, bearer, ['Content-Length: 1', 'transport'], ['Cookie: l=d', 'step']] },
      {
        url: a,
        changed: ['cookie'],
        sent: [...defaults, bearer, ['Cookie: l=d; sid=[secret:sid]', 'step', 'jar'], ['X-New: 1', 'why401']],
      },
      {
        url: b,
        changed: ['cookie'],
        sent: [...defaults, ['Cookie: o=p', 'jar']],
        dropped: [{ header: 'cookie', rule: 'origin-changed' }],
      },
    ]);
    expect(chain.hops.map((hop) => addedFields(chain, hop))).to.deep.equal([
      [
        { header: 'user-agent', by: 'why401', changed: false },
        { header: 'accept', by: 'why401', changed: false },
        { header: 'authorization', by: 'credential reader', changed: false },
        { header: 'cookie', by: 'step', changed: false },
      ],
      [
        { header: 'cookie', by: 'step', changed: true },
        { header: 'cookie', by: 'jar', changed: true },
        { header: 'x-new', by: 'why401', changed: false },
      ],
      [{ header: 'cookie', by: 'jar', changed: false }],
    ]);
  });

  it('leaves out the pseudo-header fields of HTTP/2', () => {
    const chain = chainOf([
      { url: a, sent: [[':path: /x', 'transport'], [':authority: b', 'step'], bearer] },
    ]);
    expect(chain.hops.map((hop) => addedFields(chain, hop))).to.deep.equal([
      [{ header: 'authorization', by: 'credential reader', changed: false }],
    ]);
  });
});

describe('moves', () => {
  const between = (from: HopParts, to: HopParts): string[] => {
    const chain = chainOf([from, to]);
    return chain.hops.flatMap((hop) => moves(chain, hop));
  };
  const cases: readonly [what: string, actual: string[], expected: string[]][] = [
    ['another path', between({ url: a }, { url: 'http://a.example.test/y?z' }), []],
    [
      'scheme, host and port',
      between({ url: a }, { url: b }),
      ['http → https', 'a.example.test → b.example.test', 'port 80 → 8443'],
    ],
    ['the scheme alone', between({ url: a }, { url: 'https://a.example.test/x' }), ['http → https']],
    [
      'a port that was said before',
      between({ url: 'http://a.example.test:8080/' }, { url: 'http://a.example.test/' }),
      ['port 8080 → 80'],
    ],
    [
      'a method and a body',
      between({ url: a, method: 'POST', body: 3 }, { url: a }),
      ['POST → GET', 'body dropped'],
    ],
    ['an address that is none', between({ url: '[secret:u]' }, { url: a, method: 'PUT' }), ['GET → PUT']],
  ];
  for (const [what, actual, expected] of cases) {
    it(`tells ${what}`, () => {
      expect(actual).to.deep.equal(expected);
    });
  }
});
