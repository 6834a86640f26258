/** Servers and clients with pushed authorization requests only (RFC 9126): class B, with the client's authentication. */
import type { Surveyed } from '../compare/surveyed.ts';
import { isAllowed, isSomebodyElses } from '../diagnose/experiments/experiments.ts';
import { type Pushed, pushedOutcome } from '../diagnose/experiments/par.ts';
import type { Client, Exchange } from '../model.ts';
import type { Asker, Target } from './authorization-asker.ts';
import { explainRefusal, saidOf, withSecret } from './client-refusal.ts';
import {
  check,
  emptySheet,
  observeClient,
  observeUri,
  type Sheet,
  surveyed,
  undecidedUri,
} from './client-step.ts';
import { leftOut, type SurveyContext } from './context.ts';
import { explainRedirectUri } from './redirect-uris.ts';

const kinds = ['client.known', 'client.redirect_uri'];

export async function judgePushed(target: Target, asker: Asker, context: SurveyContext): Promise<Surveyed> {
  const client = withSecret(target.client, context);
  const why = client === null ? notUsed(target.client) : forbidden(target.client, context);
  if (client === null || why) {
    const what = `client ${target.client.name} and its redirect_uris, which are to be pushed`;
    return {
      steps: [],
      observations: [],
      left: [leftOut(context, what, ...(why ?? notUsed(target.client)), kinds)],
    };
  }
  const sheet = emptySheet();
  const [first] = target.client.redirect_uris;
  const control = first === undefined ? null : await push(client, asker.nowhere(), asker, sheet);
  for (const [index, redirect_uri] of target.client.redirect_uris.entries()) {
    if (isOut(control)) break;
    const exchange = await push(client, redirect_uri, asker, sheet);
    if (!exchange) {
      const said =
        asker.stopped(client.issuer.issuer) ??
        'there is no endpoint for it, or the client was refused before';
      sheet.left.push(undecidedUri(target, redirect_uri, said, context));
      continue;
    }
    await judge(target, { redirect_uri, index, exchange }, control, sheet, asker, context);
    if (isOut(exchange)) break;
  }
  if (control && isOut(control)) await refuse(target, control, sheet, asker, context);
  return surveyed(target, sheet);
}

async function push(
  client: Client,
  redirect_uri: string,
  asker: Asker,
  sheet: Sheet,
): Promise<Exchange | null> {
  const exchange = await asker.push(client, redirect_uri);
  sheet.exchanges.push(...asker.take());
  return exchange;
}

/** A refused client is not tried again. */
function isOut(exchange: Exchange | null): boolean {
  return exchange !== null && pushedOutcome(exchange).outcome === 'invalid_client';
}

async function judge(
  target: Target,
  tried: { readonly redirect_uri: string; readonly index: number; readonly exchange: Exchange },
  control: Exchange | null,
  sheet: Sheet,
  asker: Asker,
  context: SurveyContext,
): Promise<void> {
  const { redirect_uri, index, exchange } = tried;
  const { outcome } = pushedOutcome(exchange);
  const said = saidOf(target, exchange, context);
  const verdict = verdictOf(outcome, control);
  observeUri(target, redirect_uri, verdict, context, sheet);
  if (index === 0) observeClient(target, outcome === 'undecided' ? 'undecided' : 'known', sheet);
  if (verdict === 'undecided') {
    const all =
      outcome === taken ? 'the server takes a random redirect_uri as well' : 'its words do not tell';
    sheet.left.push(undecidedUri(target, redirect_uri, `${all}: ${said}`, context));
    return;
  }
  const actual = verdict === 'accepted' ? null : `refused: ${said}`;
  sheet.checks.push(check(target, 'redirect_uri', redirect_uri, actual, index));
  if (verdict === 'refused') await explainRedirectUri(target, tried, sheet, asker, context);
}

const taken: Pushed = 'the request is taken';

/** Servers may take any redirect_uri of a client that has authenticated (RFC 9126 section 2.4). */
function verdictOf(outcome: Pushed, control: Exchange | null): 'accepted' | 'refused' | 'undecided' {
  if (outcome === 'the redirect_uri is refused') return 'refused';
  const any = control !== null && pushedOutcome(control).outcome === taken;
  return outcome === taken && !any ? 'accepted' : 'undecided';
}

export async function refuse(
  target: Target,
  exchange: Exchange,
  sheet: Sheet,
  asker: Asker,
  context: SurveyContext,
): Promise<void> {
  const refused = { target, exchange, redirect_uri: null, stage: 'token' } as const;
  const explained = await explainRefusal(refused, sheet.exchanges.length, asker, context);
  sheet.exchanges.push(...explained.exchanges);
  sheet.findings.push(...explained.findings);
  const said = saidOf(target, exchange, context);
  sheet.checks.push(check(target, 'client', target.client.client_id, `refused: ${said}`));
}

function notUsed({ name }: Client): readonly [why: string, fix: string] {
  return [
    'the server takes no others, and no credential of the scenarios has its secret',
    `Use a credential of ${name} in a scenario.`,
  ];
}

/** Why a client may not authenticate itself here for the sake of a question. */
export function forbidden(client: Client, { environment }: SurveyContext): readonly [string, string] | null {
  const { experiments, name } = environment;
  if (!isAllowed('par', 'B', experiments))
    return [
      'a pushed request is a request with the secret: class B',
      `Write B or par into experiments.allow of ${name}.`,
    ];
  if (!isSomebodyElses(client.issuer, experiments)) return null;
  const origin = new URL(client.issuer.issuer).origin;
  return [
    'the authorization server is shared with others',
    `List ${origin} under experiments.origins of ${name}.`,
  ];
}
