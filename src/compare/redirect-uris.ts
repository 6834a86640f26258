/** What can be said of the redirect URIs of the project file without asking anybody. */
import { compareRedirectUri } from '../http/redirect-uri.ts';
import { redirectUriAdvice } from '../http/redirect-uri-advice.ts';
import { uriParts, withoutPassword } from '../http/redirect-uri-parts.ts';
import { findRedirectUriRules, standardRules } from '../http/redirect-uri-rules.ts';
import type { Client, Credential, Environment, Finding, Source, StepResult } from '../model.ts';
import { type Foreign, foreignIn } from './hosts.ts';
import { isCalledAfter } from './shape/words.ts';

/**
 * One step for each client with redirect URIs, in the order of the file: what RFC 6749, RFC 8252 and RFC 9700 have to
 * say of them, what does not belong into this environment, and what its `credentials` send and the client has not.
 * `known`: all environments of the file. Pure.
 */
export function redirectUriFindings(
  environment: Environment,
  known: readonly Environment[],
  credentials: ReadonlyMap<string, Credential> = environment.credentials,
): readonly StepResult[] {
  return [...environment.clients.values()].flatMap((client) => {
    const findings = [
      ...client.redirect_uris.flatMap((_uri, index) => findingsOf(client, index, environment, known)),
      ...unlisted(client, environment, credentials),
    ];
    return client.redirect_uris.length === 0 && findings.length === 0 ? [] : [step(client, findings)];
  });
}

/** The place of one redirect URI in the file. */
export function placeOf(client: Client, index: number): Source {
  return client.sources[`redirect_uris.${index}`] ?? client.sources['redirect_uris'] ?? client.source;
}

/** Whose the host of a redirect URI is, or its domain, where it is another environment's and not this one's. */
export function foreignHost(
  uri: string,
  environment: Environment,
  known: readonly Environment[],
): Foreign | null {
  const { scheme, host, port } = uriParts(uri);
  const others = known.filter(({ name }) => name !== environment.name);
  const found = foreignIn(`${scheme}://${host}${port ? `:${port}` : ''}`, environment, others);
  // A domain alone may be that of the whole company.
  const [whose = ''] = found?.environments ?? [];
  return found?.exact || isCalledAfter(host, whose, environment.name) ? found : null;
}

function findingsOf(
  client: Client,
  index: number,
  environment: Environment,
  known: readonly Environment[],
): readonly Finding[] {
  const uri = client.redirect_uris[index] ?? '';
  const { origins, issuers } = environment;
  const { redirect_uri_rules } = client.issuer;
  const own = origins.size > 0 ? [...origins.values()] : [...issuers.values()].map(({ issuer }) => issuer);
  const advice = redirectUriAdvice({
    redirect_uris: client.redirect_uris,
    index,
    client_id: client.client_id,
    public: client.token_endpoint_auth_method === 'none',
    origins: own,
    protected: environment.protected,
    ...(redirect_uri_rules !== undefined && { rules: redirect_uri_rules }),
  });
  const place = placeOf(client, index);
  const findings = advice.map(({ id, ...said }) =>
    finding(environment, place, uri, { check: id, certainty: 'certain', ...said }),
  );
  const foreign = foreignHost(uri, environment, known);
  return foreign ? [mixup(client, uri, foreign, environment, known, place), ...findings] : findings;
}

function mixup(
  client: Client,
  uri: string,
  { environments, name, seen, exact }: Foreign,
  environment: Environment,
  known: readonly Environment[],
  place: Source,
): Finding {
  // One list for several environments is untidy; a list without one of the own is wrong.
  const some = client.redirect_uris.some((each) => foreignHost(each, environment, known) === null);
  const whose = environments.join(' and ');
  return finding(environment, place, uri, {
    cause: 'environment-mixup',
    severity: some ? 'warning' : 'error',
    certainty: exact ? 'likely' : 'possible',
    summary: `The redirect_uri ${uri} of client ${client.name} leads to ${seen}, which ${exact ? `is ${name} of` : 'lies among the hosts of'} ${whose}: whoever logs in to ${environment.name} ends there.`,
    fix: `Write the address of the application in ${environment.name}, and register it there.`,
    references: ['RFC 9700 section 4.1'],
  });
}

/** What credentials of the client send, where the server would not take it for one of the list. */
function unlisted(
  client: Client,
  environment: Environment,
  credentials: ReadonlyMap<string, Credential>,
): readonly Finding[] {
  const rules = findRedirectUriRules(client.issuer.redirect_uri_rules ?? '') ?? standardRules();
  if (client.redirect_uris.length === 0) return [];
  return [...credentials.values()].flatMap((credential) => {
    if (credential.type !== 'oauth2' || credential.client?.name !== client.name) return [];
    const uri = credential.asks?.redirect_uri ?? null;
    if (uri === null) return [];
    const { accepted, nearest, differences } = compareRedirectUri(client.redirect_uris, uri, rules, {
      public: client.token_endpoint_auth_method === 'none',
    });
    if (accepted !== false) return [];
    const how = differences.map(({ words }) => words).join(' and ');
    return [
      finding(environment, credential.sources['redirect_uri'] ?? credential.source, uri, {
        cause: 'redirect-uri-mismatch',
        severity: 'warning',
        certainty: 'possible',
        summary: `Credential ${credential.name} sends the redirect_uri ${uri}; client ${client.name} has ${nearest}, and the two differ in ${how}.`,
        fix: `Send one of the redirect_uris of client ${client.name}, or add this one there and at the authorization server.`,
        references: ['RFC 6749 section 3.1.2.3', 'RFC 9700 section 4.1.3'],
      }),
    ];
  });
}

type Said = Pick<Finding, 'severity' | 'certainty' | 'summary' | 'fix' | 'references'> &
  Partial<Pick<Finding, 'cause' | 'check'>>;

function finding(environment: Environment, place: Source, uri: string, said: Said): Finding {
  const parts = uriParts(uri);
  return {
    cause: null,
    check: null,
    environment: environment.name,
    expected: false,
    hop: null,
    evidence: [{ hop: null, field: 'redirect_uri', seen: withoutPassword(uri, parts) }],
    experiments: [],
    fixSource: place,
    alternatives: [],
    ...said,
    summary: withoutPassword(said.summary, parts),
  };
}

function step(client: Client, findings: readonly Finding[]): StepResult {
  return {
    name: `redirect_uris of client ${client.name}`,
    credential: null,
    source: client.sources['redirect_uris'] ?? client.source,
    status: findings.some(({ severity }) => severity === 'error') ? 'failed' : 'passed',
    passedAfter: null,
    attempts: 1,
    duration: 0,
    exchanges: [],
    checks: [],
    findings,
    reason: null,
  };
}
