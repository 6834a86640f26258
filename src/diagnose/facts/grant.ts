/** Refresh tokens within the run, and the token request against the server's own metadata (RFC 8414, RFC 6749 section 6). */
import { listedGrants } from '../../http/grant-types.ts';
import type { Hop, JsonMap } from '../../model.ts';
import { proofKind } from '../client-proof.ts';
import { type Evidence, evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';
import { s256 } from './code.ts';
import { listOf, metadataOf } from './server-metadata.ts';
import { tokenParameters } from './token-request.ts';
import { jsonOf, lastHop, sentField, urlOf } from './wire.ts';

export function grantFacts(subject: Subject): Evidence[] {
  const [first] = subject.failing.hops;
  if (subject.stage !== 'token' || !first) return [];
  const metadata = metadataOf(subject);
  return [
    ...reused(subject, first),
    ...foreign(subject, first),
    ...ofOtherClient(subject, first),
    ...(metadata ? announced(subject, first, metadata) : []),
  ];
}

/** Used in this run already, and replaced then: a server that rotates takes it for stolen. */
function reused(subject: Subject, own: Hop): Evidence[] {
  const digest = own.request.body?.digests?.['refresh_token'];
  if (digest === undefined) return [];
  const before = subject.past.findLast(({ environment, exchange }) => {
    const [hop] = exchange.hops;
    const status = lastHop(exchange)?.response?.status ?? 500;
    return (
      hop !== undefined &&
      environment === subject.environment.name &&
      hop.clock.sent < own.clock.sent &&
      hop.request.body?.digests?.['refresh_token'] === digest &&
      status < 300
    );
  });
  if (!before) return [];
  const answer = lastHop(before.exchange)?.response;
  const next = answer ? jsonOf(answer)?.['refresh_token'] : undefined;
  const rotated = typeof next === 'string';
  const seen = `used before by step "${before.step}"${rotated ? ', which got another one in its place' : ''}`;
  return [
    evidence('refresh/used-before', {
      names: ['refresh-token-reused'],
      weight: rotated ? 3 : 1,
      lines: [{ hop: own.index, field: 'refresh_token', seen }],
    }),
  ];
}

/** The authorization server of another environment takes it: it is at home there. */
function foreign(subject: Subject, own: Hop): Evidence[] {
  const digest = own.request.body?.digests?.['refresh_token'];
  if (digest === undefined) return [];
  const endpoint = urlOf(own.request.url)?.host;
  const there = subject.past.find(({ environment, exchange }) => {
    const [hop] = exchange.hops;
    return (
      environment !== subject.environment.name &&
      hop?.request.body?.digests?.['refresh_token'] === digest &&
      urlOf(hop.request.url)?.host !== endpoint &&
      (lastHop(exchange)?.response?.status ?? 500) < 300
    );
  });
  if (!there) return [];
  return [
    evidence('refresh/taken-elsewhere', {
      names: ['environment-mixup'],
      lines: [
        {
          hop: own.index,
          field: 'refresh_token',
          seen: `the same one as in ${there.environment}, which takes it`,
        },
      ],
    }),
  ];
}

/** RFC 6749 section 6: a refresh token is bound to the client to which it was issued. */
function ofOtherClient(subject: Subject, own: Hop): Evidence[] {
  const digest = own.request.body?.digests?.['refresh_token'];
  const now = clientOf(own) ?? subject.client?.client_id ?? null;
  if (digest === undefined || now === null) return [];
  const issuing = subject.past.findLast(({ sameJob, exchange }) => {
    const answer = sameJob ? lastHop(exchange)?.response : null;
    const issued = answer && answer.status < 300 ? jsonOf(answer)?.['refresh_token'] : undefined;
    return typeof issued === 'string' && s256(issued) === digest;
  });
  const [first] = issuing?.exchange.hops ?? [];
  const then = first ? clientOf(first) : null;
  if (!issuing || then === null || then === now) return [];
  return [
    evidence('refresh/other-client', {
      names: ['client-mismatch'],
      lines: [
        {
          hop: own.index,
          field: 'client_id',
          seen: `${now}; step "${issuing.step}" got the refresh token as ${then}`,
        },
      ],
    }),
  ];
}

function clientOf(hop: Hop): string | null {
  return tokenParameters(hop)?.parameters.get('client_id') ?? null;
}

function announced(subject: Subject, own: Hop, metadata: JsonMap): Evidence[] {
  const sent = tokenParameters(own)?.parameters ?? new URLSearchParams();
  const found: Evidence[] = [];
  const add = (id: string, names: readonly string[], weight: 1 | 2, field: string, seen: string): void =>
    void found.push(evidence(id, { names, weight, lines: [{ hop: own.index, field, seen }] }));
  const grants = listedGrants(metadata) ?? [];
  const grant = sent.get('grant_type');
  if (grant !== null && grants.length > 0 && !grants.includes(grant))
    add(
      'grant/not-announced',
      ['grant-unsupported'],
      2,
      'grant_type',
      `${grant}; announced are ${grants.join(', ')}`,
    );
  const scopes = listOf(metadata['scopes_supported']);
  const asked = (sent.get('scope') ?? '').split(/\s+/).filter((scope) => scope !== '');
  const strange = asked.filter((scope) => !scopes.includes(scope));
  // A server may leave scopes out of its metadata (RFC 8414 section 2).
  if (subject.error === 'invalid_scope' && scopes.length > 0 && strange.length > 0)
    add(
      'grant/scope-not-announced',
      ['scope-unknown'],
      2,
      'scope',
      `${strange.join(' ')} is not in scopes_supported`,
    );
  const methods = listOf(metadata['token_endpoint_auth_methods_supported']);
  const method = methodOf(subject, own, sent);
  if (method !== null && methods.length > 0 && !methods.includes(method))
    add(
      'grant/method-not-announced',
      ['client-auth-method-wrong'],
      2,
      'client authentication',
      `${method}; announced are ${methods.join(', ')}`,
    );
  const endpoint = metadata['token_endpoint'];
  const called = urlOf(own.request.url);
  const named = typeof endpoint === 'string' ? urlOf(endpoint) : null;
  if (called && named && called.origin + called.pathname !== named.origin + named.pathname)
    add(
      'grant/other-endpoint',
      ['endpoint-wrong'],
      2,
      'token_endpoint',
      `called was ${called.origin}${called.pathname}; the metadata name ${named.origin}${named.pathname}`,
    );
  return found;
}

function methodOf(subject: Subject, hop: Hop, sent: URLSearchParams): string | null {
  if (/^basic\b/i.test(sentField(hop, 'authorization') ?? '')) return 'client_secret_basic';
  if (sent.has('client_assertion')) {
    const kind = proofKind(subject);
    if (kind === null) return null;
    return kind === 'key' ? 'private_key_jwt' : 'client_secret_jwt';
  }
  if (proofKind(subject) === 'certificate') return subject.client?.token_endpoint_auth_method ?? null;
  return sent.has('client_secret') ? 'client_secret_post' : 'none';
}
