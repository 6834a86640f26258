import { expect } from 'chai';
import { createJar } from '../../src/replay/jar.ts';
import { type Chromium, lanes, type Page, startChromium } from '../support/chromium.ts';

/** `~` stands for a registrable domain that no other case has. */
interface Line {
  readonly set: string;
  readonly url?: string;
  readonly read?: string;
  /** Where Chromium does otherwise, and we mean it. */
  readonly chromium?: string;
}

const secure = 'https://app.~.test/a/b';
const plain = 'http://app.~.test/a/b';
const lines: readonly Line[] = [
  ...[
    'a=1',
    'a=1; Path=/',
    'a',
    '=a',
    '=',
    '',
    'a=',
    ' a = 1 ',
    'a=1=2',
    '"a"="1"',
    'a b=c d',
    'a=1,2',
    'a=\t1\t',
    'a=1;;;Path=/',
  ],
  ...['a=\x011', 'a=1; Path=/\x7f', 'a=1; x=\x1f', 'ä=1', 'a=é'],
  ...[
    'a=1; Domain=~.test',
    'a=1; Domain=.~.test',
    'a=1; Domain=..~.test',
    'a=1; Domain=',
    'a=1; Domain=.',
    'a=1; Domain',
    'a=1; Domain=app.~.test',
    'a=1; Domain=APP.~.TEST',
    'a=1; Domain=x.app.~.test',
    'a=1; Domain=other.test',
    'a=1; Domain=test',
    'a=1; Domain=~.test.',
    'a=1; Domain=~.test:443',
    'a=1; Domain=p.test; Domain=~.test',
    'a=1; Domain=~.test; Domain=p.test',
    'a=1; Domain=~.test; Domain=',
    'a=1; Domain="~.test"',
    'a=1; Domain=~.t\xe9st',
  ],
  ...[
    'a=1; Path=/a',
    'a=1; Path=/a/',
    'a=1; Path=/a/b',
    'a=1; Path=/a/b/',
    'a=1; Path=a',
    'a=1; Path=',
    'a=1; Path',
    'a=1; Path=/A',
    'a=1; Path=/x; Path=/',
    'a=1; Path="/"',
    'a=1; Path=/%61',
    'a=1; Path=/a?x',
  ],
  ...[
    'a=1; Max-Age=0',
    'a=1; Max-Age=-1',
    'a=1; Max-Age=9',
    'a=1; Max-Age=+9',
    'a=1; Max-Age=1.5',
    'a=1; Max-Age=',
    'a=1; Max-Age=x',
    'a=1; Max-Age="0"',
    'a=1; Max-Age=-x',
    'a=1; Max-Age=99999999999999999999',
    'a=1; Max-Age=0; Max-Age=9',
    'a=1; Max-Age=9; Max-Age=0',
    'a=1; Max-Age=9; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    'a=1; Max-Age=0; Expires=Fri, 01 Jan 2038 00:00:00 GMT',
    'a=1; Max-Age=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    'a=1; Max-Age=-99999999999999999999',
  ],
  ...[
    'a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    'a=1; Expires=0',
    'a=1; Expires=',
    'a=1; Expires=Thu, 01-Jan-70 00:00:01 GMT',
    'a=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT',
    'a=1; Expires=Wed, 30 Feb 2000 00:00:00 GMT',
    'a=1; Expires=1 jan 2001 5:6:7',
  ],
  ...[
    'a=1; Secure',
    'a=1; Secure=false',
    'a=1; SameSite=None',
    'a=1; SameSite=None; Secure',
    'a=1; SameSite=Strict',
    'a=1; SameSite=x',
    'a=1; SameSite',
    'a=1; SameSite=None; SameSite=Lax',
    'a=1; SameSite=Lax; SameSite=None',
    'a=1; Partitioned',
    'a=1; Partitioned; Secure',
    'a=1; Partitioned; Secure; Domain=~.test',
  ],
  ...[
    '__Secure-a=1',
    '__Secure-a=1; Secure',
    '__secure-a=1',
    '__Host-a=1; Secure',
    '__Host-a=1; Secure; Path=/',
    '__Host-a=1; Path=/',
    '__Host-a=1; Secure; Path=/; Domain=app.~.test',
    '__Host-a=1; Secure; Path=/; Domain=',
    '__Host-a=1; Secure; Path=/a',
    '__HOST-a=1; Path=/',
    '__Http-a=1; Secure; HttpOnly',
    '__Http-a=1; Secure',
    '__Http-a=1; HttpOnly',
    '__Host-Http-a=1; Secure; HttpOnly; Path=/',
    '__Host-Http-a=1; Secure; Path=/',
    '__Host-Http-a=1; Secure; HttpOnly; Path=/a',
    '__Secure-a',
    '=__Host-a=1',
    '=__Http-a=1',
    '__Host-',
    '=__Host-',
    '__Host-=1; Secure; Path=/',
    ' __Host-a=1',
  ],
  ...[
    `a=${'x'.repeat(4095)}`,
    `a=${'x'.repeat(4096)}`,
    `a=1; Path=/${'x'.repeat(1023)}`,
    `a=1; Path=/${'x'.repeat(1024)}`,
    `a=1; Domain=${'x'.repeat(1025)}`,
    `a=1; Path=/x; Path=/${'x'.repeat(1024)}`,
  ],
].map((set) => ({ set }));
const others: readonly Line[] = [
  // Chromium takes no nameless cookie that would come back as one with a name, no tab in a name, and a year before
  // 1601 for the past: the drafts do not.
  { set: '==a', chromium: '' },
  { set: '=a=b', chromium: '' },
  { set: 'a\tb=1', chromium: '' },
  { set: 'a=1; Expires=01 Jan 1600 00:00:00 GMT', chromium: '' },
  { set: 'a=1; Secure', url: plain },
  { set: 'a=1; Secure', url: plain, read: secure },
  { set: 'a=1', url: plain, read: secure },
  { set: 'a=1', url: secure, read: plain },
  { set: 'a=1; Secure; Path=/', url: secure, read: plain },
  { set: 'a=1; SameSite=None', url: plain },
  { set: '__Secure-a=1; Secure', url: plain, read: secure },
  { set: 'a=1; Path=/; Domain=~.test', read: 'https://other.~.test/' },
  { set: 'a=1; Path=/; Domain=~.test', read: 'https://~.test/' },
  { set: 'a=1; Path=/', read: 'https://x.app.~.test/' },
  { set: 'a=1; Path=/', read: 'https://~.test/' },
  { set: 'a=1; Path=/a', read: 'https://app.~.test/ab' },
  { set: 'a=1; Path=/a', read: 'https://app.~.test/a' },
  { set: 'a=1; Path=/a/', read: 'https://app.~.test/a' },
  { set: 'a=1; Path=/a', read: 'https://app.~.test/a?b' },
  { set: 'a=1; Path=/A', read: 'https://app.~.test/a' },
  { set: 'a=1', url: 'https://app.~.test', read: 'https://app.~.test/x' },
  { set: 'a=1; Domain=co.uk', url: 'https://~.co.uk/' },
  { set: 'a=1; Domain=~.co.uk', url: 'https://app.~.co.uk/' },
  { set: 'a=1; Domain=github.io', url: 'https://~.github.io/' },
  { set: 'a=1; Domain=~', url: 'https://~/' },
  { set: 'a=1; Domain=~.test', url: 'https://~.test./' },
  { set: 'a=1; Domain=~.test.', url: 'https://~.test./' },
  { set: 'a=1; Domain=m\xfcller.test', url: 'https://xn--mller-kva.test/' },
  { set: 'a=1; Domain=xn--bcher-kva.test', url: 'https://www.xn--bcher-kva.test/' },
  { set: 'a=1; Domain=127.0.0.9', url: 'http://127.0.0.9/' },
  { set: 'b=1; Domain=0.0.6', url: 'http://127.0.0.6/', read: 'http://127.0.0.6/x' },
  { set: 'b=1; Domain=.127.0.0.9', url: 'http://127.0.0.8/' },
  // Loopback is no exception for Secure here.
  { set: 's=1; Secure; Path=/s', url: 'http://localhost/s', chromium: 's=1' },
  { set: 't=1; Secure', url: 'http://127.0.0.7/', chromium: 't=1' },
  { set: 'u=1; Domain=localhost; Path=/u', url: 'http://localhost/u' },
];
const cases: readonly Line[] = [...lines, ...others];

/** Where a cookie that `app` has set is asked for: through another site, or by a form or link on a page of it. */
const ways: readonly { way: string; method: string; page: boolean; html: (target: string) => string }[] = [
  { way: 'a link', method: 'GET', page: true, html: (to) => `<script>location.href='${to}'</script>` },
  {
    way: 'a form',
    method: 'POST',
    page: true,
    html: (to) => `<form method=post action='${to}'></form><script>document.forms[0].submit()</script>`,
  },
  { way: 'a redirect', method: 'GET', page: false, html: () => '' },
];
const modes = ['', '; SameSite=Lax', '; SameSite=Strict', '; SameSite=None; Secure'];

describe('cookies of Chromium', function () {
  this.timeout(60_000);
  let chromium: Chromium | null;
  before(async () => {
    chromium = await startChromium();
  });
  after(() => chromium?.close());

  it(`are ours, for ${cases.length} Set-Cookie fields`, async function () {
    if (chromium === null) return this.skip();
    const open = chromium;
    const wrong: string[] = [];
    for (let from = 0; from < cases.length; from += lanes) {
      const some = cases.slice(from, from + lanes);
      const told = await Promise.all(some.map((line, index) => differs(open, line, from + index)));
      wrong.push(...told.flat());
    }
    expect(wrong).to.deep.equal([]);
  });

  for (const other of ['https://login.idp.test/', 'http://app.shop.test/', 'https://www.shop.test/']) {
    it(`are ours where ${other} leads back to https://app.shop.test`, async function () {
      if (chromium === null) return this.skip();
      const found: string[] = [];
      const wanted: string[] = [];
      for (const { way, method, page, html } of ways) {
        for (const [index, mode] of modes.entries()) {
          const name = `c${index}${way.at(-1)}${new URL(other).port}${other.length}`;
          const start = `https://app.shop.test/${name}`;
          const target = `https://app.shop.test/read-${name}`;
          const middle = `${other}${name}`;
          chromium.pages.set(start, { set: [`${name}=1; Path=/read-${name}${mode}`], to: middle });
          chromium.pages.set(middle, page ? { html: html(target) } : { to: target });
          found.push(`${way}${mode}: ${await chromium.open(start, target)}`);
          const jar = createJar(() => Date.now());
          await jar.store(new URL(start), [`${name}=1; Path=/read-${name}${mode}`]);
          const initiator = page ? { page: new URL(middle), topLevel: true } : null;
          const { header } = await jar.cookiesFor(new URL(target), { method, initiator });
          wanted.push(`${way}${mode}: ${header?.reveal() ?? ''}`);
        }
      }
      expect(wanted).to.deep.equal(found);
    });
  }
});

/** How the two differ, where they do; also where they were thought to and do not. */
async function differs(chromium: Chromium, line: Line, index: number): Promise<string[]> {
  const [set, url, read] = [line.set, line.url ?? secure, line.read ?? line.url ?? secure].map((text) =>
    text.replaceAll('~', `c${index}`),
  ) as [string, string, string];
  const there = await ofChromium(chromium, set, url, read);
  const here = await ofJar(set, url, read);
  if (there === (line.chromium ?? here) && (line.chromium === undefined || here !== there)) return [];
  return [
    `${JSON.stringify(set.slice(0, 80))} from ${url} at ${read}: "${there.slice(0, 60)}", and here "${here.slice(0, 60)}"`,
  ];
}

async function ofChromium(chromium: Chromium, set: string, url: string, read: string): Promise<string> {
  const target = new URL(read);
  target.searchParams.set('read', '');
  const page: Page = { set: [set], to: target.href };
  chromium.pages.set(new URL(url).href, page);
  return chromium.open(url, target.href);
}

async function ofJar(set: string, url: string, read: string): Promise<string> {
  const jar = createJar(() => Date.now());
  await jar.store(new URL(url), [set.trim()]);
  return (await jar.cookiesFor(new URL(read))).header?.reveal() ?? '';
}
