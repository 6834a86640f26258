/** The requests of scenarios as somebody sends them who has no credential, no cookie and no certificate: class A0. */
import { isCredentialField } from '../http/redirect.ts';
import { isUrl } from '../http/url.ts';
import type { Environment, Exchange, Field, Json, RequestStep, Transport } from '../model.ts';
import { createJobScope } from '../plan/job-scope.ts';
import { type RenderedJson, renderJson, renderUrl, type Scope } from '../plan/template.ts';
import { exchange } from '../replay/exchange.ts';
import { type PreparedRequest, prepareRequest } from '../replay/request.ts';
import { issuerNames } from '../run/request-step.ts';
import { Secret } from '../secret.ts';
import type { SurveyContext } from './context.ts';

export interface Anonymous {
  /** As written: `GET /orders`. The same in each environment. */
  readonly name: string;
  readonly step: RequestStep;
  readonly request: PreparedRequest;
}

/** GET and HEAD steps to origins of the environment that need nothing of an earlier step, each once. */
export async function anonymousRequests(survey: SurveyContext): Promise<Anonymous[]> {
  const { jobs, environment, doors } = survey;
  const { userAgent } = survey.exchange;
  const found = new Map<string, Anonymous>();
  for (const job of jobs) {
    const { scope, metadata } = createJobScope(job, doors);
    for (const step of job.steps) {
      if (step.kind !== 'request' || !isPlain(step)) continue;
      const name = nameOf(step);
      for (const [each, value] of await metadataOf(step, survey)) metadata.set(each, value);
      if (found.has(name) || holdsSecret(step, scope)) continue;
      const bare = { ...step, credentials: [], cookies: {}, headers: openHeaders(step) };
      const context = { environment: withoutSecrets(environment), scope, userAgent, root: '' };
      const request = await prepareRequest(bare, [], context);
      if ('error' in request || !isBound(request.url.origin, environment)) continue;
      found.set(name, { name, step, request: { ...request, headers: request.headers.filter(isOpen) } });
    }
  }
  return [...found.values()];
}

/** Nothing of it is wrong on purpose, and nothing is changed by it. */
function isPlain({ method, body, credentials, writes }: RequestStep): boolean {
  const reads = /^(?:GET|HEAD)$/.test(method) && body === null && !writes;
  return reads && credentials.every(({ fault }) => !fault);
}

function nameOf({ method, target, query }: RequestStep): string {
  const names = Object.entries(query).map(([name, value]) => `${name}=${String(value)}`);
  const mark = target.includes('?') ? '&' : '?';
  return `${method} ${target}${names.length > 0 ? `${mark}${names.join('&')}` : ''}`;
}

/** A secret in an address is a credential; what cannot be rendered needs a capture. */
function holdsSecret({ target, query }: RequestStep, scope: Scope): boolean {
  const url = renderUrl(target, scope);
  const parameters = renderJson(query, scope);
  if (!('value' in url) || !('value' in parameters)) return true;
  if (url.value instanceof Secret || hasSecret(parameters.value)) return true;
  const written = [...Object.keys(query), ...new URLSearchParams(url.value.split('?', 2)[1] ?? '').keys()];
  return written.some((name) => telling.test(name));
}

/** Names of fields and parameters whose values are credentials or good once, written out or not. */
const telling =
  /^code$|^otp$|^pin$|^ticket$|^sig$|^state$|(?:^|[-_])(?:auth|key|apikey)$|token|secret|passw|session|signature/i;

function hasSecret(value: RenderedJson): boolean {
  if (value instanceof Secret) return true;
  if (value === null || typeof value !== 'object') return false;
  return Object.values(value).some((each) => hasSecret(each as RenderedJson));
}

function openHeaders({ headers }: RequestStep): RequestStep['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !carries(name)));
}

function withoutSecrets(environment: Environment): Environment {
  return { ...environment, headers: environment.headers.filter(isOpen) };
}

function isOpen([name, value]: Field): boolean {
  return !(value instanceof Secret) && !carries(name);
}

function carries(name: string): boolean {
  return isCredentialField(name.toLowerCase()) || telling.test(name);
}

function isOwn(origin: string, { origins }: Environment): boolean {
  return [...origins.values()].includes(origin);
}

/** A target of the file may be an authorization server of the environment. */
function isBound(origin: string, environment: Environment): boolean {
  const issuers = [...environment.issuers.values()].map(({ issuer }) => issuer);
  return (
    isOwn(origin, environment) || issuers.some((issuer) => isUrl(issuer) && new URL(issuer).origin === origin)
  );
}

/** What `${issuer.main.userinfo_endpoint}` and the like stand for; discovery has read it already. */
async function metadataOf(
  step: RequestStep,
  { store, environment }: SurveyContext,
): Promise<[name: string, value: Json][]> {
  const found: [string, Json][] = [];
  for (const whole of issuerNames(step)) {
    const [, name = '', key = ''] = whole.split('.');
    const { values } = await store.metadata(environment, name);
    const value = values?.[key];
    if (value !== undefined) found.push([whole, value]);
  }
  return found;
}

const transports = new WeakMap<Transport, Transport>();

/** One object for each of the environment: an agent serves one. */
function withoutCertificate(transport: Transport): Transport {
  const known = transports.get(transport);
  if (known) return known;
  const { clientCertificates: _, ...others } = transport;
  const bare = { ...others, clientCertificate: null };
  transports.set(transport, bare);
  return bare;
}

/** Redirects that request nothing of anybody else are followed. */
export function sendAnonymous(
  request: PreparedRequest,
  max: number,
  timeout: number,
  { environment, exchange: context, signal }: SurveyContext,
): Promise<Exchange> {
  return exchange(context, {
    role: 'experiment',
    attempt: 1,
    environment,
    request,
    credentials: [],
    redirect: { follow: true, max },
    jar: null,
    bound: (origin) => isOwn(origin, environment),
    within: (origin) => isOwn(origin, environment),
    timeout,
    signal,
    transport: withoutCertificate(environment.transport),
  });
}
