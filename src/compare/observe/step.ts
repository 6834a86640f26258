/** A step that was replayed, or asked without credential, to observations. */
import type { Credential, Environment, Exchange, Observation, StepResult } from '../../model.ts';
import { observeAnswer } from './answer.ts';
import { observeChain } from './chain.ts';
import { observeCookies } from './cookies.ts';
import { answered, noteOf } from './observing.ts';
import { schemesOf } from './schemes.ts';
import { observeToken } from './token.ts';
import { observeTokenAnswer, tokenAnswer } from './token-answer.ts';

/** What `exchange` shows of the environment; `of` names it in all of them. `credentials`: those of the step. */
export function observeExchange(
  exchange: Exchange,
  environment: Environment,
  of: string,
  source: Observation['source'],
  credentials: Iterable<Credential> = [],
): Observation[] {
  const note = noteOf(of, source);
  return [
    ...observeAnswer(exchange, environment, note, schemesOf(credentials)),
    ...observeChain(exchange, environment, note),
    ...observeCookies(exchange, environment, of, source),
  ];
}

/** The last answer of the resource, and the tokens that were got or sent on the way. */
export function observeStep(step: StepResult, environment: Environment, of: string): Observation[] {
  const last = step.exchanges.filter((each) => each.role === 'resource' && answered(each)).at(-1);
  return [
    ...(last ? observeExchange(last, environment, of, step.source, presented(last, environment)) : []),
    ...tokensOf(step, environment),
  ];
}

function presented({ credentials }: Exchange, environment: Environment): Credential[] {
  return credentials.flatMap(({ name }) => environment.credentials.get(name) ?? []);
}

/** Of credentials that were presented as they are. */
function tokensOf(step: StepResult, environment: Environment): Observation[] {
  const own = step.exchanges.filter((each) => each.environment === environment.name);
  const uses = own
    .filter(({ role }) => role === 'resource')
    .flatMap(({ credentials, hops }) => credentials.map((use) => ({ use, hop: hops[0] })))
    .filter(({ use, hop }) => use.fault === undefined && use.token !== null && hop);
  const granted = own.filter((each) => tokenAnswer(each) !== null).at(-1) ?? null;
  const [only] = uses;
  return uses.flatMap(({ use, hop }) => {
    const credential = environment.credentials.get(use.name);
    if (!credential || !hop) return [];
    // With several credentials nothing says whose answer it is.
    const answer = granted && uses.length === 1 && only?.use === use && use.obtained ? granted : null;
    return [
      ...observeToken(credential, environment, use, use.obtained?.at ?? hop.clock.received),
      ...(answer ? observeTokenAnswer(credential, answer, use) : []),
    ];
  });
}
