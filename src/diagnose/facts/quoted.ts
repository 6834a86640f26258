/** What the answer quotes of the token: a server that names a value has read it, in this token. */
import type { CauseId, Json, JsonMap } from '../../model.ts';
import type { Piece } from '../answer-body.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { type Subject, tokenUse } from '../subject.ts';
import { answerOf } from '../wording.ts';
import { texts } from './claims.ts';

/** Where a server quotes this, it is what it dislikes: it seldom speaks of what is right. */
const meanings: readonly (readonly ['header' | 'claims', string, CauseId])[] = [
  ['header', 'alg', 'alg-not-allowed'],
  ['header', 'kid', 'key-unknown'],
  ['claims', 'iss', 'issuer-mismatch'],
  ['claims', 'aud', 'audience-mismatch'],
];

export function quotedFacts(subject: Subject): Evidence[] {
  const token = tokenUse(subject)?.token ?? null;
  const { status } = subject.response ?? { status: 0 };
  if (subject.stage !== 'resource' || token === null || (status !== 401 && status !== 403)) return [];
  const { header, claims } = token;
  return [
    ...disliked(subject, { header, claims }),
    ...(claims === null ? [] : [...holder(subject, claims), ...claimNamed(subject, claims)]),
  ];
}

function disliked(
  subject: Subject,
  token: { readonly header: JsonMap | null; readonly claims: JsonMap | null },
): Evidence[] {
  const said = saidBy(subject);
  const quoted = meanings.flatMap(([part, name, cause]) => {
    const value = texts((token[part]?.[name] ?? null) as Json).find((each) => quotes(said, each));
    return value === undefined ? [] : [{ name, cause, value }];
  });
  const [only, ...others] = quoted;
  if (!only || others.length > 0) return [];
  return [
    evidence('token/quoted', {
      names: [only.cause],
      weight: 1,
      lines: [named(subject, only.name, only.value)],
    }),
  ];
}

function saidBy(subject: Subject): string {
  return `${subject.error ?? ''} ${subject.description ?? ''} ${subject.text}`;
}

function named(subject: Subject, name: string, value: string): Evidence['lines'][number] {
  return { hop: subject.hop.index, field: `token ${name}`, seen: `${value}, which the answer names` };
}

const holderClaims = ['sub', 'client_id', 'azp', 'appid', 'cid'];
const scopeClaims = ['scope', 'scp', 'scopes'];
/** OpenID Connect Core sections 5.4 and 11: these open no API. */
const identityScopes = /^(openid|profile|email|address|phone|offline_access)$/;

/**
 * A 403 that names whom the token stands for: its verifier has taken the token. One with scopes for an API is left out:
 * some servers say of the holder what the token lacks.
 */
function holder(subject: Subject, claims: JsonMap): Evidence[] {
  const scopes = scopeClaims.flatMap((name) => texts(claims[name])).flatMap((text) => text.split(/[\s,]+/));
  if (subject.response?.status !== 403) return [];
  if (scopes.some((scope) => scope !== '' && !identityScopes.test(scope))) return [];
  const said = saidBy(subject);
  for (const name of holderClaims) {
    const value = claims[name];
    if (typeof value !== 'string' || !quotes(said, value)) continue;
    return [
      evidence('token/holder-named', {
        fits: ['permission-missing'],
        weight: 2,
        lines: [named(subject, name, value)],
      }),
    ];
  }
  return [];
}

/** These have causes of their own, or are what tells an access token from another. */
const otherClaims =
  /^(iss|aud|exp|nbf|iat|jti|sub|typ|alg|kid|cnf|scope|scp|scopes|client_id|azp|token_use|acr|amr|auth_time|nonce|at_hash|roles?|groups?|permissions?)$/i;
const isName = '["\'`]?([A-Za-z][\\w.:/-]{1,80})["\'`]?';
const claimInWords = [
  new RegExp(`\\bclaims?:?\\s+${isName}(?:$|[\\s.,;:)])`, 'i'),
  new RegExp(`${isName}\\s+claim\\b`, 'i'),
];
/** What stands beside the word without being a name. */
const noName =
  /^(an?|the|this|that|its?|is|are|was|were|has|have|of|in|no|not|or|and|with|required?|requires|mandatory|custom|private|public|invalid|missing|unexpected|wrong|bad|incorrect|expected|following|some|any|one|all|time|token|jwt|access|user|value|values|validation|verification|check|failed|must|set|does|do|claim|claims)$/i;
const saysMissing =
  /\b(?:missing|lacks?|lacking|absent|required|without|not (?:present|found|included|contain)|does(?: not|n't) (?:have|contain|carry|include)|must (?:have|contain|include))\b/i;
const saysExpected =
  /\b(?:one of|must be|expected|should be|must equal|allowed(?: values)?|required value|accepts?)\b:?(.*)$/is;

/** Wanted is a form, no value. */
const noValue =
  /^\s*(?:$|to be\b|be\b|present|set|provided|included|specified|given|valid|an? |not\b|non|of type|(?:string|number|integer|boolean|array|object)\b)/i;
const saysFound = /\b(?:got|received|but|found|actual(?:ly)?|was|instead of)\b/i;
const longestValue = 80;

function shortened(text: string): string {
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}

/** The answer names a claim, and this token lacks it or holds another value than the answer wants. */
function claimNamed(subject: Subject, claims: JsonMap): Evidence[] {
  if (!subject.response) return [];
  const answer = answerOf(subject.response);
  const member = answer.members.get('claim')?.[0] ?? answer.members.get('claim_name')?.[0];
  for (const piece of answer.pieces) {
    const name = claimIn(piece, member);
    if (name === null || otherClaims.test(name)) continue;
    const value = claims[name];
    const held =
      value === undefined ? [] : (Array.isArray(value) ? value : [value]).map((each) => String(each));
    const wanted = saysExpected.exec(piece.text)?.[1]?.split(saysFound)[0] ?? null;
    const valued = wanted !== null && !noValue.test(wanted);
    const differs = valued && held.length > 0 && !held.some((each) => quotes(wanted, each));
    const lacks = value === undefined && (saysMissing.test(piece.text) || wanted !== null);
    if (!differs && !lacks) continue;
    return [
      evidence('token/claim-named', {
        fits: ['token-claims-invalid'],
        weight: 2,
        lines: [named(subject, name, lacks ? 'none' : shortened(held.join(', ')))],
      }),
    ];
  }
  return [];
}

function claimIn({ text }: Piece, member: string | undefined): string | null {
  if (!/\bclaims?\b/i.test(text)) return null;
  if (member !== undefined && /^[\w.:/-]{2,80}$/.test(member) && !noName.test(member)) return member;
  for (const pattern of claimInWords) {
    const name = pattern.exec(text)?.[1]?.replace(/[.:]+$/, '');
    if (name !== undefined && !noName.test(name)) return name;
  }
  return null;
}

/** As a word of its own. */
function quotes(text: string, value: string): boolean {
  const at = value.length < 3 ? -1 : text.indexOf(value);
  if (at < 0) return false;
  const around = `${text[at - 1] ?? ' '}${text[at + value.length] ?? ' '}`;
  return !/[\w/-]/.test(around);
}
