/** How large the head was, and what that says beside the answer. */
import { expect } from 'chai';
import { explain } from '../../../src/diagnose/explain/explanations.ts';
import { headOf, headSizeFacts } from '../../../src/diagnose/facts/head-size.ts';
import type { Subject } from '../../../src/diagnose/subject.ts';
import type { RawField } from '../../../src/model.ts';
import { short, subject } from './support.ts';

interface Sent {
  readonly status?: number;
  readonly headers?: readonly RawField[];
  readonly body?: string;
  readonly sent?: readonly RawField[];
  readonly bytes: readonly number[];
}

/** Of HTTP/1.1 with a request line of 30 bytes. */
function sized({ bytes, ...hop }: Sent): Subject {
  const made = subject({ hops: [{ status: 431, ...hop }] });
  const size = { head: bytes.reduce((sum, each) => sum + each, 32), fields: bytes };
  return { ...made, hop: { ...made.hop, request: { ...made.hop.request, size } } };
}
const both: readonly RawField[] = [
  ['Authorization', 'Bearer [secret:reader]'],
  ['Cookie', 'a=[secret:a]; b=[secret:b]'],
];

describe('size of the head', () => {
  it('names the largest field', () => {
    expect(headOf(sized({ sent: both, bytes: [600, 7000] }))).to.deep.equal({
      bytes: 7632,
      field: 'cookie',
      fieldBytes: 7000,
      exact: true,
    });
  });
  it('adds up the lines of one name', () => {
    const twice: readonly RawField[] = [...both, ['cookie', 'c=1']];
    expect(headOf(sized({ sent: twice, bytes: [600, 400, 300] }))?.fieldBytes).to.equal(700);
  });

  const rows: readonly (readonly [string, Sent, readonly unknown[]])[] = [
    [
      'states it where the server says so',
      { bytes: [5000] },
      [
        [
          'request/large-head',
          3,
          'header-too-large',
          '1 authorization: 5000 of the 5032 bytes of the head; many servers take 8 kB',
        ],
      ],
    ],
    [
      'says that a small one grew',
      { bytes: [600] },
      [
        ['request/small-head', 1, 'header-too-large'],
        ['request/grown-head', 2, 'gateway-misconfigured'],
      ].map((part) => [
        ...part,
        '1 head: 632 bytes left this machine, fewer than any server refuses by default: a proxy adds to them, or the limit is set very low',
      ]),
    ],
    ['says nothing of a small one and a 400 without words', { status: 400, bytes: [600] }, []],
    [
      'agrees with a 400 once it is named',
      { status: 400, bytes: [2500] },
      [
        [
          'request/long-head',
          3,
          '',
          'fits header-too-large',
          '1 authorization: 2500 of the 2532 bytes of the head; many servers take 8 kB',
        ],
      ],
    ],
    [
      'points to it beyond the default of the server',
      { status: 400, headers: [['Server', 'Apache/2.4.57 (Debian)']], bytes: [8200] },
      [
        [
          'request/large-head',
          2,
          'header-too-large',
          '1 authorization: 8200 of the 8232 bytes of the head; many servers take 8 kB',
        ],
      ],
    ],
    ['says nothing of other answers', { status: 401, bytes: [9000] }, []],
  ];
  for (const [what, sent, expected] of rows)
    it(what, () => expect(short(headSizeFacts(sized(sent)))).to.deep.equal(expected));

  const words: readonly (readonly [string, Sent, string, string])[] = [
    [
      'cookies at a server that names itself',
      { sent: both, headers: [['Server', 'Jetty(9.4.51)']], bytes: [600, 8000] },
      'https://api.example.test answered 431: the head of the request is larger than it accepts; cookie (2 cookies) has 8000 of the 8632 bytes that were sent.',
      'Remove old cookies, or send this step without its jar, or raise the limit of Jetty (requestHeaderSize; by default 8192 bytes for the whole head).',
    ],
    [
      'a limit that nobody can raise',
      {
        status: 400,
        headers: [['Server', 'awselb/2.0']],
        body: '<title>400 Request Header Or Cookie Too Large</title>',
        bytes: [17_000],
      },
      'https://api.example.test answered 400 (400 Request Header Or Cookie Too Large): the head of the request is larger than it accepts; authorization has 17000 of the 17032 bytes that were sent.',
      'Make the token smaller (fewer groups, scopes or claims): the limit of the load balancer of 16384 bytes for one field is fixed.',
    ],
    [
      'what a proxy adds',
      { headers: [['Server', 'envoy']], bytes: [600] },
      'https://api.example.test answered 431: a head is larger than it accepts, and what was sent had 632 bytes only. A proxy at https://api.example.test adds fields before the server that refuses, or the limit there is very low.',
      'Look at what the proxy at https://api.example.test adds (claims of the user, cookies, X-Forwarded-*), or raise the limit of Envoy (max_request_headers_kb; by default 61440 bytes for the whole head).',
    ],
  ];
  for (const [what, sent, summary, fix] of words)
    it(`explains ${what}`, () => {
      const said = explain('header-too-large', sized(sent));
      expect([said.summary, said.fix]).to.deep.equal([summary, fix]);
    });
});
