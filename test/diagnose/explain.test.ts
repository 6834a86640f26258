import { expect } from 'chai';
import { explain, explanations } from '../../src/diagnose/explain/explanations.ts';
import { causes } from '../../src/diagnose/vocabulary.ts';
import { expectGolden } from '../support/golden.ts';
import { claimCases } from './explain-cases-claims.ts';
import { clientCases } from './explain-cases-client.ts';
import { deliveryCases } from './explain-cases-delivery.ts';
import { edgeCases } from './explain-cases-edge.ts';
import { sessionCases } from './explain-cases-session.ts';
import { tokenCases } from './explain-cases-token.ts';
import { about, type Case, html, json } from './explain-subjects.ts';

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

  it('shows no value of a secret', () => {
    expect(all.map(told).join('')).to.not.include('not-shown');
  });
});
