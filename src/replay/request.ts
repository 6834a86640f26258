/** A step and its credentials to the request that is sent. One of the few places where a secret is revealed. */

import type { Presentation } from '../credential/presentation.ts';
import type { Signer } from '../credential/signer.ts';
import { isUrl, percentEncoded } from '../http/url.ts';
import type { Environment, Field, FieldSource, RequestStep } from '../model.ts';
import { renderText, renderUrl, type Scope } from '../plan/template.ts';
import { Secret, type Value } from '../secret.ts';
import { isMap } from '../source.ts';
import { answersIn, documentFault } from './naming.ts';
import { type BodyContext, buildBody, unrendered } from './request-body.ts';
import { inOrder, signedBy, unsignable } from './signed.ts';

/** What is sent, before redirects. */
export interface PreparedRequest {
  readonly method: string;
  readonly url: URL;
  /** Who named the origin of `url`; absent: the project. */
  readonly namedBy?: 'answer';
  readonly headers: readonly Field[];
  /** Lower-case names of headers that carry credentials. */
  readonly sensitive: ReadonlySet<string>;
  readonly body: Uint8Array | null;
  /** They sign each hop; absent: nothing is signed. */
  readonly signers?: readonly Signer[];
}
/** Why a request cannot be built: known only now, since it depends on captures. */
export interface RequestError {
  readonly error: string;
}

export interface RequestContext extends BodyContext {
  readonly environment: Environment;
  readonly scope: Scope;
  readonly userAgent: string;
}

export async function prepareRequest(
  step: RequestStep,
  presentations: readonly Presentation[],
  context: RequestContext,
): Promise<PreparedRequest | RequestError> {
  const url = target(step.target, context);
  if ('error' in url) return url;
  const known = isKnown(url.origin, context.environment);
  const namers = known ? [] : answersIn(step.target, context.scope);
  const unnamed = documentFault(namers, url.origin, context.environment.name);
  if (unnamed !== null) return { error: unnamed };
  const query = pairs(step.query, context.scope);
  const headers = pairs(step.headers, context.scope);
  const cookies = pairs(step.cookies, context.scope);
  for (const part of [query, headers, cookies]) if ('error' in part) return part;
  const body = await buildBody(step.body, context);
  if (body !== null && 'error' in body) return body;
  if (body?.secret && !mayTakeSecrets(url.origin, context.environment)) {
    return {
      error: `The body holds a secret, and ${url.origin} is neither an origin of environment "${context.environment.name}" nor one of its issuers': nothing was sent there.`,
    };
  }
  const given = presentations.flatMap((each) => each.headers.map(taggedBy(ownerOf(each))));
  // An address may come from an answer: no secret is put into one that leads elsewhere.
  const open = fields(query).filter(([, value]) => known || !(value instanceof Secret));
  addQuery(url, [...open, ...(known ? presentations.flatMap((each) => each.query) : [])]);
  const own = fields(headers).map(taggedBy(ofStep));
  const shared = context.environment.headers.filter(([name]) => !has(own, name));
  const defaults: Field[] = [
    ['User-Agent', context.userAgent],
    ['Accept', '*/*'],
  ];
  const all = [
    ...defaults.filter(([name]) => !has(own, name) && !has(shared, name)),
    ...shared,
    ...own,
    ...given,
  ];
  const cookie = cookieField([
    ...fields(cookies).map(taggedBy(ofStep)),
    ...presentations.flatMap((each) => each.cookies.map(taggedBy(ownerOf(each)))),
  ]);
  if (cookie) all.push(cookie);
  if (body?.type && !has(all, 'content-type')) all.push(['Content-Type', body.type]);
  const bad = all.find(([, value]) => /[\r\n\0]/.test(reveal(value)));
  if (bad) return { error: `The value of the header ${bad[0]} holds a line break.` };
  const sensitive = new Set([
    ...given.map(([name]) => name.toLowerCase()),
    'authorization',
    'cookie',
    'proxy-authorization',
  ]);
  const signers = inOrder(
    presentations.flatMap((each) => (each.signer ? [signedBy(each.signer, ownerOf(each))] : [])),
  );
  const request: PreparedRequest = {
    method: step.method,
    url,
    ...(namers.length > 0 ? { namedBy: 'answer' } : {}),
    headers: all,
    sensitive,
    body: body?.bytes ?? null,
  };
  const fault = unsignable(request, signers);
  if (fault !== null) return { error: fault };
  return signers.length > 0 ? { ...request, signers } : request;
}

const ofStep: readonly FieldSource[] = ['step'];

function ownerOf({ use }: Presentation): readonly FieldSource[] {
  return use === null ? ['why401'] : [`credential ${use.name}`];
}

function taggedBy(by: readonly FieldSource[]): (field: Field) => Field {
  return ([name, value]) => [name, value, by];
}

/** Whether a step may send its credentials there: an origin of the environment or of one of its issuers. */
export function isKnown(origin: string, { origins, issuers }: Environment): boolean {
  return (
    [...origins.values()].includes(origin) ||
    [...issuers.values()].some(({ issuer }) => new URL(issuer).origin === origin)
  );
}

/** Also the endpoints that the project file states for an issuer, wherever they are. */
function mayTakeSecrets(origin: string, environment: Environment): boolean {
  const stated = [...environment.issuers.values()].flatMap(({ metadata }) => Object.values(metadata));
  return (
    isKnown(origin, environment) ||
    stated.some((value) => typeof value === 'string' && isUrl(value) && new URL(value).origin === origin)
  );
}

/** The bytes of a value for the wire. */
export function bytesOf(value: Value): Uint8Array {
  return Buffer.from(reveal(value), 'utf8');
}

function reveal(value: Value): string {
  return value instanceof Secret ? value.reveal() : value;
}

function target(text: string, context: RequestContext): URL | RequestError {
  const { origins } = context.environment;
  const rendered = renderUrl(text, context.scope);
  if (!('value' in rendered)) return unrendered(rendered);
  const value = reveal(rendered.value);
  const named = /^([A-Za-z][\w-]*):(\/(?!\/).*)$/s.exec(value);
  const origin = value.startsWith('/')
    ? [...origins.values()][0]
    : named?.[1] === undefined
      ? ''
      : origins.get(named[1]);
  const path = value.startsWith('/') ? value : (named?.[2] ?? value);
  if (origin === undefined) return { error: `No origin is known for "${String(rendered.value)}".` };
  const whole = origin + path;
  if (!isUrl(whole)) return { error: `"${String(rendered.value)}" is not a URL.` };
  const url = new URL(whole);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return { error: `"${url.protocol}" is not http or https.` };
  if (url.username || url.password) return { error: 'A user name or password does not belong into a URL.' };
  if (origin !== '' && url.origin !== origin)
    return { error: `"${String(rendered.value)}" leaves the origin ${origin}.` };
  return url;
}

function pairs(map: Readonly<Record<string, unknown>>, scope: Scope): { fields: Field[] } | RequestError {
  const result: Field[] = [];
  for (const [name, value] of Object.entries(map)) {
    if (value === null) continue;
    const list = Array.isArray(value);
    if (!list && isMap(value as never)) return { error: `"${name}" is a map where text is needed.` };
    const keys = list ? [...value.keys()].map(String) : [name];
    for (const key of keys) {
      const rendered = renderText((list ? value : map) as never, key, scope);
      if (!('value' in rendered)) return unrendered(rendered);
      result.push([name, rendered.value]);
    }
  }
  return { fields: result };
}

function fields(result: { fields: Field[] } | RequestError): Field[] {
  return 'fields' in result ? result.fields : [];
}

function has(list: readonly Field[], name: string): boolean {
  return list.some(([other]) => other.toLowerCase() === name.toLowerCase());
}

function addQuery(url: URL, list: readonly Field[]): void {
  if (list.length === 0) return;
  const added = list
    .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(reveal(value))}`)
    .join('&');
  url.search = url.search === '' ? `?${added}` : `${url.search}&${added}`;
}

function cookieField(list: readonly Field[]): Field | null {
  if (list.length === 0) return null;
  return [
    'Cookie',
    Secret.join(list.flatMap(([name, value], index) => [index === 0 ? '' : '; ', `${name}=`, value])),
    [...new Set(list.flatMap(([, , by]) => by ?? []))],
  ];
}

/** For checks that compare an answer with a secret, and for the redactor: neither shows what it is given. */
export function revealForComparison(secret: Secret): string {
  return secret.reveal();
}

/** Lower-case names of fields of `now` that were in `before` with other values. */
export function changedFields(before: readonly Field[], now: readonly Field[]): string[] {
  const names = new Set(now.map(([name]) => name.toLowerCase()));
  return [...names].filter((name) => {
    const [was, is] = [valuesOf(before, name), valuesOf(now, name)];
    return was !== '' && was !== is;
  });
}

/** A line for each field of this name: no value holds a line break. */
function valuesOf(list: readonly Field[], name: string): string {
  return list
    .filter((field) => field[0].toLowerCase() === name)
    .map(([, value]) => `${reveal(value)}\n`)
    .join('');
}

/** `Bearer [secret:reader]` under another scheme. */
export function underScheme(value: Value, scheme: string): Value {
  const change = (text: string): string => text.replace(/^\S+(?= )/, scheme);
  return value instanceof Secret ? new Secret(change(value.reveal()), change(value.shown)) : change(value);
}
