/** session: not built yet. */
import type { Environment, SessionCredential } from '../model.ts';
import { unsentFailure } from './acquisition.ts';
import { presentationOf } from './holding.ts';
import type { Presentation } from './presentation.ts';
import type { StoreParts } from './store.ts';

export interface Sessions {
  present(credential: SessionCredential, environment: Environment): Promise<Presentation>;
}

export function createSessions(_parts: StoreParts): Sessions {
  return {
    async present(credential, environment) {
      const failure = unsentFailure(`${credential.name} is of a type that is not built yet`, environment);
      return presentationOf({ held: null, exchanges: [], failure });
    },
  };
}
