/** The steps of a scripted login, one page after the other. */
import { parseHtmlSelector } from '../../http/html-selector.ts';
import { loginOrigins } from '../../http/login-origins.ts';
import { resolveTarget } from '../../http/target.ts';
import type { Environment, Exchange, LoginStep, Source } from '../../model.ts';
import { type Redactor, Secret, type Value } from '../../secret.ts';
import { insecurity } from '../endpoint.ts';
import type { Ledger } from '../ledger.ts';
import { select } from './html-page.ts';
import { describePage, refusalOf, wordsOf } from './login-page.ts';
import { submission } from './submission.ts';
import { type Arrival, type Visitor, visit } from './visit.ts';

export interface LoginDoors {
  readonly ledger: Ledger;
  readonly redactor: Redactor;
  readonly boundary: () => string;
}
export interface LoginFailure {
  readonly message: string;
  /** Null: nothing was sent. */
  readonly exchange: Exchange | null;
  readonly source: Source;
  /** `refused`: the server said no to the user; `final`: the same would happen again; `passing`: it may go well later. */
  readonly kind: 'refused' | 'final' | 'passing';
}
export interface LoginEnd {
  /** Where the last step led to; null where nothing was opened. */
  readonly arrival: Arrival | null;
  readonly exchanges: readonly Exchange[];
  readonly failure: LoginFailure | null;
}

/**
 * Why a login must not go to `url`, or null: pages of the environment's origins and of its issuers, and of the
 * authorization endpoints that the project file states.
 */
export function loginBounds(environment: Environment): (url: URL) => string | null {
  const { own, servers } = loginOrigins(environment);
  return (url) => {
    if (url.username !== '' || url.password !== '') return 'is named with a user name or password';
    if (own.has(url.origin)) return null;
    if (!servers.has(url.origin)) {
      return `is neither an origin of environment "${environment.name}" nor that of one of its issuers`;
    }
    return insecurity(new URL('/', url), environment);
  };
}

/** Runs the steps from the page at hand (null: none yet) until they are done or the address that ends it is reached. */
export async function runLogin(
  steps: readonly LoginStep[],
  first: Arrival | null,
  visitor: Visitor,
  doors: LoginDoors,
): Promise<LoginEnd> {
  const exchanges: Exchange[] = [];
  let arrival = first;
  let secretsSent = false;
  for (const step of steps) {
    if (arrival?.end) break;
    if (isLeftOut(step, arrival)) continue;
    const fails = (message: string, exchange: Exchange | null, kind: LoginFailure['kind']): LoginEnd => ({
      arrival,
      exchanges,
      failure: { message: doors.redactor.redact(message), exchange, source: step.source, kind },
    });
    const asked = step.submit
      ? submission(step.submit, arrival?.page ?? null, visitor, doors)
      : opening(step.GET ?? '', visitor.environment);
    if ('problem' in asked) {
      const seen = arrival ? ` ${describePage(arrival)}` : '';
      return fails(
        `The login step "${step.name}": ${asked.problem}.${seen}`,
        arrival?.exchange ?? null,
        'final',
      );
    }
    secretsSent ||= asked.secret;
    const before = arrival;
    arrival = await visit(asked.visit, visitor);
    exchanges.push(arrival.exchange);
    if (arrival.problem) {
      const answered = arrival.exchange.hops.at(-1)?.response != null;
      return fails(
        `The login step "${step.name}" ${arrival.problem}.`,
        arrival.exchange,
        answered ? 'final' : 'passing',
      );
    }
    const refusal = step.submit && !arrival.end ? refusalOf(asked, before, arrival, doors.redactor) : null;
    if (refusal)
      return fails(`The login step "${step.name}" was refused: ${refusal}`, arrival.exchange, 'refused');
    const status = arrival.exchange.hops.at(-1)?.response?.status ?? 0;
    if (status >= 400) {
      const says = wordsOf(arrival, doors.redactor);
      const message = `The login step "${step.name}" was answered ${status} by ${arrival.url.origin}${arrival.url.pathname}.${says}`;
      return fails(message, arrival.exchange, status < 500 || secretsSent ? 'final' : 'passing');
    }
  }
  return { arrival, exchanges, failure: null };
}

function isLeftOut(step: LoginStep, arrival: Arrival | null): boolean {
  if (step.when === null) return false;
  const selector = parseHtmlSelector(step.when);
  if ('error' in selector) return false;
  return !arrival?.page || select(arrival.page, selector).length === 0;
}

function opening(GET: Value, environment: Environment): ReturnType<typeof submission> {
  const url = resolveTarget(GET instanceof Secret ? GET.reveal() : GET, environment.origins);
  if ('problem' in url) return { problem: url.problem.replace(/\.$/, '') };
  return {
    visit: { role: 'login', method: 'GET', url, body: null, from: null },
    secret: false,
    asksPassword: false,
    form: null,
  };
}
