/** Hosts of another environment where those of the own one belong. */
import { namedIn } from '../compare/observe/token.ts';
import { isSameSystem } from '../compare/same-system.ts';
import { isUrl } from '../http/url.ts';
import type { Credential, CredentialUse, Environment, Exchange, Finding } from '../model.ts';
import { locationLine, surveyFinding } from './finding.ts';

/** The environment that has this URL's host, where the own one, and what is one system with it, has not; null: none. */
export function ownerOf(url: string, own: Environment, known: readonly Environment[]): Environment | null {
  if (!isUrl(url)) return null;
  const { host } = new URL(url);
  if (hostsOf(own).has(host)) return null;
  const owner = known.find((each) => each.name !== own.name && hostsOf(each).has(host));
  return owner && !isSameSystem(own, owner, known) ? owner : null;
}

/** With their ports, so that a redirect from http to https stays where it is. */
function hostsOf({ origins, issuers }: Environment): Set<string> {
  const urls = [...origins.values(), ...[...issuers.values()].map(({ issuer }) => issuer)];
  return new Set(urls.filter((url) => isUrl(url)).map((url) => new URL(url).host));
}

/** A redirect that leads into another environment. */
export function foreignRedirect(
  { hops, stopped }: Exchange,
  own: Environment,
  known: readonly Environment[],
): Finding[] {
  const targets = [
    ...hops.slice(1).map(({ request }) => request.url),
    ...(stopped?.location ? [stopped.location] : []),
  ];
  return targets.flatMap((url, index) => {
    const owner = ownerOf(url, own, known);
    const hop = hops[index];
    if (!owner || !hop) return [];
    return [
      surveyFinding(own.name, {
        cause: 'environment-mixup',
        severity: 'error',
        hop: hop.index,
        summary: `A request to ${own.name} is redirected to ${new URL(url).origin}, which is of ${owner.name}.`,
        evidence: [locationLine(hop, url)],
        fix: `Set the address that the server or proxy of ${own.name} redirects to.`,
        references: ['RFC 9110 section 15.4'],
      }),
    ];
  });
}

/** A token that names an issuer or a resource of another environment: one finding, the issuer before the resources. */
export function foreignToken(
  credential: Credential,
  { name, token }: CredentialUse,
  own: Environment,
  known: readonly Environment[],
): Finding[] {
  const named = namedIn(token?.claims ?? null).flatMap(({ claim, url }) => {
    const owner = ownerOf(url, own, known);
    return owner ? [{ claim, url, owner }] : [];
  });
  const [first] = named;
  if (!first) return [];
  const said =
    first.claim === 'iss'
      ? `was issued by ${first.url}, the issuer of ${first.owner.name}`
      : `is for ${first.url}, which is of ${first.owner.name}`;
  return [
    surveyFinding(own.name, {
      cause: 'environment-mixup',
      severity: 'error',
      summary: `The token of ${name} in ${own.name} ${said}.`,
      evidence: named.map(({ claim, url, owner }) => ({
        hop: null,
        field: `token ${claim}`,
        seen: `${url} is of ${owner.name}`,
      })),
      fix: fixOf(credential, own.name, first.owner.name),
      fixSource: credential.type === 'bearer' ? (credential.sources['token'] ?? credential.source) : null,
      references: ['RFC 9068 section 2.2'],
    }),
  ];
}

function fixOf(credential: Credential, own: string, owner: string): string {
  if (credential.type !== 'bearer') return `Use the authorization server and the audience of ${own}.`;
  const secret = typeof credential.token === 'string' ? '' : ` of ${String(credential.token)}`;
  return `Put the token of ${own} in place${secret}; this one belongs to ${owner}.`;
}

/** From https to http: what was protected goes on in clear. */
export function downgrades({ hops }: Exchange, environment: string): Finding[] {
  return hops.flatMap((hop, index) => {
    const next = hops[index + 1]?.request.url ?? '';
    if (!hop.request.url.startsWith('https:') || !next.startsWith('http:')) return [];
    return [
      surveyFinding(environment, {
        cause: 'redirect-downgrade',
        hop: hop.index,
        summary: `${new URL(hop.request.url).origin} redirects from https to ${new URL(next).origin}.`,
        evidence: [locationLine(hop, next)],
        fix: 'Tell the application behind the proxy that its clients use https (X-Forwarded-Proto, Forwarded).',
        references: ['RFC 9110 section 15.4', 'RFC 9700 section 2.6'],
      }),
    ];
  });
}
