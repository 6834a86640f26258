import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { faultFacts } from '../../src/http/fault.ts';
import type { FaultKind } from '../../src/model.ts';
import { isFaultKind } from '../../src/plan/fault-rules.ts';

const text = readFileSync(fileURLToPath(new URL('../../../docs/faults.md', import.meta.url)), 'utf8');

/** Kind and last column of each row; a kind may have two rows. */
const rows = [...text.matchAll(/^\| `\{?(\w+).*\|([^|]*)\|$/gm)].map(([line, kind = '', writes = '']) => ({
  line,
  kind,
  writes: writes.trim() === 'yes',
}));

describe('docs/faults.md', () => {
  it('has each fault, and says which of them want "writes: true"', () => {
    const kinds = Object.keys(faultFacts) as FaultKind[];
    expect([...new Set(rows.map(({ kind }) => kind))].sort()).to.deep.equal([...kinds].sort());
    expect(rows.filter(({ writes }) => writes).map(({ kind }) => kind)).to.deep.equal(
      kinds.filter((kind) => faultFacts[kind].alarm !== null),
    );
  });

  it('answers as the findings say', () => {
    const wrong = rows.filter(({ kind, line }) => {
      const answer = isFaultKind(kind) ? faultFacts[kind].answer : '';
      const words = answer.match(/\b(?:4\d\d|invalid_\w+|insufficient_scope)\b/g) ?? [];
      return words.length === 0 || words.some((word) => !line.includes(word));
    });
    expect(wrong).to.deep.equal([]);
  });

  it('names a section that the findings name too', () => {
    const wrong = rows.filter(({ kind, line }) => {
      const known: readonly string[] = isFaultKind(kind) ? faultFacts[kind].references : [];
      return !known.some((reference) => line.includes(reference));
    });
    expect(wrong).to.deep.equal([]);
  });
});
