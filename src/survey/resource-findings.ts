/** What is wrong with the metadata of a protected resource (RFC 9728) by itself. */
import { isUrl } from '../http/url.ts';
import type { Finding, Json, JsonMap } from '../model.ts';
import type { SurveyContext } from './context.ts';
import { otherOwner } from './hosts.ts';
import { issuerDifference } from './issuer-name.ts';
import { textsOf } from './offers.ts';
import { evidence, listed, oneLine, publishedFinding } from './published.ts';
import { bare, type Resource } from './resource.ts';

export function judgeResource(context: SurveyContext, resource: Resource, members: JsonMap): Finding[] {
  const foreign = mixedUp(context, resource, members);
  const rest = [
    foreign?.members.has('resource') ? null : misnamed(context, resource, members['resource']),
    foreign?.members.has('authorization_servers') ? null : strangers(context, resource, members),
    withoutProofs(context, resource, members),
    noHeader(context, resource, members),
  ];
  return [...(foreign ? [foreign.finding] : []), ...rest.filter((each) => each !== null)];
}

/** Authorization servers that are looked at. */
const most = 50;

function mixedUp(
  context: SurveyContext,
  { name, source }: Resource,
  members: JsonMap,
): { readonly finding: Finding; readonly members: ReadonlySet<string> } | null {
  const servers = (textsOf(members['authorization_servers']) ?? []).slice(0, most);
  const addresses = [
    ...(['resource', 'jwks_uri'] as const).map((member) => [member, members[member]] as const),
    ...servers.map((server) => ['authorization_servers', server] as const),
  ];
  const found = addresses.flatMap(([member, text]) => {
    const owner = typeof text === 'string' && isUrl(text) ? otherOwner(new URL(text), context) : null;
    return owner === null ? [] : [{ member, text: String(text), owner }];
  });
  if (found.length === 0) return null;
  const names = [...new Set(found.map(({ member }) => member))];
  const owners = [...new Set(found.map(({ owner }) => owner))];
  const finding = publishedFinding(context, {
    cause: 'environment-mixup',
    severity: 'error',
    summary: `The metadata of resource ${name} names ${listed(names)} of ${listed(owners)}: clients that follow it get tokens that are of no use here.`,
    evidence: found.slice(0, 5).map(({ member, text }) => evidence(member, text)),
    fix: `Set the resource identifier and the authorization server of the API in ${context.environment.name}; they were copied from ${listed(owners)}.`,
    fixSource: source,
    references: ['RFC 9728 section 2'],
  });
  return { finding, members: new Set(names) };
}

function misnamed(
  context: SurveyContext,
  { name, identifier, source }: Resource,
  claimed: Json | undefined,
): Finding | null {
  const text = typeof claimed === 'string' ? claimed : null;
  if (text !== null && bare(text) === identifier) return null;
  return publishedFinding(context, {
    check: 'prm-resource',
    severity: 'warning',
    certainty: 'certain',
    summary:
      text === null
        ? `The metadata of resource ${name} names no resource; it must name "${identifier}".`
        : `The metadata of resource ${name} names the resource "${oneLine(text)}", not "${identifier}": ${issuerDifference(text, identifier)}.`,
    evidence: [evidence('resource', text ?? 'none')],
    fix: 'Publish the identifier under which the metadata stands, character by character; clients drop it otherwise.',
    fixSource: source,
    references: ['RFC 9728 section 3.3'],
  });
}

function strangers(context: SurveyContext, { name, source }: Resource, members: JsonMap): Finding | null {
  const servers = textsOf(members['authorization_servers']) ?? [];
  const issuers = [...context.environment.issuers.values()].map(({ issuer }) => issuer);
  if (servers.length === 0 || issuers.length === 0 || servers.some((each) => issuers.includes(each)))
    return null;
  const near = servers.find((each) =>
    issuers.some((issuer) => each.replace(/\/$/, '') === issuer.replace(/\/$/, '')),
  );
  return publishedFinding(context, {
    check: 'prm-issuers',
    severity: 'warning',
    certainty: 'certain',
    summary: `The metadata of resource ${name} names the authorization servers ${listed(servers)}, none of this environment${near === undefined ? '' : '; only a slash at the end differs'}.`,
    evidence: servers.slice(0, 5).map((each) => evidence('authorization_servers', each)),
    fix: 'Publish the issuer of this environment, character by character, or add it to `issuers`.',
    fixSource: source,
    references: ['RFC 9728 section 2'],
  });
}

function withoutProofs(
  context: SurveyContext,
  { name, credentials }: Resource,
  members: JsonMap,
): Finding | null {
  const unbound = credentials.filter(({ asks }) => asks?.dpop !== true);
  const [first] = unbound;
  if (members['dpop_bound_access_tokens_required'] !== true || !first) return null;
  return publishedFinding(context, {
    cause: 'dpop-proof-missing',
    severity: 'warning',
    summary: `Resource ${name} says that it takes tokens bound by DPoP only, and ${listed(unbound.map((each) => each.name))} asks for bearer tokens.`,
    evidence: [evidence('dpop_bound_access_tokens_required', 'true')],
    fix: `Set \`dpop: true\` for credential ${first.name}.`,
    fixSource: first.source,
    references: ['RFC 9728 section 2', 'RFC 9449 section 7.1'],
  });
}

/** RFC 6750 section 2: tokens are sent in Authorization. */
function noHeader(
  context: SurveyContext,
  { name, credentials, source }: Resource,
  members: JsonMap,
): Finding | null {
  const methods = textsOf(members['bearer_methods_supported']);
  if (methods === null || methods.includes('header') || credentials.length === 0) return null;
  return publishedFinding(context, {
    cause: 'scheme-mismatch',
    severity: 'warning',
    summary: `Resource ${name} says that it takes bearer tokens ${methods.length === 0 ? 'in no way' : `by ${listed(methods)} only`}, and they are sent in Authorization.`,
    evidence: [evidence('bearer_methods_supported', methods.length === 0 ? 'empty' : listed(methods))],
    fix: 'List `header` in bearer_methods_supported, or leave the member out.',
    fixSource: source,
    references: ['RFC 9728 section 2', 'RFC 6750 section 2.1'],
  });
}
