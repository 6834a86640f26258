/** Scopes: what is needed, what the token holds, what was asked for and what was granted (RFC 6749 section 3.3). */
import { type Evidence, evidence } from '../evidence.ts';
import { headerValue, type Subject, tokenUse } from '../subject.ts';
import { heldScopes, lacksScope, neededScopes } from './claims.ts';

export function scopeFacts(subject: Subject): Evidence[] {
  if (subject.stage !== 'resource') return [];
  const held = heldOf(subject);
  return [...needed(subject, held), ...accepted(subject, held), ...granted(subject)];
}

interface Held {
  readonly scopes: readonly string[];
  readonly field: string;
}

/** By the token, by the answer, or by the token answer, in this order; null where nothing tells. */
function heldOf(subject: Subject): Held | null {
  const use = tokenUse(subject);
  const { claims } = use?.token ?? { claims: null };
  if (claims) return { scopes: heldScopes(claims), field: 'token scope' };
  const told = subject.response ? headerValue(subject.response, 'x-oauth-scopes') : null;
  if (told !== null) return { scopes: split(told), field: 'x-oauth-scopes' };
  const scope = use?.obtained?.scope;
  return scope == null ? null : { scopes: split(scope), field: 'granted scope' };
}

/** Scopes that the answer asks for, where nothing shows that all of them are held. */
export function scopesInQuestion(subject: Subject): readonly string[] {
  const wanted = neededScopes(subject);
  const held = heldOf(subject);
  return held !== null && wanted.every((name) => held.scopes.includes(name)) ? [] : wanted;
}

function needed(subject: Subject, held: Held | null): Evidence[] {
  const wanted = neededScopes(subject);
  if (wanted.length === 0 || held === null) return [];
  const missing = wanted.filter((name) => !held.scopes.includes(name));
  const hop = subject.hop.index;
  const lines = [
    { hop, field: 'needed scope', seen: wanted.join(' ') },
    { hop, field: held.field, seen: held.scopes.length === 0 ? 'none' : held.scopes.join(' ') },
  ];
  const stated = lacksScope(subject);
  if (missing.length > 0) {
    // A challenge also lists what one should ask for at first: that says nothing of what this token lacks.
    const weight = subject.error === 'insufficient_scope' ? 3 : stated ? 2 : 1;
    return [evidence('token/scope-missing', { names: ['scope-missing'], weight, lines })];
  }
  if (subject.error !== 'insufficient_scope') return [];
  return [
    evidence('token/scope-held', { excludes: ['scope-missing', 'scope-dropped'], lines }),
    evidence('token/scope-suffices', { names: ['permission-missing'], weight: 1, lines }),
  ];
}

/** Any of these scopes would do. */
function accepted(subject: Subject, held: Held | null): Evidence[] {
  const { response } = subject;
  const value = response ? headerValue(response, 'x-accepted-oauth-scopes') : null;
  if (value === null || held === null || (response?.status !== 403 && response?.status !== 404)) return [];
  const any = split(value);
  if (any.length === 0 || any.some((name) => held.scopes.includes(name))) return [];
  const hop = subject.hop.index;
  return [
    evidence('token/scope-not-accepted', {
      names: ['scope-missing'],
      weight: 3,
      lines: [
        { hop, field: 'x-accepted-oauth-scopes', seen: any.join(' ') },
        { hop, field: held.field, seen: held.scopes.join(' ') || 'none' },
      ],
    }),
  ];
}

/** The authorization server granted less than was asked for and said so only in `scope` (RFC 6749 section 5.1). */
function granted(subject: Subject): Evidence[] {
  const { status } = subject.response ?? { status: 0 };
  if (subject.credential?.type !== 'oauth2' || (status !== 403 && status !== 401)) return [];
  const asked = split(subject.credential.scope ?? '');
  const scope = subject.uses.find(({ name }) => name === subject.credential?.name)?.obtained?.scope ?? null;
  if (asked.length === 0 || scope === null) return [];
  const got = split(scope);
  const dropped = asked.filter((name) => !got.includes(name));
  if (dropped.length === 0) return [];
  const wanted = neededScopes(subject);
  const matters = wanted.some((name) => dropped.includes(name));
  return [
    evidence('token/scope-dropped', {
      names: ['scope-missing', 'scope-dropped'],
      weight: matters ? 3 : status === 403 ? 2 : 1,
      lines: [
        { hop: null, field: 'requested scope', seen: asked.join(' ') },
        { hop: null, field: 'granted scope', seen: scope === '' ? 'none' : scope },
      ],
    }),
  ];
}

function split(text: string): string[] {
  return text.split(/[\s,]+/).filter((scope) => scope !== '');
}
