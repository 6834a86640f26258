/**
 * Pushed authorization requests (RFC 9126): secret, redirect_uri and grant in one answer, and nothing is minted. Class B,
 * with the client's authentication.
 */
import { nothing, type Surveyed } from '../compare/surveyed.ts';
import { isAllowed, isSomebodyElses } from '../diagnose/experiments/experiments.ts';
import { clientRefused, pushedOutcome, taken, uriRefused } from '../diagnose/experiments/par.ts';
import type { Client, Exchange } from '../model.ts';
import type { Asker, Target } from './authorization-asker.ts';
import { saidOf } from './client-refusal.ts';
import { wholeOf } from './client-settings.ts';
import {
  check,
  emptySheet,
  observeClient,
  observeUri,
  type Pushed,
  surveyed,
  undecidedUri,
} from './client-sheet.ts';
import { refusePushed } from './client-step.ts';
import { leftOut, type SurveyContext } from './context.ts';
import { explainRedirectUri } from './redirect-uris.ts';

const kinds = ['client.known', 'client.authentication', 'client.redirect_uri'];

/** Of a client whose requests have to be pushed. */
export async function judgePushed(target: Target, asker: Asker, context: SurveyContext): Promise<Surveyed> {
  const client = wholeOf(target.client, context.credentials);
  const why = client === null ? unread(target.client, context) : forbidden(target.client, context);
  if (client === null || why) {
    const what = `client ${target.client.name} and its redirect_uris, which are to be pushed`;
    const [because, fix] = why ?? unread(target.client, context);
    return { ...nothing, left: [leftOut(context, what, because, fix, kinds)] };
  }
  const pushed = await pushAll(target, client, asker, context);
  const { sheet, refused } = pushed;
  if (refused) await refusePushed(target, refused, sheet, asker, context);
  const open = refused ? [] : target.client.redirect_uris.filter((uri) => !pushed.judged.has(uri));
  for (const redirect_uri of open) {
    const exchange = await asker.push(client, redirect_uri);
    const why = exchange ? undecided(target, exchange, context) : notAsked(client, asker);
    sheet.left.push(undecidedUri(target, redirect_uri, why, context));
  }
  return surveyed(target, sheet);
}

/** In the place of authorization requests, where the server has pushed ones; null: they are not asked for here. */
export async function pushInstead(
  target: Target,
  asker: Asker,
  context: SurveyContext,
): Promise<Pushed | null> {
  const { client } = target;
  const whole = wholeOf(client, context.credentials);
  // A public client proves nothing by it, and one without redirect_uris has nothing to push.
  if (!whole || client.token_endpoint_auth_method === 'none' || client.redirect_uris.length === 0)
    return null;
  return forbidden(client, context) ? null : pushAll(target, whole, asker, context);
}

/** Most redirect_uris of one client that are pushed. */
const most = 30;

async function pushAll(
  target: Target,
  client: Client,
  asker: Asker,
  context: SurveyContext,
): Promise<Pushed> {
  const pushed: Pushed = { sheet: emptySheet(), refused: null, judged: new Set() };
  const control = await send(client, null, pushed, asker);
  if (control) noteClient(target, control, pushed);
  // Servers may take any redirect_uri of a client that has authenticated (RFC 9126 section 2.4).
  const tells = control !== null && pushedOutcome(control).outcome === uriRefused;
  for (const [index, redirect_uri] of target.client.redirect_uris.slice(0, most).entries()) {
    if (!tells || pushed.refused) break;
    const exchange = await send(client, redirect_uri, pushed, asker);
    if (!exchange) break;
    noteClient(target, exchange, pushed);
    await judgeUri(target, client, { redirect_uri, index, exchange }, pushed, asker, context);
  }
  return pushed;
}

async function send(
  client: Client,
  redirect_uri: string | null,
  { sheet }: Pushed,
  asker: Asker,
): Promise<Exchange | null> {
  const exchange = await asker.push(client, redirect_uri);
  sheet.exchanges.push(...asker.take());
  return exchange;
}

/** Whoever hears of the redirect_uri, or is let through, has authenticated. */
function noteClient(target: Target, exchange: Exchange, pushed: Pushed): void {
  const { outcome } = pushedOutcome(exchange);
  const { name, client_id, source, sources } = target.client;
  const { sheet } = pushed;
  const observe = (value: string): void => {
    const place = sources['client_secret'] ?? sources['private_key'] ?? source;
    sheet.observations.push({ kind: 'client.authentication', of: name, value, source: place });
  };
  if (outcome === clientRefused) {
    pushed.refused = exchange;
    observe('refused');
  } else if ((outcome === taken || outcome === uriRefused) && sheet.checks.length === 0) {
    sheet.checks.push(check(target, 'client', client_id, null));
    observe('accepted');
    observeClient(target, 'known', sheet);
  }
}

async function judgeUri(
  target: Target,
  client: Client,
  tried: { readonly redirect_uri: string; readonly index: number; readonly exchange: Exchange },
  { sheet, judged }: Pushed,
  asker: Asker,
  context: SurveyContext,
): Promise<void> {
  const { redirect_uri, index, exchange } = tried;
  const { outcome } = pushedOutcome(exchange);
  if (outcome !== taken && outcome !== uriRefused) return;
  judged.add(redirect_uri);
  observeUri(target, redirect_uri, outcome === taken ? 'accepted' : 'refused', context, sheet);
  const actual = outcome === taken ? null : `refused: ${saidOf(target, exchange, context)}`;
  sheet.checks.push(check(target, 'redirect_uri', redirect_uri, actual, index));
  if (outcome === uriRefused) await explainRedirectUri(target, tried, sheet, asker, context, client);
}

function undecided(target: Target, exchange: Exchange, context: SurveyContext): string {
  const all = pushedOutcome(exchange).outcome === taken;
  const why = all ? 'the server takes a random redirect_uri as well' : 'its words do not tell';
  return `${why}: ${saidOf(target, exchange, context)}`;
}

function notAsked(client: Client, asker: Asker): string {
  const stop = asker.stopped(client.issuer.issuer);
  return stop ?? 'there is no endpoint for it, or the client was refused before';
}

function unread({ name }: Client, { environment }: SurveyContext): readonly [why: string, fix: string] {
  return [
    'the server takes no others, and what the client authenticates itself by is not set',
    `Set what environments.${environment.name}.clients.${name} names.`,
  ];
}

/** Why a client may not authenticate itself here for the sake of a question. */
function forbidden(client: Client, { environment }: SurveyContext): readonly [string, string] | null {
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
