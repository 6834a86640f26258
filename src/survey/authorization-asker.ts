/** Authorization requests of a survey: one at a time, each once, none after a stop sign. Class A0. */
import type { Probe } from '../diagnose/experiments/experiment.ts';
import { stopsOf } from '../diagnose/experiments/stop.ts';
import { isUrl } from '../http/url.ts';
import type { Client, Exchange } from '../model.ts';
import { prepareAuthorization } from '../replay/authorization-request.ts';
import { sendAuthorization } from '../run/authorize-step.ts';
import { inquiryOf } from '../run/inquest.ts';
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
  /** RFC 9126, with the client's authentication: class B. */
  push(client: Client, redirect_uri: string): Promise<Exchange | null>;
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
  const { environment, doors, store, signal } = context;
  const answers = new Map<string, Promise<Exchange | null>>();
  const signs = new Map<string, string>();
  const sent: Exchange[] = [];
  const stopped = (url: string): string | null => {
    if (signal.aborted) return 'the run was ended';
    return isUrl(url) ? (signs.get(new URL(url).origin) ?? null) : 'it is no URL';
  };
  const kept = (exchange: Exchange): Exchange => {
    sent.push(exchange);
    for (const { origin, sign } of signsOf(exchange)) signs.set(origin, sign);
    return exchange;
  };
  const once = (key: readonly string[], url: string, send: () => Promise<Exchange>) => {
    const name = JSON.stringify(key);
    const known = answers.get(name);
    if (known) return known;
    const asking = stopped(url) === null ? send().then(kept) : Promise.resolve(null);
    answers.set(name, asking);
    return asking;
  };
  const send = (target: Target, client_id: string, redirect_uri: string, role: Exchange['role']) =>
    sendTo(target, client_id, redirect_uri, role, context);
  const nowhere = (): string => {
    const host = doors.random.token(9).toLowerCase();
    return `https://${host.replace(/[^a-z0-9]/g, 'x')}.why401.invalid/callback`;
  };
  const push = async (client: Client, redirect_uri: string): Promise<Exchange | null> => {
    if (stopped(client.issuer.issuer) !== null) return null;
    const credentials = new Map([...environment.credentials, ...context.credentials]);
    const question = inquiryOf({ kind: 'par', client, redirect_uri });
    const asked = await store.ask(question, { ...environment, credentials });
    for (const exchange of asked.exchanges) kept(exchange);
    return asked.exchange;
  };
  const asker: Asker = {
    nowhere,
    stopped,
    push,
    authorize: (target, redirect_uri) => {
      const key = ['client', target.endpoint, target.client.client_id, redirect_uri];
      return once(key, target.endpoint, () =>
        send(target, target.client.client_id, redirect_uri, 'authorization'),
      );
    },
    randomClient(target, redirect_uri) {
      const { form, client_id } = randomLike(target.client.client_id, doors.random);
      const key = ['random client', target.endpoint, form];
      return once(key, target.endpoint, () => send(target, client_id, redirect_uri, 'authorization'));
    },
    randomUri(target) {
      const key = ['random redirect_uri', target.endpoint, target.client.client_id];
      return once(key, target.endpoint, () =>
        send(target, target.client.client_id, nowhere(), 'authorization'),
      );
    },
    probe: (target, redirect_uri) =>
      probeOf(target, asker, context, async () =>
        stopped(target.endpoint) === null
          ? kept(await send(target, target.client.client_id, redirect_uri, 'experiment'))
          : null,
      ),
    take: () => sent.splice(0),
  };
  return asker;
}

function sendTo(
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
  return sendAuthorization(request, state, role, context.timeout);
}

/** A server in trouble is left alone as well. */
function signsOf(exchange: Exchange): { readonly origin: string; readonly sign: string }[] {
  const [hop] = exchange.hops;
  const status = exchange.hops.at(-1)?.response?.status ?? null;
  const broken = (status === null || status >= 500) && hop && isUrl(hop.request.url);
  const sign = status === null ? 'it gave no answer' : `it answered ${status}`;
  return [
    ...(broken ? [{ origin: new URL(hop.request.url).origin, sign }] : []),
    ...stopsOf(exchange).map(({ origin, sign }) => ({ origin, sign: `it showed a stop sign: ${sign}` })),
  ];
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
