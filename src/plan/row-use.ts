/** What a row of data may not do: lead a request elsewhere, or end a line of its head. */
import { isUrl } from '../http/url.ts';
import type { Environment, JobRow, Json, RequestStep, Source, Step } from '../model.ts';
import type { Problems } from '../problem.ts';
import { Secret } from '../secret.ts';
import { sourceOf } from '../source.ts';
import type { NameContext } from './names.ts';
import { references, renderAsText, renderUrl, type Scope } from './template.ts';

/** How often something was said about the rows of one scenario in one environment. */
export interface Told {
  count: number;
}

/** Of many wrong rows the first are told. */
const most = 20;

/** What the rows of a scenario in an environment have in common. */
export interface RowContext {
  /** Without any row. */
  readonly bare: Scope;
  readonly told: Told;
}

interface Use {
  readonly row: JobRow;
  readonly environment: Environment;
  readonly scope: Scope;
  /** Without the row. */
  readonly bare: Scope;
  readonly add: (code: string, message: string, source: Source | null, fix: string) => void;
}

/** Adds a problem for each value of `row` that a request of these steps must not be given. */
export function checkRowUse(
  steps: readonly Step[],
  row: JobRow,
  { planned, scope, captured }: NameContext,
  { bare, told }: RowContext,
  problems: Problems,
): void {
  const withCaptures = (of: Scope): Scope => ({
    lookup: (name) => (captured.has(name) ? 'captured' : of.lookup(name)),
  });
  const use: Use = {
    row,
    environment: planned.environment,
    scope: withCaptures(scope),
    bare: withCaptures(bare),
    add(code, message, source, fix) {
      told.count += 1;
      if (told.count <= most) problems.add(code, message, { source, fix });
    },
  };
  for (const step of steps) {
    if (step.kind !== 'request') continue;
    checkTarget(step, use);
    for (const [name, value] of Object.entries(step.headers))
      checkLine(`the header ${name}`, value, step, use);
    for (const [name, value] of Object.entries(step.cookies))
      checkLine(`the cookie ${name}`, value, step, use);
  }
}

/** Columns that a template names. */
function columns(template: Json, { row }: Use): string[] {
  return references(template)
    .map(({ name }) => name)
    .filter((name) => Object.hasOwn(row.values, name));
}

function checkTarget({ target, source }: RequestStep, use: Use): void {
  const rendered = renderUrl(target, use.scope);
  if (!('value' in rendered) || rendered.value instanceof Secret) return;
  const text = rendered.value;
  const bare = renderUrl(target, use.bare);
  // Neither a column nor a variable that names one has a part in it.
  if ('value' in bare && bare.value === text) return;
  const [column] = columns([target], use);
  if (/^(?:\/|[A-Za-z][\w-]*:\/(?!\/))/.test(text)) return;
  const place = (column === undefined ? null : sourceOf(use.row.values, column)) ?? source;
  const shown = text.length > 100 ? `${text.slice(0, 97)}...` : text;
  if (!isUrl(text) || !/^https?:$/.test(new URL(text).protocol)) {
    const fix = 'Write /path, NAME:/path with the name of an origin, or a URL with http or https.';
    use.add('TARGET_INVALID', `"${shown}", of the data, is no target.`, place, fix);
    return;
  }
  const url = new URL(text);
  if (url.username || url.password) {
    const fix = 'Use a credential of type basic.';
    use.add('USERINFO_IN_URL', 'A user name or password does not belong into a URL.', place, fix);
  } else if (!isBound(url.origin, use.environment)) {
    const { name, origins } = use.environment;
    const message = `${url.origin}, to which the data leads, is no origin of environment "${name}".`;
    const fix = `Add it under origins:, if requests are meant to go there. There are: ${[...origins.values()].join(', ')}.`;
    use.add('ORIGIN_UNBOUND', message, place, fix);
  }
}

/** An origin of the environment, of an issuer, or of an endpoint that the project file states for one. */
function isBound(origin: string, { origins, issuers }: Environment): boolean {
  const stated = [...issuers.values()].flatMap(({ issuer, metadata }) => [
    issuer,
    ...Object.values(metadata),
  ]);
  const urls = [...origins.values(), ...stated].filter((each) => typeof each === 'string' && isUrl(each));
  return urls.some((each) => new URL(String(each)).origin === origin);
}

function checkLine(what: string, template: Json, { source }: RequestStep, use: Use): void {
  const fix = 'Remove it: a header is one line (RFC 9110 section 5.5).';
  const say = (which: string, place: Source | null): void =>
    use.add('HEADER_VALUE_INVALID', `The value of ${what} would hold a line break${which}.`, place, fix);
  const isLine = (value: unknown): boolean => typeof value !== 'string' || !/[\r\n\0]/.test(value);
  for (const text of Array.isArray(template) ? (template as readonly Json[]) : [template]) {
    if (typeof text !== 'string' || !isLine(text)) continue;
    const column = columns(text, use).find((name) => !isLine(use.row.values[name]));
    if (column !== undefined) {
      say(`: column "${column}" of row ${use.row.number} has one`, sourceOf(use.row.values, column));
      continue;
    }
    const rendered = renderAsText(text, use.scope);
    if ('value' in rendered && !isLine(rendered.value))
      say(` with row ${use.row.number} of the data`, source);
  }
}
