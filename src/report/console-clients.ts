/** What other HTTP clients would have made of the redirects: a line, or the whole table where it is asked for. */
import {
  type ClientGroup,
  carrierName,
  fateWords,
  groupVerdicts,
  verdictWords,
} from '../http/client-groups.ts';
import type { Exchange } from '../model.ts';
import { paragraph, type Style } from './console-style.ts';
import { visible, wrap } from './text.ts';

/** Columns before the table: those of a label. */
const indent = 9;
/** A longer verdict is wrapped. */
const widestVerdict = 30;

/** `all`: `--clients`. Otherwise one line for what is lost or leaked, and nothing where nothing is. */
export function clientLines(exchange: Exchange | null, style: Style, all: boolean): string[] {
  const groups = groupVerdicts(exchange?.clients ?? []);
  const headers = [...new Set(groups.map(({ header }) => header))];
  if (all) return headers.flatMap((header) => table(groups, header, style));
  return headers
    .filter((header) => isBroken(groups, header))
    .flatMap((header) => line(groups, header, style));
}

function isBroken(groups: readonly ClientGroup[], header: string | null): boolean {
  return groups.some(
    (group) => group.header === header && (group.verdict === 'lost' || group.verdict === 'leaked'),
  );
}

function line(groups: readonly ClientGroup[], header: string | null, style: Style): string[] {
  const text = `other clients: ${carrierName(header)} ${fateWords(groups, header)}`;
  return paragraph(visible(text), indent, style, style.yellow);
}

/** A row for each group: the verdict, and the clients of which it holds beside it. */
function table(groups: readonly ClientGroup[], header: string | null, style: Style): string[] {
  const rows = groups.filter((group) => group.header === header);
  const verdicts = rows.map((group) => wrap(visible(verdictWords(group)), widestVerdict));
  const width = Math.max(...verdicts.flat().map((text) => text.length));
  const room = style.width - indent - width - 2;
  const lines = rows.flatMap(({ verdict, clients }, index) => {
    const paint = { kept: style.green, leaked: style.red }[verdict as string] ?? style.yellow;
    const left = verdicts[index] ?? [];
    const right = wrap(visible(clients.join(', ')), room);
    return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => {
      const cell = left[at] ?? '';
      const beside = right[at];
      const gap = beside === undefined ? '' : ' '.repeat(width - cell.length + 2);
      return `${' '.repeat(indent)}${cell === '' ? '' : paint(cell)}${gap}${beside ?? ''}`;
    });
  });
  return [`  ${style.dim('in other clients: ')}${visible(carrierName(header))}`, ...lines];
}
