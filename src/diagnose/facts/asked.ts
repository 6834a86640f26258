/** What an authorization server was asked for, against what it says of itself and what the specifications want (RFC 8414). */
import type { CauseId, Hop, JsonMap } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { environmentsBeside, type Subject } from '../subject.ts';
import { listOf, metadataOf } from './server-metadata.ts';
import { isWhole, tokenParameters } from './token-request.ts';
import { formOf, sentField, urlOf } from './wire.ts';

/** They point to nothing by themselves: a server that refuses for one of these reasons has them on its side, or not. */
export function askedFacts(subject: Subject): Evidence[] {
  const asked = requestOf(subject);
  if (!asked) return [];
  const metadata = metadataOf(subject) ?? {};
  return [
    ...grant(asked, metadata),
    ...quoted(subject, asked),
    ...secret(subject, asked),
    ...scope(asked, metadata),
    ...target(subject, asked),
    ...(subject.stage === 'authorization' ? atAuthorization(asked, metadata) : verifier(asked)),
  ];
}

interface Asked {
  readonly hop: Hop;
  readonly sent: URLSearchParams;
}

/** The hop that asked, and its parameters; null where they are not to be seen (RFC 9101) or were cut off. */
function requestOf({ stage, failing }: Subject): Asked | null {
  if (stage === 'token') {
    const [hop] = failing.hops;
    const sent = hop && isWhole(hop) ? tokenParameters(hop)?.parameters : undefined;
    return hop && sent ? { hop, sent } : null;
  }
  if (stage !== 'authorization') return null;
  for (const hop of failing.hops) {
    const sent = urlOf(hop.request.url)?.searchParams;
    if (sent?.has('client_id')) return { hop, sent };
    const form = formOf(hop);
    if (form?.has('client_id') && isWhole(hop)) return { hop, sent: form };
  }
  return null;
}

function fact(
  id: string,
  { hop }: Asked,
  [field, seen]: readonly [string, string],
  part: Pick<Evidence, 'fits'> & Partial<Pick<Evidence, 'excludes'>>,
): Evidence {
  return evidence(id, { ...part, lines: [{ hop: hop.index, field, seen }] });
}

/** A grant that the server announces is one that it supports: for whom is another matter. */
function grant(asked: Asked, metadata: JsonMap): Evidence[] {
  const wanted = asked.sent.get('grant_type');
  const announced = listOf(metadata['grant_types_supported']);
  if (wanted === null || announced.length === 0) return [];
  if (!announced.includes(wanted)) return [];
  const seen = `${wanted}, which grant_types_supported lists`;
  return [fact('asked/grant-announced', asked, ['grant_type', seen], { fits: ['grant-not-allowed'] })];
}

/** Who names the grant that was sent has read the form, and means this request. */
function quoted({ description }: Subject, asked: Asked): Evidence[] {
  const wanted = asked.sent.get('grant_type') ?? '';
  if (wanted === '' || !(description ?? '').includes(wanted)) return [];
  const seen = `${wanted}, which the answer names`;
  return [fact('asked/grant-quoted', asked, ['grant_type', seen], { fits: ['grant-not-allowed'] })];
}

/** RFC 6749 section 2.3.1. Of its age the server alone knows; credentials that have expired may be those of a user. */
function secret({ stage, description }: Subject, asked: Asked): Evidence[] {
  const basic = /^basic\b/i.test(sentField(asked.hop, 'authorization') ?? '');
  if (stage !== 'token' || !(basic || asked.sent.has('client_secret'))) return [];
  if (asked.sent.get('grant_type') === 'password' || !/secret/i.test(description ?? '')) return [];
  const how = basic ? 'client_secret_basic' : 'client_secret_post';
  const seen = `${how}: a secret was sent`;
  return [fact('asked/secret', asked, ['client authentication', seen], { fits: ['client-secret-expired'] })];
}

/** A server may leave scopes out of its metadata, and knows those that it names (RFC 8414 section 2). */
function scope(asked: Asked, metadata: JsonMap): Evidence[] {
  const wanted = (asked.sent.get('scope') ?? '').split(/\s+/).filter((each) => each !== '');
  const announced = listOf(metadata['scopes_supported']);
  if (wanted.length === 0 || announced.length === 0) return [];
  const strange = wanted.filter((each) => !announced.includes(each));
  if (strange.length > 0) {
    const seen = `${strange.join(' ')}, which scopes_supported does not list`;
    return [fact('asked/scope-not-announced', asked, ['scope', seen], { fits: ['scope-unknown'] })];
  }
  const seen = `${wanted.join(' ')}: scopes_supported lists all of it`;
  const part = { fits: ['scope-not-allowed'], excludes: ['scope-unknown'] };
  return [fact('asked/scope-announced', asked, ['scope', seen], part)];
}

/** RFC 8707 section 2: an answer that means it says so by its code or its value. One that is at home elsewhere is a mix-up. */
function target(subject: Subject, asked: Asked): Evidence[] {
  const field = ['resource', 'audience'].find((name) => asked.sent.has(name));
  const value = field === undefined ? null : asked.sent.get(field);
  if (field === undefined || value === null || value === '') return [];
  if (subject.error !== 'invalid_target' && !(subject.description ?? '').includes(value)) return [];
  const origin = urlOf(value)?.origin;
  const foreign = environmentsBeside(subject).some(({ origins }) =>
    [...origins.values()].some((each) => each === origin),
  );
  if (foreign && ![...subject.environment.origins.values()].some((each) => each === origin)) return [];
  return [fact('asked/target', asked, [field, value], { fits: ['audience-mismatch'] })];
}

function atAuthorization(asked: Asked, metadata: JsonMap): Evidence[] {
  const { sent } = asked;
  const pushed = sent.has('request_uri');
  const found: Evidence[] = [
    pushed
      ? evidence('asked/pushed', { excludes: ['par-required'] })
      : fact('asked/not-pushed', asked, ['request_uri', 'none was sent'], { fits: ['par-required'] }),
  ];
  // What is in a request object is not to be seen.
  if (pushed || sent.has('request')) return found;
  return [...found, ...responseType(asked, metadata), ...challenge(asked)];
}

/** Announced or not: that decides whether the server has it at all, or this client may not. `code` has every server. */
function responseType(asked: Asked, metadata: JsonMap): Evidence[] {
  const type = asked.sent.get('response_type') ?? '';
  const announced = listOf(metadata['response_types_supported']);
  const sorted = (text: string): string => text.split(' ').sort().join(' ');
  const listed = announced.some((each) => sorted(each) === sorted(type));
  if (type === '' || (type === 'code' && announced.length === 0)) return [];
  const told = announced.length === 0 ? '' : listed ? ', which is announced' : ', which is not announced';
  const fits: readonly CauseId[] = ['response-type-unsupported'];
  return [fact('asked/response-type', asked, ['response_type', `${type}${told}`], { fits })];
}

/** RFC 7636 sections 4.3 and 4.4.1. */
function challenge(asked: Asked): Evidence[] {
  const { sent } = asked;
  if (!sent.get('code_challenge'))
    return [fact('asked/no-challenge', asked, ['code_challenge', 'not sent'], { fits: ['pkce-missing'] })];
  const method = sent.get('code_challenge_method');
  if (method === 'S256') return [evidence('asked/challenge', { excludes: ['pkce-missing'] })];
  const seen = `${method ?? 'not sent, which means plain'}; many servers take S256 only`;
  const fits = ['request-param-wrong', 'pkce-mismatch'];
  return [fact('asked/challenge-method', asked, ['code_challenge_method', seen], { fits })];
}

function verifier(asked: Asked): Evidence[] {
  const redeems = asked.sent.get('grant_type') === 'authorization_code';
  if (!redeems || asked.sent.has('code_verifier')) return [];
  return [fact('asked/no-verifier', asked, ['code_verifier', 'not sent'], { fits: ['pkce-missing'] })];
}
