/** The scope in which the steps of one job are rendered: variables, captures, and names that live as long as the job. */
import { createHash } from 'node:crypto';
import type { Clock, Random } from '../doors.ts';
import type { Job, Json } from '../model.ts';
import { instantOf } from './instant.ts';
import { createScope, type Lookups } from './scope.ts';
import type { RenderedJson, Scope } from './template.ts';

export interface JobScope {
  readonly scope: Scope;
  readonly captures: Map<string, RenderedJson>;
  /** `issuer.NAME.key`, fetched before the step that uses it. */
  readonly metadata: Map<string, Json>;
}

export function createJobScope(
  job: Job,
  doors: { clock: Clock; random: Random; lookups: Lookups },
): JobScope {
  const captures = new Map<string, RenderedJson>();
  const metadata = new Map<string, Json>();
  const verifier = doors.random.token(32);
  const named = (name: string): Json | undefined => {
    const { environment } = job;
    if (name === 'environment') return environment.name;
    if (name === 'uuid') return doors.random.uuid();
    if (name === 'pkce.verifier') return verifier;
    if (name === 'pkce.challenge') return createHash('sha256').update(verifier).digest('base64url');
    const instant = instantOf(name, doors.clock.now());
    if (instant !== undefined) return instant;
    const [kind, which = '', key] = name.split('.');
    if (kind === 'origin') return environment.origins.get(which);
    if (kind === 'issuer')
      return key === undefined ? environment.issuers.get(which)?.issuer : metadata.get(name);
    if (kind === 'clients') return clientValue(job, which, key);
    return undefined;
  };
  const inner = createScope({ lookups: doors.lookups, layers: job.variables, row: job.row?.values, named });
  const stated = (name: string): boolean => {
    const [, which = '', key = ''] = name.split('.');
    return Object.hasOwn(job.environment.issuers.get(which)?.metadata ?? {}, key);
  };
  const scope: Scope = {
    lookup: (name) => captures.get(name) ?? inner.lookup(name),
    answered: (name) => captures.has(name) || (metadata.has(name) && !stated(name)),
    written: (name) => (captures.has(name) ? null : (inner.written?.(name) ?? null)),
  };
  return { captures, metadata, scope };
}

function clientValue(job: Job, name: string, key: string | undefined): Json | undefined {
  const client = job.environment.clients.get(name);
  if (!client) return undefined;
  if (key === 'client_id') return client.client_id;
  if (key === 'redirect_uris') return client.redirect_uris;
  return undefined;
}
