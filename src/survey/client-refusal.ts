/** A refusal at the authorization endpoint, explained as one of a scenario would be. */
import { type Diagnosis, diagnose } from '../diagnose/diagnose.ts';
import { words } from '../diagnose/explain/words.ts';
import { createSubject, type Stage, type Subject } from '../diagnose/subject.ts';
import type { Client, Exchange } from '../model.ts';
import type { Asker, Target } from './authorization-asker.ts';
import type { SurveyContext } from './context.ts';

export interface Refused {
  readonly target: Target;
  readonly exchange: Exchange;
  readonly redirect_uri: string | null;
  readonly stage: Stage;
  /** The request was pushed by this client, which has its secret; absent: it was not. */
  readonly pushed?: Client;
}

export async function explainRefusal(
  refused: Refused,
  base: number,
  asker: Asker,
  context: SurveyContext,
): Promise<Diagnosis> {
  const subject = subjectFor(refused, context);
  if (!subject) return { findings: [], exchanges: [] };
  const { target, redirect_uri } = refused;
  return diagnose(
    subject,
    {
      probe: asker.probe(target, redirect_uri ?? ''),
      experiments: true,
      spend: () => true,
      below: async () => null,
    },
    base,
  );
}

/** Null where there is no hop at all. */
export function subjectFor(refused: Refused, context: SurveyContext): Subject | null {
  const { target, exchange, redirect_uri } = refused;
  const { environment, known, credentials, timeout } = context;
  const { client } = target;
  const subject = createSubject({
    stage: exchange.hops.at(-1)?.response ? refused.stage : 'transport',
    environment: { ...environment, credentials: new Map([...environment.credentials, ...credentials]) },
    known,
    step: {
      kind: 'authorize',
      index: 0,
      name: `client ${client.name}`,
      source: client.source,
      expect: {},
      capture: {},
      timeout,
      retry: 0,
      client: client.name,
      redirect_uri: redirect_uri ?? '',
      scope: null,
      parameters: {},
    },
    failing: exchange,
    credential: null,
    client,
    failed: [],
    siblings: [],
    keys: [],
    past: [],
  });
  return subject && { ...subject, redirect_uri };
}

/** What the server said, in a few words: `400 invalid_redirect_uri`. */
export function saidOf(target: Target, exchange: Exchange, context: SurveyContext): string {
  const hop = exchange.hops.at(-1);
  if (!hop?.response) return hop?.failure?.code ?? 'no answer';
  const subject = subjectFor({ target, exchange, redirect_uri: null, stage: 'authorization' }, context);
  const said = subject && words(subject);
  return `${hop.response.status}${said ? ` ${said}` : ''}`;
}
