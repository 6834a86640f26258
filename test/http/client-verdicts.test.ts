import { expect } from 'chai';
import { groupVerdicts, someClients, verdictWords } from '../../src/http/client-groups.ts';
import { clientVerdicts, type JudgedChain } from '../../src/http/client-verdicts.ts';
import { findClient } from '../../src/http/clients.ts';

const some = ['fetch', 'curl', 'go', 'python-requests', 'got-14', 'java-17', 'dotnet'].map((id) => {
  const profile = findClient(id);
  if (!profile) throw new Error(`no profile ${id}`);
  return profile;
});

interface Chain {
  readonly method?: string;
  readonly from: string;
  /** `301 URL`, and what our own follower asked next: `GET`, or null where it stopped. */
  readonly redirects: readonly (readonly [answer: string, next: string | null])[];
  readonly bound: readonly string[];
  readonly credentials?: readonly string[];
  readonly body?: boolean;
}

/** `fetch: lost at hop 2: the scheme changed`, of the first credential; of the method where it is asked for. */
function verdicts(given: Chain, header: string | null = 'authorization'): string[] {
  const { method = 'GET', from, redirects, bound, credentials = ['authorization'], body = false } = given;
  const hops: JudgedChain['hops'][number][] = [];
  let asked: string | null = method;
  for (const [answer, next] of redirects) {
    const [status = '', location = ''] = answer.split(' ');
    hops.push({
      method: asked ?? '',
      hasBody: body && asked === method,
      answer: { status: Number(status), location },
    });
    asked = next;
  }
  if (asked !== null)
    hops.push({ method: asked, hasBody: body && asked === method, answer: { status: 200, location: null } });
  const all = clientVerdicts(some, {
    first: {
      method,
      url: new URL(from),
      fields: new Set(credentials.filter((name) => !name.includes(':'))),
      hasBody: body,
    },
    hops,
    credentials,
    watched: [],
    bound: (origin) => bound.includes(origin),
  });
  return all.filter((each) => each.header === header).map((each) => `${each.client}: ${verdictWords(each)}`);
}

const http = 'http://app.example.test';
const https = 'https://app.example.test';

describe('verdicts on other clients', () => {
  it('up: those that compare the scheme lose it', () => {
    const chain = {
      from: `${http}/a`,
      redirects: [[`301 ${https}/a`, 'GET']],
      bound: [http, https],
    } as const;
    expect(verdicts(chain)).to.deep.equal([
      'fetch: lost at hop 2: the scheme changed',
      'curl: lost at hop 2: the scheme changed',
      'go: kept',
      'python-requests: kept',
      'got-14: kept',
      'java-17: kept',
      'dotnet: lost at hop 2: sent on no redirect',
    ]);
    expect(verdicts({ ...chain, bound: [http] })).to.deep.equal(verdicts(chain));
  });

  it('down: who keeps it sends it in clear, and some do not follow', () => {
    const chain = {
      from: `${https}/a`,
      redirects: [[`301 ${http}/a/`, 'GET']],
      bound: [http, https],
    } as const;
    expect(verdicts(chain)).to.deep.equal([
      'fetch: lost at hop 2: the scheme changed',
      'curl: lost at hop 2: the scheme changed',
      'go: leaked at hop 2: sent in clear after https',
      'python-requests: lost at hop 2: the scheme changed',
      'got-14: leaked at hop 2: sent in clear after https',
      'java-17: redirect not followed to hop 2: no redirect from https to http',
      'dotnet: redirect not followed to hop 2: no redirect from https to http',
    ]);
  });

  it('another port, a subdomain, the parent, a sibling and a foreign host', () => {
    const to = (from: string, target: string): string[] =>
      verdicts({
        from: `${from}/a`,
        redirects: [[`302 ${target}/a`, 'GET']],
        bound: [from, target],
      }).map((text) => text.replace(/ at hop 2/, ''));
    const kept = (list: readonly string[]): string[] =>
      list.filter((text) => text.endsWith(': kept')).map((text) => text.split(':')[0] ?? '');
    expect(kept(to(https, `${https}:8443`))).to.deep.equal(['go', 'java-17']);
    expect(kept(to(https, 'https://api.app.example.test'))).to.deep.equal(['go', 'java-17']);
    expect(kept(to('https://www.app.example.test', https))).to.deep.equal(['java-17']);
    expect(kept(to(https, 'https://other.example.test'))).to.deep.equal(['java-17']);
    expect(
      verdicts({ from: `${https}/a`, redirects: [['302 https://evil.test/a', 'GET']], bound: [https] }),
    ).to.deep.equal([
      'fetch: lost at hop 2: the host changed',
      'curl: lost at hop 2: the host changed',
      'go: lost at hop 2: the host changed',
      'python-requests: lost at hop 2: the host changed',
      'got-14: lost at hop 2: the host changed',
      'java-17: leaked at hop 2: https://evil.test is not of this environment',
      'dotnet: lost at hop 2: sent on no redirect',
    ]);
  });

  it('there and back: curl takes it up again, who is strict does not', () => {
    const chain: Chain = {
      from: `${https}/a`,
      redirects: [
        ['302 https://other.example.test/b', 'GET'],
        [`302 ${https}/c`, 'GET'],
      ],
      bound: [https, 'https://other.example.test'],
    };
    expect(verdicts(chain)).to.deep.equal([
      'fetch: lost at hop 2: the host changed',
      'curl: kept',
      'go: lost at hop 2: the host changed',
      'python-requests: lost at hop 2: the host changed',
      'got-14: lost at hop 2: the host changed',
      'java-17: kept',
      'dotnet: lost at hop 2: sent on no redirect',
    ]);
  });

  it('POST with 301: who stays with POST, and that nothing is known of what it gets then', () => {
    const chain: Chain = {
      method: 'POST',
      body: true,
      from: `${https}/a`,
      redirects: [
        ['301 /a/', 'GET'],
        ['301 /b', 'GET'],
      ],
      bound: [https],
    };
    expect(verdicts(chain, null)).to.deep.equal([
      'fetch: changed at hop 2: POST became GET',
      'curl: changed at hop 2: POST became GET',
      'go: changed at hop 2: POST became GET',
      'python-requests: changed at hop 2: POST became GET',
      'got-14: kept: not known beyond hop 2, which gets POST with its body',
      'java-17: changed at hop 2: POST became GET',
      'dotnet: changed at hop 2: POST became GET',
    ]);
    expect(verdicts(chain)[4]).to.equal(
      'got-14: kept: not known beyond hop 2, which gets POST with its body',
    );
  });

  it('a redirect that was not followed has a verdict for the request that would come next', () => {
    const chain: Chain = { from: `${http}/a`, redirects: [[`301 ${https}/a`, null]], bound: [http, https] };
    expect(verdicts(chain).slice(0, 3)).to.deep.equal([
      'fetch: lost at hop 2: the scheme changed',
      'curl: lost at hop 2: the scheme changed',
      'go: kept',
    ]);
  });

  it('a key in the query goes where the Location takes it, whoever follows', () => {
    const chain = (location: string): Chain => ({
      from: `${https}/a?key=k`,
      redirects: [[`302 ${location}`, 'GET']],
      bound: [https],
      credentials: ['query:key'],
    });
    const all = (location: string): string[] => [
      ...new Set(verdicts(chain(location), 'query:key').map((text) => text.replace(/^[^:]+: /, ''))),
    ];
    expect(all('/b')).to.deep.equal(['lost at hop 2: the Location does not carry it']);
    expect(all('/b?key=k')).to.deep.equal(['kept']);
    expect(all('https://evil.test/?key=k')).to.deep.equal([
      'leaked at hop 2: https://evil.test is not of this environment',
    ]);
  });

  it('says nothing where there is nothing to lose', () => {
    expect(
      verdicts({ from: `${http}/a`, redirects: [[`301 ${https}/a`, 'GET']], bound: [http], credentials: [] }),
    ).to.deep.equal([]);
  });
});

describe('groups of verdicts', () => {
  it('fold what is the same, the worst first', () => {
    const of = (
      client: string,
      verdict: 'kept' | 'lost' | 'leaked',
    ): Parameters<typeof groupVerdicts>[0][number] => ({
      client,
      header: 'authorization',
      verdict,
      hop: verdict === 'kept' ? null : 2,
      rule: verdict === 'kept' ? null : 'the scheme changed',
    });
    const groups = groupVerdicts([
      of('go', 'kept'),
      of('reqwest', 'lost'),
      of('got', 'leaked'),
      of('curl', 'lost'),
    ]);
    expect(groups.map(({ verdict, clients }) => [verdict, clients])).to.deep.equal([
      ['leaked', ['got']],
      ['lost', ['curl', 'reqwest']],
      ['kept', ['go']],
    ]);
  });

  it('name a few and count the others', () => {
    expect(someClients(['a', 'b', 'c', 'd', 'fetch'])).to.equal('fetch, a, b, c, d');
    expect(someClients(['a', 'b', 'c', 'd', 'e', 'fetch'])).to.equal('fetch, a, b, c and 2 more clients');
  });
});
