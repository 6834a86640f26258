/** The answers about one client to a step, observations and what is left open. */
import { abstracted } from '../compare/hosts.ts';
import type { Surveyed } from '../compare/surveyed.ts';
import { clientVerdict, redirectUriVerdict } from '../diagnose/authorization-verdict.ts';
import type { Check, Exchange, Finding, LeftOut, Observation } from '../model.ts';
import type { Asker, Target } from './authorization-asker.ts';
import { givenCode, unaskedCode } from './authorization-code.ts';
import { askedOf, best, type ClientAnswers, type Tried } from './client-answers.ts';
import { explainRefusal, saidOf } from './client-refusal.ts';
import { leftOut, type SurveyContext, surveyStep } from './context.ts';
import { asMixup } from './foreign-client.ts';
import { explainRedirectUri } from './redirect-uris.ts';

/** What comes together for one client. */
export interface Sheet {
  readonly exchanges: Exchange[];
  readonly checks: Check[];
  readonly findings: Finding[];
  readonly observations: Observation[];
  readonly left: LeftOut[];
}

export function emptySheet(exchanges: readonly Exchange[] = []): Sheet {
  return { exchanges: [...exchanges], checks: [], findings: [], observations: [], left: [] };
}

export async function judgeClient(
  answers: ClientAnswers,
  all: readonly ClientAnswers[],
  asker: Asker,
  context: SurveyContext,
): Promise<Surveyed> {
  const { target } = answers;
  const sheet = emptySheet(answers.sent);
  const own = best(answers);
  if (own && own.hops.at(-1)?.response == null) return unanswered(own, answers, sheet, asker, context);
  const verdict = own && clientVerdict(askedOf(own, answers, all));
  if (own && verdict) {
    observeClient(target, verdict.verdict, sheet);
    if (verdict.verdict === 'unknown') await refuseClient(answers, own, sheet, asker, context);
    else await judgeUris(answers, all, sheet, asker, context);
    if (verdict.verdict === 'known')
      sheet.checks.push(check(target, 'client', target.client.client_id, null));
    if (verdict.verdict === 'undecided' && !isTold(sheet)) {
      const why = `${verdict.why}: ${saidOf(target, own, context)}`;
      sheet.left.push(
        leftOut(context, `whether client ${target.client.name} is known`, why, register(target), [
          'client.known',
        ]),
      );
    }
  }
  openEnded(answers, sheet, asker, context);
  return surveyed(target, sheet);
}

/** Where a redirect_uri was judged, so was the client. */
function isTold({ checks }: Sheet): boolean {
  return checks.length > 0;
}

export function surveyed(target: Target, sheet: Sheet, status?: 'errored'): Surveyed {
  const { exchanges, checks, findings, observations, left } = sheet;
  if (exchanges.length === 0 && findings.length === 0) return { steps: [], observations, left };
  const step = surveyStep({
    name: `client ${target.client.name}`,
    source: target.client.source,
    exchanges,
    findings,
    checks,
    ...(status && { status }),
  });
  return { steps: [step], observations, left };
}

async function unanswered(
  own: Exchange,
  { target }: ClientAnswers,
  sheet: Sheet,
  asker: Asker,
  context: SurveyContext,
): Promise<Surveyed> {
  const refused = { target, exchange: own, redirect_uri: null, stage: 'transport' } as const;
  const { findings } = await explainRefusal(refused, sheet.exchanges.length, asker, context);
  sheet.findings.push(...findings);
  return surveyed(target, sheet, 'errored');
}

async function refuseClient(
  { target, tried }: ClientAnswers,
  exchange: Exchange,
  sheet: Sheet,
  asker: Asker,
  context: SurveyContext,
): Promise<void> {
  const [first] = tried;
  const redirect_uri = first?.redirect_uri ?? redirectUriOf(exchange);
  const refused = { target, exchange, redirect_uri, stage: 'authorization' } as const;
  const explained = await explainRefusal(refused, sheet.exchanges.length, asker, context);
  sheet.exchanges.push(...explained.exchanges);
  sheet.findings.push(...explained.findings.map((finding) => asMixup(finding, target.client, context)));
  const said = saidOf(target, exchange, context);
  sheet.checks.push(check(target, 'client', target.client.client_id, `unknown: ${said}`));
  if (tried.length === 0) return;
  const fix = `Mend ${target.client.name} first.`;
  sheet.left.push(
    leftOut(context, `the redirect_uris of client ${target.client.name}`, 'the client is unknown', fix, [
      'client.redirect_uri',
    ]),
  );
}

function redirectUriOf(exchange: Exchange): string {
  return new URL(exchange.hops[0]?.request.url ?? 'about:blank').searchParams.get('redirect_uri') ?? '';
}

async function judgeUris(
  answers: ClientAnswers,
  all: readonly ClientAnswers[],
  sheet: Sheet,
  asker: Asker,
  context: SurveyContext,
): Promise<void> {
  for (const tried of answers.tried) {
    const { verdict, why } = redirectUriVerdict(askedOf(tried.exchange, answers, all));
    const said = saidOf(answers.target, tried.exchange, context);
    observeUri(answers.target, tried.redirect_uri, verdict, context, sheet);
    noteCode(answers.target, tried, sheet, context);
    if (verdict === 'undecided') {
      sheet.left.push(undecidedUri(answers.target, tried.redirect_uri, `${why}: ${said}`, context));
      continue;
    }
    const actual = verdict === 'accepted' ? null : `refused: ${said}`;
    sheet.checks.push(check(answers.target, 'redirect_uri', tried.redirect_uri, actual, tried.index));
    if (verdict === 'refused') await explainRedirectUri(answers.target, tried, sheet, asker, context);
  }
}

function noteCode(target: Target, tried: Tried, sheet: Sheet, { doors, environment }: SurveyContext): void {
  const code = givenCode(tried.exchange);
  const value = code === null ? 'not given' : 'given';
  const { client } = target;
  if (code !== null) {
    doors.redactor.learn(`code of ${client.name}`, code);
    sheet.findings.push(unaskedCode(target, tried.redirect_uri, environment.name));
  }
  if (tried.index === 0)
    sheet.observations.push({ kind: 'client.code', of: client.name, value, source: client.source });
}

function openEnded(
  { target, untried }: ClientAnswers,
  sheet: Sheet,
  asker: Asker,
  context: SurveyContext,
): void {
  const stop = asker.stopped(target.endpoint);
  const { client } = target;
  if (untried.length > 0) {
    const what = `redirect_uris of client ${client.name}: ${untried.join(', ')}`;
    const why = stop === null ? 'a client has more than are tried' : stop;
    sheet.left.push(leftOut(context, what, why, 'Compare them again later.', ['client.redirect_uri']));
  } else if (sheet.exchanges.length === 0) {
    const fix = 'Compare them again later.';
    sheet.left.push(
      leftOut(context, `whether client ${client.name} is known`, stop ?? 'it was not asked', fix, [
        'client.*',
      ]),
    );
  }
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

function register({ client }: Target): string {
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
