/** The keys that the authorization servers of an environment publish (RFC 7517). */
import { nothing, type Surveyed, together } from '../compare/surveyed.ts';
import { mediaType } from '../credential/answer.ts';
import { insecurity } from '../credential/endpoint.ts';
import { isUrl } from '../http/url.ts';
import type { Finding, Issuer, Json, JsonMap, Observation } from '../model.ts';
import { later, leftOut, type SurveyContext, surveyStep } from './context.ts';
import { type Document, fetchDocument, metadataOf } from './document.ts';
import { otherOwner } from './hosts.ts';
import { judgeKeys, keySetProblem } from './key-findings.ts';
import { describeKey, type PublishedKey, readKeys, secretsIn, secretsOf } from './key-set.ts';
import { unanswered } from './silence.ts';

/** Standards checks that are judged here. */
const told = ['jwks-reachable', 'jwks-kid-unique', 'jwks-private', 'jwks-use', 'jwks-rsa-size'];

export async function surveyKeys(context: SurveyContext): Promise<Surveyed> {
  const issuers = [...context.environment.issuers.values()];
  const parts = await Promise.all(issuers.map((issuer) => surveyIssuer(context, issuer)));
  return { ...together(parts), told };
}

async function surveyIssuer(context: SurveyContext, issuer: Issuer): Promise<Surveyed> {
  const { values } = await metadataOf(context, issuer);
  const uri = values?.['jwks_uri'];
  // What is wrong with the address is said beside the metadata.
  if (!values || typeof uri !== 'string' || !isUrl(uri)) return nothing;
  const url = new URL(uri);
  if (otherOwner(url, context) !== null) return nothing;
  const left = (why: string, fix: string): Surveyed => ({
    ...nothing,
    left: [leftOut(context, `keys of issuer ${issuer.name}`, why, fix, ['issuer.key*', 'issuer.kids'])],
  });
  const unbound = whyNot(url, issuer, context);
  if (unbound !== null)
    return left(unbound, `State it under issuers.${issuer.name}.metadata.jwks_uri if it is right.`);
  const stop = context.stopped(url.href);
  if (stop !== null) return left(stop, later);
  const subject = `The key set of issuer "${issuer.name}"`;
  const document = await fetchDocument(context, url.href, subject);
  return judged(context, issuer, values, document);
}

/** A document may not send us elsewhere: to the origins of the environment, and to what the project file states. */
function whyNot(url: URL, issuer: Issuer, { environment }: SurveyContext): string | null {
  const insecure = insecurity(url, environment);
  if (insecure !== null) return `jwks_uri ${insecure}`;
  const issuers = [...environment.issuers.values()].map((each) => each.issuer).filter((each) => isUrl(each));
  const bound = [...issuers.map((each) => new URL(each).origin), ...environment.origins.values()];
  const own = bound.includes(url.origin) || issuer.metadata['jwks_uri'] === url.href;
  return own ? null : `the metadata names jwks_uri at ${url.origin}, which the project file does not know`;
}

async function judged(
  context: SurveyContext,
  issuer: Issuer,
  values: Readonly<Record<string, Json>>,
  document: Document,
): Promise<Surveyed> {
  const { exchanges, members, state } = document;
  const entries = entriesOf(members);
  for (const secret of [...secretsOf(entries ?? []), ...secretsIn(textOf(document))])
    context.doors.redactor.learn('private key', secret);
  const keys = await readKeys(entries ?? []);
  const total = entries?.length ?? 0;
  const set = { context, issuer, document, keys, total, algs: algsOf(values), type: typeOf(document) };
  const problem = keySetProblem(context, issuer, document, entries);
  const readable: readonly Finding[] = total > 0 ? judgeKeys(set) : [];
  const findings = problem ? [problem] : readable;
  const step = surveyStep({
    name: `keys of issuer ${issuer.name}`,
    source: issuer.source,
    exchanges,
    findings,
  });
  const silent = state === 'unanswered';
  return {
    steps: [silent ? unanswered(step, document.problem, context) : step],
    observations: entries === null ? [] : observe(context, issuer, keys),
    left: [],
  };
}

function entriesOf(members: JsonMap | null): readonly Json[] | null {
  const keys = members?.['keys'];
  return Array.isArray(keys) ? keys : null;
}

/** The beginning of the body, as far as reports show it, and more. */
function textOf({ exchanges }: Document): string {
  const content = exchanges.at(-1)?.hops.at(-1)?.response?.body.content ?? new Uint8Array();
  return Buffer.from(content.subarray(0, 65_536)).toString('utf8');
}

function algsOf(values: Readonly<Record<string, Json>>): string[] {
  const list = values['id_token_signing_alg_values_supported'];
  return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : [];
}

function typeOf({ exchanges }: Document): string {
  const response = exchanges.at(-1)?.hops.at(-1)?.response;
  return response ? mediaType(response) : '';
}

function observe(context: SurveyContext, issuer: Issuer, keys: readonly PublishedKey[]): Observation[] {
  const { name, source } = issuer;
  const kinds = [...new Set(keys.map(describeKey))].toSorted();
  const kids = [...new Set(keys.flatMap(({ kid }) => (kid === null ? [] : [kid])))].toSorted();
  return [
    { kind: 'issuer.key_types', of: name, value: kinds, source },
    { kind: 'issuer.kids', of: name, value: kids, source },
    ...(sharesServer(context, issuer) ? [] : keys.flatMap((key) => observeKey(issuer, key))),
  ];
}

/** By thumbprint, so that a key meets itself in another environment whatever it is called there. */
function observeKey({ name, source }: Issuer, key: PublishedKey): Observation[] {
  const { thumbprint, kid } = key;
  if (thumbprint === null) return [];
  const seen = `${kid === null ? 'no kid' : `kid ${key.name}`} at issuer ${name}`;
  return [{ kind: 'issuer.key', of: `thumbprint ${thumbprint}`, value: thumbprint, seen, source }];
}

/** Tenants of one server may share its keys: `iss` tells their tokens apart. */
function sharesServer({ environment, compared }: SurveyContext, { issuer }: Issuer): boolean {
  if (!isUrl(issuer)) return false;
  const { origin } = new URL(issuer);
  return compared
    .filter(({ name }) => name !== environment.name)
    .flatMap(({ issuers }) => [...issuers.values()])
    .some((each) => isUrl(each.issuer) && new URL(each.issuer).origin === origin);
}
