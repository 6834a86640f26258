/** A cause in words: what happened with the concrete values, and what to change in the user's own files. */
import { isUrl } from '../../http/url.ts';
import type { CauseId, Credential, CredentialUse, Source } from '../../model.ts';
import type { Value } from '../../secret.ts';
import type { Subject } from '../subject.ts';
import { causeOf } from '../vocabulary.ts';
import { words } from './words.ts';

export interface Explanation {
  /** One sentence. */
  readonly summary: string;
  /** One or two sentences. */
  readonly fix: string;
  readonly fixSource: Source | null;
  /** Titles with section: `RFC 6750 section 3.1`. */
  readonly references: readonly string[];
}
/** What is not given is what the vocabulary says of the cause. */
export type Explain = (subject: Subject) => Partial<Explanation>;
export type Explanations = Readonly<Record<CauseId, Explain>>;

/** The words of the vocabulary, with those of the server before them; `own` wins. */
export function withVocabulary(subject: Subject, id: CauseId, own: Partial<Explanation>): Explanation {
  const cause = causeOf(id);
  const title = cause?.title ?? `${id.replaceAll('-', ' ')}.`;
  return {
    summary: `${answered(subject)}: ${lowerFirst(title)}`,
    fix: cause?.fix ?? 'Look into the log of the server at this time.',
    fixSource: null,
    references: cause?.references ?? [],
    ...own,
  };
}

/** How `other` would show itself beside `cause`, without a full stop; null where the vocabulary says nothing. */
export function toldApart(cause: CauseId, other: CauseId): string | null {
  const found = causeOf(cause)?.tell_apart.find((each) => each.cause === other);
  return found ? `to tell them apart: ${lowerFirst(found.how).replace(/\.$/, '')}` : null;
}

function lowerFirst(text: string): string {
  return /^[A-Z](?:[a-z]| )/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** Origin of the hop with this index (1-based); default: the one that is explained. */
export function originOfHop(subject: Subject, index: number | null = null): string {
  const hop = index === null ? subject.hop : (subject.failing.hops[index - 1] ?? subject.hop);
  return isUrl(hop.request.url) ? new URL(hop.request.url).origin : hop.request.url;
}

/** Who answered: an origin, or the authorization server by its issuer. */
export function server(subject: Subject): string {
  if (subject.stage !== 'token' && subject.stage !== 'authorization') return originOfHop(subject);
  return `the authorization server ${(subject.client ?? oauth2(subject)?.client)?.issuer.issuer ?? originOfHop(subject)}`;
}

/** `https://api.example.test answered 401 (invalid_token: The access token expired)`. */
export function answered(subject: Subject): string {
  const who = capital(server(subject));
  if (subject.response) return `${who} answered ${subject.response.status}${inBrackets(words(subject))}`;
  const { failure } = subject.hop;
  return `${who} gave no complete answer${inBrackets(failure?.code ?? null)}`;
}

export function inBrackets(text: string | null): string {
  return text === null || text === '' ? '' : ` (${text})`;
}

/** The parameter that carried a token into a grant. */
export function takenIn({ field }: CredentialUse): string {
  return field.replace(/^form:/, '');
}

/** What the credential sends: `the access token of credential "reader"`. */
export function tokenName(subject: Subject): string {
  const taken = subject.stage === 'token' ? subject.uses[0] : undefined;
  if (taken) return `the ${takenIn(taken)} of ${credentialName(subject)}`;
  const type = subject.uses[0]?.type ?? subject.credential?.type;
  const what = type === 'api_key' ? 'API key' : type === 'basic' ? 'password' : 'access token';
  return `the ${what} of ${credentialName(subject)}`;
}

/** As the first word of a sentence; an origin keeps its form. */
export function capital(text: string): string {
  return /^(?:the|credential) /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** `credential "reader"`, or words for a step that has none. */
export function credentialName(subject: Subject): string {
  const name = subject.uses[0]?.name ?? subject.credential?.name;
  return name === undefined ? 'the credential' : `credential "${name}"`;
}

export function refusal(subject: Subject): string {
  return subject.response ? `${subject.response.status}` : 'no answer';
}

/** `environments.production.clients.web.client_id`. */
export function clientKey(subject: Subject, key: string): string {
  if (!subject.client) return `${key} of the client`;
  return `environments.${subject.environment.name}.clients.${subject.client.name}.${key}`;
}

/** Where the project file states what the metadata of the client's issuer say: `environments.production.issuers.main.metadata.KEY`. */
export function statedKey({ environment, client }: Subject, key: string): string {
  return `environments.${environment.name}.issuers.${client?.issuer.name ?? 'NAME'}.metadata.${key}`;
}

export function clientId(subject: Subject): string {
  return subject.client ? `client ${subject.client.client_id}` : 'the client';
}

/** Where the first of these keys of the client stands, else where the client does. */
export function clientSource(subject: Subject, ...keys: readonly string[]): Source | null {
  return sourceAmong(subject.client, keys);
}

/** As `clientSource`, for the credential. */
export function credentialSource(subject: Subject, ...keys: readonly string[]): Source | null {
  return sourceAmong(subject.credential, keys);
}

function sourceAmong(
  owner: { readonly source: Source; readonly sources: Readonly<Record<string, Source>> } | null,
  keys: readonly string[],
): Source | null {
  for (const key of keys) {
    const found = owner?.sources[key];
    if (found) return found;
  }
  return owner?.source ?? null;
}

export function oauth2(subject: Subject): Extract<Credential, { type: 'oauth2' }> | null {
  return subject.credential?.type === 'oauth2' ? subject.credential : null;
}

/** ` [secret:NAME]` for a value that is one; nothing for text that stands in the file. */
export function secretName(value: Value | null | undefined): string {
  return value === null || value === undefined || typeof value === 'string' ? '' : ` ${String(value)}`;
}

/** The authorization servers of the environment, as why401.yml names them. */
export function ownIssuers(subject: Subject): string[] {
  return [...subject.environment.issuers.values()].map(({ issuer }) => issuer);
}
