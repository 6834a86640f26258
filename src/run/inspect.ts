/** One credential on its own: its token is got, looked at and held against the keys of its issuers; nothing is called. */
import { tokenOf } from '../credential/disclosure.ts';
import type { CredentialFailure, Presentation } from '../credential/presentation.ts';
import type { KeySet, KeyVerdict } from '../diagnose/subject.ts';
import type { Credential, CredentialUse, Environment, Exchange, JobResult } from '../model.ts';
import { runJob } from './job.ts';
import { createKeys } from './keys.ts';
import type { RunDoors, RunOptions } from './options.ts';
import { explained, prepare } from './run.ts';

export interface Inspected {
  /** The job of one step, its failure explained. */
  readonly job: JobResult;
  readonly failure: CredentialFailure | null;
  /** Null where there is no token or anything else to present. */
  readonly presentation: Presentation | null;
  readonly verdicts: readonly KeyVerdict[];
  readonly keySets: readonly KeySet[];
  /** All that was sent. */
  readonly exchanges: readonly Exchange[];
  /** The token itself, for a person who asked for it; null for credentials that have none. */
  readonly value: () => string | null;
}

/** `options.jobs` is one job of one step of the kind token. */
export async function inspect(options: RunOptions, doors: RunDoors): Promise<Inspected> {
  const { context, diagnosis, audit, deadline } = prepare(options, doors);
  const [job] = options.jobs;
  const [step] = job?.steps ?? [];
  const credential = step?.kind === 'token' ? job?.environment.credentials.get(step.credential) : undefined;
  if (!job || !credential) throw new Error('nothing to inspect');
  const ran = await runJob(job, context);
  const result = await explained(ran, diagnosis, audit, 1);
  const exchanges: Exchange[] = result.steps.flatMap((each) => [...each.exchanges]);
  const passed = result.status === 'passed';
  const presentation = passed
    ? await context.store.present(credential, job.environment, { stale: true })
    : null;
  const failure = ran.unexplained?.run.credentialFailure ?? presentation?.failure ?? null;
  const keys = createKeys({
    options,
    doors,
    store: context.store,
    exchange: context.exchange,
    signal: context.signal,
  });
  const issuers = withIssuersOf(credential, job.environment);
  const verdicts =
    presentation?.use && isSigned(presentation.use)
      ? await keys.verify(presentation.use, [issuers], exchanges)
      : [];
  const keySets = await keys.sets([issuers]);
  deadline.abort();
  const value = (): string | null => (presentation ? tokenOf(presentation) : null);
  return { job: result, failure, presentation, verdicts, keySets, exchanges, value };
}

/** With a key pair, so that published keys can tell. */
function isSigned({ token }: CredentialUse): boolean {
  const alg = token?.header?.['alg'];
  return token?.format === 'jwt' && typeof alg === 'string' && !/^(?:none$|HS)/i.test(alg);
}

/** The issuer of the credential's client, where it is known; else all of the environment. */
function withIssuersOf(credential: Credential, environment: Environment): Environment {
  if (credential.type !== 'oauth2') return environment;
  const { issuer } = credential.client;
  return { ...environment, issuers: new Map([[issuer.name, issuer]]) };
}
