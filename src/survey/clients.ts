/**
 * Whether the authorization servers know the clients of the project file and their redirect_uris: pushed requests where
 * they are allowed and the server has them, otherwise authorization requests with `prompt=none` beside controls, no login,
 * nothing followed.
 */
import { nothing, type Surveyed, together } from '../compare/surveyed.ts';
import { isAllowed } from '../diagnose/experiments/experiments.ts';
import type { Client, Exchange, Json } from '../model.ts';
import { authorizationEndpoint } from '../run/authorization-endpoint.ts';
import { createAsker, type Target } from './authorization-asker.ts';
import { askAbout, type ClientAnswers } from './client-answers.ts';
import { idOf, wholeOf } from './client-settings.ts';
import { type Pushed, surveyed } from './client-sheet.ts';
import { judgeClient } from './client-step.ts';
import { leftOut, type SurveyContext } from './context.ts';
import { judgePushed, pushInstead } from './pushed-requests.ts';

const kinds = ['client.known', 'client.redirect_uri', 'client.code'];

export async function surveyClients(context: SurveyContext): Promise<Surveyed> {
  const found = await look(context);
  const unknown = new Set(
    found.observations.flatMap(({ kind, of, value }) =>
      kind === 'client.known' && value === 'unknown' ? [of] : [],
    ),
  );
  const clients = [...context.environment.clients.values()];
  const ids = clients.map((client) => idOf(client, context, unknown.has(client.name)));
  return { ...found, observations: [...ids, ...found.observations] };
}

async function look(context: SurveyContext): Promise<Surveyed> {
  const { environment } = context;
  if (environment.clients.size === 0) return nothing;
  const why = notAllowed(context);
  if (why) return unasked(why, context);
  const asker = createAsker(context);
  const parts: Surveyed[] = [];
  const asked: { readonly answers: ClientAnswers; readonly pushed: Pushed | null }[] = [];
  for (const client of environment.clients.values()) {
    const found = await targetOf(client, context);
    if ('left' in found) {
      parts.push(found.left);
    } else if (found.pushing === 'required') {
      parts.push(await judgePushed(found.target, asker, context));
    } else {
      const pushed = found.pushing === 'offered' ? await pushInstead(found.target, asker, context) : null;
      if (pushed && isSettled(found.target, pushed)) parts.push(surveyed(found.target, pushed.sheet));
      else asked.push({ answers: await askAbout(found.target, asker, pushed?.judged), pushed });
    }
  }
  const all = asked.map(({ answers }) => answers);
  for (const { answers, pushed } of asked)
    parts.push(await judgeClient(answers, all, pushed, asker, context));
  return together(parts);
}

/** Nothing is left to be asked of the authorization endpoint. */
function isSettled({ client }: Target, { refused, judged }: Pushed): boolean {
  return refused === null && client.redirect_uris.every((uri) => judged.has(uri));
}

function unasked(why: [why: string, fix: string], context: SurveyContext): Surveyed {
  const clients = [...context.environment.clients.values()];
  const open = clients.some((client) => client.redirect_uris.length > 0 || mayHaveEndpoint(client));
  return {
    ...nothing,
    left: open ? [leftOut(context, 'clients and their redirect_uris', ...why, kinds)] : [],
  };
}

function mayHaveEndpoint({ issuer }: Client): boolean {
  return issuer.discovery !== 'none' || issuer.metadata['authorization_endpoint'] !== undefined;
}

function notAllowed({ experiments, environment }: SurveyContext): [why: string, fix: string] | null {
  if (!experiments)
    return ['nothing is asked with --no-experiments but what is published', 'Leave out --no-experiments.'];
  if (isAllowed('authorize-controls', 'A0', environment.experiments)) return null;
  return [
    'experiments.allow has neither A0 nor authorize-controls',
    `Write A0 into experiments.allow of ${environment.name}.`,
  ];
}

type Found =
  | { readonly target: Target; readonly pushing: 'required' | 'offered' | 'no' }
  | { readonly left: Surveyed };

async function targetOf(client: Client, context: SurveyContext): Promise<Found> {
  const { environment, store } = context;
  const exchanges: Exchange[] = [];
  const found = await authorizationEndpoint(client, { job: { environment }, store }, exchanges);
  if ('problem' in found) {
    const what = `client ${client.name} and its redirect_uris`;
    const fix = `State authorization_endpoint under issuers.${client.issuer.name}.metadata, if the server has one.`;
    // A client that gets tokens for itself is told by its token request.
    const open = client.redirect_uris.length > 0 || mayHaveEndpoint(client);
    const left = open ? [leftOut(context, what, found.problem, fix, kinds)] : [];
    return { left: { ...nothing, left } };
  }
  const { values } = await store.metadata(environment, client.issuer.name);
  const required: Json | undefined = values?.['require_pushed_authorization_requests'];
  const settings = wholeOf(client, context.credentials)?.settings;
  const target = { client, endpoint: found.url };
  if (required === true || settings?.require_pushed_authorization_requests === true)
    return { target, pushing: 'required' };
  const isOffered = values?.['pushed_authorization_request_endpoint'] !== undefined;
  return { target, pushing: isOffered ? 'offered' : 'no' };
}
