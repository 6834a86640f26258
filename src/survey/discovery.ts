/** What the authorization servers of an environment publish (RFC 8414, OpenID Connect Discovery 1.0). */
import { type Surveyed, together } from '../compare/surveyed.ts';
import { insecurity } from '../credential/endpoint.ts';
import { isUrl } from '../http/url.ts';
import type { Exchange, Finding, Issuer, JsonMap, Observation, StepResult } from '../model.ts';
import { addressesOf, judgeAddresses } from './addresses.ts';
import { type SurveyContext, surveyStep } from './context.ts';
import { type Document, fetchOptional, metadataOf, readDocument } from './document.ts';
import { issuerFinding } from './issuer-name.ts';
import { observeMembers } from './members.ts';
import { observeOffers } from './offers.ts';
import { evidence, listed, publishedFinding } from './published.ts';
import { unanswered } from './silence.ts';
import { type Used, usedOf } from './used.ts';

/** Standards checks that are judged here, beside the other environments and with what the file uses. */
const told = [
  'metadata-published',
  'issuer-identical',
  'metadata-endpoint-host',
  'metadata-endpoint-https',
  'pkce-supported',
];

export async function surveyDiscovery(context: SurveyContext): Promise<Surveyed> {
  const issuers = [...context.environment.issuers.values()];
  const parts = await Promise.all(issuers.map((issuer) => surveyIssuer(context, issuer)));
  return { ...together(parts), told };
}

async function surveyIssuer(context: SurveyContext, issuer: Issuer): Promise<Surveyed> {
  const used = usedOf(context, issuer);
  if (issuer.discovery === 'none') {
    const values = { issuer: issuer.issuer, ...issuer.metadata };
    const findings = judge(context, issuer, values, used);
    const step = surveyStep({
      name: `metadata of issuer ${issuer.name}`,
      source: issuer.source,
      exchanges: [],
      findings,
    });
    return { steps: [step], observations: observe(context, issuer, values, used), left: [] };
  }
  const { values, exchanges, failure } = await metadataOf(context, issuer);
  for (const each of exchanges) context.note(each);
  const subject = `The metadata of issuer "${issuer.name}"`;
  const first =
    exchanges.length > 0 ? readDocument(exchanges, subject, context) : remembered(values, failure);
  const second = await otherPlace(context, issuer);
  const members = first.members ?? second?.document.members ?? null;
  const effective = members ? { ...members, ...issuer.metadata } : values;
  const findings = [
    ...unread(context, issuer, first, second),
    ...remarks(context, issuer, first),
    ...(members ? judge(context, issuer, { ...members, ...issuer.metadata }, used, members) : []),
    ...disagreement(context, issuer, first, second),
  ];
  const all = [...first.exchanges, ...(second?.document.exchanges ?? [])];
  const places: Observation = {
    kind: 'issuer.documents',
    of: issuer.name,
    value: placesOf(issuer, first, second),
    source: issuer.source,
  };
  return {
    steps: [stepOf(context, issuer, first, all, findings)],
    observations: effective ? [places, ...observe(context, issuer, effective, used)] : [places],
    left: [],
  };
}

/** As the credential store kept it, where it was fetched before the survey. */
function remembered(values: JsonMap | null, failure: string | null): Document {
  const members = failure === null ? values : null;
  const state = members ? 'read' : 'unreadable';
  return { exchanges: [], members, state, problem: failure ?? '', remarks: [] };
}

function stepOf(
  context: SurveyContext,
  issuer: Issuer,
  document: Document,
  exchanges: readonly Exchange[],
  findings: readonly Finding[],
): StepResult {
  const step = surveyStep({
    name: `metadata of issuer ${issuer.name}`,
    source: issuer.source,
    exchanges,
    findings,
  });
  const silent = document.state === 'unanswered' && step.status === 'passed';
  return silent ? unanswered(step, document.problem, context) : step;
}

interface Second {
  readonly name: string;
  readonly document: Document;
}

/** The other of the two well-known places; nothing is wrong with a server that serves one of them only. */
async function otherPlace(context: SurveyContext, issuer: Issuer): Promise<Second | null> {
  const url = isUrl(issuer.issuer) ? otherUrl(issuer) : null;
  if (url === null || insecurity(new URL(issuer.issuer), context.environment) !== null) return null;
  if (context.stopped(url) !== null) return null;
  const document = await fetchOptional(context, url, `The other metadata of issuer "${issuer.name}"`);
  return { name: nameOf(issuer, false), document };
}

/** RFC 8414 section 3.1 puts the well-known part before the path, OpenID Connect behind it. */
function otherUrl(issuer: Issuer): string {
  const { origin, pathname } = new URL(issuer.issuer);
  const path = pathname.replace(/\/$/, '');
  return issuer.discovery === 'oauth2'
    ? `${origin}${path}/.well-known/openid-configuration`
    : `${origin}/.well-known/oauth-authorization-server${path}`;
}

function nameOf({ discovery }: Issuer, own: boolean): string {
  return (discovery === 'oauth2') === own ? 'oauth-authorization-server' : 'openid-configuration';
}

function placesOf(issuer: Issuer, first: Document, second: Second | null): string[] {
  const own = first.members ? [nameOf(issuer, true)] : [];
  return [...own, ...(second?.document.members ? [second.name] : [])].toSorted();
}

/** No document where the project file says that there is one. */
function unread(context: SurveyContext, issuer: Issuer, first: Document, second: Second | null): Finding[] {
  if (first.members || first.state === 'unanswered') return [];
  const elsewhere = second?.document.members ? second.name : null;
  const other = issuer.discovery === 'oauth2' ? 'oidc' : 'oauth2';
  return [
    publishedFinding(context, {
      ...(first.state === 'absent' ? { check: 'metadata-published' } : { cause: 'endpoint-wrong' }),
      severity: 'error',
      summary: `${first.problem}${elsewhere ? ` There is one at ${elsewhere}.` : ''}`,
      evidence: [evidence('status', String(first.exchanges.at(-1)?.hops.at(-1)?.response?.status ?? 'none'))],
      fix: elsewhere
        ? `Say \`discovery: ${other}\` under issuers.${issuer.name}.`
        : `Correct issuers.${issuer.name}, publish the document, or say \`discovery: none\` and state the endpoints.`,
      fixSource: issuer.source,
      references: ['RFC 8414 section 3', 'OpenID Connect Discovery 1.0 section 4'],
    }),
  ];
}

function remarks(context: SurveyContext, issuer: Issuer, { remarks }: Document): Finding[] {
  return remarks.map((remark) =>
    publishedFinding(context, {
      check: 'issuer.documents',
      severity: 'warning',
      certainty: 'certain',
      summary: `The metadata of issuer "${issuer.name}" ${remark}.`,
      fix: 'Publish plain JSON in UTF-8, each member once.',
      fixSource: issuer.source,
      references: ['RFC 8259 section 4', 'RFC 8259 section 8.1'],
    }),
  );
}

/** What is wrong with these values by themselves; `published`: those of the document, where there is one. */
function judge(
  context: SurveyContext,
  issuer: Issuer,
  values: JsonMap,
  used: Used,
  published: JsonMap | null = null,
): Finding[] {
  const named = published ? { ...values, issuer: published['issuer'] ?? null } : values;
  const needed = new Set(['jwks_uri', ...used.endpoints.keys()]);
  const { findings, told: members } = judgeAddresses(context, issuer, named, needed);
  const wrong =
    published && !members.has('issuer') ? issuerFinding(context, issuer, published['issuer']) : null;
  return [...(wrong ? [wrong] : []), ...findings, ...missing(context, issuer, values, used)];
}

function missing(context: SurveyContext, issuer: Issuer, values: JsonMap, used: Used): Finding[] {
  const names = [...used.endpoints.keys()].filter((name) => (values[name] ?? null) === null);
  if (names.length === 0) return [];
  return [
    publishedFinding(context, {
      cause: 'endpoint-wrong',
      severity: 'error',
      certainty: 'certain',
      summary: `The metadata of issuer "${issuer.name}" names no ${listed(names)}, which the project file needs.`,
      evidence: names.map((name) => evidence(name, 'none')),
      fix: `Switch it on at the server, or state it under issuers.${issuer.name}.metadata.`,
      fixSource: used.endpoints.get(names[0] ?? '') ?? issuer.source,
      references: ['RFC 8414 section 2'],
    }),
  ];
}

/** Where both documents are there, each client reads one of them. */
function disagreement(
  context: SurveyContext,
  issuer: Issuer,
  first: Document,
  second: Second | null,
): Finding[] {
  const [a, b] = [first.members, second?.document.members ?? null];
  if (!a || !b || !second) return [];
  const others = new Map(addressesOf(b).map(({ member, text }) => [member, text]));
  const differing = addressesOf(a).filter(({ member, text }) => (others.get(member) ?? text) !== text);
  if (differing.length === 0) return [];
  return [
    publishedFinding(context, {
      check: 'issuer.documents',
      severity: 'warning',
      certainty: 'certain',
      summary: `The two documents of issuer "${issuer.name}" differ in ${listed(differing.map(({ member }) => member))}.`,
      evidence: differing
        .slice(0, 5)
        .flatMap(({ member, text }) => [
          evidence(`${nameOf(issuer, true)} ${member}`, text),
          evidence(`${second.name} ${member}`, others.get(member) ?? ''),
        ]),
      fix: 'Publish the same addresses at both places.',
      fixSource: issuer.source,
      references: ['RFC 8414 section 5'],
    }),
  ];
}

function observe(context: SurveyContext, issuer: Issuer, values: JsonMap, used: Used): Observation[] {
  return [...observeOffers(issuer, values, used), ...observeMembers(issuer, values, context.environment)];
}
