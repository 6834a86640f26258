import type { Check, Json } from '../model.ts';
import { shorten } from './describe.ts';
import { compileJsonPath } from './json-path.ts';
import { fail, judge, judgeEntries } from './judge.ts';
import { secretFields } from './known-secrets.ts';
import { type Expectation, fieldValue, type Outcome } from './outcome.ts';
import type { RenderedMap } from './rendered.ts';

/** One check a JSONPath, or a single one where the body is no JSON. */
export function checkJson(expect: Expectation, outcome: Outcome): Check[] {
  const body = outcome.bodyJson();
  if ('error' in body) {
    return [
      fail({ kind: 'json', subject: '', container: expect, key: 'json' }, describeNoJson(outcome), outcome),
    ];
  }
  return judgeEntries('json', expect, outcome, (map, path) => checkPath(map, path, body.value, outcome));
}

function checkPath(map: RenderedMap, path: string, body: Json, outcome: Outcome): Check {
  const judgement = { kind: 'json', subject: path, container: map, key: path };
  const compiled = compileJsonPath(path);
  if ('error' in compiled) return fail(judgement, `"${path}" is no JSONPath: ${compiled.error}`, outcome);
  const nodes = compiled.select(body);
  if ('error' in nodes) return fail(judgement, `"${path}": ${nodes.error}`, outcome);
  const actual = nodes.length === 0 ? undefined : compiled.singular ? nodes[0] : nodes;
  const text = typeof actual === 'string' || Array.isArray(actual);
  const secret = text && secretFields.has(compiled.name ?? '');
  return judge(
    { ...judgement, actual, ...(secret ? { shown: `"[secret:${compiled.name}]"` } : {}) },
    outcome,
  );
}

/** `the body is not JSON: text/html, begins "<!doctype html>"`. */
export function describeNoJson(outcome: Outcome): string {
  const { response } = outcome;
  if (!response) return 'no answer';
  if (response.body.bytes === 0) return 'the body is empty';
  if (response.body.decodeError !== null) return `the body cannot be decoded: ${response.body.decodeError}`;
  if (response.body.truncated) {
    return `only the first ${response.body.content.length} of ${response.body.bytes} bytes were kept`;
  }
  const parsed = outcome.bodyJson();
  const type = fieldValue(response, 'content-type') ?? 'no content-type';
  const start = shorten(outcome.bodyText().slice(0, 65_536).trim(), { ...outcome, secrets: [] }).slice(0, 60);
  const looksLikeJson = /^[[{"]/.test(start) && 'error' in parsed;
  return `the body is not JSON: ${type}, begins "${start}"${looksLikeJson ? `; ${parsed.error}` : ''}`;
}
