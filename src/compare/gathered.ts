/** Findings that say one thing of many subjects, as one: who reads fifty of them looks for the cause of one. */
import type { Finding } from '../model.ts';
import type { Row } from './rows.ts';
import { cellsOf, few } from './words.ts';

/** So many are read one by one. */
const most = 2;

export interface OfRow {
  readonly finding: Finding;
  readonly row: Row;
}

/** Each group where its first is; what the others are of is evidence. */
export function gathered(all: readonly OfRow[]): Finding[] {
  const groups = new Map<string, OfRow[]>();
  for (const each of all) {
    const { kind } = each.row;
    const key = JSON.stringify([kind.id, each.finding.environment, ...cellsOf(each.row)]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group;
    if (!first || group.length <= most) return group.map(({ finding }) => finding);
    const line = { hop: null, field: 'likewise', seen: few(others.map(({ row }) => row.of)) };
    return [{ ...first.finding, evidence: [...first.finding.evidence, line] }];
  });
}
