/** The answers about one client to a step, observations and what is left open. */
import type { Surveyed } from '../compare/surveyed.ts';
import { clientVerdict, redirectUriVerdict } from '../diagnose/authorization-verdict.ts';
import type { Exchange } from '../model.ts';
import type { Asker, Target } from './authorization-asker.ts';
import { givenCode, unaskedCode } from './authorization-code.ts';
import { askedOf, best, type ClientAnswers, type Tried } from './client-answers.ts';
import { explainRefusal, saidOf } from './client-refusal.ts';
import {
  blame,
  check,
  emptySheet,
  observeClient,
  observeUri,
  type Pushed,
  register,
  type Sheet,
  surveyed,
  undecidedUri,
} from './client-sheet.ts';
import { later, leftOut, type SurveyContext } from './context.ts';
import { asMixup } from './foreign-client.ts';
import { explainRedirectUri } from './redirect-uris.ts';

export async function judgeClient(
  answers: ClientAnswers,
  all: readonly ClientAnswers[],
  pushed: Pushed | null,
  asker: Asker,
  context: SurveyContext,
): Promise<Surveyed> {
  const { target } = answers;
  const sheet = pushed?.sheet ?? emptySheet();
  sheet.exchanges.push(...answers.sent);
  const own = best(answers);
  if (own && own.hops.at(-1)?.response == null) return unanswered(own, answers, sheet, asker, context);
  const verdict = own && clientVerdict(askedOf(own, answers, all));
  // Who was let in with a pushed request is known.
  const isKnown = sheet.checks.length > 0;
  const unknown = verdict?.verdict === 'unknown' && !isKnown;
  if (pushed?.refused && !unknown) await refusePushed(target, pushed.refused, sheet, asker, context);
  if (own && verdict) {
    if (!isKnown) observeClient(target, verdict.verdict, sheet);
    if (unknown) await refuseClient(answers, own, sheet, asker, context);
    else await judgeUris(answers, all, sheet, asker, context);
    if (verdict.verdict === 'known' && !isKnown && !pushed?.refused)
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

async function unanswered(
  own: Exchange,
  { target }: ClientAnswers,
  sheet: Sheet,
  asker: Asker,
  context: SurveyContext,
): Promise<Surveyed> {
  const refused = { target, exchange: own, redirect_uri: null, stage: 'transport' } as const;
  const { findings } = await explainRefusal(refused, sheet.exchanges.length, asker, context);
  blame(sheet, own, findings);
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
  const findings = explained.findings.map((finding) => asMixup(finding, target.client, context));
  blame(sheet, exchange, findings);
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

function noteCode(target: Target, tried: Tried, sheet: Sheet, { environment }: SurveyContext): void {
  const code = givenCode(tried.exchange);
  const value = code === null ? 'not given' : 'given';
  const { client } = target;
  if (code !== null) {
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
    sheet.left.push(leftOut(context, what, why, later, ['client.redirect_uri']));
  } else if (sheet.exchanges.length === 0) {
    const fix = later;
    sheet.left.push(
      leftOut(context, `whether client ${client.name} is known`, stop ?? 'it was not asked', fix, [
        'client.*',
      ]),
    );
  }
}

/** The client itself is refused: its secret, its method, or that it exists at all. */
export async function refusePushed(
  target: Target,
  exchange: Exchange,
  sheet: Sheet,
  asker: Asker,
  context: SurveyContext,
): Promise<void> {
  const refused = { target, exchange, redirect_uri: null, stage: 'token' } as const;
  const explained = await explainRefusal(refused, sheet.exchanges.length, asker, context);
  sheet.exchanges.push(...explained.exchanges);
  blame(sheet, exchange, explained.findings);
  const said = saidOf(target, exchange, context);
  sheet.checks.push(check(target, 'client', target.client.client_id, `refused: ${said}`));
}
