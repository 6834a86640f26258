/** digest: not built yet. */
import type { DigestCredential } from '../model.ts';
import type { Rendering } from './rendering.ts';
import type { StoreParts } from './store.ts';

export async function renderDigest(credential: DigestCredential, _parts: StoreParts): Promise<Rendering> {
  return { problem: `The credential "${credential.name}" is of a type that is not built yet` };
}
