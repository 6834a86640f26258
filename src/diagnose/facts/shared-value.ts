/** The same credential in two environments: a value that is at home in one of them is a stranger in the other. */
import type { CredentialUse } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { environmentsBeside, type Subject } from '../subject.ts';
import { lastHop } from './wire.ts';

export function sharedValueFacts(subject: Subject): Evidence[] {
  if (subject.stage !== 'resource') return [];
  const { status } = subject.response ?? { status: 0 };
  if (status !== 401 && status !== 403) return [];
  return subject.uses.filter(isOpaque).flatMap((use) => {
    const home = acceptedElsewhere(subject, use);
    if (home === null) return [];
    const seen = `the value of credential "${use.name}" is the one that ${home.name} accepts`;
    return [
      evidence('credential/of-other-environment', {
        names: ['environment-mixup'],
        // Where the project names no authorization servers, one value for both may be by design.
        weight: home.apart ? 2 : 1,
        lines: [{ hop: null, field: use.field, seen }],
      }),
    ];
  });
}

/** A JWT says itself whose it is. */
function isOpaque({ token }: CredentialUse): boolean {
  return token === null || token.claims === null;
}

interface Home {
  readonly name: string;
  /** Both have authorization servers, and share none. */
  readonly apart: boolean;
}

/** Another environment that shares no server with this one, and took this value in this run. */
function acceptedElsewhere(subject: Subject, use: CredentialUse): Home | null {
  const own = new Set([...subject.environment.issuers.values()].map(({ issuer }) => issuer));
  const others = environmentsBeside(subject)
    .filter(({ issuers }) => [...issuers.values()].every(({ issuer }) => !own.has(issuer)))
    .map(({ name }) => name);
  const found = subject.past.find(({ environment, exchange }) => {
    const status = lastHop(exchange)?.response?.status ?? 0;
    return (
      others.includes(environment) &&
      status >= 200 &&
      status < 300 &&
      exchange.credentials.some(({ fingerprint }) => fingerprint === use.fingerprint)
    );
  });
  const home = environmentsBeside(subject).find(({ name }) => name === found?.environment);
  return home ? { name: home.name, apart: own.size > 0 && home.issuers.size > 0 } : null;
}
