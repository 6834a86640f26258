/** The requests that experiments derive from a step's: one thing changes, the order of headers stays. */
import { createHash } from 'node:crypto';
import type { Presentation } from '../credential/presentation.ts';
import type { Change } from '../diagnose/experiments/experiment.ts';
import type { Field } from '../model.ts';
import type { Jar } from '../replay/jar.ts';
import { bytesOf, type PreparedRequest, underScheme } from '../replay/request.ts';
import { Secret, type Value } from '../secret.ts';

export interface Derived {
  readonly request: PreparedRequest;
  /** It carries the step's credential. */
  readonly carries: boolean;
  /** With the step's cookies. */
  readonly cookies: boolean;
  readonly follow: boolean;
}
export interface Origin {
  readonly request: PreparedRequest;
  readonly presentations: readonly Presentation[];
  readonly jar: Jar | null;
  /** Headers of a fresh token. */
  readonly fresh: readonly Field[] | null;
}

/** Null where the change cannot be made: the cookie is gone, the token was never given. */
export async function derive(origin: Origin, change: Change): Promise<Derived | null> {
  const { request } = origin;
  const whole = { carries: true, cookies: true, follow: true };
  switch (change.kind) {
    case 'without-credential':
      return { request: bare(origin, null), carries: false, cookies: false, follow: true };
    case 'authorization':
      return { request: bare(origin, change.value), carries: false, cookies: false, follow: true };
    case 'scheme':
      return {
        ...whole,
        request: replaced(request, 'authorization', (value) => underScheme(value, change.scheme)),
      };
    case 'header':
      return { ...whole, request: withHeader(request, change.name, change.value) };
    case 'without-cookies': {
      const headers = request.headers.filter(([name]) => name.toLowerCase() !== 'cookie');
      return { ...whole, cookies: false, request: { ...request, headers } };
    }
    case 'with-cookie': {
      const value = (await origin.jar?.valueOf(request.url, change.name)) ?? null;
      return value === null ? null : { ...whole, request: withCookie(request, change.name, value) };
    }
    case 'directly': {
      const { method } = change;
      const body = method === request.method ? request.body : null;
      return { ...whole, follow: false, request: { ...request, method, body, url: new URL(change.url) } };
    }
    case 'path':
      return {
        ...whole,
        follow: false,
        request: { ...request, url: new URL(change.path, request.url), body: null },
      };
    case 'token': {
      const [field] = origin.fresh ?? [];
      if (!field) return null;
      return { ...whole, request: replaced(request, field[0].toLowerCase(), () => field[1]) };
    }
  }
}

/** Of a body, and of the method where servers take it from a field. */
const ofThisRequest = /^(?:content-|transfer-|expect$|x-(?:http-)?method(?:-override)?$)/i;

/** The header fields of the step, to the address of an echo endpoint; what is about its body and method stays behind. */
export function toEcho(request: PreparedRequest, url: string): Derived {
  const headers = request.headers.filter(([name]) => !ofThisRequest.test(name));
  return {
    request: { ...request, method: 'GET', url: new URL(url), headers, body: null },
    carries: true,
    cookies: true,
    follow: false,
  };
}

/** Of all that distinguishes a request. */
export async function digestOf({ request, cookies, follow }: Derived, jar: Jar | null): Promise<string> {
  const { method, url, headers, body } = request;
  const stored = cookies ? await jar?.cookiesFor(url) : undefined;
  const hash = createHash('sha256').update(
    JSON.stringify([method, url.href, follow, stored?.fingerprint ?? null]),
  );
  for (const [name, value] of headers) hash.update(`\n${name}: `).update(bytesOf(value));
  return hash
    .update('\n\n')
    .update(body ?? '')
    .digest('hex');
}

/** Without every field, parameter and cookie that a credential added; `authorization` stands where one was. */
function bare({ request, presentations }: Origin, authorization: string | null): PreparedRequest {
  const added = presentations.flatMap((each) => each.headers.map(([name]) => name.toLowerCase()));
  const url = new URL(request.url);
  for (const [name] of presentations.flatMap((each) => each.query)) url.searchParams.delete(name);
  const drop = new Set([...added, 'authorization', 'cookie', 'proxy-authorization']);
  const headers = request.headers.flatMap((field): Field[] => {
    const name = field[0].toLowerCase();
    if (name === 'authorization' && authorization !== null) return [[field[0], authorization]];
    return drop.has(name) ? [] : [field];
  });
  return { ...request, url, headers, signers: [] };
}

function replaced(request: PreparedRequest, name: string, change: (value: Value) => Value): PreparedRequest {
  const headers = request.headers.map(
    (field): Field => (field[0].toLowerCase() === name ? [field[0], change(field[1]), field[2]] : field),
  );
  return { ...request, headers };
}

function withHeader(request: PreparedRequest, name: string, value: string): PreparedRequest {
  const same = (field: Field): boolean => field[0].toLowerCase() === name.toLowerCase();
  const headers = request.headers.some(same)
    ? request.headers.map((field): Field => (same(field) ? [field[0], value] : field))
    : [...request.headers, [name, value] as const];
  return { ...request, headers };
}

function withCookie(request: PreparedRequest, name: string, value: Secret): PreparedRequest {
  const own = request.headers.find((field) => field[0].toLowerCase() === 'cookie');
  const pair = Secret.join([`${name}=`, value]);
  const others = request.headers.filter((field) => field[0].toLowerCase() !== 'cookie');
  const whole = own ? Secret.join([own[1], '; ', pair]) : pair;
  return { ...request, headers: [...others, ['Cookie', whole, [...(own?.[2] ?? []), 'jar']]] };
}
