/** What to do where an address was refused at the door: who named it, and how it is declared if it is meant. */
import { isUrl } from '../http/url.ts';
import { metadataFix } from './explain/redirects.ts';
import type { Subject } from './subject.ts';

export function addressFix({ hop, environment, failing }: Subject): string {
  const { name } = environment;
  const origin = isUrl(hop.request.url) ? new URL(hop.request.url).origin : hop.request.url;
  const own = [...environment.origins.values()].includes(origin);
  const code = hop.failure?.code;
  const declare = `name ${origin} under environments.${name}.origins`;
  if (code === 'METADATA_ADDRESS') {
    if (own || hop.index === 1)
      return `Correct what the name server says of ${new URL(origin).hostname}; if it is meant, write the address itself, or map the name with connect_to.`;
    return metadataFix(name);
  }
  const who =
    hop.index === 1
      ? 'The address came from an earlier answer: find out who can write it there, for such an answer makes callers ask inside their own network'
      : `Find out who can write the Location that ${failing.hops[hop.index - 2]?.request.url ?? 'the server'} answers: such a redirect makes callers ask inside their own network`;
  return `${who}. If it is meant, ${declare}.`;
}
