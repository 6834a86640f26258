/** The names of the clients that are known, without their rules: for `redirect.as` and `survives`. */
import { createRequire } from 'node:module';

/** In the order of docs/clients.md. */
export const clientNames: readonly string[] = createRequire(import.meta.url)(
  './client-names.json',
) as string[];
