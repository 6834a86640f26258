/** Tables of matching that other jars are held to. Rows that we mean to answer otherwise are named, with the reason. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { expect } from 'chai';
import type { KeptCookie } from '../../src/http/cookie.ts';
import { domainOf, parseSetCookie } from '../../src/http/cookie-parse.ts';
import { withheldBy } from '../../src/http/cookie-send.ts';
import { domainMatches, hostOf, registrableDomain } from '../../src/http/cookie-site.ts';
import { judgeSetCookie } from '../../src/http/cookie-store.ts';
import { sharedFile } from '../report/shared-file.ts';

interface Tables {
  readonly domainMatch: readonly (readonly [host: string | null, domain: string | null, match: boolean])[];
  readonly pathMatch: readonly (readonly [path: string, cookie: string, match: boolean])[];
  readonly canonicalDomain: readonly { readonly input: string; readonly output: string }[];
  readonly defaultPath: readonly { readonly input: string | null; readonly output: string }[];
  readonly date: readonly unknown[];
  readonly permuteDomain: readonly { readonly domain: string; readonly permutations: readonly string[] }[];
}

const now = Date.parse('2026-06-01T12:00:00Z');

describe('tables of matching', () => {
  let tables: Tables;
  before(function () {
    const file = sharedFile('vectors/cookies/match-tables.json');
    if (file === null) return this.skip();
    tables = JSON.parse(readFileSync(file, 'utf8'));
  });

  it('of domains are ours, but for names that are not made canonical first', () => {
    const known = tables.domainMatch.filter(([host, domain]) => host !== null && domain !== null);
    const wrong = known.filter(([host, domain, match]) => {
      const name = canonical(String(host));
      return domainMatches(name, canonical(String(domain).replace(/^\./, ''))) !== match;
    });
    expect([known.length > 60, wrong.map(([host, domain]) => `${host} ${domain}`)]).to.deep.equal([
      true,
      // In the tables both stand twice: these rows are of raw names, which no URL and no Domain attribute give us.
      ['Example.com example.com', 'www.google.com .google.com'],
    ]);
    expect(wrong.map(([host, domain]) => domainMatches(String(host), String(domain)))).to.deep.equal([
      false,
      false,
    ]);
  });

  it('of domains are those of the judge, but for public suffixes, dots alone and an empty Domain', () => {
    const differing = tables.domainMatch.flatMap(([host, domain, match]) => {
      const written = host?.includes(':') ? `[${host}]` : host;
      if (host === null || domain === null || !URL.canParse(`https://${written}/`)) return [];
      const ascii = /[^\0-\x7f]/.test(domain) ? domainToASCII(domain) : domain;
      const request = { method: 'GET', url: new URL(`https://${written}/`), initiator: null };
      const { refused } = judgeSetCookie(`a=1; Domain=${ascii}`, request, now);
      return (refused === null) === match ? [] : [`${host} ${domain} ${refused?.rule ?? 'kept'}`];
    });
    expect(differing).to.deep.equal([
      'example.com  kept',
      'computer.com com public-suffix',
      'becoming.com com public-suffix',
      'sitcom.com com public-suffix',
      '. . domain-mismatch',
      '.. . domain-mismatch',
      'Example.com example.com kept',
      'www.google.com .google.com kept',
    ]);
  });

  it('of paths are ours', () => {
    const matches = (path: string, of: string): boolean =>
      withheldBy(
        { ...kept('/'), path: of },
        { method: 'GET', url: new URL(path, 'https://a.test'), initiator: null },
        now,
      ) === null;
    const wrong = tables.pathMatch.filter(([path, of, match]) => matches(path, of) !== match);
    expect([tables.pathMatch.length, wrong]).to.deep.equal([7, []]);
  });

  it('of default paths are ours', () => {
    const wrong = tables.defaultPath.filter(({ input, output }) => kept(input ?? '').path !== output);
    expect([tables.defaultPath.length, wrong]).to.deep.equal([5, []]);
  });

  it('of canonical domains are those of hosts; a Domain attribute is only made lower case', () => {
    const ofHost = tables.canonicalDomain.filter(
      ({ input, output }) => canonical(input.replace(/^\./, '')) !== output,
    );
    const ofAttribute = tables.canonicalDomain.filter(
      ({ input, output }) => domainOf(parseSetCookie(`a=1; Domain=${input}`)) !== output,
    );
    expect([ofHost, ofAttribute.map(({ output }) => output)]).to.deep.equal([
      [],
      // RFC 6265bis section 5.6.3: neither IDNA nor addresses are read; a Domain of these is refused.
      ['xn--jxalpdlp.xn--jxalpdlp', '::ffff:7f00:1'],
    ]);
  });

  it('of the domains above a host begin with its registrable domain', () => {
    const wrong = tables.permuteDomain.filter(
      ({ domain, permutations }) => registrableDomain(domain)?.replace(/\.$/, '') !== permutations[0],
    );
    expect([tables.permuteDomain.length, wrong]).to.deep.equal([4, []]);
  });

  it('of dates are empty', () => {
    expect(tables.date).to.deep.equal([]);
  });
});

/** A host as a URL gives it; what no URL holds is taken as it is. */
function canonical(host: string): string {
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIP(bare) === 6) return hostOf(new URL(`https://[${bare}]/`));
  return (/[^\0-\x7f]/.test(bare) ? domainToASCII(bare) : bare).toLowerCase();
}

/** As set by an answer from that path. */
function kept(path: string): KeptCookie {
  const url = new URL(path, 'https://a.test');
  const { cookie } = judgeSetCookie('a=1', { method: 'GET', url, initiator: null }, now);
  if (cookie === null) throw new Error('nothing is kept');
  return cookie;
}
