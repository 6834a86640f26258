/** Steps as written to steps as replayed: overrides applied, defaults filled in, kinds told apart. */
import { clientId } from '../http/client-names.ts';
import { findClient } from '../http/clients.ts';
import type { BodySpec, CaptureSpec, CredentialRef, Expect, Json, JsonMap, Source, Step } from '../model.ts';
import type { Problems } from '../problem.ts';
import { isMap, merge, sourceOf } from '../source.ts';
import { mapAt, unplaced } from './maps.ts';
import { parseDuration } from './units.ts';

/** Methods that a step may name as its key. */
export const methods: readonly string[] = [
  'GET',
  'HEAD',
  'OPTIONS',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'QUERY',
];
/** RFC 9110 section 9.2.1, and QUERY. */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY']);

/** Redirects that are followed as a client that has no limit. */
const mostOfAll = 50;

export interface StepDefaults {
  /** Of the scenario. */
  readonly credential: Json | undefined;
  readonly timeout: number;
  readonly retry: number;
}

/** The step for `environment`, or null where `only` leaves it out. */
export function planStep(
  written: JsonMap,
  index: number,
  environment: string,
  defaults: StepDefaults,
): Step | null {
  const only = written['only'];
  if (Array.isArray(only) && !only.includes(environment)) return null;
  const step = override(written, environment);
  const source = sourceOf(written) ?? unplaced;
  const timeout = step['timeout'];
  const retry = step['retry'];
  const base = {
    index,
    name: typeof step['name'] === 'string' ? step['name'] : describe(step),
    source,
    expect: override(mapAt(step, 'expect'), environment) as Expect,
    capture: mapAt(step, 'capture') as unknown as Readonly<Record<string, CaptureSpec>>,
    timeout: typeof timeout === 'string' ? (parseDuration(timeout) ?? defaults.timeout) : defaults.timeout,
    retry: typeof retry === 'number' ? retry : defaults.retry,
  };
  if (step['authorize'] !== undefined) return authorizeStep(base, mapAt(step, 'authorize'));
  if (step['token'] !== undefined) return { ...base, kind: 'token', credential: tokenName(step['token']) };
  if (typeof step['wait'] === 'string')
    return { ...base, kind: 'wait', wait: parseDuration(step['wait']) ?? 0 };
  return requestStep(base, step, defaults);
}

/** `in: {production: {...}}` merged over the map that holds it. */
export function override(map: JsonMap, environment: string): JsonMap {
  const inside = map['in'];
  if (inside === undefined || !isMap(inside)) return map;
  const over = inside[environment];
  const rest = merge(map, { in: null });
  return over !== undefined && isMap(over) ? merge(rest, over) : rest;
}

type Base = Pick<Step, 'index' | 'name' | 'source' | 'expect' | 'capture' | 'timeout' | 'retry'>;

function requestStep(base: Base, step: JsonMap, defaults: StepDefaults): Step {
  const [method, target] = methodAndTarget(step);
  const redirect = mapAt(step, 'redirect');
  const jar = step['jar'];
  return {
    ...base,
    kind: 'request',
    method,
    target,
    query: mapAt(step, 'query'),
    headers: mapAt(step, 'headers'),
    cookies: mapAt(step, 'cookies'),
    body: step['body'] === undefined ? null : (step['body'] as unknown as BodySpec),
    credentials: credentialRefs(step['credential'] ?? defaults.credential),
    redirect: {
      follow: redirect['follow'] !== false,
      max: typeof redirect['max'] === 'number' ? redirect['max'] : mostRedirects(redirect['as']),
      ...(isName(redirect['as']) ? { as: nameOf(redirect['as']) } : {}),
    },
    jar: jar === 'none' ? null : typeof jar === 'string' ? jar : 'default',
    ...(step['writes'] === true && { writes: true as const }),
  };
}

/** A number is no client, which is said where names are checked. */
function isName(as: Json | undefined): boolean {
  return typeof as === 'string' || typeof as === 'number';
}

function nameOf(as: Json | undefined): string {
  return clientId(String(as)) ?? String(as);
}

/** Of the client that is named, or our own. */
function mostRedirects(as: Json | undefined): number {
  const client = typeof as === 'string' ? findClient(clientId(as) ?? as) : null;
  return client === null ? 10 : (client.max ?? mostOfAll);
}

function authorizeStep(base: Base, written: JsonMap): Step {
  const { client, redirect_uri, scope, ...parameters } = written;
  return {
    ...base,
    kind: 'authorize',
    client: typeof client === 'string' ? client : '',
    redirect_uri: typeof redirect_uri === 'string' ? redirect_uri : 'all',
    scope: typeof scope === 'string' ? scope : null,
    parameters,
  };
}

export function methodAndTarget(step: JsonMap): [method: string, target: string] {
  const request = step['request'];
  if (request !== undefined && isMap(request)) return [String(request['method']), String(request['url'])];
  const method = methods.find((name) => step[name] !== undefined) ?? 'GET';
  return [method, String(step[method] ?? '')];
}

/** `token: NAME` or `token: {name, fault}`. */
function tokenName(value: Json): string {
  return String(isMap(value) ? (value['name'] ?? '') : value);
}

export function credentialRefs(value: Json | undefined): CredentialRef[] {
  if (value === undefined || value === null || value === 'none') return [];
  const list = Array.isArray(value) ? value : [value];
  return list.flatMap((item: Json) => {
    if (typeof item === 'string') return [{ name: item }];
    if (!isMap(item) || typeof item['name'] !== 'string') return [];
    const renew = item['renew'];
    return [{ name: item['name'], ...(typeof renew === 'boolean' ? { renew } : {}) }];
  });
}

function describe(step: JsonMap): string {
  if (step['authorize'] !== undefined)
    return `authorize ${String(mapAt(step, 'authorize')['client'] ?? '')}`.trim();
  if (step['token'] !== undefined) return `token ${tokenName(step['token'])}`;
  if (step['wait'] !== undefined) return `wait ${String(step['wait'])}`;
  return methodAndTarget(step).join(' ');
}

/** A protected environment is changed only where the step says so. */
export function checkProtection(
  step: Step,
  written: JsonMap,
  environment: { name: string; protected: boolean },
  problems: Problems,
): void {
  if (!environment.protected || step.kind !== 'request' || safeMethods.has(step.method)) return;
  if (written['writes'] === true || written['reads'] === true) return;
  const at: Source | null = sourceOf(written, step.method, 'key') ?? sourceOf(written);
  problems.add('UNSAFE_METHOD', `${step.method} could change "${environment.name}", which is protected.`, {
    source: at,
    fix: 'Write "writes: true" on the step if that is meant, "reads: true" if it changes nothing, or "protected: false" at the environment.',
  });
}
