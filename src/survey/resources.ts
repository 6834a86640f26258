/** What the protected resources of an environment publish about themselves (RFC 9728). */
import { nothing, type Surveyed, together } from '../compare/surveyed.ts';
import { insecurity } from '../credential/endpoint.ts';
import { isUrl } from '../http/url.ts';
import type { Credential, JsonMap, OAuth2Credential, Observation } from '../model.ts';
import { later, leftOut, type SurveyContext, surveyStep } from './context.ts';
import { type Document, fetchOptional } from './document.ts';
import { compact } from './members.ts';
import { textsOf } from './offers.ts';
import { bare, type Resource } from './resource.ts';
import { judgeResource } from './resource-findings.ts';
import { unanswered } from './silence.ts';
import { credentialsOf } from './used.ts';

/** Standards checks that are judged here. */
const told = ['prm-resource', 'prm-issuers'];

export async function surveyResources(context: SurveyContext): Promise<Surveyed> {
  const parts = await Promise.all(resourcesOf(context).map((each) => surveyResource(context, each)));
  return { ...together(parts), told };
}

/** The origins of the environment, and identifiers with a path below them; those over plain http have no metadata. */
function resourcesOf(context: SurveyContext): Resource[] {
  const { environment } = context;
  const credentials = credentialsOf(context).filter(isOAuth2);
  const origins = [...environment.origins.values()];
  const found = new Map<string, Resource>();
  for (const [name, origin] of environment.origins) {
    if (!isUrl(origin) || insecurity(new URL(origin), environment) !== null) continue;
    if (origins.includes(origin.replace(/^http:/, 'https:')) && origin.startsWith('http:')) continue;
    const source = environment.originSources[name] ?? environment.source;
    const add = (identifier: string, called: string): void => {
      if (found.has(identifier)) return;
      const own = credentials.filter(({ resource }) => resource.some((each) => bare(each) === identifier));
      found.set(identifier, { name: called, identifier, source, credentials: own });
    };
    add(origin, name);
    for (const identifier of credentials.flatMap(({ resource }) => resource).map(bare)) {
      if (!isUrl(identifier)) continue;
      const url = new URL(identifier);
      if (url.origin === origin && url.pathname !== '/' && insecurity(url, environment) === null)
        add(identifier, `${name}${url.pathname}`);
    }
  }
  return [...found.values()];
}

function isOAuth2(credential: Credential): credential is OAuth2Credential {
  return credential.type === 'oauth2';
}

async function surveyResource(context: SurveyContext, resource: Resource): Promise<Surveyed> {
  const { name, identifier, source } = resource;
  const { origin, pathname, search } = new URL(identifier);
  const url = `${origin}/.well-known/oauth-protected-resource${pathname.replace(/\/$/, '')}${search}`;
  const stop = context.stopped(url);
  if (stop !== null)
    return {
      ...nothing,
      left: [leftOut(context, `metadata of resource ${name}`, stop, later, ['resource.*'])],
    };
  const document = await fetchOptional(context, url, `The metadata of resource ${name}`);
  const { members, exchanges, state } = document;
  const findings = members ? judgeResource(context, resource, members) : [];
  const step = surveyStep({ name: `metadata of resource ${name}`, source, exchanges, findings });
  if (state === 'unanswered') return { ...nothing, steps: [unanswered(step, document.problem, context)] };
  return { steps: [step], observations: observe(context, resource, document), left: [] };
}

const shown = [
  'resource',
  'authorization_servers',
  'jwks_uri',
  'scopes_supported',
  'bearer_methods_supported',
  'resource_signing_alg_values_supported',
  'authorization_details_types_supported',
  'dpop_signing_alg_values_supported',
  'dpop_bound_access_tokens_required',
  'tls_client_certificate_bound_access_tokens',
];

function observe(context: SurveyContext, resource: Resource, { members }: Document): Observation[] {
  const { name, source } = resource;
  const { environment } = context;
  const one = (kind: string, of: string, value: Observation['value']): Observation => ({
    kind,
    of,
    value,
    source,
  });
  const published = one('resource.metadata', name, members ? 'published' : null);
  if (!members) return [published];
  return [
    published,
    ...shown.map((member) =>
      one('resource.member', `${name} ${member}`, compact(named(members, member), environment)),
    ),
    ...observeUsed(resource, members, one),
  ];
}

/** A slash behind the host counts for nothing. */
function named(members: JsonMap, member: string): JsonMap[string] | undefined {
  const value = members[member];
  return member === 'resource' && typeof value === 'string' ? bare(value) : value;
}

function observeUsed(
  { name, credentials }: Resource,
  members: JsonMap,
  one: (kind: string, of: string, value: string) => Observation,
): Observation[] {
  const offered = textsOf(members['scopes_supported']);
  if (offered === null) return [];
  const scopes = new Set(credentials.flatMap(({ scope }) => (scope ?? '').split(' ')));
  return [...scopes]
    .filter((scope) => scope !== '')
    .map((scope) =>
      one('resource.scope', `${name} ${scope}`, offered.includes(scope) ? 'offered' : 'not offered'),
    );
}
