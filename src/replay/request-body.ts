/** The body of a step to bytes and content type. */
import { basename, resolve } from 'node:path';
import { isRefusal, readBytes } from '../files.ts';
import { stringifyJson } from '../http/json.ts';
import type { BodySpec, Json } from '../model.ts';
import { largestBodyFile } from '../plan/body-files.ts';
import { type RenderedJson, renderJson, renderText, type Scope, type Unrendered } from '../plan/template.ts';
import { Secret } from '../secret.ts';
import { isMap } from '../source.ts';

export interface BodyContext {
  readonly scope: Scope;
  /** Directory of why401.yml: files are read below it, and in `folders`. */
  readonly root: string;
  readonly folders?: readonly string[];
}
interface BuiltBody {
  readonly bytes: Uint8Array;
  readonly type: string | null;
  /** A secret was rendered into it. Of files nobody knows. */
  readonly secret: boolean;
}
interface BodyError {
  readonly error: string;
}

export async function buildBody(
  spec: BodySpec | null,
  context: BodyContext,
): Promise<BuiltBody | BodyError | null> {
  if (spec === null) return null;
  if ('json' in spec) return json(spec.json, context.scope);
  if ('graphql' in spec) return json(spec.graphql as unknown as Json, context.scope);
  if ('form' in spec) return form(spec.form, context.scope);
  if ('text' in spec) return text(spec, context.scope);
  if ('file' in spec) return file(spec.file, context);
  return multipart(spec.multipart, context);
}

function json(value: Json, scope: Scope): BuiltBody | BodyError {
  const rendered = renderJson(value, scope);
  if (!('value' in rendered)) return unrendered(rendered);
  const { value: tree } = rendered;
  const bytes = Buffer.from(stringifyJson(revealed(tree)), 'utf8');
  return { bytes, type: 'application/json', secret: holdsSecret(tree) };
}

function holdsSecret(value: RenderedJson): boolean {
  if (value instanceof Secret) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsSecret);
}

/** The tree with its secrets in clear, to be serialised and sent. */
function revealed(value: RenderedJson): Json {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map((item) => revealed(item as RenderedJson));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, revealed(item as RenderedJson)]),
    );
  }
  return value as Json;
}

function form(map: Readonly<Record<string, Json>>, scope: Scope): BuiltBody | BodyError {
  const parameters = new URLSearchParams();
  let secret = false;
  for (const [name, value] of entries(map)) {
    const rendered = renderText(value.container, value.key, scope);
    if (!('value' in rendered)) return unrendered(rendered);
    secret ||= rendered.value instanceof Secret;
    parameters.append(name, reveal(rendered.value));
  }
  const bytes = Buffer.from(parameters.toString(), 'utf8');
  return { bytes, type: 'application/x-www-form-urlencoded', secret };
}

/** Each value with its name; a list repeats the name. */
function entries(
  map: Readonly<Record<string, Json>>,
): [name: string, value: { container: never; key: string }][] {
  return Object.entries(map).flatMap(([name, value]) => {
    if (!Array.isArray(value)) return [[name, { container: map as never, key: name }]];
    return [...value.keys()].map((index): [string, { container: never; key: string }] => [
      name,
      { container: value as never, key: String(index) },
    ]);
  });
}

function text(spec: { readonly text: string }, scope: Scope): BuiltBody | BodyError {
  const rendered = renderText(spec as never, 'text', scope);
  if (!('value' in rendered)) return unrendered(rendered);
  const { value } = rendered;
  const bytes = Buffer.from(reveal(value), 'utf8');
  return { bytes, type: 'text/plain; charset=utf-8', secret: value instanceof Secret };
}

function file(path: string, context: BodyContext): BuiltBody | BodyError {
  const content = readConfined(path, context);
  if ('error' in content) return content;
  return {
    bytes: content.bytes,
    type: /\.json$/.test(path) ? 'application/json' : 'application/octet-stream',
    secret: false,
  };
}

async function multipart(
  map: Readonly<Record<string, Json>>,
  context: BodyContext,
): Promise<BuiltBody | BodyError> {
  const data = new FormData();
  let secret = false;
  for (const [name, value] of Object.entries(map)) {
    if (isMap(value) && typeof value['file'] === 'string') {
      const content = readConfined(value['file'], context);
      if ('error' in content) return content;
      const type = typeof value['type'] === 'string' ? value['type'] : 'application/octet-stream';
      data.append(name, new Blob([new Uint8Array(content.bytes)], { type }), basename(value['file']));
      continue;
    }
    const rendered = renderText(map as never, name, context.scope);
    if (!('value' in rendered)) return unrendered(rendered);
    secret ||= rendered.value instanceof Secret;
    data.append(name, reveal(rendered.value));
  }
  const encoded = new Response(data);
  const bytes = new Uint8Array(await encoded.arrayBuffer());
  return { bytes, type: encoded.headers.get('content-type'), secret };
}

/** The plan has looked at it; it may be another one by now. */
function readConfined(path: string, { root, folders = [] }: BodyContext): { bytes: Uint8Array } | BodyError {
  const bytes = readBytes(resolve(root, path), { limit: largestBodyFile, within: [root, ...folders] });
  return isRefusal(bytes) ? { error: `The file "${path}" cannot be read: ${bytes.why}.` } : { bytes };
}

function reveal(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value;
}

export function unrendered(reason: Unrendered): BodyError {
  if ('error' in reason) return { error: reason.error };
  const names = reason.unresolved.map((name) => `"${name}"`).join(', ');
  return { error: `Nothing is named ${names}: the step that captures it did not run or captured nothing.` };
}
