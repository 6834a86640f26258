/** A refusal at the authorization endpoint, explained as one of a scenario would be. */
import { type Diagnosis, diagnose } from '../diagnose/diagnose.ts';
import { words } from '../diagnose/explain/words.ts';
import { compare } from '../diagnose/likeness.ts';
import { createSubject, type Stage, type Subject } from '../diagnose/subject.ts';
import type { Client, Exchange, Finding } from '../model.ts';
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
  const probe = asker.probe(target, redirect_uri ?? '');
  const explained = await diagnose(
    subject,
    { probe, experiments: true, spend: () => true, below: async () => null },
    base,
  );
  const isCertain = explained.findings.some(({ certainty }) => certainty === 'certain');
  const isAuthorization = refused.stage === 'authorization' && refused.exchange.role === 'authorization';
  if (!isCertain || !isAuthorization) return explained;
  const again = await probe.repeat();
  const exchanges = [...explained.exchanges, ...asker.take()];
  if (again && isAlike(again, refused.exchange)) return { ...explained, exchanges };
  const seen = again ? saidOf(target, again, context) : 'it is not asked again';
  return { exchanges, findings: explained.findings.map((each) => doubted(each, seen)) };
}

function isAlike(a: Exchange, b: Exchange): boolean {
  return compare({ exchange: a, erase: [] }, { exchange: b, erase: [] }) === 'alike';
}

/** One of several servers behind the address may be wrong: what is said once is no more than likely. */
function doubted(finding: Finding, seen: string): Finding {
  if (finding.certainty !== 'certain') return finding;
  const line = { hop: null, field: 'the same request again', seen };
  return { ...finding, certainty: 'likely', evidence: [...finding.evidence, line] };
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
