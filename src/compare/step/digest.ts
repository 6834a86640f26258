/** A step of one environment in short: its traits, without its exchanges. */
import { stringifyJson } from '../../http/json.ts';
import type { Exchange, Expect, Json, StepResult } from '../../model.ts';
import { answerTraits, wayTraits } from './answer.ts';
import { askedTraits } from './asked.ts';
import type { Place } from './own.ts';
import { credentialTraits, grantTraits } from './token.ts';
import { type Trait, trait } from './trait.ts';

export interface Digest {
  readonly environment: string;
  readonly passed: boolean;
  /** The judged answer is none of 4xx and 5xx. */
  readonly fine: boolean;
  /** What kind of exchange was judged, or null: nothing was sent. */
  readonly role: Exchange['role'] | null;
  /** Of the last exchange of each kind. */
  readonly traits: ReadonlyMap<Exchange['role'], readonly Trait[]>;
}

export function digestOf(result: StepResult, expect: Expect, place: Place): Digest {
  const own = result.exchanges.filter(({ role }) => role !== 'experiment' && role !== 'metadata');
  const judged = own.at(-1) ?? null;
  const traits = new Map<Exchange['role'], readonly Trait[]>();
  for (const exchange of new Map(own.map((each) => [each.role, each])).values())
    traits.set(exchange.role, traitsOf(exchange, result, expect, place));
  const status = judged?.hops.at(-1)?.response?.status ?? 999;
  return {
    environment: place.environment.name,
    passed: result.status === 'passed',
    fine: status < 400,
    role: judged?.role ?? null,
    traits,
  };
}

function traitsOf(exchange: Exchange, result: StepResult, expect: Expect, place: Place): Trait[] {
  const sent = exchange.hops.at(-1)?.clock.sent ?? 0;
  const all = [
    expectation(expect),
    ...askedTraits(exchange, place),
    ...(exchange.role === 'token' ? clientTraits(exchange, result, place) : []),
    ...exchange.credentials.flatMap((use) => credentialTraits(use, place, sent)),
    ...(exchange.role === 'token' ? grantTraits(exchange) : []),
    ...wayTraits(exchange, place),
    ...answerTraits(exchange, place),
  ];
  return result.passedAfter === null
    ? all
    : [...all, trait('attempts', '', `passed after a ${result.passedAfter}`)];
}

/** The client that authenticated in a header field (RFC 6749 section 2.3.1): its id is compared as one in the form is. */
function clientTraits({ hops }: Exchange, { credential }: StepResult, { environment }: Place): Trait[] {
  const { headers = [], sources = [] } = hops[0]?.request ?? {};
  const isInHeader = headers.some(
    ([name], index) => name.toLowerCase() === 'authorization' && sources[index]?.includes('client'),
  );
  const used = credential === null ? undefined : environment.credentials.get(credential);
  if (!isInHeader || used?.type !== 'oauth2') return [];
  const { name, client_id: id } = used.client;
  return [trait('parameter', 'client_id', `\${client.${name}}`, id)];
}

function expectation(expect: Expect): Trait {
  const { status } = expect;
  const seen = status === undefined ? 'no status is named' : `status ${words(status)}`;
  return trait('expectation', '', stringifyJson(expect as unknown as Json), seen);
}

function words(value: Json): string {
  return [value].flat().map(String).join(', ');
}
