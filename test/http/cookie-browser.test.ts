import { expect } from 'chai';
import { parseSetCookie } from '../../src/http/cookie-parse.ts';
import { createJar } from '../../src/replay/jar.ts';
import { type Chromium, lanes, startChromium } from '../support/chromium.ts';

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
    'a=1; Max-Age=0; Max-Age=x',
    'a=1; Max-Age=; Max-Age=0',
    'a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Expires=x',
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
    `b=${'\xe9'.repeat(4095)}`,
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
    const rounds = inRounds();
    for (let from = 0; from < rounds.length; from += lanes) {
      const some = rounds.slice(from, from + lanes);
      const told = await Promise.all(some.map((round, index) => differs(open, round, from + index)));
      wrong.push(...told.flat());
    }
    expect(wrong).to.deep.equal([]);
  });

  it('are ours where another site leads back, by a link, a form and a redirect', async function () {
    if (chromium === null) return this.skip();
    const open = chromium;
    const from = ['https://login.idp.test/', 'http://app.shop.test/', 'https://www.shop.test/'];
    const trips = from.flatMap((other) => ways.map((way) => comeBack(open, other, way)));
    const found: string[] = [];
    const wanted: string[] = [];
    for (let at = 0; at < trips.length; at += lanes) {
      for (const trip of await Promise.all(trips.slice(at, at + lanes).map((start) => start()))) {
        found.push(trip.found);
        wanted.push(trip.wanted);
      }
    }
    expect(wanted).to.deep.equal(found);
    expect(new Set(found).size).to.be.greaterThan(3);
  });
});

/** A page of `other` leads back to where four cookies were set, one of each mode. */
function comeBack(
  chromium: Chromium,
  other: string,
  { way, method, page, html }: (typeof ways)[number],
): () => Promise<{ found: string; wanted: string }> {
  const name = `${way.replace(/\W/g, '')}-${new URL(other).protocol}${new URL(other).host}`.replace(
    /\W/g,
    '',
  );
  const start = `https://app.shop.test/${name}`;
  const target = `https://app.shop.test/read-${name}`;
  const middle = `${other}${name}`;
  const set = modes.map((mode, index) => `c${index}=1; Path=/read-${name}${mode}`);
  chromium.pages.set(start, { set, to: middle });
  chromium.pages.set(middle, page ? { html: html(target) } : { to: target });
  return async () => {
    const found = await chromium.open(start, target);
    const jar = createJar(() => Date.now());
    await jar.store(new URL(start), set);
    const initiator = page ? { page: new URL(middle), topLevel: true } : null;
    const { header } = await jar.cookiesFor(new URL(target), { method, initiator });
    const title = `${way} of ${other}: `;
    return { found: title + found, wanted: title + (header?.reveal() ?? '') };
  };
}

/** Lines that are set by one answer, with names of their own, and read by one request. */
interface Round {
  readonly url: string;
  readonly read: string;
  readonly lines: { readonly name: string; readonly set: string; readonly line: Line }[];
}

/** As few as there can be: what differs in its URLs, or has the name of another, cannot go along. */
function inRounds(): Round[] {
  const rounds: Round[] = [];
  for (const [index, line] of cases.entries()) {
    const { url = secure, read = url } = line;
    // The limit of the size is that of the name too.
    const set = line.set.length > 3000 ? line.set : line.set.replace(/^([^=;]*?)a(?=[^=;]*=)/, `$1a${index}`);
    const { name } = parseSetCookie(set.trim());
    const fits = (round: Round): boolean =>
      round.url === url && round.read === read && round.lines.every((other) => other.name !== name);
    const found = name === '' ? undefined : rounds.find(fits);
    if (found) found.lines.push({ name, set, line });
    else rounds.push({ url, read, lines: [{ name, set, line }] });
  }
  return rounds;
}

/** How the two differ, where they do; also where they were thought to and do not. */
async function differs(chromium: Chromium, round: Round, index: number): Promise<string[]> {
  const own = (text: string): string => text.replaceAll('~', `c${index}`);
  const [url, read] = [own(round.url), own(round.read)];
  const sets = round.lines.map(({ set }) => own(set));
  const there = await ofChromium(chromium, sets, url, read);
  const here = await ofJar(sets, url, read);
  const alone = round.lines.length === 1;
  return round.lines.flatMap(({ name, set, line }) => {
    const [found, ours] = [there, here].map((text) => (alone ? text : pairOf(text, name)));
    if (found === (line.chromium ?? ours) && (line.chromium === undefined || ours !== found)) return [];
    return [
      `${JSON.stringify(set.slice(0, 80))} from ${url} at ${read}: "${found?.slice(0, 60)}", and here "${ours?.slice(0, 60)}"`,
    ];
  });
}

/** The cookie of that name in a Cookie field. */
function pairOf(field: string, name: string): string {
  return field.split('; ').find((pair) => pair.startsWith(`${name}=`)) ?? '';
}

async function ofChromium(
  chromium: Chromium,
  set: readonly string[],
  url: string,
  read: string,
): Promise<string> {
  const target = new URL(read);
  target.searchParams.set('read', '');
  chromium.pages.set(new URL(url).href, { set, to: target.href });
  return chromium.open(url, target.href);
}

async function ofJar(set: readonly string[], url: string, read: string): Promise<string> {
  const jar = createJar(() => Date.now());
  await jar.store(
    new URL(url),
    set.map((line) => line.trim()),
  );
  return (await jar.cookiesFor(new URL(read))).header?.reveal() ?? '';
}
