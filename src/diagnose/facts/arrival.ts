/** Whether the credential reached the verifier, as far as the run has shown it already (docs/diagnosis, arrival). */
import type { Exchange } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { normalAnswer } from '../normal.ts';
import type { Past, Subject } from '../subject.ts';
import { lostUses } from './delivery.ts';
import { lastHop, routeOf, sentField } from './wire.ts';

export interface ArrivalShown {
  /** `equal` proves nothing: many servers answer every bad credential as they answer none. */
  readonly verdict: 'arrived' | 'equal' | 'unknown';
  readonly seen: string | null;
}

const unknown: ArrivalShown = { verdict: 'unknown', seen: null };

export function arrivalOf(subject: Subject): ArrivalShown {
  if (subject.stage !== 'resource' || subject.uses.length === 0 || lostUses(subject).length > 0)
    return unknown;
  const route = routeOf(subject.hop);
  const here = subject.past.filter(({ environment, exchange }) => {
    const hop = lastHop(exchange);
    return (
      environment === subject.environment.name &&
      exchange.hops.length === 1 &&
      hop?.response != null &&
      routeOf(hop) === route
    );
  });
  return taken(subject, here) ?? bare(subject, here) ?? unknown;
}

/** What this route lets in under the same field and scheme, it reads there; a route that is closed to us is not open to all. */
function taken(subject: Subject, here: readonly Past[]): ArrivalShown | null {
  const { status } = subject.response ?? { status: 0 };
  if (status !== 401 && status !== 403) return null;
  const found = here.find(({ exchange }) =>
    exchange.credentials.some(
      (theirs) =>
        isSuccess(exchange) &&
        subject.uses.some(
          (own) =>
            own.field === theirs.field &&
            own.scheme?.toLowerCase() === theirs.scheme?.toLowerCase() &&
            own.fingerprint !== theirs.fingerprint,
        ),
    ),
  );
  if (!found) return null;
  return {
    verdict: 'arrived',
    seen: `step "${found.step}" passed here with another credential in the same field`,
  };
}

function bare(subject: Subject, here: readonly Past[]): ArrivalShown | null {
  const without = here.filter(({ exchange }) => carriesNothing(exchange) && isRefusal(exchange));
  if (without.length === 0 || !isRefusal(subject.failing)) return null;
  const own = normalAnswer(subject.failing);
  const differs = without.find(({ exchange }) => normalAnswer(exchange) !== own);
  if (differs) return { verdict: 'arrived', seen: `step "${differs.step}" sent none and got another answer` };
  return { verdict: 'equal', seen: `step "${without[0]?.step ?? ''}" sent none and got the same answer` };
}

function carriesNothing(exchange: Exchange): boolean {
  const hop = lastHop(exchange);
  return (
    // Digest waits for a challenge.
    exchange.credentials.every(({ type }) => type === 'digest') &&
    hop !== null &&
    sentField(hop, 'authorization') === null &&
    sentField(hop, 'cookie') === null
  );
}

function isSuccess(exchange: Exchange): boolean {
  const status = lastHop(exchange)?.response?.status ?? 0;
  return status >= 200 && status < 300;
}

function isRefusal(exchange: Exchange): boolean {
  const status = lastHop(exchange)?.response?.status ?? 0;
  return status === 401 || status === 403;
}

export function arrivalFacts(subject: Subject): Evidence[] {
  const { verdict, seen } = arrivalOf(subject);
  if (seen === null) return [];
  const lines = [{ hop: null, field: 'arrival', seen }];
  // The value may still be another than was sent, so replacing is not ruled out.
  const excludes =
    verdict === 'arrived'
      ? ['credentials-missing', 'credentials-stripped-by-proxy', 'header-dropped-by-proxy']
      : [];
  return [evidence(`arrival/${verdict}`, { excludes, weight: 2, lines })];
}
