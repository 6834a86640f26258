/** Which near variant of a refused redirect_uri is registered. Class C: it looks like somebody trying callbacks. */

import { acceptance } from '../../http/authorization-response.ts';
import { compareRedirectUri } from '../../http/redirect-uri.ts';
import { findRedirectUriRules } from '../../http/redirect-uri-rules.ts';
import { nearness, transplanted, type Variant, variantsOf } from '../../http/redirect-uri-variants.ts';
import { isUrl } from '../../http/url.ts';
import type { Exchange } from '../../model.ts';
import { evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';
import { type Experiment, notSent, type Observation } from './experiment.ts';

const most = 6;
const found = 'a near variant is accepted';
const none = 'no near variant is accepted';

/**
 * What the project file has for this client elsewhere and here comes before what might be. Without those that, were they
 * registered, would let in what was refused, where the file says how the server compares.
 */
export function orderedVariants(subject: Subject): readonly Variant[] {
  const { redirect_uri, known, client } = subject;
  if (redirect_uri === null) return [];
  const rules = findRedirectUriRules(client?.issuer.redirect_uri_rules ?? '');
  const isWorthIt = (registered: string): boolean =>
    rules === null || compareRedirectUri(registered, redirect_uri, rules).accepted !== true;
  const written = known.flatMap(({ clients }) =>
    [...clients.values()].flatMap(({ redirect_uris }) => redirect_uris),
  );
  const near = written.flatMap((each) => {
    const differs = nearness(redirect_uri, each);
    return differs === null ? [] : [{ redirect_uri: each, differs }];
  });
  const all = [...elsewhere(subject), ...near, ...variantsOf(redirect_uri)];
  const first = new Map<string, Variant>();
  for (const each of all)
    if (!first.has(each.redirect_uri) && isWorthIt(each.redirect_uri)) first.set(each.redirect_uri, each);
  return [...first.values()].slice(0, most);
}

/** What this client has in other environments, on the host of this one, where nothing there is like it but for the host. */
function elsewhere({ redirect_uri, client, environment, known }: Subject): readonly Variant[] {
  if (redirect_uri === null || client === null) return [];
  return known.flatMap(({ name, clients }) => {
    if (name === environment.name) return [];
    const theirs = (clients.get(client.name)?.redirect_uris ?? []).map((uri) =>
      transplanted(uri, redirect_uri),
    );
    if (theirs.includes(redirect_uri)) return [];
    return theirs.flatMap((uri) => {
      const differs = nearness(redirect_uri, uri);
      return differs === null ? [] : [{ redirect_uri: uri, differs }];
    });
  });
}

export const redirectUriVariants: Experiment = {
  id: 'redirect-uri-variants',
  classOf: () => 'C',
  cost: 1,
  most,
  resends: false,
  asksIssuer: true,
  applies: (subject) =>
    subject.stage === 'authorization' && subject.client !== null && orderedVariants(subject).length > 0,
  about: () => ['redirect-uri-mismatch'],
  predicts: (cause) => (cause === 'redirect-uri-mismatch' ? found : none),
  async run(subject, probe, _earlier, limit): Promise<Observation> {
    const { authorize } = probe;
    if (authorize === null) return notSent('no authorization endpoint is known');
    const exchanges: Exchange[] = [];
    for (const variant of orderedVariants(subject).slice(0, limit)) {
      const exchange = await authorize(subject.client?.client_id ?? '', variant.redirect_uri);
      if (!exchange) break;
      exchanges.push(exchange);
      if (isAccepted(exchange, variant.redirect_uri)) return registered(subject, variant, exchanges);
    }
    if (exchanges.length === 0) return notSent('the authorization server is not to be asked');
    // Something further away may be registered: this excludes nothing.
    const seen = `${exchanges.length} near variants are refused too`;
    return { outcome: none, seen, exchanges, evidence: [], proves: null };
  },
};

function isAccepted(exchange: Exchange, redirect_uri: string): boolean {
  const [hop] = exchange.hops;
  if (!hop || !isUrl(hop.request.url)) return false;
  const state = new URL(hop.request.url).searchParams.get('state') ?? '';
  return acceptance(hop, redirect_uri, state)?.verdict === 'accepted';
}

function registered(subject: Subject, variant: Variant, exchanges: readonly Exchange[]): Observation {
  const seen = `${variant.redirect_uri} is accepted: it differs in ${variant.differs}`;
  const lines = [
    { hop: null, field: 'redirect_uri', seen: `${subject.redirect_uri} is refused` },
    { hop: null, field: 'redirect_uri', seen },
  ];
  const cause = 'redirect-uri-mismatch';
  const made = evidence('experiment/redirect-uri-variant', {
    kind: 'experiment',
    names: [cause],
    only: [cause],
    lines,
  });
  return { outcome: found, seen, exchanges, evidence: [made], proves: cause };
}
