/** aws_sigv4: not built yet. */
import type { SigV4Credential } from '../model.ts';
import type { Rendering } from './rendering.ts';
import type { StoreParts } from './store.ts';

export async function renderSigV4(credential: SigV4Credential, _parts: StoreParts): Promise<Rendering> {
  return { problem: `The credential "${credential.name}" is of a type that is not built yet` };
}
