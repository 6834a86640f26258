import { expect } from 'chai';
import fc from 'fast-check';
import { explain, explanations } from '../../src/diagnose/explain/explanations.ts';
import { short, shownUrl, smallDifference } from '../../src/diagnose/explain/words.ts';
import { causes } from '../../src/diagnose/vocabulary.ts';
import type { Json, JsonMap } from '../../src/model.ts';
import { expectGolden } from '../support/golden.ts';
import { claimCases } from './explain-cases-claims.ts';
import { clientCases } from './explain-cases-client.ts';
import { deliveryCases } from './explain-cases-delivery.ts';
import { edgeCases } from './explain-cases-edge.ts';
import { sessionCases } from './explain-cases-session.ts';
import { tokenCases } from './explain-cases-token.ts';
import { about, type Case, html, json, machine } from './explain-subjects.ts';
import { use } from './subjects.ts';

const tables: Readonly<Record<string, readonly Case[]>> = {
  claims: claimCases,
  token: tokenCases,
  client: clientCases,
  delivery: deliveryCases,
  session: sessionCases,
  edge: edgeCases,
};

/** What a finding would carry, a place as reports print it. */
function told([cause, what, subject]: Case): string {
  const { summary, fix, fixSource, references } = explain(cause, subject);
  const place = fixSource ? `  (${fixSource.file}:${fixSource.line}:${fixSource.column})` : '';
  return `${cause}: ${what}\n  ${summary}\n  fix  ${fix}${place}\n  see  ${references.join('; ') || '-'}\n`;
}

describe('shownUrl', () => {
  it('keeps what a query says and leaves out what may be a credential', () => {
    const url = `https://app.test/cb?code=abc&page=2&id_token=x&next=%2Forders&long=${'a'.repeat(33)}#access_token=y&ok=1`;
    expect(shownUrl(url)).to.equal(
      'https://app.test/cb?code=…&page=2&id_token=…&next=%2Forders&long=…#access_token=…&ok=1',
    );
  });
});

describe('short', () => {
  it('shows no token and cuts between words', () => {
    const token = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln';
    expect(short(`The token ${token} is\n\nbad.`)).to.equal('The token [token] is bad');
    expect(short('a'.repeat(50))).to.equal('[…]');
    expect(short(`${'word '.repeat(40)}end`)).to.equal(`${'word '.repeat(28)}…`);
    expect(short(' \n ')).to.equal(null);
  });
});

describe('smallDifference', () => {
  it('names one that is easily overlooked', () => {
    const pairs = [
      ['https://a.test', 'https://a.test'],
      ['https://a.test', 'https://a.test/'],
      ['https://a.test/A', 'https://a.test/a'],
      ['https://a.test ', 'https://a.test'],
      ['https://a.test:443/x', 'https://a.test/x'],
      ['https://a.test/x', 'http://a.test/x'],
      ['https://a.test/x', 'https://a.test:8443/x'],
      ['https://a.test/v1', 'https://a.test/v2'],
      ['https://a.test/x', 'https://b.test/x'],
      ['a', 'b'],
    ] as const;
    expect(pairs.map(([one, other]) => smallDifference(one, other))).to.deep.equal([
      null,
      'they differ in the slash at the end',
      'they differ in upper and lower case',
      'they differ in white space at an end',
      'they differ in spelling only, a default port or an escape',
      'they differ in the scheme only',
      'they differ in the port only',
      'they differ in the path only',
      null,
      null,
    ]);
  });
});

describe('explain', () => {
  for (const [name, table] of Object.entries(tables)) {
    it(`names what was seen: ${name}`, () => {
      expectGolden(`explain/${name}.txt`, table.map(told).join('\n'));
    });
  }

  const all = Object.values(tables).flat();

  it('is shown for every cause that has words of its own', () => {
    const shown = new Set(all.map(([cause]) => cause));
    expect(Object.keys(explanations).filter((cause) => !shown.has(cause))).to.deep.equal([]);
  });

  it('gives every cause one sentence, a fix, and no blank', () => {
    const subjects = [
      about({}),
      about({ uses: [], credential: null }),
      about({ stage: 'token', uses: [], credential: null, hops: [json(400, { error: 'x' })] }),
      about({ stage: 'authorization', uses: [], hops: [html(400, '<title>Error</title>')] }),
      about({ hops: [{ url: 'not a url', status: 302, sent: [], headers: [['Location', '::']] }] }),
    ];
    for (const { id } of causes()) {
      for (const subject of subjects) {
        const { summary, fix } = explain(id, subject);
        expect(summary, id).to.match(/^[^\n]{20,600}\.$/);
        expect(`${summary} ${fix}`, id).to.not.match(
          /undefined|null|\bNaN\b|\[object| {2}|\(\)|\.\.$|\?\.|,\s*[,.]/,
        );
        expect(fix, id).to.match(/\.$/);
      }
    }
  });

  it('takes whatever a token and a server say', () => {
    const any = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>;
    const number = fc.oneof(fc.double(), fc.maxSafeInteger());
    const claims = fc.record(
      {
        exp: fc.oneof(number, any),
        iat: fc.oneof(number, any),
        nbf: fc.oneof(number, any),
        auth_time: fc.oneof(number, any),
        iss: any,
        aud: any,
        scope: any,
        cnf: any,
        azp: any,
      },
      { requiredKeys: [] },
    );
    const answers = fc.record({
      body: fc.oneof(
        fc.string({ unit: 'binary' }),
        any.map((value) => JSON.stringify(value)),
      ),
      location: fc.string(),
    });
    fc.assert(
      fc.property(claims, answers, fc.constantFrom(...causes()), (held, answer, { id }) => {
        const hops = [
          {
            status: 403,
            body: answer.body,
            headers: [
              ['Location', answer.location],
              ['Set-Cookie', answer.location],
            ] as [string, string][],
          },
        ];
        const { summary } = explain(id, about({ uses: [use(held as JsonMap)], hops, credential: machine }));
        expect(summary.length).to.be.lessThan(1600);
      }),
      { numRuns: 500 },
    );
  });

  it('shows no value of a secret', () => {
    expect(all.map(told).join('')).to.not.include('not-shown');
  });
});
