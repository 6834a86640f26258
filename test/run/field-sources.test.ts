/** Who put each field into a request, on every hop, held against what the servers received. */
import { expect } from 'chai';
import fc from 'fast-check';
import { why401 } from '../support/command.ts';
import { type Origins, startOrigins } from '../support/origins.ts';

const api = 'https://api.example.test';
const www = 'https://www.example.test';
const env = { TOKEN: 'the-token-of-reader', KEY: 'the-gateway-key-1', SID: 'the-cookie-of-key' };

interface ReportedHop {
  readonly request: { readonly headers: readonly (readonly [string, string])[] };
  readonly added: readonly {
    readonly header: string;
    readonly by: string;
    readonly credential: string | null;
    readonly changed: boolean;
  }[];
}

describe('who put a field into a request', () => {
  let origins: Origins;
  /** Answers by path: `302 location`, with cookies. */
  let answers: Record<string, { readonly to?: string; readonly cookies?: readonly string[] }>;
  beforeEach(async () => {
    origins = await startOrigins();
    answers = {};
    for (const origin of [api, www]) {
      await origins.serve(origin, ({ url }, response) => {
        const { to, cookies = [] } = answers[url] ?? {};
        response.writeHead(
          to === undefined ? 200 : 302,
          [
            ...cookies.map((line) => ['Set-Cookie', line]),
            ...(to === undefined ? [] : [['Location', to]]),
          ].flat(),
        );
        response.end();
      });
    }
  });
  afterEach(() => origins.close());

  async function hopsOf(step: object, headers: Record<string, string> = {}): Promise<ReportedHop[]> {
    const { code, stdout, stderr, written } = await why401(['run', '--reporter', 'json=r.json'], {
      files: {
        'why401.yml': JSON.stringify({
          environments: {
            staging: {
              origins: { api, www },
              headers,
              protected: false,
              tls: { ca: 'ca.pem' },
              connect_to: Object.fromEntries(origins.transport.connectTo),
            },
          },
          credentials: {
            reader: { type: 'bearer', token: '${secret.TOKEN}' },
            gateway: { type: 'api_key', name: 'X-Gateway-Key', value: '${secret.KEY}' },
            cookie: { type: 'api_key', in: 'cookie', name: 'key', value: '${secret.SID}' },
            hook: { type: 'hmac', key: '${secret.KEY}', header: 'X-Sig', over: '${method} ${path}' },
          },
        }),
        'a.yml': JSON.stringify({ steps: [step] }),
        'ca.pem': origins.authority.ca,
      },
      env,
    });
    expect(code, `${stdout}${stderr}`).to.equal(0);
    const report = JSON.parse(written['r.json'] ?? '') as {
      scenarios: { steps: { exchanges: { hops: ReportedHop[] }[] }[] }[];
    };
    return report.scenarios[0]?.steps[0]?.exchanges.at(-1)?.hops ?? [];
  }
  const rows = ({ added }: ReportedHop): string[] =>
    added.map(
      ({ header, by, credential, changed }) =>
        `${header} ${by}${credential === null ? '' : ` ${credential}`}${changed ? ' changed' : ''}`,
    );

  it('is told of each field of each hop', async () => {
    answers = {
      '/orders': { to: '/orders/', cookies: ['sid=abcdefgh; Path=/'] },
      '/orders/': { to: `${www}/end`, cookies: ['sid=changed1; Path=/'] },
    };
    const hops = await hopsOf(
      {
        POST: '/orders',
        credential: ['reader', 'gateway', 'cookie', 'hook'],
        headers: { 'X-Trace': '1', Accept: 'text/plain' },
        cookies: { lang: 'de' },
        body: { json: { a: 1 } },
      },
      { 'X-Tenant': 'acme', 'User-Agent': 'acme-tests', Accept: 'text/html' },
    );
    expect(hops.map(rows)).to.deep.equal([
      [
        'x-tenant environment',
        'user-agent environment',
        'x-trace step',
        'accept step',
        'authorization credential reader',
        'x-gateway-key credential gateway',
        'cookie step',
        'cookie credential cookie',
        'content-type why401',
        'x-sig credential hook',
      ],
      [
        'cookie step changed',
        'cookie credential cookie changed',
        'cookie jar changed',
        'x-sig credential hook changed',
      ],
      [],
    ]);
    // What servers received is what the trace holds: names, order, and values that are no secret.
    expect(origins.received).to.have.length(3);
    hops.forEach(({ request }, index) => {
      const shown = new Map(request.headers.map(([name, value]) => [name.toLowerCase(), value]));
      const received = origins.received[index]?.headers ?? [];
      expect(received.map(([name]) => name)).to.deep.equal(request.headers.map(([name]) => name));
      for (const [name, value] of received) {
        const seen = shown.get(name.toLowerCase()) ?? '';
        if (!seen.includes('[secret:')) expect(seen).to.equal(value);
      }
    });
  });

  it('is a header of the environment instead of a default, sent once', async () => {
    const [hop] = await hopsOf({ GET: '/' }, { accept: 'application/json' });
    expect(hop?.request.headers.filter(([name]) => /^accept$/i.test(name))).to.deep.equal([
      ['accept', 'application/json'],
    ]);
  });

  it('is one set of sources for each field, and a credential for its own alone', async () => {
    const name = fc.stringMatching(/^X-[A-Z][a-z]{1,8}$/);
    const fields = fc.dictionary(name, fc.stringMatching(/^[a-z0-9]{1,8}$/), { maxKeys: 4 });
    const chain = fc.array(fc.boolean(), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fields, fields, chain, fc.boolean(), async (own, shared, leaves, credential) => {
        answers = {};
        let at = api;
        leaves.forEach((leave, index) => {
          const next = leave ? (at === api ? www : api) : at;
          answers[`/${index}`] = { to: `${next}/${index + 1}`, cookies: [`c${index}=v${index}; Path=/`] };
          at = next;
        });
        const step = { GET: '/0', headers: own, credential: credential ? ['reader', 'gateway'] : 'none' };
        const hops = await hopsOf(step, shared);
        const first = hops[0];
        const lower = (map: object): string[] => Object.keys(map).map((key) => key.toLowerCase());
        const mine = new Set(lower(own));
        expect(hops).to.have.length(leaves.length + 1);
        expect(new Set(first ? rows(first) : [])).to.deep.equal(
          new Set([
            'user-agent why401',
            'accept why401',
            ...lower(own).map((each) => `${each} step`),
            ...lower(shared)
              .filter((each) => !mine.has(each))
              .map((each) => `${each} environment`),
            ...(credential ? ['authorization credential reader', 'x-gateway-key credential gateway'] : []),
          ]),
        );
        for (const hop of hops.slice(1)) {
          expect(hop.added.filter(({ header, by }) => header !== 'cookie' || by !== 'jar')).to.deep.equal([]);
        }
      }),
      { numRuns: 15 },
    );
  });
});
