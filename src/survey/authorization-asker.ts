/** Authorization requests of a survey: one at a time, each once, none after a stop sign. Class A0. */
import type { Probe } from '../diagnose/experiments/experiment.ts';
import type { Client, Exchange } from '../model.ts';
import { prepareAuthorization } from '../replay/authorization-request.ts';
import { sendAuthorization } from '../run/authorize-step.ts';
import { type AskedOnce, createAskedOnce } from './asked-once.ts';
import { givenCode } from './authorization-code.ts';
import { parametersOf } from './authorization-parameters.ts';
import type { SurveyContext } from './context.ts';
import { randomLike } from './random-client.ts';

/** A client, and where its authorization requests go. */
export interface Target {
  readonly client: Client;
  readonly endpoint: string;
}
/** Everything gives null where the server is not to be asked any more. */
export interface Asker {
  authorize(target: Target, redirect_uri: string): Promise<Exchange | null>;
  /** A client that nobody registered: one a server and form of ids. */
  randomClient(target: Target, redirect_uri: string): Promise<Exchange | null>;
  /** A redirect_uri that nobody registered. */
  randomUri(target: Target): Promise<Exchange | null>;
  /** RFC 9126, with the client's authentication: class B. Null: a redirect_uri that nobody registered. */
  push(client: Client, redirect_uri: string | null): Promise<Exchange | null>;
  /** A redirect_uri of a host that cannot exist. */
  nowhere(): string;
  /** Why the server at this URL is not asked any more, or null. */
  stopped(url: string): string | null;
  /** For diagnosis; `role` of what it sends is that of an experiment. */
  probe(target: Target, redirect_uri: string): Probe;
  /** What was really sent since the last call. */
  take(): readonly Exchange[];
}

export function createAsker(context: SurveyContext): Asker {
  const { doors } = context;
  const once = createAskedOnce(context);
  const send = (target: Target, client_id: string, redirect_uri: string, role: Exchange['role']) =>
    sendTo(target, client_id, redirect_uri, role, context);
  const nowhere = (): string => {
    const host = doors.random.token(9).toLowerCase();
    return `https://${host.replace(/[^a-z0-9]/g, 'x')}.why401.invalid/callback`;
  };
  const asker: Asker = {
    nowhere,
    stopped: once.stopped,
    push: (client, redirect_uri) => push(client, redirect_uri, nowhere, once, context),
    authorize(target, redirect_uri) {
      const { client, endpoint } = target;
      const key = ['client', endpoint, client.client_id, redirect_uri];
      return once.ask({ key, url: endpoint }, () =>
        send(target, client.client_id, redirect_uri, 'authorization'),
      );
    },
    randomClient(target, redirect_uri) {
      const { form, client_id } = randomLike(target.client.client_id, doors.random);
      const key = ['random client', target.endpoint, form];
      return once.ask({ key, url: target.endpoint, isControl: true }, () =>
        send(target, client_id, redirect_uri, 'authorization'),
      );
    },
    randomUri(target) {
      const { client, endpoint } = target;
      const key = ['random redirect_uri', endpoint, client.client_id];
      return once.ask({ key, url: endpoint, isControl: true }, () =>
        send(target, client.client_id, nowhere(), 'authorization'),
      );
    },
    probe: (target, redirect_uri) =>
      probeOf(target, asker, context, async () =>
        once.stopped(target.endpoint) === null
          ? once.keep(await send(target, target.client.client_id, redirect_uri, 'experiment'))
          : null,
      ),
    take: once.take,
  };
  return asker;
}

async function push(
  client: Client,
  redirect_uri: string | null,
  nowhere: () => string,
  once: AskedOnce,
  context: SurveyContext,
): Promise<Exchange | null> {
  const { environment, store } = context;
  const { values, exchanges } = await store.metadata(environment, client.issuer.name);
  for (const exchange of exchanges) once.keep(exchange);
  const url = String(values?.['pushed_authorization_request_endpoint'] ?? client.issuer.issuer);
  const key = ['pushed', client.name, redirect_uri];
  return once.ask({ key, url, isControl: redirect_uri === null }, async () => {
    const credentials = new Map([...environment.credentials, ...context.credentials]);
    const asks = parametersOf(client, context);
    const question = { kind: 'par', client, redirect_uri: redirect_uri ?? nowhere(), ...asks } as const;
    const asked = await store.ask(question, { ...environment, credentials });
    return asked.exchange;
  });
}

/** A code that comes back is a secret from then on, whatever it was given for. */
async function sendTo(
  { client, endpoint }: Target,
  client_id: string,
  redirect_uri: string,
  role: Exchange['role'],
  context: SurveyContext,
): Promise<Exchange> {
  const { environment, doors, signal } = context;
  const given = { endpoint, client_id, redirect_uri, ...parametersOf(client, context) };
  const { request } = prepareAuthorization(given, doors.random, context.exchange.userAgent);
  const state = { job: { environment }, context: context.exchange, signal };
  const exchange = await sendAuthorization(request, state, role, context.timeout);
  const code = givenCode(exchange);
  if (code !== null) doors.redactor.learn(`code of ${client.name}`, code);
  return exchange;
}

/** Controls of diagnosis are those that the survey has sent already. */
function probeOf(
  target: Target,
  asker: Asker,
  { doors }: SurveyContext,
  repeat: () => Promise<Exchange | null>,
): Probe {
  const nothing = async (): Promise<null> => null;
  return {
    repeat,
    vary: nothing,
    echo: nothing,
    fresh: nothing,
    authorize: (client_id, redirect_uri) => {
      if (client_id !== target.client.client_id) return asker.randomClient(target, redirect_uri);
      return /\.why401\.invalid\//.test(redirect_uri)
        ? asker.randomUri(target)
        : asker.authorize(target, redirect_uri);
    },
    ask: (question) =>
      question.kind === 'par' ? asker.push(question.client, question.redirect_uri) : nothing(),
    random: () => doors.random.token(9).replace(/[-_]/g, 'x'),
    take: () => asker.take(),
  };
}
