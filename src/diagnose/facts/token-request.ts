/** The form of a token request: parameters, content type, client authentication (RFC 6749 sections 2.3, 3.2, 4). */

import { valueFaults } from '../../http/credential-shape.ts';
import { parseJson } from '../../http/json.ts';
import type { Hop } from '../../model.ts';
import { isMap } from '../../source.ts';
import { proofKind } from '../client-proof.ts';
import { type Evidence, evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';
import { formOf, isJsonType, mediaType, sentField } from './wire.ts';

/** The parameters of a token request and how they were sent. */
export interface TokenParameters {
  readonly parameters: URLSearchParams;
  readonly json: boolean;
}

/** The trace keeps the beginning of a body: of a longer one nothing can be said to be missing. */
export function isWhole(hop: Hop): boolean {
  return (hop.request.body?.bytes ?? 0) < 2000;
}

export function tokenParameters(hop: Hop): TokenParameters | null {
  const form = formOf(hop);
  if (form?.has('grant_type')) return { parameters: form, json: false };
  const parsed = parseJson(hop.request.body?.excerpt ?? '');
  if (!('value' in parsed) || !isMap(parsed.value) || !('grant_type' in parsed.value)) return null;
  const members = Object.entries(parsed.value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return { parameters: new URLSearchParams(members), json: true };
}

export function tokenRequestFacts(subject: Subject): Evidence[] {
  const [first] = subject.failing.hops;
  const sent = subject.stage === 'token' && first ? tokenParameters(first) : null;
  if (!sent || !first) return [];
  return [
    ...contentType(first, sent),
    ...authentication(subject, first, sent.parameters),
    ...parameters(first, sent.parameters),
  ];
}

function contentType(hop: Hop, { json }: TokenParameters): Evidence[] {
  const type = mediaType(sentField(hop, 'content-type'));
  if (!json && type === 'application/x-www-form-urlencoded') return [];
  const seen = `${type || 'no type'}; a token endpoint reads application/x-www-form-urlencoded`;
  return [
    evidence('token-request/content-type', {
      names: ['request-param-missing', 'grant-unsupported'],
      // Some servers take JSON as well.
      weight: json && isJsonType(type) ? 2 : 1,
      lines: [{ hop: hop.index, field: 'content-type', seen }],
    }),
  ];
}

/** Once and by one method only (RFC 6749 section 2.3). */
function authentication(subject: Subject, hop: Hop, parameters: URLSearchParams): Evidence[] {
  const basic = /^basic\b/i.test(sentField(hop, 'authorization') ?? '');
  const secret = parameters.has('client_secret');
  const assertion = parameters.has('client_assertion');
  const methods = [basic ? 'Basic' : '', secret ? 'client_secret' : '', assertion ? 'client_assertion' : ''];
  const used = methods.filter((method) => method !== '');
  const field = 'client authentication';
  if (used.length > 1) {
    return [
      evidence('token-request/authentication-twice', {
        names: ['client-auth-method-wrong', 'request-param-wrong'],
        weight: 2,
        lines: [{ hop: hop.index, field, seen: `sent ${used.length} times: ${used.join(', ')}` }],
      }),
    ];
  }
  const { client } = subject;
  if (used.length > 0 || !isWhole(hop) || proofKind(subject) !== null) return [];
  if (!client) return [];
  const seen = `none was sent; client ${client.name} has ${client.token_endpoint_auth_method}`;
  return [
    evidence('token-request/authentication-missing', {
      names: ['client-auth-missing'],
      excludes: ['client-secret-wrong', 'client-secret-expired', 'credentials-not-encoded'],
      lines: [{ hop: hop.index, field, seen }],
    }),
  ];
}

const needs: Readonly<Record<string, string>> = {
  authorization_code: 'code',
  refresh_token: 'refresh_token',
  password: 'username',
  'urn:ietf:params:oauth:grant-type:device_code': 'device_code',
  'urn:ietf:params:oauth:grant-type:jwt-bearer': 'assertion',
  'urn:ietf:params:oauth:grant-type:saml2-bearer': 'assertion',
  'urn:ietf:params:oauth:grant-type:token-exchange': 'subject_token',
};
/** Parameters that a server reads once (RFC 6749 section 3.2). */
const single = ['grant_type', 'code', 'redirect_uri', 'client_id', 'client_secret', 'refresh_token', 'scope'];

function parameters(hop: Hop, sent: URLSearchParams): Evidence[] {
  const grant = sent.get('grant_type') ?? '';
  const needed = needs[grant];
  const found: Evidence[] = [];
  const add = (id: string, part: Pick<Evidence, 'names' | 'weight'>, field: string, seen: string): void =>
    void found.push(evidence(id, { ...part, lines: [{ hop: hop.index, field, seen }] }));
  if (needed !== undefined && isWhole(hop) && !sent.get(needed))
    add(
      'token-request/parameter-missing',
      { names: ['request-param-missing'], weight: 3 },
      needed,
      `not sent, and grant_type ${grant} needs it`,
    );
  if (grant !== 'client_credentials' && needed === undefined && !grant.includes(':'))
    add(
      'token-request/grant-type',
      { names: ['grant-unsupported'], weight: 2 },
      'grant_type',
      `${grant}: no registered grant`,
    );
  for (const name of single)
    if (sent.getAll(name).length > 1)
      add(
        'token-request/repeated',
        { names: ['request-param-wrong'], weight: 2 },
        name,
        `sent ${sent.getAll(name).length} times`,
      );
  for (const [name, value] of sent) {
    const fault = valueFaults(value).find(({ fault: kind }) => kind === 'placeholder' || kind === 'template');
    if (fault && name !== 'password')
      add('token-request/placeholder', { names: ['unresolved-variable'], weight: 3 }, name, fault.seen);
  }
  return found;
}
