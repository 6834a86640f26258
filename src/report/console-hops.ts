/** The hop table of the console: what was asked, what came back, what became of the credential. */
import type { Exchange, Hop } from '../model.ts';
import { cookieLines } from './console-cookies.ts';
import type { Style } from './console-style.ts';
import { answer, delivery, describeStop, lost, received } from './hop.ts';
import { cut, cutMiddle, formatDuration, visible } from './text.ts';

/** Columns before the method: those of a label. */
const indent = 9;

export function hopTable(exchange: Exchange, style: Style, headers: boolean): string[] {
  const rows = exchange.hops.map((hop) => ({
    hop,
    asked: visible(`${hop.request.method} ${hop.request.url}`),
    got: visible(answer(hop)),
    time: formatDuration(hop.timings.total),
    fate: visible(delivery(exchange, hop).join(', ')),
  }));
  const widest = (texts: string[]): number => Math.max(0, ...texts.map((text) => text.length));
  const gotWidth = widest(rows.map(({ got }) => got));
  const timeWidth = widest(rows.map(({ time }) => time));
  const room = style.width - indent - gotWidth - timeWidth - 4;
  const askedWidth = Math.min(room, widest(rows.map(({ asked }) => asked)));
  const fateFits = askedWidth + 2 + widest(rows.map(({ fate }) => fate)) <= room;
  const lines = rows.flatMap(({ hop, asked, got, time, fate }) => {
    const failed = hop.failure !== null || (hop.response?.status ?? 0) >= 400;
    const status = (failed ? style.red : style.bold)(got) + ' '.repeat(gotWidth - got.length);
    const painted = fate === '' ? '' : (lost(exchange, hop) ? style.yellow : style.dim)(fate);
    const main = `  ${style.dim(`hop ${hop.index}`.padEnd(indent - 2))}${cutMiddle(asked, askedWidth).padEnd(askedWidth)}  ${status}  ${style.dim(time.padStart(timeWidth))}`;
    const beside = fateFits && painted !== '' ? `  ${painted}` : '';
    const server = style.dim(
      visible(
        received(hop, 'server')
          .map((value) => `server ${value}`)
          .join(', '),
      ),
    );
    const below = [fateFits ? '' : painted, server].filter((text) => text !== '').join(style.dim(', '));
    const rest = [below, ...details(hop, style)]
      .filter((text) => text !== '')
      .map((text) => `${' '.repeat(indent)}${text}`);
    return [`${main}${beside}`, ...rest, ...(headers ? headerLines(hop, style) : [])];
  });
  if (!exchange.stopped || exchange.stopped.reason === 'not-followed') return lines;
  return [...lines, `${' '.repeat(indent)}${style.yellow(visible(describeStop(exchange.stopped)))}`];
}

/** What the server asks for, or why there is no server. */
function details(hop: Hop, style: Style): string[] {
  const challenges = [...received(hop, 'www-authenticate'), ...received(hop, 'proxy-authenticate')];
  const texts = [
    ...challenges.map((value) => `challenge ${value}`),
    ...cookieLines(hop),
    ...(hop.failure ? [`${hop.failure.phase}: ${hop.failure.message}`] : []),
  ];
  return texts.map((text) => style.dim(cut(visible(text), style.width - indent)));
}

function headerLines({ request, response }: Hop, style: Style): string[] {
  const sent = request.headers.map(([name, value]) => `> ${name}: ${value}`);
  const got = (response?.headers ?? []).map(([name, value]) => `< ${name}: ${value}`);
  return [...sent, ...got].map((line) => `${' '.repeat(indent)}${style.dim(visible(line))}`);
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
