/** The authorization endpoint of a client's issuer: at the issuer's origin, or stated in the project file. */
import { bindEndpoint } from '../credential/endpoint.ts';
import type { Client, Exchange, Job } from '../model.ts';
import type { JobState } from './state.ts';

export type AuthorizationEndpoint = { readonly url: string } | { readonly problem: string };

/** Metadata that had to be fetched for it goes to `exchanges`. A discovery document leads nowhere else. */
export async function authorizationEndpoint(
  client: Client,
  state: Pick<JobState, 'store'> & { readonly job: Pick<Job, 'environment'> },
  exchanges: Exchange[],
): Promise<AuthorizationEndpoint> {
  const { environment } = state.job;
  const metadata = await state.store.metadata(environment, client.issuer.name);
  exchanges.push(...metadata.exchanges);
  const stated = client.issuer.metadata['authorization_endpoint'] !== undefined;
  if (metadata.failure !== null && !stated) return { problem: metadata.failure };
  const bound = bindEndpoint('authorization_endpoint', client.issuer, metadata.values ?? {}, environment);
  return 'url' in bound ? { url: bound.url.href } : bound;
}
