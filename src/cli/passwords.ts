/** Passwords that the project file holds in addresses. */
import { isUrl } from '../http/url.ts';
import type { Environment } from '../model.ts';

/** Tells of those in redirect_uris, as they are written and decoded. */
export function learnPasswords(
  environments: readonly Environment[],
  learn: (name: string, value: string) => void,
): void {
  for (const { clients } of environments) {
    for (const { name, redirect_uris } of clients.values()) {
      for (const uri of redirect_uris) {
        const password = isUrl(uri) ? new URL(uri).password : '';
        const written = /^[^/?#]*\/\/[^/?#]*?:([^/?#]*)@/.exec(uri)?.[1] ?? '';
        for (const each of new Set([password, written, decoded(password)]))
          learn(`password of ${name}`, each);
      }
    }
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
