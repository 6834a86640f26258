/** Takes values out of an answer for later steps (LANGUAGE.md section 5). */

import { stringifyJson } from '../http/json.ts';
import { compilePattern } from '../http/regexp.ts';
import type { CaptureSpec, Check, Json } from '../model.ts';
import type { RenderedJson } from '../plan/template.ts';
import { isNamedSecret, Secret } from '../secret.ts';
import { cookieSet } from './cookies.ts';
import { describeExpected, shorten } from './describe.ts';
import { describeNoJson } from './json.ts';
import { compileJsonPath } from './json-path.ts';
import { placeOf } from './judge.ts';
import { concealFields, secretFields } from './known-secrets.ts';
import { fieldValue, fieldValues, type Outcome, resolveUrl } from './outcome.ts';

export interface Captured {
  /** Secrets among them, also inside of lists and maps, are still to be taught to the redactor. */
  readonly values: Readonly<Record<string, RenderedJson>>;
  /** Of kind `capture`: what selected nothing. */
  readonly failures: readonly Check[];
}
/** `field`: the name under which the answer carried it, where it had one. */
type Selected = { readonly value: Json; readonly field: string | null } | { readonly missing: string };

/** Everything named in `capture:`. A capture that selects nothing is a failed check, never an empty value. */
export async function capture(
  specs: Readonly<Record<string, CaptureSpec>>,
  outcome: Outcome,
): Promise<Captured> {
  const values: Record<string, RenderedJson> = Object.create(null) as Record<string, RenderedJson>;
  const failures: Check[] = [];
  for (const [name, written] of Object.entries(specs)) {
    const spec = typeof written === 'string' ? { json: written } : written;
    const selected = await select(spec, outcome);
    if ('missing' in selected) {
      failures.push({
        kind: 'capture',
        subject: name,
        passed: false,
        expected: describeExpected(written as Json),
        actual: shorten(selected.missing, { ...outcome, secrets: [] }),
        source: placeOf(specs, name, outcome),
      });
    } else {
      values[name] = conceal(name, selected.value, selected.field ?? '', spec.secret === true);
    }
  }
  return { values, failures };
}

async function select(spec: Exclude<CaptureSpec, string>, outcome: Outcome): Promise<Selected> {
  if (!outcome.response) return { missing: 'no answer' };
  if ('json' in spec) return selectJson(spec.json, outcome);
  if ('header' in spec) return selectHeader(spec.header, spec.matches, outcome);
  if ('cookie' in spec) {
    const cookie = cookieSet(outcome.exchange, spec.cookie);
    return cookie
      ? { value: cookie.value, field: 'set-cookie' }
      : { missing: `no cookie "${spec.cookie}" was set` };
  }
  if ('location' in spec) return selectLocation(spec.location, outcome);
  if ('html' in spec) return (await import('./html-capture.ts')).selectHtml(spec, outcome);
  const found = firstGroup(spec.body.matches, outcome.bodyText());
  return found === null ? { missing: 'the body does not match' } : { value: found, field: null };
}

/** Several nodes are captured as their list; one node of a path that could select several is that node. */
function selectJson(path: string, outcome: Outcome): Selected {
  const compiled = compileJsonPath(path);
  if ('error' in compiled) return { missing: `"${path}" is no JSONPath: ${compiled.error}` };
  const body = outcome.bodyJson();
  if ('error' in body) return { missing: describeNoJson(outcome) };
  const nodes = compiled.select(body.value);
  if ('error' in nodes) return { missing: `"${path}": ${nodes.error}` };
  const [first] = nodes;
  if (first === undefined) return { missing: 'nothing was selected' };
  return { value: nodes.length === 1 ? first : nodes, field: compiled.name };
}

function selectHeader(name: string, pattern: string | undefined, outcome: Outcome): Selected {
  const { response } = outcome;
  const field = name.toLowerCase();
  const values = response ? fieldValues(response, field) : [];
  if (values.length === 0) return { missing: `no header "${name}"` };
  const candidates = field === 'set-cookie' ? values : [values.join(', ')];
  const found =
    pattern === undefined
      ? candidates[0]
      : candidates.map((value) => firstGroup(pattern, value)).find((value) => value !== null);
  if (found === undefined || found === null)
    return { missing: `the header is ${JSON.stringify(candidates[0])}` };
  const holdsUrl =
    field === 'location' || field === 'content-location' || (field === 'link' && pattern !== undefined);
  return { value: holdsUrl ? resolveUrl(found, outcome.exchange.hops.at(-1)) : found, field };
}

/** Of the last redirect of the exchange; a name is looked for in the query first, then in the fragment. */
function selectLocation(parameter: string | true, outcome: Outcome): Selected {
  const hop = outcome.exchange.hops.findLast(
    ({ response }) => response && fieldValue(response, 'location') !== null,
  );
  const location = hop?.response ? fieldValue(hop.response, 'location') : null;
  if (location === null) return { missing: 'there was no Location' };
  const url = resolveUrl(location, hop);
  if (parameter === true) return { value: url, field: 'location' };
  const { query, fragment } = parametersOf(url);
  const value = query.get(parameter) ?? fragment.get(parameter);
  return value === null ? { missing: `Location has no "${parameter}"` } : { value, field: parameter };
}

function parametersOf(url: string): { query: URLSearchParams; fragment: URLSearchParams } {
  const [rest = '', fragment = ''] = split(url, '#');
  return { query: new URLSearchParams(split(rest, '?')[1]), fragment: new URLSearchParams(fragment) };
}

function split(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}

/** The first group of the first match, the whole match where the pattern has none; null where nothing matches. */
function firstGroup(pattern: string, text: string): string | null {
  const compiled = compilePattern(pattern);
  if ('error' in compiled) return null;
  const found = compiled.exec(text);
  if (!found) return null;
  return found.length > 1 ? (found[1] ?? null) : (found[0] ?? null);
}

/** What is secret becomes a Secret; in an address, a list or a map only the parts that are. */
function conceal(name: string, value: Json, field: string, secret: boolean): RenderedJson {
  const known =
    typeof value === 'string' &&
    (secretFields.has(field) || isNamedSecret(field, value) || isNamedSecret(name, value));
  if (Array.isArray(value) && !secret) {
    return (value as readonly Json[]).map((item) => conceal(name, item, field, false));
  }
  if ((!secret && !known) || value === null || typeof value === 'boolean') return concealFields(name, value);
  return Secret.named(name, typeof value === 'string' ? value : stringifyJson(value));
}
