/** The hop table of the console: what was asked, what came back, what became of its fields, where a redirect led. */
import type { Exchange, Hop } from '../model.ts';
import { cookieLines } from './console-cookies.ts';
import type { Style } from './console-style.ts';
import { answer, describeStop, lostTries, moves, received, sentence } from './hop.ts';
import { type Fate, fates, lost } from './hop-fields.ts';
import { columns, cut, cutMiddle, formatDuration, pad, readable, visible, wrap } from './text.ts';

/** Columns before the method: those of a label. */
const indent = 9;

interface Row {
  readonly hop: Hop;
  readonly asked: string;
  readonly got: string;
  readonly time: string;
  readonly fates: readonly Fate[];
  readonly moves: readonly string[];
  /** No hop comes after it. */
  readonly last: boolean;
}
/** Columns of the parts of a line. */
interface Widths {
  readonly asked: number;
  readonly got: number;
  readonly time: number;
  /** What became of the fields stands beside the answer. */
  readonly beside: boolean;
}

export function hopTable(exchange: Exchange, style: Style, headers: boolean): string[] {
  const rows = exchange.hops.map(
    (hop): Row => ({
      hop,
      asked: visible(`${hop.request.method} ${hop.request.url}`),
      got: visible(answer(hop)),
      time: formatDuration(hop.timings.total),
      fates: fates(exchange, hop).map(({ word, fields }) => ({ word, fields: visible(fields) })),
      moves: moves(exchange, hop).map(visible),
      last: hop === exchange.hops.at(-1),
    }),
  );
  const widths = measure(rows, style);
  const lines = rows.flatMap((row) => [
    ...moveLine(row, lost(exchange, row.hop), style),
    ...rowLines(row, widths, style),
    ...(headers ? headerLines(row.hop, style) : []),
  ]);
  if (exchange.as !== undefined)
    lines.push(`${' '.repeat(indent)}${style.dim(visible(`redirects followed as ${exchange.as}`))}`);
  if (!exchange.stopped || exchange.stopped.reason === 'not-followed') return lines;
  const stop = wrap(visible(describeStop(exchange.stopped)), style.width - indent);
  return [...lines, ...stop.map((text) => `${' '.repeat(indent)}${style.yellow(text)}`)];
}

function measure(rows: readonly Row[], style: Style): Widths {
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(columns));
  const got = widest(rows.map((row) => row.got));
  const time = widest(rows.map((row) => row.time));
  const room = style.width - indent - got - time - 4;
  const asked = Math.min(room, widest(rows.map((row) => row.asked)));
  const fate = widest(rows.map((row) => row.fates.map(sentence).join(', ')));
  const single = rows.every((row) => row.fates.length <= 1);
  return { asked, got, time, beside: single && asked + 2 + fate <= room };
}

function rowLines({ hop, asked, got, time, fates: all, last }: Row, widths: Widths, style: Style): string[] {
  const failed = hop.failure !== null || (hop.response?.status ?? 0) >= 400;
  const main = [
    `  ${style.dim(`hop ${hop.index}`.padEnd(indent - 2))}${pad(cutMiddle(asked, widths.asked), widths.asked)}`,
    (failed ? style.red : style.bold)(got) + ' '.repeat(widths.got - columns(got)),
    style.dim(time.padStart(widths.time)),
  ];
  if (widths.beside) main.push(...all.map((fate) => paintOf(fate, style)(sentence(fate))));
  const below = widths.beside ? [] : all.flatMap((fate) => fateLines(fate, style));
  return [main.join('  '), ...below, ...details(hop, last, style)];
}

/** Columns of the longest word. */
const wordWidth = 9;

function fateLines(fate: Fate, style: Style): string[] {
  const paint = paintOf(fate, style);
  if (fate.word === 'nothing') return [`${' '.repeat(indent)}${paint(sentence(fate))}`];
  return wrap(fate.fields, style.width - indent - wordWidth).map(
    (line, index) =>
      `${' '.repeat(indent)}${paint((index === 0 ? fate.word : '').padEnd(wordWidth))}${paint(line)}`,
  );
}

function paintOf({ word }: Fate, style: Style): (text: string) => string {
  if (word === 'sent') return style.dim;
  return word === 'added' || word === 'changed' ? style.cyan : style.yellow;
}

/** Between two hops, where more than the path changed. */
function moveLine({ moves: changes }: Row, loses: boolean, style: Style): string[] {
  if (changes.length === 0) return [];
  const paint = loses ? style.yellow : style.dim;
  return [`    ${paint('↓')}    ${paint(cutMiddle(changes.join(', '), style.width - indent))}`];
}

/** Cookies that it set, the server, what it asks for, or why there is no server. */
function details(hop: Hop, last: boolean, style: Style): string[] {
  const challenges = [...received(hop, 'www-authenticate'), ...received(hop, 'proxy-authenticate')];
  const servers = received(hop, 'server').map((value) => `server ${value}`);
  const room = style.width - indent;
  const lines = [...setCookies(hop, last), ...cookieLines(hop)].flatMap((text) => wrap(visible(text), room));
  const texts = [
    ...(servers.length > 0 ? [servers.join(', ')] : []),
    ...challenges.map((value) => `challenge ${value}`),
    ...lostTries(hop),
    ...(hop.failure ? [`${hop.failure.phase}: ${hop.failure.message}`] : []),
  ];
  lines.push(...texts.map((text) => cut(visible(text), room)));
  return lines.map((line) => `${' '.repeat(indent)}${style.dim(line)}`);
}

/** By name, where another hop may send them. */
function setCookies({ cookies }: Hop, last: boolean): string[] {
  return last || cookies.set.length === 0 ? [] : [`set-cookie ${cookies.set.join(', ')}`];
}

/** Each field of the request with who put it there; of what the HTTP library writes nothing is said. */
function headerLines({ request, response }: Hop, style: Style): string[] {
  const sent = request.headers.map(([name, value], index) => {
    const by = (request.sources?.[index] ?? []).filter((each) => each !== 'transport');
    return `> ${name}: ${value}${by.length === 0 ? '' : `  (${by.join(', ')})`}`;
  });
  const got = (response?.headers ?? []).map(([name, value]) => `< ${name}: ${value}`);
  return [...sent, ...got].map((line) => `${' '.repeat(indent)}${style.dim(readable(visible(line)))}`);
}

/** The table, set off by an empty line. */
export function hopSection(exchange: Exchange | null, style: Style, headers: boolean): string[] {
  return exchange === null || exchange.hops.length === 0 ? [] : ['', ...hopTable(exchange, style, headers)];
}

/** The tables of how a credential was got, each below the role of its exchange. */
export function roleTables(exchanges: readonly Exchange[], style: Style): string[] {
  return exchanges.flatMap((exchange) => [
    `  ${style.dim(exchange.role)}`,
    ...hopTable(exchange, style, true),
  ]);
}
