/** Hosts of another environment where those of the own one belong. */
import { namedIn } from '../compare/observe/token.ts';
import { isUrl } from '../http/url.ts';
import type { CredentialUse, Environment, Exchange, Finding, StepResult } from '../model.ts';
import { locationLine, surveyFinding } from './finding.ts';

/** The environment that has this URL's origin, where the own one has not; null: none. */
export function ownerOf(url: string, own: Environment, known: readonly Environment[]): Environment | null {
  if (!isUrl(url)) return null;
  const { origin } = new URL(url);
  if (originsOf(own).has(origin)) return null;
  return known.find((each) => each.name !== own.name && originsOf(each).has(origin)) ?? null;
}

function originsOf({ origins, issuers }: Environment): Set<string> {
  const urls = [...origins.values(), ...[...issuers.values()].map(({ issuer }) => issuer)];
  return new Set(urls.filter((url) => isUrl(url)).map((url) => new URL(url).origin));
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

/** A token that names an issuer or a resource of another environment. */
export function foreignToken(
  { name, token }: CredentialUse,
  own: Environment,
  known: readonly Environment[],
): Finding[] {
  return namedIn(token?.claims ?? null).flatMap((url) => {
    const owner = ownerOf(url, own, known);
    if (!owner) return [];
    return [
      surveyFinding(own.name, {
        cause: 'environment-mixup',
        severity: 'error',
        summary: `The token of ${name} in ${own.name} names ${url}, which is of ${owner.name}.`,
        evidence: [{ hop: null, field: 'token claims', seen: url }],
        fix: `Use the authorization server and the audience of ${own.name}.`,
        references: ['RFC 9068 section 2.2'],
      }),
    ];
  });
}

/** Those of the tokens that the step presented as they are; none where it is told already. */
export function foreignTokens(
  { exchanges, findings }: StepResult,
  own: Environment,
  known: readonly Environment[],
): Map<string, readonly Finding[]> {
  const uses = exchanges
    .filter(({ role, environment }) => role === 'resource' && environment === own.name)
    .flatMap(({ credentials }) => credentials)
    .filter(({ fault }) => fault === undefined);
  const isTold = findings.some(({ cause }) => cause === 'environment-mixup');
  const found = uses.map((use) => [use.name, isTold ? [] : foreignToken(use, own, known)] as const);
  return new Map(found.filter(([, each]) => isTold || each.length > 0));
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
