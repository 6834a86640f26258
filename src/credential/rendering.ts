/** What a credential with a fixed value adds to a request. */
import type { CredentialUse, Field, ShapeFault } from '../model.ts';
import { Secret } from '../secret.ts';
import type { Signer } from './signer.ts';

export interface Rendered {
  readonly headers: readonly Field[];
  readonly query: readonly Field[];
  readonly cookies: readonly Field[];
  readonly signer?: Signer;
  readonly use: CredentialUse;
}
/** The value cannot be sent; one sentence. */
export interface Unusable {
  readonly problem: string;
}
export type Rendering = Rendered | Unusable;

/** The member that tells of faults, where there are any. */
export function shapeOf(faults: readonly ShapeFault[]): Pick<CredentialUse, 'shape'> {
  return faults.length === 0 ? {} : { shape: faults };
}

/** `Authorization: SCHEME value`, with the secret's name in the place of its value. */
export function renderAuthorization(scheme: string, value: Secret, use: CredentialUse): Rendered {
  return { headers: [['Authorization', Secret.join([`${scheme} `, value])]], query: [], cookies: [], use };
}

/** Why no header field can carry `value` (RFC 9110 section 5.5), without quoting it; null when one can. */
export function unsendable(value: string): string | null {
  if (value === '') return 'is empty';
  const found = /[^\t\x20-\x7e\x80-\xff]/.exec(value);
  if (!found) return null;
  const code = (value.codePointAt(found.index) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `holds U+${code} at position ${found.index + 1}, which no header field can carry`;
}
