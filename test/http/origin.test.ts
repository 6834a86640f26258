import { expect } from 'chai';
import { isLinkLocalOrMetadata, isLoopback, originOf, sameOrigin, zoneOf } from '../../src/http/origin.ts';

describe('originOf', () => {
  const rows: readonly [url: string, origin: string][] = [
    ['https://API.Example.com:443/a?b#c', 'https://api.example.com'],
    ['http://api.example.com:80', 'http://api.example.com'],
    ['http://api.example.com:443', 'http://api.example.com:443'],
    ['https://b\u00fccher.example/', 'https://xn--bcher-kva.example'],
    ['https://api.example.com./', 'https://api.example.com.'],
    ['https://user:pass@api.example.com/', 'https://api.example.com'],
    ['http://[0:0::1]:8080/', 'http://[::1]:8080'],
    ['data:,x', 'null'],
  ];
  for (const [url, origin] of rows) {
    it(`of ${url} is ${origin}`, () => {
      expect([originOf(url), originOf(new URL(url))]).to.deep.equal([origin, origin]);
    });
  }
});

describe('sameOrigin', () => {
  const rows: readonly [a: string, b: string, same: boolean][] = [
    ['https://a.example/x', 'https://A.example:443/y', true],
    ['https://a.example', 'http://a.example', false],
    ['https://a.example', 'https://a.example:8443', false],
    ['https://a.example', 'https://www.a.example', false],
    ['https://a.example', 'https://a.example.', false],
    ['data:,x', 'data:,x', false],
  ];
  for (const [a, b, same] of rows) {
    it(`of ${a} and ${b} is ${same}`, () => {
      expect(sameOrigin(a, b)).to.equal(same);
    });
  }
});

describe('hosts that need care', () => {
  const loopback = [
    'localhost',
    'LOCALHOST.',
    'api.localhost',
    '127.0.0.1',
    '127.255.0.1',
    '2130706433',
    '0x7f.1',
    '[::1]',
    '::1',
    '[::ffff:127.0.0.1]',
    '::ffff:7f00:1',
  ];
  const linkLocal = [
    '169.254.169.254',
    '169.254.169.254.',
    '2852039166',
    '0xa9fea9fe',
    '[fe80::1]',
    '[febf::1]',
    '[fd00:ec2::254]',
    'metadata.google.internal',
    'Metadata.Google.Internal.',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '0251.0376.0251.0376',
    '[::169.254.169.254]',
    '[64:ff9b::a9fe:a9fe]',
    '[2002:a9fe:a9fe::1]',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    'instance-data.ec2.internal',
    '[fd00:ec2::23]',
    '[fd20:ce::254]',
    '[fd00:c1::a9fe:a9fe]',
    '[fd00:42::42]',
    '[::ffff:0:169.254.169.254]',
    '[64:ff9b::168.63.129.16]',
    '[2002:a83f:8110::]',
    '[::100.100.100.200]',
    '[64:ff9b::192.0.0.192]',
  ];
  const neither = [
    'example.com',
    'localhost.example.com',
    'notlocalhost',
    '128.0.0.1',
    '169.253.1.1',
    '100.100.100.201',
    '[64:ff9b::a9ff:1]',
    '[fec0::1]',
    '[::2]',
    '[fd00:ec2::255]',
    'metadata.google.internal.example.com',
    '',
    'a b',
  ];
  it('are told apart', () => {
    const all = [...loopback, ...linkLocal, ...neither];
    expect(all.filter(isLoopback)).to.deep.equal(loopback);
    expect(all.filter(isLinkLocalOrMetadata)).to.deep.equal(linkLocal);
  });

  it('belong to networks', () => {
    const zones = {
      loopback: [
        ...loopback,
        '0.0.0.0',
        '0',
        '0.1.2.3',
        '[::]',
        '[::127.0.0.1]',
        '[::ffff:0:127.0.0.1]',
        '[64:ff9b::7f00:1]',
        '[2002:7f00:1::]',
      ],
      private: [
        ...[
          '10.0.0.1',
          '172.16.0.1',
          '172.31.255.255',
          '192.168.1.1',
          '100.64.0.1',
          '100.127.255.255',
          '198.19.0.1',
        ],
        ...['167772161', '0x0a000001', '012.0.0.1', '10.1', '240.0.0.1', '255.255.255.255', '192.0.0.8'],
        ...[
          '[fc00::1]',
          '[fdff::1]',
          '[fec0::1]',
          '[::ffff:10.0.0.1]',
          '[::10.0.0.1]',
          '[64:ff9b::10.0.0.1]',
        ],
        ...['[2002:c0a8:101::1]', '[64:ff9b:1::1]', 'fd00:ec2::255'],
      ],
      'link-local': linkLocal,
      null: [
        ...[
          'example.com',
          'intranet',
          '172.32.0.1',
          '100.128.0.1',
          '11.0.0.1',
          '192.169.0.1',
          '198.20.0.1',
          '',
        ],
        ...[
          '[2001:db8::1]',
          '[64:ff9b::808:808]',
          '[::ffff:8.8.8.8]',
          '[2002:808:808::]',
          'localhost.example.com',
        ],
      ],
    };
    const found = Object.values(zones).map((hosts) => [
      ...new Set(hosts.map((host) => String(zoneOf(host)))),
    ]);
    expect(found).to.deep.equal(Object.keys(zones).map((zone) => [zone]));
  });
});
