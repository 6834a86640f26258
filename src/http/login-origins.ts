/** Where a scripted login may go: the origins of an environment, and of its authorization servers. */

import type { Environment } from '../model.ts';
import { isUrl } from './url.ts';

/** `servers`: of issuers and of the authorization endpoints that the project file states. */
export function loginOrigins({ origins, issuers }: Pick<Environment, 'origins' | 'issuers'>): {
  readonly own: ReadonlySet<string>;
  readonly servers: ReadonlySet<string>;
} {
  const servers = new Set<string>();
  for (const { issuer, metadata } of issuers.values()) {
    for (const address of [issuer, metadata['authorization_endpoint']]) {
      if (typeof address === 'string' && isUrl(address)) servers.add(new URL(address).origin);
    }
  }
  return { own: new Set(origins.values()), servers };
}
