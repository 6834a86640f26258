/** A cause in words: what happened with the concrete values, and what to change in the user's own files. */
import type { Source } from '../../model.ts';
import type { Subject } from '../subject.ts';

export interface Explanation {
  /** One sentence. */
  readonly summary: string;
  /** One or two sentences. */
  readonly fix: string;
  readonly fixSource: Source | null;
  /** Titles with section: `RFC 6750 section 3.1`. */
  readonly references: readonly string[];
}
export type Explain = (subject: Subject) => Explanation;

/** Origin of the hop with this index (1-based); default: the last. */
export function originOfHop(subject: Subject, index: number | null = null): string {
  const url =
    subject.failing.hops[(index ?? subject.failing.hops.length) - 1]?.request.url ?? subject.hop.request.url;
  return URL.canParse(url) ? new URL(url).origin : url;
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
  return `environments.${subject.environment.name}.clients.${subject.client?.name ?? '?'}.${key}`;
}
