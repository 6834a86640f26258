/** What a step shows of itself in one environment, in a form that can be held beside the same step elsewhere. */
import type { Source } from '../../model.ts';

/** One thing that was sent or seen. */
export interface Trait {
  readonly kind: TraitKind;
  /** Which one, where there are several: the name of a header, of a parameter, of a credential; else empty. */
  readonly of: string;
  /** What is compared: the environment's own hosts and names are taken out, and what changes with each request. */
  readonly value: string;
  /** As people read it. */
  readonly seen: string;
  readonly source: Source | null;
}

/**
 * What a difference can mean. `asked`, `credential`, `way`: it may be why the answer is another one. `server`: who
 * answers; servers differ by design. `answer`: what came of it. `aside`: told, never judged.
 */
export type TraitClass = 'asked' | 'credential' | 'way' | 'server' | 'answer' | 'aside';

export type TraitKind =
  | 'expectation'
  | 'method'
  | 'address'
  | 'parameter'
  | 'header'
  | 'body.type'
  | 'credential.type'
  | 'credential.scheme'
  | 'credential.shape'
  | 'credential.shared'
  | 'token.obtained'
  | 'token.format'
  | 'token.alg'
  | 'token.typ'
  | 'token.iss'
  | 'token.aud'
  | 'token.scope'
  | 'token.roles'
  | 'token.client'
  | 'token.left'
  | 'token.lifetime'
  | 'token.binding'
  | 'token.claims'
  | 'grant.scope'
  | 'grant.type'
  | 'redirects'
  | 'dropped'
  | 'redirects.stopped'
  | 'cookie.sent'
  | 'cookie.set'
  | 'cookie.refused'
  | 'cookie.withheld'
  | 'clock'
  | 'tls.validity'
  | 'tls.names'
  | 'tls.protocol'
  | 'tls.issuer'
  | 'http'
  | 'challenge'
  | 'refusal'
  | 'failure'
  | 'status'
  | 'content-type'
  | 'server'
  | 'via'
  | 'edge'
  | 'attempts'
  | 'duration'
  | 'body.size';

/** In the order in which differences are told. */
export const traitKinds: Readonly<Record<TraitKind, { readonly title: string; readonly class: TraitClass }>> =
  {
    expectation: { title: 'expectation', class: 'asked' },
    method: { title: 'method', class: 'asked' },
    address: { title: 'address', class: 'asked' },
    parameter: { title: 'parameter', class: 'asked' },
    header: { title: 'header', class: 'asked' },
    'body.type': { title: 'body sent', class: 'asked' },
    'credential.type': { title: 'type of credential', class: 'credential' },
    'credential.scheme': { title: 'scheme of credential', class: 'credential' },
    'credential.shape': { title: 'form of credential', class: 'credential' },
    'credential.shared': { title: 'value of credential', class: 'credential' },
    'token.obtained': { title: 'token obtained', class: 'credential' },
    'token.format': { title: 'token format', class: 'credential' },
    'token.alg': { title: 'token alg', class: 'credential' },
    'token.typ': { title: 'token typ', class: 'credential' },
    'token.iss': { title: 'token iss', class: 'credential' },
    'token.aud': { title: 'token aud', class: 'credential' },
    'token.scope': { title: 'token scope', class: 'credential' },
    'token.roles': { title: 'token roles', class: 'credential' },
    'token.client': { title: 'token client', class: 'credential' },
    'token.left': { title: 'token validity', class: 'credential' },
    'token.lifetime': { title: 'token lifetime', class: 'credential' },
    'token.binding': { title: 'token binding', class: 'credential' },
    'token.claims': { title: 'token claims', class: 'aside' },
    'grant.scope': { title: 'granted scope', class: 'credential' },
    'grant.type': { title: 'token_type', class: 'credential' },
    redirects: { title: 'redirects', class: 'way' },
    dropped: { title: 'on the way', class: 'way' },
    'redirects.stopped': { title: 'redirects ended', class: 'way' },
    'cookie.sent': { title: 'cookies sent', class: 'way' },
    'cookie.set': { title: 'cookies set', class: 'way' },
    'cookie.refused': { title: 'cookies refused', class: 'way' },
    'cookie.withheld': { title: 'cookies withheld', class: 'way' },
    clock: { title: 'clock of the server', class: 'server' },
    'tls.validity': { title: 'certificate', class: 'server' },
    'tls.names': { title: 'names of the certificate', class: 'server' },
    'tls.protocol': { title: 'TLS protocol', class: 'server' },
    'tls.issuer': { title: 'certificate issuer', class: 'server' },
    http: { title: 'HTTP version', class: 'server' },
    challenge: { title: 'challenge', class: 'answer' },
    refusal: { title: 'words of the answer', class: 'answer' },
    failure: { title: 'connection', class: 'answer' },
    status: { title: 'answer', class: 'answer' },
    'content-type': { title: 'content-type', class: 'answer' },
    server: { title: 'Server', class: 'server' },
    via: { title: 'Via', class: 'server' },
    edge: { title: 'in the answer', class: 'server' },
    attempts: { title: 'attempts', class: 'aside' },
    duration: { title: 'duration', class: 'answer' },
    'body.size': { title: 'body size', class: 'aside' },
  };

/** Characters of a value that are kept: servers may say anything. */
const longest = 300;

/** `seen` absent: it is the value. */
export function trait(
  kind: TraitKind,
  of: string,
  value: string,
  seen: string = value,
  source: Source | null = null,
): Trait {
  return { kind, of: cut(of, 80), value: cut(value, longest), seen: cut(seen, longest), source };
}

/** With a mark, by which the redactor knows that a secret may have been cut. */
function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}...` : text;
}
