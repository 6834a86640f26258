/** An authorization code's way through this run: issued, redeemed, redeemed again (RFC 6749 section 4.1, RFC 7636). */

import { createHash } from 'node:crypto';
import { isUrl } from '../../http/url.ts';
import type { Hop } from '../../model.ts';
import { proofKind, usualFault } from '../client-proof.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { clientAbsent } from '../groups.ts';
import { headerValue, type Subject } from '../subject.ts';
import { span } from './clocks.ts';
import { isWhole, type TokenParameters, tokenParameters } from './token-request.ts';
import { lastHop, urlOf } from './wire.ts';

/** RFC 6749 section 4.1.2 recommends at most ten minutes; many servers give one. */
const longestLife = 600_000;
const usualLife = 60_000;

export function codeFacts(subject: Subject): Evidence[] {
  const [first] = subject.failing.hops;
  const sent = subject.stage === 'token' && first ? tokenParameters(first) : null;
  if (!first || !sent || sent.parameters.get('grant_type') !== 'authorization_code') return [];
  // The code was good: something else in the answer is wrong.
  if (isSuccess(subject.failing.hops.at(-1))) return [];
  const digest = first.request.body?.digests?.['code'] ?? null;
  const issued = digest === null ? null : issuedBy(subject, digest);
  const flow = authorizationRequest(subject, issued ?? first);
  return [
    ...(digest === null ? [] : reuse(subject, first, digest)),
    ...(issued ? age(first, issued) : []),
    ...(flow ? compared(first, sent, flow, subject) : []),
    ...(flow && issued ? known(first, flow, subject) : []),
  ];
}

function isSuccess(hop: Hop | undefined): boolean {
  const status = hop?.response?.status ?? 0;
  return status >= 200 && status < 300;
}

/** RFC 7636 section 4.2. */
export function s256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64url');
}

/** All hops of the run before the token request, oldest first. */
function earlier(subject: Subject): Hop[] {
  return subject.past.filter(({ sameJob }) => sameJob).flatMap(({ exchange }) => exchange.hops);
}

/** The hop whose answer redirected with this code. */
function issuedBy(subject: Subject, digest: string): Hop | null {
  return (
    earlier(subject).findLast((hop) => {
      const location = hop.response ? headerValue(hop.response, 'location') : null;
      if (location === null || !isUrl(location, hop.request.url)) return false;
      const url = new URL(location, hop.request.url);
      const code = url.searchParams.get('code') ?? new URLSearchParams(url.hash.slice(1)).get('code');
      return code !== null && s256(code) === digest;
    }) ?? null
  );
}

/** Parameters of the last authorization request that was sent before this. */
function authorizationRequest(subject: Subject, before: Hop): URLSearchParams | null {
  const hop = earlier(subject).findLast(({ request, clock }) => {
    const parameters = urlOf(request.url)?.searchParams;
    return clock.sent <= before.clock.sent && parameters?.has('response_type') && parameters.has('client_id');
  });
  return hop ? (urlOf(hop.request.url)?.searchParams ?? null) : null;
}

function reuse(subject: Subject, own: Hop, digest: string): Evidence[] {
  const before = subject.past.findLast(
    ({ exchange }) =>
      exchange.hops[0]?.request.body?.digests?.['code'] === digest &&
      exchange.hops[0].clock.sent < own.clock.sent,
  );
  if (!before) return [];
  const status = lastHop(before.exchange)?.response?.status ?? null;
  const redeemed = status !== null && status < 300;
  return [
    evidence('code/sent-before', {
      names: ['code-reused'],
      // A refused request may have used it up, or not.
      weight: redeemed ? 3 : 2,
      lines: [
        {
          hop: own.index,
          field: 'code',
          seen: `sent before by step "${before.step}", which was answered ${status ?? 'with nothing'}`,
        },
      ],
    }),
  ];
}

function age(own: Hop, issued: Hop): Evidence[] {
  const passed = own.clock.sent - issued.clock.received;
  if (passed < usualLife) return [];
  return [
    evidence('code/old', {
      names: ['code-expired'],
      weight: passed > longestLife ? 2 : 1,
      lines: [{ hop: own.index, field: 'code', seen: `redeemed ${span(passed)} after it was issued` }],
    }),
  ];
}

function compared(
  own: Hop,
  { parameters }: TokenParameters,
  flow: URLSearchParams,
  subject: Subject,
): Evidence[] {
  return [
    ...redirectUri(own, parameters.get('redirect_uri'), flow.get('redirect_uri')),
    ...verifier(own, flow),
    ...owner(own, parameters.get('client_id') ?? subject.client?.client_id ?? null, flow.get('client_id')),
  ];
}

/** RFC 6749 section 4.1.3: identical to the one of the authorization request, byte for byte. */
function redirectUri(own: Hop, now: string | null, then: string | null): Evidence[] {
  if (now === then || then === null || (now === null && !isWhole(own))) return [];
  const seen = `${now ?? 'not sent'}; the authorization request had ${then}`;
  return [
    evidence('code/redirect-uri', {
      names: now === null ? ['redirect-uri-mismatch', 'request-param-missing'] : ['redirect-uri-mismatch'],
      // OAuth 2.1 does not ask for it again.
      weight: now === null ? 2 : 3,
      lines: [{ hop: own.index, field: 'redirect_uri', seen }],
    }),
  ];
}

function verifier(own: Hop, flow: URLSearchParams): Evidence[] {
  const challenge = flow.get('code_challenge');
  const digest = own.request.body?.digests?.['code_verifier'] ?? null;
  const hop = own.index;
  const field = 'code_verifier';
  const fault = (seen: string, names: readonly string[], weight: 2 | 3): Evidence[] => [
    evidence('code/verifier', { names, weight, lines: [{ hop, field, seen }] }),
  ];
  if (challenge === null || challenge === '') {
    return digest === null
      ? []
      : fault('sent, but the authorization request had no code_challenge', ['pkce-mismatch'], 2);
  }
  if (digest === null)
    return fault(
      'not sent, but the authorization request had a code_challenge',
      ['pkce-mismatch', 'pkce-missing'],
      3,
    );
  const plain = (flow.get('code_challenge_method') ?? 'plain') === 'plain';
  if (digest === (plain ? s256(challenge) : challenge))
    return [evidence('code/verifier-matches', { excludes: ['pkce-mismatch', 'pkce-missing'] })];
  if (plain && digest === challenge)
    return fault(
      'its S256 is the code_challenge, but code_challenge_method was not sent: plain',
      ['pkce-mismatch'],
      3,
    );
  return fault('its S256 is not the code_challenge of the authorization request', ['pkce-mismatch'], 3);
}

/** Who was given a code is no unknown client: what is refused is its proof. */
function known(own: Hop, flow: URLSearchParams, subject: Subject): Evidence[] {
  const { client, error, response } = subject;
  const refused = error === 'invalid_client' || (error === null && response?.status === 401);
  if (!client || !refused || flow.get('client_id') !== client.client_id) return [];
  const seen = `${client.client_id}: the authorization endpoint gave it a code`;
  return [
    evidence('code/client-known', {
      names: [usualFault(proofKind(subject), subject)],
      excludes: clientAbsent,
      weight: 2,
      lines: [{ hop: own.index, field: 'client_id', seen }],
    }),
  ];
}

function owner(own: Hop, now: string | null, then: string | null): Evidence[] {
  if (now === null || then === null || now === then) return [];
  const seen = `${now}; the code was issued to ${then}`;
  return [
    evidence('code/other-client', {
      names: ['client-mismatch'],
      lines: [{ hop: own.index, field: 'client_id', seen }],
    }),
  ];
}
