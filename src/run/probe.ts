/** The requests that experiments derive from a step: same door, same binding, same headers. */

import type { Probe } from '../diagnose/experiments/experiment.ts';
import type { Exchange } from '../model.ts';
import { prepareAuthorization } from '../replay/authorization-request.ts';
import { type ExchangeRequest, exchange } from '../replay/exchange.ts';
import type { PreparedRequest } from '../replay/request.ts';
import { sendAuthorization } from './authorize-step.ts';
import { isBound } from './request-step.ts';
import type { JobState, StepRun } from './state.ts';

/** `endpoint`: the authorization endpoint of the client that was refused, where there is one and it is bound. */
export function createProbe(run: StepRun, state: JobState, endpoint: string | null): Probe {
  const send = (request: PreparedRequest, over: Partial<ExchangeRequest>): Promise<Exchange> =>
    exchange(state.context, {
      role: 'experiment',
      attempt: 1,
      environment: state.job.environment,
      request,
      credentials: [],
      redirect: run.step.kind === 'request' ? run.step.redirect : { follow: false, max: 0 },
      jar: null,
      bound: (origin) => isBound(origin, request, state),
      timeout: run.step.timeout,
      signal: state.signal,
      ...over,
    });
  const uses = run.judged?.credentials ?? [];
  return {
    repeat: () => send(requestOf(run), { credentials: uses }),
    withoutCredential: () => send(bare(run), {}),
    directly(text) {
      const request = requestOf(run);
      const url = new URL(text);
      if (!isBound(url.origin, request, state)) return null;
      return send({ ...request, url }, { credentials: uses, redirect: { follow: false, max: 0 } });
    },
    authorize:
      endpoint === null
        ? null
        : (client_id, redirect_uri) => authorize(client_id, redirect_uri, endpoint, run, state),
    random: () => state.doors.random.token(9).replace(/[-_]/g, 'x'),
  };
}

function requestOf(run: StepRun): PreparedRequest {
  if (!run.request) throw new Error('the step sent no request');
  return run.request;
}

/** Without every field, parameter and cookie that a credential added. */
function bare(run: StepRun): PreparedRequest {
  const request = requestOf(run);
  const added = run.presentations.flatMap((each) => each.headers.map(([name]) => name.toLowerCase()));
  const url = new URL(request.url);
  for (const [name] of run.presentations.flatMap((each) => each.query)) url.searchParams.delete(name);
  const drop = new Set([...added, 'authorization', 'cookie']);
  return { ...request, url, headers: request.headers.filter(([name]) => !drop.has(name.toLowerCase())) };
}

async function authorize(
  client_id: string,
  redirect_uri: string,
  endpoint: string,
  run: StepRun,
  state: JobState,
): Promise<Exchange> {
  const scope = run.step.kind === 'authorize' ? run.step.scope : null;
  const { request } = prepareAuthorization(
    { endpoint, client_id, redirect_uri, scope, parameters: {} },
    state.doors.random,
    state.context.userAgent,
  );
  return sendAuthorization(request, state, 'experiment', run.step.timeout);
}
