/** What `why401 token` prints for people. */
import type { Sink } from '../doors.ts';
import type { Exchange, Json, JsonMap } from '../model.ts';
import { createCollector } from '../report/collection.ts';
import { failureBlock } from '../report/console-failure.ts';
import { createStyle, labelled, labelledWidth, paragraph, type Style } from '../report/console-style.ts';
import { visible, wrap } from '../report/text.ts';
import type { Inspected } from '../run/inspect.ts';
import type { Redactor } from '../secret.ts';
import type { OneCredential } from './one-credential.ts';
import { dateOf, describe, lifetimeOf, scopeOf, secondsOf, sentOf, signatureOf } from './token-facts.ts';

export function tokenPage(
  planned: OneCredential,
  inspected: Inspected,
  now: number,
  redactor: Redactor,
  sink: Sink,
): string[] {
  const style = createStyle(sink);
  const safe = (text: string): string => visible(redactor.redact(text));
  const { credential, job } = planned;
  const title = `${style.bold(safe(credential.name))}  ${style.cyan(safe(job.environment.name))}  ${style.dim(safe(describe(credential)))}`;
  if (inspected.job.status !== 'passed') return [title, '', ...failed(inspected, redactor, style)];
  return [
    title,
    '',
    ...rows(planned, inspected, now, style, safe),
    ...decoded(inspected, now, style, safe),
    ...asked(inspected.exchanges, style, safe),
  ];
}

type Safe = (text: string) => string;

function rows(planned: OneCredential, inspected: Inspected, now: number, style: Style, safe: Safe): string[] {
  const room = labelledWidth(style);
  const row = (label: string, text: string): string[] => labelled(label, wrap(safe(text), room), style);
  const signature = signatureOf(inspected);
  const good = signature?.state === 'verified';
  const paint = good ? style.green : signature?.state === 'untold' ? style.dim : style.red;
  const origins = [...planned.job.environment.origins.values()];
  return [
    ...(signature ? row('token', tokenLine(inspected)) : []),
    ...(signature ? labelled('signed', wrap(safe(signature.said), room).map(paint), style) : []),
    ...(signature ? row('lasts', lastsLine(inspected, now)) : []),
    ...(signature ? row('scope', scopeLine(planned, inspected)) : []),
    ...labelled(
      'sends',
      sentOf(inspected).flatMap((line) => wrap(safe(line), room)),
      style,
    ),
    ...row('to', origins.length === 0 ? 'nowhere: the environment has no origin' : origins.join(', ')),
  ];
}

function tokenLine({ presentation }: Inspected): string {
  const token = presentation?.use?.token;
  if (!token) return '';
  const { format, header, length, malformed } = token;
  const text = (name: string): string[] =>
    typeof header?.[name] === 'string' ? [`${name} ${header[name]}`] : [];
  const kind = format === 'opaque' ? 'opaque' : format.toUpperCase();
  const parts = [kind, ...text('typ'), ...text('alg'), ...text('kid'), `${length} characters`];
  return `${parts.join(', ')}${malformed === null ? '' : `. ${malformed}`}`;
}

function lastsLine(inspected: Inspected, now: number): string {
  const { lasts, ends } = lifetimeOf(inspected);
  if (ends === null) return 'nothing says how long';
  const whole =
    lasts === null ? '' : `${approximately(Math.round(lasts / 60_000) * 60_000 || lasts)}, until `;
  return `${whole}${moment(ends, now)}`;
}

/** `2026-11-28T17:25:45Z, in 59 min`. */
function moment(ms: number, now: number): string {
  const distance = ms - now;
  const amount = approximately(Math.abs(distance));
  const when = Math.abs(distance) < 1000 ? 'now' : distance < 0 ? `${amount} ago` : `in ${amount}`;
  const date = dateOf(ms)?.replace(/\.\d+Z$/, 'Z');
  return date === undefined ? 'beyond the year 275760' : `${date}, ${when}`;
}

function approximately(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

function scopeLine(planned: OneCredential, inspected: Inspected): string {
  const { asked: wanted, granted, missing } = scopeOf(planned, inspected);
  const had = granted === null ? 'nothing says which' : granted.length === 0 ? 'none' : granted.join(' ');
  if (wanted.length === 0) return `${had} (none was asked for)`;
  if (missing.length > 0) return `${had} (asked for and not granted: ${missing.join(' ')})`;
  return granted === null ? `${had} (asked for: ${wanted.join(' ')})` : `${had} (as asked for)`;
}

const times: ReadonlySet<string> = new Set(['iat', 'nbf', 'exp', 'auth_time', 'updated_at']);

function decoded({ presentation }: Inspected, now: number, style: Style, safe: Safe): string[] {
  const token = presentation?.use?.token;
  if (!token) return [];
  return [
    ...members('header', token.header, () => null, style, safe),
    ...members('claims', token.claims, (name) => timeOf(token.claims, name, now), style, safe),
  ];
}

function timeOf(claims: JsonMap | null, name: string, now: number): string | null {
  const ms = times.has(name) ? secondsOf(claims, name) : null;
  return ms === null ? null : moment(ms, now);
}

function members(
  title: string,
  map: JsonMap | null,
  note: (name: string) => string | null,
  style: Style,
  safe: Safe,
): string[] {
  if (!map) return [];
  const names = Object.keys(map);
  const widest = Math.min(24, Math.max(0, ...names.map((name) => safe(name).length)));
  const indent = 4 + widest + 2;
  const lines = names.flatMap((name) => {
    const noted = note(name);
    const said = `${textOf(map[name] ?? null)}${noted === null ? '' : `  ${noted}`}`;
    return wrap(safe(said), style.width - indent).map((line, index) =>
      index === 0 ? `    ${style.cyan(safe(name).padEnd(widest))}  ${line}` : `${' '.repeat(indent)}${line}`,
    );
  });
  return ['', `  ${style.bold(title)}`, ...lines];
}

function textOf(value: Json): string {
  if (typeof value === 'string' || typeof value === 'bigint') return String(value);
  return JSON.stringify(value, (_name, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
}

/** What was sent to get it. */
function asked(exchanges: readonly Exchange[], style: Style, safe: Safe): string[] {
  const hops = exchanges.flatMap((exchange) => exchange.hops);
  if (hops.length === 0) return [];
  const lines = hops.flatMap(({ request, response, failure }) =>
    paragraph(
      safe(`${request.method} ${request.url}  ${response?.status ?? failure?.code ?? 'no answer'}`),
      4,
      style,
      style.dim,
    ),
  );
  return ['', `  ${style.bold('asked')}`, ...lines];
}

/** The failure as a run would tell it. */
function failed({ job, failure }: Inspected, redactor: Redactor, style: Style): string[] {
  if (failure?.exchange.hops.length === 0)
    return paragraph(visible(redactor.redact(failure.message)), 0, style, style.red);
  const collector = createCollector(redactor, 'all');
  collector.event({ type: 'job-finished', job });
  const told = new Map();
  return collector
    .collection()
    .jobs.flatMap((each) =>
      each.steps.flatMap((step) => failureBlock(each, step, told, style, { verbose: false, clients: false })),
    );
}
