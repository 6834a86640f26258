/** What an echo endpoint shows of the header fields that were sent to it. */
import type { Exchange } from '../model.ts';

/**
 * What an echo endpoint shows of a field: `masked`: there, with its value hidden; `moved`: its value stands under
 * another name; `cut`: only its beginning; `recased`: in other letters of the same word.
 */
export type Fate = 'intact' | 'absent' | 'replaced' | 'twice' | 'cut' | 'moved' | 'masked' | 'recased';
export interface FieldFate {
  /** As in `CredentialUse`: `authorization`, `x-api-key`, `cookie:session`. */
  readonly field: string;
  readonly fate: Fate;
  /** `Basic in the place of Bearer`, `4096 of 9000 characters`, the name it moved to. Never a value. */
  readonly detail: string | null;
}
/** The answer of an echo endpoint to the credential fields of the step. */
export interface Echoed {
  /** Without the values that came back. */
  readonly exchange: Exchange;
  /** It lists header fields. */
  readonly readable: boolean;
  /** A random header of ours; `other`: somebody else's request is shown. */
  readonly control: 'intact' | 'absent' | 'other';
  /** Our User-Agent is among the fields. */
  readonly ours: boolean;
  readonly fields: readonly FieldFate[];
}

/** What is told of it: the field that carries the credential, and where that was seen. */
export interface SeenAtEcho extends FieldFate {
  readonly url: string;
}
