import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
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

  const refusals: readonly [line: string, url: string, reason: string][] = [
    [
      'a=1; Domain=other.example.test',
      'https://app.example.test/',
      'Its Domain "other.example.test" does not match the host "app.example.test" (RFC 6265bis section 5.7).',
    ],
    [
      'a=1; Domain=co.uk',
      'https://app.example.co.uk/',
      'Its Domain "co.uk" is a public suffix (RFC 6265bis section 5.7).',
    ],
    [
      'a=1; Secure',
      'http://app.example.test/',
      'It is Secure and came over plain http (RFC 6265bis section 5.7).',
    ],
    [
      'a=1; Secure',
      'http://localhost:3000/',
      'It is Secure and came over plain http (RFC 6265bis section 5.7).',
    ],
    [
      '__Secure-a=1',
      'https://app.example.test/',
      'Its name begins with __Secure- and it is not Secure (RFC 6265bis section 4.1.3.1).',
    ],
    [
      '__Host-a=1; Secure; Path=/; Domain=app.example.test',
      'https://app.example.test/',
      'Its name begins with __Host-, which needs Secure, no Domain, and Path=/ (RFC 6265bis section 4.1.3.2).',
    ],
    [
      '__Host-a=1; Secure',
      'https://app.example.test/',
      'Its name begins with __Host-, which needs Secure, no Domain, and Path=/ (RFC 6265bis section 4.1.3.2).',
    ],
    ['nothing', 'https://app.example.test/', 'It has no name or no value (RFC 6265 section 5.2).'],
    [
      `a=${'x'.repeat(5000)}`,
      'https://app.example.test/',
      'Its name and value are longer than 4096 bytes (RFC 6265bis section 5.6).',
    ],
  ];
  for (const [line, url, reason] of refusals) {
    it(`refuses ${line.slice(0, 60)} from ${url}`, async () => {
      const jar = createJar(clock);
      const name = line.split(/[=;]/)[0];
      expect(await jar.store(new URL(url), [line])).to.deep.equal({ set: [], refused: [{ name, reason }] });
      expect((await jar.cookiesFor(new URL(url))).header).to.equal(null);
    });
  }

  it('lets no plain answer hide a Secure cookie', async () => {
    const jar = createJar(clock);
    await jar.store(new URL('https://app.example.test/'), ['sid=good; Secure; Path=/']);
    const { refused } = await jar.store(new URL('http://app.example.test/'), ['sid=evil; Path=/', 'x=1']);
    expect(refused).to.deep.equal([
      {
        name: 'sid',
        reason:
          'It would hide a Secure cookie of the same name and came over plain http (RFC 6265bis section 5.7).',
      },
    ]);
  });

  it('agrees with the Web Platform Tests, nameless cookies and limits of browsers aside', async function () {
    const file = sharedFile('vectors/cookies/wpt-cookies.json');
    if (file === null) return this.skip();
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: WptCase[] };
    const named = (line: string): boolean => /^[^=;]*[^=;\s][^=;]*=/.test(line);
    const judged = cases.filter(
      ({ id, kind, set_cookie }) =>
        kind !== 'path-match' && !id.startsWith('wpt/size/') && set_cookie.every(named),
    );
    const wrong: string[] = [];
    for (const wpt of judged) {
      const jar = createJar(clock);
      await jar.store(new URL(wpt.set_url), wpt.set_cookie);
      const { header } = await jar.cookiesFor(new URL(wpt.location ?? wpt.read_url ?? wpt.set_url));
      const right =
        wpt.kind === 'prefix'
          ? (header !== null) === wpt.expected_stored
          : (header?.reveal() ?? '') === wpt.expected_cookie;
      if (!right) wrong.push(wpt.id);
    }
    expect([judged.length > 50, wrong]).to.deep.equal([true, []]);
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
}

function sharedFile(path: string): string | null {
  for (let at = process.cwd(); ; at = dirname(at)) {
    if (existsSync(join(at, 'shared/DESIGN.md'))) return join(at, 'shared', path);
    if (at === dirname(at)) return null;
  }
}
