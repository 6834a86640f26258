/** The shape of a signature: what servers say, as data (docs/signatures). */
import type { CauseId } from '../model.ts';
import type { Needles } from './needles.ts';
import type { Stage } from './subject.ts';

/**
 * All that is given must hold. Texts are regular expressions (RE2) in lower case, tried anywhere in a text in lower
 * case; of `words` and `not` the text is the answer in normal form (wording.ts).
 */
export interface When {
  readonly stage?: readonly Stage[];
  readonly status?: readonly number[];
  /** As `status`, at a resource only: what other stages say is about credentials whatever the status. */
  readonly resourceStatus?: readonly number[];
  /** What the request carried. */
  readonly sent?: readonly Sent[];
  /** Of the last request, in lower case. */
  readonly method?: readonly string[];
  /** `grant_type` of the token request. */
  readonly grant?: readonly string[];
  /** Scheme of a challenge, the whole of it. */
  readonly scheme?: string;
  /** An error code, the whole of it: in a challenge, the body, or the query of a redirect. */
  readonly error?: string;
  /** Parameters of a challenge. */
  readonly challenge?: Readonly<Record<string, string>>;
  /** Parameters that no challenge has, and no body as a member. */
  readonly lacks?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Words of the answer, wherever they stand. */
  readonly words?: string;
  /** Must not occur among the words. */
  readonly not?: string;
  /** The body as it is, markup included. */
  readonly body?: string;
  /** Members of a JSON body at any depth. */
  readonly members?: Readonly<Record<string, string>>;
}
/** `none`, a scheme in lower case, `cookie`, `key` for a credential without scheme, `signature` for one over the request. */
export type Sent = 'none' | 'bearer' | 'basic' | 'dpop' | 'digest' | 'cookie' | 'key' | 'signature' | 'other';

export interface Signature {
  readonly id: string;
  readonly when: When;
  /** The causes this answer can mean. One: it states it. */
  readonly causes: readonly CauseId[];
  /** 3: explicit; 2: usual meaning; 1: a hint. */
  readonly weight: 1 | 2 | 3;
  /** What this answer says, one sentence; `{name}` is a named group or a challenge parameter. */
  readonly says: string;
  readonly fix?: string;
  readonly references?: readonly string[];
  readonly examples: readonly Example[];
  readonly counterexamples?: readonly Example[];
}
export interface Example {
  readonly stage: Stage;
  readonly status: number;
  readonly sent?: Sent;
  readonly grant?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Where such an answer was seen. */
  readonly source: string;
}

/** As the build leaves it: examples gone, patterns with what must occur before they are worth trying. */
export interface Compiled extends Omit<Signature, 'examples' | 'counterexamples'> {
  readonly words?: CompiledPattern;
  readonly page?: CompiledPattern;
}
export interface CompiledPattern {
  readonly pattern: string;
  readonly needles: Needles;
  /** Names of capturing groups, in order. */
  readonly groups: readonly (string | null)[];
}
