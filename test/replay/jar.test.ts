import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { createJar } from '../../src/replay/jar.ts';
import { createRedactor } from '../../src/secret.ts';

const clock = (): number => Date.parse('2026-06-01T12:00:00Z');

describe('jar', () => {
  it('sends what was set, and shows names only', async () => {
    const redactor = createRedactor();
    const jar = createJar(clock, redactor);
    const url = new URL('https://app.example.test/login');
    expect(await jar.store(url, ['sid=s3cret-value; HttpOnly', 'lang=en; Path=/'])).to.deep.equal({
      set: ['sid', 'lang'],
      remarks: [],
      refused: [],
    });
    const cookies = await jar.cookiesFor(url);
    expect([String(cookies.header), cookies.header?.reveal(), cookies.names]).to.deep.equal([
      'sid=[secret:cookie sid]; lang=[secret:cookie lang]',
      'sid=s3cret-value; lang=en',
      ['sid', 'lang'],
    ]);
    expect(redactor.redact('Set-Cookie: sid=s3cret-value')).to.equal('Set-Cookie: sid=[secret:cookie sid]');
  });

  it('has nothing for another host, another path or plain http', async () => {
    const jar = createJar(clock);
    await jar.store(new URL('https://app.example.test/a/b'), ['host=1', 'secure=1; Secure; Path=/']);
    const names = [];
    for (const url of [
      'https://app.example.test/a/c',
      'https://app.example.test/',
      'http://app.example.test/',
      'https://other.example.test/a/',
    ]) {
      names.push((await jar.cookiesFor(new URL(url))).names);
    }
    expect(names).to.deep.equal([['host', 'secure'], ['secure'], [], []]);
  });

  it('leaves out names that the request carries already', async () => {
    const jar = createJar(clock);
    const url = new URL('https://app.example.test/');
    await jar.store(url, ['a=1', 'b=2']);
    const cookies = await jar.cookiesFor(url, { except: new Set(['a']) });
    expect([cookies.names, cookies.header?.reveal()]).to.deep.equal([['b'], 'b=2']);
  });

  it('changes its fingerprint with the values', async () => {
    const jar = createJar(clock);
    const url = new URL('https://app.example.test/');
    await jar.store(url, ['a=1']);
    const first = (await jar.cookiesFor(url)).fingerprint;
    await jar.store(url, ['a=1']);
    const second = (await jar.cookiesFor(url)).fingerprint;
    await jar.store(url, ['a=2']);
    const third = (await jar.cookiesFor(url)).fingerprint;
    expect([first === second, first === third]).to.deep.equal([true, false]);
  });

  it('says of each cookie that it does not take which rule is against it', async () => {
    const jar = createJar(clock);
    expect(
      await jar.store(new URL('http://localhost:3000/'), ['sid=1; Secure', 'lang=en; SameSite=x']),
    ).to.deep.equal({
      set: ['lang'],
      remarks: [
        {
          name: 'lang',
          rule: 'samesite-unknown',
          section: 'RFC 6265bis section 5.6.7',
          reason:
            'Its SameSite is none of Strict, Lax and None: as if it were not given (RFC 6265bis section 5.6.7).',
        },
      ],
      refused: [
        {
          name: 'sid',
          rule: 'secure-from-http',
          section: 'RFC 6265bis section 5.7',
          reason:
            'It is Secure and came over plain http, which some browsers allow on loopback (RFC 6265bis section 5.7).',
        },
      ],
    });
  });

  it('says of each cookie of the same domain why it stays behind', async () => {
    const jar = createJar(clock);
    await jar.store(new URL('https://app.example.test/a/b'), [
      'path=1',
      'secure=1; Secure; Path=/',
      'host=1; Path=/',
      'all=1; Path=/; Domain=example.test',
    ]);
    await jar.store(new URL('https://app.other.test/'), ['foreign=1']);
    const { names, withheld } = await jar.cookiesFor(new URL('http://www.example.test/'));
    expect([names, withheld.map(({ name, rule }) => [name, rule])]).to.deep.equal([
      ['all'],
      [
        ['path', 'host-only'],
        ['secure', 'host-only'],
        ['host', 'host-only'],
      ],
    ]);
    const there = await jar.cookiesFor(new URL('http://app.example.test/'));
    expect([there.names, there.withheld.map(({ reason }) => reason)]).to.deep.equal([
      ['host', 'all'],
      [
        'Its Path is /a (RFC 6265bis section 5.8.3).',
        'It is Secure, and the request goes over plain http (RFC 6265bis section 5.8.3).',
      ],
    ]);
  });

  it('knows what has expired, and forgets what was taken back', async () => {
    let now = clock();
    const jar = createJar(() => now);
    const url = new URL('https://app.example.test/');
    await jar.store(url, ['short=1; Max-Age=60', 'gone=1']);
    const { set, remarks } = await jar.store(url, ['gone=; Max-Age=0']);
    expect([set, remarks.map(({ rule }) => rule)]).to.deep.equal([['gone'], ['removed']]);
    now += 60_000;
    expect((await jar.cookiesFor(url)).withheld).to.deep.equal([
      {
        name: 'short',
        rule: 'expired',
        section: 'RFC 6265bis section 5.8.3',
        reason: 'It expired at 2026-06-01T12:01:00.000Z (RFC 6265bis section 5.8.3).',
      },
    ]);
  });

  it('lets no plain answer hide a Secure cookie', async () => {
    const jar = createJar(clock);
    await jar.store(new URL('https://app.example.test/'), ['sid=good; Secure; Path=/login']);
    const plain = new URL('http://app.example.test/');
    const { set, refused } = await jar.store(plain, ['sid=evil; Path=/login/x', 'x=1', 'sid=2; Path=/']);
    expect([set, refused.map(({ name, rule }) => [name, rule])]).to.deep.equal([
      ['x', 'sid'],
      [['sid', 'hides-secure']],
    ]);
  });

  it('lets what is over hide nothing, nor lend its age', async () => {
    let now = clock();
    const jar = createJar(() => now);
    const url = new URL('https://app.example.test/');
    await jar.store(url, ['sid=old; Secure; Max-Age=60; Path=/', 'b=1; Path=/', 'c=1; Path=/; Max-Age=60']);
    now += 200_000;
    const { set, refused } = await jar.store(new URL('http://app.example.test/'), ['sid=new; Path=/', 'c=2']);
    const form = { page: new URL('https://login.other.test/'), topLevel: true };
    const posted = await jar.cookiesFor(url, { method: 'POST', initiator: form });
    expect([set, refused, (await jar.cookiesFor(url)).header?.reveal(), posted.names]).to.deep.equal([
      ['sid', 'c'],
      [],
      'b=1; sid=new; c=2',
      ['sid', 'c'],
    ]);
  });

  it('says that a removal with another Path or Domain removes nothing', async () => {
    const jar = createJar(clock);
    const url = new URL('https://app.example.test/');
    await jar.store(url, ['sid=1; Path=/app', 'all=1; Domain=example.test']);
    const { remarks } = await jar.store(url, [
      'sid=; Max-Age=0; Path=/',
      'all=; Max-Age=0',
      'none=; Max-Age=0',
      'sid=; Max-Age=0; Path=/app',
    ]);
    expect(remarks.map(({ name, reason }) => [name, reason])).to.deep.equal([
      [
        'sid',
        'It is over at once, but it is for app.example.test only and the Path /, and the one that is kept is for app.example.test only and the Path /app (RFC 6265bis section 5.7).',
      ],
      [
        'all',
        'It is over at once, but it is for app.example.test only and the Path /, and the one that is kept is for the Domain example.test and the Path / (RFC 6265bis section 5.7).',
      ],
      ['none', 'It is over at once: the server takes it back (RFC 6265bis section 5.7).'],
      ['sid', 'It is over at once: the server takes it back (RFC 6265bis section 5.7).'],
    ]);
    expect((await jar.cookiesFor(new URL('https://app.example.test/app'))).names).to.deep.equal(['all']);
  });

  it('drops, of too many, what is over, then what is not Secure, then the oldest', async () => {
    let now = clock();
    const jar = createJar(() => now);
    const url = new URL('https://app.example.test/');
    const many = Array.from({ length: 178 }, (_, index) => `c${index}=1; Secure`);
    await jar.store(url, [...many, 'plain=1', 'short=1; Secure; Max-Age=1']);
    now += 1000;
    const dropped: boolean[][] = [];
    for (const line of ['x=1; Secure', 'y=1; Secure', 'z=1; Secure']) {
      await jar.store(url, [line]);
      const { names, withheld } = await jar.cookiesFor(url);
      dropped.push([withheld.length === 0, !names.includes('plain'), !names.includes('c0')]);
    }
    expect(dropped).to.deep.equal([
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ]);
  });

  it('names cookies of the same registrable domain only as withheld', async () => {
    const jar = createJar(clock);
    const hosts = [
      'a.github.io',
      'b.github.io',
      '127.0.0.1',
      '[::1]',
      'localhost',
      'www.shop.co.uk',
      'x.com.',
    ];
    for (const host of hosts) await jar.store(new URL(`https://${host}/`), ['a=1; Path=/set']);
    const asked = [...hosts, 'github.io', 'app.shop.co.uk', 'other.co.uk', 'x.com', '127.0.0.2'];
    const withheld: number[] = [];
    for (const host of asked)
      withheld.push((await jar.cookiesFor(new URL(`https://${host}/`))).withheld.length);
    expect(withheld).to.deep.equal([1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0]);
  });

  it('throws for no lines and no URLs, and tells the fate of each cookie', async () => {
    const part = [
      'a=1',
      '=',
      'b',
      '; Secure',
      '; Path=/',
      '; Max-Age=0',
      '; Domain=',
      'example.test',
      '__Host-',
    ];
    const word = fc.constantFrom(...part, '; SameSite=None', '; Partitioned', '\0', 'é', ',', '=2');
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word).map((parts) => parts.join('')),
    );
    const host = fc.constantFrom(
      'app.example.test',
      'example.test',
      '127.0.0.1',
      '[::1]',
      'localhost',
      'co.uk',
    );
    const url = fc
      .tuple(fc.constantFrom('http', 'https'), host, fc.webPath())
      .map(([scheme, name, path]) => new URL(`${scheme}://${name}${path}`));
    const answers = fc.array(fc.tuple(url, fc.array(line, { maxLength: 4 })), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(answers, url, async (given, to) => {
        const jar = createJar(clock, createRedactor());
        for (const [from, lines] of given) {
          const { set, refused } = await jar.store(from, lines);
          expect(set.length + refused.length).to.equal(lines.length);
        }
        const { names, withheld, header } = await jar.cookiesFor(to);
        const secured = await jar.cookiesFor(new URL(to.href.replace(/^http:/, 'https:')));
        expect(header === null).to.equal(names.length === 0);
        expect(secured.names).to.include.members([...names]);
        for (const { reason } of withheld) expect(reason).to.match(/section [0-9.]+\)\.$|CHIPS\)\)\.$/);
      }),
      { numRuns: 200 },
    );
  });

  it('sends longer paths first, then what was set first, also where it was set again', async () => {
    const jar = createJar(clock);
    const url = new URL('https://app.example.test/a/b');
    await jar.store(url, ['one=1; Path=/', 'two=1; Path=/', 'three=1; Path=/a', 'one=2; Path=/']);
    expect((await jar.cookiesFor(url)).header?.reveal()).to.equal('three=1; one=2; two=1');
  });

  it('keeps apart what differs in Domain, host-only or Path, and jars that were copied', async () => {
    const jar = createJar(clock);
    const url = new URL('https://example.test/');
    await jar.store(url, ['a=host', 'a=domain; Domain=example.test']);
    const copy = await jar.copy();
    await copy.store(url, ['a=other']);
    expect([
      (await jar.cookiesFor(url)).header?.reveal(),
      (await copy.cookiesFor(url)).header?.reveal(),
    ]).to.deep.equal(['a=host; a=domain', 'a=other; a=domain']);
  });

  it('holds no more cookies of one host than a browser', async () => {
    const jar = createJar(clock);
    const url = new URL('https://app.example.test/');
    await jar.store(
      url,
      Array.from({ length: 200 }, (_, index) => `c${index}=1`),
    );
    const { names } = await jar.cookiesFor(url);
    expect([names.length, names[0]]).to.deep.equal([180, 'c20']);
  });

  it('gives the value of a refused cookie to an experiment, and no Secure one to plain http', async () => {
    const jar = createJar(clock);
    const url = new URL('https://app.example.test/');
    await jar.store(url, ['bad=v; Domain=other.test', 'good=w; Secure']);
    const value = async (at: string, name: string) => (await jar.valueOf(new URL(at), name))?.reveal();
    expect([
      await value('https://app.example.test/', 'bad'),
      await value('https://app.example.test/', 'good'),
      await value('http://app.example.test/', 'good'),
      await value('https://app.other.test/', 'bad'),
    ]).to.deep.equal(['v', 'w', undefined, undefined]);
  });

  it('agrees with the Web Platform Tests', async function () {
    const file = sharedFile('vectors/cookies/wpt-cookies.json');
    if (file === null) return this.skip();
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: WptCase[] };
    const wrong: string[] = [];
    for (const wpt of cases) {
      const jar = createJar(clock);
      await jar.store(new URL(wpt.set_url), wpt.set_cookie);
      const { header } = await jar.cookiesFor(new URL(wpt.location ?? wpt.read_url ?? wpt.set_url));
      const kept = wpt.expected_stored ?? wpt.expected_stored_and_sent;
      const right =
        kept === undefined ? (header?.reveal() ?? '') === wpt.expected_cookie : (header !== null) === kept;
      if (!right) wrong.push(wpt.id);
    }
    expect([cases.length > 90, wrong]).to.deep.equal([true, []]);
  });
});

interface WptCase {
  readonly id: string;
  readonly kind: string;
  readonly set_url: string;
  readonly set_cookie: string[];
  readonly read_url?: string;
  readonly location?: string;
  readonly expected_cookie?: string;
  readonly expected_stored?: boolean;
  readonly expected_stored_and_sent?: boolean;
}

function sharedFile(path: string): string | null {
  for (let at = process.cwd(); ; at = dirname(at)) {
    if (existsSync(join(at, 'shared/DESIGN.md'))) return join(at, 'shared', path);
    if (at === dirname(at)) return null;
  }
}
