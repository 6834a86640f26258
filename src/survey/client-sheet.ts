/** What comes together about one client, as checks, observations and at last a step. */
import { abstracted } from '../compare/hosts.ts';
import type { Surveyed } from '../compare/surveyed.ts';
import type { Check, Exchange, Finding, LeftOut, Observation } from '../model.ts';
import type { Target } from './authorization-asker.ts';
import { leftOut, type SurveyContext, surveyStep } from './context.ts';

export interface Sheet {
  readonly exchanges: Exchange[];
  readonly checks: Check[];
  readonly findings: Finding[];
  readonly observations: Observation[];
  readonly left: LeftOut[];
  /** The exchange of the first finding that an answer gave rise to: reports show it, and not a control. */
  blamed: Exchange | null;
}

export function emptySheet(exchanges: readonly Exchange[] = []): Sheet {
  return { exchanges: [...exchanges], checks: [], findings: [], observations: [], left: [], blamed: null };
}

/** What pushed requests tell of a client. */
export interface Pushed {
  readonly sheet: Sheet;
  /** The answer in which the client itself was refused, still to be explained; null: it was not. */
  refused: Exchange | null;
  /** The redirect URIs that the server has taken or refused. */
  readonly judged: Set<string>;
}

export function surveyed(target: Target, sheet: Sheet, status?: 'errored'): Surveyed {
  const { exchanges, checks, findings, observations, left, blamed } = sheet;
  if (exchanges.length === 0 && findings.length === 0) return { steps: [], observations, left };
  const step = surveyStep({
    name: `client ${target.client.name}`,
    source: target.client.source,
    exchanges:
      blamed && exchanges.includes(blamed) ? exchanges.map((each) => withRole(each, blamed)) : exchanges,
    findings,
    checks,
    ...(status && { status }),
  });
  return { steps: [step], observations, left };
}

function withRole(exchange: Exchange, blamed: Exchange): Exchange {
  if (exchange === blamed) return { ...exchange, role: 'authorization' };
  return exchange.role === 'authorization' ? { ...exchange, role: 'experiment' } : exchange;
}

/** Findings about the answer in `exchange`. */
export function blame(sheet: Sheet, exchange: Exchange, findings: readonly Finding[]): void {
  if (findings.length > 0) sheet.blamed ??= exchange;
  sheet.findings.push(...findings);
}

export function undecidedUri(
  target: Target,
  redirect_uri: string,
  why: string,
  context: SurveyContext,
): LeftOut {
  const what = `redirect_uri ${redirect_uri} of client ${target.client.name}`;
  return leftOut(context, what, why, register(target), ['client.redirect_uri']);
}

export function register({ client }: Target): string {
  return `Look at the registration of ${client.client_id} at ${client.issuer.issuer}.`;
}

export function observeClient({ client }: Target, value: string, sheet: Sheet): void {
  const source = client.sources['client_id'] ?? client.source;
  sheet.observations.push({ kind: 'client.known', of: client.name, value, source });
}

export function observeUri(
  { client }: Target,
  redirect_uri: string,
  value: string,
  { environment }: SurveyContext,
  sheet: Sheet,
): void {
  const of = `${client.name} ${abstracted(redirect_uri, environment)}`;
  const index = client.redirect_uris.indexOf(redirect_uri);
  const source = client.sources[`redirect_uris.${index}`] ?? client.sources['redirect_uris'] ?? client.source;
  sheet.observations.push({ kind: 'client.redirect_uri', of, value, source });
}

/** `actual`: null where it passed. */
export function check(
  { client }: Target,
  kind: 'client' | 'redirect_uri',
  subject: string,
  actual: string | null,
  index = 0,
): Check {
  const expected = kind === 'client' ? 'known' : 'accepted';
  const place = kind === 'client' ? 'client_id' : `redirect_uris.${index}`;
  const source = client.sources[place] ?? client.source;
  return { kind, subject, passed: actual === null, expected, actual: actual ?? expected, source };
}
